"""Words find datasets, in Chinese by two characters and even one; nothing typed is ever syntax."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongshu.catalogue import search
from gongshu.catalogue.client import open as open_catalogue

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=12)


@pytest.fixture
def found(store, put):
    put("307010/000001", "全市公共停车场名录", abstract="泊位与收费 parking lots")
    put("101010/000002", "常住人口统计", abstract="按区汇总", rows=4)
    put("101010/000003", "停产企业车辆", abstract="GB2260代码", rows=5)

    def codes(words: str, **how) -> list[str]:
        with open_catalogue(store.folder) as catalogue:
            return [each.code[:8].rstrip("0") or each.code for each in catalogue.search(words, **how)]

    return codes


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("停车", 1),
        ("人口", 1),
        ("车", 2),
        ("停车场 名录", 1),
        ("停车 人口", 0),
        ("停车人口", 0),
        ("PARKING", 1),
        ("park", 1),
        ("GB2260", 1),
        ("代码", 1),
        ("307010/000001", 1),
        ("307010-000001", 1),
        ("交通运输局", 3),
        ("", 3),
        ('"', 0),
        ("* OR NEAR(停车", 0),
        ("'; DROP TABLE found; --", 0),
    ],
)
def test_words_and_what_they_find(found, words, expected):
    assert len(found(words)) == expected


def test_facets_narrow(found):
    assert len(found("", organisation="交通")) == 3
    assert found("停车", organisation="教育局") == []
    assert len(found("停车", standard="parking-lots")) == 1
    assert found("停车", standard="other") == []


@given(HAN, HAN, HAN)
def test_every_pair_of_characters_of_a_title_is_a_token(before, word, after):
    tokens = search.tokens(before + word + after)
    assert all(word[i : i + 2] in tokens for i in range(len(word) - 1))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=30))
def test_no_query_is_a_fault(store, words):
    assert store.find(words, 5) == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
@given(HAN, st.data())
def test_a_dataset_is_found_by_any_part_of_its_title(put, store, title, data):
    put("a/1", title)
    start = data.draw(st.integers(0, len(title) - 1))
    end = data.draw(st.integers(start + 1, len(title)))
    assert store.find(title[start:end], 5) == ["a/1"]

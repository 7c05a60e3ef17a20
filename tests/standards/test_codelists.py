"""Questions to a dated code list."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gongshu.standards.codelists import CodeTable, day, read_codes
from gongshu.standards.model import Code, Kind, Standard

CODES = """\
code,name_zh,name_en,parent,level,valid_from,valid_to,replaced_by
42,湖北省,Hubei,,province,,,
4201,武汉市,Wuhan,42,city,,,
420102,江岸区,Jiang'an,4201,district,,,
420114,蔡甸区,Caidian,4201,district,1992-09,,
420121,蔡甸县,,4201,county,,1992-08,420114
420198,同名,,4201,,,,
420199,同名,,4201,,,,
"""


def table(text: str = CODES) -> CodeTable:
    codes, problems = read_codes(text)
    assert problems == []
    return CodeTable(Standard("divisions", version="1.0.0", kind=Kind.CODELIST, codes=codes))


def test_a_month_covers_its_last_day() -> None:
    codes = table()
    assert "420121" in codes.current(date(1992, 8, 31))
    assert "420121" not in codes.current(date(1992, 9, 1))
    assert "420114" in codes.current(date(1992, 9, 1))
    assert codes.known("420121")[0].replaced_by == "420114"
    assert codes.known("999999") == ()


def test_names_lead_to_codes_where_they_are_unique() -> None:
    names = table().by_name(date(2023, 1, 1))
    assert names["江岸区"] == "420102"
    assert names["Jiang'an"] == "420102"
    assert names["同名"] is None
    assert "蔡甸县" not in names


def test_hierarchy() -> None:
    codes = table()
    assert codes.below("420102", "42")
    assert codes.below("420102", "4201")
    assert not codes.below("42", "420102")
    assert not codes.below("42", "42")
    assert not codes.below("nowhere", "42")
    assert codes.level("420102") == "district"


def test_the_content_hash_knows_order_and_dates() -> None:
    assert table().sha256 == table("\ufeff" + CODES.replace("\n", "\r\n")).sha256
    assert table().sha256 != table(CODES.replace("1992-09", "1992-10")).sha256


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2999, 12, 31)))
def test_a_year_and_a_month_hold_each_of_their_days(moment: date) -> None:
    for text in (f"{moment:%Y}", f"{moment:%Y-%m}", moment.isoformat()):
        first, last = day(text), day(text, last=True)
        assert first is not None
        assert last is not None
        assert first <= moment <= last


def test_what_is_no_date() -> None:
    assert [day(text) for text in ("", "2019-13", "2019-02-30", "19", "2019/01/01", "0000")] == [None] * 6


@given(st.lists(st.tuples(st.dates(date(2000, 1, 1), date(2000, 1, 9)), st.integers(0, 4)), max_size=4), st.data())
def test_answers_that_are_kept_are_those_of_the_day(periods: list[tuple[date, int]], data: st.DataObject) -> None:
    rows = [
        Code(str(number), name_zh="甲", valid_from=start, valid_to=start + timedelta(days))
        for number, (start, days) in enumerate(periods)
    ]
    table = CodeTable(Standard("list", "1", Kind.CODELIST, codes=tuple(rows)))
    for on in data.draw(st.lists(st.dates(date(1999, 12, 30), date(2000, 1, 15)) | st.just(date.max))):
        valid = {each.code for each in rows if each.valid_from <= on <= each.valid_to}
        assert set(table.current(on)) == valid
        assert table.by_name(on) == ({"甲": next(iter(valid)) if len(valid) == 1 else None} if valid else {})

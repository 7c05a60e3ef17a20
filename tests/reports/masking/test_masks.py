"""What a mask keeps, and the law that it never shows a value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongshu.standards.model import Privacy
from gongshu.validators.masking import MASKS, mask

KEPT = [
    ("name", "张三", "张*"),
    ("name", "欧阳修远", "欧***"),
    ("name", "张", "*"),
    ("citizen-id", "420102190001010013", "420102********0013"),
    ("citizen-id", "420102", "4***02"),
    ("citizen-id", "42", "*"),
    ("phone", "13800008000", "138****8000"),
    ("phone", "110", "1**"),
    ("landline", "027-12345667", "027-******67"),
    ("email", "zhang@x.cn", "z***@x.cn"),
    ("email", "z@x.cn", "z*****"),
    ("address", "湖北省武汉市江岸区一元街道1号", "湖北省武汉市江岸区一元街道***"),
    ("address", "湖北省武汉市江岸区中山大道1号", "湖北省武汉市江岸区***"),
    ("address", "江岸区", "江**"),
    ("card", "6212340000001265", "621234******1265"),
    ("date", "1900-01-01", "1900-**-**"),
    ("date", "1900年1月1日", "1900-**-**"),
    ("date", "19000101", "1900-**-**"),
    ("date", "01/01/1900", "*"),
    ("withhold", "佛教", "*"),
    ("a mask nobody knows", "佛教", "*"),
    (None, "张三", "张*"),
]


@pytest.mark.parametrize(("name", "value", "expected"), KEPT)
def test_keeps(name: str | None, value: str, expected: str) -> None:
    assert mask(value, Privacy(category="personal", mask=name)) == expected


def test_a_column_that_is_not_personal_is_shown() -> None:
    assert mask("张三", Privacy()) == "张三"


def test_a_sensitive_value_without_a_mask_is_withheld() -> None:
    assert mask("佛教", Privacy(category="sensitive")) == "*"


@given(st.text(min_size=1), st.sampled_from([*MASKS, None, "unknown"]), st.sampled_from(["personal", "sensitive"]))
def test_never_shows_the_value(value: str, name: str | None, category: str) -> None:
    shown = mask(value, Privacy(category=category, mask=name))
    assert "*" in shown
    assert shown != value or set(value) == {"*"}


@given(
    st.text(alphabet="abcdefghij0123456789张三丰", min_size=1, max_size=40),
    st.sampled_from(sorted(set(MASKS) - {"email", "address"})),
)
def test_hides_a_good_part(value: str, name: str) -> None:
    shown = mask(value, Privacy(category="personal", mask=name))
    kept = sum(char != "*" and char != "-" for char in shown)
    assert kept <= max(1, (2 * len(value)) // 3)

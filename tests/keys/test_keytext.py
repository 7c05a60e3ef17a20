"""Keys compare typed values: what reads as equal is equal, what did not parse stands for itself."""

from decimal import Decimal

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from gongshu.validators.keytext import comparable, composed, divided
from gongshu.validators.values import Values


def text_of(kind, data, scale=0, raw=None, failed=None):
    raw = raw or [""] * len(data)
    return comparable(pa.array(raw), Values(kind, data, scale=scale), failed).to_pylist()


def test_numbers_of_any_scale():
    assert text_of("number", np.array([1, 100])) == ["1", "100"]
    assert text_of("number", np.array([100, 10000, -150, 0, 5]), 2) == ["1", "100", "-1.5", "0", "0.05"]
    assert text_of("number", np.array([Decimal("1.00"), Decimal("1E+2")], object)) == ["1", "100"]


def test_dates_by_day():
    assert text_of("date", np.array([0, 18321])) == ["1970-01-01", "2020-02-29"]


def test_what_did_not_parse_never_equals_what_did():
    answer = text_of("date", np.array([0, 0]), raw=["1970-01-01", "1970-01-01"], failed=np.array([True, False]))
    assert answer[0] != answer[1]
    assert divided(answer[0], 1) == ("1970-01-01",)


PART = st.text(alphabet=["a", "\x1e", "\x1f", "0", "1"], max_size=5)


@given(st.lists(st.tuples(PART, PART), min_size=1, max_size=20))
def test_different_parts_make_different_texts(pairs):
    whole = composed([pa.array([a for a, _ in pairs]), pa.array([b for _, b in pairs])]).to_pylist()
    assert len(set(whole)) == len(set(pairs))
    assert [divided(each, 2) for each in whole] == pairs

"""The quick spelling of plain data is that of RFC 8785."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from gongshu.publishers.canonical import canonical

TEXT = st.text(st.characters(codec="utf-8")) | st.sampled_from(["\ue000", "\U0001f600", "\x7f", "\u2028", '"\\/\b\x1f'])
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)  # fmt: skip


@given(PLAIN)
def test_as_the_reference_spells_it(value):
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [2**53, {"a": [2**60]}, float("nan"), "half \ud800", {"\ud800": 1}, {1: object()}])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises((rfc8785.CanonicalizationError, UnicodeEncodeError)):
        canonical(value)


def test_tuples_are_lists_and_keys_are_text():
    assert canonical({2: (1, None), "1": ()}) == b'{"1":[],"2":[1,null]}'

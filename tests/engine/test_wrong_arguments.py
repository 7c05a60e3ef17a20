"""What a program passes by mistake is told as wrong usage, not as bad data."""

from __future__ import annotations

from typing import Any

import pytest

import gongshu


@pytest.mark.parametrize("source", [None, 5, 2.5, True])
def test_what_is_no_source(source: Any) -> None:
    with pytest.raises(gongshu.UsageFault) as caught:
        gongshu.validate(source)
    assert caught.value.code == "usage.source-kind"


@pytest.mark.parametrize("as_of", [5, "yesterday", "2026-13-01"])
def test_what_is_no_date(as_of: Any) -> None:
    with pytest.raises(gongshu.UsageFault) as caught:
        gongshu.validate(b"a,b\n1,2\n", as_of=as_of)
    assert caught.value.code == "usage.date"

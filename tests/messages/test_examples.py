"""Examples in the words are what they are said to be."""

from __future__ import annotations

import re

import pytest

from gongshu.standards.identifiers import identifier
from gongshu.standards.messages import catalogue, languages

LONG = re.compile(r"(?<!\d)\d{17}[\dX]")


@pytest.mark.parametrize("lang", languages())
def test_a_good_number_is_valid_and_a_bad_one_is_not(lang: str) -> None:
    reason = identifier("citizen-id")
    seen = 0
    for code, words in catalogue(lang).items():
        for part in ("bad", "good") if isinstance(words, dict) else ():
            for number in LONG.findall(str(words.get(part) or "")):
                assert (reason(number) is None) == (part == "good"), (code, number)
                seen += 1
    assert seen >= 4

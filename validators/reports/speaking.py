"""The words of many samples of one finding: made once, then only values, fixes, pointers and parameters put in.

A million samples are said in seconds and not in minutes; the words are exactly those of `finding_words`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from gongshu.standards.messages import entry, parameters_of
from gongshu.validators.finding import Finding, Fix, Sample
from gongshu.validators.report import FileReport
from gongshu.validators.reports.terms import DERIVED
from gongshu.validators.reports.words import finding_words, first_place, quoted

# stand-ins that are printable, so that quoting leaves them, and that no data holds by chance
_VALUE, _FIX, _POINTER = "\u2983gongshu·value\u2984", "\u2983gongshu·fix\u2984", "\u2983gongshu·pointer\u2984"
_FIRST, _PARAM = "\u2983gongshu·first\u2984", "\u2983gongshu·of·%d\u2984"
_KEPT = 4096  # wordings kept at a time
_PLACED = ("first_row", "first_line", "first_pointer")  # what the place of an earlier row is made of
_ALWAYS = ("check", "column", "detail", "message", "name", "near", "reason")  # words are chosen by them


class _Wording(NamedTuple):
    """Words with stand-ins, and which of them occur."""

    text: str
    value: bool
    fix: bool
    pointer: bool
    first: bool
    params: tuple[tuple[str, str], ...]  # stand-in and name
    of: Any  # while it lives, no other parameters have their identity


class Speaker:
    """One part of the words of one finding, for any of its samples."""

    def __init__(self, finding: Finding, lang: str, part: str, file: FileReport) -> None:
        self._finding, self._lang, self._part, self._file = finding, lang, part, file
        self._known: dict[Any, _Wording] = {}
        self._asked = _asked(finding.code, lang, part)

    def __call__(self, sample: Sample) -> str:
        """The words of that sample."""
        fix, params = sample.fix, sample.params
        mended = fix.value if fix is not None else None
        has = (bool(sample.value), bool(mended), fix is not None and fix.safe, bool(sample.pointer))
        key = (id(params) if params else None, *has)
        known = self._known.get(key)
        if known is None:
            known = self._same_words(key, sample)
        text = known.text
        if known.value:
            text = text.replace(_VALUE, quoted(sample.value or ""))
        if known.fix:
            text = text.replace(_FIX, quoted(mended or ""))
        if known.first:
            given = {**self._finding.params, **params}
            text = text.replace(_FIRST, first_place(given, self._lang, self._file)["first_place"])
        for mark, name in known.params:
            text = text.replace(mark, quoted(params[name]))
        return text.replace(_POINTER, sample.pointer or "") if known.pointer else text

    def _same_words(self, key: tuple[Any, ...], sample: Sample) -> _Wording:
        """The wording of a sample whose parameters were not seen yet: perhaps others say the same, else it is made."""
        if len(self._known) >= _KEPT:
            self._known.clear()
        names, parts = [], [key[1:]]
        first = "first_place" in (self._asked or ()) and sample.params.get("first_row") is not None
        for name, value in sample.params.items():
            if first and name in _PLACED:
                continue
            if self._asked is None or name in _ALWAYS or name in _PLACED:
                parts.append((name, repr(value)))
            elif self._asked.get(name) == "" and value and type(value) is str:
                names.append(name)
            elif name in self._asked:
                parts.append((name, repr(value)))
        alike = (*parts, tuple(names), first)
        known = self._known.get(alike)
        if known is None:
            known = self._known[alike] = self._learn(sample, names, first)
        if len(self._known) < _KEPT // 2:
            self._known[key] = known._replace(of=sample.params)
        return known

    def _learn(self, sample: Sample, names: list[str], first: bool) -> _Wording:
        fix = sample.fix
        stand_ins = {name: _PARAM % number for number, name in enumerate(names)}
        params: Mapping[str, Any] = {**sample.params, **stand_ins}
        if first:
            params = {**params, "first_row": None, "first_place": _FIRST}
        like = sample._replace(
            value=_VALUE if sample.value else sample.value,
            fix=Fix(_FIX, fix.safe) if fix is not None and fix.value else fix,
            pointer=_POINTER if sample.pointer else sample.pointer,
            params=params,
        )
        text = finding_words(self._finding, self._lang, self._part, sample=like, file=self._file)
        found = tuple((mark, name) for name, mark in stand_ins.items() if mark in text)
        return _Wording(text, _VALUE in text, _FIX in text, _POINTER in text, _FIRST in text, found, sample.params)


def _asked(code: str, lang: str, part: str) -> Mapping[str, str] | None:
    """The parameters that these words are made of, each with its format; None where any of them may matter."""
    words = entry(code, lang)
    templates = [str(words[each]) for each in dict.fromkeys((part, "message")) if words.get(each)]
    found = [parameters_of(each) for each in templates]
    if code in DERIVED or not found or None in found:
        return None
    asked = {name: spec for each in found if each is not None for name, spec in each.items()}
    return None if asked.keys() & set(_PLACED) else asked

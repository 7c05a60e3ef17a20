"""The words of many samples of one finding: made once, then only values, fixes and pointers put in.

A million samples are said in seconds and not in minutes; the words are exactly those of `finding_words`.
"""

from __future__ import annotations

from typing import Any

from gongshu.validators.finding import Finding, Fix, Sample
from gongshu.validators.report import FileReport
from gongshu.validators.reports.words import finding_words, quoted

# stand-ins that are printable, so that quoting leaves them, and that no data holds by chance
_VALUE, _FIX, _POINTER = "\u2983gongshu·value\u2984", "\u2983gongshu·fix\u2984", "\u2983gongshu·pointer\u2984"
_KEPT = 4096  # wordings kept at a time


class Speaker:
    """One part of the words of one finding, for any of its samples."""

    def __init__(self, finding: Finding, lang: str, part: str, file: FileReport) -> None:
        self._finding, self._lang, self._part, self._file = finding, lang, part, file
        # with the parameters that a wording is of: while they live, no others have their identity
        self._known: dict[Any, tuple[str, bool, bool, bool, Any]] = {}

    def __call__(self, sample: Sample) -> str:
        """The words of that sample."""
        fix = sample.fix
        mended = fix.value if fix is not None else None
        params = id(sample.params) if sample.params else None
        key = (params, bool(sample.value), bool(mended), fix is not None and fix.safe, bool(sample.pointer))
        known = self._known.get(key)
        if known is None:
            known = self._learn(key, sample)
        text, value, fixed, pointer, _ = known
        if value:
            text = text.replace(_VALUE, quoted(sample.value or ""))
        if fixed:
            text = text.replace(_FIX, quoted(mended or ""))
        return text.replace(_POINTER, sample.pointer or "") if pointer else text

    def _learn(self, key: Any, sample: Sample) -> tuple[str, bool, bool, bool, Any]:
        if len(self._known) >= _KEPT:
            self._known.clear()
        fix = sample.fix
        like = sample._replace(
            value=_VALUE if sample.value else sample.value,
            fix=Fix(_FIX, fix.safe) if fix is not None and fix.value else fix,
            pointer=_POINTER if sample.pointer else sample.pointer,
        )
        text = finding_words(self._finding, self._lang, self._part, sample=like, file=self._file)
        found = (text, _VALUE in text, _FIX in text, _POINTER in text, sample.params)
        self._known[key] = found
        return found

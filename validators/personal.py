"""Personal data that nobody declared: told by valid numbers, and by what a column is called.

The gate of the publishers looks at every cell for identity numbers with `tells_of_a_person`; a validation looks at the
first rows of each column, and warns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pyarrow.compute as pc

from gongshu.standards.identifiers import identifier
from gongshu.standards.model import Field, Table
from gongshu.validators.finding import Finding
from gongshu.validators.headers import Severities

if TYPE_CHECKING:
    from gongshu.validators.engine import BatchVerdict
    from gongshu.validators.plan import Plan

CITIZEN = r"\d{17}[\dXx]"
_WHOLE = re.compile(rf"(?<![0-9A-Za-z]){CITIZEN}(?![0-9A-Za-z])", re.ASCII)
_YEARS = ("18", "19", "20")

ROWS = 1000  # so many first rows of the table are looked at, whatever the batches
LEAST = 2  # a single number may be one by chance
MOSTLY = 0.5
SHAPES: Mapping[str, str] = {
    "citizen-id": rf"^{CITIZEN}$",
    "mobile": r"^1[3-9]\d{9}$",
    "bank-card": r"^(?:4|5|62|9)\d{14,18}$",
}
_NAMES: Mapping[str, re.Pattern[str]] = {
    "citizen-id": re.compile(
        r"身份证(?:件)?号|公民身份号码|(?:证件|身份)号码$|^sfzh(?:m)?$|^gmsfhm$|id_?card", re.IGNORECASE
    ),
    "mobile": re.compile(r"手机号|移动电话|^sjh(?:m)?$|mobile", re.IGNORECASE),
    "bank-card": re.compile(r"银行(?:卡|账)号|^yhkh$|bank_?card", re.IGNORECASE),
}


def tells_of_a_person(text: str) -> bool:
    """Whether a valid number of an identity card (GB 11643) stands anywhere in a text."""
    judge = identifier("citizen-id")
    return any(each[6:8] in _YEARS and judge(each.upper()) is None for each in _WHOLE.findall(text))


class Exposure:
    """Takes the verdicts of one file in order, and tells undeclared personal columns of its first rows."""

    def __init__(self, table: Table | None, plan: Plan) -> None:
        at = plan.header.columns
        fields = [each for each in table.fields if _undeclared(each)] if table is not None else []
        self._columns: list[tuple[Field, int]] = [(each, at[each.name]) for each in fields if each.name in at]
        self._left = ROWS if self._columns else 0
        self._filled: dict[str, int] = {}
        self._hits: dict[tuple[str, str], int] = {}
        self._judges: dict[str, Callable[[str], str | None]] = {}

    def take(self, verdict: BatchVerdict) -> None:
        """Look at the first rows."""
        if not self._left or not verdict.batch.columns:
            return
        rows = min(self._left, len(verdict.batch.columns[0]))
        self._left -= rows
        for field, index in self._columns:
            column = verdict.batch.columns[index].slice(0, rows)
            filled = pc.sum(pc.greater(pc.binary_length(column), 0)).as_py() or 0
            self._filled[field.name] = self._filled.get(field.name, 0) + filled
            for kind, shape in SHAPES.items():
                suspect = pc.match_substring_regex(column, shape)
                if pc.any(suspect).as_py():
                    hits = sum(map(self._valid(kind), column.filter(suspect).to_pylist()))
                    self._hits[field.name, kind] = self._hits.get((field.name, kind), 0) + hits

    def _valid(self, kind: str) -> Callable[[str], bool]:
        judge = self._judges.setdefault(kind, identifier(kind))
        return lambda text: judge(text.upper()) is None

    def findings(self, severity: Severities) -> list[Finding]:
        """One `privacy.undeclared-personal` a column, `kind` in both languages."""
        level = severity("privacy.undeclared-personal", None, "warning")
        if level is None:
            return []
        found = []
        for field, _ in self._columns:
            kind = self._kind(field)
            if kind is not None:
                params = {"kind": KINDS[kind]}
                reason = "values" if (field.name, kind) in self._hits else "name"
                found.append(
                    Finding("privacy.undeclared-personal", level, 1, (field.name,), reason=reason, params=params)
                )
        return found

    def _kind(self, field: Field) -> str | None:
        filled = self._filled.get(field.name, 0)
        for kind in SHAPES:
            hits = self._hits.get((field.name, kind), 0)
            if hits >= LEAST and hits > MOSTLY * filled:
                return kind
        if not filled:
            return None
        names = (field.name, field.title.zh, field.title.en)
        return next((kind for kind, name in _NAMES.items() if any(name.search(each) for each in names if each)), None)


KINDS: Mapping[str, Mapping[str, str]] = {
    "citizen-id": {"zh": "公民身份号码", "en": "identity numbers"},
    "mobile": {"zh": "手机号", "en": "mobile phone numbers"},
    "bank-card": {"zh": "银行卡号", "en": "bank card numbers"},
}


def _undeclared(field: Field) -> bool:
    return (
        field.privacy.category == "none"
        and field.privacy.mask is None
        and field.type in ("any", "string", "integer", "number")
        and (field.identifier is None or field.identifier.name in SHAPES)
    )

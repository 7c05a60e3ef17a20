"""What the words of a finding need beyond what its check says: expected forms, limits and names, in plain language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from gongshu.standards.messages import said, sentence
from gongshu.validators.finding import Finding

Derive: TypeAlias = Callable[[Mapping[str, Any], Finding, str], dict[str, Any]]

EXAMPLES = {
    "boolean": "true",
    "date": "2024-01-05",
    "datetime": "2024-01-05T08:30:00",
    "integer": "120",
    "number": "12.5",
    "time": "08:30:00",
    "year": "2024",
    "yearmonth": "2024-01",
}
_SAMPLE = {"%Y": "2024", "%m": "01", "%d": "05", "%H": "08", "%M": "30", "%S": "00", "%y": "24"}


def term(name: str, lang: str, /, **params: Any) -> str:
    """A term of the catalogue; empty where it has none."""
    return sentence(f"term.{name}", params, lang) if said(f"term.{name}", lang) is not None else ""


def derived(params: Mapping[str, Any], finding: Finding, lang: str) -> dict[str, Any]:
    """Further parameters for the words of this finding."""
    way = DERIVED.get(finding.code)
    return way(params, finding, lang) if way is not None else {}


def _type(params: Mapping[str, Any], finding: Finding, lang: str) -> dict[str, Any]:
    kind, written = str(params.get("type", "")), str(params.get("format") or "")
    expected = term(f"format.{written}", lang) or term(f"type.{kind}", lang) or kind
    return {"expected": expected, "example": _spelled(written) if "%" in written else EXAMPLES.get(kind, "…")}


def _format(params: Mapping[str, Any], finding: Finding, lang: str) -> dict[str, Any]:
    written = str(params.get("format") or "")
    return {"expected": _spelled(written) if written else term("plain-number", lang)}


def _spelled(written: str) -> str:
    for mark, example in _SAMPLE.items():
        written = written.replace(mark, example)
    return written


def _length(params: Mapping[str, Any], finding: Finding, lang: str) -> dict[str, Any]:
    least, most = params.get("minimum"), params.get("maximum")
    if least is None or most is None:
        name = "length-most" if least is None else "length-least"
    else:
        name = "length-exact" if least == most else "length-between"
    words = str(said(f"term.{name}", lang) or "")  # its blanks at the edges matter
    return {"expected": words.format(least=least, most=most)}


def _limit(params: Mapping[str, Any], finding: Finding, lang: str) -> dict[str, Any]:
    limit = params.get("maximum", params.get("minimum", ""))
    return {"limit": term("exclusive", lang, limit=limit) if params.get("exclusive") else limit}


def _digits(params: Mapping[str, Any], finding: Finding, lang: str) -> dict[str, Any]:
    precision, scale = params.get("precision"), params.get("scale")
    name = "digits-scale" if precision is None else "digits-precision" if scale is None else "digits"
    return {"expected": term(name, lang, precision=precision, scale=scale)}


def _allowed(params: Mapping[str, Any], finding: Finding, lang: str) -> dict[str, Any]:
    return {"expected": params.get("allowed", "")}


def _identifier(params: Mapping[str, Any], finding: Finding, lang: str) -> dict[str, Any]:
    name = finding.rule or str(params.get("identifier", ""))
    return {"identifier": term(f"identifier.{name}", lang) or name}


def _target(params: Mapping[str, Any], finding: Finding, lang: str) -> dict[str, Any]:
    return {"target": params.get("target") or term("this-table", lang)}


def _bytes(params: Mapping[str, Any], finding: Finding, lang: str) -> dict[str, Any]:
    raw, found = params.get("raw"), params.get("readings")
    if not raw or not isinstance(found, Mapping) or not found:
        return {"hint": ""}
    said = [term("reading", lang, encoding=name, text=text) for name, text in found.items()]
    return {"hint": term("bytes", lang, raw=raw, readings=("，" if lang == "zh" else ", ").join(said))}


DERIVED: dict[str, Derive] = {
    "cell.enum": _allowed,
    "cell.format": _format,
    "cell.length": _length,
    "cell.identifier": _identifier,
    "cell.maximum": _limit,
    "cell.minimum": _limit,
    "cell.precision": _digits,
    "cell.type": _type,
    "file.encoding": _bytes,
    "file.encoding-mixed": _bytes,
    "key.foreign": _target,
}

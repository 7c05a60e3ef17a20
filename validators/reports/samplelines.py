"""A saved report read line by line: the report without its samples, and the samples by the finding they are of.

`document.write` puts every sample on a line of its own. A file laid out otherwise is no fault: it is read whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gongshu.validators.finding import Finding, Fix, Sample
from gongshu.validators.report import Report
from gongshu.validators.samples import PORTION, Gathering, side_by_side
from gongshu.validators.samplestore import SampleStore

_START, _END = b'     "samples": [\n', b"     ]\n"
_MARK = "\x01"
_HASH = re.compile("[0-9a-f]{12}")


class Unlike(ValueError):
    """The file is not laid out as `document.write` does, or something in it is not as the schema says."""


def divided(path: Path, store: SampleStore) -> tuple[Any, list[Gathering]]:
    """The report with marks in place of samples, and the samples by their numbers. Raises `Unlike`, `ValueError`."""
    kept: list[Gathering] = []
    bare: list[bytes] = []
    with path.open("rb") as lines:
        for line in lines:
            if line == _START:
                bare.append(b'"samples": [{"row": %d, "pointer": "\\u0001"}]\n' % len(kept))
                kept.append(_samples(lines, store))
            else:
                bare.append(line)
    return json.loads(b"".join(bare)), kept


def filled(report: Report, kept: list[Gathering], store: SampleStore) -> Report:
    """The report with the samples in place of marks. Raises `Unlike` where they do not correspond."""
    numbers = iter(range(len(kept)))

    def with_samples(finding: Finding) -> Finding:
        if not finding.samples:
            return finding
        number = next(numbers, None)
        if number is None or tuple(finding.samples) != (Sample(row=number, pointer=_MARK),):
            raise Unlike
        return replace(finding, samples=kept[number].samples(store))

    files = tuple(replace(file, findings=tuple(map(with_samples, file.findings))) for file in report.files)
    if next(numbers, None) is not None:
        raise Unlike
    return replace(report, files=files)


def _samples(lines: Any, store: SampleStore) -> Gathering:
    found, held, portion = Gathering(), 0, []
    for line in lines:
        if line == _END:
            break
        portion.append(line)
        if len(portion) == PORTION:
            found.add(_portion(portion))
            held, portion = held + PORTION, []
            if store.crowded(held):
                found.spill(store)
                held = 0
    else:
        raise Unlike
    if portion:
        found.add(_portion(portion))
    if not store.keep(held + len(portion)):
        found.spill(store)
    return found


def _portion(lines: list[bytes]) -> Any:
    made = json.loads(b"[" + b"".join(lines) + b"]")
    if len(made) != len(lines):
        raise Unlike
    return side_by_side([sample_of(each) for each in made])


def sample_of(given: Any) -> Sample:
    """The sample that an object describes. Raises `Unlike` where the schema does not allow it."""
    if not isinstance(given, dict) or not given.keys() <= _ALLOWED.keys():
        raise Unlike
    if not all(_ALLOWED[name](value) for name, value in given.items()):
        raise Unlike
    fix = given.pop("fix", None)
    return Sample(**given, fix=Fix(**fix) if fix is not None else None)


def _from(least: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and value >= least


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_key(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def _is_fix(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == {"value", "safe"}
        and (value["value"] is None or isinstance(value["value"], str))
        and isinstance(value["safe"], bool)
    )


# `#/$defs/sample` of report.schema.json, some hundred times as fast
_ALLOWED: Mapping[str, Callable[[Any], bool]] = {
    "row": _from(0),
    "line": _from(1),
    "cell": _is_text,
    "byte": _from(0),
    "pointer": _is_text,
    "value": _is_text,
    "key": _is_key,
    "row_hash": lambda value: isinstance(value, str) and _HASH.fullmatch(value) is not None,
    "params": lambda value: isinstance(value, dict),
    "fix": _is_fix,
}

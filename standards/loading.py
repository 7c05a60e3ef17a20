"""A pack's folder to a standard: every fault of it at once, each with file, line and key."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from gongshu.standards import building, consistency, documents
from gongshu.standards.codelists import day, read_codes
from gongshu.standards.compiling import CODES_FILE, STANDARD_FILE
from gongshu.standards.consistency import Problem, near
from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.fingerprint import fingerprint
from gongshu.standards.model import Kind, Standard
from gongshu.standards.yamlsource import MAX_BYTES, Located, read
from gongshu.standards.yamlsource import Path as Trail

MAX_CODES_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class Examined:
    """A standard as far as it could be read, everything wrong with it, and its document for who looks further."""

    standard: Standard | None
    faults: tuple[StandardFault, ...]
    source: Located | None = None
    file: str = ""

    def fault(self, problem: Problem) -> StandardFault:
        """A problem at a place of the document as a fault with file, line and key."""
        return located(problem, self.source or Located(), self.file)


def load_folder(path: Path) -> Standard:
    """The standard in a pack's folder. Raises `StandardFaults`."""
    return load_file(Path(path) / STANDARD_FILE)


def load_file(path: Path) -> Standard:
    """The standard in a `standard.yaml`, for a code list with the `codes.csv` beside it. Raises `StandardFaults`.

    The fingerprint counts the code lists drawn on only when the registry, which finds them, has set it.
    """
    examined = examine(Path(path))
    if examined.faults or examined.standard is None:
        raise StandardFaults(examined.faults)
    return examined.standard


def text_of(path: Path, *, limit: int = MAX_BYTES) -> str:
    """The text of a file that must be UTF-8. Raises `StandardFault` where it is missing or something else."""
    try:
        if path.stat().st_size > limit or path.is_char_device():
            raise StandardFault("standard.yaml-size", file=str(path), place=str(path), limit=limit >> 20)
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise StandardFault("standard.file-missing", file=str(path), place=str(path)) from None
    except UnicodeDecodeError as error:
        params = {"file": str(path), "place": str(path), "offset": error.start}
        raise StandardFault("standard.file-encoding", **params) from None
    except OSError as error:
        raise StandardFault(
            "standard.file-unreadable", file=str(path), place=str(path), detail=error.strerror
        ) from None


def examine(path: Path) -> Examined:
    """Read a `standard.yaml` and gather everything wrong with it. Raises nothing because of what it holds."""
    file = str(path)
    try:
        source = read(text_of(path), file=file)
    except StandardFault as fault:
        return Examined(None, (fault,), None, file)
    if not isinstance(source.data, dict):
        wrong = StandardFault("standard.not-mapping", file=file, line=1, key="", place=f"{file}:1")
        return Examined(None, (wrong,), source, file)
    problems = [Problem(trail, code, params) for trail, code, params in source.faults]
    building.rejoined(source)
    problems.extend(
        each for each in _shape(source.data) if each.code == "standard.key-unknown" and _empty(source, each)
    )
    building.texted(source)
    problems.extend(_shape(source.data))
    problems.extend(_dates(source.data))
    standard = building.build(source, origin=file)
    if standard is not None and standard.table is not None:
        problems.extend(consistency.problems(standard.table))
        ready, wrong_rules = consistency.parsed_rules(standard.table)
        problems.extend(wrong_rules)
        standard = replace(standard, table=ready)
    if standard is not None and standard.document is not None:
        problems.extend(documents.problems(standard.kind, standard.document))
    faults = [located(each, source, file) for each in _once(problems)]
    if standard is not None and standard.kind is Kind.CODELIST:
        standard, wrong_codes = _with_codes(standard, path.with_name(CODES_FILE))
        faults.extend(wrong_codes)
    faults.sort(key=lambda each: (each.params.get("file", ""), each.params.get("line", 0)))
    if standard is not None and not faults:
        standard = replace(standard, fingerprint=fingerprint(standard, {}))
    return Examined(standard, tuple(faults), source, file)


def _empty(source: Located, problem: Problem) -> bool:
    """Whether an unknown key has nothing behind it: `texted` would take it away, and nobody would know."""
    here = source.data
    for step in problem.path:
        here = here[step]
    return here is None


def _once(problems: Iterable[Problem]) -> list[Problem]:
    """The problems without repetition; the schema's common part and a kind's part may say the same."""
    kept: list[Problem] = []
    for each in problems:
        if each not in kept:
            kept.append(each)
    return kept


def _with_codes(standard: Standard, path: Path) -> tuple[Standard, list[StandardFault]]:
    file = str(path)
    if not path.is_file():
        return standard, [StandardFault("standard.codes-missing", file=file, line=1, key="", place=file)]
    try:
        codes, problems = read_codes(text_of(path, limit=MAX_CODES_BYTES))
    except StandardFault as fault:
        return standard, [fault]
    faults = [
        StandardFault(
            code, **{**params, "file": file, "line": line, "key": key, "place": f"{file}:{line} {key}".strip()}
        )
        for line, key, code, params in problems
    ]
    return replace(standard, codes=codes), faults


@cache
def format_schema() -> Mapping[str, Any]:
    """The JSON Schema of `standard.yaml`, as published."""
    found: Mapping[str, Any] = json.loads(files("gongshu.standards").joinpath("format.schema.json").read_text("utf-8"))
    return found


def _shape(data: Any) -> Iterator[Problem]:
    from jsonschema import Draft202012Validator

    for error in Draft202012Validator(format_schema()).iter_errors(data):
        yield from _told(error)


def _told(error: Any) -> Iterator[Problem]:
    """One error of the JSON Schema in this project's words."""
    trail: Trail = tuple(error.absolute_path)
    given = error.instance
    if error.validator == "anyOf":
        branches: dict[int, list[Any]] = {}
        for each in error.context:
            branches.setdefault(each.relative_schema_path[0], []).append(each)
        depth = len(error.absolute_path)
        fitting = (
            branch
            for branch in branches.values()
            if not any(each.validator in ("type", "enum") and len(each.absolute_path) == depth for each in branch)
        )
        inner = next(fitting, None)
        if inner is not None:
            for each in inner:
                yield from _told(each)
            return
        expected = [word for each in error.context for word in _expected(each) if len(each.absolute_path) == depth]
        params = {"value": _short(given), "expected": " | ".join(dict.fromkeys(expected))}
        yield Problem(trail, "standard.value", params)
    elif error.validator == "additionalProperties":
        known = list(error.schema.get("properties", ()))
        for key in given:
            if key not in known:
                params = {"name": key, "near": near(key, known)}
                yield Problem((*trail, key), "standard.key-unknown", params)
    elif error.validator == "required":
        missing = next((key for key in error.validator_value if key not in given and repr(key) in error.message), "")
        yield Problem(trail, "standard.key-missing", {"name": missing})
    else:
        yield Problem(trail, "standard.value", {"value": _short(given), "expected": " | ".join(_expected(error))})


def _expected(error: Any) -> list[str]:
    wanted = error.validator_value
    if error.validator in ("enum", "type"):
        return [str(each) for each in wanted] if isinstance(wanted, list) else [str(wanted)]
    if trail_key(error) == "version":
        return ["1.0.0"]
    if error.validator == "pattern" and trail_key(error) in ("valid_from", "valid_to"):
        return ["2026-01-31"]
    return [f"{error.validator} {wanted}"]


def trail_key(error: Any) -> str:
    """The last key on the way to an error."""
    return str(error.absolute_path[-1]) if error.absolute_path else ""


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else text[:57] + "…"


def _dates(data: Mapping[str, Any]) -> Iterator[Problem]:
    days = {}
    for key in ("valid_from", "valid_to"):
        given = data.get(key)
        if isinstance(given, str):
            days[key] = day(given, last=key == "valid_to")
            if days[key] is None and len(given) in (4, 7, 10) and given[:4].isdigit():
                yield Problem((key,), "standard.value", {"value": given, "expected": "2026-01-31"})
    start, end = days.get("valid_from"), days.get("valid_to")
    if start and end and start > end:
        params = {"low": f"valid_from {data['valid_from']}", "high": f"valid_to {data['valid_to']}"}
        yield Problem(("valid_to",), "standard.bounds", params)


def located(problem: Problem, source: Located, file: str) -> StandardFault:
    """The fault for a problem, with where it stands."""
    line = problem.params.get("line") or source.line(problem.path)
    key = spelled(problem.path, source.data)
    where = {"file": file, "line": line, "key": key, "place": f"{file}:{line} {key}".strip()}
    return StandardFault(problem.code, **{**problem.params, **where})


def spelled(trail: Iterable[str | int], data: Any) -> str:
    """A path as people read it: `fields[XK_WSH].constraints.minimum`; an item without a name by its number."""
    words = ""
    here = data
    for step in trail:
        if isinstance(step, str):
            words += f".{step}" if words else step
            here = here.get(step) if isinstance(here, dict) else None
            continue
        here = here[step] if isinstance(here, list) and step < len(here) else None
        named = (here.get(key) for key in ("name", "id", "code")) if isinstance(here, dict) else ()
        name = next((each for each in named if isinstance(each, (str, int))), None)
        words += f"[{name or step + 1}]"
    return words

"""Everything wrong with the packs of a folder: what loading says, and what only a look at other standards can tell."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from gongshu.standards.codelists import CodeTable
from gongshu.standards.compiling import CODES_FILE, STANDARD_FILE
from gongshu.standards.consistency import Problem, near
from gongshu.standards.documents import Citation, citations
from gongshu.standards.entries import pack_folders
from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.loading import Examined, examine
from gongshu.standards.model import Field, Kind, Reference
from gongshu.standards.packageschema import descriptor_schema
from gongshu.standards.recordschema import check_schema, schema_of
from gongshu.standards.registry import Registry
from gongshu.standards.soundness import Remark, remarks


def lint(path: Path, registry: Registry, notes: list[StandardFault] | None = None) -> tuple[int, list[StandardFault]]:
    """How many standards were looked at in a folder of packs, a pack or a file, and every fault of theirs.

    What refuses nothing but should be known is added to `notes`, where that is given.
    """
    if path.is_dir():
        files = [folder / STANDARD_FILE for folder in pack_folders(path)]
        if not files:
            raise StandardFault("standards.lint-empty", name=str(path))
    else:
        files = [path]
    found: list[StandardFault] = []
    for file in files:
        found.extend(_file(file, registry, [] if notes is None else notes))
    return len(files), found


def _file(file: Path, registry: Registry, notes: list[StandardFault]) -> list[StandardFault]:
    if file.suffix.lower() not in (".yaml", ".yml"):
        faults = [fault for asked in _asked(file) for fault in _resolved(asked, registry)]
        return [*_descriptor(file), *faults]
    examined = examine(file)
    faults = [*examined.faults, *(examined.fault(each) for each in _references(examined, registry))]
    if not faults and file.name == STANDARD_FILE and examined.standard is not None:
        try:
            registry.resolve(file.parent)  # two of one name that differ
        except StandardFault as fault:
            faults.append(fault)
        except StandardFaults:
            return faults  # the other one is wrong; it is not what was asked about
    if not faults and examined.standard is not None:
        for each in remarks(examined.standard, registry):
            (notes if each.note else faults).append(_remarked(examined, each))
    return sorted(faults, key=lambda each: (str(each.params.get("file", "")), int(each.params.get("line", 0))))


def _remarked(examined: Examined, remark: Remark) -> StandardFault:
    """A remark with its place; those on a code stand in the list's own file."""
    problem = remark.problem
    if not problem.path or problem.path[0] != CODES_FILE:
        return examined.fault(problem)
    file, code = Path(examined.file).with_name(CODES_FILE), str(problem.path[1])
    line = _line_of(file, code)
    where = {"file": str(file), "line": line, "key": code, "place": f"{file}:{line} {code}"}
    return StandardFault(problem.code, **{**problem.params, **where})


def _line_of(file: Path, code: str) -> int:
    """The last line of a code list that gives the code."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.DictReader(lines)
        return max((reader.line_num for row in reader if (row.get("code") or "").strip() == code), default=1)


def _asked(file: Path) -> list[str | Path]:
    """What a document asks to be looked at: itself, or every resource of a Data Package whose schema is there."""
    resources = _resources(file)
    if resources is None:
        return [file]
    return [f"{file}#{name}" for name, schema in resources if schema is not None and _there(file, schema)]


def not_there(path: Path) -> list[str]:
    """The schema files that a Data Package names and that are not beside it: nothing can be said of them."""
    found = _resources(path) if path.is_file() and path.suffix.lower() == ".json" else None
    return [str(schema) for _, schema in found or () if schema is not None and not _there(path, schema)]


def _there(file: Path, schema: object) -> bool:
    return not isinstance(schema, str) or ("://" not in schema and (file.parent / schema).is_file())


def _resources(file: Path) -> list[tuple[str, object]] | None:
    """Name and schema of every resource of a Data Package; None for what is none."""
    try:
        resources = json.loads(file.read_text("utf-8-sig"))["resources"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    if not isinstance(resources, list) or not all(isinstance(each, dict) for each in resources):
        return None
    return [(str(each.get("name") or place), each.get("schema")) for place, each in enumerate(resources)]


def _descriptor(file: Path) -> Iterator[StandardFault]:
    """What a Data Package says of itself against the rules for one."""
    import jsonschema

    try:
        document = json.loads(file.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return
    if not isinstance(document, dict) or "resources" not in document or "fields" in document:
        return
    for each in jsonschema.Draft202012Validator(descriptor_schema(document)).iter_errors(document):
        key = "/".join(str(step) for step in each.absolute_path)
        params = {"file": str(file), "line": 1, "key": key, "place": f"{file} {key}".strip()}
        yield StandardFault("standard.package", detail=each.message[:200], **params)


def _resolved(asked: str | Path, registry: Registry) -> list[StandardFault]:
    try:
        schema = schema_of(registry.resolve(asked))
        if schema is not None:
            check_schema(schema)
    except StandardFault as fault:
        return [fault]
    except StandardFaults as group:
        return [each for each in group.exceptions if isinstance(each, StandardFault)]
    return []


def _references(examined: Examined, registry: Registry) -> Iterator[Problem]:
    standard = examined.standard
    if standard is None:
        return
    for place, field in enumerate(standard.table.fields if standard.table else ()):
        if field.codelist is not None:
            yield from _codelist(("fields", place, "codelist"), field, registry)
    for place, key in enumerate(standard.table.foreign_keys if standard.table else ()):
        if key.standard is not None:
            yield from _known(("foreignKeys", place, "reference", "standard"), key.standard, registry)
    for citation in citations(standard.kind, standard.document or {}):
        yield from _citation(citation, registry)
    if standard.replaced_by:
        yield from _known(("replaced_by",), Reference.parse(standard.replaced_by), registry)
        yield from _replaced_in_a_circle(standard.id, standard.replaced_by, registry)


def _citation(citation: Citation, registry: Registry) -> Iterator[Problem]:
    """The standard that a document names is there, of the kind it should be, with the columns named."""
    missing = list(_known(citation.path, citation.reference, registry))
    if missing:
        yield from missing
        return
    kind = registry.head(registry.folder(citation.reference)).kind
    if kind is not citation.kind:
        params = {"name": str(citation.reference), "kind": kind.value if kind else "?", "expected": citation.kind.value}
        yield Problem(citation.path, "standard.kind-wrong", params)
    elif citation.columns:
        try:
            table = registry.get(citation.reference).table
        except (StandardFault, StandardFaults):
            return  # said where that standard is linted
        names = [each.name for each in table.fields] if table else []
        for name in citation.columns:
            if name not in names:
                params = {"table": str(citation.reference), "name": name, "near": near(name, names)}
                yield Problem(citation.path, "standard.column-missing", params)


def _known(path: tuple[str | int, ...], wanted: Reference, registry: Registry) -> Iterator[Problem]:
    try:
        registry.folder(wanted)
    except StandardFault as fault:
        if fault.code == "standard.unknown":
            near = fault.params["near"]
            yield Problem(path, "standard.reference-missing", {"name": str(wanted), "near": near})
        else:
            yield Problem(path, fault.code, fault.params)


def _codelist(path: tuple[str | int, ...], field: Field, registry: Registry) -> Iterator[Problem]:
    use = field.codelist
    if use is None:
        return
    try:
        folder = registry.folder(use.list)
    except StandardFault as fault:
        code = "standard.codelist-missing" if fault.code == "standard.unknown" else fault.code
        name = str(use.list) if fault.code == "standard.unknown" else use.list.id
        yield Problem(path, code, {**fault.params, "name": name})
        return
    kind = registry.head(folder).kind
    if kind is not Kind.CODELIST:
        params = {"name": str(use.list), "kind": kind.value if kind else "?", "expected": Kind.CODELIST.value}
        yield Problem(path, "standard.kind-wrong", params)
        return
    if use.below is not None:
        table = _table(registry, use.list)
        if table is not None and not table.known(use.below):
            yield Problem((*path, "below"), "standard.code-missing", {"list": str(use.list), "code": use.below})


def _table(registry: Registry, wanted: Reference) -> CodeTable | None:
    """The list's codes; None where the list itself is faulty, which is said where it is linted."""
    try:
        return registry.codes(wanted)
    except (StandardFault, StandardFaults):
        return None


def _replaced_in_a_circle(name: str, after: str, registry: Registry) -> Iterator[Problem]:
    trail = [name]
    here = after
    while here:
        wanted = Reference.parse(here)
        if wanted.id in trail:
            if wanted.id == name:
                yield Problem(("replaced_by",), "standard.cycle", {"trail": " → ".join([*trail, wanted.id])})
            return
        trail.append(wanted.id)
        try:
            here = registry.head(registry.folder(wanted)).replaced_by
        except StandardFault:
            return

"""The files of a dataset as they are published: through the gate, typed, projected, every byte of them stored.

All of this can be done ahead of the dataset's turn and beside that of others: objects that nothing refers to yet are
seen by nobody.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from gongshu.publishers import identity
from gongshu.publishers.canonical import canonical, copied
from gongshu.publishers.conversion import Subject, convert
from gongshu.publishers.gate import Terms, examine, standard_of
from gongshu.publishers.inspection import place_told
from gongshu.publishers.ledger import Ledger, Output, Resource
from gongshu.publishers.manifest import File
from gongshu.publishers.plan import PlanItem, PlannedFile
from gongshu.publishers.projection import OPEN, Projection, project, table_schema
from gongshu.publishers.record import record
from gongshu.standards.faults import PublishFault

if TYPE_CHECKING:
    from gongshu.standards.model import Standard
    from gongshu.validators.receipt import Receipt

Points = Callable[[str], None]
PARQUET, CSV, JSON, BYTES = "application/vnd.apache.parquet", "text/csv", "application/json", "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Making:
    """One file on its way: where it is prepared, and what was made of it so far."""

    planned: PlannedFile
    slug: str
    place: Path
    copy: Path  # of the source; it is judged and converted, and nothing else
    at: Points
    outputs: list[Output]
    made: list[tuple[Path, str]]  # file, SHA-256

    def add(self, audience: str, form: str, path: Path, digest: tuple[str, int], media: str, name: str) -> None:
        """One more output."""
        self.outputs.append(Output(audience, form, *digest, media, name))
        self.made.append((path, digest[0]))


def prepare(item: PlanItem, ledger: Ledger, terms: Terms, at: Points) -> tuple[Resource, ...]:
    """Every file of the dataset, its bytes stored durably. Raises the `Fault` that keeps one of them back."""
    place = ledger.workplace() / uuid4().hex
    place.mkdir()
    made: list[tuple[Path, str]] = []
    try:
        found = tuple(_resource(each, item, place, made, ledger, terms, at) for each in item.files)
        ledger.keep(made)
        at("kept")
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return found


def _resource(
    planned: PlannedFile,
    item: PlanItem,
    place: Path,
    made: list[tuple[Path, str]],
    ledger: Ledger,
    terms: Terms,
    at: Points,
) -> Resource:
    """One file through the gate; what there is to be stored of it is added to `made`."""
    folder = place / str(len(made))
    folder.mkdir()
    kind = "".join(each for each in Path(planned.name).suffixes[-2:] if len(each) < 16)  # a reader may look at it
    copy = folder / f"source{kind}"
    sha256, size = _copied(planned, copy)
    making = Making(planned, item.slug, folder, copy, at, [], made)
    making.add("source", "source", making.copy, (sha256, size), BYTES, planned.name)
    at("source")
    file = _file(planned)
    standard = standard_of(file, terms)
    projection, *others = _projections(planned, item, standard)
    provider = str(item.metadata.get("providerCode") or "")
    passage = examine(file, standard, making.copy, terms, sha256=sha256, organisation=provider)
    if passage.reasons:
        raise passage.reasons[0]
    at("gate")
    receipt = passage.receipt or passage.own  # the one that was relied on, or the gate's own, unsigned
    told = place_told(receipt, sha256)
    subject = Subject(making.copy, standard, terms.as_of, terms.registry, planned.sheet, told)
    rows, columns, schema = _open(projection, subject, making, receipt)
    audiences = {each.audience: _told(each, projection, (rows, columns, schema), subject, making) for each in others}
    body = canonical(receipt.document() if receipt is not None else {})
    (folder / "receipt.json").write_bytes(body)
    vouched = (hashlib.sha256(body).hexdigest(), len(body))
    making.add("source", "receipt", folder / "receipt.json", vouched, JSON, f"{planned.key}.receipt.json")
    outputs = making.outputs
    return Resource(
        key=planned.key,
        id=identity.resource_id(ledger.namespace, item.code, planned.key),
        title=planned.title,
        source_name=planned.name,
        source_sha256=sha256,
        source_bytes=size,
        standard=standard.reference,
        fingerprint=standard.fingerprint,
        rows=rows,
        columns=columns,
        schema=schema,
        record=record(
            source=(sha256, size),
            standard=standard,
            projection=projection,
            receipt=outputs[-1].sha256,
            outputs=outputs,
            as_of=terms.as_of,
            draft=passage.draft,
            rows=rows,
            signer=str((passage.receipt.signature or {}).get("key", "")) if passage.receipt is not None else "",
            others=others,
        ),
        outputs=tuple(outputs),
        audiences=audiences,
    )


def _copied(planned: PlannedFile, copy: Path) -> tuple[str, int]:
    """Copy the source and hash what is copied. Raises where it is not what the plan saw."""
    moved = PublishFault("publish.source-moved", key=planned.key, name=planned.name)
    source = Path(planned.path)
    if not source.is_file():
        raise moved
    sha256, size = copied(source, copy)
    if sha256 != planned.sha256:
        raise moved
    return sha256, size


def _file(planned: PlannedFile) -> File:
    return File(
        planned.key,
        Path(planned.path),
        planned.name,
        planned.standard,
        planned.sheet,
        planned.title,
        receipt=Path(planned.receipt) if planned.receipt else None,
        references=planned.references,
    )


def _projections(planned: PlannedFile, item: PlanItem, standard: Standard) -> list[Projection]:
    """Of the public first. Raises where standard or projections are not those that the plan saw."""
    audiences = (OPEN, *sorted(planned.others))
    found = [project(standard, item.metadata, each, planned.scope.get(each, "")) for each in audiences]
    policy = [standard.fingerprint, *(each.sha256 for each in found)]
    if policy != [planned.fingerprint, planned.projection, *(planned.others[name] for name in sorted(planned.others))]:
        raise PublishFault("publish.policy-moved", key=planned.key, standard=planned.reference)
    return found


def _open(
    projection: Projection, subject: Subject, making: Making, receipt: Receipt | None
) -> tuple[int, tuple[str, ...], Mapping[str, Any]]:
    """Rows, columns and schema of what the public gets."""
    if not projection.withheld:
        return _converted(projection, subject, making, making.place)
    files = receipt.statement.get("files", ()) if receipt is not None else ()
    rows = next((int(each["rows"] or 0) for each in files if each.get("sha256") == making.outputs[0].sha256), 0)
    columns = tuple(each.field.name for each in projection.columns)
    return rows, columns, table_schema(subject.standard, projection, columns)


def _converted(
    projection: Projection, subject: Subject, making: Making, folder: Path
) -> tuple[int, tuple[str, ...], Mapping[str, Any]]:
    found = convert(subject, projection, folder)
    making.at("converted")
    stem = f"{making.slug}-{identity.slug(making.planned.key)}"
    making.add(projection.audience, "parquet", found.parquet, found.parquet_digest, PARQUET, f"{stem}.parquet")
    making.add(projection.audience, "csv", found.csv, found.csv_digest, CSV, f"{stem}.csv")
    making.at("output")
    return found.rows, found.columns, dict(found.schema)


def _told(
    projection: Projection,
    open_: Projection,
    opened: tuple[int, tuple[str, ...], Mapping[str, Any]],
    subject: Subject,
    making: Making,
) -> dict[str, Any]:
    """What another audience gets of the file, its outputs added; the public's bytes where they are equal.

    `opened`: rows, columns and schema of the open projection.
    """
    rows, columns, schema = opened
    if projection.withheld:
        columns = tuple(each.field.name for each in projection.columns)
        schema = table_schema(subject.standard, projection, columns)
    elif projection.gives_the_same(open_):
        public = [each for each in making.outputs if each.audience == OPEN]
        making.outputs.extend(replace(each, audience=projection.audience) for each in public)
    else:
        folder = making.place / projection.audience
        folder.mkdir()
        rows, columns, schema = _converted(projection, subject, making, folder)
    return {"rows": rows, "columns": list(columns), "schema": schema}

"""Making a plan: look at manifest, files and targets; say for each dataset what will happen and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from gongshu.publishers import identity
from gongshu.publishers.audience import audience_of, state_for
from gongshu.publishers.canonical import file_sha256
from gongshu.publishers.conversion import Subject
from gongshu.publishers.differences.versions import planned as changes
from gongshu.publishers.exposure import in_metadata
from gongshu.publishers.gate import Terms, examine, standard_of
from gongshu.publishers.harvest import vouched
from gongshu.publishers.inspection import Inspection, clean
from gongshu.publishers.journal import brought
from gongshu.publishers.ledger import Head, Ledger
from gongshu.publishers.manifest import File, Item, Manifest
from gongshu.publishers.manifests import coverage
from gongshu.publishers.manifests.preparing import prepare
from gongshu.publishers.metadata import faults
from gongshu.publishers.metadata import ordered as in_order
from gongshu.publishers.mirrors import Mirror, Shown
from gongshu.publishers.plan import (
    BLOCKED,
    CATALOGUE,
    CREATE,
    UNCHANGED,
    UPDATE,
    WITHDRAW,
    Plan,
    PlanItem,
    PlannedFile,
    metadata_sha256,
    number_after,
    reason,
    state_of,
    state_sha256,
)
from gongshu.publishers.progress import Progress
from gongshu.publishers.projection import OPEN, Projection, items, project
from gongshu.publishers.record import content_sha256
from gongshu.standards.faults import Fault, PublishFault
from gongshu.standards.model import Standard, Table
from gongshu.validators.conditions import fault as unreadable

Hashed: TypeAlias = "Callable[[Path], tuple[str, int]]"
PUBLISHED, WITHDRAWN = "published", "withdrawn"


@dataclass(frozen=True, slots=True)
class Known:
    """A file of the manifest with what its standard makes of it."""

    file: File
    standard: Standard
    projection: Projection
    sha256: str
    bytes: int
    organisation: str  # code of the provider, for whom a receipt may be signed
    others: tuple[Projection, ...] = ()  # of the audiences beside the public


def make(
    manifest: Manifest,
    ledger: Ledger,
    mirrors: Sequence[Mirror],
    terms: Terms,
    *,
    folder: Path,
    opener: Callable[[str, str], Path],
    progress: Progress | None = None,
    hashed: Hashed = file_sha256,
) -> Plan:
    """The plan for every dataset of the manifest, and for every mirror that is not as the ledger then will be.

    `hashed` gives SHA-256 and size of a file, `opener` the file of a dataset of another catalogue, by its folder and
    the dataset's code.
    """
    prepared = prepare(manifest, ledger, terms, opener)
    manifest = prepared.manifest
    taken = _taken(manifest, ledger)
    audiences = {audience_of(each.name) for each in mirrors} - {OPEN}
    watched = (progress or Progress()).over("plan", manifest.items, _weight)
    planned = [prepared.told(_item(item, ledger, terms, taken, audiences, hashed)) for item in watched]
    after = _after(ledger, planned)
    for mirror in mirrors:
        planned += _mirrored(mirror, ledger, after)
    return Plan(
        catalogue=str(folder),
        namespace=ledger.namespace,
        targets=(CATALOGUE, *(mirror.name for mirror in mirrors)),
        as_of=terms.as_of,
        allow_draft=terms.allow_draft,
        audience=OPEN,
        items=tuple(planned),
        manifest=prepared.note,
    )


def _weight(item: Item) -> tuple[str, int]:
    """How much there is to read of it."""
    return item.code, sum(file.path.stat().st_size for file in item.files if file.path.is_file())


def _taken(manifest: Manifest, ledger: Ledger) -> dict[str, list[str]]:
    """Slug -> every code that wants it, here or in the ledger."""
    found: dict[str, list[str]] = {}
    for code in dict.fromkeys([*(head.code for head in ledger.heads()), *(item.code for item in manifest.items)]):
        found.setdefault(identity.slug(code), []).append(code)
    return found


def _item(
    item: Item,
    ledger: Ledger,
    terms: Terms,
    taken: Mapping[str, list[str]],
    audiences: Set[str] = frozenset(),
    hashed: Hashed = file_sha256,
) -> PlanItem:
    head = ledger.head(item.code)
    head = head if head is not None and head.code == item.code else None
    slug = identity.slug(item.code)
    title = str(item.metadata.get("title") or (head.title if head else item.code))
    plain = PlanItem(
        item.code,
        slug,
        title,
        CATALOGUE,
        BLOCKED,
        observed=state_sha256(head),
        expected=None if head is None else (head.version, head.edit),
        metadata=item.metadata,
        withdraw=item.withdraw,
    )
    if item.withdraw:
        return _withdrawal(plain, head)
    reasons: list[Fault] = []
    others = [code for code in taken[slug] if code != item.code]
    if others:
        reasons.append(PublishFault("plan.slug-collision", code=item.code, slug=slug, others=", ".join(others)))
    reasons += faults(item.metadata, item.places, item.also, item.absent)
    titles = {f"files.{file.key}": file.title for file in item.files}
    reasons += in_metadata({**item.metadata, "code": item.code, **titles})
    known: list[Known] = []
    # an audience that was served once is served on: a plan for the public alone takes nothing from it
    others = sorted({*audiences, *(name for each in (head.resources if head else ()) for name in each.audiences)})
    for file in item.files:
        try:
            known.append(_known(file, item, terms, others, hashed))
        except Fault as fault:
            reasons.append(fault)
    if reasons:
        gate = [fault for each in known for fault in _gate(each, terms)[0]]  # everything at once, not one thing a run
        return replace(plain, reasons=tuple(map(reason, (*reasons, *gate))))
    plain = _desired(plain, known)
    notes: list[PublishFault] = []
    if head is not None and head.state == PUBLISHED and head.content_sha256 == plain.content_sha256:
        if head.metadata_sha256 == plain.metadata_sha256:
            return replace(plain, action=UNCHANGED, desired=plain.observed)
    else:
        passed = [_gate(each, terms) for each in known]
        gate = [fault for faults_, _ in passed for fault in faults_]
        notes = [note for _, notes_ in passed for note in notes_]
        if gate:
            return replace(plain, reasons=tuple(map(reason, gate)))
    number = number_after(head, plain.content_sha256)
    return replace(
        plain,
        action=CREATE if head is None else UPDATE,
        reasons=tuple(map(reason, (*_notes(known, head), *notes))),
        changes={} if head is None else changes(head, plain.metadata, known, ledger, terms),
        desired=state_of(number, PUBLISHED, plain.content_sha256, plain.metadata_sha256),
    )


def _withdrawal(plain: PlanItem, head: Head | None) -> PlanItem:
    if head is None:
        fault = PublishFault("plan.withdraw-unknown", code=plain.code)
        return replace(plain, reasons=(reason(fault),))
    if head.state == WITHDRAWN:
        return replace(plain, action=UNCHANGED, desired=plain.observed)
    desired = state_of((head.version, head.edit), WITHDRAWN, head.content_sha256, head.metadata_sha256)
    why = reason(PublishFault("plan.withdraw", reason=plain.withdraw))
    return replace(plain, action=WITHDRAW, desired=desired, reasons=(why,))


def _known(file: File, item: Item, terms: Terms, others: Sequence[str] = (), hashed: Hashed = file_sha256) -> Known:
    """The file with its hash and standard. Raises a `Fault` where one of them is not to be had."""
    standard = standard_of(file, terms)
    if not file.path.is_file():
        raise PublishFault("gate.file-missing", key=file.key, name=file.name, line=file.line)
    try:
        sha256, size = hashed(file.path)
    except OSError as error:
        raise PublishFault("gate.file-unreadable", key=file.key, name=file.name, detail=error.strerror) from error
    organisation = str(item.metadata.get("providerCode") or "")
    for audience, condition in file.scope.items():
        if (found := unreadable(condition, standard.table or Table(()))) is not None:
            raise PublishFault(
                "gate.scope", key=file.key, audience=audience, condition=condition, standard=standard.reference,
                detail=found.code,
            )  # fmt: skip
    projection, *further = (
        project(standard, item.metadata, audience, file.scope.get(audience, "")) for audience in (OPEN, *others)
    )
    return Known(file, standard, projection, sha256, size, organisation, tuple(further))


def _gate(known: Known, terms: Terms) -> tuple[tuple[Fault, ...], tuple[PublishFault, ...]]:
    """What keeps the file from leaving, and what to know: the validation's word, then what would be given away."""
    file = known.file
    told = [each for each in known.others if not each.gives_the_same(known.projection)]
    subject = Subject(file.path, known.standard, terms.as_of, terms.registry, file.sheet)
    inspection = Inspection(subject, (known.projection, *told))
    passage = examine(
        file, known.standard, file.path, terms, sha256=known.sha256, organisation=known.organisation,
        watch=inspection.watch,
    )  # fmt: skip
    notes = () if passage.doubt is None else (passage.doubt,)
    if passage.receipt is not None:
        notes = (PublishFault("plan.vouched", key=file.key, receipt=passage.receipt.id[:12]),)
    if passage.reasons:
        return passage.reasons, notes
    if passage.receipt is not None and clean(passage.receipt, known.sha256):
        return (), notes
    notes = (*notes, *coverage.columns(file, known.standard, passage.report, file.path))
    fault = inspection.fault()
    return () if fault is None else (fault,), notes


def _desired(plain: PlanItem, known: Sequence[Known]) -> PlanItem:
    """The item with its files frozen, its data items written into the metadata, and the hashes of both."""
    metadata = dict(plain.metadata)
    metadata.setdefault("items", items([each.projection for each in known]))
    ordered = in_order(metadata)
    titles = {each.file.key: each.file.title for each in known}
    return replace(
        plain,
        metadata=ordered,
        files=tuple(_frozen(each) for each in known),
        content_sha256=content_sha256(
            [
                (each.file.key, each.sha256, each.file.sheet, each.standard, (each.projection, *each.others))
                for each in known
            ]
        ),
        metadata_sha256=metadata_sha256(ordered, titles),
    )


def _frozen(known: Known) -> PlannedFile:
    file, standard = known.file, known.standard
    return PlannedFile(
        key=file.key,
        path=str(file.path),
        name=file.name,
        sheet=file.sheet,
        title=file.title,
        standard=file.standard,
        reference=standard.reference,
        fingerprint=standard.fingerprint,
        projection=known.projection.sha256,
        sha256=known.sha256,
        bytes=known.bytes,
        receipt=str(file.receipt) if file.receipt is not None else "",
        references=dict(file.references),
        scope=dict(file.scope),
        others={each.audience: each.sha256 for each in known.others},
    )


def _notes(known: Sequence[Known], head: Head | None) -> Iterator[PublishFault]:
    """What an administrator should know of something that will be published."""
    if head is not None and head.state == WITHDRAWN:
        yield PublishFault("plan.reinstates", code=head.code)
    for each in known:
        key = each.file.key
        if each.standard.status.value == "draft":
            yield PublishFault("plan.draft-allowed", key=key, standard=each.standard.reference)
        if each.projection.withheld:
            yield PublishFault("plan.withheld", key=key, opening=each.projection.withheld)
        elif each.projection.dropped:
            names = ", ".join(name for name, _ in each.projection.dropped)
            yield PublishFault("plan.dropped", key=key, columns=names)
        masked = ", ".join(column.field.name for column in each.projection.columns if column.masked)
        if masked and not each.projection.withheld:
            yield PublishFault("plan.masked", key=key, columns=masked)


# --- mirrors -----------------------------------------------------------------------------------------------------


def _after(ledger: Ledger, planned: Sequence[PlanItem]) -> dict[str, tuple[str, PlanItem | Head]]:
    """Code -> the state that the ledger will have when its part of the plan is done, and who tells of it."""
    heads = [head for head in ledger.heads() if vouched(head)]  # what was harvested without a pass stays here
    found: dict[str, tuple[str, PlanItem | Head]] = {head.code: (state_sha256(head), head) for head in heads}
    found |= {item.code: (item.desired, item) for item in planned if item.acts}
    return found


def _mirrored(mirror: Mirror, ledger: Ledger, after: Mapping[str, tuple[str, PlanItem | Head]]) -> list[PlanItem]:
    """What the mirror needs to show what the ledger will hold; of a dataset that never got there no tombstone."""
    planned = []
    audience = audience_of(mirror.name)
    after = {code: (state_for(audience, state), teller) for code, (state, teller) in after.items()}
    for code, shown in _seen(mirror, ledger, after):
        desired, teller = after[code]
        seen = None if shown is None else shown.state
        gone = teller.state == WITHDRAWN if isinstance(teller, Head) else teller.action == WITHDRAW
        if gone and seen is None:
            continue
        action = UNCHANGED if seen == desired else WITHDRAW if gone else CREATE if seen is None else UPDATE
        notes: tuple[Fault, ...] = ()
        if shown is not None and shown.condition == "taken":
            action = BLOCKED
            notes = (PublishFault("mirror.taken", code=code, name=teller.slug, site=mirror.name),)
        elif shown is not None and shown.condition in ("edited", "pending") and action != UNCHANGED:
            notes = (PublishFault(f"plan.mirror-{shown.condition}", title=shown.title),)
        planned.append(
            PlanItem(
                code,
                teller.slug,
                teller.title,
                mirror.name,
                action,
                reasons=tuple(map(reason, notes)),
                observed=seen or state_sha256(None),
                desired=desired,
            )
        )
    return _cautioned(planned, mirror)


def _cautioned(planned: list[PlanItem], mirror: Mirror) -> list[PlanItem]:
    """The first item that writes also says what to know of the place, where it says anything."""
    told = [reason(each) for each in getattr(mirror, "cautions", ())]
    first = next((position for position, item in enumerate(planned) if item.acts), None)
    if told and first is not None:
        planned[first] = replace(planned[first], reasons=(*planned[first].reasons, *told))
    return planned


def _seen(
    mirror: Mirror, ledger: Ledger, after: Mapping[str, tuple[str, PlanItem | Head]]
) -> list[tuple[str, Shown | None]]:
    """What the mirror shows of each dataset: at a glance where that is what is wanted, else looked at one by one."""
    there = mirror.read(ledger.namespace)
    codes = sorted(after)
    found = {code: there.get(code) for code in codes}
    doubtful = [code for code in codes if (shown := found[code]) is None or shown.state != after[code][0]]
    new = _new(mirror, ledger, {code: after[code][1].slug for code in doubtful if code not in there})
    doubtful = [code for code in doubtful if code not in new]
    if doubtful:
        with ThreadPoolExecutor(mirror.workers) as pool:
            exact = pool.map(lambda code: mirror.look(code, after[code][1].slug, ledger.namespace), doubtful)
            found |= dict(zip(doubtful, exact, strict=True))
    return list(found.items())


def _new(mirror: Mirror, ledger: Ledger, slugs: Mapping[str, str]) -> set[str]:
    """Codes that never were on their way there and whose names are free: a look at each would find nothing."""
    ask = getattr(mirror, "names_taken", None)
    if ask is None or not slugs:
        return set()
    ever = brought(ledger.journal, mirror.name)
    found = {code: slug for code, slug in slugs.items() if code not in ever}
    taken = ask(found.values())
    return {code for code, slug in found.items() if slug not in taken}

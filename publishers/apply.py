"""Carrying a plan out: exactly that plan, durable step by step, so that dying anywhere and coming again gives the same.

Resume: a step with an intent looks at its target again. The desired state: done. The state that the plan saw, or one of
our own on the way: again. Anything else: conflict, because somebody else was there.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gongshu.publishers import identity, journal
from gongshu.publishers.audience import audience_of, seen, state_for
from gongshu.publishers.canonical import canonical, file_sha256
from gongshu.publishers.conversion import Subject, convert
from gongshu.publishers.gate import Passage, Terms, examine, standard_of
from gongshu.publishers.journal import Journal, Step
from gongshu.publishers.ledger import Head, Ledger, Output, Publication, Resource
from gongshu.publishers.lock import held
from gongshu.publishers.manifest import File
from gongshu.publishers.mirrors import Mirror
from gongshu.publishers.plan import CATALOGUE, WITHDRAW, Plan, PlanItem, PlannedFile, reason, state_sha256
from gongshu.publishers.progress import Progress
from gongshu.publishers.projection import OPEN, Projection, project, table_schema
from gongshu.publishers.record import record
from gongshu.standards.faults import Fault, PublishFault

Points = Callable[[str], None]
PARQUET, CSV, JSON, BYTES = "application/vnd.apache.parquet", "text/csv", "application/json", "application/octet-stream"


def nothing(point: str) -> None:
    """No fault is injected."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Every step of a plan as it stands now."""

    steps: tuple[Step, ...]
    notes: tuple[Fault, ...] = ()  # what became of codes that were to be written back into the manifest

    @property
    def retryable(self) -> tuple[Step, ...]:
        """Steps that another `apply` of the same plan tries again."""
        return tuple(step for step in self.steps if step.state == journal.FAILED)

    @property
    def conflicts(self) -> tuple[Step, ...]:
        """Steps whose target moved: they need a new plan."""
        return tuple(step for step in self.steps if step.state == journal.CONFLICT)

    @property
    def exit_code(self) -> int:
        """0 when every step is done, else 1."""
        return 0 if all(step.state == journal.DONE for step in self.steps) else 1


@dataclass(frozen=True, slots=True)
class Hands:
    """Everything that an apply works with."""

    ledger: Ledger
    mirrors: Mapping[str, Mirror]
    terms: Terms
    now: Callable[[], str]  # ISO 8601 with offset
    actor: str = ""
    plan: str = ""
    at: Points = nothing
    progress: Progress = field(default_factory=Progress)
    sizes: Mapping[str, int] = field(default_factory=dict)  # code -> bytes of its sources, where the plan knows
    turn: threading.Lock = field(default_factory=threading.Lock)  # one thread at a time asks the ledger

    def head(self, code: str) -> Head | None:
        """The ledger's head of exactly that code."""
        with self.turn:
            head = self.ledger.head(code)
        return head if head is not None and head.code == code else None


def apply(plan: Plan, hands: Hands) -> Outcome:
    """Do what the plan says and is not done yet; go on past failures. Raises `PublishFault("publish.locked")` while
    another apply of this plan runs."""
    try:
        return _carried_out(plan, hands)
    except sqlite3.OperationalError as error:  # a journal that cannot be written to: a full disk, most often
        raise PublishFault("publish.io", detail=str(error)) from error


def _carried_out(plan: Plan, hands: Hands) -> Outcome:
    if plan.namespace != hands.ledger.namespace:
        raise PublishFault("publish.other-catalogue", path=plan.catalogue)
    name = plan.sha256
    sizes = {item.code: sum(file.bytes for file in item.files) for item in plan.items if item.files}
    hands = replace(hands, plan=name, sizes=sizes)
    acting = [item for item in plan.items if item.acts]
    locks = hands.ledger.journal.parent / "locks"
    with ExitStack() as stack:
        stack.enter_context(held(locks / f"{name}.lock", subject=name[:12]))
        book = stack.enter_context(closing(Journal(hands.ledger.journal)))
        hands.ledger.workplace()  # what a killed process left behind goes now
        steps = book.begin(name, [(item.target, item.code) for item in acting])
        hands.at("begun")
        pairs = zip(acting, steps, strict=True)
        open_ = [each for each in pairs if each[1].state not in (journal.DONE, journal.CONFLICT)]
        for target in dict.fromkeys(item.target for item, _ in open_):
            _bring([each for each in open_ if each[0].target == target], target, book, hands)
        faults = [fault for each in hands.mirrors.values() if (fault := _tidied(each)) is not None]
        hands.at("finished")
        if faults:  # every mirror had its turn; the same plan again makes up for it
            raise faults[0]
        return Outcome(tuple(book.steps(name)))


def _tidied(mirror: Mirror) -> Fault | None:
    """Let a mirror clear up behind itself; what kept it from that, as a fault."""
    try:
        with mirror.lock():
            mirror.tidy()
    except Fault as fault:
        return fault
    except OSError as error:
        return PublishFault("publish.io", detail=error.strerror or type(error).__name__)
    return None


def _bring(pairs: Sequence[tuple[PlanItem, Step]], target: str, book: Journal, hands: Hands) -> None:
    """All steps of one target: in order, or as many datasets at once as the mirror bears."""
    hands.progress.begin(target, [hands.sizes.get(item.code, 0) for item, _ in pairs])
    workers = 1 if target == CATALOGUE else min(hands.mirrors[target].workers, len(pairs))
    if workers == 1:
        for item, step in pairs:
            _through(item, step, book, hands)
        return
    with ThreadPoolExecutor(workers) as pool:
        waiting = [pool.submit(_through, item, step, book, hands) for item, step in pairs]
        try:
            for each in waiting:
                each.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _through(item: PlanItem, step: Step, book: Journal, hands: Hands) -> None:
    """One item, and then whoever watches is told."""
    _step(item, step, book, hands)
    hands.progress.done(item.code, hands.sizes.get(item.code, 0))


def _ours(item: PlanItem, step: Step, there: str, hands: Hands) -> bool:
    """Whether what is seen is a state that we left behind on the way to the desired one."""
    if item.target == CATALOGUE or step.state == journal.PENDING:
        return False
    return there in step.own_states or there in hands.mirrors[item.target].on_the_way(item.desired)


def _step(item: PlanItem, step: Step, book: Journal, hands: Hands) -> None:
    """Bring one item to done, failed or conflict."""
    try:
        with _target(item, hands):
            there = _look(item, hands)
            if there == item.desired:
                book.mark(hands.plan, step.position, journal.DONE)
                return
            if there != item.observed and not _ours(item, step, there, hands):
                planned = ".".join(map(str, item.expected or ()))
                head = hands.head(item.code) if item.target == CATALOGUE else None
                found = head.number if head is not None else item.target
                fault = PublishFault("publish.target-moved", code=item.code, planned=planned, found=found)
                book.mark(hands.plan, step.position, journal.CONFLICT, reason(fault))
                return
            durable = item.target != CATALOGUE  # the ledger's effect is one transaction: looking again tells all
            book.mark(hands.plan, step.position, journal.INTENT, durable=durable)
            hands.at("intent")
            _do(item, hands)
            hands.at("effect")
            book.mark(hands.plan, step.position, journal.DONE, durable=durable)
            hands.at("done")
    except Fault as fault:
        moved = fault.code == "publish.target-moved"
        book.mark(hands.plan, step.position, journal.CONFLICT if moved else journal.FAILED, reason(fault))
    except OSError as error:
        detail = error.strerror or type(error).__name__
        book.mark(hands.plan, step.position, journal.FAILED, reason(PublishFault("publish.io", detail=detail)))


@contextmanager
def _target(item: PlanItem, hands: Hands) -> Iterator[None]:
    if item.target == CATALOGUE:
        yield
    else:
        with hands.mirrors[item.target].lock():
            yield


def _look(item: PlanItem, hands: Hands) -> str:
    """The hash of what the target shows now."""
    if item.target == CATALOGUE:
        return state_sha256(hands.head(item.code))
    shown = hands.mirrors[item.target].look(item.code, item.slug, hands.ledger.namespace)
    return state_sha256(None) if shown is None else shown.state


def _do(item: PlanItem, hands: Hands) -> None:
    if item.target != CATALOGUE:
        head = hands.head(item.code)
        audience = audience_of(item.target)
        if head is None or state_for(audience, state_sha256(head)) != item.desired:
            raise PublishFault("publish.waits", code=item.code)
        hands.mirrors[item.target].step(seen(head, audience), hands.ledger, item.desired, at=hands.at)
    elif item.action == WITHDRAW:
        hands.ledger.withdraw(
            item.code, reason=item.withdraw, at=hands.now(), actor=hands.actor, expected=item.expected
        )
    else:
        hands.ledger.publish(_publication(item, hands), expected=item.expected)


# --- what is published -------------------------------------------------------------------------------------------


def _publication(item: PlanItem, hands: Hands) -> Publication:
    head = hands.ledger.head(item.code)
    edit = head is not None and head.state == "published" and head.content_sha256 == item.content_sha256
    if head is not None and edit:  # the content stands; it passed the gate when it came
        titles = {file.key: file.title for file in item.files}
        resources: Sequence[Resource] = [replace(each, title=titles[each.key]) for each in head.resources]
    else:
        resources = [_resource(file, item, hands) for file in item.files]
    return Publication(
        code=item.code,
        slug=item.slug,
        id=identity.dataset_id(hands.ledger.namespace, item.code),
        title=item.title,
        metadata=item.metadata,
        resources=tuple(resources),
        content_sha256=item.content_sha256,
        metadata_sha256=item.metadata_sha256,
        published_at=hands.now(),
        actor=hands.actor,
        plan=hands.plan,
    )


def _resource(planned: PlannedFile, item: PlanItem, hands: Hands) -> Resource:
    """One file through the gate and into the objects. What is judged and converted is the stored copy."""
    ledger, terms = hands.ledger, hands.terms
    moved = PublishFault("publish.source-moved", key=planned.key, name=planned.name)
    path = Path(planned.path)
    if not path.is_file() or file_sha256(path)[0] != planned.sha256:
        raise moved
    sha256, size = ledger.put(path)
    if sha256 != planned.sha256:
        raise moved
    hands.at("source")
    vouching = Path(planned.receipt) if planned.receipt else None
    file = File(
        planned.key, path, planned.name, planned.standard, planned.sheet, planned.title, receipt=vouching,
        references=planned.references,
    )  # fmt: skip
    standard = standard_of(file, terms)
    projection, *others = (
        project(standard, item.metadata, audience, planned.scope.get(audience, ""))
        for audience in (OPEN, *sorted(planned.others))
    )
    policy = [standard.fingerprint, projection.sha256, *(each.sha256 for each in others)]
    if policy != [planned.fingerprint, planned.projection, *(planned.others[name] for name in sorted(planned.others))]:
        raise PublishFault("publish.policy-moved", key=planned.key, standard=planned.reference)
    place = ledger.workplace() / "step"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    copy = place / planned.name
    _link(ledger.object_path(sha256), copy)
    provider = str(item.metadata.get("providerCode") or "")
    passage = examine(file, standard, copy, terms, sha256=sha256, organisation=provider)
    if passage.reasons:
        raise passage.reasons[0]
    hands.at("gate")
    outputs = [Output("source", "source", sha256, size, BYTES, planned.name)]
    stem = f"{item.slug}-{identity.slug(planned.key)}"
    if projection.withheld:
        rows = _rows(passage, sha256)
        columns: tuple[str, ...] = tuple(each.field.name for each in projection.columns)
        schema = table_schema(standard, projection, columns)
    else:
        converted = convert(Subject(copy, standard, terms.as_of, terms.registry, planned.sheet), projection, place)
        rows, columns, schema = converted.rows, converted.columns, dict(converted.schema)
        hands.at("converted")
        for form, made, media in (("parquet", converted.parquet, PARQUET), ("csv", converted.csv, CSV)):
            outputs.append(Output(OPEN, form, *ledger.put(made, move=True), media, f"{stem}.{form}"))
            hands.at("output")
    subject = Subject(copy, standard, terms.as_of, terms.registry, planned.sheet)
    told = {
        other.audience: _told(other, projection, (rows, columns, schema), outputs, subject, stem, place, hands)
        for other in others
    }
    receipt = _receipt(passage, place)
    outputs.append(Output("source", "receipt", *ledger.put(receipt, move=True), JSON, f"{planned.key}.receipt.json"))
    shutil.rmtree(place)
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
        audiences=told,
    )


def _told(
    projection: Projection,
    open_: Projection,
    opened: tuple[int, tuple[str, ...], Any],
    outputs: list[Output],
    subject: Subject,
    stem: str,
    place: Path,
    hands: Hands,
) -> dict[str, Any]:
    """What another audience gets of the file, its outputs added to `outputs`; the public's bytes where they are equal.

    `opened`: rows, columns and schema of the open projection.
    """
    rows, columns, schema = opened
    public = [each for each in outputs if each.audience == OPEN]
    if projection.withheld:
        columns = tuple(each.field.name for each in projection.columns)
        schema = table_schema(subject.standard, projection, columns)
    elif projection.gives_the_same(open_):
        outputs += [replace(each, audience=projection.audience) for each in public]
    else:
        folder = place / projection.audience
        folder.mkdir()
        made = convert(subject, projection, folder)
        rows, columns, schema = made.rows, made.columns, dict(made.schema)
        for form, path, media in (("parquet", made.parquet, PARQUET), ("csv", made.csv, CSV)):
            stored = hands.ledger.put(path, move=True)
            outputs.append(Output(projection.audience, form, *stored, media, f"{stem}.{form}"))
            hands.at("output")
    return {"rows": rows, "columns": list(columns), "schema": schema}


def _receipt(passage: Passage, place: Path) -> Path:
    """The receipt that was relied on, or the gate's own, unsigned."""
    from gongshu.validators.receipt import receipt_of

    receipt = passage.receipt
    if receipt is None and passage.report is not None:
        receipt = receipt_of(passage.report)
    path = place / "receipt.json"
    path.write_bytes(canonical(receipt.document() if receipt is not None else {}))
    return path


def _rows(passage: Passage, sha256: str) -> int:
    if passage.report is not None:
        return passage.report.files[0].rows or 0
    files = passage.receipt.statement.get("files", ()) if passage.receipt is not None else ()
    return next((int(each["rows"]) for each in files if each.get("sha256") == sha256), 0)


def _link(source: Path, target: Path) -> None:
    """The same bytes under the name that people gave them: a reader may need it to tell the format."""
    try:
        os.link(source, target)
    except OSError:  # a file system without links
        shutil.copyfile(source, target)

"""Harvesting a source into our catalogue, step by step in the same journal as `apply`, by the same rule of resuming.

First everything is looked at, then what differs is brought: `pending -> intent -> done | failed | conflict`. Bytes are
fetched before the intent (they are stored under their hash and harm nobody); the intent remembers the state that we are
about to make; then one transaction makes it. On resume an intent looks at our catalogue: that state: done; the one seen
before: again; any other: conflict.

Whose a dataset is, is told by its root, the place that published it first. Our own coming back (回流) is recognised and
left alone; the same dataset over two ways is taken over the shorter one.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from typing import Any

from gongshu.publishers import journal
from gongshu.publishers.canonical import digest
from gongshu.publishers.harvest import Found, Root, Source, origin, origins, same
from gongshu.publishers.harvest.entry import Fetching, publication
from gongshu.publishers.harvest.memory import Memory, Taken
from gongshu.publishers.identity import slug
from gongshu.publishers.journal import Journal
from gongshu.publishers.ledger import Head, Ledger
from gongshu.publishers.lock import held
from gongshu.publishers.plan import CREATE, UNCHANGED, UPDATE, WITHDRAW, number_after, reason, state_of, state_sha256
from gongshu.standards.faults import Fault, PublishFault

OURS, ELSEWHERE, KEPT_AWAY, VANISHED, BLOCKED = "ours", "elsewhere", "kept-away", "vanished", "blocked"
ACTS = (CREATE, UPDATE, WITHDRAW)


@dataclass(frozen=True, slots=True)
class Line:
    """One dataset of the source and what becomes of it here. `state` is the journal's, empty where nothing is to do."""

    id: str
    code: str
    title: str
    action: str
    state: str = ""
    reasons: tuple[Mapping[str, Any], ...] = ()
    badge: str = ""  # harvested | passed
    observed: str = ""
    expected: tuple[int, int] | None = None
    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did, or would do."""

    source: str
    lines: tuple[Line, ...]

    @property
    def exit_code(self) -> int:
        """0 when everything that was to be done is done."""
        bad = any(line.action == BLOCKED or line.state in (journal.FAILED, journal.CONFLICT) for line in self.lines)
        return 1 if bad else 0

    def count(self, action: str) -> int:
        """How many lines have that action."""
        return sum(line.action == action for line in self.lines)


@dataclass(frozen=True, slots=True)
class Terms:
    """How a pull is made."""

    now: Callable[[], str]
    actor: str = ""
    organisation: str = ""
    query: str = ""
    withdraw: bool = False  # whether what vanished at the source gets a tombstone here
    dry: bool = False
    workers: int = 4
    at: Callable[[str], None] = lambda point: None


@dataclass(slots=True)
class _Work:
    """What the threads of one pull share; one at a time asks the ledger."""

    source: Source
    ledger: Ledger
    memory: Memory
    book: Journal
    terms: Terms
    plan: str = ""
    turn: threading.Lock = field(default_factory=threading.Lock)

    def head(self, code: str) -> Head | None:
        with self.turn:
            return _exactly(self.ledger, code)


def harvest(source: Source, ledger: Ledger, terms: Terms) -> Pulled:
    """Bring our catalogue up to what the source shows, past failures; what failed is tried by the next pull."""
    if getattr(source, "namespace", None) == ledger.namespace:
        raise PublishFault("pull.itself")
    name = digest(["pull", source.name])[:16]
    with ExitStack() as stack:
        if not terms.dry:
            stack.enter_context(held(ledger.journal.parent / "locks" / f"pull-{name}.lock", subject=source.name))
        book = stack.enter_context(closing(Journal(ledger.journal)))
        memory = stack.enter_context(closing(Memory(ledger.journal, source.name)))
        work = _Work(source, ledger, memory, book, terms)
        if not terms.dry:
            ledger.workplace()  # what a killed process left behind goes now
            for plan, begun in memory.under_way():
                _settle(plan, json.loads(begun), work)
        lines = _look(work)
        acting = [line for line in lines if line.action in ACTS]
        if terms.dry or not acting:
            if not terms.dry:
                _forget(work, "")
            return Pulled(source.name, tuple(lines))
        work.plan = digest(["pull", source.name, [[each.id, each.code, each.action, each.observed,
                           each.found.state if each.found else ""] for each in acting]])  # fmt: skip
        _forget(work, work.plan)
        steps = [
            {"id": each.id, "code": each.code, "observed": each.observed, "gone": each.action == WITHDRAW,
             "state": each.found.state if each.found else ""} for each in acting
        ]  # fmt: skip
        memory.begun(work.plan, json.dumps(steps, ensure_ascii=False))
        book.begin(work.plan, [(source.name, each.code) for each in acting])
        terms.at("pull.begun")
        with ThreadPoolExecutor(max(1, min(terms.workers, len(acting)))) as pool:
            waiting = [pool.submit(_step, number, line, work) for number, line in enumerate(acting)]
            try:
                done = {line.id: line for line in (each.result() for each in waiting)}
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        if all(line.state == journal.DONE for line in done.values()):
            memory.over(work.plan)
        terms.at("pull.finished")
        return Pulled(source.name, tuple(done.get(line.id, line) for line in lines))


def _forget(work: _Work, plan: str) -> None:
    """Older pulls of this source have no steps any more: what is left of them stands in the new one."""
    for other, _ in work.memory.under_way():
        if other != plan:
            work.memory.over(other)


def _settle(plan: str, steps: list[dict[str, Any]], work: _Work) -> None:
    """Intents of a pull that died look at our catalogue again; one that took effect is remembered as taken."""
    for step in work.book.steps(plan):
        if step.state == journal.INTENT and step.position < len(steps):
            said = steps[step.position]
            seen = state_sha256(_exactly(work.ledger, step.code))
            if seen in step.own_states:
                work.memory.take(Taken(said["id"], step.code, said["state"], seen, bool(said["gone"])))
                work.book.mark(plan, step.position, journal.DONE)
            elif seen != said["observed"]:
                fault = PublishFault("publish.target-moved", code=step.code, planned="", found="")
                work.book.mark(plan, step.position, journal.CONFLICT, reason(fault))


# --- looking -----------------------------------------------------------------------------------------------------


def _look(work: _Work) -> list[Line]:
    """What is to be done for each dataset of the source, and for each that we took from it and it shows no longer."""
    heads = {head.code: head for head in work.ledger.heads()}
    taken = work.memory.taken()
    there = origins(list(heads.values()))
    slugs = {head.slug: head.code for head in heads.values()}
    lines: list[Line] = []
    listed: set[str] = set()
    claimed: dict[str, str] = {}  # code -> id: whoever says twice that it is one and the same, is believed once
    for found in work.source.read(work.terms.organisation, work.terms.query):
        listed.add(found.id)
        line = _decide(found, taken.get(found.id), heads, there, work)
        if line.action == CREATE:
            wanted = slug(line.code)
            if slugs.setdefault(wanted, line.code) != line.code:
                fault = PublishFault("plan.slug-collision", code=line.code, slug=wanted, others=slugs[wanted])
                line = replace(line, action=BLOCKED, reasons=(reason(fault),))
        if line.action != BLOCKED and claimed.setdefault(line.code, line.id) != line.id:
            fault = PublishFault("pull.twice", code=line.code, id=line.id, other=claimed[line.code])
            line = replace(line, action=BLOCKED, reasons=(reason(fault),))
        lines.append(line)
    for id_, known in sorted(taken.items()):
        head = heads.get(known.code)
        if id_ in listed or known.gone or head is None or head.state != "published" or not _from(head, work):
            continue
        why = work.source.missing(id_)
        if why is not None:
            lines.append(_vanished(id_, head, why, work))
    return lines


def _decide(
    found: Found, known: Taken | None, heads: Mapping[str, Head], there: Mapping[Root, Head], work: _Work
) -> Line:
    code = known.code if known is not None else found.code
    line = Line(found.id, code, found.title, UNCHANGED, found=found, badge="passed" if found.passed else "harvested")
    if found.fault is not None:
        return replace(line, action=BLOCKED, reasons=(reason(found.fault),))
    if found.root.namespace == work.ledger.namespace:
        return replace(line, code=found.root.code, action=OURS)
    other = there.get(found.root)
    if other is not None:
        code = other.code
    elif known is None and code in heads and origin(heads[code]) is not None:
        code = f"{code}~{digest([found.root.namespace, found.root.code])[:8]}"  # another place's of the same code
    head = heads.get(code)
    line = replace(line, code=code, observed=state_sha256(head))
    if head is None:
        return replace(line, action=CREATE, reasons=_notes(found))
    line = replace(line, expected=(head.version, head.edit))
    told = origin(head)
    if told is None or not same(told, found.root):
        fault = PublishFault("pull.taken", code=code, title=head.title)
        return replace(line, action=BLOCKED, reasons=(reason(fault),))
    if told.get("source") != work.source.name and _further(found, told):
        return replace(
            line, action=ELSEWHERE, reasons=(reason(PublishFault("pull.elsewhere", way=told.get("source"))),)
        )
    if head.state == "withdrawn" and not (known is not None and known.gone):
        why = reason(PublishFault("pull.kept-away", code=code))
        return replace(line, action=KEPT_AWAY, reasons=(why,))
    silent = any(part.silent for part in found.parts)
    same_state = known is not None and not known.gone and (known.state, known.ours) == (found.state, line.observed)
    if same_state and not silent:
        return line
    return replace(line, action=UPDATE, reasons=_notes(found))


def _further(found: Found, told: Mapping[str, Any]) -> bool:
    """Whether the way over this source is not shorter than the one that was taken."""
    return len(found.via) >= len(told.get("via") or ())


def _notes(found: Found) -> tuple[Mapping[str, Any], ...]:
    return () if found.doubt is None else (reason(found.doubt),)


def _from(head: Head, work: _Work) -> bool:
    return (origin(head) or {}).get("source") == work.source.name


def _vanished(id_: str, head: Head, why: str, work: _Work) -> Line:
    fault = reason(PublishFault("pull.vanished", code=head.code, why=why))
    line = Line(id_, head.code, head.title, VANISHED, reasons=(fault,))
    if not work.terms.withdraw:
        return line
    return replace(line, action=WITHDRAW, observed=state_sha256(head), expected=(head.version, head.edit))


# --- bringing ----------------------------------------------------------------------------------------------------


def _step(position: int, line: Line, work: _Work) -> Line:
    """Bring one dataset to done, failed or conflict."""
    try:
        changed = _bring(position, line, work)
    except Fault as fault:
        moved = fault.code == "publish.target-moved"
        return _marked(position, line, journal.CONFLICT if moved else journal.FAILED, fault, work)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        return _marked(position, line, journal.FAILED, PublishFault("pull.io", detail=detail), work)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:  # what was said makes no sense
        unusable = PublishFault("pull.unusable", title=line.title, detail=type(error).__name__)
        return _marked(position, line, journal.FAILED, unusable, work)
    work.book.mark(work.plan, position, journal.DONE)
    work.terms.at("pull.done")
    return replace(line, state=journal.DONE, action=line.action if changed else UNCHANGED)


def _marked(position: int, line: Line, state: str, fault: Fault, work: _Work) -> Line:
    work.book.mark(work.plan, position, state, reason(fault))
    return replace(line, state=state, reasons=(*line.reasons, reason(fault)))


def _bring(position: int, line: Line, work: _Work) -> bool:
    """Whether our catalogue is another one afterwards."""
    head = work.head(line.code)
    seen = state_sha256(head)
    if seen != line.observed:
        planned = ".".join(map(str, line.expected or ()))
        found = head.number if head is not None else "-"
        raise PublishFault("publish.target-moved", code=line.code, planned=planned, found=found)
    if line.action == WITHDRAW and head is not None:
        gone = state_of((head.version, head.edit), "withdrawn", head.content_sha256, head.metadata_sha256)
        why = PublishFault("pull.vanished", code=head.code, why=work.source.name).say("zh")
        _intend(position, gone, work)
        with work.turn:
            now, actor = work.terms.now(), work.terms.actor
            work.ledger.withdraw(line.code, reason=why, at=now, actor=actor, expected=line.expected)
        work.terms.at("pull.effect")
        work.memory.take(Taken(line.id, line.code, "", gone, gone=True))
        return True
    if line.found is None:
        return False
    fetching = Fetching(work.source, work.ledger, work.memory, work.turn, work.terms.at)
    made = publication(line.found, line.code, fetching, work.terms.now(), work.terms.actor, work.plan)
    as_is = (made.content_sha256, made.metadata_sha256, "published")
    if head is not None and (head.content_sha256, head.metadata_sha256, head.state) == as_is:
        work.memory.take(Taken(line.id, line.code, line.found.state, seen))
        return False
    number = number_after(head, made.content_sha256)
    desired = state_of(number, "published", made.content_sha256, made.metadata_sha256)
    _intend(position, desired, work)
    with work.turn:
        after = work.ledger.publish(made, expected=line.expected)
    work.terms.at("pull.effect")
    work.memory.take(Taken(line.id, line.code, line.found.state, state_sha256(after)))
    return True


def _intend(position: int, state: str, work: _Work) -> None:
    work.book.passed(work.plan, position, state)
    work.book.mark(work.plan, position, journal.INTENT)
    work.terms.at("pull.intent")


def _exactly(ledger: Ledger, code: str) -> Head | None:
    head = ledger.head(code)
    return head if head is not None and head.code == code else None

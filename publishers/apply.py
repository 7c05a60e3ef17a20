"""Carrying a plan out: exactly that plan, durable step by step, so that dying anywhere and coming again gives the same.

Resume: a step with an intent looks at its target again. The desired state: done. The state that the plan saw, or one of
our own on the way: again. Anything else: conflict, because somebody else was there.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from gongshu.publishers import identity, journal
from gongshu.publishers.ahead import ahead, threads
from gongshu.publishers.audience import audience_of, seen, state_for
from gongshu.publishers.gate import Terms
from gongshu.publishers.journal import Journal, Step
from gongshu.publishers.ledger import Head, Ledger, Publication, Resource
from gongshu.publishers.lock import held
from gongshu.publishers.mirrors import Mirror
from gongshu.publishers.plan import CATALOGUE, WITHDRAW, Plan, PlanItem, reason, state_sha256
from gongshu.publishers.progress import Progress
from gongshu.standards.faults import Fault, PublishFault

Points = Callable[[str], None]
Prepared: TypeAlias = "tuple[Resource, ...] | None"


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
    trusts, passed = (_in_turn(each, hands.turn) for each in (hands.terms.trusts, hands.terms.passed))
    terms = replace(hands.terms, trusts=trusts, passed=passed)
    hands = replace(hands, plan=name, sizes=sizes, terms=terms)
    acting = [item for item in plan.items if item.acts]
    if not acting and not hands.mirrors:  # nothing to do, and nothing is touched
        return Outcome(())
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


def _in_turn(ask: Callable[..., Any], turn: threading.Lock) -> Callable[..., Any]:
    """The same question, asked by one thread at a time."""

    def asked(*words: str) -> Any:
        with turn:
            return ask(*words)

    return asked


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
    """All steps of one target: in order, or as many datasets at once as the mirror bears.

    The ledger's are prepared ahead by a few threads; they take effect one by one, in the order of the plan.
    """
    hands.progress.begin(target, [hands.sizes.get(item.code, 0) for item, _ in pairs])
    if target == CATALOGUE:
        coming = ahead(pairs, lambda pair: _prepared(pair[0], hands), min(threads(), max(1, len(pairs))))
        with closing(coming):
            for (item, step), ready in coming:
                _through(item, step, book, hands, ready)
        return
    workers = min(hands.mirrors[target].workers, len(pairs))
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


def _through(
    item: PlanItem, step: Step, book: Journal, hands: Hands, ready: Callable[[], Prepared] = lambda: None
) -> None:
    """One item, and then whoever watches is told."""
    _step(item, step, book, hands, ready)
    hands.progress.done(item.code, hands.sizes.get(item.code, 0))


def _ours(item: PlanItem, step: Step, there: str, hands: Hands) -> bool:
    """Whether what is seen is a state that we left behind on the way to the desired one."""
    if item.target == CATALOGUE or step.state == journal.PENDING:
        return False
    return there in step.own_states or there in hands.mirrors[item.target].on_the_way(item.desired)


def _step(
    item: PlanItem, step: Step, book: Journal, hands: Hands, ready: Callable[[], Prepared] = lambda: None
) -> None:
    """Bring one item to done, failed or conflict. `ready` gives what was prepared of it."""
    try:
        with _target(item, hands):
            there = item.observed if _new(item, step, hands) else _look(item, hands)
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
            _do(item, hands, ready)
            hands.at("effect")
            book.mark(hands.plan, step.position, journal.DONE, durable=False)  # lost with the power, a look tells it
            hands.at("done")
    except Fault as fault:
        moved = fault.code == "publish.target-moved"
        book.mark(hands.plan, step.position, journal.CONFLICT if moved else journal.FAILED, reason(fault))
    except OSError as error:
        detail = error.strerror or type(error).__name__
        book.mark(hands.plan, step.position, journal.FAILED, reason(PublishFault("publish.io", detail=detail)))


def _new(item: PlanItem, step: Step, hands: Hands) -> bool:
    """Whether nothing was there when the plan was made, and the mirror itself refuses what it meets in that place."""
    if item.target == CATALOGUE or step.state != journal.PENDING or item.observed != state_sha256(None):
        return False
    expect = getattr(hands.mirrors[item.target], "expect_nothing", None)
    if expect is not None:
        expect(item.code)
    return expect is not None


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


def _do(item: PlanItem, hands: Hands, ready: Callable[[], Prepared]) -> None:
    if item.target != CATALOGUE:
        head = hands.head(item.code)
        audience = audience_of(item.target)
        if head is None or state_for(audience, state_sha256(head)) != item.desired:
            raise PublishFault("publish.waits", code=item.code)
        hands.mirrors[item.target].step(seen(head, audience), hands.ledger, item.desired, at=hands.at)
    elif item.action == WITHDRAW:
        with hands.turn:
            hands.ledger.withdraw(
                item.code, reason=item.withdraw, at=hands.now(), actor=hands.actor, expected=item.expected
            )
    else:
        resources = ready()
        if resources is None:  # somebody changed it and changed it back since this was prepared
            resources = _prepared(item, hands) or ()
        publication = _publication(item, resources, hands)
        with hands.turn:
            hands.ledger.publish(publication, expected=item.expected)


# --- what is published -------------------------------------------------------------------------------------------


def _prepared(item: PlanItem, hands: Hands) -> Prepared:
    """The resources of a dataset that is to be published; None where its turn will show that nothing is to be done."""
    if item.action == WITHDRAW:
        return None
    head = hands.head(item.code)
    if state_sha256(head) != item.observed:
        return None
    if head is not None and head.state == "published" and head.content_sha256 == item.content_sha256:
        titles = {file.key: file.title for file in item.files}  # the content stands; it passed the gate when it came
        return tuple(replace(each, title=titles[each.key]) for each in head.resources)
    from gongshu.publishers.resources import prepare  # a plan for mirrors alone starts sooner without

    return prepare(item, hands.ledger, hands.terms, hands.at)


def _publication(item: PlanItem, resources: Sequence[Resource], hands: Hands) -> Publication:
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

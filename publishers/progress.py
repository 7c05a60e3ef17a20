"""How far a plan or an apply has come, and how long the rest takes: told to whoever asked, and to nobody else.

Work is counted in bytes, and each dataset as some more, because a small one costs its round trips too. How long the
rest takes is said once enough is done to know it, and of the present target only: one not begun is not known.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any, TypeAlias, TypeVar

if TYPE_CHECKING:
    from gongshu.standards.session import Session

DATASET = 256 << 10  # bytes that a dataset weighs beside its own
KNOWN_DATASETS, KNOWN_SECONDS, KNOWN_SHARE = 3, 2.0, 0.02  # before that nobody knows how long the rest takes
OFTEN, SELDOM = 1.0, 5.0  # seconds between lines for machines, and for a log that people read


@dataclass(frozen=True, slots=True)
class Told:
    """One moment of the work at one target (`plan` while a plan is made)."""

    phase: str
    done: int = 0
    all: int = 0
    bytes: int = 0
    all_bytes: int = 0
    code: str = ""  # of the dataset that was last at it
    remaining: float | None = None  # seconds; None while that is not known

    @property
    def ended(self) -> bool:
        """Whether the phase is over."""
        return self.done >= self.all


Tell: TypeAlias = Callable[[Told], None]
Item = TypeVar("Item")


class Progress:
    """Counts what is done. Threads may tell of datasets in any order."""

    def __init__(self, tell: Tell | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._tell, self._clock = tell, clock
        self._turn = threading.Lock()
        self._now = Told("")
        self._begun = 0.0

    def begin(self, phase: str, sizes: Sequence[int]) -> None:
        """A phase of as many datasets, each of so many bytes."""
        with self._turn:
            self._begun = self._clock()
            self._now = Told(phase, 0, len(sizes), 0, sum(sizes))
            self._say()

    def done(self, code: str, size: int) -> None:
        """One dataset is through, however it ended."""
        with self._turn:
            now = self._now
            now = replace(now, done=now.done + 1, bytes=now.bytes + size, code=code)
            self._now = replace(now, remaining=remaining(now, self._clock() - self._begun))
            self._say()

    def over(self, phase: str, items: Sequence[Item], sized: Callable[[Item], tuple[str, int]]) -> Iterator[Item]:
        """The items one by one, each counted when the next one is asked for; `sized` gives code and bytes."""
        sizes = [sized(item) for item in items]
        self.begin(phase, [size for _, size in sizes])
        for item, (code, size) in zip(items, sizes, strict=True):
            yield item
            self.done(code, size)

    def _say(self) -> None:
        if self._tell is not None:
            self._tell(self._now)


def remaining(now: Told, elapsed: float) -> float | None:
    """Seconds for the rest of the phase at the pace so far; None while too little is done to say."""
    done = now.bytes + now.done * DATASET
    whole = now.all_bytes + now.all * DATASET
    if now.ended:
        return 0.0
    if now.done < KNOWN_DATASETS or elapsed < KNOWN_SECONDS or done < KNOWN_SHARE * whole:
        return None
    return elapsed * max(0, whole - done) / done


# --- who listens -------------------------------------------------------------------------------------------------


@contextmanager
def shown(session: Session, asked: bool | None) -> Iterator[Progress]:
    """A progress that is shown as the session wants it, on standard error.

    A bar on a terminal; JSON lines or plain ones only when `asked`; nothing when quiet, or when it was declined.
    """
    if session.quiet or asked is False or not (asked or session.interactive):
        yield Progress()
    elif session.json:
        yield Progress(_seldom(lambda told: _line(sys.stderr, machine(told)), OFTEN))
    elif sys.stderr.isatty():
        with _bar(session) as tell:
            yield Progress(tell)
    else:
        yield Progress(_seldom(lambda told: _line(sys.stderr, words(told, session)), SELDOM))


def machine(told: Told) -> str:
    """One JSON line."""
    found: Mapping[str, Any] = {
        "event": "progress",
        "phase": told.phase,
        "done": told.done,
        "all": told.all,
        "bytes": told.bytes,
        "all_bytes": told.all_bytes,
        "code": told.code,
        "remaining_seconds": None if told.remaining is None else round(told.remaining, 1),
    }
    return json.dumps(found, ensure_ascii=False)


def words(told: Told, session: Session) -> str:
    """One line for people."""
    phase = _phase(told, session)
    rest = _rest(told.remaining, session)
    return session.words("progress.line", phase=phase, done=told.done, all=told.all, rest=rest).rstrip()


def _phase(told: Told, session: Session) -> str:
    if told.phase in ("plan", "catalogue"):
        return session.words(f"progress.{told.phase}")
    return told.phase


def _rest(seconds: float | None, session: Session) -> str:
    """How long, as roughly as it is known."""
    if not seconds:
        return ""
    if seconds < 90:
        return session.words("progress.seconds", count=max(1, round(seconds)))
    if seconds < 90 * 60:
        return session.words("progress.minutes", count=round(seconds / 60))
    return session.words("progress.hours", count=round(seconds / 3600, 1))


def _seldom(tell: Tell, every: float, clock: Callable[[], float] = time.monotonic) -> Tell:
    """Tell of the start and the end of each phase, and between them not more often than that."""
    last = [0.0]

    def told(now: Told) -> None:
        if now.done == 0 or now.ended or clock() - last[0] >= every:
            last[0] = clock()
            tell(now)

    return told


def _line(out: IO[str], text: str) -> None:
    out.write(text + "\n")
    out.flush()


@contextmanager
def _bar(session: Session) -> Iterator[Tell]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True, no_color=not session.color, highlight=False)
    texts = [TextColumn(f"{{task.fields[{name}]}}", markup=False) for name in ("phase", "count", "rest")]
    with Bars(texts[0], BarColumn(), *texts[1:], console=console, transient=True) as bars:
        task = bars.add_task("", total=None, phase="", count="", rest="")

        def tell(now: Told) -> None:
            done, whole = (count * DATASET + size for count, size in ((now.done, now.bytes), (now.all, now.all_bytes)))
            count, rest = f"{now.done}/{now.all}", _rest(now.remaining, session)
            bars.update(task, completed=done, total=whole, phase=_phase(now, session), count=count, rest=rest)

        yield tell

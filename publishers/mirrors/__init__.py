"""Places that show what the ledger holds. A mirror is one file with one small interface, and one line in this table.

`gongshu.publishers.mirrors.conformance` is the suite that any mirror must pass; a third party runs it on its own and
registers its mirror under the entry point `gongshu.mirrors`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import Protocol

from gongshu.publishers.audience import marked, split
from gongshu.publishers.ledger import Head, Ledger, Output, Resource
from gongshu.standards.faults import UsageFault

GROUP = "gongshu.mirrors"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a place shows of one dataset.

    `state` is the hash of `publishers.plan.state_sha256` where the dataset is ours and whole, else a hash of its own.
    """

    state: str
    title: str = ""
    version: str = ""
    condition: str = "published"  # published | withdrawn | pending | edited | taken (the name is somebody else's)
    address: str = ""


class Mirror(Protocol):
    """One place. Writes to one dataset are serial; different datasets may be brought by `workers` threads at once.

    A place of which a plan should say something may have `cautions`, a tuple of `PublishFault`. One far away spares
    looks at what is new with `names_taken(slugs)`, which of them anything has there, and `expect_nothing(code)`: the
    next `step` of it makes the dataset unlooked, and raises what a look would have ended in.
    """

    name: str  # as a target is written: `files:…`, with `#shared` where it speaks to that audience
    workers: int

    def read(self, namespace: str | None) -> Mapping[str, Shown]:
        """Code -> what readers see of the datasets of one catalogue (None: of any). Quick; may lag behind `look`."""
        ...

    def look(self, code: str, slug: str, namespace: str) -> Shown | None:
        """Exactly what is there now of one dataset; None where nothing is."""
        ...

    def on_the_way(self, state: str) -> tuple[str, ...]:
        """States that a `step` towards `state` may leave behind when it dies: a resume knows them as ours."""
        ...

    def step(self, head: Head, ledger: Ledger, state: str, *, at: Callable[[str], None]) -> None:
        """Bring one dataset from whatever is there to the head's state. A reader sees the old one or the new one.

        Never doubles what is there already: the same step after a crash, or twice, ends in the same place.
        """
        ...

    def fetch(self, head: Head, resource: Resource, output: Output) -> Iterator[bytes] | None:
        """The bytes that readers get of one output, as the place gives them; None where it does not show them."""
        ...

    def tidy(self) -> None:
        """Remove what no reader is pointed to any more, half-written things of the past included."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Hold the place against a second writer, as far as it can be held."""
        ...


MIRRORS: dict[str, str] = {
    "ckan": "gongshu.publishers.mirrors.ckan.mirror:Ckan",
    "files": "gongshu.publishers.mirrors.files:Files",
}


def kinds() -> list[str]:
    """The words before the colon that name a mirror, ours and installed ones."""
    return sorted({*MIRRORS, *(each.name for each in entry_points(group=GROUP))})


def mirror(target: str) -> Mirror:
    """The mirror that `kind:address` names. Raises `UsageFault("usage.target")` for an unknown kind."""
    plain, audience = split(target)
    kind, _, address = plain.partition(":")
    if kind in MIRRORS:
        module, _, attribute = MIRRORS[kind].partition(":")
        make = getattr(importlib.import_module(module), attribute)
    else:
        found = next(iter(entry_points(group=GROUP, name=kind)), None)
        if found is None or not address:
            raise UsageFault("usage.target", target=target, known=", ".join(["catalogue", *kinds()]))
        make = found.load()
    made: Mirror = make(address)
    made.name = marked(made.name, audience)  # so that a plan, and whoever applies it, knows for whom it is
    return made

"""Places that show what the ledger holds. A mirror is one file with one small interface, and one line in this table."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from importlib.metadata import entry_points
from typing import Protocol

from gongshu.publishers.ledger import Head, Ledger
from gongshu.standards.faults import UsageFault

GROUP = "gongshu.mirrors"


class Mirror(Protocol):
    """One place. Its state of a dataset is the hash of `publishers.plan.state_sha256`."""

    name: str  # as a target is written: `files:…`

    def read(self) -> Mapping[str, str]:
        """Code -> SHA-256 of the state that readers see there now."""
        ...

    def step(self, head: Head, ledger: Ledger, state: str, *, at: Callable[[str], None]) -> None:
        """Bring one dataset from whatever is there to the head's state. A reader sees the old one or the new one."""
        ...

    def tidy(self) -> None:
        """Remove what no reader is pointed to any more, half-written things of the past included."""
        ...

    def lock(self) -> AbstractContextManager[None]:
        """Hold the place against a second writer, as far as it can be held."""
        ...


MIRRORS: dict[str, str] = {
    "files": "gongshu.publishers.mirrors.files:Files",
}


def kinds() -> list[str]:
    """The words before the colon that name a mirror, ours and installed ones."""
    return sorted({*MIRRORS, *(each.name for each in entry_points(group=GROUP))})


def mirror(target: str) -> Mirror:
    """The mirror that `kind:address` names. Raises `UsageFault("usage.target")` for an unknown kind."""
    kind, _, address = target.partition(":")
    if kind in MIRRORS:
        module, _, attribute = MIRRORS[kind].partition(":")
        make = getattr(importlib.import_module(module), attribute)
    else:
        found = next(iter(entry_points(group=GROUP, name=kind)), None)
        if found is None or not address:
            raise UsageFault("usage.target", target=target, known=", ".join(["catalogue", *kinds()]))
        make = found.load()
    made: Mirror = make(address)
    return made

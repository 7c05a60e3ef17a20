"""Between two machines that never meet: what a target shows as a file, a plan from it, and everything a plan needs.

Outside: `publish status TARGET --export state.json`. Inside: `publish plan … --to TARGET --state state.json` and
`publish bundle plan.json -o B --key K`. Outside again: `publish apply B --trust K`. A bundle (`bundles.py`) holds the
plan, the heads and the public outputs; the operator's sources stay inside.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gongshu.publishers.ledger import Head, Ledger, Output, Resource
from gongshu.publishers.mirrors import Shown, mirror
from gongshu.standards.faults import PublishFault, UsageFault

STATE = "gongshu-state/1"


def export_state(target: str) -> dict[str, Any]:
    """What a mirror shows, as plain data."""
    shown = mirror(target).read(None)
    return {"state": STATE, "target": target, "datasets": {code: asdict(each) for code, each in sorted(shown.items())}}


def target_of(path: Path) -> str:
    """The target that an exported state is of. Raises `UsageFault` where the file is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found.get("state") == STATE:
            return str(found["target"])
    except FileNotFoundError as error:
        raise UsageFault("usage.path-missing", path=str(path)) from error
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise UsageFault("usage.state", path=path.name) from error
    raise UsageFault("usage.state", path=path.name)


class Remembered:
    """A mirror as it was when its state was exported: it can be looked at, and nothing else."""

    workers = 1

    def __init__(self, path: Path, target: str) -> None:
        found = json.loads(path.read_text(encoding="utf-8"))
        try:
            self._shown = {code: Shown(**each) for code, each in found["datasets"].items()}
        except (KeyError, TypeError, AttributeError) as error:
            raise UsageFault("usage.state", path=path.name) from error
        self.name = target

    def read(self, namespace: str | None) -> Mapping[str, Shown]:
        """What was shown."""
        return self._shown

    def look(self, code: str, slug: str, namespace: str) -> Shown | None:
        """The same, of one dataset."""
        return self._shown.get(code)

    def on_the_way(self, state: str) -> tuple[str, ...]:
        """Nothing is under way here."""
        return ()

    def step(self, head: Head, ledger: Ledger, state: str, *, at: Callable[[str], None]) -> None:
        """Refuse: the place is elsewhere."""
        raise PublishFault("mirror.elsewhere", target=self.name)

    def fetch(self, head: Head, resource: Resource, output: Output) -> Iterator[bytes] | None:
        """Nothing can be fetched from here."""
        return None

    def tidy(self) -> None:
        """Nothing to remove."""

    def lock(self) -> AbstractContextManager[None]:
        """Nothing to hold."""
        return nullcontext()

"""Other places' datasets in our catalogue: what a place is asked, and one line for each kind of place.

A source is only read, as anybody reads it. What it gives is a claim: names, sizes, hashes and addresses are checked or
made anew before anything is stored.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from gongshu.publishers.audience import OPEN, public_record
from gongshu.publishers.harvest.limits import Limits
from gongshu.publishers.ledger import Head
from gongshu.standards.faults import PublishFault, UsageFault

ORIGIN = "origin"  # the key of a dataset's metadata that says where it was harvested
HARVEST = "harvest"  # `gate.by` of a record that nobody vouches for
FILE = "file"  # the form of an output whose bytes are another place's, as they are


@dataclass(frozen=True, slots=True)
class Root:
    """Where a dataset was published first: a catalogue's namespace (or `ckan:` with a site), and its name there."""

    namespace: str
    code: str


@dataclass(frozen=True, slots=True)
class Part:
    """One file at a source. `mark` is the hash of all that is said of it: other words, other mark."""

    key: str
    title: str
    suffix: str  # of its name here: letters and digits only
    address: str  # where the source finds it
    mark: str
    form: str = FILE
    media_type: str = "application/octet-stream"
    size: int | None = None  # as declared
    sha256: str = ""  # as declared; what comes must have it
    silent: bool = False  # its bytes may change and nothing that is said of it does: ask each time
    told: Mapping[str, Any] = field(default_factory=dict)  # for the record


@dataclass(frozen=True, slots=True)
class Found:
    """One dataset at a source."""

    id: str  # as the source names it for ever
    code: str  # that it would like to have here
    title: str
    root: Root
    via: tuple[str, ...]  # places between its first one and us, the source included
    state: str  # hash of all that the source shows of it
    metadata: Mapping[str, Any]
    address: str = ""
    parts: tuple[Part, ...] = ()
    version: str = ""
    gone: str = ""  # why the source shows it no longer
    passed: Head | None = None  # the head as published there, where its word can be relied on here
    doubt: PublishFault | None = None  # why it cannot
    content: str = ""  # content hash there, where it is one of ours
    fault: PublishFault | None = None  # what makes it unusable, instead of everything else


@dataclass(frozen=True, slots=True)
class Fetched:
    """Bytes that came: where they lie, and what to say when asking for them again."""

    path: Path
    sha256: str
    bytes: int
    tag: str = ""
    modified: str = ""


class Source(Protocol):
    """A place that is harvested."""

    name: str  # `ckan:https://…`, `catalogue:/…`

    def read(self, organisation: str, query: str) -> Iterator[Found]:
        """Every dataset that anybody may see, each once."""
        ...

    def missing(self, id: str) -> str | None:
        """Why a dataset that was not listed is not there any more; None where it is."""
        ...

    def fetch(self, part: Part, place: Path, tag: str, modified: str) -> Fetched | None:
        """The bytes in a file in `place`; None where they are still those of `tag` and `modified`."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...


SOURCES: dict[str, str] = {
    "catalogue": "gongshu.publishers.harvest.folder:Folder",
    "ckan": "gongshu.publishers.harvest.ckan:Site",
}


def source(place: str, limits: Limits, trusts: Callable[[str, str], bool], **how: Any) -> Source:
    """The source that `kind:address` names."""
    kind, colon, address = place.partition(":")
    if kind not in SOURCES or not colon or not address:
        raise UsageFault("usage.source", source=place, known="ckan:URL, catalogue:PATH")
    module, _, attribute = SOURCES[kind].partition(":")
    made: Source = getattr(importlib.import_module(module), attribute)(address, limits, trusts, **how)
    return made


def origin(head: Head) -> Mapping[str, Any] | None:
    """Where the dataset was harvested; None of one that is our own."""
    found = head.metadata.get(ORIGIN)
    return found if isinstance(found, dict) else None


def vouched(head: Head) -> bool:
    """Whether the dataset passed a gate: ours, or one whose word is relied on. What did not stays in the catalogue."""
    found = origin(head)
    return found is None or found.get("pass") is True


def carried(record: Mapping[str, Any]) -> dict[str, Any]:
    """What of a publication record goes to others: what the public may know of it, and the name of its receipt."""
    return {**public_record(record, {OPEN}), "receipt": str(record.get("receipt") or "")}


def same(one: Mapping[str, Any] | None, root: Root) -> bool:
    """Whether an origin tells of the same first place."""
    told = (one or {}).get("root") or {}
    return (told.get("namespace"), told.get("code")) == (root.namespace, root.code)


def origins(heads: Sequence[Head]) -> dict[Root, Head]:
    """Harvested heads by their first place."""
    found: dict[Root, Head] = {}
    for head in heads:
        root = (origin(head) or {}).get("root") or {}
        if root:
            found[Root(str(root.get("namespace")), str(root.get("code")))] = head
    return found

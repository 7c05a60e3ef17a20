"""The interface of a catalogue that can be published into: what `publishers` asks, and `catalogue` implements.

Publication has two effects, in this order: `put` stores immutable bytes under their SHA-256 (harmless when repeated or
abandoned), and `publish` makes a version visible in one transaction. A crash between the two leaves garbage, never a
half-published dataset.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Output:
    """One stored representation of a resource under one projection."""

    audience: str  # open | shared | source (operator only)
    form: str  # parquet | csv | source | receipt
    sha256: str
    bytes: int
    media_type: str
    file_name: str  # suggested name for people, no directories


@dataclass(frozen=True, slots=True)
class Resource:
    """One file of a dataset as published."""

    key: str  # stable within the dataset
    id: str  # UUIDv5
    title: str
    source_name: str
    source_sha256: str
    source_bytes: int
    standard: str  # id@version
    fingerprint: str
    rows: int
    columns: tuple[str, ...]  # of the open projection, in order
    schema: Mapping[str, Any]  # Table Schema of the open projection
    record: Mapping[str, Any]  # the publication record (publishers/record.py), JSON-able
    outputs: tuple[Output, ...] = ()
    audiences: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # others than open: columns, schema, rows


@dataclass(frozen=True, slots=True)
class Publication:
    """Everything that becomes visible at once when a dataset is published."""

    code: str  # 资源代码 verbatim
    slug: str
    id: str  # UUIDv5
    title: str
    metadata: Mapping[str, Any]  # core metadata of the 编制指南, JSON names
    resources: tuple[Resource, ...]
    content_sha256: str  # over what a version is: resources' keys, source hashes, standards, projections
    metadata_sha256: str
    published_at: str  # ISO 8601 with offset, from the caller's clock
    actor: str = ""
    plan: str = ""  # SHA-256 of the plan, empty outside one


@dataclass(frozen=True, slots=True)
class Head:
    """What a reader of the catalogue sees of a dataset now."""

    code: str
    slug: str
    id: str
    title: str
    version: int  # N: content
    edit: int  # m: metadata edits within N
    state: str  # published | withdrawn
    content_sha256: str
    metadata_sha256: str
    published_at: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    resources: tuple[Resource, ...] = ()

    @property
    def number(self) -> str:
        """`N` or `N.m`."""
        return f"{self.version}.{self.edit}" if self.edit else str(self.version)


class Ledger(Protocol):
    """A catalogue that can be published into."""

    @property
    def namespace(self) -> str:
        """The UUID under which this catalogue's ids are made; fixed when the catalogue is made."""
        ...

    @property
    def journal(self) -> Path:
        """The SQLite file in which the steps of plans are written down (tables: `publishers/journal.py`)."""
        ...

    def trusts(self, organisation: str, key: str) -> bool:
        """Whether receipts signed by that public key (base64) are relied on for the organisation's files now."""
        ...

    def passed(self, key: str) -> str | None:
        """What `keep_pass` wrote down under that key."""
        ...

    def keep_pass(self, key: str, said: str) -> None:
        """Remember that a file passed the gate; the latest ones are kept, and losing one costs a validation."""
        ...

    def workplace(self) -> Path:
        """A folder of this process on the same file system as the objects; a later opening removes it when we died."""
        ...

    def head(self, code: str) -> Head | None:
        """The dataset as it is now, by code or slug; None where it was never published."""
        ...

    def heads(self) -> Iterator[Head]:
        """Every dataset, withdrawn ones too, by code."""
        ...

    def versions(self, code: str) -> Sequence[Head]:
        """Every version of a dataset, oldest first, by its code."""
        ...

    def recall(self, code: str, *, reason: str, at: str, actor: str = "") -> Any:
        """Withdraw every version and purge their bytes; hashes and records stay."""
        ...

    def put(self, path: Path, *, move: bool = False, expected: str | None = None) -> tuple[str, int]:
        """Store the file's bytes durably (fsync, rename); return SHA-256 and size. Same bytes: nothing is done.

        Bytes that do not hash to `expected` are not stored.
        """
        ...

    def keep(self, made: Sequence[tuple[Path, str]]) -> None:
        """Store files of the workplace, each with the SHA-256 that it was hashed to while it was written.

        Afterwards they are objects, durable under their names. Threads may do so at once.
        """
        ...

    def object_path(self, sha256: str) -> Path:
        """Where the bytes of that hash lie; the file exists exactly when they were put."""
        ...

    def publish(self, publication: Publication, *, expected: tuple[int, int] | None) -> Head:
        """Make it visible in one transaction with its audit row.

        `expected` is (version, edit) seen when the plan was made, None for a dataset not there: a difference raises
        `PublishFault("publish.target-moved")`. Equal content and metadata change nothing and return the present head;
        equal content and other metadata give N.m+1; other content gives N+1.
        """
        ...

    def withdraw(self, code: str, *, reason: str, at: str, actor: str = "", expected: tuple[int, int] | None) -> Head:
        """Leave a tombstone: the dataset is no longer found or served; its history stays."""
        ...

"""What consumers use: open a catalogue, find datasets, load them as tables that are checked against their record."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.catalogue.store import Store, present
from gongshu.publishers.canonical import file_sha256
from gongshu.publishers.ledger import Head, Output, Resource
from gongshu.standards.faults import PublishFault, UsageFault

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

OPEN = "open"
LIMIT = 100


class UnknownDataset(UsageFault, KeyError):
    """There is no dataset of that code or slug; `near` holds the nearest ones."""


class Dataset:
    """One dataset as the public sees it. Every file is checked against the publication record before it is read."""

    def __init__(self, store: Store, head: Head) -> None:
        self._store = store
        self._head = head

    @property
    def code(self) -> str:
        """资源代码, verbatim."""
        return self._head.code

    @property
    def slug(self) -> str:
        """The code as ASCII, for addresses."""
        return self._head.slug

    @property
    def title(self) -> str:
        """信息资源名称."""
        return self._head.title

    @property
    def version(self) -> str:
        """`N`, or `N.m` after edits of the metadata."""
        return self._head.number

    @property
    def organisation(self) -> str:
        """信息资源提供方."""
        return str(self._head.metadata.get("provider", ""))

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The core metadata, by JSON names."""
        return self._head.metadata

    @property
    def resources(self) -> tuple[Resource, ...]:
        """The files of the dataset, each with its publication record."""
        return self._head.resources

    @property
    def standard(self) -> str:
        """`id@version` of the standard that the first file conforms to."""
        return self._head.resources[0].standard if self._head.resources else ""

    @property
    def draft(self) -> bool:
        """Whether a file was let through under a standard that is not in force yet."""
        return any(each.record.get("gate", {}).get("draft_allowed") for each in self._head.resources)

    @property
    def versions(self) -> list[dict[str, Any]]:
        """Every version, newest first: number, time, title, rows, content hash."""
        return [
            {
                "version": each.number,
                "published_at": each.published_at,
                "title": each.title,
                "rows": sum(resource.rows for resource in each.resources),
                "sha256": each.content_sha256,
            }
            for each in reversed(self._store.versions(self.code))
        ]

    def summary(self) -> dict[str, Any]:
        """The dataset as one entry of a listing."""
        return {
            "code": self.code,
            "slug": self.slug,
            "title": self.title,
            "version": self.version,
            "organisation": self.organisation,
            "standard": self.standard,
            "sha256": self._head.content_sha256,
            "published_at": self._head.published_at,
            "draft_standard": self.draft,
        }

    def resource(self, key: str | None = None) -> Resource:
        """The file of that key; the only one when no key is given. Raises `UsageFault` with the keys there are."""
        keys = [each.key for each in self.resources]
        if key is None and len(keys) == 1:
            return self.resources[0]
        if key not in keys:
            raise UsageFault("usage.resource-key", code=self.code, key=key or "", known=", ".join(keys))
        return self.resources[keys.index(key)]

    def path(self, form: str = "parquet", key: str | None = None) -> Path:
        """A stored file of the open projection (`parquet` or `csv`), verified against the publication record."""
        resource = self.resource(key)
        output = next((each for each in resource.outputs if (each.audience, each.form) == (OPEN, form)), None)
        if output is None:
            raise PublishFault("catalogue.not-open", code=self.code, title=self.title)
        return self._verified(output, resource)

    def _verified(self, output: Output, resource: Resource) -> Path:
        path = self._store.object_path(output.sha256)
        recorded = [each["sha256"] for each in resource.record["outputs"] if each["form"] == output.form]
        if not path.is_file():
            raise PublishFault("catalogue.object-missing", code=self.code, sha256=output.sha256)
        if output.sha256 not in recorded or file_sha256(path)[0] != output.sha256:
            raise PublishFault("catalogue.damaged", name=output.sha256)
        return path

    def table(self, columns: Sequence[str] | None = None, filter: Any = None, key: str | None = None) -> pa.Table:
        """The data typed by the standard: codes are text, numbers exact. `filter` as `pyarrow.parquet.read_table`."""
        import pyarrow.parquet as pq

        resource = self.resource(key)
        unknown = [name for name in columns or () if name not in resource.columns]
        if unknown:
            near = difflib.get_close_matches(unknown[0], resource.columns, 1)
            known = near[0] if near else ", ".join(resource.columns)
            raise UsageFault("usage.column-unknown", code=self.code, column=unknown[0], near=known)
        path = self.path("parquet", key)
        wanted = list(columns) if columns is not None else None
        return pq.read_table(path, columns=wanted, filters=filter, partitioning=None)

    def pandas(self, columns: Sequence[str] | None = None, filter: Any = None, key: str | None = None) -> pd.DataFrame:
        """The data as a pandas frame with Arrow types, so that whole numbers stay whole and codes stay text."""
        import pandas

        return self.table(columns, filter, key).to_pandas(types_mapper=pandas.ArrowDtype)

    def __repr__(self) -> str:
        """Code, version and title."""
        return f"<Dataset {self.code} v{self.version} {self.title}>"


class Catalogue:
    """A catalogue folder, open for reading: the state at each call is the newest."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def store(self) -> Store:
        """The store behind it."""
        return self._store

    def __getitem__(self, code: str) -> Dataset:
        """The dataset of that code or slug. Raises `UnknownDataset`, a `KeyError`, with the nearest codes."""
        head = self._store.head(code)
        if head is None:
            codes = [each.code for each in self._store.heads() if each.state == "published"]
            near = difflib.get_close_matches(code, codes, 3, cutoff=0.4)
            raise UnknownDataset("catalogue.unknown", code=code, near=", ".join(near))
        if head.state != "published":
            told = self._store.tombstone(head.code) or {}
            raise UnknownDataset(
                "catalogue.withdrawn", code=head.code, title=head.title, at=told.get("at"), reason=told.get("reason")
            )
        return Dataset(self._store, head)

    def __contains__(self, code: object) -> bool:
        """Whether that code or slug is published."""
        head = self._store.head(code) if isinstance(code, str) else None
        return head is not None and head.state == "published"

    def __iter__(self) -> Iterator[Dataset]:
        """Every published dataset, by code."""
        return iter(self.datasets())

    def __len__(self) -> int:
        """How many datasets are published."""
        return len(self.datasets())

    def datasets(self) -> list[Dataset]:
        """Every published dataset, by code."""
        return [Dataset(self._store, head) for head in self._store.heads() if head.state == "published"]

    def search(
        self,
        text: str = "",
        *,
        organisation: str | None = None,
        standard: str | None = None,
        sharing: str | None = None,
        format: str | None = None,
        limit: int = LIMIT,
    ) -> list[Dataset]:
        """Datasets that hold every word of `text` (all, by code, when it is blank), best first.

        `organisation` is a provider's code or part of its name; `standard` an id or `id@version`; `sharing` 1, 2 or 3.
        """
        codes = self._store.find(text, -1) if text.strip() else [each.code for each in self.datasets()]
        found = [Dataset(self._store, head) for code in codes if (head := self._store.head(code)) is not None]
        kept = [
            each
            for each in found
            if _fits(organisation, (each.metadata.get("providerCode", ""),), each.organisation)
            and _fits(standard, [name for one in each.resources for name in (one.standard, one.standard.split("@")[0])])
            and _fits(sharing, (str(dict(each.metadata.get("sharing") or {}).get("type", "")),))
            and _fits(format, [str(name) for name in each.metadata.get("format") or ()])
        ]
        return kept[:limit]

    def close(self) -> None:
        """Let go of the files."""
        self._store.close()

    def __enter__(self) -> Catalogue:
        """The catalogue itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


def _fits(wanted: str | None, exact: Sequence[str], within: str = "") -> bool:
    return wanted is None or wanted in exact or (bool(wanted) and wanted in within)


def open(where: str | Path) -> Catalogue:
    """The catalogue in a folder (`catalogue:PATH` is understood too). Raises `UsageFault` where there is none."""
    text = str(where)
    if "://" in text:
        raise UsageFault("catalogue.address", path=text)
    folder = Path(text.removeprefix("catalogue:"))
    if not present(folder):
        raise UsageFault("catalogue.none", path=str(folder))
    return Catalogue(Store(folder))

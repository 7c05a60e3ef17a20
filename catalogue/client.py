"""What consumers use: open a catalogue, find datasets, load them as tables that are checked against their record."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path

from gongshu.catalogue.dataset import Dataset
from gongshu.catalogue.store import Store, present
from gongshu.standards.faults import UsageFault

__all__ = ["Catalogue", "Dataset", "UnknownDataset", "open"]

LIMIT = 100


class UnknownDataset(UsageFault, KeyError):
    """There is no dataset of that code or slug; `near` holds the nearest ones."""


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

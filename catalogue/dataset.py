"""One dataset as consumers use it: its versions, and its data as a table that is checked against its record."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from gongshu.catalogue.store import Store
from gongshu.catalogue.upkeep import recalled
from gongshu.publishers.canonical import file_sha256
from gongshu.publishers.harvest import FILE, origin, vouched
from gongshu.publishers.ledger import Head, Output, Resource
from gongshu.standards.faults import PublishFault, UsageFault
from gongshu.standards.settings import setting

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

OPEN = "open"
NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?", re.ASCII)
Moment = str | int | date | None  # a version's number, or a day: the state at its end


class Dataset:
    """One dataset as the public sees it. Every file is checked against the publication record before it is read.

    `at` of every method below is a version's number (`2`, `"2.1"`) or a day (`"2026-03-31"`): the state at its end.
    """

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
    def origin(self) -> Mapping[str, Any] | None:
        """Where it was harvested: source, address, first place (`root`), places between; None of our own."""
        return origin(self._head)

    @property
    def validated(self) -> bool:
        """Whether it passed a gate: ours, or one whose signed word is relied on. What did not is only harvested."""
        return vouched(self._head)

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
            "validated": self.validated,
            **({"origin": self.origin["source"]} if self.origin else {}),
        }

    def at(self, moment: Moment) -> Dataset:
        """The dataset as that version, or as it was at the end of that day in the settings' zone.

        Raises `UsageFault` where there was none, `PublishFault("catalogue.withdrawn")` where it was withdrawn that day.
        """
        return Dataset(self._store, _then(self._store, self._head, moment))

    def diff(self, since: Moment, until: Moment = None) -> dict[str, Any]:
        """How `until` (default: this version) differs from `since`: metadata, files, rows by key where there is one.

        Plain data; at most a few samples a file. What is withheld now is not told of older versions either.
        """
        from gongshu.publishers.differences.versions import between

        old = _then(self._store, self._head, since)
        new = self._head if until is None else _then(self._store, self._head, until)
        now = self._store.head(self.code) or self._head
        return between(old, new, self._store.object_path, now=now)

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
        if output is None and any(each.form == FILE for each in resource.outputs):
            raise PublishFault("catalogue.not-a-table", code=self.code, title=self.title)
        if output is None:
            raise PublishFault("catalogue.not-open", code=self.code, title=self.title)
        return self._verified(output, resource)

    def file(self, key: str | None = None) -> tuple[Path, str]:
        """The file of a harvested dataset as its source gives it, and its name; verified against the record."""
        resource = self.resource(key)
        output = next((each for each in resource.outputs if (each.audience, each.form) == (OPEN, FILE)), None)
        if output is None:
            raise PublishFault("catalogue.not-open", code=self.code, title=self.title)
        return self._verified(output, resource), output.file_name

    def _verified(self, output: Output, resource: Resource) -> Path:
        path = self._store.object_path(output.sha256)
        recorded = [each["sha256"] for each in resource.record["outputs"] if each["form"] == output.form]
        if not path.is_file():
            gone = output.sha256 in recalled(self._store)
            raise PublishFault(
                "catalogue.recalled" if gone else "catalogue.object-missing", code=self.code, sha256=output.sha256
            )
        if output.sha256 not in recorded or file_sha256(path)[0] != output.sha256:
            raise PublishFault("catalogue.damaged", name=output.sha256)
        return path

    def table(
        self, columns: Sequence[str] | None = None, filter: Any = None, key: str | None = None, at: Moment = None
    ) -> pa.Table:
        """The data typed by the standard: codes are text, numbers exact. `filter` as `pyarrow.parquet.read_table`."""
        import pyarrow.parquet as pq

        if at is not None:
            return self.at(at).table(columns, filter, key)
        resource = self.resource(key)
        path = self.path("parquet", key)
        unknown = [name for name in columns or () if name not in resource.columns]
        if unknown:
            near = difflib.get_close_matches(unknown[0], resource.columns, 1)
            known = near[0] if near else ", ".join(resource.columns)
            raise UsageFault("usage.column-unknown", code=self.code, column=unknown[0], near=known)
        wanted = list(columns) if columns is not None else None
        return pq.read_table(path, columns=wanted, filters=filter, partitioning=None)

    def pandas(
        self, columns: Sequence[str] | None = None, filter: Any = None, key: str | None = None, at: Moment = None
    ) -> pd.DataFrame:
        """The data as a pandas frame with Arrow types, so that whole numbers stay whole and codes stay text."""
        pandas = _extra("pandas")
        found: pd.DataFrame = self.table(columns, filter, key, at).to_pandas(types_mapper=pandas.ArrowDtype)
        return found

    def polars(
        self, columns: Sequence[str] | None = None, filter: Any = None, key: str | None = None, at: Moment = None
    ) -> Any:
        """The data as a `polars.DataFrame`: codes stay text, decimals stay exact."""
        return _extra("polars").from_arrow(self.table(columns, filter, key, at))

    def duckdb(
        self,
        columns: Sequence[str] | None = None,
        filter: Any = None,
        key: str | None = None,
        at: Moment = None,
        *,
        connection: Any = None,
    ) -> Any:
        """The data as a DuckDB relation, of `connection` or of DuckDB's own; `.query("it", "SELECT … FROM it")`."""
        return (connection or _extra("duckdb")).from_arrow(self.table(columns, filter, key, at))

    def __repr__(self) -> str:
        """Code, version and title."""
        return f"<Dataset {self.code} v{self.version} {self.title}>"


def _extra(name: str) -> Any:
    """A package that is only wanted here."""
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UsageFault("usage.extra-missing", name=name, extra=name) from error


def _then(store: Store, head: Head, moment: Moment) -> Head:
    """The version of that number, or the one that was published when that day ended."""
    versions = store.versions(head.code)
    wanted = moment.isoformat() if isinstance(moment, date) else str(moment).strip()
    if NUMBER.fullmatch(wanted):
        found = next((each for each in versions if each.number == wanted), None)
    else:
        found = _by_day(store, head, versions, wanted[:10] if isinstance(moment, datetime) else wanted)
    if found is None:
        known = ", ".join(f"{each.number} ({each.published_at[:10]})" for each in versions)
        raise UsageFault("usage.version-unknown", code=head.code, number=wanted, known=known)
    return found


def _by_day(store: Store, head: Head, versions: Sequence[Head], day: str) -> Head | None:
    zone = ZoneInfo(setting("timezone").value)
    try:
        end = datetime.combine(date.fromisoformat(day), time(), zone) + timedelta(days=1)
    except (ValueError, OverflowError):
        return None
    found = [each for each in versions if _read(each.published_at, zone) < end]
    rows = store.connection.execute(
        """SELECT at, action, detail FROM audit WHERE subject = ?
        AND action IN ('publish', 'edit', 'reinstate', 'withdraw') ORDER BY seq""",
        (head.code,),
    ).fetchall()
    last = [row for row in rows if _read(row[0], zone) < end][-1:]
    if found and last and last[0][1] == "withdraw":
        told = {"at": last[0][0], "reason": json.loads(last[0][2]).get("reason", "")}
        raise PublishFault("catalogue.withdrawn", code=head.code, title=found[-1].title, **told)
    return found[-1] if found else None


def _read(text: str, zone: ZoneInfo) -> datetime:
    """A recorded time; one without an offset is the zone's."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=zone)

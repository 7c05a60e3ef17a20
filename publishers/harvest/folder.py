"""Another catalogue's folder to harvest: opening it is its operator's access; what is taken is what the public gets.

Only open outputs are copied, never sources. Where that catalogue's records are vouched for by a key that is trusted
here for the provider, and the receipts they name hold, the pass comes along; else the entry is harvested and says so.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

from gongshu.publishers.audience import OPEN
from gongshu.publishers.canonical import digest, file_sha256
from gongshu.publishers.harvest import Fetched, Found, Part, Root, carried, origin
from gongshu.publishers.harvest.download import too_large
from gongshu.publishers.harvest.limits import MIB, Limits
from gongshu.publishers.ledger import Head, Output, Resource
from gongshu.publishers.plan import state_sha256
from gongshu.publishers.trust import voucher_doubt
from gongshu.standards.faults import PublishFault, UsageFault

# the catalogue stands to the right of this room, so it is named and not imported
STORE, VOUCHING = "gongshu.catalogue.store", "gongshu.catalogue.vouching"
HASH = re.compile(r"[0-9a-f]{64}")
MEDIA = {"parquet": "application/vnd.apache.parquet", "csv": "text/csv"}
LONGEST_RECEIPT = 16 * MIB
BROKEN = (sqlite3.DatabaseError, TypeError, ValueError, KeyError, AttributeError, RecursionError)


class Folder:
    """A catalogue in a folder of this machine, open for reading."""

    def __init__(self, address: str, limits: Limits, trusts: Callable[[str, str], bool]) -> None:
        if "://" in address:
            raise UsageFault("catalogue.address", path=address)
        self._store: Any = importlib.import_module(STORE).Store(Path(address))
        self._limits, self._trusts = limits, trusts
        self.namespace = str(self._store.namespace)
        self.name = f"catalogue:{self.namespace}"
        try:
            self._vouchers = importlib.import_module(VOUCHING).vouchers(self._store)
        except BROKEN as error:
            raise PublishFault("catalogue.unreadable", path=address, detail=type(error).__name__) from error

    def read(self, organisation: str, query: str) -> Iterator[Found]:
        """Every dataset that is published there; with the word of who vouches for it, where that can be relied on."""
        try:
            wanted = set(self._store.find(query, -1)) if query else None
            codes = [str(row[0]) for row in self._store.connection.execute("SELECT code FROM datasets ORDER BY code")]
        except BROKEN as error:
            raise PublishFault("catalogue.unreadable", path=self.name, detail=str(error)) from error
        for code in codes[: self._limits.datasets]:
            if wanted is not None and code not in wanted:
                continue
            try:
                head = self._store.head(code)
                if head is None or head.state != "published" or not _of(head, organisation):
                    continue
                yield self._found(head)
            except BROKEN as error:
                fault = PublishFault("pull.unusable", title=code[:200], detail=type(error).__name__)
                yield Found(code, code, code[:200], Root("", code), (), "", {}, fault=fault)

    def missing(self, id: str) -> str | None:
        """Withdrawn there, with the reason, or not there at all."""
        head = self._store.head(id)
        if head is None or head.code != id:
            return "-"
        return None if head.state == "published" else str((self._store.tombstone(id) or {}).get("reason") or "-")

    def fetch(self, part: Part, place: Path, tag: str, modified: str) -> Fetched | None:
        """The bytes of one output; what does not hash to its name is refused."""
        path = self._store.object_path(part.sha256)
        if not path.is_file() or path.is_symlink():
            raise PublishFault("pull.file-gone", key=part.key, title=part.title, status="-")
        if path.stat().st_size > self._limits.file:
            raise too_large(part.key, path.stat().st_size, self._limits.file)
        copy, found, size = place / uuid4().hex, hashlib.sha256(), 0
        with path.open("rb") as source, copy.open("wb") as out:
            while block := source.read(MIB):
                found.update(block)
                out.write(block)
                size += len(block)
                if size > self._limits.file:
                    raise too_large(part.key, size, self._limits.file)
        if found.hexdigest() != part.sha256:
            copy.unlink()
            raise PublishFault("pull.hash-differs", key=part.key, title=part.title)
        return Fetched(copy, part.sha256, size)

    def close(self) -> None:
        """Let go of the folder."""
        self._store.close()

    # --- one dataset ---

    def _found(self, head: Head) -> Found:
        told = origin(head)
        root = Root(self.namespace, head.code)
        via: tuple[str, ...] = ()
        if told is not None:
            root = Root(str(told["root"]["namespace"]), str(told["root"]["code"]))
            via = tuple(str(each)[:300] for each in list(told.get("via") or ())[:50])
        metadata = {name: value for name, value in head.metadata.items() if name != "origin"}
        if len(json.dumps(metadata)) > self._limits.words or len(head.resources) > self._limits.parts:
            raise ValueError("too long")
        doubt = self._doubt(head)
        passed = head if doubt is None else None
        return Found(
            id=head.code,
            code=head.code,
            title=head.title,
            root=root,
            via=(*via, self.name),
            state=digest([state_sha256(head), passed is not None]),
            metadata=metadata,
            parts=tuple(part for resource in head.resources for part in _parts(resource)),
            version=head.number,
            passed=passed,
            doubt=doubt,
            content=head.content_sha256,
        )

    def _doubt(self, head: Head) -> PublishFault | None:
        """Why the pass of that dataset cannot be relied on here; None: it stands."""
        if not head.resources or any(_gate(each).get("by") == "harvest" for each in head.resources):
            return PublishFault("pull.no-pass", code=head.code, reason="harvested")
        provider = str(head.metadata.get("providerCode") or "")
        records = [digest(carried(each.record)) for each in head.resources]
        doubt = voucher_doubt(
            self._vouchers,
            namespace=self.namespace,
            code=head.code,
            state=state_sha256(head),
            records=records,
            trusted=lambda key: self._trusts(provider, key),
        )
        for each in head.resources:
            if doubt is None and not self._holds(each):
                doubt = PublishFault("pull.no-pass", code=head.code, reason="receipt")
        return doubt

    def _holds(self, resource: Resource) -> bool:
        """Whether the receipt that the record names is there, untouched, and says that this source is publishable."""
        from gongshu.validators.receipt import load_receipt

        record = resource.record
        name = str(record.get("receipt") or "")
        path = self._store.object_path(name) if HASH.fullmatch(name) else None
        if path is None or not path.is_file() or path.stat().st_size > LONGEST_RECEIPT or file_sha256(path)[0] != name:
            return False
        try:
            receipt = load_receipt(path)
        except UsageFault:
            return False
        wanted = (record["source"]["sha256"], record["standard"]["sha256"], "conforms")
        files = receipt.statement.get("files") or ()
        said = {(each.get("sha256"), (each.get("standard") or {}).get("sha256"), each.get("verdict")) for each in files}
        draft = _gate(resource).get("draft_allowed") is True
        return receipt.verify().valid and wanted in said and (draft or receipt.statement.get("publishable") is True)


def _gate(resource: Resource) -> Mapping[str, Any]:
    found = resource.record.get("gate")
    return found if isinstance(found, dict) else {}


def _of(head: Head, organisation: str) -> bool:
    provider = str(head.metadata.get("provider", ""))
    return not organisation or organisation == head.metadata.get("providerCode") or organisation in provider


def _parts(resource: Resource) -> Iterator[Part]:
    for output in resource.outputs:
        if output.audience == OPEN:
            yield _part(resource, output)


def _part(resource: Resource, output: Output) -> Part:
    if not HASH.fullmatch(output.sha256) or output.form not in (*MEDIA, "file"):
        raise ValueError("output")
    suffix = output.file_name.rpartition(".")[2].lower()
    return Part(
        key=resource.key,
        title=resource.title,
        suffix=suffix if re.fullmatch(r"[a-z0-9]{1,8}", suffix) else "bin",
        address=output.sha256,
        mark=output.sha256,
        form=output.form,
        media_type=MEDIA.get(output.form, "application/octet-stream"),
        size=output.bytes,
        sha256=output.sha256,
    )

"""A static site of files, wherever fsspec can write: Parquet, CSV and `datapackage.json` of every dataset, one index.

Files of a version are written first, under a name of their own; `catalogue.json` points to them and is replaced last.
A local folder is locked and its pointer renamed into place; elsewhere there must be a single writer.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path, PurePosixPath
from typing import Any
from uuid import uuid4

from gongshu.publishers.identity import slug
from gongshu.publishers.ledger import Head, Ledger, Output, Resource
from gongshu.publishers.lock import held
from gongshu.publishers.mirrors import Shown
from gongshu.publishers.projection import OPEN
from gongshu.standards.faults import PublishFault

FORMAT = "gongshu-files/1"
INDEX = "catalogue.json"
FORMS = ("parquet", "csv")
PART = ".part-"


class Files:
    """One site. `address` is a folder, or any address of fsspec."""

    def __init__(self, address: str) -> None:
        from fsspec.core import url_to_fs

        self.name = f"files:{address}"
        self.workers = 1  # one index
        self._fs, self._root = url_to_fs(address)
        self._local = Path(self._root) if "file" in _protocols(self._fs) else None

    def lock(self) -> AbstractContextManager[None]:
        """A lock beside the index of a local folder."""
        return held(self._local / ".lock", subject=self.name) if self._local is not None else nullcontext()

    def read(self, namespace: str | None) -> Mapping[str, Shown]:
        """What the index tells of each dataset. A site shows one catalogue: another one's is not overwritten."""
        index = self._index()
        if namespace is not None and index.get("namespace", namespace) != namespace:
            raise PublishFault("mirror.other-catalogue", target=self.name)
        return {each["code"]: _shown(each) for each in index["datasets"]}

    def look(self, code: str, slug: str, namespace: str) -> Shown | None:
        """The dataset's line in the index."""
        return self.read(namespace).get(code)

    def on_the_way(self, state: str) -> tuple[str, ...]:
        """Nothing is half done: the pointer is replaced at once."""
        return ()

    def fetch(self, head: Head, resource: Resource, output: Output) -> Iterator[bytes] | None:
        """The file that the dataset's line points to."""
        entry = next((each for each in self._index()["datasets"] if each["code"] == head.code), None)
        name = f"{slug(resource.key)}.{output.form}"
        found = next((each for each in (entry or {}).get("files", ()) if each.endswith(f"/{name}")), None)
        if found is None or not self._fs.exists(f"{self._root}/{found}"):
            return None
        return _blocks(self._fs, f"{self._root}/{found}")

    def step(self, head: Head, ledger: Ledger, state: str, *, at: Callable[[str], None]) -> None:
        """Write the files of the head, then point to them; a withdrawn dataset is an entry without files."""
        self.read(ledger.namespace)
        index = self._index()
        entry: dict[str, Any] = {
            "code": head.code,
            "slug": head.slug,
            "id": head.id,
            "title": head.title,
            "version": head.number,
            "state": state,
            "published_at": head.published_at,
        }
        if head.state == "published":
            folder = f"datasets/{head.slug}/{head.number}-{state[:12]}"
            package = self._write_files(head, ledger, folder, at)
            entry |= {
                "organisation": head.metadata.get("provider", ""),
                "standard": [resource.standard for resource in head.resources],
                "datapackage": f"{folder}/datapackage.json",
                "files": [f"{folder}/{name}" for name in package],
            }
        else:
            entry |= {"withdrawn": True}
        index["datasets"] = sorted(
            [*(each for each in index["datasets"] if each["code"] != head.code), entry], key=lambda each: each["code"]
        )
        index["namespace"] = ledger.namespace
        at("mirror.files")
        self._put(INDEX, _json(index), at)
        at("mirror.pointed")

    def tidy(self) -> None:
        """Remove folders that the index does not point to, and parts of files that were never finished."""
        if self._local is not None:
            for part in self._local.rglob(f"{PART}*"):
                part.unlink()
        if not self._fs.exists(f"{self._root}/datasets"):
            return
        kept = {str(PurePosixPath(each["datapackage"]).parent) for each in self._index()["datasets"] if "files" in each}
        for dataset in self._listed("datasets"):
            versions = self._listed(f"datasets/{dataset}")
            for version in versions:
                if f"datasets/{dataset}/{version}" not in kept:
                    self._fs.rm(f"{self._root}/datasets/{dataset}/{version}", recursive=True)
            if all(f"datasets/{dataset}/{version}" not in kept for version in versions):
                self._fs.rm(f"{self._root}/datasets/{dataset}", recursive=True)

    def _listed(self, folder: str) -> list[str]:
        self._fs.invalidate_cache()
        base = f"{self._root}/{folder}".rstrip("/")
        return sorted(PurePosixPath(each.rstrip("/")).name for each in self._fs.ls(base, detail=False))

    def _index(self) -> dict[str, Any]:
        self._fs.invalidate_cache()
        try:
            found: dict[str, Any] = json.loads(self._fs.cat_file(f"{self._root}/{INDEX}"))
        except FileNotFoundError:
            return {"format": FORMAT, "datasets": []}
        except ValueError as error:
            raise PublishFault("mirror.index", target=self.name, detail=str(error)) from error
        if found.get("format") != FORMAT:
            raise PublishFault("mirror.index", target=self.name, detail=str(found.get("format")))
        return found

    def _write_files(self, head: Head, ledger: Ledger, folder: str, at: Callable[[str], None]) -> list[str]:
        names, resources = [], []
        for resource in head.resources:
            stem = slug(resource.key)
            present = {each.form: each for each in resource.outputs if each.audience == OPEN and each.form in FORMS}
            for form, output in sorted(present.items()):
                self._copy(ledger.object_path(output.sha256), f"{folder}/{stem}.{form}")
                names.append(f"{stem}.{form}")
                at("mirror.file")
            if "csv" in present:
                resources.append(_resource(resource, stem))
        self._put(f"{folder}/datapackage.json", _json(_package(head, resources)), at)
        return [*names, "datapackage.json"]

    def _copy(self, source: Path, name: str) -> None:
        target = f"{self._root}/{name}"
        self._fs.makedirs(target.rpartition("/")[0], exist_ok=True)
        if self._local is None:
            self._fs.put_file(str(source), target)
            return
        shutil.copyfile(source, target)
        _sync(Path(target))

    def _put(self, name: str, content: bytes, at: Callable[[str], None]) -> None:
        target = f"{self._root}/{name}"
        self._fs.makedirs(target.rpartition("/")[0], exist_ok=True)
        if self._local is None:
            self._fs.pipe_file(target, content)
            return
        part = Path(target).with_name(f"{PART}{uuid4().hex}")
        part.write_bytes(content)
        _sync(part)
        at("mirror.part")
        os.replace(part, target)  # noqa: PTH105 - the one call that is atomic on every system


def _shown(entry: Mapping[str, Any]) -> Shown:
    condition = "withdrawn" if entry.get("withdrawn") else "published"
    return Shown(entry["state"], entry["title"], entry["version"], condition, entry.get("datapackage", ""))


def _blocks(fs: Any, name: str) -> Iterator[bytes]:
    with fs.open(name, "rb") as source:
        while block := source.read(1 << 20):
            yield block


def _package(head: Head, resources: list[dict[str, Any]]) -> dict[str, Any]:
    """A Data Package. One without data (the audience gets the entry only) has no resources."""
    return {
        "profile": "data-package",
        "name": head.slug,
        "id": head.id,
        "title": head.title,
        "description": head.metadata.get("abstract", ""),
        "version": head.number,
        "created": head.published_at,
        "contributors": [{"title": head.metadata.get("provider", ""), "role": "publisher"}],
        "metadata": dict(head.metadata),
        "resources": resources,
    }


def _resource(resource: Resource, stem: str) -> dict[str, Any]:
    outputs = {each.form: each for each in resource.outputs if each.audience == OPEN}
    text, parquet = outputs["csv"], outputs["parquet"]
    return {
        "name": stem,
        "title": resource.title or resource.key,
        "path": f"{stem}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8-sig",
        "bytes": text.bytes,
        "hash": f"sha256:{text.sha256}",
        "schema": dict(resource.schema),
        "standard": resource.standard,
        "alternatives": [
            {
                "path": f"{stem}.parquet",
                "format": "parquet",
                "mediatype": parquet.media_type,
                "bytes": parquet.bytes,
                "hash": f"sha256:{parquet.sha256}",
            }
        ],
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def _protocols(fs: Any) -> tuple[str, ...]:
    return (fs.protocol,) if isinstance(fs.protocol, str) else tuple(fs.protocol)


def _sync(path: Path) -> None:
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())

"""A static site: Parquet, CSV, `datapackage.json` and DCAT of every dataset, a page and lists over all of them.

Files of a version are written first, under a name of their own; `dataset.json` of the dataset points to them and is
replaced last. The lists (`index.html`, `catalogue.jsonld`, `catalogue.json`) are made once at the end of an apply, and
what no list points to goes after that. Until then `pending.json` lies there, and a dataset that the list does not show
yet counts as half done. Everything depends on what is published only: nothing new, not a byte changed.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from gongshu.publishers.audience import audience_of
from gongshu.publishers.canonical import digest
from gongshu.publishers.ledger import Head, Ledger, Output, Resource
from gongshu.publishers.lock import held
from gongshu.publishers.mirrors import Shown
from gongshu.publishers.mirrors.files import dcat, page
from gongshu.publishers.mirrors.files.entry import (
    FORMAT,
    Entry,
    entry,
    folder_of,
    lines,
    package,
    parts,
    pointer_of,
    text,
)
from gongshu.publishers.mirrors.files.place import CONDITIONAL, SINGLE, Moved, Place
from gongshu.standards.faults import PublishFault

INDEX, GRAPH, PAGE, PENDING = "catalogue.json", "catalogue.jsonld", "index.html", "pending.json"
BEFORE = "gongshu-files/1"  # had one list and no pointers: what it shows is brought again
TRIES = 5  # at the list, while another writer of the same bucket is at it too
AT_ONCE = 8  # datasets that are written to a bucket at the same time
ABANDONED = 86_400.0  # seconds after which files in a bucket that nothing points to are nobody's work


class Files:
    """One site. `address` is a folder, or any address of fsspec."""

    def __init__(self, address: str) -> None:
        self.name = f"files:{address}"
        self._place = Place(address)
        self.workers = (
            AT_ONCE if self._place.kind == CONDITIONAL else 1
        )  # a folder has one lock, and waits for no answers
        self._listed: tuple[str, Mapping[str, Any], Mapping[str, Shown]] | None = None  # the list as read, and its mark
        self._tags: dict[str, str | None] = {}  # pointer -> its mark when it was looked at
        self._writing = False
        self._guard = threading.Lock()

    @property
    def cautions(self) -> tuple[PublishFault, ...]:
        """What to know before a plan is applied: whether something else could write there at the same time."""
        if self._place.kind == SINGLE:
            return (PublishFault("plan.single-writer", target=self.name),)
        return ()

    def lock(self) -> AbstractContextManager[None]:
        """A lock beside the list of a local folder; a bucket compares with each write."""
        return held(self._place.folder / ".lock", subject=self.name) if self._place.folder else nullcontext()

    # --- looking ---

    def read(self, namespace: str | None) -> Mapping[str, Shown]:
        """What the list tells of each dataset. A site shows one catalogue: another one's is not overwritten."""
        index = self._index()
        owner = index.get("namespace")
        if owner is None and (claimed := self._place.read(PENDING)) is not None:
            owner = self._parsed(claimed.content, PENDING).get("namespace")
        if namespace is not None and owner not in (None, namespace):
            raise PublishFault("mirror.other-catalogue", target=self.name)
        return self._listed[2] if self._listed is not None and self._listed[1] is index else {}

    def look(self, code: str, slug: str, namespace: str) -> Shown | None:
        """What the dataset's pointer says; it is half done while the list says something else."""
        listed = self.read(namespace).get(code)
        name = pointer_of(slug)
        found = self._place.read(name)
        self._tags[name] = None if found is None else found.tag
        if found is None:
            return None
        pointed = self._parsed(found.content, name)
        if pointed.get("code") != code or pointed.get("namespace") != namespace:
            return Shown(digest(["taken", pointed.get("code")]), str(pointed.get("title", "")), condition="taken")
        shown = _shown(pointed)
        if listed is None or listed.state != shown.state:
            return Shown(_half(shown.state), shown.title, shown.version, "pending", shown.address)
        return shown

    def on_the_way(self, state: str) -> tuple[str, ...]:
        """Pointed to, and not in the list yet."""
        return (_half(state),)

    def fetch(self, head: Head, resource: Resource, output: Output) -> Iterator[bytes] | None:
        """The file that the dataset's pointer names."""
        found = self._place.read(pointer_of(head.slug))
        if found is None:
            return None
        pointed = self._parsed(found.content, pointer_of(head.slug))
        listed = next((each for each in pointed.get("resources", ()) if each["key"] == resource.key), None)
        form = next((each for each in (listed or {}).get("outputs", ()) if each["form"] == output.form), None)
        return None if form is None else self._place.blocks(form["path"])

    # --- writing ---

    def step(self, head: Head, ledger: Ledger, state: str, *, at: Callable[[str], None]) -> None:
        """Write the files of the head, then point to them; of a withdrawn dataset only a tombstone is left."""
        name = pointer_of(head.slug)
        seen = self._tags.pop(name) if name in self._tags else self._place.tag(name)
        self._claim(ledger.namespace, at)
        wanted = entry(head, state, ledger.namespace)
        if not wanted.get("withdrawn"):
            self._files(head, ledger, wanted, at)
            at("mirror.files")
        try:
            self._place.write(name, text(wanted), seen=seen, at=at)
        except Moved as error:
            raise PublishFault("publish.target-moved", code=head.code, planned=head.number, found=self.name) from error
        at("mirror.pointed")
        if wanted.get("withdrawn"):  # readers are not left with what was taken back until the lists are made
            for version in self._place.names(folder_of(head.slug)):
                if version != name.rpartition("/")[2]:
                    self._place.remove(f"{folder_of(head.slug)}/{version}")
                    at("mirror.removed")

    def _claim(self, namespace: str, at: Callable[[str], None]) -> None:
        """Say that the lists are behind, and whose site this is, before anything else is changed."""
        with self._guard:
            if self._writing:
                return
            claim = text({"format": FORMAT, "namespace": namespace})
            new = self._place.tag(PENDING) is None
            if new:
                try:
                    self._place.write(PENDING, claim, seen=None, at=at)
                except Moved:
                    self.read(namespace)  # another writer was faster: of the same catalogue, or this raises
            if not self._place.compares(PENDING, claim):
                if new:
                    self._place.remove(PENDING)
                raise PublishFault("mirror.unconditional", target=self.name)
            self._writing = True
        at("mirror.claimed")

    def _files(self, head: Head, ledger: Ledger, wanted: Entry, at: Callable[[str], None]) -> None:
        for resource, (_, _, outputs) in zip(wanted["resources"], parts(head), strict=True):
            for listed, output in zip(resource["outputs"], outputs, strict=True):
                self._place.copy(ledger.object_path(output.sha256), listed["path"])
                at("mirror.file")
        self._place.put(wanted["datapackage"], text(package(head)))
        at("mirror.file")
        self._place.put(wanted["dcat"], dcat.document(wanted, audience_of(self.name)))
        at("mirror.file")

    # --- the lists ---

    def tidy(self) -> None:
        """Make the lists of what the pointers say, then remove what none of them points to."""
        pending = self._place.read(PENDING)
        if pending is None and not self._writing:
            return
        self._place.clear_parts()
        for turn in range(TRIES):
            try:
                before, after = self._write_lists(pending)
                break
            except Moved as error:
                if turn + 1 == TRIES:
                    raise PublishFault("mirror.busy", target=self.name) from error
        self._sweep(before, after)
        self._place.remove(PENDING)
        self._writing = False

    def _write_lists(self, pending: Any) -> tuple[Mapping[str, Any], Sequence[Entry]]:
        """The list as it was, and the entries as they are now."""
        tag = self._place.tag(INDEX)
        before = self._index()
        entries = self._pointed()
        owners = [*(each["namespace"] for each in entries), before.get("namespace", "")]
        namespace = str(owners[0]) or str(self._parsed(pending.content, PENDING)["namespace"] if pending else "")
        shown = [each for each in entries if not each.get("withdrawn")]
        self._write(PAGE, page.page(shown))
        self._write(GRAPH, dcat.catalogue(shown, namespace, audience_of(self.name)))
        # the list comes last, and only if it is the one that was there when the pointers were read
        self._write(INDEX, lines({"format": FORMAT, "namespace": namespace}, "datasets", entries), tag, given=True)
        return before, entries

    def _pointed(self) -> list[Entry]:
        names = [pointer_of(each) for each in self._place.names("datasets")]
        found = self._place.read_all(names)
        return sorted(
            (self._parsed(content, name) for name, content in found.items()), key=lambda each: str(each["code"])
        )

    def _write(self, name: str, content: bytes, tag: str | None = None, *, given: bool = False) -> None:
        """Replace a list, unless it is what is there."""
        found = self._place.read(name)
        if found is not None and found.content == content:
            return
        seen = tag if given else None if found is None else found.tag
        self._place.write(name, content, seen=seen, at=_silent)

    def _sweep(self, before: Mapping[str, Any], after: Sequence[Entry]) -> None:
        """Remove versions that nothing points to. In a bucket somebody else may be writing one just now: there only
        what the list named before goes, and what is old by the clock of the bucket."""
        kept = {each["folder"] for each in after if "folder" in each}
        if self._place.kind == CONDITIONAL:
            gone = {each["folder"] for each in before["datasets"] if "folder" in each} | self._abandoned()
            for folder in sorted(gone - kept):
                self._place.remove(folder)
            return
        for dataset in self._place.names("datasets"):
            there = self._place.names(folder_of(dataset))
            stale = [each for each in there if each != "dataset.json" and f"{folder_of(dataset)}/{each}" not in kept]
            if "dataset.json" not in there:
                self._place.remove(folder_of(dataset))
                continue
            for each in stale:
                self._place.remove(f"{folder_of(dataset)}/{each}")

    def _abandoned(self) -> set[str]:
        ages = self._place.ages("")
        if INDEX not in ages:
            return set()
        newest: dict[str, float] = {}
        for name, age in ages.items():
            found = name.split("/")
            if len(found) == 4 and found[0] == "datasets":
                folder = "/".join(found[:3])
                newest[folder] = max(age, newest.get(folder, age))
        now = max(ages.values())
        return {folder for folder, age in newest.items() if now - age > ABANDONED}

    def _index(self) -> Mapping[str, Any]:
        """The list, read again only when it changed."""
        tag = self._place.tag(INDEX)
        if self._listed is not None and tag is not None and self._listed[0] == tag:
            return self._listed[1]
        found = self._place.read(INDEX)
        if found is None:
            return {"format": FORMAT, "datasets": []}
        index: Mapping[str, Any] = self._parsed(found.content, INDEX)
        try:
            shown = {str(each["code"]): _shown(each) for each in index["datasets"]}
        except (KeyError, TypeError, AttributeError) as error:
            raise PublishFault("mirror.index", target=self.name, name=INDEX, detail=repr(error)) from error
        self._listed = (found.tag, index, shown)
        return index

    def _parsed(self, content: bytes, name: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(content)
            form = found.get("format")
        except (ValueError, AttributeError) as error:
            raise PublishFault("mirror.index", target=self.name, name=name, detail=str(error)) from error
        if form == BEFORE:
            return {**found, "datasets": []}
        if form != FORMAT:
            raise PublishFault("mirror.index", target=self.name, name=name, detail=f"format: {form}")
        return found


def _half(state: str) -> str:
    return digest(["pending", state])


def _silent(point: str) -> None:
    """Nobody listens."""


def _shown(entry: Entry) -> Shown:
    condition = "withdrawn" if entry.get("withdrawn") else "published"
    return Shown(entry["state"], entry.get("title", ""), entry["version"], condition, entry.get("datapackage", ""))

"""CKAN through ckanapi: one `package_revise` with every changed file; DataStore comes after it, marked until whole.

Identity is the extra `gongshu_code` with our namespace; only a sysadmin may give a package our id too. A write carries
the `metadata_modified` that was seen, which CKAN compares under a lock: who was faster is not overwritten.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any
from uuid import UUID, uuid5

from gongshu.publishers.canonical import digest
from gongshu.publishers.ledger import Head, Ledger, Output, Resource
from gongshu.publishers.mirrors import Shown
from gongshu.publishers.mirrors.ckan import datastore, shape
from gongshu.publishers.mirrors.ckan.address import Address, parse, token
from gongshu.publishers.mirrors.ckan.multipart import Upload
from gongshu.publishers.mirrors.ckan.organisations import Organisations
from gongshu.publishers.mirrors.ckan.shape import NOTHING_TO_SEAL, SEALED, TABLE
from gongshu.publishers.mirrors.ckan.transport import Invalid, Missing, Patience, Site, rejected
from gongshu.standards.faults import PublishFault

PAGE, NAMES = 1000, 200  # datasets, and names, of one search
TRIES = 3


class Ckan:
    """One CKAN. `address` is its URL with options; see `address.parse`."""

    def __init__(self, address: str, *, patience: Patience | None = None) -> None:
        self._to: Address = parse(address)
        self.name = f"ckan:{address}"
        self.workers = self._to.workers
        self._token = token(self._to.url)
        self._site = Site(self._to.url, self._token, patience=patience or Patience(), workers=self.workers)
        self._anybody = Site(self._to.url, "", patience=patience or Patience(), workers=self.workers)
        self._guard, self._reading = threading.Lock(), threading.Lock()
        self._organisations = Organisations(self._site, self._to)
        self._user: Mapping[str, Any] | None = None
        self._ids: dict[str, str] | None = None
        self._seen: dict[str, Mapping[str, Any] | None] = {}
        self._unlooked: set[str] = set()

    # --- looking ---

    def read(self, namespace: str | None) -> Mapping[str, Shown]:
        """What the search index tells, in pages. Raises where a catalogue is named and the token is not known there."""
        if namespace is not None:
            self._who()
        found: dict[str, Shown] = {}
        ids: dict[str, str] = {}
        for each in self._listed(namespace):
            said = shape.extras(each)
            code = said.get(shape.CODE, "")
            if namespace is None or said.get(shape.NAMESPACE) == namespace:
                found[code] = shape.shown_of(each, code, namespace, self._to.url)
                ids[code] = str(each["id"])
        with self._guard:
            self._ids = ids
        return found

    def _listed(self, namespace: str | None) -> Iterator[Mapping[str, Any]]:
        start = 0
        ours = f"extras_{shape.CODE}:*" if namespace is None else f'extras_{shape.NAMESPACE}:"{namespace}"'
        while True:
            asked = {"fq": ours, "rows": PAGE, "start": start, "sort": "name asc",
                     "include_private": bool(self._token)}  # fmt: skip
            page = self._site.call("package_search", asked)
            yield from page["results"]
            start += len(page["results"])
            if not page["results"] or start >= page["count"]:
                return

    def names_taken(self, names: Iterable[str]) -> set[str]:
        """Which of the names the search index knows of any dataset, many at a time."""
        found: set[str] = set()
        for some in _chunks(sorted(names), NAMES):
            fq = "name:({})".format(" OR ".join(f'"{each}"' for each in some))
            asked = {"fq": fq, "rows": len(some), "fl": ["name"],
                     "include_private": bool(self._token), "include_drafts": bool(self._token)}  # fmt: skip
            found |= {str(each["name"]) for each in self._site.call("package_search", asked)["results"]}
        return found

    def expect_nothing(self, code: str) -> None:
        """The next `step` of it makes the dataset without looking first, and refuses what it meets there."""
        with self._guard:
            self._seen[code] = None
            self._unlooked.add(code)

    def look(self, code: str, slug: str, namespace: str) -> Shown | None:
        """What `package_show` tells; a dataset that was given another name there is found by its code."""
        found = self._show(code, slug, namespace)
        with self._guard:
            self._seen[code] = found
        return None if found is None else shape.shown_of(found, code, namespace, self._to.url)

    def _show(self, code: str, slug: str, namespace: str) -> Mapping[str, Any] | None:
        found = self._package(slug)
        if found is None or shape.extras(found).get(shape.CODE) != code:
            renamed = self._known(namespace).get(code)
            if renamed is not None:
                found = self._package(renamed) or found
        if found is not None and found.get("state") == "deleted" and shape.extras(found).get(shape.CODE) != code:
            return None  # a deleted stranger gives its name up
        return found

    def _package(self, id_: str) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = self._site.call("package_show", {"id": id_})
        except Missing:
            return None
        return found

    def _known(self, namespace: str) -> Mapping[str, str]:
        with self._reading:  # once, whoever comes first
            if self._ids is None:
                self.read(namespace)
            return self._ids or {}

    def _who(self) -> Mapping[str, Any]:
        """The user of the token: CKAN takes an unknown token for nobody, without a word."""
        with self._guard:
            if self._user is None:
                try:
                    self._user = self._site.call("user_show")
                except (Missing, Invalid):
                    raise PublishFault("mirror.token", site=self._to.url) from None
            return self._user or {}

    def on_the_way(self, state: str) -> tuple[str, ...]:
        """While files or tables are still to come, or the name is taken and nothing shown."""
        return (shape.on_the_way(state),)

    # --- writing ---

    def step(self, head: Head, ledger: Ledger, state: str, *, at: Callable[[str], None]) -> None:
        """One revise, then tables, then seals."""
        with self._guard:  # what was just looked at: a write says what it saw, and CKAN compares
            fresh = head.code in self._seen
            there = self._seen.pop(head.code, None)
            unlooked = head.code in self._unlooked
            self._unlooked.discard(head.code)
        if not fresh:
            there = self._show(head.code, head.slug, ledger.namespace)
        if there is not None and self._stranger(there, head, ledger):
            raise PublishFault("mirror.taken", code=head.code, name=str(there["name"]), site=self._to.url)
        try:
            if head.state == "published":
                self._publish(head, ledger, state, there, at, unlooked=unlooked)
            elif there is not None:
                self._withdraw(head, ledger, state, there, at)
        except Invalid as error:
            raise rejected(error, head.code) from error
        except Missing as error:
            raise PublishFault("mirror.rejected", code=head.code, detail=str(error)) from error

    def _stranger(self, there: Mapping[str, Any], head: Head, ledger: Ledger) -> bool:
        said = shape.extras(there)
        return (said.get(shape.CODE), said.get(shape.NAMESPACE)) != (head.code, ledger.namespace)

    def _publish(
        self,
        head: Head,
        ledger: Ledger,
        state: str,
        there: Mapping[str, Any] | None,
        at: Callable[[str], None],
        *,
        unlooked: bool,
    ) -> None:
        organisation = self._organisations.of(head)
        wanted = shape.package(head, ledger.namespace, state, organisation, self._to)
        if there is None:
            there = self._create(head, ledger, wanted, state, organisation, unlooked=unlooked)
            at("mirror.made")
        if shape.state_of(there)[0] == state:
            return
        resources, moving = shape.merged(wanted["resources"], shape.kept(there, state))
        by_id = {id_: output for _, output, id_ in shape.outputs(head)}
        files = {
            f"update__resources__{position}__upload": _upload(by_id[resources[position]["id"]], ledger)
            for position in moving
        }
        if moving or shape.state_of(there)[0] != shape.on_the_way(state):
            there = self._revise(there, {"update": {**wanted, "resources": resources}}, files, wanted, head)
            at("mirror.revised")
        self._finish(head, ledger, there, wanted, at)

    def _create(
        self,
        head: Head,
        ledger: Ledger,
        wanted: Mapping[str, Any],
        state: str,
        organisation: str,
        *,
        unlooked: bool,
    ) -> Mapping[str, Any]:
        """Make the package. One that has uploads is private and empty until its files come with the first revise."""
        first = dict(wanted)
        if any(each.get("url_type") == "upload" for each in wanted["resources"]):
            hidden = shape.package(head, ledger.namespace, shape.on_the_way(state), organisation, self._to)
            first = shape.stamped({**hidden, "resources": [], "private": True})
        ours = {"id": head.id} if self._who().get("sysadmin") else {}
        for _ in range(TRIES):
            try:
                made: Mapping[str, Any] = self._site.call("package_create", {**first, **ours})
            except Invalid as error:
                there = self._show(head.code, head.slug, ledger.namespace)
                if there is None and "id" in error.said and ours:
                    ours = {}  # CKAN has this id for something else, or does not let this user give one
                    continue
                if there is None:
                    raise
                if self._stranger(there, head, ledger):
                    raise PublishFault(
                        "mirror.taken", code=head.code, name=str(there["name"]), site=self._to.url
                    ) from error
                if unlooked:
                    self._refuse(there, head, state)
                return there  # an answer was lost on the way: it had been made
            else:
                return made
        raise PublishFault("mirror.rejected", code=head.code, detail="id")

    def _refuse(self, there: Mapping[str, Any], head: Head, state: str) -> None:
        """Raise where a dataset lies in the place of a new one: neither made by us just now nor our tombstone."""
        found, condition = shape.state_of(there)
        if found not in (state, shape.on_the_way(state)) and condition != "withdrawn":
            raise PublishFault("publish.target-moved", code=head.code, planned="-", found=str(there["title"]))

    def _revise(
        self,
        there: Mapping[str, Any],
        change: Mapping[str, Any],
        files: Mapping[str, Upload],
        wanted: Mapping[str, Any],
        head: Head,
    ) -> Mapping[str, Any]:
        """One atomic change, if nobody was there since we looked."""
        match = {"id": there["id"], "metadata_modified": there["metadata_modified"]}
        words: dict[str, Any] = {"match": match, **change}
        if files:  # a form has text only
            words = {name: json.dumps(value, ensure_ascii=False) for name, value in words.items()}
        try:
            found: Mapping[str, Any] = self._site.call("package_revise", words, files=files)["package"]
        except Invalid as error:
            if "match" not in error.said:
                raise
            now = self._package(str(there["id"]))  # ours, if only the answer was lost
            if now is not None and _sent(now) == _sent(wanted) == digest(shape.normal(now)):
                return now
            seen = str(now["metadata_modified"]) if now else ""
            planned = str(there["metadata_modified"])
            raise PublishFault("publish.target-moved", code=head.code, planned=planned, found=seen) from error
        return found

    def _finish(
        self,
        head: Head,
        ledger: Ledger,
        there: Mapping[str, Any],
        wanted: Mapping[str, Any],
        at: Callable[[str], None],
    ) -> None:
        """Fill tables that are not whole, seal what is; where this CKAN changes what it is sent, note what it made."""
        parts = {id_: resource for resource, _, id_ in shape.outputs(head)}
        parquets = {each.key: _parquet(each) for each in head.resources}
        open_ids = [str(each["id"]) for each in there.get("resources") or () if shape.sealed(each) is None]
        for each in there.get("resources") or ():
            if each["id"] not in open_ids:
                continue
            resource = parts[str(each["id"])]
            if each.get(TABLE) == "yes":
                parquet = parquets[resource.key]
                if parquet is not None:
                    path = ledger.object_path(parquet.sha256)
                    datastore.load(self._site, str(each["id"]), head.code, path, resource, at=at)
            elif each.get("datastore_active"):
                datastore.drop(self._site, str(each["id"]))
        odd = _sent(wanted) != digest(shape.normal(there))
        if not open_ids and not odd:
            return
        now = self._package(str(there["id"])) or there
        if digest(shape.normal(now)) != digest(shape.normal(there)):
            raise PublishFault("publish.target-moved", code=head.code, planned=head.number, found=str(now["title"]))
        change: dict[str, Any] = {
            f"update__resources__{each['id']}": {SEALED: shape.seal(each)}
            for each in now["resources"]
            if each["id"] in open_ids and each.get(SEALED) != NOTHING_TO_SEAL
        }
        if odd:
            listed = [each for each in now["extras"] if each["key"] != shape.SENT]
            change["update"] = {"extras": [*listed, {"key": shape.SENT, "value": digest(shape.normal(now))}]}
        at("mirror.filled")
        after = self._revise(now, change, {}, wanted, head)
        if shape.state_of(after)[1] != "published":
            raise PublishFault("mirror.unsealed", code=head.code)
        at("mirror.sealed")

    def _withdraw(
        self, head: Head, ledger: Ledger, state: str, there: Mapping[str, Any], at: Callable[[str], None]
    ) -> None:
        """Take tables and files away and leave a deleted dataset that says which state it stands for."""
        organisation = str((there.get("organization") or {}).get("name") or "")
        wanted = shape.package(head, ledger.namespace, state, organisation, self._to)
        if shape.state_of(there)[0] == state:
            return
        if any(each.get("datastore_active") for each in there.get("resources") or ()):
            hidden = shape.package(head, ledger.namespace, shape.on_the_way(state), organisation, self._to)
            left = [{**each, SEALED: NOTHING_TO_SEAL} for each in there["resources"]]
            first = shape.stamped({**hidden, "resources": left})
            if shape.state_of(there)[0] != shape.on_the_way(state):
                there = self._revise(there, {"update": first}, {}, first, head)
                at("mirror.hidden")
            for each in there["resources"]:
                if each.get("datastore_active"):
                    datastore.drop(self._site, str(each["id"]))
                    at("mirror.table")
            there = self._package(str(there["id"])) or there
        self._revise(there, {"update": wanted}, {}, wanted, head)
        at("mirror.revised")

    # --- the rest ---

    def fetch(self, head: Head, resource: Resource, output: Output) -> Iterator[bytes] | None:
        """The file as CKAN, or the place that it links to, gives it to anybody: without our token."""
        id_ = resource.id if output.form == "csv" else str(uuid5(UUID(resource.id), output.form))
        try:
            found = self._anybody.call("resource_show", {"id": id_})
        except Missing:
            return None
        except PublishFault as fault:
            if fault.code != "mirror.refused":
                raise
            return None  # a deleted or private dataset
        answer = self._anybody.get(str(found["url"]))
        if answer.status_code != 200:
            answer.close()
            return None
        blocks: Iterator[bytes] = answer.iter_content(1 << 20)
        return blocks

    def tidy(self) -> None:
        """Nothing is left behind: a revise is whole or not there."""

    def lock(self) -> AbstractContextManager[None]:
        """CKAN compares `metadata_modified` under its own lock with each write; nobody is kept out beforehand."""
        return nullcontext()


def _chunks(names: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(names), size):
        yield names[start : start + size]


def _sent(package: Mapping[str, Any]) -> str:
    return shape.extras(package).get(shape.SENT, "")


def _parquet(resource: Resource) -> Output | None:
    return next((each for each in resource.outputs if each.audience == "open" and each.form == "parquet"), None)


def _upload(output: Output, ledger: Ledger) -> Upload:
    return Upload(output.file_name, ledger.object_path(output.sha256), output.media_type)

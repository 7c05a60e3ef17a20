"""A dataset in CKAN's words, and what CKAN shows read back as a state: pure, nothing is sent.

`gongshu_sent` is the hash of the normal form that we sent; `gongshu_sealed` of a resource says which bytes lie there
since when, and that its DataStore table is whole. Both fit: the dataset is in `gongshu_state`. The hash fits and seals
are empty: we died on the way. Anything else: somebody changed it. `metadata_modified` is no part of it, because a
sysadmin can set it and CKAN lets it stand (measured).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from gongshu.publishers.canonical import digest
from gongshu.publishers.identity import slug
from gongshu.publishers.ledger import Head, Output, Resource
from gongshu.publishers.metadata import profile
from gongshu.publishers.mirrors import Shown
from gongshu.publishers.mirrors.ckan.address import Address
from gongshu.publishers.projection import OPEN

CODE, NAMESPACE, STATE, SENT = "gongshu_code", "gongshu_namespace", "gongshu_state", "gongshu_sent"
SEALED, TABLE = "gongshu_sealed", "gongshu_table"
NOTHING_TO_SEAL = "-"
FORMS = {"csv": "CSV", "parquet": "Parquet"}
LONGEST_EXTRA = 32_000  # bytes; Solr refuses terms above 32,766, and the whole dataset with them
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_UNTAGGED = re.compile(r"[^\w .-]+")

Package = Mapping[str, Any]


def clean(text: Any) -> str:
    """Text that CKAN takes: no control characters (a NUL ends in a 500)."""
    return _CONTROL.sub("", str(text or "")).replace("\r\n", "\n").strip()


def on_the_way(state: str) -> str:
    """The state that a dataset shows while its files or tables are still being brought to `state`."""
    return digest(["pending", state])


# --- what we send ------------------------------------------------------------------------------------------------


def outputs(head: Head) -> list[tuple[Resource, Output, str]]:
    """Every output that the public gets, with the id of its CKAN resource: ours, for every role."""
    found = []
    for resource in head.resources:
        for output in sorted(resource.outputs, key=lambda each: each.form):
            if output.audience == OPEN and output.form in FORMS:
                id_ = resource.id if output.form == "csv" else str(uuid5(UUID(resource.id), output.form))
                found.append((resource, output, id_))
    return found


def package(head: Head, namespace: str, state: str, organisation: str, address: Address) -> dict[str, Any]:
    """The dataset as CKAN is to have it, resources apart from what only CKAN knows (addresses, dates of uploads)."""
    gone = head.state != "published"
    extras = {
        CODE: head.code,
        NAMESPACE: namespace,
        STATE: state,
        **{name: clean(value) for name, value in _described(head.metadata)},
    }
    made: dict[str, Any] = {
        "name": head.slug,
        "title": clean(head.title),
        "notes": clean(head.metadata.get("abstract")),
        "owner_org": organisation,
        "private": False,
        "state": "deleted" if gone else "active",
        "version": head.number,
        "author": clean(head.metadata.get("provider")),
        "license_id": address.license,
        "url": "",
        "tags": [{"name": name} for name in _tags(head.metadata)],
        "resources": [] if gone else [_resource(head, *each, address) for each in outputs(head)],
    }
    made["extras"] = [{"key": key, "value": value} for key, value in sorted(extras.items())]
    return stamped(made)


def stamped(made: Package) -> dict[str, Any]:
    """The same package with the hash of its normal form; `owner_org` is a name."""
    listed = [each for each in made["extras"] if each["key"] != SENT]
    plain = {**made, "extras": listed, "organization": {"name": made["owner_org"]}}
    return {**made, "extras": [*listed, {"key": SENT, "value": digest(normal(plain))}]}


def _resource(head: Head, resource: Resource, output: Output, id_: str, address: Address) -> dict[str, Any]:
    made = {
        "id": id_,
        "name": f"{clean(resource.title) or resource.key} ({FORMS[output.form]})",
        "description": f"{resource.standard}; {resource.rows}",
        "format": FORMS[output.form],
        "mimetype": output.media_type,
        "hash": f"sha256:{output.sha256}",
        TABLE: "yes" if address.datastore and output.form == "csv" else "no",
    }
    if address.uploads:
        # "upload" and the name of the file: CKAN makes the address of it
        return {**made, "url": output.file_name, "url_type": "upload", "size": output.bytes, SEALED: ""}
    words = {
        "slug": head.slug, "key": slug(resource.key), "form": output.form, "version": head.number,
        "sha256": output.sha256, "file": output.file_name,
    }  # fmt: skip
    return {**made, "url": address.files.format(**words), "size": output.bytes, SEALED: NOTHING_TO_SEAL}


def _described(metadata: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The core metadata as extras, under the guide's own names; what is too long for an extra is left to the files."""
    found = []
    for name, described in profile()["properties"].items():
        if name in ("title", "abstract", "resourceCode") or metadata.get(name) in (None, "", [], {}):
            continue
        value = metadata[name]
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
        if len(text.encode("utf-8")) <= LONGEST_EXTRA:
            found.append((str(described.get("x-zh", name)), text))
    return found


def _tags(metadata: Mapping[str, Any]) -> list[str]:
    words = [str(word) for each in metadata.get("resourceClass") or () if isinstance(each, Mapping)
             for word in each.values()]  # fmt: skip
    tidy = (re.sub(r"\s+", " ", _UNTAGGED.sub(" ", clean(word))).strip()[:100] for word in words)
    return sorted({word for word in tidy if len(word) >= 2})


# --- what CKAN shows ---------------------------------------------------------------------------------------------


def extras(shown: Package) -> dict[str, str]:
    """The extras by key."""
    return {str(each["key"]): str(each["value"]) for each in shown.get("extras") or ()}


def resources(shown: Package) -> list[Package]:
    """The resources that are there; of a deleted dataset CKAN goes on listing those that were taken out of it."""
    return [] if shown.get("state") == "deleted" else list(shown.get("resources") or ())


def normal(shown: Package) -> dict[str, Any]:
    """Everything of a package that we send and can foresee; equal before sending and after reading."""
    text = {name: clean(shown.get(name)) for name in
            ("name", "title", "notes", "state", "version", "author", "license_id", "url")}  # fmt: skip
    return {
        **text,
        "private": bool(shown.get("private")),
        "organisation": (shown.get("organization") or {}).get("name", ""),
        "tags": sorted(each["name"] for each in shown.get("tags") or ()),
        "extras": {key: clean(value) for key, value in extras(shown).items() if key != SENT},
        "resources": [_normal_resource(each) for each in resources(shown)],
    }


def _normal_resource(shown: Package) -> dict[str, Any]:
    uploaded = shown.get("url_type") == "upload"
    url = str(shown.get("url") or "")
    text = {name: clean(shown.get(name)) for name in
            ("id", "name", "description", "format", "mimetype", "hash", "url_type", TABLE)}  # fmt: skip
    return {**text, "url": url.rpartition("/")[2] if uploaded else url, "size": int(shown.get("size") or 0)}


def seal(shown: Package) -> str:
    """What a resource that is whole carries: its hash, when these bytes came, and whether its table is there."""
    return f"{shown.get('hash')} {shown.get('last_modified')} {bool(shown.get('datastore_active'))}"


def sealed(shown: Package) -> bool | None:
    """Whether the seal holds; None where it is not set yet."""
    mark = str(shown.get(SEALED) or "")
    return None if not mark else mark == NOTHING_TO_SEAL or mark == seal(shown)


def state_of(shown: Package) -> tuple[str, str]:
    """(state, condition) of a package that is ours."""
    marks = [sealed(each) for each in resources(shown)]
    found = extras(shown)
    form = normal(shown)
    if found.get(SENT) != digest(form) or False in marks:
        return digest(["edited", form, [seal(each) for each in resources(shown)]]), "edited"
    state = found.get(STATE, "")
    if None in marks:
        return on_the_way(state), "pending"
    return state, "withdrawn" if shown.get("state") == "deleted" else "published"


def shown_of(found: Package, code: str, namespace: str | None, site: str) -> Shown:
    """The package as others see mirrors: ours, or a stranger of the same name."""
    said = extras(found)
    address = f"{site}/dataset/{found['name']}"
    title, version = str(found.get("title") or ""), str(found.get("version") or "")
    if said.get(CODE) != code or (namespace is not None and said.get(NAMESPACE) != namespace):
        return Shown(digest(["taken", found["id"]]), title, version, "taken", address)
    state, condition = state_of(found)
    return Shown(state, title, version, condition, address)


def kept(shown: Package | None, state: str) -> dict[str, Package]:
    """Resource id -> the resource as CKAN has it, of uploads that need not move: their bytes are known to be whole.

    Known by a seal that holds, or because the dataset is on the way to this very state and nobody was there since.
    """
    if shown is None:
        return {}
    pending = state_of(shown)[0] == on_the_way(state)
    return {
        str(each["id"]): each
        for each in resources(shown)
        if each.get("url_type") == "upload" and (sealed(each) or (pending and sealed(each) is None))
    }


def merged(ours: Sequence[Mapping[str, Any]], there: Mapping[str, Package]) -> tuple[list[dict[str, Any]], list[int]]:
    """Our resources over what is to stay of theirs, and the positions of those whose files have to move."""
    made, moving = [], []
    for position, each in enumerate(ours):
        old = there.get(str(each["id"]))
        if each.get("url_type") != "upload":
            made.append(dict(each))
        elif old is not None and old.get("hash") == each["hash"] and int(old.get("size") or 0) == each["size"] and (
            str(old.get("url") or "").rpartition("/")[2] == each["url"]
        ):  # fmt: skip
            table = each[TABLE] == "yes"
            whole = sealed(old) and bool(old.get("datastore_active")) == table
            made.append({**old, **each, "url": old["url"], SEALED: str(old[SEALED]) if whole else ""})
        else:
            made.append(dict(each))
            moving.append(position)
    return made, moving

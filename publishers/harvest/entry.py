"""A dataset of another place as a publication of ours: bytes hashed, names made anew, its origin written in."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any
from uuid import uuid4

from gongshu.publishers import identity
from gongshu.publishers.audience import OPEN
from gongshu.publishers.canonical import canonical, digest
from gongshu.publishers.harvest import HARVEST, ORIGIN, Found, Part, Root, Source, carried
from gongshu.publishers.harvest.memory import Kept, Memory
from gongshu.publishers.ledger import Ledger, Output, Publication, Resource
from gongshu.publishers.metadata import elements, profile
from gongshu.publishers.plan import metadata_sha256

FORMAT = "gongshu-harvest/1"
TEXTS = ("title", "provider", "providerCode", "abstract")
MORE = ("license", "tags", "links")
_NOWHERE = Root("", "")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Fetching:
    """What it takes to fetch files; `turn` is held while the ledger is asked."""

    source: Source
    ledger: Ledger
    memory: Memory
    turn: threading.Lock
    at: Callable[[str], None]


def publication(found: Found, code: str, fetching: Fetching, now: str, actor: str, plan: str) -> Publication:
    """Everything that becomes visible at once. Raises a `Fault` where a file is not to be had as it should be."""
    namespace = fetching.ledger.namespace
    metadata = _metadata(found, code, fetching.source.name)
    by_key: dict[str, list[tuple[Part, Output]]] = {}
    for part in found.parts:
        sha256, size = fetch(found, part, fetching)
        stem = f"{identity.slug(code)}-{identity.slug(part.key)}"
        output = Output(OPEN, part.form, sha256, size, part.media_type, f"{stem}.{part.suffix}")
        by_key.setdefault(part.key, []).append((part, output))
    if found.passed is not None:
        resources = tuple(_passed(each, code, by_key, fetching) for each in found.passed.resources)
        content = found.content
    else:
        day = now[:10]
        made = [_harvested(key, code, pairs, namespace, day) for key, pairs in by_key.items()]
        resources = tuple(made)
        told = sorted([key, output.form, output.sha256] for key, pairs in by_key.items() for _, output in pairs)
        content = digest(["harvest", told])
    titles = {each.key: each.title for each in resources}
    canonical(metadata)  # raises for what cannot be spelled in one way
    return Publication(
        code=code,
        slug=identity.slug(code),
        id=identity.dataset_id(namespace, code),
        title=str(metadata["title"]),
        metadata=metadata,
        resources=resources,
        content_sha256=content,
        metadata_sha256=metadata_sha256(metadata, titles),
        published_at=now,
        actor=actor,
        plan=plan,
    )


def fetch(found: Found, part: Part, fetching: Fetching) -> tuple[str, int]:
    """Hash and size of the part's bytes, which are then in the objects. What is there already does not move again."""
    key = f"{part.key}.{part.form}"
    kept = fetching.memory.kept(found.id, key)
    have = kept is not None and fetching.ledger.object_path(kept.sha256).is_file()
    if kept is not None and have and kept.mark == part.mark and not part.silent:
        return kept.sha256, kept.bytes
    if part.sha256 and fetching.source.name.startswith("catalogue:"):
        path = fetching.ledger.object_path(part.sha256)
        if path.is_file():  # immutable, by its hash
            return part.sha256, path.stat().st_size
    with fetching.turn:
        place = fetching.ledger.workplace() / f"pulled-{uuid4().hex}"
        place.mkdir()
    asked = (kept.tag, kept.modified) if kept is not None and have and kept.mark == part.mark else ("", "")
    try:
        got = fetching.source.fetch(part, place, *asked)
        if got is None and kept is not None:
            return kept.sha256, kept.bytes
        if got is None:
            raise ValueError("304")
        fetching.at("pull.fetched")
        with fetching.turn:
            sha256, size = fetching.ledger.put(got.path, move=True)
        fetching.memory.keep(found.id, key, Kept(part.mark, sha256, size, got.tag, got.modified))
        fetching.at("pull.stored")
        return sha256, size
    finally:
        for left in place.iterdir():
            left.unlink()
        place.rmdir()


def _harvested(key: str, code: str, pairs: list[tuple[Part, Output]], namespace: str, day: str) -> Resource:
    """One file that nobody vouches for here."""
    part = pairs[0][0]
    outputs = tuple(output for _, output in pairs)
    first = outputs[0]
    return Resource(
        key=key,
        id=identity.resource_id(namespace, code, key),
        title=_text(part.title),
        source_name=first.file_name,
        source_sha256=first.sha256,
        source_bytes=first.bytes,
        standard="",
        fingerprint="",
        rows=0,
        columns=(),
        schema={},
        record={
            "record": FORMAT,
            "algorithm": "SHA-256",
            "gate": {"by": HARVEST, "as_of": day, "draft_allowed": False},
            "claimed": {name: _text(value) for name, value in part.told.items()},
            "converter": {"name": "gongshu", "version": version("gongshu")},
            "outputs": _listed(outputs),
        },
        outputs=outputs,
    )


def _passed(
    resource: Resource, code: str, by_key: Mapping[str, list[tuple[Part, Output]]], fetching: Fetching
) -> Resource:
    """One file with the record and the receipt that were relied on; its source stays where it is."""
    outputs = tuple(output for _, output in by_key.get(resource.key, ()))
    name = str(resource.record["receipt"])
    name_here = f"{identity.slug(resource.key)}.receipt.json"
    receipt = Part(resource.key, resource.title, "json", name, name, "receipt", "application/json", None, name)
    found = Found(f"receipt:{code}", code, "", _NOWHERE, (), "", {})
    sha256, size = fetch(found, receipt, fetching)
    kept = Output("source", "receipt", sha256, size, "application/json", name_here)
    return Resource(
        key=resource.key,
        id=identity.resource_id(fetching.ledger.namespace, code, resource.key),
        title=_text(resource.title),
        source_name=outputs[0].file_name if outputs else name_here,
        source_sha256=resource.source_sha256,
        source_bytes=int(resource.source_bytes),
        standard=resource.standard,
        fingerprint=resource.fingerprint,
        rows=int(resource.rows),
        columns=tuple(map(str, resource.columns)),
        schema=resource.schema,
        record=carried(resource.record),
        outputs=(*outputs, kept),
    )


def _listed(outputs: tuple[Output, ...]) -> list[dict[str, Any]]:
    return [
        {"audience": each.audience, "form": each.form, "sha256": each.sha256, "bytes": each.bytes} for each in outputs
    ]


def _metadata(found: Found, code: str, source: str) -> dict[str, Any]:
    """What is said of the dataset, as far as it has the shape of the profile, and where it came from."""
    given: dict[str, Any] = {name: _text(found.metadata.get(name)) for name in TEXTS if found.metadata.get(name)}
    for name in elements():
        if name not in TEXTS and name in found.metadata and _fits(name, found.metadata[name]):
            given[name] = _plain(found.metadata[name])
    given |= {name: _plain(found.metadata[name]) for name in MORE if found.metadata.get(name)}
    given["title"] = given.get("title") or _text(found.title) or code
    given["resourceCode"] = code
    told = {
        "source": source,
        "id": found.id,
        "address": found.address,
        "root": {"namespace": _text(found.root.namespace), "code": _text(found.root.code)},
        "via": [_text(each) for each in found.via],
        "version": _text(found.version),
        "pass": found.passed is not None,
    }
    return {**given, ORIGIN: {name: value for name, value in told.items() if value != ""}}


@cache
def _judge(name: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator({"$defs": profile().get("$defs", {}), **profile()["properties"][name]})


def _fits(name: str, value: Any) -> bool:
    """Whether an element has the shape that everybody who reads it counts on."""
    return bool(_judge(name).is_valid(value))


def _text(value: Any) -> str:
    """Text without control characters and halves of characters."""
    return _CONTROL.sub("", str(value if value is not None else "")).strip()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {_text(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value if isinstance(value, bool) else _text(value)

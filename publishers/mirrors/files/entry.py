"""What a site tells of one dataset: the line of `catalogue.json`, from which the pages about it are made.

Only what is named here leaves: an element that metadata may have one day is not published because it is there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from gongshu.publishers.audience import OPEN
from gongshu.publishers.identity import slug
from gongshu.publishers.ledger import Head, Output, Resource

FORMAT = "gongshu-files/2"
FORMS = ("csv", "parquet")
PUBLIC = (
    "resourceClass",
    "title",
    "resourceCode",
    "provider",
    "providerCode",
    "abstract",
    "format",
    "items",
    "sharing",
    "open",
    "updateCycle",
    "releaseDate",
    "temporal",
    "relatedResourceCode",
)

Entry = Mapping[str, Any]


def folder_of(slug_: str) -> str:
    """Where everything of a dataset lies."""
    return f"datasets/{slug_}"


def pointer_of(slug_: str) -> str:
    """The file that says which version readers get."""
    return f"{folder_of(slug_)}/dataset.json"


def parts(head: Head) -> list[tuple[Resource, str, list[Output]]]:
    """Every file of the dataset that readers get: the resource, the stem of its names, its forms."""
    found = []
    for resource in head.resources:
        shown = sorted(
            (each for each in resource.outputs if each.audience == OPEN and each.form in FORMS),
            key=lambda each: each.form,
        )
        if shown:
            found.append((resource, slug(resource.key), shown))
    return found


def public(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The elements of the metadata that anyone may see, in their order."""
    return {name: value for name, value in metadata.items() if name in PUBLIC}


def entry(head: Head, state: str, namespace: str) -> dict[str, Any]:
    """The line of a published dataset, or the tombstone of a withdrawn one, which tells nothing of what it was."""
    known = {
        "format": FORMAT,
        "namespace": namespace,
        "code": head.code,
        "slug": head.slug,
        "id": head.id,
        "version": head.number,
        "state": state,
    }
    if head.state != "published":
        return {**known, "withdrawn": True}
    folder = f"{folder_of(head.slug)}/{head.number}-{state[:12]}"
    resources = [_resource(resource, stem, outputs, folder) for resource, stem, outputs in parts(head)]
    files = [each["path"] for resource in resources for each in resource["outputs"]]
    return {
        **known,
        "title": head.title,
        "published_at": head.published_at,
        "metadata": public(head.metadata),
        "folder": folder,
        "datapackage": f"{folder}/datapackage.json",
        "dcat": f"{folder}/dcat.jsonld",
        "resources": resources,
        "files": [*files, f"{folder}/datapackage.json", f"{folder}/dcat.jsonld"],
    }


def _resource(resource: Resource, stem: str, outputs: Sequence[Output], folder: str) -> dict[str, Any]:
    return {
        "key": resource.key,
        "id": resource.id,
        "title": resource.title or resource.key,
        "standard": resource.standard,
        "fingerprint": resource.fingerprint,
        "rows": resource.rows,
        "validated": _validated(resource),
        "outputs": [
            {
                "id": resource.id if each.form == "csv" else str(uuid5(UUID(resource.id), each.form)),
                "path": f"{folder}/{stem}.{each.form}",
                "form": each.form,
                "media_type": each.media_type,
                "bytes": each.bytes,
                "sha256": each.sha256,
            }
            for each in outputs
        ],
    }


def _validated(resource: Resource) -> dict[str, Any] | None:
    """Who judged the source, as of when; None where the record does not say."""
    gate = resource.record.get("gate")
    if not gate:
        return None
    return {"by": gate["by"], "as_of": gate["as_of"], "draft": bool(gate.get("draft_allowed"))}


def package(head: Head) -> dict[str, Any]:
    """A Data Package. One without data (readers get the entry only) has no resources."""
    return {
        "profile": "data-package",
        "name": head.slug,
        "id": head.id,
        "title": head.title,
        "description": head.metadata.get("abstract", ""),
        "version": head.number,
        "created": head.published_at,
        "contributors": [{"title": head.metadata.get("provider", ""), "role": "publisher"}],
        "metadata": public(head.metadata),
        "resources": [_described(*each) for each in parts(head) if each[2][0].form == "csv"],
    }


def _described(resource: Resource, stem: str, outputs: Sequence[Output]) -> dict[str, Any]:
    text, *others = outputs
    return {
        "name": stem,
        "title": resource.title or resource.key,
        "path": f"{stem}.csv",
        "format": "csv",
        "mediatype": text.media_type,
        "encoding": "utf-8-sig",
        "bytes": text.bytes,
        "hash": f"sha256:{text.sha256}",
        "schema": dict(resource.schema),
        "standard": resource.standard,
        "alternatives": [
            {
                "path": f"{stem}.{each.form}",
                "format": each.form,
                "mediatype": each.media_type,
                "bytes": each.bytes,
                "hash": f"sha256:{each.sha256}",
            }
            for each in others
        ],
    }


def text(value: Any) -> bytes:
    """JSON that people may read."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def lines(head: Mapping[str, Any], name: str, listed: Sequence[Any]) -> bytes:
    """A JSON object whose last member is a list with one line an element: quick for thousands, and easy to compare."""
    start = json.dumps(dict(head), ensure_ascii=False)[:-1]
    rows = ",\n".join(json.dumps(each, ensure_ascii=False) for each in listed)
    return f'{start}{", " if head else ""}"{name}": [\n{rows}\n]}}\n'.encode()

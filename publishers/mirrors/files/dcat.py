"""DCAT 3 as JSON-LD, of one dataset and of a whole site.

Addresses are relative to the document, so that a site may stand anywhere; what has an id is named by it (`urn:uuid:`).
Frequencies and access rights are the words of the EU's tables that DCAT-AP asks for; media types are IANA's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gongshu.publishers.audience import OPEN
from gongshu.publishers.mirrors.files.entry import Entry

AUTHORITY = "http://publications.europa.eu/resource/authority"
IANA = "https://www.iana.org/assignments/media-types"
CONTEXT: Mapping[str, Any] = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
FREQUENCY = {
    "realtime": "UPDATE_CONT", "daily": "DAILY", "weekly": "WEEKLY", "monthly": "MONTHLY", "quarterly": "QUARTERLY",
    "halfyear": "ANNUAL_2", "yearly": "ANNUAL", "irregular": "IRREG", "never": "NEVER",
}  # fmt: skip
CLASSES = {"1": "基础信息资源", "2": "主题信息资源", "3": "部门信息资源"}  # 编制指南, 类
FREELY, CONDITIONALLY = "1", "2"

Node = dict[str, Any]


def document(entry: Entry, audience: str) -> bytes:
    """One dataset, for a file in its own folder."""
    body = dataset(entry, audience, base=f"{entry['folder']}/")
    return (json.dumps({"@context": CONTEXT, **body}, ensure_ascii=False, indent=1) + "\n").encode("utf-8")


def catalogue(entries: Sequence[Entry], namespace: str, audience: str) -> bytes:
    """The whole site, one dataset a line, for a file at its top."""
    head: Node = {
        "@context": CONTEXT,
        "@id": f"urn:uuid:{namespace}",
        "@type": "dcat:Catalog",
        "dct:title": [_said("数据目录", "zh"), _said("Data catalogue", "en")],
        "dct:description": [
            _said(f"{len(entries)} 个数据集", "zh"),
            _said(f"Datasets: {len(entries)}", "en"),
        ],
    }
    if publishers := _publishers(entries):
        head["dct:publisher"] = publishers
    if entries:
        head["dct:modified"] = _typed(max(each["published_at"] for each in entries), "dateTime")
    start = json.dumps(head, ensure_ascii=False)[:-1]
    rows = ",\n".join(json.dumps(dataset(each, audience), ensure_ascii=False) for each in entries)
    return f'{start}, "dcat:dataset": [\n{rows}\n]}}\n'.encode()


def dataset(entry: Entry, audience: str, *, base: str = "") -> Node:
    """A `dcat:Dataset`; `base` is the folder from which relative addresses count."""
    metadata: Mapping[str, Any] = entry["metadata"]
    standards = {each["standard"]: each["fingerprint"] for each in entry["resources"]}
    found: Node = {
        "@id": f"urn:uuid:{entry['id']}",
        "@type": "dcat:Dataset",
        "dct:identifier": entry["code"],
        "dct:title": _said(entry["title"], "zh"),
        "dct:description": _said(metadata.get("abstract") or entry["title"], "zh"),
        "dct:modified": _typed(entry["published_at"], "dateTime"),
        "dct:accessRights": {"@id": f"{AUTHORITY}/access-right/{_rights(metadata, audience)}"},
        "dcat:version": entry["version"],
    }
    if metadata.get("releaseDate"):
        found["dct:issued"] = _typed(metadata["releaseDate"], "date")
    if metadata.get("provider"):
        found["dct:publisher"] = _agent(metadata)
    if metadata.get("updateCycle") in FREQUENCY:
        found["dct:accrualPeriodicity"] = {"@id": f"{AUTHORITY}/frequency/{FREQUENCY[metadata['updateCycle']]}"}
    if period := _period(metadata.get("temporal")):
        found["dct:temporal"] = period
    if themes := [_theme(each) for each in metadata.get("resourceClass") or ()]:
        found["dcat:theme"] = themes
    if standards:
        found["dct:conformsTo"] = [_standard(*each) for each in sorted(standards.items())]
    if listed := list(_distributions(entry, base)):
        found["dcat:distribution"] = listed
    return found


def _distributions(entry: Entry, base: str) -> Iterable[Node]:
    for resource in entry["resources"]:
        for each in resource["outputs"]:
            address = {"@id": each["path"].removeprefix(base)}
            yield {
                "@id": f"urn:uuid:{each['id']}",
                "@type": "dcat:Distribution",
                "dct:title": _said(resource["title"], "zh"),
                "dcat:accessURL": address,
                "dcat:downloadURL": address,
                "dcat:mediaType": {"@id": f"{IANA}/{each['media_type']}"},
                "dcat:byteSize": _typed(str(each["bytes"]), "nonNegativeInteger"),
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": _typed(each["sha256"], "hexBinary"),
                },
                "dct:conformsTo": _standard(resource["standard"], resource["fingerprint"]),
            }


def _standard(reference: str, fingerprint: str) -> Node:
    """The standard by its id, version and fingerprint; it has no address of its own that we could promise."""
    name, _, version = reference.partition("@")
    return {
        "@type": "dct:Standard",
        "dct:identifier": reference,
        "dct:title": name,
        "dcat:version": version,
        "adms:identifier": {"@type": "adms:Identifier", "skos:notation": f"sha256:{fingerprint}"},
    }


def _rights(metadata: Mapping[str, Any], audience: str) -> str:
    """What the dataset's readers may do here; a site for departments only is restricted whatever it holds."""
    opening = str((metadata.get("open") or {}).get("type", ""))
    if audience != OPEN or opening == CONDITIONALLY:
        return "RESTRICTED"
    return "PUBLIC" if opening == FREELY else "NON_PUBLIC"


def _publishers(entries: Sequence[Entry]) -> list[Node]:
    """Every provider, once: who runs the site itself is not known here."""
    found = {(each["metadata"].get("providerCode", ""), each["metadata"].get("provider", "")) for each in entries}
    return [_agent({"provider": name, "providerCode": code}) for code, name in sorted(found) if name]


def _agent(metadata: Mapping[str, Any]) -> Node:
    found: Node = {"@type": "foaf:Organization", "foaf:name": _said(metadata["provider"], "zh")}
    return {**found, "dct:identifier": metadata["providerCode"]} if metadata.get("providerCode") else found


def _theme(place: Mapping[str, str]) -> Node:
    """A place in the classification of the guide; the concept scheme is the guide's."""
    words = [CLASSES.get(place.get("lei", ""), ""), *(place.get(name, "") for name in ("xiang", "mu", "ximu"))]
    return {"@type": "skos:Concept", "skos:prefLabel": _said("/".join(word for word in words if word), "zh")}


def _period(temporal: Any) -> Node | None:
    """What time the data speak of."""
    if not isinstance(temporal, Mapping):
        return None
    found: Node = {"@type": "dct:PeriodOfTime"}
    for name, term in (("start", "dcat:startDate"), ("end", "dcat:endDate")):
        if temporal.get(name):
            found[term] = _typed(str(temporal[name]), "date")
    return found


def _said(text: str, language: str) -> Node:
    return {"@value": text, "@language": language}


def _typed(value: str, kind: str) -> Node:
    return {"@value": value, "@type": f"xsd:{kind}"}

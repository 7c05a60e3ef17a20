"""The resources of a Data Package, each a draft of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from gongshu.standards.descriptors import read_file
from gongshu.standards.faults import StandardFault
from gongshu.standards.importing.draft import Draft, note
from gongshu.standards.importing.tableschema import draft_of
from gongshu.standards.loading import text_of
from gongshu.standards.model import Text


def drafts(path: Path, _registry: object = None) -> list[Draft]:
    """One draft for each resource with a schema; foreign keys keep the names of the resources."""
    try:
        package = json.loads(text_of(path))
    except ValueError as error:
        params = {"file": str(path), "place": str(path), "detail": str(error)}
        raise StandardFault("standard.json-syntax", **params) from None
    made: list[Draft] = []
    elsewhere = []
    for place, each in enumerate(package.get("resources") or () if isinstance(package, dict) else ()):
        if not isinstance(each, dict) or not each.get("schema"):
            continue
        name = str(each.get("name") or place)
        if isinstance(each["schema"], str) and "://" in each["schema"]:
            elsewhere.append(name)  # nothing is fetched
            continue
        draft = draft_of(read_file(path, name), _schema(each["schema"], path.parent), f"{path.name}#{name}")
        title = draft.title if draft.title != Text() else Text(zh=str(each.get("title") or ""))
        made.append(replace(draft, title=title, notes=(*draft.notes, note("resource", name=name))))
    if elsewhere and not made:
        raise StandardFault("standard.import-remote", place=str(path), names=", ".join(elsewhere))
    if elsewhere:
        made[0] = replace(made[0], notes=(*made[0].notes, note("remote", names=", ".join(elsewhere))))
    return made


def _schema(given: Any, folder: Path) -> dict[str, Any]:
    """The schema itself; `read_file` has made sure that a name is one of a file beside the package."""
    if isinstance(given, str):
        given = json.loads(text_of(folder / given))
    return given if isinstance(given, dict) else {}

"""What the list of standards says of each pack, read without its body."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongshu.standards.compiling import STANDARD_FILE, compiled
from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.model import Kind, Standard, Status, Text

_HEAD = re.compile(r"^(id|version):[ \t]*['\"]?([^\s'\"#]+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list of standards. `faulty`: the pack is there but its head cannot be read."""

    id: str
    version: str
    kind: Kind | None
    title: Text
    status: Status
    confidence: str
    folder: Path
    replaced_by: str = ""
    faulty: bool = False

    @property
    def reference(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"


def pack_folders(root: Path) -> list[Path]:
    """The packs of a folder: itself, or `<id>/`, or `<id>/<version>/` in it."""
    if (root / STANDARD_FILE).is_file():
        return [root]
    return sorted(each.parent for depth in ("*", "*/*") for each in root.glob(f"{depth}/{STANDARD_FILE}"))


def named(folder: Path) -> tuple[str, str]:
    """Id and version of a pack, from the head of its file; its folder's name where they cannot be read."""
    try:
        text = (folder / STANDARD_FILE).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return folder.name, ""
    found = dict(_HEAD.findall(text))
    return found.get("id", folder.name), found.get("version", "")


def head(folder: Path) -> Entry:
    """The line for the pack in a folder."""
    form = compiled(folder)
    if form is not None:
        standard = form.standard() if form.data.get("kind") != Kind.TABLE else _without_body(form.data)
    else:
        from gongshu.standards import building
        from gongshu.standards.loading import text_of
        from gongshu.standards.yamlsource import read

        path = folder / STANDARD_FILE
        try:
            source = read(text_of(path), file=str(path))
            if isinstance(source.data, dict):
                source.data = {key: value for key, value in source.data.items() if key in building.COMMON}
                building.texted(source)
            built = building.build(source, origin=str(path)) if isinstance(source.data, dict) else None
        except (StandardFault, StandardFaults):
            built = None
        if built is None:
            name, version = named(folder)
            return Entry(name, version, None, Text(), Status.DRAFT, "low", folder, faulty=True)
        standard = built
    return Entry(
        standard.id,
        standard.version,
        standard.kind,
        standard.title,
        standard.status,
        standard.confidence,
        folder,
        standard.replaced_by,
    )


def _without_body(data: Mapping[str, Any]) -> Standard:
    from gongshu.standards.plainform import revive

    return revive(Standard, {name: held for name, held in data.items() if name not in ("table", "profiles")})

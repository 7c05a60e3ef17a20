"""Codes written back into the manifest they were missing from: in place, atomically, and nothing else is changed.

Of a workbook every part but the one sheet keeps its bytes, of that sheet every row but the ones that get a code. Of a
YAML file every other character stays. A manifest that says something else by now is left alone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.publishers.manifest import Manifest, read
from gongshu.standards.faults import Fault, PublishFault

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

_CELL = re.compile(r"([A-Z]{1,3})([0-9]+)")


def note_of(manifest: Manifest, spots: Mapping[str, str]) -> dict[str, Any]:
    """What a plan keeps so that the codes it gave can be written back; empty where there is nothing to write."""
    if not spots:
        return {}
    return {
        "path": str(manifest.path.resolve()),
        "profile": manifest.profile,
        "sheet": manifest.sheet,
        "said": manifest.digest(list(spots.values())),
        "codes": dict(spots),
    }


def write_back(note: Mapping[str, Any], done: set[str], registry: Registry | None = None) -> list[Fault]:
    """Write the codes of what was published into the manifest; what to tell of it. Done twice, it does nothing.

    Where it cannot be done the manifest is as it was, and the codes stand in plan and catalogue.
    """
    codes = {code: spot for code, spot in dict(note.get("codes") or {}).items() if code in done}
    if not codes:
        return []
    path = Path(str(note["path"]))
    listed = ", ".join(f"{_shown(note, spot)} {code}" for code, spot in codes.items())

    def left(code: str, **params: Any) -> list[Fault]:
        return [PublishFault(code, name=path.name, codes=listed, **params)]

    try:
        before = path.read_bytes()
        now = read(path, registry, profile=str(note.get("profile") or ""))
    except OSError as error:
        return left("write-back.unopened", detail=error.strerror or type(error).__name__)
    except Fault:
        return left("write-back.changed")
    if now.digest(list(dict(note["codes"]).values())) != note["said"]:
        return left("write-back.changed")
    there = {item.spot: item.code for item in now.items}
    missing = {spot: code for code, spot in codes.items() if not there.get(spot)}
    if any(there.get(spot) not in ("", None, code) for code, spot in codes.items()):
        return left("write-back.changed")
    if not missing:
        return []
    try:
        after = _workbook(before, now.sheet, missing) if now.sheet else _document(before, missing)
        if after is None:
            return left("write-back.form")
        _replace(path, before, after)
    except _Moved:
        return left("write-back.changed")
    except OSError as error:
        return left("write-back.unopened", detail=error.strerror or type(error).__name__)
    return [PublishFault("write-back.done", name=path.name, count=len(missing), codes=listed)]


class _Moved(Exception):
    """The file changed while its new version was made."""


def _shown(note: Mapping[str, Any], spot: str) -> str:
    return f"{note['sheet']}!{spot}" if note.get("sheet") else f"datasets[{spot}]"


def _replace(path: Path, before: bytes, after: bytes) -> None:
    """The new bytes in place of the old ones, with the same permissions; a link stays a link."""
    import os
    import stat
    import tempfile

    target = path.resolve()
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".part")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(after)
            out.flush()
            os.fsync(out.fileno())
        temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        if not os.access(target, os.W_OK):
            raise PermissionError(13, "Permission denied", str(target))
        if target.read_bytes() != before:
            raise _Moved
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)


def _workbook(before: bytes, sheet_name: str, codes: Mapping[str, str]) -> bytes | None:
    """The workbook with codes in these cells; None where it is no XLSX, or is written so that no cell can be set."""
    from gongshu.validators.readers.sheetreach import column_number
    from gongshu.validators.readers.sheetscan import BROKEN
    from gongshu.validators.workbooks.marked import opened
    from gongshu.validators.workbooks.package import Package, Unpatchable
    from gongshu.validators.workbooks.sheetxml import Edit

    edits: dict[int, dict[int, Edit]] = {}
    for spot, code in codes.items():
        found = _CELL.fullmatch(spot)
        if found is None:  # the workbook has no column for codes
            return None
        edits.setdefault(int(found[2]), {})[column_number(found[1]) + 1] = Edit(text=code)
    out = io.BytesIO()
    try:
        package = Package(io.BytesIO(before))
        part, sheet, _, _ = opened(package, sheet_name)
        formulas = set(sheet.formulas())
        covered = [each for each in sheet.merged() if each[0] != each[2] or each[1] != each[3]]
        for row, cells in edits.items():
            for column in cells:
                inside = any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in covered)
                if (row, column) in formulas or inside:
                    return None
        package.change(part, b"".join(sheet.edited(edits, lambda style, level: style)))
        package.save(out)
    except (Unpatchable, *BROKEN):
        return None
    return out.getvalue()


def _document(before: bytes, codes: Mapping[str, str]) -> bytes | None:
    """The YAML with codes at these datasets (by number), comments and order as they were; None where that cannot be."""
    import yaml

    marked = before.startswith(b"\xef\xbb\xbf")
    text = before.decode("utf-8-sig")
    root = yaml.compose(text, yaml.SafeLoader)
    top = root.value if isinstance(root, yaml.MappingNode) else ()
    datasets = next((value for key, value in top if key.value == "datasets"), None)
    if datasets is None or len({id(node) for node in datasets.value}) != len(datasets.value):
        return None  # one and the same dataset stands there twice, by a reference
    changes: list[tuple[int, int, str]] = []
    for spot, code in codes.items():
        node = datasets.value[int(spot)]
        if not isinstance(node, yaml.MappingNode) or not node.value:
            return None
        written = _scalar(code)
        there = next((value for key, value in node.value if key.value == "code"), None)
        if there is not None:
            start, end = there.start_mark.index, there.end_mark.index
            blank = "" if text[start - 1 : start] in (" ", "\t") else " "
            changes.append((start, end, blank + written))
        elif node.flow_style:
            at = node.start_mark.index + 1
            changes.append((at, at, f"code: {written}, "))
        else:
            first = node.value[0][0].start_mark
            newline = "\r\n" if "\r\n" in text else "\n"
            changes.append((first.index, first.index, f"code: {written}{newline}{' ' * first.column}"))
    for start, end, written in sorted(changes, reverse=True):
        text = text[:start] + written + text[end:]
    try:
        made = yaml.safe_load(text)
    except yaml.YAMLError:
        return None
    if any(str(made["datasets"][int(spot)].get("code")) != code for spot, code in codes.items()):
        return None
    return (b"\xef\xbb\xbf" if marked else b"") + text.encode("utf-8")


def _scalar(code: str) -> str:
    """A code as YAML has it: plain where that can only be text, else quoted."""
    return code if re.fullmatch(r"[0-9]+/[0-9]+", code) else "'" + code.replace("'", "''") + "'"

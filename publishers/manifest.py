"""What an administrator wants published: a YAML file, read whole, with every fault of its shape told at once.

What the metadata say is judged later, dataset by dataset, by the gate: a missing abstract blocks its dataset, not the
others. Here only what makes the manifest itself unreadable is a fault.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gongshu.publishers.identity import slug
from gongshu.publishers.metadata import elements
from gongshu.standards.faults import UsageFault
from gongshu.standards.messages import language

TOP = ("catalogue", "datasets")
OWN = ("code", "files", "withdraw")  # keys of a dataset that are no metadata
FILE = ("key", "path", "receipt", "sheet", "standard", "title")
CLASSES = {"基础信息资源": "1", "主题信息资源": "2", "部门信息资源": "3"}


@dataclass(frozen=True, slots=True)
class File:
    """One file of a dataset."""

    key: str
    path: Path  # a relative path in the manifest is the manifest's
    name: str  # as people call it: without folders
    standard: str
    sheet: str | None = None
    title: str = ""
    line: int = 0
    receipt: Path | None = None  # somebody else's word on it; a hint, unless its signer is trusted
    scope: Mapping[str, str] = field(default_factory=dict)  # audience -> condition: only rows where it is true leave


@dataclass(frozen=True, slots=True)
class Item:
    """One dataset."""

    code: str
    metadata: Mapping[str, Any]  # JSON names of the core metadata, spelled as the profile wants them
    files: tuple[File, ...] = ()
    withdraw: str = ""  # the reason, where the dataset is to be withdrawn
    line: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """All datasets of one manifest, in its order."""

    path: Path
    items: tuple[Item, ...]
    catalogue: str = ""  # as written; relative paths are the manifest's


MOST_PLACES = 1_000_000  # keys and list items of one manifest, its references followed


class ManifestFaults(UsageFault):
    """Everything that is wrong with the shape of one manifest."""

    def __init__(self, code: str = "manifest.faults", /, *, faults: tuple[UsageFault, ...] = (), **params: Any) -> None:
        super().__init__(code, faults=faults, **params)
        self.faults = faults

    def say(self, lang: str | None = None) -> str:
        """One line a fault."""
        spoken = lang or language()
        return "\n".join(fault.say(spoken) for fault in self.faults)


@dataclass(slots=True)
class _Reader:
    """Collects faults while the document is walked; `lines` knows where each place of the document stands."""

    name: str
    lines: dict[tuple[str | int, ...], int] = field(default_factory=dict)
    faults: list[UsageFault] = field(default_factory=list)

    def fault(self, code: str, at: tuple[str | int, ...], /, **params: Any) -> None:
        self.faults.append(UsageFault(code, file=self.name, line=self.line(at), **params))

    def line(self, at: tuple[str | int, ...]) -> int:
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def keys(self, found: Mapping[str, Any], known: tuple[str, ...], at: tuple[str | int, ...]) -> None:
        import difflib

        for key in found:
            if key not in known:
                near = difflib.get_close_matches(str(key), known, 1)
                self.fault("manifest.key-unknown", (*at, key), key=key, near=near[0] if near else ", ".join(known))


def read(path: Path) -> Manifest:
    """The manifest in that file. Raises `ManifestFaults` with everything that is wrong, each with its line."""
    if not path.exists():
        raise UsageFault("usage.path-missing", path=str(path))
    if path.is_dir():
        raise UsageFault("usage.path-folder", path=str(path))
    reader = _Reader(path.name)
    document = _document(path, reader)
    items: list[Item] = []
    catalogue = ""
    if isinstance(document, dict):
        reader.keys(document, TOP, ())
        catalogue = str(document.get("catalogue") or "")
        datasets = document.get("datasets")
        if isinstance(datasets, list) and datasets:
            items = [each for n, found in enumerate(datasets) if (each := _item(found, n, path.parent, reader))]
        else:
            reader.fault("manifest.empty", ("datasets",))
        _same_code(items, reader)
    elif not reader.faults:
        reader.fault("manifest.shape", (), key="", expected="catalogue, datasets")
    if reader.faults:
        raise ManifestFaults(faults=tuple(sorted(reader.faults, key=lambda each: each.params["line"])))
    return Manifest(path, tuple(items), catalogue)


def _document(path: Path, reader: _Reader) -> Any:
    """The YAML of the file as plain data, while the reader learns the line of each place."""
    import yaml

    try:
        loader = yaml.SafeLoader(path.read_text(encoding="utf-8-sig"))
        node = loader.get_single_node()
        if node is None:
            return None
        for at, line in _places(node, (), loader):
            if at in reader.lines:
                reader.faults.append(UsageFault("manifest.key-twice", file=path.name, line=line, key=at[-1]))
            reader.lines[at] = line
            if len(reader.lines) > MOST_PLACES:  # references to references grow without bound
                reader.faults.append(
                    UsageFault("manifest.yaml", file=path.name, line=line, detail=f"> {MOST_PLACES:,}")
                )
                return None
        return loader.construct_document(node)
    except UnicodeDecodeError:
        reader.fault("manifest.encoding", ())
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        detail = getattr(error, "problem", None) or str(error) or type(error).__name__
        reader.faults.append(UsageFault("manifest.yaml", file=path.name, line=line, detail=detail))
    return None


def _places(node: Any, at: tuple[str | int, ...], loader: Any) -> Iterator[tuple[tuple[str | int, ...], int]]:
    import yaml

    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*at, str(key.value))
            yield inner, key.start_mark.line + 1
            yield from _places(value, inner, loader)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield (*at, number), value.start_mark.line + 1
            yield from _places(value, (*at, number), loader)


def _item(found: Any, number: int, folder: Path, reader: _Reader) -> Item | None:
    at: tuple[str | int, ...] = ("datasets", number)
    if not isinstance(found, dict):
        reader.fault("manifest.shape", at, key=f"datasets[{number}]", expected="code, title, …, files")
        return None
    names = tuple(name for name in elements() if name != "resourceCode")
    reader.keys(found, (*OWN, *names), at)
    code = _text(found.get("code"))
    if not code:
        reader.fault("manifest.code-missing", at, number=number + 1)
    metadata = {name: _spelled(name, found[name]) for name in names if found.get(name) is not None}
    withdraw = _text(found.get("withdraw"))
    listed = found.get("files")
    files: list[File] = []
    if isinstance(listed, list):
        files = [each for n, one in enumerate(listed) if (each := _file(one, (*at, "files", n), folder, reader, code))]
    elif listed is not None:
        reader.fault("manifest.shape", (*at, "files"), key=f"{code}.files", expected="[{key, path, standard}]")
    if not listed and not withdraw:
        reader.fault("manifest.files-missing", at, dataset=code)
    seen: set[str] = set()
    for each in files:  # keys name files of a mirror too, so they differ as slugs
        if slug(each.key) in seen:
            reader.faults.append(
                UsageFault("manifest.file-twice", file=reader.name, line=each.line, dataset=code, key=each.key)
            )
        seen.add(slug(each.key))
    return Item(code, {**metadata, "resourceCode": code}, tuple(files), withdraw, reader.line(at))


def _file(found: Any, at: tuple[str | int, ...], folder: Path, reader: _Reader, code: str) -> File | None:
    if not isinstance(found, dict):
        reader.fault("manifest.shape", at, key=f"{code}.files", expected="key, path, standard")
        return None
    reader.keys(found, FILE, at)
    missing = [name for name in ("key", "path", "standard") if not _text(found.get(name))]
    for name in missing:
        reader.fault("manifest.file-key-missing", at, dataset=code, key=name)
    if missing:
        return None
    path = Path(_text(found["path"]))
    standard = _text(found["standard"])
    if (folder / standard).exists():  # a schema or pack beside the manifest
        standard = str((folder / standard).resolve())
    return File(
        _text(found["key"]),
        (folder / path).resolve(),
        path.name,
        standard,
        _text(found.get("sheet")) or None,
        _text(found.get("title")),
        reader.line(at),
        (folder / receipt).resolve() if (receipt := _text(found.get("receipt"))) else None,
    )


def _same_code(items: list[Item], reader: _Reader) -> None:
    seen: dict[str, int] = {}
    for number, item in enumerate(items):
        if item.code and item.code in seen:
            reader.fault("manifest.code-twice", ("datasets", number), code=item.code, first=seen[item.code])
        seen.setdefault(item.code, item.line)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _spelled(name: str, value: Any) -> Any:
    """The value as the profile spells it: dates and numbers as text, single values where a list is due."""
    if name == "resourceClass":
        return [_class(each) for each in (value if isinstance(value, list) else [value])]
    if name in ("format", "relatedResourceCode"):
        return [_plain(each) for each in (value if isinstance(value, list) else [value])]
    if name in ("sharing", "open") and not isinstance(value, (dict, list)):
        if isinstance(value, bool):
            value = 1 if value else 3
        return {"type": _plain(value)}
    if name == "sharing" and isinstance(value, dict) and isinstance(value.get("mode"), list):
        return _plain({**value, "mode": ", ".join(map(str, value["mode"]))})
    return _plain(value)


def _class(value: Any) -> Any:
    """`类/项/目/细目` as one text, or a mapping of them."""
    if isinstance(value, str):
        parts = [part.strip() for part in value.split("/", 3)]
        value = dict(zip(("lei", "xiang", "mu", "ximu"), parts, strict=False))
    if isinstance(value, dict):
        spelled = {str(name): _plain(each) for name, each in value.items() if each is not None}
        return {**spelled, "lei": CLASSES.get(str(spelled["lei"]), spelled["lei"])} if "lei" in spelled else spelled
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    return _text(value)

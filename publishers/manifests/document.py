"""A manifest as YAML: the form that programs write and administrators keep under version control."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.publishers.audience import AUDIENCES
from gongshu.publishers.manifest import (
    File,
    Item,
    Manifest,
    ManifestFaults,
    code_fault,
    is_day,
    repeated,
    resolved,
    same_key,
)
from gongshu.publishers.manifests.values import day, parts, spelled
from gongshu.publishers.manifests.values import text_of as _text
from gongshu.publishers.metadata import elements
from gongshu.publishers.profiles import profile as profile_of
from gongshu.standards.faults import Fault, UsageFault

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

TOP = ("catalogue", "profile", "stale", "datasets")
STALE = ("warn", "block", "ignore")
OWN = ("code", "files", "withdraw")  # keys of a dataset that are no metadata
FILE = ("key", "path", "receipt", "scope", "sheet", "standard", "title", "references", "date")
MOST_PLACES = 1_000_000  # keys and list items of one manifest, its references followed
At = tuple[str | int, ...]


@dataclass(slots=True)
class _Reader:
    """Collects faults while the document is walked; `lines` knows where each place of the document stands."""

    name: str
    lines: dict[At, int] = field(default_factory=dict)
    faults: list[UsageFault] = field(default_factory=list)
    extra: tuple[str, ...] = ()  # elements of the metadata profile

    def fault(self, code: str, at: At, /, **params: Any) -> None:
        self.faults.append(UsageFault(code, place=self.place(at), line=self.line(at), **params))

    def place(self, at: At) -> str:
        return f"{self.name}:{self.line(at)}"

    def line(self, at: At) -> int:
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def keys(self, found: Mapping[str, Any], known: tuple[str, ...], at: At) -> None:
        import difflib

        for key in found:
            if key not in known:
                near = difflib.get_close_matches(str(key), known, 1)
                self.fault("manifest.key-unknown", (*at, key), key=key, near=near[0] if near else ", ".join(known))


def read(path: Path, registry: Registry, asked: str = "") -> Manifest:
    """The manifest in that file. Raises `ManifestFaults` with everything that is wrong, each with its line."""
    reader = _Reader(path.name)
    document = _document(path, reader)
    items: list[Item] = []
    catalogue = profile = stale = ""
    if isinstance(document, dict):
        reader.keys(document, TOP, ())
        catalogue, profile, stale = (_text(document.get(name)) for name in ("catalogue", "profile", "stale"))
        profile = asked or profile
        if stale and stale not in STALE:
            reader.fault("manifest.shape", ("stale",), key="stale", expected=" | ".join(STALE))
        if profile:
            try:
                reader.extra = profile_of(profile, registry).own
            except Fault as fault:
                reader.faults.append(_placed(fault, reader, ("profile",)))
        datasets = document.get("datasets")
        if isinstance(datasets, list) and datasets:
            items = [each for n, found in enumerate(datasets) if (each := _item(found, n, path.parent, reader))]
        else:
            reader.fault("manifest.empty", ("datasets",))
        reader.faults += repeated(items, reader.name)
    elif not reader.faults:
        reader.fault("manifest.shape", (), key="", expected="catalogue, datasets")
    if reader.faults:
        raise ManifestFaults(faults=tuple(sorted(reader.faults, key=lambda each: each.params["line"])))
    return Manifest(path, tuple(items), catalogue, profile, stale)


def _placed(fault: Fault, reader: _Reader, at: At) -> UsageFault:
    """Another room's fault as one of the manifest, with its line."""
    made = UsageFault("manifest.profile", place=reader.place(at), line=reader.line(at), profile="")
    made.params |= {f"detail@{lang}": fault.say(lang) for lang in ("zh", "en")}
    return made


def _document(path: Path, reader: _Reader) -> Any:
    """The YAML of the file as plain data, while the reader learns the line of each place."""
    import yaml

    try:
        loader = _undated()(path.read_text(encoding="utf-8-sig"))
        node = loader.get_single_node()
        if node is None:
            return None
        for at, line in _places(node, (), loader):
            if at in reader.lines:
                reader.lines[at] = line
                reader.fault("manifest.key-twice", at, key=at[-1])
            reader.lines[at] = line
            if len(reader.lines) > MOST_PLACES:  # references to references grow without bound
                reader.fault("manifest.yaml", at, detail=f"> {MOST_PLACES:,}")
                return None
        return loader.construct_document(node)
    except UnicodeDecodeError:
        reader.fault("manifest.encoding", ())
    except OSError as error:
        raise UsageFault("manifest.unopened", file=path.name, detail=error.strerror or type(error).__name__) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        detail = getattr(error, "problem", None) or str(error) or type(error).__name__
        reader.faults.append(UsageFault("manifest.yaml", place=f"{path.name}:{line}", line=line, detail=detail))
    return None


def _undated() -> Any:
    """A safe loader to which a date is a text, so that a wrong one is told of its element and not of the whole file."""
    import yaml

    stamp = "tag:yaml.org,2002:timestamp"
    kept = {
        first: [(tag, pattern) for tag, pattern in found if tag != stamp]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return type("Undated", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {"yaml_implicit_resolvers": kept})


def _places(node: Any, at: At, loader: Any) -> Iterator[tuple[At, int]]:
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
    at: At = ("datasets", number)
    if not isinstance(found, dict):
        reader.fault("manifest.shape", at, key=f"datasets[{number}]", expected="code, title, …, files")
        return None
    names = tuple(name for name in (*elements(), *reader.extra) if name != "resourceCode")
    reader.keys(found, (*OWN, *names), at)
    code = _text(found.get("code"))
    called = code or _text(found.get("title")) or f"datasets[{number}]"
    if code and (fault := code_fault(code, reader.place((*at, "code")))) is not None:
        fault.params["line"] = reader.line((*at, "code"))
        reader.faults.append(fault)
    named: tuple[str, ...] = ()
    metadata = {name: spelled(name, found[name]) for name in names if found.get(name) is not None}
    if isinstance(found.get("items"), str):  # names alone: compared with the standard, which knows the types
        named = tuple(parts(metadata.pop("items")))
    elif isinstance(found.get("items"), list):
        named = tuple(_text(each["name"]) for each in found["items"] if isinstance(each, dict) and each.get("name"))
    withdraw = _text(found.get("withdraw"))
    listed = found.get("files")
    files: list[File] = []
    if isinstance(listed, list):
        files = [
            each for n, one in enumerate(listed) if (each := _file(one, (*at, "files", n), folder, reader, called))
        ]
    elif listed is not None:
        reader.fault("manifest.shape", (*at, "files"), key=f"{called}.files", expected="[{key, path, standard}]")
    if not listed and not withdraw:
        reader.fault("manifest.files-missing", at, dataset=called)
    reader.faults += same_key(files, lambda each: f"{reader.name}:{each.line}", called)
    places = {name: reader.place((*at, name)) for name in (*names, "files") if (*at, name) in reader.lines}
    places |= {"": reader.place(at), "resourceCode": reader.place((*at, "code"))}
    whole = {**metadata, "resourceCode": code} if code else metadata
    return Item(code, whole, tuple(files), withdraw, reader.line(at), str(number), places, named, also=reader.extra)


def _file(found: Any, at: At, folder: Path, reader: _Reader, called: str) -> File | None:
    if not isinstance(found, dict):
        reader.fault("manifest.shape", at, key=f"{called}.files", expected="key, path, standard")
        return None
    reader.keys(found, FILE, at)
    missing = [name for name in ("key", "path", "standard") if not _text(found.get(name))]
    for name in missing:
        reader.fault("manifest.file-key-missing", at, dataset=called, key=name)
    references = found.get("references") or {}
    if not isinstance(references, dict):
        reader.fault("manifest.shape", (*at, "references"), key="references", expected="{NAME: FILE | CODE}")
        references = {}
    date = day(_text(found.get("date")))
    if date and not is_day(date):
        reader.fault("manifest.shape", (*at, "date"), key="date", expected="CCYY-MM-DD")
    if missing:
        return None
    path = resolved(folder, _text(found["path"]))
    receipt = resolved(folder, _text(found.get("receipt")))
    for name, place in (("path", path), ("receipt", receipt)):
        if place is None:
            reader.fault("manifest.path", (*at, name), value=_shown(found[name]))
    if path is None:
        return None
    return File(
        _text(found["key"]),
        path,
        Path(_text(found["path"])).name,
        beside(folder, _text(found["standard"])),
        _text(found.get("sheet")) or None,
        _text(found.get("title")),
        reader.line(at),
        receipt if _text(found.get("receipt")) else None,
        references={_text(name): _text(where) for name, where in references.items()},
        date=date,
        scope=_scope(found.get("scope"), (*at, "scope"), reader, called),
    )


def _shown(value: Any) -> str:
    return _text(value)[:80].encode("unicode_escape").decode()


def _scope(found: Any, at: At, reader: _Reader, dataset: str) -> dict[str, str]:
    """One condition for every audience, or one for each."""
    if isinstance(found, dict) and {*found} <= {*AUDIENCES}:
        return {str(name): text for name, each in sorted(found.items()) if (text := _text(each))}
    if isinstance(found, (dict, list)):
        reader.fault("manifest.shape", at, key=f"{dataset}.files.scope", expected="SQL | {open: SQL, shared: SQL}")
        return {}
    text = _text(found)
    return dict.fromkeys(AUDIENCES, text) if text else {}


def beside(folder: Path, standard: str) -> str:
    """A standard as it is named, or the schema or pack beside the manifest that has that name."""
    try:
        there = bool(standard) and (folder / standard).exists()
    except (OSError, ValueError):  # a name that no file can have
        there = False
    return str((folder / standard).resolve()) if there else standard

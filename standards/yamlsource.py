"""A YAML document as plain data that remembers on which line every key stands and how every scalar was written.

Only the plain part of YAML is read: mappings, lists, scalars. Anchors, aliases and tags are refused, size and depth
are bounded, so a document from a stranger can cost neither memory nor stack. Scalars resolve as in YAML 1.2 (`yes`,
`on`, `12:30` and dates are texts; `true`, `null` and decimal numbers are what they look like).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from gongshu.standards.faults import StandardFault

Path = tuple[str | int, ...]

MAX_BYTES = 8 << 20
MAX_DEPTH = 40
MAX_NODES = 400_000

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_NUMBER = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))([eE][-+]?[0-9]+)?\Z")
_LONGEST_NUMBER = 40
_WORDS = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


@dataclass(slots=True)
class Located:
    """Plain data, with the line of each key and list item and the spelling of each scalar, by path."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    raw: dict[Path, str] = field(default_factory=dict)
    faults: list[tuple[Path, str, dict[str, Any]]] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of `path`, or of the nearest thing around it."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 1

    def written(self, path: Path) -> str | None:
        """How the scalar at `path` was written."""
        return self.raw.get(path)


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read."""

    path: Path
    value: dict[str, Any] | list[Any]
    key: str | None = None
    skipping: bool = False  # the value that follows belongs to a key given before


def scalar(text: str, plain: bool) -> Any:
    """The value of one scalar; quoted ones are always text."""
    if not plain:
        return text
    if text in _WORDS:
        return None
    if text in _TRUTH:
        return _TRUTH[text]
    if len(text) <= _LONGEST_NUMBER:
        if _INTEGER.match(text):
            return int(text)
        if _NUMBER.match(text):
            return float(text)
    return text


def read(text: str, *, file: str) -> Located:
    """The document in `text`. Raises `StandardFault` where it is no YAML, or YAML of a kind that is not read here."""
    if len(text) > MAX_BYTES:
        raise StandardFault("standard.yaml-size", file=file, place=file, limit=MAX_BYTES >> 20)
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        return _Reader(file).read(yaml.parse(text, Loader=loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        detail = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise StandardFault(
            "standard.yaml-syntax", file=file, line=line, key="", place=f"{file}:{line}", detail=detail
        ) from None


class _Reader:
    """One pass over the events of a document; a stack of its own, so depth cannot exhaust the interpreter's."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found = Located()
        self.stack: list[_Open] = []
        self.nodes = 0

    def refuse(self, code: str, event: Any, **params: Any) -> StandardFault:
        line = event.start_mark.line + 1
        return StandardFault(code, file=self.file, line=line, key="", place=f"{self.file}:{line}", **params)

    def read(self, events: Any) -> Located:
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self.refuse("standard.yaml-unsafe", event, what="---")
            elif isinstance(event, yaml.AliasEvent):
                raise self.refuse("standard.yaml-unsafe", event, what=f"*{event.anchor}")
            elif isinstance(event, yaml.NodeEvent):
                self.node(event)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.close()
        return self.found

    def node(self, event: Any) -> None:
        self.nodes += 1
        if event.anchor is not None:
            raise self.refuse("standard.yaml-unsafe", event, what=f"&{event.anchor}")
        if event.tag is not None and event.tag != "!":
            raise self.refuse("standard.yaml-unsafe", event, what=event.tag)
        if self.nodes > MAX_NODES or len(self.stack) > MAX_DEPTH:
            raise self.refuse("standard.yaml-depth", event)
        line = event.start_mark.line + 1
        holder = self.stack[-1] if self.stack else None
        if holder is not None and isinstance(holder.value, dict) and holder.key is None:
            self.name(holder, event, line)
            return
        path = self.place(holder, line)
        if isinstance(event, yaml.ScalarEvent):
            value = scalar(event.value, event.implicit[0])
            if holder is None or not holder.skipping:
                self.found.raw[path] = event.value
            self.put(holder, value)
            return
        opened: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.put(holder, opened, wait=True)
        skipping = holder is not None and holder.skipping
        self.stack.append(_Open(path, opened, skipping=skipping))

    def place(self, holder: _Open | None, line: int) -> Path:
        if holder is None:
            self.found.lines[()] = line
            return ()
        if isinstance(holder.value, dict):
            return (*holder.path, str(holder.key))
        path = (*holder.path, len(holder.value))
        if not holder.skipping:
            self.found.lines.setdefault(path, line)
        return path

    def name(self, holder: _Open, event: Any, line: int) -> None:
        """Take a key. A key given twice is a fault and its second value is read past."""
        if not isinstance(event, yaml.ScalarEvent):
            raise self.refuse("standard.yaml-unsafe", event, what="? key")
        holder.key = event.value
        path = (*holder.path, event.value)
        if event.value in holder.value:
            if not holder.skipping:
                first = self.found.lines.get(path, 0)
                self.found.faults.append((path, "standard.key-twice", {"line": line, "first": first}))
            holder.key = f"{event.value}\0twice"
        elif not holder.skipping:
            self.found.lines[path] = line

    def put(self, holder: _Open | None, value: Any, *, wait: bool = False) -> None:
        if holder is None:
            self.found.data = value
        elif isinstance(holder.value, list):
            holder.value.append(value)
        else:
            key = str(holder.key)
            if not key.endswith("\0twice"):
                holder.value[key] = value
            if not wait:
                holder.key = None

    def close(self) -> None:
        self.stack.pop()
        if self.stack and isinstance(self.stack[-1].value, dict):
            self.stack[-1].key = None

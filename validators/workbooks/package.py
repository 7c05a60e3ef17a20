"""An XLSX file as a package of parts: some replaced, some added, all others copied byte for byte."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable
from typing import BinaryIO
from xml.sax.saxutils import quoteattr

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_CONTENT_TYPES = "[Content_Types].xml"
_RELATION = re.compile(r"<(?:\w+:)?Relationship\b([^>]*?)/?>")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*("[^"]*"|'[^']*')""")


class Unpatchable(Exception):
    """The package is written in a way that cannot be patched safely; a new workbook has to do."""


class Package:
    """The parts of one file, read when asked for. Changes are kept until `save`."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self._archive = zipfile.ZipFile(stream)
        self._names = set(self._archive.namelist())
        self._changed: dict[str, bytes] = {}

    def __contains__(self, part: str) -> bool:
        return part in self._names or part in self._changed

    @property
    def archive(self) -> zipfile.ZipFile:
        """The package as it came."""
        return self._archive

    def read(self, part: str) -> bytes:
        """A part, with the changes so far. Raises `Unpatchable` where it is not UTF-8 XML without surprises."""
        if part in self._changed:
            return self._changed[part]
        if part not in self._names:
            raise Unpatchable(part)
        raw = self._archive.read(part)
        if raw.startswith(b"\xef\xbb\xbf"):
            raw = raw[3:]
        head = raw[:200]
        if b"\0" in head or b"<!DOCTYPE" in head or not _utf8(head):
            raise Unpatchable(part)
        return raw

    def change(self, part: str, content: bytes) -> None:
        """Replace or add a part."""
        self._changed[part] = content

    def free(self, pattern: str) -> str:
        """A name of no part yet; `{}` in the pattern is a number."""
        return next(name for name in (pattern.format(number) for number in range(1, 100_000)) if name not in self)

    def declare(self, part: str, content_type: str) -> None:
        """Say what a new part is."""
        override = f"<Override PartName={quoteattr('/' + part)} ContentType={quoteattr(content_type)}/>"
        self.change(_CONTENT_TYPES, before_end(self.read(_CONTENT_TYPES), "Types", override))

    def declare_ending(self, ending: str, content_type: str) -> None:
        """Say what files of that ending are, where nobody has yet."""
        types = self.read(_CONTENT_TYPES)
        if not re.search(rb"<(?:\w+:)?Default\b[^>]*\bExtension=[\"']" + ending.encode() + rb"[\"']", types, re.I):
            default = f"<Default Extension={quoteattr(ending)} ContentType={quoteattr(content_type)}/>"
            self.change(_CONTENT_TYPES, before_end(types, "Types", default))

    def relate(self, part: str, kind: str, target: str) -> str:
        """Let a part refer to another; gives the id of the relation."""
        rels = _rels(part)
        if rels not in self:
            empty = (
                "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'></Relationships>"
            )
            self.change(rels, f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n{empty}'.encode())
        text = self.read(rels)
        taken = {found["Id"] for found in _relations(text)}
        name = next(each for each in (f"rIdG{number}" for number in range(1, 100_000)) if each not in taken)
        path = posixpath.relpath(target, posixpath.dirname(part))
        added = f"<Relationship Id={quoteattr(name)} Type={quoteattr(f'{RELATIONS}/{kind}')} Target={quoteattr(path)}/>"
        self.change(rels, before_end(text, "Relationships", added))
        return name

    def related(self, part: str, kind: str) -> str | None:
        """The part that another refers to by a relation of that kind, if any."""
        return next((self._target(part, each) for each in self._internal(part) if _kind(each) == kind), None)

    def target(self, part: str, relation: str) -> str | None:
        """The part that a relation's id stands for."""
        return next((self._target(part, each) for each in self._internal(part) if each.get("Id") == relation), None)

    def _internal(self, part: str) -> list[dict[str, str]]:
        if _rels(part) not in self:
            return []
        return [each for each in _relations(self.read(_rels(part))) if each.get("TargetMode") != "External"]

    def _target(self, part: str, relation: dict[str, str]) -> str:
        target = relation.get("Target", "")
        return posixpath.normpath(
            target.lstrip("/") if target.startswith("/") else posixpath.join(posixpath.dirname(part), target)
        )

    def save(self, out: BinaryIO) -> None:
        """Write the package: parts in their order, new ones last."""
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for info in self._archive.infolist():
                content = self._changed.get(info.filename)
                target.writestr(info, self._archive.read(info) if content is None else content)
            for name in sorted(set(self._changed) - self._names):
                info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                info.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(info, self._changed[name])


def before_end(xml: bytes, root: str, added: str) -> bytes:
    """The document with an element before the end of its root, in the namespace prefix of the root."""
    found = re.search(rb"</((?:\w+:)?)" + root.encode() + rb"\s*>\s*$", xml)
    if found is None:
        empty = re.search(rb"<((?:\w+:)?)(" + root.encode() + rb"\b[^>]*?)/>\s*$", xml)
        if empty is None:
            raise Unpatchable(root)
        prefix = empty[1]
        opened = b"<" + prefix + empty[2] + b">" + _prefixed(added, prefix) + b"</" + prefix + root.encode() + b">"
        return xml[: empty.start()] + opened
    return xml[: found.start()] + _prefixed(added, found[1]) + xml[found.start() :]


def _prefixed(added: str, prefix: bytes) -> bytes:
    return b"<" + prefix + added.encode()[1:]


def _relations(xml: bytes) -> Iterable[dict[str, str]]:
    for found in _RELATION.finditer(xml.decode("utf-8", "replace")):
        yield {name: value[1:-1].replace("&amp;", "&") for name, value in _ATTRIBUTE.findall(found[1])}


def _kind(relation: dict[str, str]) -> str:
    return relation.get("Type", "").rpartition("/")[2]


def _rels(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _utf8(head: bytes) -> bool:
    declared = re.search(rb"""encoding=["']([\w-]+)["']""", head)
    return declared is None or declared[1].lower() in (b"utf-8", b"utf8", b"us-ascii", b"ascii")

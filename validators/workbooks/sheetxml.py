"""Single cells of a sheet's XML changed: rows that nobody touches keep their bytes, touched rows their other cells.

No parser: the text between the tags is copied as it stands. What cannot be handled so (comments, CDATA) is
`Unpatchable`. Rows and columns are numbered from 1, as the sheet does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from gongshu.validators.readers.sheetreach import column_number
from gongshu.validators.readers.sheetscan import column_letters
from gongshu.validators.workbooks.package import Unpatchable

_ATTRIBUTES = rb"""((?:[^<>"']|"[^"]*"|'[^']*')*?)"""
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
LONGEST = 32_767  # characters that a cell may hold


@dataclass(frozen=True, slots=True)
class Edit:
    """What becomes of a cell: `text` None keeps what it holds, an empty text empties it."""

    text: str | None = None
    level: str | None = None  # fill of that severity
    style: int | None = None  # style of a cell that is new


Edits = Mapping[int, Mapping[int, Edit]]  # row -> column -> edit
Restyle = Callable[[int, str], int]  # style and level -> style with that fill


@dataclass(slots=True)
class Sheet:
    """The XML of a sheet, cut at its rows."""

    xml: bytes
    prefix: bytes
    start: int  # of the rows
    end: int

    @classmethod
    def of(cls, xml: bytes) -> Sheet:
        """Find the rows. Raises `Unpatchable`."""
        if b"<!--" in xml or b"<![CDATA[" in xml or b"purl.oclc.org/ooxml" in xml[:4000]:
            raise Unpatchable("sheet")
        root = re.search(rb"<((?:\w+:)?)worksheet[\s>]", xml[:8000])
        if root is None:
            raise Unpatchable("sheet")
        prefix = root[1]
        empty = re.search(rb"<" + prefix + rb"sheetData\s*/>", xml)
        if empty is not None:
            opened = b"<" + prefix + b"sheetData></" + prefix + b"sheetData>"
            xml = xml[: empty.start()] + opened + xml[empty.end() :]
        data = re.search(rb"<" + prefix + rb"sheetData\s*>", xml)
        if data is None:
            raise Unpatchable("sheet")
        end = xml.rfind(b"</" + prefix + b"sheetData>")
        return cls(xml, prefix, data.end(), end)

    def formulas_and_values(self) -> int:
        """The last column that holds anything, 0 where none does."""
        mark = re.compile(
            rb"<" + self.prefix + rb"""c\s(?:[^<>"'/]|"[^"]*"|'[^']*')*?r=["']([A-Z]{1,3})\d+["'][^<>/]*>"""
        )
        letters = set(mark.findall(self.xml, self.start, self.end))
        return max((column_number(each.decode()) + 1 for each in letters), default=0)

    def formulas(self) -> Iterator[tuple[int, int]]:
        """Row and column of every cell with a formula."""
        if b"<" + self.prefix + b"f" in self.xml:
            for number, _, content, end in self.rows():
                if b"<" + self.prefix + b"f" in self.xml[content:end]:
                    for column, _, body in self.cells(number, content, end):
                        if re.match(rb"\s*<" + self.prefix + rb"f[\s/>]", body):
                            yield number, column

    def merged(self) -> Iterator[tuple[int, int, int, int]]:
        """Every merged range: top, left, bottom, right."""
        for found in re.finditer(rb"""mergeCell\s+ref=["']([A-Z]+)(\d+):([A-Z]+)(\d+)["']""", self.xml[self.end :]):
            left, right = (column_number(found[at].decode()) + 1 for at in (1, 3))
            yield int(found[2]), left, int(found[4]), right

    def rows(self) -> Iterator[tuple[int, int, int, int]]:
        """Number, start, start of the content and end of each row; an empty row has no content."""
        number = 0
        closing = b"</" + self.prefix + b"row>"
        for found in _tag(self.prefix, b"row").finditer(self.xml, self.start, self.end):
            given = attribute(found[1], b"r")
            number = int(given) if given else number + 1
            if found[2]:
                yield number, found.start(), found.end(), found.end()
            else:
                yield number, found.start(), found.end(), self.xml.index(closing, found.end()) + len(closing)

    def cells(self, row: int, start: int, end: int) -> Iterator[tuple[int, re.Match[bytes], bytes]]:
        """Column, opening tag and content of each cell between two places of a row."""
        column = 0
        closing = b"</" + self.prefix + b"c>"
        for found in _tag(self.prefix, b"c").finditer(self.xml, start, end):
            given = attribute(found[1], b"r")
            column = column_number(re.sub(rb"\d", b"", given).decode()) + 1 if given else column + 1
            content = b"" if found[2] else self.xml[found.end() : self.xml.index(closing, found.end())]
            yield column, found, content

    def edited(self, edits: Edits, restyle: Restyle) -> tuple[bytes, bytes]:
        """What stands before the end of the rows, with the cells changed; and what stands behind."""
        pieces: list[bytes] = []
        copied = 0
        waiting = sorted(edits, reverse=True)
        for number, start, content, end in self.rows():
            while waiting and waiting[-1] < number:
                pieces += [self.xml[copied:start], self._new_row(waiting[-1], edits[waiting[-1]], restyle)]
                copied = start
                waiting.pop()
            if waiting and waiting[-1] == number:
                pieces += [self.xml[copied:start], self._row(number, start, content, end, edits[number], restyle)]
                copied = end
                waiting.pop()
            if not waiting:
                break
        pieces.append(self.xml[copied : self.end])
        pieces += [self._new_row(number, edits[number], restyle) for number in reversed(waiting)]
        return b"".join(pieces), self.xml[self.end :]

    def _row(
        self, number: int, start: int, content: int, end: int, edits: Mapping[int, Edit], restyle: Restyle
    ) -> bytes:
        opening = self.xml[start:content]
        opening = re.sub(rb"""\sspans=(?:"[^"]*"|'[^']*')""", b"", opening).removesuffix(b">").removesuffix(b"/") + b">"
        made: list[tuple[int, bytes]] = []
        left = dict(edits)
        for column, found, body in self.cells(number, content, end):
            edit = left.pop(column, None)
            closing = b"" if found[2] else body + b"</" + self.prefix + b"c>"
            made.append(
                (column, self._cell(number, column, found, body, edit, restyle) if edit else found[0] + closing)
            )
        made += [(column, self._new_cell(number, column, edit, restyle)) for column, edit in left.items()]
        made.sort(key=lambda each: each[0])
        return opening + b"".join(cell for _, cell in made) + b"</" + self.prefix + b"row>"

    def _cell(self, row: int, column: int, found: re.Match[bytes], body: bytes, edit: Edit, restyle: Restyle) -> bytes:
        style = int(attribute(found[1], b"s") or 0)
        if edit.level is not None:
            style = restyle(style, edit.level)
        dropped = rb"r|s|t" if edit.text is not None else rb"r|s"
        rest = re.sub(rb"\s(?:" + dropped + rb""")=(?:"[^"]*"|'[^']*')""", b"", found[1]).rstrip()
        if edit.text is not None:
            return self._written(row, column, style, rest, edit.text)
        opening = self._opening(row, column, style, rest)
        return opening + b">" + body + b"</" + self.prefix + b"c>" if not found[2] else opening + b"/>"

    def _new_row(self, number: int, edits: Mapping[int, Edit], restyle: Restyle) -> bytes:
        cells = b"".join(self._new_cell(number, column, edits[column], restyle) for column in sorted(edits))
        return b'<%srow r="%d">%s</%srow>' % (self.prefix, number, cells, self.prefix)

    def _new_cell(self, row: int, column: int, edit: Edit, restyle: Restyle) -> bytes:
        style = edit.style or 0
        if edit.level is not None:
            style = restyle(style, edit.level)
        return self._written(row, column, style, b"", edit.text or "")

    def _written(self, row: int, column: int, style: int, rest: bytes, text: str) -> bytes:
        opening = self._opening(row, column, style, rest)
        if not text:
            return opening + b"/>"
        tag = self.prefix
        inner = b'<%sis><%st xml:space="preserve">%s</%st></%sis>' % (tag, tag, written(text), tag, tag)
        return opening + b' t="inlineStr">' + inner + b"</" + tag + b"c>"

    def _opening(self, row: int, column: int, style: int, rest: bytes) -> bytes:
        styled = b' s="%d"' % style if style else b""
        return b'<%sc r="%s%d"%s%s' % (self.prefix, column_letters(column - 1).encode(), row, styled, rest)


def written(text: str) -> bytes:
    """The text as a cell's XML has it: what XML cannot hold in Excel's own escapes."""
    plain = _ILLEGAL.sub(lambda found: f"_x{ord(found[0]):04X}_", text[:LONGEST])
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode("utf-8", "replace")


def attribute(attributes: bytes, name: bytes) -> bytes:
    """The value of one attribute; empty where it is not given."""
    found = re.search(rb"(?:^|\s)" + name + rb"""\s*=\s*(?:"([^"]*)"|'([^']*)')""", attributes)
    return (found[1] if found[1] is not None else found[2]) if found is not None else b""


@cache
def _tag(prefix: bytes, name: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"<" + re.escape(prefix) + name + rb"(?=[\s/>])" + _ATTRIBUTES + rb"(/?)>")

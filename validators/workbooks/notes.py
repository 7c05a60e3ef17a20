"""Comments on cells, added to those that are there already; cells with one keep it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from gongshu.standards.messages import languages
from gongshu.validators.finding import SEVERITY_ORDER
from gongshu.validators.readers.sheetreach import column_number
from gongshu.validators.readers.sheetscan import column_letters
from gongshu.validators.reports.words import say
from gongshu.validators.workbooks.package import RELATIONS, Package, Unpatchable
from gongshu.validators.workbooks.sheetxml import attribute, written

AUTHOR = "gongshu"
_BLOCK = 701  # of shape numbers, far from those of Excel, which count from 1
_COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_AFTER = frozenset(
    b"legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts extLst worksheet".split()
)
_TAG = re.compile(rb"""<(/?)((?:\w+:)?)(\w+)((?:[^<>"']|"[^"]*"|'[^']*')*?)(/?)>""")
_SHAPETYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_SHAPE = (
    '<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;margin-top:2pt;'
    'width:200pt;height:60pt;z-index:{order};visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">'
    '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
    '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
    '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
    "<x:Anchor>{left}, 15, {top}, 2, {right}, 40, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
    "<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
)

Place = tuple[int, int]  # row and column, from 1


def annotate(package: Package, part: str, tail: bytes, texts: Mapping[Place, str]) -> bytes:
    """Put the comments into the package; gives what stands behind the rows of the sheet, with its drawing named."""
    named = re.search(rb"""<(?:\w+:)?legacyDrawing\s[^>]*?:id=["']([^"']*)["']""", tail)
    drawing = package.target(part, named[1].decode()) if named is not None else None
    comments = package.related(part, "comments")
    if comments is not None and drawing is None:
        raise Unpatchable("comments")
    if comments is None:
        comments = package.free("xl/comments{}.xml")
        package.change(
            comments,
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{_MAIN}">'
            "<authors></authors><commentList></commentList></comments>".encode(),
        )
        package.declare(comments, _COMMENTS)
        package.relate(part, "comments", comments)
    taken = _add_comments(package, comments, texts)
    free = {place: text for place, text in texts.items() if place not in taken}
    if drawing is None:
        drawing = package.free("xl/drawings/vmlDrawing{}.vml")
        package.change(
            drawing,
            b'<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
            b' xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit">'
            b'<o:idmap v:ext="edit" data="%d"/></o:shapelayout></xml>' % _BLOCK,
        )
        package.declare_ending("vml", _DRAWING)
        name = package.relate(part, "vmlDrawing", drawing)
        tail = _with_drawing(tail, name)
    _add_shapes(package, drawing, free)
    return tail


def forget(package: Package, part: str) -> None:
    """Take away the comments of ours, with their shapes; those of others stay."""
    comments = package.related(part, "comments")
    if comments is None:
        return
    xml = package.read(comments)
    root = re.search(rb"<((?:\w+:)?)comments[\s>]", xml[:4000])
    if root is None:
        raise Unpatchable("comments")
    p = root[1]
    authors = dict(enumerate(_authors(xml, p)))
    places: set[Place] = set()

    def kept(found: re.Match[bytes]) -> bytes:
        place = re.fullmatch(r"([A-Z]+)(\d+)", attribute(found[1], b"ref").decode())
        author = authors.get(int(attribute(found[1], b"authorId") or -1), b"").strip()
        ours = author == AUTHOR.encode() or (not author and _sounds_ours(found[2], p))
        if place is None or not ours:
            return found[0]
        places.add((int(place[2]), column_number(place[1]) + 1))
        return b""

    one = rb"(?s)<%scomment(?=[\s>])([^>]*)>(.*?)</%scomment>" % (p, p)
    package.change(comments, re.sub(one, kept, xml))
    drawing = package.related(part, "vmlDrawing")
    if drawing is not None and places:
        shape = rb"(?s)<v:shape\s.*?</v:shape>\s*"
        left = re.sub(shape, lambda found: b"" if _at(found[0]) in places else found[0], package.read(drawing))
        package.change(drawing, left)


def _sounds_ours(body: bytes, prefix: bytes) -> bool:
    """Whether the words are built as ours are: for programs that forget who wrote a comment, as LibreOffice does."""
    parts = re.findall(rb"(?s)<%st(?:\s[^>]*)?>(.*?)</%st>" % (prefix, prefix), body)
    text = b"".join(parts).replace(b"&#10;", b"\n").decode("utf-8", "replace")
    return text.count("\n") >= 2 and text.startswith(_levels())


@cache
def _levels() -> tuple[str, ...]:
    """What the severities are called, in every language: how a comment of ours begins."""
    return tuple(f"{say(f'report.severity-{level}', lang)} " for lang in languages() for level in SEVERITY_ORDER)


def _authors(xml: bytes, prefix: bytes) -> list[bytes]:
    """Who wrote the comments, in the order of their numbers."""
    found: list[bytes] = re.findall(rb"(?s)<%sauthor(?:\s[^>]*)?(?:/>|>(.*?)</%sauthor>)" % (prefix, prefix), xml)
    return found


def _at(shape: bytes) -> Place | None:
    """The cell that a comment's shape belongs to."""
    row, column = (re.search(rb"<x:%s>\s*(\d+)\s*</x:%s>" % (name, name), shape) for name in (b"Row", b"Column"))
    return (int(row[1]) + 1, int(column[1]) + 1) if row is not None and column is not None else None


def _add_comments(package: Package, part: str, texts: Mapping[Place, str]) -> set[Place]:
    """Add the comments; gives the places that had one."""
    xml = package.read(part)
    root = re.search(rb"<((?:\w+:)?)comments[\s>]", xml[:4000])
    if root is None:
        raise Unpatchable("comments")
    p = root[1]
    had = set()
    for found in re.finditer(rb"<%scomment\b([^>]*)>" % p, xml):
        place = re.fullmatch(r"([A-Z]+)(\d+)", attribute(found[1], b"ref").decode())
        if place is not None:
            had.add((int(place[2]), column_number(place[1]) + 1))
    for name in (b"authors", b"commentList"):
        xml = re.sub(rb"<%s%s\s*/>" % (p, name), b"<%s%s></%s%s>" % (p, name, p, name), xml)
    authors = _authors(xml, p)
    if AUTHOR.encode() not in authors:
        authors.append(AUTHOR.encode())
        xml = _inserted(xml, b"</%sauthors>" % p, b"<%sauthor>%s</%sauthor>" % (p, AUTHOR.encode(), p))
    author = authors.index(AUTHOR.encode())
    added = []
    for (row, column), text in sorted(texts.items()):
        if (row, column) not in had:
            ref = f"{column_letters(column - 1)}{row}".encode()
            inner = b'<%st xml:space="preserve">%s</%st>' % (p, written(text), p)
            body = b"<%stext><%sr>%s</%sr></%stext>" % (p, p, inner, p, p)
            added.append(b'<%scomment ref="%s" authorId="%d">%s</%scomment>' % (p, ref, author, body, p))
    package.change(part, _inserted(xml, b"</%scommentList>" % p, b"".join(added)))
    return had


def _add_shapes(package: Package, part: str, texts: Mapping[Place, str]) -> None:
    xml = package.read(part)
    shapes = [] if b'"_x0000_t202"' in xml else [_SHAPETYPE]
    taken = {int(each) for each in re.findall(rb'id="_x0000_s(\d+)"', xml)}
    number = max([_BLOCK * 1024, *(each for each in taken if each >= _BLOCK * 1024)])
    for order, (row, column) in enumerate(sorted(texts), 1):
        shapes.append(
            _SHAPE.format(
                number=number + order,
                order=order,
                left=column,
                top=max(0, row - 2),
                right=column + 3,
                bottom=row + 3,
                row=row - 1,
                column=column - 1,
            )
        )
    end = re.search(rb"</xml>\s*$", xml)
    if end is None:
        raise Unpatchable("drawing")
    package.change(part, xml[: end.start()] + "".join(shapes).encode() + xml[end.start() :])


def _with_drawing(tail: bytes, relation: str) -> bytes:
    """The sheet's end with its comments' drawing named, in the place that the format gives it."""
    element = f'legacyDrawing xmlns:r="{RELATIONS}" r:id="{relation}"/>'.encode()
    depth = 0
    for found in _TAG.finditer(tail):
        closing, prefix, name, _, empty = found.groups()
        if depth == 0 and (name in _AFTER if not closing else name == b"worksheet"):
            return tail[: found.start()] + b"<" + prefix + element + tail[found.start() :]
        if closing:
            depth -= name != b"sheetData"
        elif not empty:
            depth += 1
    raise Unpatchable("sheet")


def _inserted(xml: bytes, before: bytes, added: bytes) -> bytes:
    at = xml.rfind(before)
    if at < 0:
        raise Unpatchable("comments")
    return xml[:at] + added + xml[at:]

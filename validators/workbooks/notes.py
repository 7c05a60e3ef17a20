"""Comments on cells, added to those that are there already; cells with one keep it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from gongshu.validators.readers.sheetreach import column_number
from gongshu.validators.readers.sheetscan import column_letters
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
    author = len(re.findall(rb"<%sauthor\b" % p, xml))
    entry = b"<%sauthor>%s</%sauthor>" % (p, AUTHOR.encode(), p)
    xml = _inserted(xml, b"</%sauthors>" % p, entry)
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

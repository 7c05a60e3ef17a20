"""The styles of a workbook with more of them: every style that a bad cell has, once more with a fill."""

from __future__ import annotations

import re

from gongshu.validators.workbooks.package import Unpatchable
from gongshu.validators.workbooks.sheetxml import attribute

FILLS = {"error": "FFFFC7CE", "warning": "FFFFEB9C", "info": "FFDDEBF7"}  # the colours that Excel itself offers
_FONT = b"b i strike condense extend outline shadow u vertAlign sz color name family charset scheme"
_ORDER = {name: number for number, name in enumerate(_FONT.split())}


class Styles:
    """`xl/styles.xml`, growing."""

    def __init__(self, xml: bytes) -> None:
        self._xml = xml
        self._prefix = _prefix(xml)
        self._fills = _items(xml, self._prefix, b"fills", b"fill")
        self._styles = _items(xml, self._prefix, b"cellXfs", b"xf")
        self._fonts = _items(xml, self._prefix, b"fonts", b"font")
        self._known: dict[tuple[int, str], int] = {}
        self._numbers: dict[str, int] = {}
        self._new_fills: list[bytes] = []
        self._new_styles: list[bytes] = []
        self._new_fonts: list[bytes] = []

    def filled(self, style: int, level: str) -> int:
        """The number of that style with the fill of a severity."""
        known = self._known.get((style, level))
        if known is None:
            base = self._styles[style] if style < len(self._styles) else self._styles[0]
            known = self._known[style, level] = self._added(_with(base, fillId=self._fill(level), applyFill=1))
        return known

    def bold(self) -> int:
        """The number of a style for headings."""
        return self._with_font("bold", b"<%sb/>" % self._prefix)

    def linked(self) -> int:
        """The number of a style for links."""
        p = self._prefix
        return self._with_font("link", b'<%su/><%scolor rgb="FF0B5CAD"/>' % (p, p))

    def changed(self) -> bytes:
        """The part with everything that was added."""
        xml = self._xml
        for outer, added in ((b"fonts", self._new_fonts), (b"fills", self._new_fills), (b"cellXfs", self._new_styles)):
            if added:
                xml = _grown(xml, self._prefix, outer, added)
        return xml

    def _with_font(self, name: str, marks: bytes) -> int:
        known = self._known.get((-1, name))
        if known is None:
            self._new_fonts.append(_font(self._fonts[0], self._prefix, marks))
            number = len(self._fonts) + len(self._new_fonts) - 1
            known = self._known[-1, name] = self._added(_with(self._styles[0], fontId=number, applyFont=1))
        return known

    def _fill(self, level: str) -> int:
        if level not in self._numbers:
            p = self._prefix
            pattern = b'<%sfgColor rgb="%s"/><%sbgColor indexed="64"/>' % (p, FILLS[level].encode(), p)
            fill = b'<%sfill><%spatternFill patternType="solid">%s</%spatternFill></%sfill>' % (p, p, pattern, p, p)
            self._new_fills.append(fill)
            self._numbers[level] = len(self._fills) + len(self._new_fills) - 1
        return self._numbers[level]

    def _added(self, style: bytes) -> int:
        self._new_styles.append(style)
        return len(self._styles) + len(self._new_styles) - 1


def _font(base: bytes, prefix: bytes, marks: bytes) -> bytes:
    """A font like another, with further marks, its elements in the order that the format asks for."""
    single = re.compile(rb"<%s(\w+)\b[^>]*/>" % prefix)
    found = {each[1]: each[0] for each in single.finditer(base)}
    found.update({each[1]: each[0] for each in single.finditer(marks)})
    inner = b"".join(found[name] for name in sorted(found, key=lambda each: _ORDER.get(each, 99)))
    return b"<%sfont>%s</%sfont>" % (prefix, inner, prefix)


def _prefix(xml: bytes) -> bytes:
    root = re.search(rb"<((?:\w+:)?)styleSheet[\s>]", xml[:8000])
    if root is None or b"<!--" in xml or b"<![CDATA[" in xml:
        raise Unpatchable("styles")
    return root[1]


def _section(xml: bytes, prefix: bytes, outer: bytes) -> re.Match[bytes]:
    found = re.search(rb"(?s)<%s%s\b([^>]*)>(.*?)</%s%s>" % (prefix, outer, prefix, outer), xml)
    if found is None:
        raise Unpatchable("styles")
    return found


def _items(xml: bytes, prefix: bytes, outer: bytes, inner: bytes) -> list[bytes]:
    body = _section(xml, prefix, outer)[2]
    tag = prefix + inner
    item = re.compile(rb"(?s)<%s(?=[\s/>])(?:[^>]*?/>|[^>]*>.*?</%s>)" % (tag, tag))
    found = item.findall(body)
    if not found:
        raise Unpatchable("styles")
    return found


def _grown(xml: bytes, prefix: bytes, outer: bytes, added: list[bytes]) -> bytes:
    section = _section(xml, prefix, outer)
    count = attribute(section[1], b"count")
    attributes = section[1]
    if count:
        attributes = re.sub(rb"""\bcount=(?:"\d*"|'\d*')""", b'count="%d"' % (int(count) + len(added)), attributes)
    body = b"<%s%s%s>%s%s</%s%s>" % (prefix, outer, attributes, section[2], b"".join(added), prefix, outer)
    return xml[: section.start()] + body + xml[section.end() :]


def _with(style: bytes, **given: int) -> bytes:
    """A style's XML with some attributes set."""
    opening = re.match(rb"<[\w:]+", style)
    if opening is None:
        raise Unpatchable("styles")
    end = style.index(b">")
    head = style[opening.end() : end]
    closed = head.endswith(b"/")
    head = head.removesuffix(b"/")
    for name, value in given.items():
        head = re.sub(rb"""\s%s=(?:"[^"]*"|'[^']*')""" % name.encode(), b"", head)
        head += b' %s="%d"' % (name.encode(), value)
    return opening[0] + head + (b"/" if closed else b"") + style[end:]

"""The styles of a workbook with more of them: every style that a bad cell has, once more with a fill."""

from __future__ import annotations

import re

from gongshu.validators.workbooks.package import Unpatchable
from gongshu.validators.workbooks.sheetxml import attribute

FILLS = {"error": "FFFFC7CE", "warning": "FFFFEB9C", "info": "FFDDEBF7"}  # the colours that Excel itself offers
_OURS = frozenset(each.encode() for each in FILLS.values())
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
        self._mine: dict[int, bool] = {}
        self.grounds = True  # whether the colours under ours can be believed
        self._new_fills: list[bytes] = []
        self._new_styles: list[bytes] = []
        self._new_fonts: list[bytes] = []

    def filled(self, style: int, level: str) -> int:
        """The number of that style with the fill of a severity."""
        known = self._known.get((style, level))
        if known is None:
            base = self._style(style)
            fill = self._fill(level, self._ground(base))
            known = self._known[style, level] = self._added(_with(base, fillId=fill, applyFill=1))
        return known

    def refilled(self, style: int, level: str) -> int:
        """The same, where an earlier fill of ours is taken away first; an empty level leaves it at that."""
        if self.ours(style):
            known = self._known.get((style, ""))
            if known is None:
                base = self._style(style)
                fill = self._restored(_color(self._fill_of(base), b"bgColor"))
                known = self._known[style, ""] = self._added(_with(base, fillId=fill, applyFill=1))
            style = known
        return self.filled(style, level) if level else style

    def ours(self, style: int) -> bool:
        """Whether that style has a fill as we put it."""
        if style not in self._mine:
            color = _color(self._fill_of(self._style(style)), b"fgColor")
            self._mine[style] = attribute(color, b"rgb").upper() in _OURS
        return self._mine[style]

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

    def _style(self, number: int) -> bytes:
        known = self._styles + self._new_styles
        return known[number] if number < len(known) else known[0]

    def _fill_of(self, style: bytes) -> bytes:
        known, number = self._fills + self._new_fills, attribute(style[: style.index(b">")], b"fillId")
        return known[int(number)] if number.isdigit() and int(number) < len(known) else b""

    def _ground(self, style: bytes) -> bytes:
        """The colour that a cell has under ours; a solid fill may name one, which no program shows."""
        return _color(self._fill_of(style), b"fgColor") or b' indexed="64"'

    def _fill(self, level: str, ground: bytes) -> int:
        return self._solid(b' rgb="%s"' % FILLS[level].encode(), ground)

    def _restored(self, ground: bytes) -> int:
        """The fill of the colour that was under ours; the first, which is none, where there was none."""
        nothing = (
            not self.grounds
            or not ground
            or attribute(ground, b"indexed") == b"64"
            or attribute(ground, b"rgb") == b"00000000"
        )
        return 0 if nothing else self._solid(ground, b' indexed="64"')

    def _solid(self, color: bytes, ground: bytes) -> int:
        p = self._prefix
        pattern = b"<%sfgColor%s/><%sbgColor%s/>" % (p, color, p, ground)
        fill = b'<%sfill><%spatternFill patternType="solid">%s</%spatternFill></%sfill>' % (p, p, pattern, p, p)
        known = self._fills + self._new_fills
        if fill not in known:
            self._new_fills.append(fill)
            known.append(fill)
        return known.index(fill)

    def _added(self, style: bytes) -> int:
        self._new_styles.append(style)
        return len(self._styles) + len(self._new_styles) - 1


def _color(fill: bytes, name: bytes) -> bytes:
    """The attributes of a colour of a solid fill, a blank before each; empty where it is none or has none."""
    pattern = re.search(rb"<(?:\w+:)?patternFill\b([^>]*)>", fill)
    if pattern is None or attribute(pattern[1], b"patternType") != b"solid":
        return b""
    color = re.search(rb"<(?:\w+:)?%s((?:\s+\w+=(?:\"[^\"]*\"|'[^']*'))+)\s*/?>" % name, fill)
    return color[1] if color is not None else b""


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

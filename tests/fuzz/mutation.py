"""Damage to files, repeatable from a seed: bytes flipped, cut, doubled, spliced; workbooks inside their package too."""

from __future__ import annotations

import io
import random
import zipfile
import zlib

TOKENS = (
    *(b'"', b'""', b"\n", b"\r", b"\r\n", b",", b";", b"\t", b"|"),
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xff", b"\x81", b"\xe6", b"\xf0\x9f\x98"),
    *(b"=1+1", b"1e999", b"-0", b"9" * 400, b"<", b">", b"&amp;", b"&#0;", b"]]>", b"{", b"}", b"[", b"null", b"NaN"),
    *(word.encode() for word in ("合计", "\u3000", "〔示例〕")),
)


def mutated(original: bytes, other: bytes, seed: int) -> bytes:
    """The bytes after one to six damages."""
    hand = random.Random(seed)
    if original[:2] == b"PK" and hand.random() < 0.6:
        inside = _package(original, other, hand)
        if inside is not None:
            return inside
    return _bytes(original, other, hand)


def _bytes(original: bytes, other: bytes, hand: random.Random) -> bytes:
    data = bytearray(original)
    for _ in range(hand.randint(1, 6)):
        size = len(data)
        at = hand.randrange(size + 1)
        length = min(hand.choice((1, 1, 2, 4, 16, 256, 4096)), size - at)
        match hand.randrange(8):
            case 0 if size > at:
                data[at] = hand.randrange(256)
            case 1:
                del data[at : at + length]
            case 2:
                data[at:at] = data[at : at + length]
            case 3:
                data[at:at] = hand.choice(TOKENS)
            case 4:
                data[at : at + length] = hand.choice(TOKENS)
            case 5:
                start = hand.randrange(len(other) + 1)
                data[at:at] = other[start : start + hand.choice((4, 64, 1024))]
            case 6 if hand.random() < 0.3:
                del data[at:]
            case _:
                data[at:at] = bytes(hand.randrange(256) for _ in range(hand.choice((1, 3, 8))))
    return bytes(data)


def _package(original: bytes, other: bytes, hand: random.Random) -> bytes | None:
    try:
        with zipfile.ZipFile(io.BytesIO(original)) as package:
            members = {name: package.read(name) for name in package.namelist()}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError, ValueError):
        return None
    if not members:
        return None
    name = hand.choice(sorted(members))
    members[name] = _bytes(members[name], other, hand)
    if hand.random() < 0.1:
        del members[hand.choice(sorted(members))]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for each, content in members.items():
            package.writestr(each, content)
    return out.getvalue()

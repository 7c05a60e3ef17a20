"""Text in rules. A column is a `pa.StringArray`, a `Packed` matrix, or a `str` where every row has the same text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.validators.rules.numbers import Present, both, number
from gongshu.validators.rules.packed import Mask, Packed, equal, equals, pack, replaced
from gongshu.validators.values import Values


def text(data: Any, present: Present = None) -> Values:
    """A column of text."""
    return Values("text", data, present)


def mask(found: Any) -> Mask:
    """An Arrow column of booleans without nulls as a mask."""
    if isinstance(found, pa.ChunkedArray):
        found = found.combine_chunks()
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.bool_)


def arrow(data: Any, rows: int) -> Any:
    """The column as a `pa.StringArray` of that many rows."""
    if isinstance(data, str):
        return pa.repeat(pa.scalar(data, pa.string()), rows)
    if isinstance(data, Packed):
        data = data.arrow()
    return pa.repeat(data[0], rows) if len(data) == 1 != rows else data


def mapped(values: Values, kernel: Callable[[Any], Any]) -> Values:
    """The column put through one Arrow kernel from text to text; a constant stays one."""
    if isinstance(values.data, str):
        return text(kernel(pa.array([values.data], pa.string()))[0].as_py(), values.present)
    return text(kernel(arrow(values.data, rows_of(values.data))), values.present)


def asked(values: Values, kernel: Callable[[Any], Any]) -> Values:
    """The column put through one Arrow kernel from text to boolean."""
    column = (
        pa.array([values.data], pa.string())
        if isinstance(values.data, str)
        else arrow(values.data, rows_of(values.data))
    )
    return Values("boolean", mask(kernel(column)), values.present)


def rows_of(data: Any) -> int:
    """How many rows the column holds; 1 for a constant."""
    return 1 if isinstance(data, str) else len(data.matrix) if isinstance(data, Packed) else len(data)


def compared(operation: str, left: Values, right: Values) -> Mask:
    """Row by row, by code point (the order of UTF-8 bytes is the same)."""
    x, y = left.data, right.data
    if isinstance(x, str) and isinstance(y, str):
        return np.array([_PLAIN[operation](x.encode(), y.encode())])
    if operation in ("=", "<>"):
        same = _same(left, right)
        return same if operation == "=" else ~same
    rows = max(rows_of(x), rows_of(y))
    return mask(_KERNELS[operation](arrow(x, rows), arrow(y, rows)))


_PLAIN: dict[str, Callable[[bytes, bytes], bool]] = {
    "=": lambda x, y: x == y,
    "<>": lambda x, y: x != y,
    "<": lambda x, y: x < y,
    "<=": lambda x, y: x <= y,
    ">": lambda x, y: x > y,
    ">=": lambda x, y: x >= y,
}
_KERNELS: dict[str, Callable[[Any, Any], Any]] = {
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


def _same(left: Values, right: Values) -> Mask:
    """Equality; short ASCII texts are compared without making strings of them."""
    if isinstance(left.data, str):
        left, right = right, left
    if isinstance(right.data, str):
        if isinstance(left.data, Packed):
            return equals(left.data, right.data)
        return mask(pc.equal(left.data, pa.scalar(right.data, pa.string())))
    rows = max(rows_of(left.data), rows_of(right.data))
    if isinstance(left.data, Packed) or isinstance(right.data, Packed):
        packed = [
            each.data if isinstance(each.data, Packed) else pack(each.data, each.present) for each in (left, right)
        ]
        if packed[0] is not None and packed[1] is not None and len(packed[0].matrix) == len(packed[1].matrix):
            return equal(packed[0], packed[1])
    return mask(pc.equal(arrow(left.data, rows), arrow(right.data, rows)))


def among(values: Values, wanted: Sequence[str]) -> Mask:
    """Whether each text is one of the constants."""
    if isinstance(values.data, str):
        return np.array([values.data in wanted])
    if isinstance(values.data, Packed) and len(wanted) <= 8:
        found = np.zeros(len(values.data.matrix), np.bool_)
        for each in wanted:
            found |= equals(values.data, each)
        return found
    return mask(pc.is_in(arrow(values.data, rows_of(values.data)), value_set=pa.array(list(wanted), pa.string())))


def length(values: Values) -> Values:
    """Code points."""
    if isinstance(values.data, str):
        return number(np.array([len(values.data)], np.int64), 0, values.present)
    if isinstance(values.data, Packed):
        return number(values.data.sizes().astype(np.int64), 0, values.present)
    return number(pc.utf8_length(values.data).to_numpy(zero_copy_only=False).astype(np.int64), 0, values.present)


def substring(values: Values, start: int, size: int | None) -> Values:
    """From the 1-based `start`, at most `size` code points."""
    stop = None if size is None else start - 1 + size
    if isinstance(values.data, pa.StringArray):
        packed = pack(values.data, values.present, start - 1, size)
        if packed is not None:
            return text(packed, values.present)
    if isinstance(values.data, Packed):
        inner = values.data
        lengths = None if inner.lengths is None else np.clip(inner.lengths - (start - 1), 0, size)
        return text(Packed(inner.matrix[:, start - 1 : stop], lengths), values.present)
    if size == 0:
        return text("", values.present)
    return mapped(values, lambda column: pc.utf8_slice_codeunits(column, start - 1, stop))


def ending(values: Values, size: int) -> Values:
    """The last `size` code points."""
    if size == 0:
        return text("", values.present)
    return mapped(values, lambda column: pc.utf8_slice_codeunits(column, -size))


def trimmed(values: Values, side: str, characters: str) -> Values:
    """Without those characters at the ends (`trim`) or at one end (`ltrim`, `rtrim`)."""
    kernels = {"trim": pc.utf8_trim, "ltrim": pc.utf8_ltrim, "rtrim": pc.utf8_rtrim}
    return mapped(values, lambda column: kernels[side](column, characters=characters)) if characters else values


def replacing(values: Values, old: str, new: str) -> Values:
    """Every occurrence of `old` as `new`; an empty `old` changes nothing."""
    if not old:
        return values
    if isinstance(values.data, Packed):
        packed = replaced(values.data, old, new)
        if packed is not None:
            return text(packed, values.present)
    return mapped(values, lambda column: pc.replace_substring(column, old, new))


def joined(parts: Sequence[Values], *, skip: bool) -> Values:
    """One text after another; absent parts make it absent, or count as empty with `skip`."""
    present: Present = None
    if not skip:
        for part in parts:
            present = both(present, part.present)
    rows = max([rows_of(part.data) for part in parts] + [len(p.present) for p in parts if p.present is not None])
    columns = [arrow(part.data, rows) for part in parts]
    if skip:
        columns = [
            column
            if part.present is None
            else pc.if_else(pa.array(np.broadcast_to(part.present, rows)), column, pa.scalar("", pa.string()))
            for part, column in zip(parts, columns)
        ]
    return text(pc.binary_join_element_wise(*columns, pa.scalar("", pa.string())), present)


def like(values: Values, pattern: str, escape: str) -> Values:
    """SQL LIKE: `%` any text, `_` one code point, the rest itself."""
    if "%" not in pattern and "_" not in pattern and not escape:
        return Values("boolean", compared("=", values, text(pattern)), values.present)
    expression = ""
    position = 0
    while position < len(pattern):
        sign = pattern[position]
        if escape and sign == escape and position + 1 < len(pattern):
            position += 1
            expression += re.escape(pattern[position])
        else:
            expression += {"%": ".*", "_": "."}.get(sign) or re.escape(sign)
        position += 1
    return asked(values, lambda column: pc.match_substring_regex(column, rf"(?s)\A(?:{expression})\z"))


_FINDERS: dict[str, tuple[Callable[..., Any], Callable[[str, str], bool]]] = {
    "starts_with": (pc.starts_with, str.startswith),
    "ends_with": (pc.ends_with, str.endswith),
    "contains": (pc.match_substring, str.__contains__),
}


def finding(name: str, values: Values, part: Values) -> Values:
    """Whether a text starts with, ends with or contains another."""
    kernel, plain = _FINDERS[name]
    present = both(values.present, part.present)
    if isinstance(part.data, str):
        wanted = part.data
        found = asked(values, lambda column: kernel(column, wanted))
        return Values("boolean", found.data, present)
    rows = max(rows_of(values.data), rows_of(part.data))
    pairs = zip(arrow(values.data, rows).to_pylist(), arrow(part.data, rows).to_pylist())
    return Values("boolean", np.fromiter((plain(x, y) for x, y in pairs), np.bool_, rows), present)

"""The text by which values are compared as keys: equal texts if and only if the typed values are equal.

`1` and `01` are one key in an integer column and two in a text column; dates compare by day, however they are spelled;
a cell that did not parse compares by what stands in it and never equals one that did.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.validators.values import Values

BETWEEN = "\x1f"  # ASCII's unit separator stands between the parts of a composite key


def comparable(text: pa.Array, values: Values, failed: np.ndarray[Any, np.dtype[np.bool_]] | None) -> pa.Array:
    """One text a row; what it says where the value is absent is undefined. `text` is repaired where it could be."""
    if values.kind == "text":
        return text
    typed = _typed(values)
    if failed is None or not failed.any():
        return typed
    raw = pc.binary_join_element_wise(pa.scalar("\x00"), text, "")
    return pc.if_else(pa.array(failed), raw, typed)


def composed(parts: Sequence[pa.Array]) -> pa.Array:
    """The parts of a key as one text, so that different parts never make the same text."""
    if len(parts) == 1:
        return parts[0]
    return pc.binary_join_element_wise(*(_escaped(each) for each in parts), BETWEEN)


def divided(key: str, parts: int) -> tuple[str, ...]:
    """The parts of a composed key, as people may read them."""
    texts = key.split(BETWEEN) if parts > 1 else [key]
    if parts > 1:
        texts = [each.replace("\x1e1", "\x1f").replace("\x1e0", "\x1e") for each in texts]
    return tuple(each.removeprefix("\x00") for each in texts)


def _escaped(text: pa.Array) -> pa.Array:
    if not pc.any(pc.match_substring_regex(text, "[\x1e\x1f]")).as_py():
        return text
    return pc.replace_substring(pc.replace_substring(text, "\x1e", "\x1e0"), "\x1f", "\x1e1")


def _typed(values: Values) -> pa.Array:
    data = values.data
    if values.present is not None and data.dtype != object:
        data = np.where(values.present, data, data.dtype.type(0))  # what stands there is undefined
    match values.kind:
        case "number":
            return _number(data, values.scale)
        case "date":
            return pa.array(np.asarray(data, np.int32)).view(pa.date32()).cast(pa.string())
        case "datetime":
            return pa.array(np.asarray(data, np.int64)).view(pa.timestamp("us")).cast(pa.string())
        case "time":
            return pa.array(np.asarray(data, np.int64)).view(pa.time64("us")).cast(pa.string())
        case _:
            return pa.array(np.asarray(data, np.bool_)).cast(pa.string())


def _number(data: Any, scale: int) -> pa.Array:
    """Plain decimals without trailing zeros, so that a column's scale does not matter."""
    if data.dtype == object:
        plain = [format(each, "f") if each is not None else "" for each in data]
        return pa.array([each.rstrip("0").rstrip(".") if "." in each else each for each in plain], pa.string())
    whole = np.asarray(data, np.int64)
    if scale == 0:
        return pa.array(whole).cast(pa.string())
    size = 10**scale
    sign = pa.array(whole < 0)
    units, rest = np.divmod(np.abs(whole), size)
    digits = pc.utf8_lpad(pa.array(rest).cast(pa.string()), scale, "0")
    text = pc.binary_join_element_wise(pa.array(units).cast(pa.string()), digits, ".")
    plain_text = pc.utf8_rtrim(pc.utf8_rtrim(text, "0"), ".")
    return pc.if_else(sign, pc.binary_join_element_wise("-", plain_text, ""), plain_text)

"""CAST between kinds; what cannot be cast is NULL."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.validators.rules import moments
from gongshu.validators.rules.numbers import LIMIT, both, number, plain, rounded, within
from gongshu.validators.rules.packed import Packed, pack, whole
from gongshu.validators.rules.texts import arrow, rows_of, text
from gongshu.validators.values import Values

BOUNDS = {"INTEGER": (-(2**31), 2**31 - 1), "BIGINT": (-(2**63), 2**63 - 1)}
NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
DATETIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?)?")
TRUTH = {"true": True, "t": True, "1": True, "false": False, "f": False, "0": False}


def bounds(size: Any, scale: int) -> tuple[int, int]:
    """Least and most integer of value x 10**scale for INTEGER, BIGINT or a DECIMAL of that many digits."""
    return BOUNDS[size] if isinstance(size, str) else (1 - 10**size, 10**size - 1)


def cast(values: Values, target: str, size: Any = None, scale: int = 0) -> Values:
    """The column as another kind."""
    if values.kind == target != "number":
        return values
    if values.kind == "text":
        return _from_text(values, target, size, scale)
    if target == "text":
        return _to_text(values)
    if target == "number":
        found = number(values.data.astype(np.int64), 0, values.present) if values.kind == "boolean" else values
        found = rounded(found, scale)
        data = found.data * 10 ** (scale - found.scale) if found.scale < scale and found.data.dtype == object else None
        least, most = bounds(size, scale)
        if found.scale < scale and data is None:  # compared at the number's own scale: most has that many whole digits
            step = 10 ** (scale - found.scale)
            return within(found, -(-least // step), most // step)
        return within(found if data is None else number(data, scale, found.present), least, most)
    if target == "boolean":
        return Values("boolean", np.asarray(values.data != 0, dtype=np.bool_), values.present)
    if target == "date":
        return Values("date", moments.days(values).astype(np.int32), values.present)
    return Values("datetime", values.data.astype(np.int64) * moments.DAY, values.present)


def _to_text(values: Values) -> Values:
    if values.kind == "boolean":
        return text(pc.if_else(pa.array(values.data), "true", "false"), values.present)
    if values.kind != "number":
        return text(moments.iso(values), values.present)
    data = values.data
    if data.dtype != object and values.scale == 0:
        return text(pc.cast(pa.array(data), pa.string()), values.present)
    return text(pa.array([plain(int(each), values.scale) for each in data.tolist()], pa.string()), values.present)


def _from_text(values: Values, target: str, size: Any, scale: int) -> Values:
    """By digits where the text is short and plain; else each distinct text is read once."""
    if target == "number":
        least, most = bounds(size, scale)
        quick = _digits(values, scale, least, most)
        return quick if quick is not None else _each(values, lambda t: _number(t, scale, least, most), "number", scale)
    return _each(values, {"date": _date, "datetime": _datetime, "boolean": _boolean}[target], target, 0)


def _digits(values: Values, scale: int, least: int, most: int) -> Values | None:
    """Whole numbers of up to 18 digits; the few rows that are anything else are read one by one. None: not worth it."""
    packed = values.data if isinstance(values.data, Packed) else None
    if isinstance(values.data, pa.StringArray):
        packed = pack(values.data, values.present)
    if packed is None or packed.width > 18:
        return None
    found, good = whole(packed)
    odd = np.flatnonzero(~good if values.present is None else ~good & values.present)
    if scale or len(odd) > len(good) // 8:
        return None
    present = both(values.present, good)
    fits = good if present is None else present
    if 10**packed.width > most:
        inside = (found >= least) & (found <= most)
        fits = fits & inside
    if len(odd):
        fits = fits.copy()
        for row in odd.tolist():
            read = _number(packed.matrix[row, : packed.sizes()[row]].tobytes().decode(), scale, least, most)
            if read is not None:
                found[row], fits[row] = read, True
    return number(found, 0, None if fits.all() else fits)


def _each(values: Values, read: Callable[[str], Any], kind: str, scale: int) -> Values:
    """Each distinct text read once; None is NULL."""
    if isinstance(values.data, str):
        results, index = [read(values.data)], np.zeros(1, np.int64)
    else:
        coded = arrow(values.data, rows_of(values.data)).dictionary_encode()
        results = [read(each) for each in coded.dictionary.to_pylist()]
        index = coded.indices.to_numpy(zero_copy_only=False)
    good = np.array([each is not None for each in results], np.bool_)
    filled = [0 if each is None else each for each in results]
    small = all(-LIMIT <= each < LIMIT for each in filled)
    dtype = {"number": np.int64 if small else object, "date": np.int32, "datetime": np.int64}.get(kind, np.bool_)
    present = None if good.all() else good[index]
    return Values(kind, np.array(filled, dtype=dtype)[index], both(values.present, present), scale)


def _number(written: str, scale: int, least: int, most: int) -> int | None:
    """A plain decimal, rounded half away from zero to the scale, within the bounds; blanks around it do not matter."""
    matched = NUMBER.fullmatch(written.strip(" "))
    if matched is None or not (matched[2] or matched[3]):
        return None
    decimals = matched[3] or ""
    kept, rest = decimals[:scale].ljust(scale, "0"), decimals[scale:]
    if len(matched[2]) + len(decimals) > 400:
        return None
    size = int((matched[2] + kept) or "0") + (rest[:1] >= "5")
    value = -size if matched[1] == "-" else size
    return value if least <= value <= most else None


def _date(written: str) -> int | None:
    written = written.strip(" ")
    if not DATE.fullmatch(written):
        return None
    try:
        return date.fromisoformat(written).toordinal() - 719_163
    except ValueError:
        return None


def _datetime(written: str) -> int | None:
    written = written.strip(" ")
    if not DATETIME.fullmatch(written):
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return int(moments.constant("datetime", moment.isoformat(" ")).data[0])


def _boolean(written: str) -> bool | None:
    return TRUTH.get(written.strip(" ").lower())

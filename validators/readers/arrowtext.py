"""Arrow columns as text: what a person would have typed, value by value, nulls and NaN as the empty text.

Numbers: shortest plain decimals, `12.0` as `12`. Booleans: `TRUE`, `FALSE`. Dates and times: ISO 8601; instants with a
zone carry its offset. Binary: its UTF-8 text, else hexadecimal. Lists, structs and maps: JSON.
"""

from __future__ import annotations

import datetime
import json
import math
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def text_of(column: Any, *, date: bool = False) -> pa.Array:
    """A column as a `pa.StringArray` without nulls. `date`: instants all lie at midnight and are written as dates."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        column, kind = column.storage, column.type.storage_type
    if pa.types.is_dictionary(kind):
        return text_of(column.dictionary_decode(), date=date)
    if pa.types.is_run_end_encoded(kind):
        return text_of(pc.run_end_decode(column), date=date)
    if pa.types.is_null(kind):
        return pa.array([""] * len(column), pa.string())
    if date and pa.types.is_timestamp(kind):
        return _filled(column.cast(pa.timestamp("us")).cast(pa.date32()).cast(pa.string()))
    if (
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or str(kind) == "string_view"
        or pa.types.is_integer(kind)
    ):
        return _filled(column.cast(pa.string()))
    if pa.types.is_date32(kind):
        return _filled(column.cast(pa.string()))
    return pa.array([value_text(value) for value in _values(column)], pa.string())


def _filled(column: Any) -> pa.Array:
    return column.fill_null("") if column.null_count else column


def _values(column: Any) -> list[Any]:
    """Python values; instants finer than a microsecond are cut there."""
    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    elif pa.types.is_time64(kind) and kind.unit == "ns":
        column = column.cast(pa.time64("us"), safe=False)
    elif pa.types.is_duration(kind) and kind.unit == "ns":
        column = column.cast(pa.duration("us"), safe=False)
    found: list[Any] = column.to_pylist()
    return found


def value_text(value: Any) -> str:
    """One value as text."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, (datetime.datetime, datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, datetime.timedelta):
        return span_text(value)
    if isinstance(value, (bytes, bytearray)):
        try:
            return bytes(value).decode()
        except UnicodeDecodeError:
            return bytes(value).hex()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (list, dict, tuple)):
        return json.dumps(value, ensure_ascii=False, default=value_text)
    return str(value)


def number_text(value: float) -> str:
    """The shortest decimal that reads back as the same number, no exponent where that is readable; NaN is empty."""
    if math.isnan(value):
        return ""
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = repr(value)
    if "e" not in text or math.isinf(value):
        return text.removesuffix(".0")
    return format(Decimal(text), "f") if 1e-20 < abs(value) < 1e21 else text


def span_text(value: datetime.timedelta) -> str:
    """A length of time as hours, minutes and seconds."""
    seconds = int(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    return f"{sign}{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"

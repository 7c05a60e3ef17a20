"""Judged columns as Arrow arrays of the type that the standard declares."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from gongshu.publishers.projection import Column
from gongshu.standards.faults import PublishFault
from gongshu.standards.model import Field

DIGITS = 38
PLACES = 10  # decimal places of a number whose standard states no scale


def arrow_type(column: Column) -> Any:
    """The type of a column as it leaves; a masked column is text."""
    field = column.field
    if column.masked:
        return pa.string()
    if field.type == "integer":
        return pa.int64() if (field.precision or 0) <= 18 else pa.decimal128(DIGITS, 0)
    if field.type == "number":
        return pa.decimal128(DIGITS, PLACES if field.scale is None else field.scale)
    return {
        "date": pa.date32(),
        "datetime": pa.timestamp("us"),
        "time": pa.time64("us"),
        "boolean": pa.bool_(),
    }.get(field.type, pa.string())


def typed(field: Field, judged: Any) -> pa.Array:
    """The values of one batch, null where absent. Raises `PublishFault` where a number does not fit its type."""
    values, wanted = judged.values, arrow_type(Column(field))
    absent = _absent(judged)
    if values.kind == "text":
        return _with_nulls(values.data, absent)
    if values.kind == "number":
        return _numbers(field, values, absent, wanted)
    stored = {"date": pa.int32(), "datetime": pa.int64(), "time": pa.int64()}.get(values.kind, pa.bool_())
    return pa.array(values.data, stored, mask=absent).cast(wanted)


def spelled(field: Field, judged: Any) -> pa.Array:
    """The repaired text of one batch, null where absent: what a mask works on."""
    return _with_nulls(judged.text, _absent(judged))


def _absent(judged: Any) -> Any:
    """True where there is no value, or None: nothing absent. A cell that did not parse has no value either."""
    values = judged.values
    absent = None if values.present is None else ~values.present
    return absent if absent is not None and absent.any() else None


def _with_nulls(text: pa.Array, absent: Any) -> pa.Array:
    import pyarrow.compute as pc

    text = text.cast(pa.string())
    return text if absent is None else pc.if_else(pa.array(absent), pa.scalar(None, pa.string()), text)


def _numbers(field: Field, values: Any, absent: Any, wanted: Any) -> pa.Array:
    try:
        if values.data.dtype == object:
            data = [None if absent is not None and absent[i] else each for i, each in enumerate(values.data)]
            return pa.array(data, pa.decimal128(DIGITS, wanted.scale if pa.types.is_decimal(wanted) else 0)).cast(
                wanted
            )
        whole = pa.array(values.data.astype(np.int64, copy=False), pa.int64(), mask=absent)
        if values.scale == 0 and pa.types.is_integer(wanted):
            return whole
        return _shifted(whole, values.scale).cast(wanted)
    except (pa.ArrowInvalid, OverflowError) as error:
        raise PublishFault("convert.number", column=field.name, type=str(wanted)) from error


def _shifted(whole: pa.Array, scale: int) -> pa.Array:
    """`whole` x 10**-scale, exactly: the same digits read under another scale."""
    plain = whole.cast(pa.decimal128(19, 0))
    if scale == 0:
        return plain
    return pa.Array.from_buffers(pa.decimal128(19, scale), len(plain), plain.buffers(), offset=plain.offset)

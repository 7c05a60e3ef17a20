"""A name column says something else than the code beside it."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.standards.codelists import CodeTable
from gongshu.validators.fault import Detail, Fault
from gongshu.validators.finding import Fix, Severity
from gongshu.validators.kernels.buffers import Mask
from gongshu.validators.values import Values

CODE = "row.label-differs"


def label_fault(
    columns: tuple[str, str], label: Values, code: Values, table: CodeTable, on: date, *, severity: Severity
) -> Fault | None:
    """The rows where both are there, the code is in force on `on`, and the label is neither of its names."""
    current = [each for each in table.current(on).values() if each.name_zh or each.name_en]
    if not current:
        return None
    at = pc.index_in(code.data, value_set=pa.array([each.code for each in current], pa.string()))
    same = np.zeros(len(label.data), bool)
    for names in ([each.name_zh for each in current], [each.name_en for each in current]):
        same |= np.asarray(pc.fill_null(pc.equal(label.data, pa.array(names, pa.string()).take(at)), False))
    wrong: Mask = ~same & np.asarray(at.is_valid())
    for values in (label, code):
        if values.present is not None:
            wrong &= values.present
    rows = np.flatnonzero(wrong)
    if not len(rows):
        return None

    def describe(row: int) -> Detail:
        each: Any = current[at[row].as_py()]
        expected = each.name_zh or each.name_en
        return Detail(label.data[row].as_py(), {"expected": expected, "code": each.code}, Fix(expected, safe=False))

    return Fault(CODE, severity, columns, rows, describe)

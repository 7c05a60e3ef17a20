"""Rows that are no data: titles above the header, the template's example row, footers below, blank rows.

The rules hold for every format, so they speak of rows as lists of texts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Numbers: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]

HEADER_ROWS = 30  # the header is sought in so many first rows
FOOTER_ROWS = 20  # footers are sought in so many last rows
EXAMPLE_ROWS = 5  # a template has at most so many example rows, right under its header
EXAMPLE_MARKER = "〔示例〕"  # what our own templates write before the first cell of their example row

_EXAMPLE = re.compile(
    r"\s*(?:[〔【\[(（]\s*(?:示例|样例|example)(?:行|数据)?\s*[〕】\])）].*|(?:示例|样例)(?:行|数据)?\s*)", re.DOTALL
)
_TOTAL = re.compile(r"(?:合计|总计|共计|累计)(?:[:：(（\d].*)?", re.DOTALL)
_SIGNATURE = re.compile(
    r"(?:填表人|制表人|填报人|审核人|复核人|经办人|负责人|单位负责人|统计负责人|联系人|填表|制表|审核|复核|填报单位|填表单位"
    r"|填报日期|填表日期|制表日期|统计日期|报出日期|联系电话|联系方式)[^:：]{0,12}[:：].*",
    re.DOTALL,
)
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_NOTE = re.compile(r"(?:注|备注|说明|附注|数据来源|资料来源|来源)\d?[:：.、].*", re.DOTALL)
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
BLANK_CELL = r"^[\s\v\x{00a0}\x{3000}\x{200b}\x{feff}]*$"  # for RE2
_BLANK_LEADS = np.zeros(256, bool)
_BLANK_LEADS[[9, 10, 11, 12, 13, 32, 0xC2, 0xE2, 0xE3, 0xEF]] = True  # first bytes of those blanks in UTF-8


def is_blank(row: Sequence[str]) -> bool:
    """Whether every cell is empty or of blanks only."""
    return not any(cell and not blank_cell(cell) for cell in row)


def blank_cell(cell: str) -> bool:
    """Whether a cell has blanks only; a zero-width space is one."""
    return not cell.strip(" \t\r\n\v\f\u00a0\u3000\u200b\ufeff")


def is_example(row: Sequence[str]) -> bool:
    """Whether a row under the header is the template's example: its first cell says so in brackets, or only that."""
    return bool(row) and _EXAMPLE.fullmatch(row[0]) is not None


def footer_kind(row: Sequence[str]) -> str | None:
    """`total`, `signature` or `note` when the row's first filled cell is that of a footer."""
    first = next((cell for cell in row if not blank_cell(cell)), "")
    word = _BLANKS.sub("", first)
    if _TOTAL.fullmatch(word):
        return "total"
    if _SIGNATURE.fullmatch(word):
        return "signature"
    return "note" if _NOTE.fullmatch(word) else None


def header_place(rows: Sequence[Sequence[str]], fit: Callable[[Sequence[str]], float] | None = None) -> int | None:
    """Index of the header among the first rows: the best fit, else the first row about as full as the rows below it.

    None when no row has a filled cell.
    """
    first = rows[:HEADER_ROWS]
    if fit is not None:
        scores = [0.0 if is_blank(row) else fit(list(row)) for row in first]
        if scores and max(scores) > 0:
            return scores.index(max(scores))
    filled = [sum(not blank_cell(cell) for cell in row) for row in rows]
    full = [count for count in filled if count]
    if not full:
        return None
    usual = _usual(full)
    for index, count in enumerate(filled[:HEADER_ROWS]):
        if count >= max(1, 0.6 * usual) and (count > 1 or usual == 1):
            return (
                index - 1 if index and _numbers(rows[index]) and _names_above(rows[index - 1], rows[index]) else index
            )
    return next(index for index, count in enumerate(filled) if count)


def _numbers(row: Sequence[str]) -> bool:
    """Whether the filled cells are numbers, as no header's are, except years."""
    filled = [cell.strip() for cell in row if not blank_cell(cell)]
    return all(map(_NUMBER.fullmatch, filled)) and not all(map(_YEAR.fullmatch, filled))


def _names_above(above: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a row of as many cells has names, some left blank, for a row of numbers below it."""
    filled = [cell.strip() for cell in above if not blank_cell(cell)]
    return len(above) == len(row) and bool(filled) and not any(map(_NUMBER.fullmatch, filled))


def _usual(counts: Sequence[int]) -> int:
    """How many cells a row of this table usually fills: the most frequent number, the larger one in a tie."""
    tally = Counter(counts)
    return max(tally, key=lambda count: (tally[count], count))


def blank_rows(columns: Sequence[pa.Array]) -> Numbers | None:
    """Numbers of the rows whose cells are all blank, None where there is none.

    Later columns are looked at only in rows whose earlier cells are blank, so it costs next to nothing in most tables.
    """
    rows: Numbers | None = None
    for column in columns:
        if rows is None:
            rows = _maybe_blank(column)
        if not len(rows):
            return None
        cells = column.take(pa.array(rows))
        rows = rows[np.asarray(pc.match_substring_regex(cells, BLANK_CELL))]
    return rows if rows is not None and len(rows) else None


def _maybe_blank(column: pa.Array) -> Numbers:
    """Rows whose cell is empty or begins as a blank would."""
    offsets = np.frombuffer(column.buffers()[1], np.int32)[column.offset : column.offset + len(column) + 1]
    starts, stops = offsets[:-1], offsets[1:]
    found = starts == stops
    data = column.buffers()[2]
    if data is not None and data.size:
        letters = np.frombuffer(data, np.uint8)
        found |= _BLANK_LEADS[letters[np.minimum(starts, len(letters) - 1)]]
    return np.flatnonzero(found)

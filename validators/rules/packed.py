"""Short ASCII texts as one matrix of bytes: cutting, comparing and reading digits then costs no string at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa

Bytes: TypeAlias = np.ndarray[Any, np.dtype[np.uint8]]
Mask: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

WIDEST = 64


@dataclass(frozen=True, slots=True)
class Packed:
    """Row i is `matrix[i, :lengths[i]]`; what lies behind is zero. `lengths` None: every row fills the width."""

    matrix: Bytes
    lengths: np.ndarray[Any, Any] | None = None

    @property
    def width(self) -> int:
        """Bytes a row."""
        return int(self.matrix.shape[1])

    def sizes(self) -> np.ndarray[Any, Any]:
        """Bytes of each row."""
        return np.full(len(self.matrix), self.width) if self.lengths is None else self.lengths

    def arrow(self) -> Any:
        """The same texts as a `pa.StringArray`."""
        if self.lengths is None:
            return fixed(self.matrix)
        offsets = np.zeros(len(self.matrix) + 1, np.int32)
        np.cumsum(self.lengths, out=offsets[1:])
        data = self.matrix[np.arange(self.width) < self.lengths[:, None]]
        return pa.StringArray.from_buffers(len(self.matrix), pa.py_buffer(offsets), pa.py_buffer(data))


def fixed(matrix: Bytes) -> Any:
    """A `pa.StringArray` of rows of equal size in bytes (UTF-8)."""
    rows, width = matrix.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(matrix)))


def pack(texts: Any, present: Mask | None, start: int = 0, length: int | None = None) -> Packed | None:
    """Characters `start` to `start + length` (from 0) of each text; None where texts are too long or not ASCII.

    Rows that are not present may hold anything, before and after.
    """
    rows = len(texts)
    if rows == 0 or texts.type != pa.string():
        return None
    offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + rows + 1]
    if texts.buffers()[2] is None or offsets[-1] == offsets[0]:
        return Packed(np.zeros((rows, 0), np.uint8))
    data = np.frombuffer(texts.buffers()[2], np.uint8)[: offsets[-1]]
    sizes = np.diff(offsets)
    longest = max(int(sizes.max()) - start, 0)
    width = longest if length is None else min(length, longest)
    if width > WIDEST or not _ascii(data, offsets, present):
        return None
    if (sizes == sizes[0]).all():
        return Packed(data[offsets[0] :].reshape(rows, sizes[0])[:, start : start + width])
    if width == 0:
        return Packed(np.zeros((rows, 0), np.uint8))
    return _gather(data, offsets[:-1] + start, np.clip(sizes - start, 0, width), width)


def _ascii(data: Bytes, offsets: np.ndarray[Any, Any], present: Mask | None) -> bool:
    """Whether every present text is ASCII."""
    used = data[offsets[0] :]
    if used.max() < 128:
        return True
    if present is None:
        return False
    places = np.flatnonzero(used >= 128)
    if len(places) > len(offsets):
        return False
    rows = np.searchsorted(offsets, places + offsets[0], side="right") - 1
    return not present[rows].any()


def _gather(data: Bytes, starts: np.ndarray[Any, Any], lengths: np.ndarray[Any, Any], width: int) -> Packed:
    """One window of `width` bytes a row, zeros behind the row's own length."""
    if len(data) < width:
        data = np.concatenate([data, np.zeros(width, np.uint8)])
    windows = np.ndarray((len(data) - width + 1,), f"V{width}", data, 0, (1,))  # overlapping, nothing is copied
    last = len(windows) - 1
    matrix = windows[np.minimum(starts, last)].view(np.uint8).reshape(len(starts), width)
    for row in np.flatnonzero((starts > last) & (lengths > 0)):  # windows that would reach past the end
        matrix[row, : lengths[row]] = data[starts[row] : starts[row] + lengths[row]]
    short = np.flatnonzero(lengths < width)
    if len(short) == 0:
        return Packed(matrix)
    matrix[short] = np.where(np.arange(width) < lengths[short][:, None], matrix[short], 0)
    return Packed(matrix, lengths)


def equal(left: Packed, right: Packed) -> Mask:
    """Row by row, whether both are the same text."""
    width = max(left.width, right.width)
    if left.lengths is None and right.lengths is None and left.width != right.width:
        return np.zeros(len(left.matrix), np.bool_)
    same = _words(left.matrix, width) == _words(right.matrix, width)
    answer: Mask = same[:, 0] if same.shape[1] else np.ones(len(left.matrix), np.bool_)
    for column in range(1, same.shape[1]):
        answer = answer & same[:, column]
    if left.lengths is not None or right.lengths is not None:
        answer = answer & (left.sizes() == right.sizes())
    return answer


def _words(matrix: Bytes, width: int) -> np.ndarray[Any, Any]:
    """The matrix as machine words, so that a row is compared in one or few steps."""
    word = next(size for size in (1, 2, 4, 8) if size >= min(width, 8)) if width else 1
    wide = -(-width // word) * word
    if wide != matrix.shape[1]:
        matrix = np.concatenate([matrix, np.zeros((len(matrix), wide - matrix.shape[1]), np.uint8)], axis=1)
    return np.ascontiguousarray(matrix).view(f"u{word}")


def equals(texts: Packed, constant: str) -> Mask:
    """Row by row, whether the text is this constant."""
    wanted = constant.encode()
    if len(wanted) > texts.width or (texts.lengths is None and len(wanted) != texts.width):
        return np.zeros(len(texts.matrix), np.bool_)
    answer = np.ones(len(texts.matrix), np.bool_) if texts.lengths is None else texts.lengths == len(wanted)
    for column, byte in enumerate(wanted):
        answer &= texts.matrix[:, column] == byte
    return answer


def replaced(texts: Packed, old: str, new: str) -> Packed | None:
    """`old` as `new`, where every row has it in the same columns (a date's hyphens); None where that does not hold."""
    if texts.lengths is not None or len(old) != 1 or len(new) > 1 or not (old + new).isascii() or not len(texts.matrix):
        return None
    hit = texts.matrix == ord(old)
    if not (hit == hit[0]).all():
        return None
    if not new:
        return Packed(texts.matrix[:, ~hit[0]])
    return Packed(np.where(hit, np.uint8(ord(new)), texts.matrix))


def whole(texts: Packed) -> tuple[np.ndarray[Any, np.dtype[np.int64]], Mask]:
    """Texts of 1 to 18 digits as int64, and which rows are such; the others' numbers are undefined."""
    digits = texts.matrix - np.uint8(48)
    good = np.ones(len(digits), np.bool_) if texts.lengths is None else texts.lengths > 0
    number = np.zeros(len(digits), np.int64)
    if texts.width == 0 or texts.width > 18:
        return number, np.zeros(len(digits), np.bool_)
    for column in range(texts.width):
        digit = digits[:, column]
        if texts.lengths is None:
            good &= digit <= 9
            number = number * 10 + digit
        else:
            inside = texts.lengths > column
            good &= (digit <= 9) | ~inside
            number = np.where(inside, number * 10 + digit, number)
    return number, good

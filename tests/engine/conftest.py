"""A table in memory as a reader would hand it over, in blocks of any size, with the marks of any format."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from gongshu.validators.batch import Batch, Header, Shape


@dataclass
class Rows:
    """A stand-in for a reader: every record takes `height` lines, and `block` records make a block."""

    shape: Shape
    rows: list
    block: int = 1000
    height: int = 1
    sha256: str | None = None
    bytes: int | None = None

    def blocks(self):
        for at in range(0, len(self.rows), self.block):
            yield lambda at=at: self._batch(self.rows[at : at + self.block])

    def _batch(self, rows):
        columns = [pa.array([row[i] for row in rows], pa.string()) for i in range(len(self.shape.header.names))]
        line_of = np.arange(len(rows)) * self.height if self.height > 1 else None
        return Batch(columns, len(rows), lines=len(rows) * self.height, line_of=line_of)

    def close(self):
        pass


@pytest.fixture
def table():
    """Make a source of a header and rows."""

    def make(header, *rows, **more):
        letters = tuple("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[: len(header)])
        addressed = more.pop("addressed", False)
        shape = Shape("csv", Header(tuple(header), 1), addressed=addressed, column_letters=letters)
        return Rows(shape, list(rows), **more)

    return make

"""Old Excel files whose cells lie where no sheet has room are refused before they take the machine's memory."""

from __future__ import annotations

import contextlib
import io
import struct

import pytest
import xlwt

from gongshu.validators.readers import xlsscan
from gongshu.validators.validation import validate


def workbook(*, large: bool = False) -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("表")
    for column, value in enumerate(("a", "b")):
        sheet.write(0, column, value)
        sheet.write(1, column, 1234.5678901)
    if large:
        for row in range(2, 600):
            sheet.write(row, 0, "x" * 20 + str(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def moved(data: bytes, row: int, column: int) -> bytes:
    """The same with the last number's cell (record NUMBER, 14 bytes) somewhere else."""
    at = data.rindex(struct.pack("<HH", 0x0203, 14)) + 4
    return data[:at] + struct.pack("<HH", row, column) + data[at + 4 :]


@pytest.mark.parametrize("large", [False, True])
def test_an_ordinary_workbook_is_read(large: bool) -> None:
    assert xlsscan.fits(workbook(large=large))
    assert validate(workbook(large=large)).verdict == "conforms"


def test_a_far_cell_is_no_reason_to_take_all_memory() -> None:
    data = moved(workbook(), 60_000, 60_000)
    with pytest.raises(xlsscan.Damaged):
        xlsscan.fits(data)
    report = validate(data)
    assert report.verdict == "unreadable"
    assert [finding.code for finding in report.findings] == ["file.unreadable"]


def test_a_cell_in_the_last_corner_is_far_but_possible() -> None:
    assert xlsscan.fits(moved(workbook(), 65_535, 255))


@pytest.mark.parametrize("cut", [40, 200, 600, 2000, 5000])
def test_a_container_cut_short_is_damaged_or_fits(cut: int) -> None:
    with contextlib.suppress(xlsscan.Damaged):
        assert isinstance(xlsscan.fits(workbook(large=True)[:cut]), bool)

"""Changing one cell of a record leaves every other byte as it was."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gongshu.validators.cellwise import edited, edited_record, raw_cells
from gongshu.validators.readers.blocks import fields

cells = st.lists(
    st.one_of(
        st.text(alphabet='ab江 ;\t"', max_size=6).map(lambda text: '"' + text.replace('"', '""') + '"'),
        st.text(alphabet="ab江 ;\t", max_size=6),
        st.just('"x,y"'),
        st.just('a"b'),
    ),
    min_size=2,
    max_size=6,
)


@given(cells)
def test_cells_joined_are_the_record(row: list[str]) -> None:
    record = ",".join(row).encode()
    assert b",".join(raw_cells(record, b",")) == record
    assert len(raw_cells(record, b",")) == len(fields(record, b","))


@given(cells, st.integers(0, 5), st.text(alphabet='ab江,"\n ', max_size=5))
def test_the_other_cells_stay(row: list[str], column: int, value: str) -> None:
    record, column = ",".join(row).encode(), column % len(row)
    before, after = fields(record, b","), fields(edited_record(record, b",", {column: value}), b",")
    assert after[column] == value.encode()
    assert after[:column] + after[column + 1 :] == before[:column] + before[column + 1 :]


@given(st.lists(cells, min_size=1, max_size=5), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_block_without_edits_is_itself(rows: list[list[str]], end: str, closed: bool) -> None:
    block = (end.join(",".join(row) for row in rows) + (end if closed else "")).encode()
    assert b"".join(edited(block, b",", {})) == block
    last = len(rows) - 1
    column = 1
    changed = b"".join(edited(block, b",", {last: {column: "Z"}}))
    assert changed.startswith(end.join(",".join(row) for row in rows[:-1]).encode())
    assert changed.endswith(end.encode()) == (closed or block.endswith(end.encode()))

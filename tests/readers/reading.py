"""Read a source to its end, as the engine would."""

from __future__ import annotations

from dataclasses import dataclass, field

from gongshu.validators.readers import ReadOptions, open_table


@dataclass
class Reading:
    shape: object
    rows: list = field(default_factory=list)  # (row, line, cells) of every parsed row, row and line from 1
    faults: list = field(default_factory=list)  # (code, reason, row, line, severity)
    structural: list = field(default_factory=list)
    marks: list = field(default_factory=list)
    records: int = 0

    @property
    def cells(self):
        return [cells for _, _, cells in self.rows]

    @property
    def codes(self):
        return [fault[0] for fault in self.faults]


def read(source, **options) -> Reading:
    opened = open_table(source, options=ReadOptions(**options))
    found = Reading(opened.shape)
    line = opened.shape.first_line
    for task in opened.blocks():
        batch = task()
        places = range(batch.records) if batch.line_of is None else batch.line_of.tolist()
        index = range(batch.records) if batch.index is None else batch.index.tolist()
        assert all(len(column) == len(index) for column in batch.columns)
        for record, cells in zip(index, zip(*(column.to_pylist() for column in batch.columns))):
            found.rows.append((found.records + record + 1, line + places[record], cells))
        for said in batch.structural:
            for number, row in enumerate(said.rows.tolist()):
                at = said.lines[number] if said.lines else places[row]
                found.faults.append((said.code, said.reason, found.records + row + 1, line + at, said.severity))
            found.structural.append(said)
        found.marks.append(batch.marks)
        found.records += batch.records
        line += batch.lines
    opened.close()
    return found

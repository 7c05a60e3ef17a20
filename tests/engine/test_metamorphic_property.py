"""Laws: what is said of a cell depends on its row alone, not on other rows, their order, or columns beside it."""

import csv
import io
import random
from collections import Counter
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from gongshu import validate
from gongshu.standards.expressions import parse
from gongshu.standards.model import Constraints, Field, Kind, Rule, Standard, Status, Table, Text
from gongshu.standards.registry import Registry

CELL = st.sampled_from(
    ["", "1", "01", "2", "3", "x", " 1", "１", "2020-01-01", "2020/1/2", "a\nb", 'q"q', "甲", "乙,丙", "无", "1e5"]
)
ROWS = st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=25).map(
    lambda rows: [(f"t{number}", *row) for number, row in enumerate(rows)]
)
NAMES = ("tag", "a", "b", "c")
RULE = "a IS NULL OR b IS NULL OR a < 2"
KINDS = {"tag": "text", "a": "number", "b": "date", "c": "text"}
STANDARD = Standard(
    "law",
    "1.0.0",
    Kind.TABLE,
    status=Status.IN_FORCE,
    fingerprint="0" * 64,
    table=Table(
        (
            Field("tag"),
            Field("a", "integer", constraints=Constraints(maximum="2")),
            Field("b", "date"),
            Field("c", constraints=Constraints(required=True, max_length=2)),
        ),
        primary_key=("a", "c"),
        rules=(Rule("small", RULE, parse(RULE, KINDS), message=Text("小", "small")),),
    ),
)
OF_THE_TABLE = {"key.duplicate", "table.column-extra"}  # the former is told of the later row, whichever that is


def report(rows, names=NAMES):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(rows)
    given = out.getvalue().encode()
    return validate(given, standard=STANDARD, as_of=date(2026, 3, 31), registry=Registry(), samples=None)


def said(rows, names=NAMES):
    """Every fault of a row with the row's tag instead of its place; and how many keys recur."""
    found, recurring = Counter(), 0
    at = names.index("tag")
    for finding in report(rows, names).findings:
        if finding.code == "key.duplicate":
            recurring = finding.count
        if finding.code in OF_THE_TABLE:
            continue
        assert len(finding.samples) == finding.count
        for each in finding.samples:
            where = (rows[each.row - 1][at], each.value, str(each.params.get("values")), each.fix)
            found[(finding.code, finding.severity, finding.columns, finding.rule, finding.reason, *where)] += 1
    return found, recurring


@given(ROWS, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=40)
def test_the_order_of_rows(rows, chance: random.Random):
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert said(shuffled) == said(rows)


@given(ROWS, st.permutations(range(4)))
@settings(deadline=None, max_examples=30)
def test_the_order_of_columns(rows, order):
    turned = [tuple(row[i] for i in order) for row in rows]
    assert said(turned, tuple(NAMES[i] for i in order)) == said(rows)


@given(ROWS, CELL, st.integers(0, 4))
@settings(deadline=None, max_examples=30)
def test_a_column_that_nobody_asked_for(rows, cell, place):
    wider = [(*row[:place], cell, *row[place:]) for row in rows]
    assert said(wider, (*NAMES[:place], "remark", *NAMES[place:])) == said(rows)


@given(ROWS, st.data())
@settings(deadline=None, max_examples=30)
def test_a_file_split_in_two(rows, data):
    cut = data.draw(st.integers(1, len(rows)))
    halves = [said(part)[0] if part else Counter() for part in (rows[:cut], rows[cut:])]
    assert halves[0] + halves[1] == said(rows)[0]


@given(ROWS)
@settings(deadline=None, max_examples=30)
def test_a_file_and_itself_once_more(rows):
    """Every key that is there recurs, and every other fault comes twice."""
    once, recurring = said(rows)
    twice, again = said([*rows, *rows])
    assert twice == once + once
    keyed = again - recurring  # rows that have a key at all
    assert recurring <= keyed <= len(rows)

"""Law: judging whole columns gives exactly what judging row by row gives, for any tree, any values, any batch size."""

# ruff: noqa: DTZ001 - moments in rules carry no zone, as in the data
from __future__ import annotations

import importlib.util
import json
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshu.standards.expressions import columns, uses_today
from gongshu.standards.model import Rule
from gongshu.validators.rules import compile_dataset_rule, compile_rule
from gongshu.validators.rules.evaluate import Frame, evaluate
from gongshu.validators.values import Values

_spec = importlib.util.spec_from_file_location("rules_reference", Path(__file__).with_name("reference.py"))
reference = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(reference)

TODAY = date(2026, 3, 31)
COLUMNS = {
    "t1": "text",
    "t2": "text",
    "t3": "text",
    "n1": "number",
    "n2": "number",
    "n3": "number",
    "d1": "date",
    "d2": "date",
    "s1": "datetime",
    "b1": "boolean",
}
SIGNS = "aB1 09-.%_x\n甲\u3000é𠮷😀X\x00'"
NUMBERS = [
    "0",
    "1",
    "-1",
    "2",
    "3",
    "0.5",
    "-1.50",
    "7.125",
    "1000000",
    "9223372036854775807",
    "99999999999999999999.99",
]
DATES = ["1900-01-01", "2000-02-29", "2024-01-31", "2026-03-31", "0001-01-01", "9999-12-31"]

texts = st.text(SIGNS, max_size=6) | st.from_regex(r"[0-9]{1,4}", fullmatch=True) | st.sampled_from(DATES + NUMBERS)
dates = st.dates() | st.dates(date(2023, 12, 30), date(2024, 3, 2))
cells = {
    "t1": texts,
    "t2": st.sampled_from(["110101199003078515", "11010119900307851X", "1101", "", "五五五"]),
    "t3": st.text("01ab", min_size=1, max_size=1),
    "n1": st.integers(-(10**6), 10**6).map(lambda n: Fraction(n, 100)),
    "n2": st.integers(-(2**63), 2**63 - 1).map(Fraction) | st.integers(-3, 3).map(Fraction),
    "n3": st.integers(-(10**30), 10**30).map(lambda n: Fraction(n, 10**4)),
    "d1": dates,
    "d2": dates,
    "s1": st.datetimes() | st.datetimes(datetime(2024, 2, 28), datetime(2024, 3, 1)),
    "b1": st.booleans(),
}
rows = st.fixed_dictionaries({name: st.none() | cell for name, cell in cells.items()})
tables = st.lists(rows, max_size=7)


def call(name, *parts):
    return st.tuples(*parts).map(lambda found: [name, *found])


def text_literal(signs=SIGNS, most=3):
    return st.text(signs, max_size=most).map(lambda text: ["text", text])


def number_literal(low, high):
    return st.integers(low, high).map(lambda number: ["number", str(number)])


def leaf(kind):
    literals = {
        "text": text_literal(most=5),
        "number": st.sampled_from(NUMBERS).map(lambda number: ["number", number]),
        "date": st.sampled_from(DATES).map(lambda day: ["date", day]) | st.just(["today"]),
        "datetime": st.sampled_from(DATES).map(lambda day: ["datetime", day + " 12:30:00"]),
        "boolean": st.booleans().map(lambda truth: ["boolean", truth]),
    }
    named = st.sampled_from([name for name, of in COLUMNS.items() if of == kind]).map(lambda name: ["column", name])
    return st.one_of(named, named, literals[kind], st.just(["null"]))


def chosen(kind, depth):
    """Forms that give back the kind of their arguments."""
    each, truth = tree(kind, depth), tree("boolean", depth)
    forms = [
        call("case", truth, each, each),
        call("case", truth, each, truth, each, each),
        call("coalesce", each, each),
        call("nullif", each, each),
    ]
    return forms if kind == "boolean" else [*forms, call("greatest", each, each, each), call("least", each, each)]


def tree(kind, depth):
    return leaf(kind) if depth <= 0 else st.one_of(leaf(kind), st.deferred(lambda: grown(kind, depth - 1)))


def grown(kind, depth):
    t, n, d, s, b = (tree(each, depth) for each in ("text", "number", "date", "datetime", "boolean"))
    forms = {
        "text": lambda: [
            call("substr", t, number_literal(1, 8), number_literal(0, 8)),
            call("substr", t, number_literal(1, 8)),
            call("left", t, number_literal(0, 4)),
            call("right", t, number_literal(0, 4)),
            call("lower", t),
            call("upper", t),
            call("trim", t),
            call("ltrim", t, text_literal("a 1甲")),
            call("rtrim", t),
            call("concat", t, t, t),
            call("||", t, t),
            call("replace", t, text_literal("-a1甲", 1), text_literal("x-é", 1)),
            call("cast", n, st.just("text")),
            call("cast", d, st.just("text")),
            call("cast", s, st.just("text")),
            call("cast", b, st.just("text")),
            call("strftime", d, st.sampled_from(["%Y%m%d", "%Y年%m月", "%y-%j%%", ""]).map(lambda p: ["text", p])),
            call("strftime", s, st.just(["text", "%H:%M:%S"])),
        ],
        "number": lambda: [
            *(call(sign, n, n) for sign in "+-*/%"),
            call("abs", n),
            call("round", n, number_literal(-3, 3)),
            call("length", t),
            *(call(unit, moment) for unit in ("year", "month", "day") for moment in (d, s)),
            call("cast", b, *map(st.just, ("number", 3, 1))),
            *(call("date_diff", st.just(["text", unit]), m, m) for unit in ("day", "month", "year") for m in (d, s)),
            *(
                call("cast", x, st.just("number"), st.just(size), st.just(scale))
                for x in (t, n)
                for size, scale in (("INTEGER", 0), ("BIGINT", 0), (18, 3), (5, 5), (38, 0))
            ),
        ],
        "date": lambda: [
            call("shift", d, st.integers(-40000, 40000), st.sampled_from(["day", "month", "year"])),
            call("shift", d, st.integers(-13, 13), st.sampled_from(["day", "month", "year"])),
            call("cast", t, st.just("date")),
            call("cast", s, st.just("date")),
        ],
        "datetime": lambda: [
            call("shift", s, st.integers(-13, 13), st.sampled_from(["day", "month", "year"])),
            call("cast", t, st.just("datetime")),
            call("cast", d, st.just("datetime")),
        ],
        "boolean": lambda: [
            *(call(sign, x, x) for sign in ("=", "<>", "<", "<=", ">", ">=") for x in (t, n, d, s)),
            call("and", b, b),
            call("or", b, b, b),
            call("not", b),
            call("is-null", st.one_of(t, n, d, b)),
            call("is", b, st.booleans()),
            *(call("between", x, x, x) for x in (t, n, d)),
            *(call("in", x, x, x, x) for x in (t, n, d)),
            call("in", t, text_literal(), text_literal(), text_literal()),
            call("like", t, text_literal("a1%_甲.")),
            call("like", t, text_literal("a1%_!"), st.just(["text", "!"])),
            call("starts_with", t, t),
            call("ends_with", t, t),
            call("contains", t, text_literal()),
            call(
                "regexp_matches",
                t,
                st.sampled_from([r"^\d+$", "a.", r"\s", "[甲é]", r"\w{2}"]).map(lambda p: ["text", p]),
            ),
            call("cast", t, st.just("boolean")),
            call("cast", n, st.just("boolean")),
        ],
    }
    return st.one_of(*forms[kind](), *chosen(kind, depth))


def as_values(name, found):
    """A column as the engine hands it in; where a value is absent anything may stand."""
    kind = COLUMNS[name]
    present = np.array([each is not None for each in found], np.bool_)
    if kind == "text":
        return Values(kind, pa.array(["?" if each is None else each for each in found], pa.string()), present)
    if kind == "number":
        scale = {"n1": 2, "n2": 0, "n3": 4}[name]
        if name == "n3":
            whole = [
                Decimal(0 if each is None else int(each * 10**4)).scaleb(-4)
                if each is None or abs(each) < 10**20
                else Decimal((0 if each >= 0 else 1, tuple(map(int, str(abs(int(each * 10**4))))), -4))
                for each in found
            ]
            data = np.empty(len(found), object)
            data[:] = [None if each is None else value for each, value in zip(found, whole)]
            return Values(kind, data, present, 0)
        return Values(
            kind, np.array([77 if each is None else int(each * 10**scale) for each in found], np.int64), present, scale
        )
    if kind == "date":
        return Values(
            kind, np.array([-(2**31) if x is None else x.toordinal() - 719163 for x in found], np.int32), present
        )
    if kind == "datetime":
        whole = [
            -(2**63)
            if x is None
            else (x - datetime(1970, 1, 1)) // (datetime(1970, 1, 1, 0, 0, 0, 1) - datetime(1970, 1, 1))
            for x in found
        ]
        return Values(kind, np.array(whole, np.int64), present)
    return Values(kind, np.array([bool(each) for each in found], np.bool_), present)


def batch(table):
    return {name: as_values(name, [row[name] for row in table]) for name in COLUMNS}


def rule_of(tree):
    return Rule(id="r", check="", tree=tree)


def judged(tree, table, *, whole=True):
    """The truth value of each row by the engine, in one batch or row by row."""
    frame_of = lambda part: Frame(batch(part), COLUMNS, TODAY.toordinal() - 719163, {})  # noqa: E731 - three words
    found = []
    for part in [table] if whole and table else [[row] for row in table]:
        values = evaluate(tree, frame_of(part))
        data = np.broadcast_to(values.data, len(part)) if values.kind == "boolean" else [None] * len(part)
        present = np.broadcast_to(True if values.present is None else values.present, len(part))
        found += [bool(x) if p else None for x, p in zip(data, present)]
    return found


@settings(max_examples=400, deadline=None)
@given(tree("boolean", 3), tables)
def test_columns_equal_rows(tree, table):
    expected = [reference.evaluate(tree, row, TODAY) for row in table]
    assert judged(tree, table) == expected


@settings(max_examples=100, deadline=None)
@given(tree("boolean", 2), tables)
def test_size_of_a_batch_changes_nothing(tree, table):
    assert judged(tree, table) == judged(tree, table, whole=False)


@settings(max_examples=100, deadline=None)
@given(tree("boolean", 3), tables)
def test_only_false_violates(tree, table):
    rule = compile_rule(rule_of(json.loads(json.dumps(tree))), COLUMNS, {}, lambda name: None)
    broken = rule.violations(batch(table), len(table), today=TODAY)
    assert broken.dtype == np.bool_
    assert broken.tolist() == [reference.evaluate(tree, row, TODAY) is False for row in table]


GATHERED = st.one_of(
    *(
        call(name, tree(kind, 2))
        for kind in ("number", "text", "date", "datetime")
        for name in ("min", "max", "count", "count-distinct", *(("sum", "avg") if kind == "number" else ()))
    )
)


@settings(max_examples=150, deadline=None)
@given(GATHERED, tables, st.integers(0, 7))
def test_aggregates(gathered, table, cut):
    name, inner = gathered
    value = reference.gather(name, [reference.evaluate(inner, row, TODAY) for row in table], len(table))
    literal = {"text": lambda: ["text", value], "Fraction": lambda: ["number", reference.plain(value)]}
    kind = type(value).__name__
    wanted = (
        ["null"]
        if value is None
        else literal["text"]()
        if kind == "str"
        else literal["Fraction"]()
        if kind == "Fraction"
        else [kind, str(value) if kind == "date" else value.isoformat(" ")]
    )
    if kind == "date":
        wanted = ["date", reference.spelled(value)]
    checked = ["is-null", [name, inner]] if value is None else ["=", [name, inner], wanted]
    rule = compile_dataset_rule(rule_of(checked), COLUMNS, {}, lambda name: None)
    state = rule.start(today=TODAY)
    for part in (table[:cut], table[cut:]):
        rule.feed(state, batch(part), len(part))
    assert rule.holds(state, today=TODAY) is True


def test_what_a_tree_tells_of_itself():
    tree = ["and", [">", ["column", "d1"], ["today"]], ["=", ["column", "t1"], ["column", "d1"]]]
    assert columns(tree) == ("d1", "t1")
    assert uses_today(tree)
    assert not uses_today(["text", "today"])


def test_zero_may_be_scaled_by_any_power():
    zero = Values("number", np.array([0], np.int64), None, 0)
    fine = Values("number", np.array([7], np.int64), None, 30)
    tree = ["=", ["/", ["column", "n2"], ["column", "n1"]], ["number", "0"]]
    rule = compile_rule(rule_of(["not", tree]), COLUMNS, {}, lambda name: None)
    assert rule.violations({"n1": fine, "n2": zero}, 1, today=TODAY).tolist() == [True]

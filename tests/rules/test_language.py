"""What a rule may say, and what is refused, with the code that says why."""

from __future__ import annotations

import json

import pytest

from gongshu.standards.expressions import VOCABULARY, codelists_of, columns, kind_of, parse
from gongshu.standards.faults import StandardFault
from gongshu.standards.messages import entry

KINDS = {
    "id": "text",
    "code": "text",
    "year": "number",
    "n": "number",
    "m": "number",
    "born": "date",
    "died": "date",
    "at": "datetime",
    "open": "time",
    "ok": "boolean",
    "统一代码": "text",
    "A b": "text",
}

GOOD = {
    "id IN ('01', '自然人') OR code IS NOT NULL": [
        "or",
        ["in", ["column", "id"], ["text", "01"], ["text", "自然人"]],
        ["not", ["is-null", ["column", "code"]]],
    ],
    "died >= born": [">=", ["column", "died"], ["column", "born"]],
    "if(n > 1, m < 2)": [
        "or",
        ["not", [">", ["column", "n"], ["number", "1"]]],
        ["<", ["column", "m"], ["number", "2"]],
    ],
    "born + INTERVAL 18 YEAR <= today()": ["<=", ["shift", ["column", "born"], 18, "year"], ["today"]],
    "born - INTERVAL '3 days' < died": ["<", ["shift", ["column", "born"], -3, "day"], ["column", "died"]],
    "date_diff('day', born, died) <= 30": [
        "<=",
        ["date_diff", ["text", "day"], ["column", "born"], ["column", "died"]],
        ["number", "30"],
    ],
    "n NOT BETWEEN -1 AND 0.5": ["not", ["between", ["column", "n"], ["number", "-1"], ["number", "0.5"]]],
    "id NOT LIKE 'x!%%' ESCAPE '!'": ["not", ["like", ["column", "id"], ["text", "x!%%"], ["text", "!"]]],
    "CASE n WHEN 1 THEN ok ELSE TRUE END": [
        "case",
        ["=", ["column", "n"], ["number", "1"]],
        ["column", "ok"],
        ["boolean", True],
    ],
    "TRY_CAST(id AS DECIMAL(10, 2)) > 1.50": [">", ["cast", ["column", "id"], "number", 10, 2], ["number", "1.50"]],
    '"A b" = 统一代码': ["=", ["column", "A b"], ["column", "统一代码"]],
    "ok IS TRUE": ["is", ["column", "ok"], True],
    "at < TIMESTAMP '2024-01-31 08:00:00'": ["<", ["column", "at"], ["datetime", "2024-01-31 08:00:00"]],
    "open >= TIME '08:00:00'": [">=", ["column", "open"], ["time", "08:00:00"]],
    "below(code, '420000')": ["below", ["column", "code"], ["text", "420000"]],
    "year = 2024": ["=", ["column", "year"], ["number", "2024"]],
    "rtrim(id, '0') || ltrim(code) = trim(id)": [
        "=",
        ["||", ["rtrim", ["column", "id"], ["text", "0"]], ["ltrim", ["column", "code"]]],
        ["trim", ["column", "id"]],
    ],
}

BAD = {
    "standard.rule-syntax": [
        "",
        "n >",
        "n IN",
        "n IN ()",
        "if n > 1",
        "INTERVAL NULL 'x'",
        "n > 1; m > 1",
        "n = 0x10",
        "n = 1e5",
        "id ~ 'x'",
        "id = $1",
        "id = ?",
        "n // 2 = 1",
        "n ^ 2 = 1",
        "id[1] = 'x'",
        "{'a': 1} = id",
        "a.n = 1",
        "id -> 'x' = 'y'",
        "SELECT 1",
        "ATTACH 'x'",
        "id = 'open",
        "n XOR m",
    ],
    "standard.rule-forbidden": [
        "id IN (SELECT 'x')",
        "*",
        "(n, m) = (1, 2)",
        "id ILIKE 'x'",
        "E'a' = id",
        "$$a$$ = id",
        "id IN code",
        "if(ok, ok, ok)",
        "id IS NOT DISTINCT FROM code",
        "sum(n) OVER () > 1",
    ],
    "standard.rule-function": [
        "EXISTS (SELECT 1)",
        "lenght(id) = 1",
        "read_csv('x') = id",
        "getenv('HOME') = id",
        "random() > n",
        "now() > at",
        "position('a' in id) = 1",
        "\"below\"(id, 'x')",
        "n > ALL (1)",
        "extract(year FROM born) = 1",
    ],
    "standard.rule-column": ["idd = 'x'", "ID = 'x'", "rowid = 1"],
    "standard.rule-comment": ["n = 1 -- x", "n /* always */ = 1", "n = 1 --"],
    "standard.rule-type": [
        "id = 1",
        "n = '1'",
        "born = '2024-01-31'",
        "born < at",
        "length(n) = 1",
        "concat(id, n) = 'x'",
        "ok AND n",
        "NOT id",
        "coalesce(id, n) = id",
        "CASE WHEN ok THEN n ELSE id END = n",
        "n IN (1, 'x')",
        "died - born > 30",
        "born + 1 > died",
        "year(id) = 1",
        "id || n = 'x'",
        "-id = 1",
        "id + INTERVAL 1 DAY > born",
        "date_diff('day', born, at) > 1",
    ],
    "standard.rule-boolean": ["n", "id", "1", "NULL", "born + INTERVAL 1 DAY"],
    "standard.rule-constant": [
        "substr(id, n) = 'x'",
        "id LIKE code",
        "replace(id, code, '') = 'x'",
        "regexp_matches(id, code)",
    ],
    "standard.rule-value": [
        "substr(id, 0) = 'x'",
        "substr(id, 1.5) = 'x'",
        "left(id, -1) = 'x'",
        "round(n, 99) = 1",
        "strftime(born, '%Q') = 'x'",
        "strftime(born, '%') = 'x'",
        "born = DATE '2024-02-30'",
        "born = DATE '2024-1-1'",
    ],
    "standard.rule-cast": [
        "CAST(id AS TIME) = open",
        "CAST(n AS DATE) = born",
        "CAST(id AS DECIMAL(39, 2)) = n",
        "CAST(id AS BLOB) = id",
        "CAST(born AS INTEGER) = n",
    ],
    "standard.rule-interval": [
        "born + INTERVAL 1 HOUR > died",
        "born + INTERVAL (n) DAY > died",
        "date_diff('week', born, died) > 1",
    ],
    "standard.rule-pattern": ["regexp_matches(id, '(?=x)')", "regexp_matches(id, '[')", r"regexp_matches(id, '(a)\1')"],
    "standard.rule-aggregate": ["max(n) > 1", "count(*) > 1"],
    "standard.rule-arguments": ["below('1', '2')"],
    "standard.rule-too-deep": [
        "(" * 5000 + "ok" + ")" * 4000,
        "NOT " * 200 + "ok",
        "- " * 400 + "n = 1",
        "n" + " + n" * 300 + " > 1",
    ],
    "standard.rule-too-long": ["id = '" + "x" * 10_000 + "'"],
}

BAD_DATASET = {
    "standard.rule-aggregate": ["max(max(n)) > 1"],
    "standard.rule-ungathered": ["n > 1", "max(n) > m"],
    "standard.rule-arguments": ["count(DISTINCT n, m) > 1"],
    "standard.rule-forbidden": ["count(*) FILTER (WHERE ok) > 1"],
    "standard.rule-type": ["sum(id) > 1", "max(id) > 1"],
}


@pytest.mark.parametrize("check", GOOD)
def test_what_is_understood(check):
    tree = parse(check, KINDS)
    assert tree == GOOD[check]
    assert json.loads(json.dumps(tree)) == tree


@pytest.mark.parametrize(("code", "check"), [(code, check) for code, checks in BAD.items() for check in checks])
def test_what_is_refused(code, check):
    with pytest.raises(StandardFault) as caught:
        parse(check, KINDS)
    assert caught.value.code == code
    assert caught.value.say("zh") != caught.value.say("en")


@pytest.mark.parametrize(("code", "check"), [(code, check) for code, checks in BAD_DATASET.items() for check in checks])
def test_what_is_refused_of_a_dataset(code, check):
    with pytest.raises(StandardFault) as caught:
        parse(check, KINDS, dataset=True)
    assert caught.value.code == code


@pytest.mark.parametrize("code", sorted({*BAD, *BAD_DATASET}))
def test_every_refusal_has_words(code):
    assert entry(code, "zh")
    assert entry(code, "en")


def test_nothing_else_in_the_nearest_names():
    with pytest.raises(StandardFault) as caught:
        parse("lenght(id) = 1", KINDS)
    assert caught.value.params["near"] == "length"
    with pytest.raises(StandardFault) as caught:
        parse("borm = born", KINDS)
    assert caught.value.params["near"] == "born"


def test_a_long_chain_is_not_a_deep_one():
    assert len(parse(" OR ".join(["n = 1"] * 900), KINDS)) == 901


def test_dataset_rules_gather():
    tree = parse("max(born) >= today() - INTERVAL 30 DAY AND count(DISTINCT id) = count(*)", KINDS, dataset=True)
    assert tree == [
        "and",
        [">=", ["max", ["column", "born"]], ["shift", ["today"], -30, "day"]],
        ["=", ["count-distinct", ["column", "id"]], ["count"]],
    ]
    assert columns(tree) == ("born", "id")


def test_code_lists_are_those_of_the_first_column():
    assert codelists_of(parse("below(code, '42') OR below(substr(id, 1, 6), code)", KINDS)) == ("code", "id")


def test_kinds_of_field_types():
    kinds = [
        kind_of(name) for name in ("string", "integer", "number", "date", "datetime", "time", "boolean", "geojson")
    ]
    assert kinds == ["text", "number", "number", "date", "datetime", "time", "boolean", "text"]


def test_the_vocabulary_says_what_becomes_of_null():
    assert {form.nulls for form in VOCABULARY.values()} == {
        "null-in-null-out",
        "three-valued",
        "never-null",
        "skips-null",
        "own",
    }
    assert all(form.note for form in VOCABULARY.values() if form.nulls == "own")

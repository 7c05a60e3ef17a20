"""JSON Lines: the quick way over whole blocks says what the slow way says of each line."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from gongshu.validators.jsontext import twice
from gongshu.validators.readers.jsonlines import _cells, column
from gongshu.validators.readers.objects import _cell, parsed

numbers = st.from_regex(r"-?(?:0|[1-9][0-9]{0,20})(?:\.[0-9]{1,8})?(?:[eE][+-]?[0-9]{1,2})?", fullmatch=True)
odd = ["true", "false", "null", "NaN", "1e999", "9" * 401, "-0", "-0.0", '"\\ud800"', '"\\u0001"', "[]", "{}", "[ ]"]
leaf = st.one_of(st.text(max_size=8).map(json.dumps), numbers, st.sampled_from(odd))


def objects(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    members = st.lists(st.tuples(st.sampled_from("abcd"), values), max_size=5)
    return members.map(lambda pairs: "{" + ", ".join(f'"{name}": {text}' for name, text in pairs) + "}")


def deeper(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(values, max_size=3).map(lambda each: f"[{' ,'.join(each)}]") | objects(values)


nested = st.recursive(leaf, deeper, max_leaves=6)
lines = st.one_of(
    objects(nested),
    st.text(alphabet='{}[]":,a1 \r\t', max_size=12),
)


@settings(deadline=None, max_examples=400)
@given(lines)
def test_a_line_taken_apart_quickly_has_the_cells_of_the_slow_way(line: str) -> None:
    quick = _cells(line, ("a", "b", "c"))
    value = parsed(line, 1)
    assert (quick is None) == (not isinstance(value, dict) or not value or any(twice(value)))
    if quick is not None:
        for cell, name in zip(quick, "abc"):
            texts, marks = column([cell])
            assert (texts[0].as_py(), 0 if marks is None else int(marks[0])) == _cell(value.get(name))


def test_lines_members_and_numbers(read) -> None:
    text = (
        '{"a":1,"b":"x"}\n\n'
        '{"b":"y","a":1.50}\r\n{"a":-0,"a":2}\n[1]\n{"a":"\\ud800","b":{"c":1.0}}\n{"a":1e3,"d":true}'
    )
    found = read(text.encode(), name="a.jsonl")
    assert found.shape.header.names == ("a", "b", "d")
    assert found.rows == [
        (1, 1, ("1", "x", "")),
        (2, 3, ("1.5", "y", "")),
        (3, 4, ("2", "", "")),
        (5, 6, ("\ufffd" * 3, '{"c": 1.0}', "")),
        (6, 7, ("1000", "", "TRUE")),
    ]
    assert [fault[:4] for fault in found.faults] == [
        ("record.syntax", "member-twice", 3, 4),
        ("record.syntax", "not-object", 4, 5),
    ]


def test_lines_over_many_blocks_keep_their_places(read) -> None:
    rows = [{"n": number, "t": "文" * (number % 400)} for number in range(6000)]
    data = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
    found = read(data, name="a.jsonl")
    assert len(data) > 3 << 20
    assert [(row, line, cells[0]) for row, line, cells in found.rows] == [(n + 1, n + 1, str(n)) for n in range(6000)]


def test_a_record_torn_over_two_lines_is_two_faults(read) -> None:
    found = read(b'{"a":[[1\n2]]}\n{"a":3}', name="a.jsonl")
    assert [(fault[0], fault[3]) for fault in found.faults] == [("record.syntax", 1), ("record.syntax", 2)]
    assert found.cells == [("3",)]

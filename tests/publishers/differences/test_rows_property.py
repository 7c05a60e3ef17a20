"""Row differences are those of two dictionaries, or of two bags, however little memory there is."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongshu.publishers.differences.rows import SAMPLES, rows

TEXT = st.text("ab\x1d\x1e\x1f", max_size=2)
KEYED = st.dictionaries(st.tuples(st.none() | TEXT, TEXT), st.none() | TEXT, max_size=8)
BAG = st.lists(st.tuples(st.none() | TEXT, st.none() | st.integers(0, 2)), max_size=12)
BUDGETS = st.sampled_from([1, 64 << 20])


def keyed(found):
    one, two = zip(*found, strict=True) if found else ((), ())
    columns = [pa.array(each, pa.string()) for each in (one, two, list(found.values()))]
    return pa.table(columns, names=["k", "l", "v"])


@settings(deadline=None)
@given(KEYED, KEYED, BUDGETS)
def test_with_a_key_they_are_those_of_two_dictionaries(old, new, budget):
    told = rows(keyed(old), keyed(new), ["k", "l"], budget=budget)
    wrong = {key for key in set(old) & set(new) if old[key] != new[key]}
    assert told["key"] == ["k", "l"]
    assert told["added"] == len(set(new) - set(old))
    assert told["removed"] == len(set(old) - set(new))
    assert told["changed"] == len(wrong) == told["by_column"].get("v", 0)
    assert len(told["samples"]) == min(SAMPLES, told["added"] + told["removed"] + told["changed"])
    for sample in told["samples"]:
        key = (sample["key"]["k"], sample["key"]["l"])
        if sample["kind"] == "changed":
            assert sample["changes"] == [{"column": "v", "before": old[key], "after": new[key]}]
        else:
            assert sample["values"] == {"v": (new if sample["kind"] == "added" else old)[key]}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BAG, BAG, BUDGETS)
def test_without_one_they_are_those_of_two_bags(old, new, budget):
    def table(found):
        return pa.table(
            {"t": pa.array([a for a, _ in found], pa.string()), "n": pa.array([b for _, b in found], pa.int64())}
        )

    told = rows(table(old), table(new), budget=budget)
    before, after = Counter(old), Counter(new)
    assert told["added"] == (after - before).total()
    assert told["removed"] == (before - after).total()
    assert told["changed"] == 0
    shown = Counter()
    for sample in told["samples"]:
        number = sample["values"]["n"]
        key = (sample["values"]["t"], None if number is None else int(number))
        shown[sample["kind"], key] += sample.get("times", 1)
    assert shown == Counter(
        {("added", key): n for key, n in (after - before).items()}
        | {("removed", key): n for key, n in (before - after).items()}
    )


def test_little_memory_and_a_file_tell_the_same(tmp_path):
    old = pa.table({"k": range(200_000), "v": [f"v{n % 7}" for n in range(200_000)]})
    new = pa.table({"k": range(100, 200_100), "v": [f"v{n % 7}" if n % 1000 else "新" for n in range(100, 200_100)]})
    for name, table in (("old", old), ("new", new)):
        pq.write_table(table, tmp_path / f"{name}.parquet")
    whole = rows(old, new, ["k"])
    little = rows(tmp_path / "old.parquet", tmp_path / "new.parquet", ["k"], budget=100_000, folder=tmp_path)
    assert whole == little
    assert {kind: whole[kind] for kind in ("added", "changed", "removed")} == {
        "added": 100,
        "changed": 199,
        "removed": 100,
    }
    assert {each.name for each in tmp_path.iterdir()} == {"old.parquet", "new.parquet"}
    assert Counter(each["kind"] for each in whole["samples"]) == {"added": 7, "changed": 7, "removed": 6}


def test_a_key_that_recurs_is_no_key():
    old, new = pa.table({"k": ["1", "1"], "v": ["a", "b"]}), pa.table({"k": ["1", "1"], "v": ["a", "c"]})
    told = rows(old, new, ["k"])
    assert told["key"] == []
    assert (told["added"], told["changed"], told["removed"]) == (1, 0, 1)


@pytest.mark.parametrize("budget", [1, 64 << 20])
def test_columns_that_come_and_go_and_change_their_type(budget):
    old = pa.table({"k": ["1", "2"], "gone": ["x", "y"], "n": [1, 2], "secret": ["s1", "s2"]})
    new = pa.table({"n": ["1", "3"], "k": ["1", "2"], "fresh": [None, None], "secret": ["**", "**"]})
    told = rows(old, new, ["k"], without={"secret"}, budget=budget)
    assert told["columns"] == {"added": ["fresh"], "removed": ["gone"], "not_compared": ["secret"]}
    assert told["by_column"] == {"n": 1}
    assert "s1" not in str(told)


def test_nothing_and_something():
    none = pa.table({"k": pa.array([], pa.string()), "v": pa.array([], pa.string())})
    some = pa.table({"k": ["1"], "v": ["a"]})
    assert rows(none, some, ["k"])["added"] == 1
    assert rows(some, none, ["k"])["removed"] == 1
    assert rows(none, none, ["k"])["samples"] == []
    assert rows(none, some)["added"] == 1
    assert rows(pa.table({"x": ["1"]}), pa.table({"y": ["1"]}), ["k"])["columns"]["added"] == ["y"]

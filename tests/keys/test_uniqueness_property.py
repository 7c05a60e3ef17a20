"""Law: keys agree with a dictionary, for any text, however little memory there is and however they are portioned."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshu.validators.keys import KeyRows, KeyStore, digest, missing, repeated

TEXT = st.one_of(
    st.sampled_from(["", "a", "b", "ab", "0", "00", "000000000", "0000000000000000", "\x00", "\x00\x00", "汉", "𠮷"]),
    st.text(max_size=40),
)
BATCHES = st.lists(st.lists(TEXT, max_size=12), max_size=6)


def keys_of(batches, lines_per_row=2):
    row = 0
    for texts in batches:
        rows = np.arange(row + 1, row + 1 + len(texts))
        array = pa.array(texts, pa.string())
        yield KeyRows(array, digest(array), rows, rows * lines_per_row)
        row += len(texts)


def reference(batches):
    first, answer = {}, set()
    for row, text in enumerate((each for batch in batches for each in batch), 1):
        if text in first:
            answer.add((row, row * 2, first[text], first[text] * 2, text))
        first.setdefault(text, row)
    return answer


def found(batches, budget, portion):
    with KeyStore(budget=budget) as store:
        for keys in keys_of(batches):
            store.add(keys)
        return [
            each
            for repeats in repeated(store, portion=portion)
            for each in zip(
                repeats.rows.tolist(),
                repeats.lines.tolist(),
                repeats.first_rows.tolist(),
                repeats.first_lines.tolist(),
                repeats.text.to_pylist(),
            )
        ]


@given(BATCHES, st.sampled_from([0, 100, 1 << 20]), st.sampled_from([1, 200, 1 << 20]))
@settings(deadline=None, max_examples=150)
def test_later_occurrences(batches, budget, portion):
    answer = found(batches, budget, portion)
    assert set(answer) == reference(batches)
    assert len(answer) == len(set(answer))


@given(BATCHES, BATCHES, st.sampled_from([0, 100, 1 << 20]), st.sampled_from([0, 1 << 20]))
@settings(deadline=None, max_examples=100)
def test_keys_that_no_parent_has(children, parents, ours, theirs):
    known = {each for batch in parents for each in batch}
    expected = {
        (row, text) for row, text in enumerate((t for batch in children for t in batch), 1) if text not in known
    }
    with KeyStore(budget=ours) as child, KeyStore(budget=theirs) as parent:
        for keys in keys_of(children):
            child.add(keys)
        for keys in keys_of(parents):
            parent.add(keys)
        answer = [pair for keys in missing(child, parent) for pair in zip(keys.rows.tolist(), keys.text.to_pylist())]
    assert set(answer) == expected
    assert len(answer) == len(expected)


def test_a_collision_of_digests_is_no_finding():
    array = pa.array(["one", "two", "one"])
    keys = KeyRows(array, np.array([7, 7, 7], np.uint64), np.array([1, 2, 3]), np.array([2, 3, 4]))
    with KeyStore() as store:
        store.add(keys)
        (repeats,) = repeated(store)
    assert repeats.rows.tolist() == [3]
    assert repeats.first_rows.tolist() == [1]


def test_slices_digest_as_their_texts():
    array = pa.array(["x", "ab", "abcdefghi", "", "ab"])
    assert digest(array.slice(1, 4)).tolist() == digest(pa.array(["ab", "abcdefghi", "", "ab"])).tolist()
    assert digest(array.cast(pa.large_string())).tolist() == digest(array).tolist()


def test_what_was_spilled_is_removed_also_after_a_failure(tmp_path: Path):
    def fail():
        with KeyStore(budget=0, folder=tmp_path) as store:
            store.add(next(keys_of([["a", "b"]])))
            assert list(tmp_path.iterdir())
            store.add(None)

    with pytest.raises(AttributeError):
        fail()
    assert not list(tmp_path.iterdir())

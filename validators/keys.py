"""Which keys occur twice, and which are missing elsewhere: exact for any key, in memory that a budget bounds.

Keys are texts (`keytext.py`). A 64-bit digest sorts them and sends them to partitions on disk once the budget is spent;
the texts themselves are kept and decide, so that no collision of digests can make or hide a finding. With 64 partitions
the keys of one table may take 64 budgets (16 GiB by default) before a partition is larger than the memory asked for.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.validators.batch import Rows

Digests: TypeAlias = np.ndarray[Any, np.dtype[np.uint64]]

BUDGET = 256 << 20
PARTITIONS = 64
_SHIFT = np.uint64(58)  # 64 - log2(PARTITIONS)
_SCHEMA = pa.schema(
    [("digest", pa.uint64()), ("row", pa.int64()), ("line", pa.int64()), ("text", pa.large_string())],
)


@dataclass(slots=True)
class KeyRows:
    """Keys with the rows they stand in, ascending: of one batch, or of one portion of a partition."""

    text: pa.Array  # no nulls
    digest: Digests
    rows: Rows
    lines: Rows

    @property
    def size(self) -> int:
        """Bytes held."""
        return int(self.digest.nbytes * 3 + self.text.nbytes)


@dataclass(frozen=True, slots=True)
class Repeats:
    """Second and later occurrences, ascending by row, each with the place of the first one."""

    text: pa.Array
    rows: Rows
    lines: Rows
    first_rows: Rows
    first_lines: Rows


class KeyStore:
    """Keys of one table in row order. Use it in a `with` statement: leaving it removes what was spilled."""

    def __init__(self, *, budget: int = BUDGET, folder: Path | None = None) -> None:
        self._budget = budget
        self._folder = folder
        self._held: list[KeyRows] = []
        self._size = 0
        self._spill: _Spill | None = None

    def add(self, keys: KeyRows) -> None:
        """Take the keys of the next rows."""
        if len(keys.rows):
            self._held.append(keys)
            self._size += keys.size
        if self._size > self._budget:
            self.spill()

    def spill(self) -> None:
        """Move everything held to disk."""
        if self._spill is None:
            self._spill = _Spill(self._folder)
        held, self._held, self._size = self._held, [], 0
        for keys in held:  # one at a time: spilling must not need memory of its own
            self._spill.write(keys)

    @property
    def spilled(self) -> bool:
        """Whether any key lies on disk."""
        return self._spill is not None

    def parts(self) -> Iterator[Iterable[KeyRows]]:
        """The keys, divided so that equal keys are in one part; in row order within a part. Nothing is added after."""
        if self._spill is None:
            yield self._held
            return
        self.spill()
        for number in range(PARTITIONS):
            yield self._spill.read(number)

    def of(self, rows: Rows) -> dict[int, str]:
        """The keys that stand in these rows, as far as they have one. Reads through everything."""
        answer: dict[int, str] = {}
        for part in self.parts():
            for keys in part:
                at = np.flatnonzero(np.isin(keys.rows, rows))
                answer.update(zip(keys.rows[at].tolist(), keys.text.take(pa.array(at)).to_pylist()))
        return answer

    def __enter__(self) -> KeyStore:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of everything held and remove what was spilled."""
        self._held = []
        if self._spill is not None:
            self._spill.close()


class _Spill:
    """One Arrow stream a partition, in a folder of its own."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="gongshu-keys-", dir=folder)
        root = Path(self._folder.name)
        self._paths = [root / f"{number}.arrow" for number in range(PARTITIONS)]
        self._files: list[Any] = []
        self._writers: list[Any] = []
        try:
            for path in self._paths:
                self._files.append(pa.OSFile(str(path), "wb"))
                self._writers.append(pa.ipc.new_stream(self._files[-1], _SCHEMA))
        except BaseException:
            self.close()
            raise

    def write(self, keys: KeyRows) -> None:
        part = (keys.digest >> _SHIFT).astype(np.uint8)
        order = np.argsort(part, kind="stable")
        edges = np.searchsorted(part[order], np.arange(PARTITIONS + 1))
        text = keys.text.cast(pa.large_string()).take(pa.array(order))
        columns = [pa.array(each[order]) for each in (keys.digest, keys.rows, keys.lines)]
        batch = pa.record_batch([*columns, text], schema=_SCHEMA)
        for number, writer in enumerate(self._writers):
            if edges[number + 1] > edges[number]:
                writer.write_batch(batch.slice(edges[number], edges[number + 1] - edges[number]))

    def read(self, number: int) -> Iterator[KeyRows]:
        self._finish()
        with pa.OSFile(str(self._paths[number]), "rb") as file, pa.ipc.open_stream(file) as stream:
            for batch in stream:
                digest, rows, lines, text = batch.columns
                yield KeyRows(text, digest.to_numpy(), rows.to_numpy(), lines.to_numpy())

    def _finish(self) -> None:
        for each in (*self._writers, *self._files):
            each.close()
        self._writers, self._files = [], []

    def close(self) -> None:
        try:
            self._finish()
        finally:
            self._folder.cleanup()


def repeated(store: KeyStore, *, portion: int = BUDGET) -> Iterator[Repeats]:
    """Every second and later occurrence of a key. `portion` bounds what is looked at at once, however many recur."""
    for part in store.parts():
        seen: tuple[list[KeyRows], Rows] | None = None
        for chunks in _portions(part, portion):
            whole = chunks if seen is None else [_without(*seen), *chunks]
            found, later = _repeats(whole)
            seen = (whole, later)
            if found is not None:
                yield found


def missing(children: KeyStore, parents: KeyStore, *, portion: int = BUDGET) -> Iterator[KeyRows]:
    """The children whose key no parent has; ascending by row within each answer."""
    if children.spilled != parents.spilled:
        children.spill()
        parents.spill()
    for ours, theirs in zip(children.parts(), parents.parts()):
        known: pa.Array = pa.array([], pa.large_string())
        for chunks in _portions(theirs, portion):
            known = pc.unique(pa.concat_arrays([known, *(keys.text.cast(pa.large_string()) for keys in chunks)]))
        for chunks in _portions(ours, portion):
            keys = _joined(chunks)
            alone = ~pc.is_in(keys.text.cast(pa.large_string()), value_set=known).to_numpy(zero_copy_only=False)
            if alone.any():
                yield _chosen(keys, np.flatnonzero(alone))


def digest(text: pa.Array) -> Digests:
    """A 64-bit digest of each text of a string array: equal texts have equal digests; few others have."""
    count = len(text)
    if not count:
        return np.empty(0, np.uint64)
    wide = pa.types.is_large_string(text.type)
    _, offsets, data = text.buffers()
    edges = np.frombuffer(offsets, np.int64 if wide else np.int32)[text.offset : text.offset + count + 1]
    lengths = np.diff(edges).astype(np.int64)
    octets = np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8)
    first = int(lengths[0])
    if first and (lengths == first).all():  # identifiers and codes: no gathering
        padded = np.zeros((count, -(-first // 8) * 8), np.uint8)
        padded[:, :first] = octets[edges[0] : edges[-1]].reshape(count, first)
        return _mixed(padded.view(np.uint64), lengths)
    answer = np.empty(count, np.uint64)
    words = (lengths + 7) // 8
    widest = int(words.max()) * 8
    if edges[-1] + widest > len(octets):  # a window may reach past the last text
        octets = np.concatenate([octets[: edges[-1]], np.zeros(widest, np.uint8)])
    for width in np.flatnonzero(np.bincount(words)).tolist():
        chosen = np.flatnonzero(words == width)
        answer[chosen] = _mixed(_windows(octets, edges[chosen], lengths[chosen], width * 8), lengths[chosen])
    return answer


def _windows(octets: Any, starts: Any, lengths: Any, width: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """`width` bytes from each start as words, zeros behind each text's own length."""
    if not width:
        return np.zeros((len(starts), 0), np.uint64)
    every = np.ndarray((len(octets) - width + 1,), f"V{width}", octets, 0, (1,))  # overlapping, nothing is copied
    cells = every[starts].view(np.uint8).reshape(len(starts), width)
    tail = np.flatnonzero(lengths < width)
    if len(tail):
        last = cells[tail, width - 8 :]  # only the last word can be unfinished
        last[np.arange(width - 8, width) >= lengths[tail][:, None]] = 0
        cells[tail, width - 8 :] = last
    found: np.ndarray[Any, np.dtype[np.uint64]] = cells.view(np.uint64)
    return found


def _mixed(words: np.ndarray[Any, np.dtype[np.uint64]], lengths: np.ndarray[Any, np.dtype[np.int64]]) -> Digests:
    """Fold words (n, k) into one: each step is a bijection of the word, as in MurmurHash3's finaliser."""
    state = lengths.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    for column in range(words.shape[1]):
        state ^= words[:, column]
        state *= np.uint64(0xFF51AFD7ED558CCD)
        state ^= state >> np.uint64(33)
    state *= np.uint64(0xC4CEB9FE1A85EC53)
    state ^= state >> np.uint64(33)
    return state


def _portions(part: Iterable[KeyRows], portion: int) -> Iterator[list[KeyRows]]:
    held: list[KeyRows] = []
    size = 0
    for keys in part:
        held.append(keys)
        size += keys.size
        if size > portion:
            yield held
            held, size = [], 0
    if held:
        yield held


def _joined(chunks: list[KeyRows]) -> KeyRows:
    if len(chunks) == 1:
        return chunks[0]
    return KeyRows(
        pa.concat_arrays([each.text.cast(pa.large_string()) for each in chunks]),
        np.concatenate([each.digest for each in chunks]),
        np.concatenate([each.rows for each in chunks]),
        np.concatenate([each.lines for each in chunks]),
    )


def _chosen(keys: KeyRows, at: Rows) -> KeyRows:
    return KeyRows(keys.text.take(pa.array(at)), keys.digest[at], keys.rows[at], keys.lines[at])


def _picked(chunks: list[KeyRows], at: Rows) -> KeyRows:
    """The keys at ascending places of the chunks laid end to end; only those are copied."""
    edges = np.cumsum([0, *(len(each.rows) for each in chunks)])
    cuts = np.searchsorted(at, edges)
    parts = [
        _chosen(each, at[low:high] - start)
        for each, start, low, high in zip(chunks, edges, cuts, cuts[1:])
        if high > low
    ]
    return _joined(parts)


def _without(chunks: list[KeyRows], later: Rows) -> KeyRows:
    """The chunks without the keys at those places: each key once, with its first row."""
    whole = _joined(chunks)
    if not len(later):
        return whole
    kept = np.ones(len(whole.rows), bool)
    kept[later] = False
    return _chosen(whole, np.flatnonzero(kept))


def _repeats(chunks: list[KeyRows]) -> tuple[Repeats | None, Rows]:
    """The later occurrences among keys in row order, and their places in the chunks laid end to end."""
    nowhere = np.empty(0, np.int64)
    digests = np.concatenate([each.digest for each in chunks])
    order = np.sort(digests)
    twice = order[1:][order[1:] == order[:-1]]
    if not len(twice):
        return None, nowhere
    spots = np.minimum(np.searchsorted(twice, digests), len(twice) - 1)
    suspects = np.flatnonzero(twice[spots] == digests)
    keys = _picked(chunks, suspects)
    codes = keys.text.dictionary_encode().indices.to_numpy(zero_copy_only=False)  # the texts decide, not their digests
    _, firsts = np.unique(codes, return_index=True)
    first = firsts[codes]
    later = np.flatnonzero(first != np.arange(len(codes)))
    if not len(later):
        return None, nowhere
    at = first[later]
    text = keys.text.take(pa.array(later))
    return Repeats(text, keys.rows[later], keys.lines[later], keys.rows[at], keys.lines[at]), suspects[later]

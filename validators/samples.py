"""The samples of a finding side by side, and the sequence that reads them again from a file, portion by portion."""

from __future__ import annotations

import copyreg
import io
import pickle
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice, repeat
from types import MappingProxyType
from typing import Any, TypeAlias, overload

from gongshu.validators.finding import EMPTY, Fix, Sample
from gongshu.validators.samplestore import Place, SampleStore

PORTION = 8192  # samples that are objects at the same time

_made = partial(tuple.__new__, Sample)  # what `Sample._make` does, in a third of its time


@dataclass(slots=True)
class Keys:
    """The primary keys of samples, column by column; None in the first one where a row has no key."""

    names: tuple[str, ...]
    columns: Sequence[Sequence[str | None]]

    def mappings(self) -> list[Mapping[str, str]]:
        """Each key as a sample has it."""
        first = self.columns[0]
        if len(self.names) == 1:
            (name,) = self.names
            return [EMPTY if text is None else {name: text} for text in first]
        return [EMPTY if parts[0] is None else dict(zip(self.names, parts)) for parts in zip(*self.columns)]


@dataclass(slots=True, kw_only=True)
class Columns:
    """So many samples; what none of them has is None."""

    size: int
    row: Sequence[int | None] | None = None
    line: Sequence[int | None] | None = None
    cell: Sequence[str | None] | None = None
    byte: Sequence[int | None] | None = None
    pointer: Sequence[str | None] | None = None
    value: Sequence[str | None] | None = None
    key: Keys | Sequence[Mapping[str, str]] | None = None
    params: Sequence[Mapping[str, Any]] | None = None
    fix: Sequence[Fix | None] | None = None
    row_hash: Sequence[str | None] | None = None

    def samples(self) -> list[Sample]:
        """The samples themselves."""
        keys = self.key.mappings() if isinstance(self.key, Keys) else self.key
        plain = (self.row, self.line, self.cell, self.byte, self.pointer, self.value)
        columns = [repeat(None, self.size) if each is None else each for each in plain]
        mappings = [repeat(EMPTY, self.size) if each is None else each for each in (keys, self.params)]
        rest = [repeat(None, self.size) if each is None else each for each in (self.fix, self.row_hash)]
        return list(map(_made, zip(*columns, *mappings, *rest)))

    def mendable(self) -> bool:
        """Whether one of them has a safe fix."""
        return self.fix is not None and any(each is not None and each.safe for each in self.fix)


def side_by_side(samples: Sequence[Sample]) -> Columns:
    """The columns of samples that are objects already."""
    columns: list[Any] = list(zip(*samples)) or [None] * len(Sample._fields)
    found = dict(zip(Sample._fields, columns))
    absent = {"key": EMPTY, "params": EMPTY}
    return Columns(
        size=len(samples),
        **{
            name: column if column is not None and any(each != absent.get(name) for each in column) else None
            for name, column in found.items()
        },
    )


@dataclass(slots=True)
class _Stored:
    """Portions that lie in the store together."""

    place: Place
    size: int


Part: TypeAlias = "Columns | _Stored"


class Samples(Sequence[Sample]):
    """Samples in their order, of which a portion at a time is in memory. As often read as wanted, equal to a tuple."""

    __slots__ = ("_mendable", "_parts", "_size", "_store")

    def __init__(self, parts: Sequence[Part], store: SampleStore, *, mendable: bool) -> None:
        self._parts, self._store, self._mendable = tuple(parts), store, mendable
        self._size = sum(each.size for each in parts)

    @property
    def mendable(self) -> bool:
        """Whether one of them has a safe fix."""
        return self._mendable

    def portions(self, start: int = 0) -> Iterator[Columns]:
        """The samples side by side, a portion at a time; with `start`, from the part in which that sample lies."""
        for part in self._parts:
            if start >= part.size:
                start -= part.size
            else:
                start = 0
                yield from self._read(part)

    def _read(self, part: Part) -> Sequence[Columns]:
        if isinstance(part, Columns):
            return (part,)
        found: Sequence[Columns] = self._store.read(part.place, _unpacked)
        return found

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Sample]:
        for portion in self.portions():
            yield from portion.samples()

    @overload
    def __getitem__(self, at: int) -> Sample: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Sample, ...]: ...
    def __getitem__(self, at: int | slice) -> Sample | tuple[Sample, ...]:
        if isinstance(at, slice):
            start, stop, step = at.indices(self._size)
            if step < 0:
                return tuple(self)[at]
            return tuple(islice(self._from(start), 0, max(0, stop - start), step))
        number = at + self._size if at < 0 else at
        if not 0 <= number < self._size:
            raise IndexError(at)
        return next(self._from(number))

    def _from(self, start: int) -> Iterator[Sample]:
        before = 0
        for part in self._parts:
            if before + part.size > start:
                break
            before += part.size
        skipped = (each for portion in self.portions(before) for each in portion.samples())
        return islice(skipped, start - before, None)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (Samples, tuple)):
            return NotImplemented
        return len(self) == len(other) and all(one == two for one, two in zip(self, other))

    __hash__ = None  # type: ignore[assignment]  # as its samples, which hold mappings

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (list(self),)  # a copy that outlives the file

    def __repr__(self) -> str:
        return f"<{self._size} samples>"


@dataclass(slots=True)
class Gathering:
    """Samples of one finding as they come; `spill` moves them to the store."""

    size: int = 0
    _mendable: bool = False
    _held: list[Columns] = field(default_factory=list)
    _parts: list[Part] = field(default_factory=list)

    def add(self, portion: Columns) -> None:
        """Take the next samples."""
        if portion.size:
            self._held.append(portion)
            self.size += portion.size
            self._mendable = self._mendable or portion.mendable()

    def spill(self, store: SampleStore) -> None:
        """Move what is held to the store. Raises `UsageFault` where it cannot be written."""
        if self._held:
            place = store.write(_packed(self._held))
            self._parts.append(_Stored(place, sum(each.size for each in self._held)))
            self._held = []

    def samples(self, store: SampleStore) -> Sequence[Sample]:
        """All samples: a tuple while nothing was spilled."""
        if not self._parts:
            return tuple(sample for portion in self._held for sample in portion.samples())
        return Samples([*self._parts, *self._held], store, mendable=self._mendable)


def portions(samples: Sequence[Sample]) -> Iterator[Columns]:
    """Any samples side by side, a portion at a time."""
    if isinstance(samples, Samples):
        yield from samples.portions()
        return
    for start in range(0, len(samples), PORTION):
        yield side_by_side(samples[start : start + PORTION])


def mendable(samples: Sequence[Sample]) -> bool:
    """Whether one of the samples has a safe fix."""
    if isinstance(samples, Samples):
        return samples.mendable
    return any(each.fix is not None and each.fix.safe for each in samples)


_NAMES = tuple(Columns.__dataclass_fields__)


def _proxy(found: dict[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(found) if found else EMPTY


_REDUCERS: dict[Any, Any] = {
    **copyreg.dispatch_table,
    MappingProxyType: lambda each: (_proxy, (dict(each),)),  # mappings that cannot be changed
    Fix: lambda each: (Fix, tuple(each)),
}


def _packed(held: Iterable[Columns]) -> bytes:
    """Parameters may hold any value of a standard, and many samples share theirs: pickle keeps both."""
    out = io.BytesIO()
    pickler = pickle.Pickler(out, protocol=pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCERS
    pickler.dump([_bare(each) for each in held])
    return out.getvalue()


def _bare(portion: Columns) -> list[Any]:
    found = [getattr(portion, name) for name in _NAMES]
    if isinstance(portion.key, Keys):
        found[_NAMES.index("key")] = (portion.key.names, portion.key.columns)
    return found


def _unpacked(data: bytes) -> list[Columns]:
    return [_dressed(each) for each in pickle.loads(data)]  # noqa: S301 - our own file, which has no name to be reached by


def _dressed(found: list[Any]) -> Columns:
    named = dict(zip(_NAMES, found))
    if isinstance(named["key"], tuple) and named["key"] and isinstance(named["key"][0], tuple):
        named["key"] = Keys(*named["key"])
    return Columns(**named)

"""Samples made of what was found in a batch: places, keys, values, fixes; personal values are masked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gongshu.standards.model import Privacy, Table
from gongshu.validators.batch import Rows, Shape, Structural
from gongshu.validators.engine import BatchVerdict
from gongshu.validators.fault import Fault
from gongshu.validators.finding import EMPTY, Fix, Severity
from gongshu.validators.headers import HeaderMatch
from gongshu.validators.kernels.buffers import texts
from gongshu.validators.masking import mask
from gongshu.validators.samples import Columns, Keys

Hide: TypeAlias = Callable[[str], str]

LONGEST = 1000  # characters of a value that a sample keeps
# Parameters that speak of the standard or of a place, never of a person's value (`replaced_by` would tell the code)
OPEN = frozenset(
    {"type", "example", "limit", "pattern", "list", "identifier", "hint", "encoding", "column", "unit", "check"}
    | {"message", "first", "target", "range", "valid_to", "kind", "mask"}
    | {"allowed", "below", "format", "level", "maximum", "minimum"}
)


class SampleMaker:
    """Makes the samples of one table, many at once. `unmask` shows personal values."""

    def __init__(self, shape: Shape, table: Table | None, header: HeaderMatch, *, unmask: bool) -> None:
        self._shape, self._header = shape, header
        fields = table.fields if table is not None else ()
        self._hides = {} if unmask else {each.name: _hide(each.privacy) for each in fields if _personal(each.privacy)}
        known = header.columns
        self.key = tuple(name for name in (table.primary_key if table is not None else ()) if name in known)
        self.positioned = shape.positioned
        self._hashed: tuple[BatchVerdict | None, dict[int, str]] = (None, {})  # hashes of rows of the last batch

    def of_faults(self, faults: Sequence[Fault], owners: Rows | None, at: Rows, verdict: BatchVerdict) -> Columns:
        """Samples of rows `at` of a batch; `owners` says which of the faults (of one kind) each row has, None: the
        first."""
        fault, rows = faults[0], at.tolist()
        if owners is None:
            details = fault.details(at)
        else:
            details = [faults[owner].describe(row) for owner, row in zip(owners.tolist(), rows)]
        values, params, fixes = (list(each) for each in zip(*details))
        values = [each if each is None or len(each) <= LONGEST else each[:LONGEST] + "…" for each in values]
        hide = self._hides.get(fault.columns[0]) if fault.columns else None
        touched = any(name in self._hides for name in fault.columns)
        if touched or (fault.code == "row.rule" and self._hides):  # a rule shows every column it names
            values, params, fixes = self._hidden(values, params, fixes, hide)
        known = not self.key and fault.severity is Severity.ERROR
        records, lines = (each.tolist() for each in verdict.places(at))
        return Columns(
            size=len(rows),
            row=records,
            line=lines if self.positioned else None,
            cell=self.cells(fault.columns, lines),
            pointer=self.pointers(fault.columns, records),
            value=values,
            key=self._keys(verdict, at),
            params=params if any(params) else None,
            fix=None if fixes.count(None) == len(fixes) else fixes,
            row_hash=self._hashes(verdict, rows) if known else None,
        )

    def of_structural(self, fault: Structural, part: slice, columns: tuple[str, ...], verdict: BatchVerdict) -> Columns:
        """Samples of some of the records of a fault of shape."""
        records, places = (each.tolist() for each in verdict.record_places(fault.rows[part]))
        lines = [verdict.line0 + line for line in fault.lines[part]] if fault.lines else places
        values: list[str | None] | None = list(fault.values[part]) if fault.values else None
        if values is not None and self._hides:  # an excerpt of a record may hold anything of a person
            values = ["*" if each else each for each in values]
        elif values is not None:
            values = [each if not each or len(each) <= LONGEST else each[:LONGEST] + "…" for each in values]
        cells = None
        if fault.column is not None and self._shape.addressed:
            letter = self._shape.column_letters[fault.column]
            cells = [f"{letter}{line}" for line in lines]
        return Columns(
            size=len(records),
            row=records,
            line=lines if self.positioned else None,
            cell=cells,
            byte=fault.bytes[part] if fault.bytes else None,
            pointer=self.pointers(columns, records, fault.pointers[part] if fault.pointers else None),
            value=values,
            params=fault.params[part] if fault.params else None,
        )

    # --- places ---------------------------------------------------------------------------------------------------

    def cells(self, columns: Sequence[str], lines: Sequence[int]) -> list[str] | None:
        """The addresses of cells in the first of the columns, where the table has addresses."""
        if not self._shape.addressed or not columns or columns[0] not in self._header.columns:
            return None
        letter = self._shape.column_letters[self._header.columns[columns[0]]]
        return [f"{letter}{line}" for line in lines]

    def pointers(
        self, columns: Sequence[str], rows: Sequence[int], given: Sequence[str | None] | None = None
    ) -> Sequence[str | None] | None:
        """Places in a JSON document, where it is one; `given` are places within its records."""
        point = self._shape.pointer
        if point is None:
            return given
        name = self._header.written.get(columns[0], columns[0]) if columns else None
        if given is None:
            return [point(row, name) or "" for row in rows]
        return [(point(row, name) or "") + (each or "") for row, each in zip(rows, given)]

    @property
    def parted(self) -> bool:
        """Whether a line alone does not say where it is, for want of a file."""
        return self._shape.parted

    # --- what tells rows apart ------------------------------------------------------------------------------------

    def _keys(self, verdict: BatchVerdict, at: Rows) -> Keys | None:
        """The primary key of each row, as it stands in the file."""
        if not self.key:
            return None
        columns = []
        for name in self.key:
            found = texts(verdict.batch.columns[self._header.columns[name]].take(pa.array(at)))
            columns.append(self.all_masked(name, found))
        return Keys(self.key, columns)

    def _hashes(self, verdict: BatchVerdict, rows: list[int]) -> list[str]:
        """What a row without a primary key is known again by, wherever it moves: a hash of its values.

        Of the standard's columns as they stand, personal values masked first, so that nothing can be guessed from it.
        """
        if self._hashed[0] is not verdict:
            self._hashed = (verdict, {})
        known = self._hashed[1]
        missing = [row for row in rows if row not in known]
        if missing:
            known.update(zip(missing, self._hashes_of(verdict, np.array(missing))))
        return [known[row] for row in rows]

    def _hashes_of(self, verdict: BatchVerdict, at: Rows) -> list[str]:
        columns = []
        for name, index in self._header.columns.items():
            text = verdict.batch.columns[index].take(pa.array(at))
            if name in self._hides:
                text = pa.array(self.all_masked(name, texts(text)), pa.string())
            named = pa.scalar(f"{name}\x1f".encode("utf-8", "surrogatepass"))
            filled = pc.binary_join_element_wise(named, text.cast(pa.binary()), b"\x1e", b"")
            columns.append(pc.if_else(pc.equal(pc.binary_length(text), 0), b"", filled))
        if not columns:
            return [blake2b(b"", digest_size=6).hexdigest()] * len(at)
        rows = pc.binary_join_element_wise(*columns, b"").to_numpy(zero_copy_only=False).tolist()
        return [blake2b(row, digest_size=6).hexdigest() for row in rows]

    # --- masks ----------------------------------------------------------------------------------------------------

    def masked(self, name: str, text: Any) -> Any:
        """A value of that field as it may be shown."""
        hide = self._hides.get(name)
        return hide(text) if hide is not None and isinstance(text, str) and text else text

    def all_masked(self, name: str, found: Sequence[str]) -> Sequence[str]:
        """Values of that field as they may be shown."""
        hide = self._hides.get(name)
        return found if hide is None else [hide(text) if text else text for text in found]

    def _hidden(
        self,
        values: list[str | None],
        params: list[Mapping[str, Any]],
        fixes: list[Fix | None],
        hide: Hide | None,
    ) -> tuple[list[str | None], list[Mapping[str, Any]], list[Fix | None]]:
        if hide is not None:
            values = [hide(each) if each else each for each in values]
            fixes = [Fix(hide(each.value), each.safe) if each is not None and each.value else each for each in fixes]
        veil = hide or (lambda text: "*" if text else text)
        shown: dict[int, Mapping[str, Any]] = {id(EMPTY): EMPTY}  # many samples share theirs
        for each in params:
            if id(each) not in shown:
                shown[id(each)] = self._veiled(each, veil)
        return values, [shown[id(each)] for each in params], fixes

    def _veiled(self, params: Mapping[str, Any], veil: Hide) -> Mapping[str, Any]:
        shown: dict[str, Any] = {}
        for name, each in params.items():
            if isinstance(each, Mapping):
                shown[name] = {of: self.masked(of, text) for of, text in each.items()}
            elif isinstance(each, str) and name not in OPEN:
                shown[name] = veil(each)
            elif isinstance(each, (list, tuple)) and name not in OPEN:
                shown[name] = [veil(str(one)) for one in each]
            else:
                shown[name] = each
        return shown


def _personal(privacy: Privacy) -> bool:
    return privacy.category != "none" or privacy.mask is not None


def _hide(privacy: Privacy) -> Hide:
    return lambda value: mask(value, privacy)

"""What forms may say of a column: the plainest truth that refuses nothing that the standard accepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gongshu.standards import identifiers
from gongshu.standards.derive import Loss
from gongshu.standards.expressions import kind_of
from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.model import Constraints, Field, Standard, Table

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

MAX_VALUES = 1000  # a longer code list is left to the loss list: no tool shows such a list of values
FREE = Constraints()


@dataclass(frozen=True, slots=True)
class Column:
    """A field as forms see it. Where its faults are only warnings, it is text without a check."""

    field: Field
    enforced: bool
    required: bool
    held: Constraints
    values: tuple[str, ...] | None  # every text that may be right on some day
    patterns: tuple[str, ...]  # each must match in full

    @property
    def name(self) -> str:
        """The column's name."""
        return self.field.name

    @property
    def type(self) -> str:
        """Table Schema type; `string` where a wrong type is only a warning."""
        return self.field.type if self.enforced else "string"

    @property
    def kind(self) -> str:
        """text | number | date | datetime | time | boolean."""
        return kind_of(self.type)

    @property
    def unique(self) -> bool:
        """Whether no value comes twice."""
        return self.field.constraints.unique

    def note(self, lang: str) -> str:
        """Title and description in one line."""
        parts = (self.field.title.get(lang), self.field.description.get(lang))
        return " - ".join(" ".join(part.split()) for part in parts if part)


def columns_of(table: Table, registry: Registry) -> tuple[Column, ...]:
    """All columns, in order."""
    return tuple(_column(each, table, registry) for each in table.fields)


def _column(each: Field, table: Table, registry: Registry) -> Column:
    enforced = each.severity in (None, "error")
    held = each.constraints if enforced else FREE
    values = values_of(each, registry) if enforced and kind_of(each.type) == "text" else None
    found = identifiers.pattern(each.identifier.name) if each.identifier and enforced else None
    patterns = tuple(text for text in (held.pattern, found) if text)
    # An absent part of a key is an error, but where the field is required and says that this is a warning.
    key = each.name in table.primary_key and not (each.constraints.required and not enforced)
    return Column(each, enforced, held.required or key, held, values, patterns)


def whole_key(table: Table, columns: Iterable[Column]) -> tuple[str, ...]:
    """The primary key, none where one of its parts may be absent."""
    missing = {each.name for each in columns if not each.required}
    return () if missing & set(table.primary_key) else table.primary_key


def values_of(each: Field, registry: Registry) -> tuple[str, ...] | None:
    """Every text that the field's enumeration or code list accepts on some day; None = not listed, or too many."""
    if each.constraints.enum is not None:
        return each.constraints.enum
    use = each.codelist
    if use is None or each.identifier is not None:
        return None
    try:
        table = registry.codes(use.list)
    except (StandardFault, StandardFaults):
        return None
    values: dict[str, None] = {}
    for code in table.standard.codes or ():
        if use.level is not None and code.level != use.level and table.level(code.code) != use.level:
            continue
        if use.below is not None and not table.below(code.code, use.below):
            continue
        names = (code.name_zh, code.name_en) if use.by != "code" else ()
        values.update(dict.fromkeys(text for text in (code.code if use.by != "name" else "", *names) if text))
    return tuple(values) if 0 < len(values) <= MAX_VALUES else None


_LIMITS = ("required", "unique", "length", "pattern", "bounds", "enum", "precision", "type")
SAYABLE = frozenset({*_LIMITS, "keys", "unique-keys", "foreign-keys", "rules", "privacy"})


def unsaid(standard: Standard, columns: Iterable[Column], says: Iterable[str] = ()) -> Iterator[Loss]:
    """What the standard says and a form that can say only `says` (words of `SAYABLE`) does not."""
    can, table = frozenset(says), standard.table
    assert table is not None and can <= SAYABLE  # noqa: S101, PT018 - asked of tables by this room
    columns = tuple(columns)
    for column in columns:
        yield from _of_column(column, can)
    if table.primary_key and ("keys" not in can or not whole_key(table, columns)):
        yield Loss("table", f"primaryKey: {', '.join(table.primary_key)}")
    if table.unique_keys and "unique-keys" not in can:
        yield Loss("table", "uniqueKeys")
    for key in table.foreign_keys:
        if "foreign-keys" not in can or key.standard is not None:
            yield Loss(", ".join(key.fields), f"foreign key into {key.standard or key.resource or 'this table'}")
    for rule in (*(() if "rules" in can else table.rules), *table.dataset_rules):
        yield Loss(rule.id, f"rule: {rule.check}")
    yield Loss("table", "header policy, other spellings and their safe fixes")


def _of_column(column: Column, can: frozenset[str]) -> Iterator[Loss]:
    each, held = column.field, column.field.constraints
    if not column.enforced:
        yield Loss(each.name, f"severity: {each.severity} (none of its checks is here)")
        return
    limits: dict[str, tuple[object, ...]] = {
        "required": (held.required or None,),
        "unique": (held.unique or None,),
        "length": (held.min_length, held.max_length),
        "pattern": (held.pattern,),
        "bounds": (held.minimum, held.maximum, held.exclusive_minimum, held.exclusive_maximum),
        "enum": (held.enum,),
        "precision": (each.precision, each.scale),
        "type": (None if each.type == "string" else each.type,),
    }
    for word, values in limits.items():
        if word not in can and any(value is not None for value in values):
            yield Loss(each.name, f"{word}: {', '.join(str(value) for value in values if value is not None)}")
    if each.identifier is not None:
        yield Loss(each.name, f"identifier: {each.identifier.name}")
    if each.codelist is not None:
        listed = "dates, hierarchy" if column.values is not None and "enum" in can else "its codes"
        yield Loss(each.name, f"codelist: {each.codelist.list} ({listed})")
    if each.label_of:
        yield Loss(each.name, f"label_of: {each.label_of}")
    if each.privacy.category != "none" and "privacy" not in can:
        yield Loss(each.name, f"privacy: {each.privacy.category}")

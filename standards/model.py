"""What a standard is, loaded: frozen plain data, complete, with every default filled in.

Loading (`loading.py`) turns YAML into this; the compiled form (`compiled.json`) is this as JSON. Nothing here reads a
file, and nothing here judges data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

EMPTY: Mapping[str, Any] = MappingProxyType({})


class Kind(StrEnum):
    """What a standard speaks about."""

    TABLE = "table"
    RECORD = "record"
    CODELIST = "codelist"
    METADATA = "metadata"
    INTERFACE = "interface"
    ASSESSMENT = "assessment"
    DATABASE = "database"


class Status(StrEnum):
    """Whether a standard binds."""

    DRAFT = "draft"
    IN_FORCE = "in-force"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Text:
    """Words in several languages."""

    zh: str = ""
    en: str = ""

    def get(self, lang: str) -> str:
        """The words in `lang`, else in the other language, else an empty text."""
        return (self.zh or self.en) if lang == "zh" else (self.en or self.zh)


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a standard or an item comes from, and how sure that is."""

    title: str = ""
    clause: str = ""
    source: str = ""
    confidence: str = "high"  # high | medium | low


@dataclass(frozen=True, slots=True)
class Reference:
    """`id@version` as written; `version` is a full version, a prefix such as `1`, or None."""

    id: str
    version: str | None = None

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Split `id@version`; both parts are stripped."""
        name, _, version = text.partition("@")
        return cls(name.strip(), version.strip() or None)

    def __str__(self) -> str:
        return f"{self.id}@{self.version}" if self.version else self.id


@dataclass(frozen=True, slots=True)
class Constraints:
    """Table Schema constraints. Bounds stay as written, so that no binary float ever decides."""

    required: bool = False
    unique: bool = False
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    minimum: str | None = None
    maximum: str | None = None
    exclusive_minimum: str | None = None
    exclusive_maximum: str | None = None
    enum: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier rule by name (`citizen-id`), with options."""

    name: str
    options: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class CodelistUse:
    """How a field draws on a code list."""

    list: Reference
    by: str = "code"  # code | name | either
    as_of: str | None = None  # column that holds the reference date of the row
    level: str | None = None
    below: str | None = None


@dataclass(frozen=True, slots=True)
class Format:
    """How a value is spelled: `write` is the one right spelling, `read` names spellings that are understood."""

    write: str | None = None  # strptime pattern for dates; None = the type's own default
    read: tuple[str, ...] = ()  # iso | slash | dot | cn | basic


@dataclass(frozen=True, slots=True)
class Privacy:
    """Whether a column tells of a person, and how it is masked."""

    category: str = "none"  # none | personal | sensitive
    mask: str | None = None  # name of a mask: name, citizen-id, phone, landline, email, address, card, date, withhold …
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One column."""

    name: str
    type: str = "string"  # Table Schema types
    title: Text = Text()
    description: Text = Text()
    aliases: tuple[str, ...] = ()
    format: Format = Format()
    constraints: Constraints = Constraints()
    identifier: Identifier | None = None
    codelist: CodelistUse | None = None
    label_of: str | None = None
    privacy: Privacy = Privacy()
    sharing: str | None = None  # unconditional | conditional | none
    opening: str | None = None
    precision: int | None = None
    scale: int | None = None
    decimal_char: str = "."
    group_char: str | None = None
    bare_number: bool = True
    true_values: tuple[str, ...] = ()
    false_values: tuple[str, ...] = ()
    missing_values: tuple[str, ...] | None = None
    unit: str = ""
    example: str = ""
    severity: str | None = None
    basis: Basis = Basis()


@dataclass(frozen=True, slots=True)
class Rule:
    """A SQL CHECK constraint over one row, or over the table (`dataset_rules`); violated only when FALSE."""

    id: str
    check: str
    tree: Any  # the parsed expression (standards/expressions.py), as JSON-able nested lists
    fields: tuple[str, ...] = ()  # columns at fault, the first being where the finding stands
    message: Text = Text()
    severity: str = "error"


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns whose values must stand in another table."""

    fields: tuple[str, ...]
    reference_fields: tuple[str, ...]
    resource: str = ""  # '' = this table; else the name of a resource of the package or of --reference
    standard: Reference | None = None


@dataclass(frozen=True, slots=True)
class HeaderPolicy:
    """How columns are found, and how bad each way of being off is (error | warning | info | ignore)."""

    match: tuple[str, ...] = ("name", "title", "alias")
    extra: str = "warning"
    missing: str = "error"  # of a required column; a missing optional one is a warning at most
    missing_optional: str = "warning"
    order: str = "ignore"


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the newest date of a column may be, in days, on the reference date."""

    field: str
    days: int


@dataclass(frozen=True, slots=True)
class Table:
    """The body of a standard of kind `table`."""

    fields: tuple[Field, ...]
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    missing_values: tuple[str, ...] | None = None  # None = a pack: empty and blank cells; else exactly these texts
    header: HeaderPolicy = HeaderPolicy()
    rules: tuple[Rule, ...] = ()
    dataset_rules: tuple[Rule, ...] = ()
    rows_minimum: int | None = None  # how many rows are due
    rows_maximum: int | None = None
    freshness: Freshness | None = None
    bounds: str = ""  # where positions have to lie: a division code, or `west,south,east,north`
    strict: bool = False  # a plain Table Schema: dates, numbers and text are taken literally, no repair is judged

    def field(self, name: str) -> Field | None:
        """The field of that exact name."""
        return next((each for each in self.fields if each.name == name), None)


@dataclass(frozen=True, slots=True)
class Code:
    """One row of a code list. Dates are inclusive."""

    code: str
    name_zh: str = ""
    name_en: str = ""
    parent: str = ""
    level: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    replaced_by: str = ""
    extra: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Standard:
    """One version of one standard. Exactly one body is set: `table`, `codes`, or `document` for the other kinds."""

    id: str
    version: str
    kind: Kind
    title: Text = Text()
    description: Text = Text()
    status: Status = Status.DRAFT
    valid_from: date | None = None
    valid_to: date | None = None
    replaced_by: str = ""
    issuer: str = ""
    basis: tuple[Basis, ...] = ()
    profiles: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: EMPTY)
    table: Table | None = None
    codes: tuple[Code, ...] | None = None
    document: Mapping[str, Any] | None = None
    fingerprint: str = ""  # SHA-256 (hex) of the canonical form
    origin: str = ""  # where it was loaded from, for people; never part of the fingerprint

    @property
    def reference(self) -> str:
        """`id@version`."""
        return f"{self.id}@{self.version}"

    def export(
        self, form: str, output: str | Path, *, folders: Sequence[Path] = (), lang: str = "zh"
    ) -> tuple[Any, ...]:
        """`output` holds the standard in that form, whole or not at all; given back is what the form cannot say."""
        from gongshu.standards.derive import Options, derive  # all of it imports this module
        from gongshu.standards.derive.output import write
        from gongshu.standards.registry import Registry

        made = derive(self, form, Registry(folders), Options(lang=lang))
        write(Path(output), made.content)
        return tuple(made.losses)

    @property
    def confidence(self) -> str:
        """The lowest confidence that the standard as a whole states."""
        order = ("low", "medium", "high")
        return min((b.confidence for b in self.basis), key=order.index, default="high")

"""SQL `CREATE TABLE` statements of any common dialect: one draft for each table. The statements are read, never run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from gongshu.standards.faults import StandardFault
from gongshu.standards.importing.draft import Draft, Drafted, DraftRule, Note, identity, note
from gongshu.standards.importing.sqlchecks import absorb
from gongshu.standards.importing.types import field_of, typed
from gongshu.standards.loading import text_of
from gongshu.standards.model import Constraints, Field, ForeignKey, Text

DIALECTS = (  # what gives a dialect away; the first that fits is tried first
    ("mysql", r"`|\bAUTO_INCREMENT\b|\bENGINE\s*=|\bCOMMENT\s+'"),
    ("oracle", r"\bVARCHAR2\b|\bNUMBER\s*\(|\bNVARCHAR2\b|\bCLOB\b"),
    ("tsql", r"\[\w+\]|\bNVARCHAR\s*\(|\bIDENTITY\s*\(|\bDATETIME2\b"),
    ("sqlite", r"\bAUTOINCREMENT\b|\bPRAGMA\b"),
    ("postgres", r"\bSERIAL\b|\bCOMMENT\s+ON\b|::|\bTIMESTAMPTZ\b|\bJSONB\b"),
    ("duckdb", r"\bHUGEINT\b"),
)


@dataclass(slots=True)
class _Table:
    """One table while its statements are read."""

    name: str
    fields: list[Drafted] = field(default_factory=list)
    title: str = ""
    primary: tuple[str, ...] = ()
    unique: list[tuple[str, ...]] = field(default_factory=list)
    foreign: list[ForeignKey] = field(default_factory=list)
    checks: list[tuple[str, Any]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def drafts(path: Path, _registry: object = None) -> list[Draft]:
    """One draft for each table that is created. Raises `StandardFault` where no dialect can read the text."""
    text = text_of(path)
    tables: dict[str, _Table] = {}
    for statement in _statements(text, path):
        kind = type(statement).__name__
        if kind == "Create" and str(statement.args.get("kind")).upper() == "TABLE":
            made = _created(statement)
            if made is not None:
                tables[made.name.casefold()] = made
        elif kind == "Comment":
            _commented(statement, tables)
        elif kind == "Alter":
            _altered(statement, tables)
    return [_draft(each, path.name) for each in tables.values() if each.fields]


def _statements(text: str, path: Path) -> list[Any]:
    """What sqlglot makes of it in the first dialect that reads it all; commands that it does not know are left out."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    bare = re.sub(r"'(?:[^']|'')*'", "''", text)  # a pattern in quotes is no sign of a dialect
    likely = [name for name, sign in DIALECTS if re.search(sign, bare, re.IGNORECASE)]
    order = [
        *likely,
        *(name for name in ("postgres", "mysql", "duckdb", "oracle", "tsql", "sqlite") if name not in likely),
    ]
    trouble = ""
    for dialect in order:
        try:
            return [each for each in sqlglot.parse(text, read=dialect) if each is not None]
        except (SqlglotError, RecursionError, ValueError, AttributeError, TypeError, KeyError, IndexError) as error:
            trouble = trouble or re.sub(r"\x1b\[[0-9;]*m|\s+", " ", str(error)).strip()[:200]
    raise StandardFault("standard.import-syntax", place=str(path), source="SQL", detail=trouble)


def _created(statement: Any) -> _Table | None:
    schema = statement.this
    if type(schema).__name__ != "Schema":
        return None  # CREATE TABLE … AS SELECT says nothing of types
    made = _Table(schema.this.name)
    for each in schema.expressions:
        if type(each).__name__ == "ColumnDef":
            made.fields.append(_column(each, made))
        else:
            _constraint(each, made)
    for each in (statement.args.get("properties") or _Nothing()).expressions:
        if type(each).__name__ == "SchemaCommentProperty":
            made.title = each.this.name
    return made


class _Nothing:
    expressions: tuple[Any, ...] = ()


def _column(each: Any, table: _Table) -> Drafted:
    notes: list[Note] = []
    kind = each.args.get("kind")
    said = kind.sql(dialect="postgres") if kind is not None else ""
    original = kind.sql() if kind is not None else ""
    what = typed(said)
    if not what.known:
        what = typed(original)
    if kind is not None and (what.opaque or not what.known):
        notes.append(note("type-opaque" if what.opaque else "type-unknown", type=original))
    made = field_of(each.name, what)
    if (
        kind is not None
        and kind.this is not None
        and str(getattr(kind.this, "name", "")) in ("ENUM", "ENUM8", "ENUM16")
    ):
        values = tuple(one.name for one in kind.expressions)
        made = replace(made, type="string", constraints=Constraints(enum=values or None))
    for held in each.args.get("constraints") or ():
        made = _of_column(held.args.get("kind"), made, table, notes)
    return Drafted(made, tuple(notes))


def _of_column(kind: Any, made: Field, table: _Table, notes: list[Note]) -> Field:
    name = type(kind).__name__
    if name == "NotNullColumnConstraint":
        return made if kind.args.get("allow_null") else _limited(made, required=True)
    if name == "PrimaryKeyColumnConstraint":
        table.primary = (*table.primary, made.name)
        return _limited(made, required=True)
    if name == "UniqueColumnConstraint":
        return _limited(made, unique=True)
    if name == "CommentColumnConstraint":
        return _titled(made, kind.this.name)
    if name == "CheckColumnConstraint":
        table.checks.append(("", kind.this))
    elif name == "Reference":
        _references((made.name,), kind, table)
    elif name == "DefaultColumnConstraint":
        notes.append(note("default", value=kind.this.sql()))
    elif name in ("GeneratedAsIdentityColumnConstraint", "AutoIncrementColumnConstraint"):
        notes.append(note("numbered"))
    return made


def _limited(made: Field, *, required: bool = False, unique: bool = False) -> Field:
    held = made.constraints
    limits = replace(held, required=held.required or required, unique=held.unique or unique)
    return replace(made, constraints=limits)


def _titled(made: Field, comment: str) -> Field:
    """A comment is the title up to its first stop, and the description if there is more."""
    comment = comment.strip()
    head = re.split(r"[,，;；:：。\n(（]", comment, maxsplit=1)[0].strip() or comment
    return replace(made, title=Text(zh=head), description=Text(zh=comment if comment != head else ""))


def _constraint(each: Any, table: _Table, name: str = "") -> None:
    kind = type(each).__name__
    if kind == "Constraint":
        for inner in each.expressions:
            _constraint(inner, table, each.name)
    elif kind == "PrimaryKey":
        table.primary = tuple(_names(each.expressions))
    elif kind in ("UniqueColumnConstraint", "Unique"):
        holder = each.this if each.this is not None else each
        names = tuple(_names(holder.expressions))
        if len(names) == 1:
            _change(table, names[0], unique=True)
        elif names:
            table.unique.append(names)
    elif kind == "ForeignKey":
        reference = each.args.get("reference")
        if reference is not None:
            _references(tuple(_names(each.expressions)), reference, table)
    elif kind in ("CheckColumnConstraint", "Check"):
        table.checks.append((name, each.this))


def _names(parts: Any) -> Iterator[str]:
    for each in parts:
        found = each.find(_identifier()) if type(each).__name__ != "Identifier" else each
        if found is not None:
            yield found.name


def _identifier() -> Any:
    from sqlglot.expressions import Identifier

    return Identifier


def _references(names: tuple[str, ...], reference: Any, table: _Table) -> None:
    target = reference.this
    columns = tuple(_names(target.expressions)) if type(target).__name__ == "Schema" else names
    resource = (target.this if type(target).__name__ == "Schema" else target).name
    if len(columns) == len(names):
        table.foreign.append(
            ForeignKey(names, columns, "" if resource.casefold() == table.name.casefold() else resource)
        )


def _change(table: _Table, name: str, *, required: bool = False, unique: bool = False) -> None:
    for place, each in enumerate(table.fields):
        if each.field.name.casefold() == name.casefold():
            table.fields[place] = replace(each, field=_limited(each.field, required=required, unique=unique))


def _commented(statement: Any, tables: dict[str, _Table]) -> None:
    """`COMMENT ON TABLE` and `COMMENT ON COLUMN`."""
    words, target = statement.expression.name, statement.this
    if str(statement.args.get("kind")).upper() == "TABLE" and target.name.casefold() in tables:
        tables[target.name.casefold()].title = words
    elif str(statement.args.get("kind")).upper() == "COLUMN":
        parts = [each.name for each in target.parts]
        table = tables.get(parts[-2].casefold()) if len(parts) > 1 else None
        for place, each in enumerate(table.fields if table is not None else ()):
            if table is not None and each.field.name.casefold() == parts[-1].casefold():
                table.fields[place] = replace(each, field=_titled(each.field, words))


def _altered(statement: Any, tables: dict[str, _Table]) -> None:
    """`ALTER TABLE … ADD CONSTRAINT …`."""
    table = tables.get(statement.this.name.casefold())
    for action in statement.args.get("actions") or ():
        for each in action.expressions if table is not None and type(action).__name__ == "AddConstraint" else ():
            if table is not None:
                _constraint(each, table)


def _draft(table: _Table, source: str) -> Draft:
    known = {each.field.name.casefold(): each.field.name for each in table.fields}

    def true(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(known.get(name.casefold(), name) for name in names)

    for name in table.primary:
        _change(table, name, required=True)
    rules: list[DraftRule] = []
    for name, check in table.checks:
        table.fields, rule, lost = absorb(check, table.fields, name or f"check-{len(rules) + 1}")
        rules.extend([rule] if rule is not None else [])
        table.notes.extend([note("lost", names=f"CHECK ({lost})")] if lost else [])
    return Draft(
        id=identity(table.name),
        fields=tuple(table.fields),
        title=Text(zh=table.title),
        source=source,
        primary_key=true(table.primary),
        unique_keys=tuple(true(each) for each in table.unique),
        foreign_keys=tuple(replace(each, fields=true(each.fields)) for each in table.foreign),
        rules=tuple({each.id: each for each in rules}.values()),
        notes=tuple(table.notes),
    )

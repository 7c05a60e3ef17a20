"""CREATE TABLE with checks and comments. A row goes in as its values: dates as dates, an absent value as NULL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from gongshu.standards.derive import Derived, Loss, Options, table_of
from gongshu.standards.derive.columns import Column, columns_of, unsaid, whole_key
from gongshu.standards.derive.ddl.conditions import condition
from gongshu.standards.derive.ddl.dialects import DIALECTS, Dialect, literal
from gongshu.standards.model import Constraints, Rule, Standard, Table

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

SAYS = (
    "required",
    "unique",
    "length",
    "pattern",
    "bounds",
    "enum",
    "precision",
    "type",
    "keys",
    "unique-keys",
    "rules",
)
BARE = ("required", "unique", "precision", "type", "keys", "unique-keys")
# What every engine of patterns reads alike: characters, classes, groups, alternatives, repeats.
_SAFE = re.compile(r"(?:[^\\(\[^$]|\\[.\-/\\()\[\]{}|+*?]|\\d|\((?:\?:)?(?!\?)|\[\^?(?:[^\\\]\[]|\\[\]\\\-.d])+\])*\Z")


def duckdb(standard: Standard, registry: Registry, options: Options) -> Derived:
    """For DuckDB."""
    return script(standard, registry, options, DIALECTS["duckdb"])


def sqlite(standard: Standard, registry: Registry, options: Options) -> Derived:
    """For SQLite; dates are texts in ISO 8601, numbers have 15 digits."""
    return script(standard, registry, options, DIALECTS["sqlite"])


def postgres(standard: Standard, registry: Registry, options: Options) -> Derived:
    """For PostgreSQL in UTF-8."""
    return script(standard, registry, options, DIALECTS["postgres"])


def mysql(standard: Standard, registry: Registry, options: Options) -> Derived:
    """For MySQL 8.0.16 and later, which is the first that looks at checks."""
    return script(standard, registry, options, DIALECTS["mysql"])


def oracle(standard: Standard, registry: Registry, options: Options) -> Derived:
    """For Oracle: structure, rules as comments."""
    return script(standard, registry, options, DIALECTS["oracle"])


def tsql(standard: Standard, registry: Registry, options: Options) -> Derived:
    """For SQL Server: structure, rules as comments."""
    return script(standard, registry, options, DIALECTS["tsql"])


@dataclass(slots=True)
class _Lines:
    """The body of the statement as it grows."""

    body: list[tuple[str, str]] = field(default_factory=list)  # what is said, and a comment on it
    notes: list[str] = field(default_factory=list)  # comments before the closing bracket
    losses: list[Loss] = field(default_factory=list)


def script(standard: Standard, registry: Registry, options: Options, dialect: Dialect) -> Derived:
    """The script in UTF-8."""
    table = table_of(standard, f"ddl-{dialect.name}")
    columns = columns_of(table, registry)
    lines = _Lines()
    for column in columns:
        comment = column.note(options.lang) if dialect.comments == "inline" else ""
        lines.body.append((_definition(column, dialect, options.lang), comment))
    if dialect.checks:
        for column in columns:
            for condition_ in _checks(column, dialect, lines.losses):
                lines.body.append((f"CHECK ({condition_})", ""))
    _keys(table, columns, dialect, lines)
    for rule in table.rules:
        _rule(rule, columns, dialect, lines, options.lang)
    name = re.sub(r"\W", "_", standard.id)
    said = [*unsaid(standard, columns, SAYS if dialect.checks else BARE)]
    losses = [loss for loss in said if not _said_as_comment(loss, table, dialect)] + lines.losses
    text_ = "\n".join(_script(standard, name, columns, lines, dialect, options.lang))
    return Derived(text_.encode(), tuple(dict.fromkeys(losses)))


def _said_as_comment(loss: Loss, table: Table, dialect: Dialect) -> bool:
    """Row rules of a structure-only script are told by `_rule`, as comments."""
    return not dialect.checks and loss.where in {rule.id for rule in table.rules} and loss.what.startswith("rule: ")


def _script(
    standard: Standard, name: str, columns: tuple[Column, ...], lines: _Lines, dialect: Dialect, lang: str
) -> Iterator[str]:
    yield f"-- {_line(standard.title.get(lang))} ({standard.reference})"
    yield f"CREATE TABLE {dialect.quoted(name)} ("
    for at, (line, comment) in enumerate(lines.body, 1):
        yield f"  {line}{',' if at < len(lines.body) else ''}{f'  -- {comment}' if comment else ''}"
    yield from (f"  -- {note}" for note in lines.notes)
    title = literal(_line(standard.title.get(lang)), dialect)
    yield f"){dialect.options}{f' COMMENT = {title}' if dialect.comments == 'column' else ''};"
    if dialect.comments == "statement":
        yield f"COMMENT ON TABLE {dialect.quoted(name)} IS {title};"
        for column in columns:
            if column.note(lang):
                place = f"{dialect.quoted(name)}.{dialect.quoted(column.name)}"
                yield f"COMMENT ON COLUMN {place} IS {literal(column.note(lang), dialect)};"
    yield ""


def _line(words: str) -> str:
    return " ".join(words.split())


def _definition(column: Column, dialect: Dialect, lang: str) -> str:
    parts = [dialect.quoted(column.name), type_of(column, dialect)]
    if column.required:
        parts.append("NOT NULL")
    if column.unique:
        parts.append("UNIQUE")
    if dialect.comments == "column" and column.note(lang):
        parts.append(f"COMMENT {literal(column.note(lang), dialect)}")
    return " ".join(parts)


def type_of(column: Column, dialect: Dialect) -> str:
    """The column's SQL type."""
    kinds = {"date": "DATE", "datetime": "TIMESTAMP", "time": "TIME", "boolean": "BOOLEAN"} | dict(dialect.types or {})
    if column.kind == "number":
        return dialect.number(column.field.precision, column.field.scale, column.type)
    if column.kind == "text":
        most = column.held.max_length if column.type == "string" else None
        key = column.required and dialect.name == "mysql"
        return dialect.text(most or (LONGEST_KEY if key else None)) + dialect.collation
    return kinds[column.kind]


LONGEST_KEY = 255  # what MySQL can put into a key without a prefix


def _checks(column: Column, dialect: Dialect, losses: list[Loss]) -> Iterator[str]:
    """The conditions of one column; NULL passes all of them."""
    held, name = column.held, dialect.quoted(column.name)
    if column.type == "string":
        least = held.min_length or (1 if column.required else None)
        if least is not None:
            yield f"{dialect.length}({name}) >= {least}"
        if held.max_length is not None:
            yield f"{dialect.length}({name}) <= {held.max_length}"
    if column.values is not None:
        yield f"{name} IN ({', '.join(literal(value, dialect) for value in column.values)})"
    for pattern in column.patterns if column.type == "string" else ():
        if dialect.pattern is None or not _SAFE.match(pattern) or _long_repeat(pattern):
            losses.append(Loss(column.name, f"pattern: {pattern}"))
            continue
        anchored = pattern if dialect.name == "duckdb" else f"^(?:{pattern})$"
        yield dialect.pattern(name, literal(anchored, dialect))
    yield from _bounds(column, held, dialect, losses)
    if dialect.name == "sqlite" and column.kind in ("date", "datetime"):
        yield f"{name} = date({name})" if column.kind == "date" else f"{name} IS NULL OR datetime({name}) IS NOT NULL"
    elif dialect.name == "sqlite" and column.kind == "number":
        kinds = "'integer', 'null'" if column.type in ("integer", "year") else "'integer', 'real', 'null'"
        yield f"typeof({name}) IN ({kinds})"
    elif dialect.name == "sqlite" and column.kind == "boolean":
        yield f"{name} IN (0, 1)"


def _long_repeat(pattern: str) -> bool:
    """PostgreSQL repeats no more than 255 times."""
    return any(int(number) > 255 for number in re.findall(r"[{,]([0-9]+)", pattern))


def _bounds(column: Column, held: Constraints, dialect: Dialect, losses: list[Loss]) -> Iterator[str]:
    bounds = (
        (">=", held.minimum),
        ("<=", held.maximum),
        (">", held.exclusive_minimum),
        ("<", held.exclusive_maximum),
    )
    for operator, bound in bounds:
        if bound is None:
            continue
        if column.kind == "number" and (dialect.exact or operator in (">=", "<=")):
            yield f"{dialect.quoted(column.name)} {operator} {Decimal(bound):f}"
        elif column.kind == "date" and re.fullmatch(r"\d{4}-\d\d-\d\d", bound, re.ASCII):
            word = "" if dialect.name == "sqlite" else "DATE "
            yield f"{dialect.quoted(column.name)} {operator} {word}{literal(bound, dialect)}"
        else:
            losses.append(Loss(column.name, f"bounds: {operator} {bound}"))


def _keys(table: Table, columns: tuple[Column, ...], dialect: Dialect, lines: _Lines) -> None:
    long = {each.name for each in columns if dialect.name in ("mysql", "oracle") and _long(each, dialect)}
    primary = whole_key(table, columns)
    # Rows with an absent part are not compared, which is what UNIQUE means too.
    others = table.unique_keys if primary else (table.primary_key, *table.unique_keys)
    for word, key in (("PRIMARY KEY", primary), *(("UNIQUE", key) for key in others)):
        if not key:
            continue
        if long & set(key):
            lines.losses.append(Loss("table", f"{word}: {', '.join(key)}"))
            lines.notes.append(f"{word} ({', '.join(key)}): a part is too long for a key here")
            continue
        lines.body.append((f"{word} ({', '.join(dialect.quoted(name) for name in key)})", ""))


def _long(column: Column, dialect: Dialect) -> bool:
    return type_of(column, dialect).startswith(("TEXT", "CLOB"))


def _rule(rule: Rule, columns: tuple[Column, ...], dialect: Dialect, lines: _Lines, lang: str) -> None:
    """A check where the database means the same and the rule is an error; else a comment and a loss."""
    types = {each.name: each.type for each in columns}
    lowered = {each.name for each in columns if each.type != each.field.type}  # text here, another kind to the rule
    made = None
    if dialect.checks and rule.severity == "error":
        known = {name: kind for name, kind in types.items() if name not in lowered}
        made = condition(rule.tree, dialect, known)
    if made is None:
        lines.losses.append(Loss(rule.id, f"rule: {rule.check}"))
        lines.notes.append(
            f"{rule.id} ({rule.severity}): {_line(rule.check)}  {_line(rule.message.get(lang))}".rstrip()
        )
        return
    lines.body.append((f"CONSTRAINT {dialect.quoted(rule.id)} CHECK ({made})", ""))

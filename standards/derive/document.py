"""A standard as a document of headings, paragraphs and tables, which HTML, Markdown and DOCX write each their way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

from gongshu.standards.derive import Loss
from gongshu.standards.derive.columns import Column, columns_of, unsaid
from gongshu.standards.derive.guide import COLUMNS, item
from gongshu.standards.faults import StandardFault
from gongshu.standards.messages import sentence
from gongshu.standards.model import Standard

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

MOST_CODES = 5000  # a longer list is cut, and says so
EXAMPLE_DAY = date(2025, 1, 1)  # of the examples: a document says the same on every day
EXAMPLE_ROWS = 10  # so many are made to find one of each kind


@dataclass(frozen=True, slots=True)
class Heading:
    """A title, 1 the document's own."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    text: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of texts with a head."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block: TypeAlias = Heading | Paragraph | Grid


def document(
    standard: Standard, registry: Registry, lang: str, *, most: int = MOST_CODES
) -> tuple[tuple[Block, ...], tuple[Loss, ...]]:
    """The whole document. What it leaves out: nothing of a table but that no machine can judge by it."""
    columns = columns_of(standard.table, registry) if standard.table is not None else ()
    losses = tuple(unsaid(standard, columns)) if standard.table is not None else ()
    # A reader learns all that the standard says of values; a program does not.
    losses = tuple(loss for loss in losses if loss.where == "table" and loss.what.startswith("header"))
    examples = tuple(_examples(standard, registry, columns, lang)) if standard.table is not None else ()
    return (*_blocks(standard, columns, lang, most), *examples), losses


def _words(name: str, lang: str, **params: Any) -> str:
    return sentence(f"document.{name}", params, lang)


def _blocks(standard: Standard, columns: tuple[Column, ...], lang: str, most: int) -> Iterator[Block]:
    yield Heading(1, standard.title.get(lang) or standard.id)
    if standard.description.get(lang):
        yield Paragraph(standard.description.get(lang))
    about = [
        (_words("id", lang), standard.reference),
        (_words("status", lang), sentence(f"standards.status.{standard.status.value}", {}, lang)),
        (_words("issuer", lang), standard.issuer),
        (_words("period", lang), " – ".join(str(day) for day in (standard.valid_from, standard.valid_to) if day)),
        (_words("fingerprint", lang), standard.fingerprint),
    ]
    yield Grid((), tuple(row for row in about if row[1]))
    if standard.basis:
        yield Heading(2, _words("basis", lang))
        head = tuple(_words(name, lang) for name in ("basis-title", "clause", "source", "confidence"))
        rows = tuple(
            (each.title, each.clause, each.source, sentence(f"standards.confidence.{each.confidence}", {}, lang))
            for each in standard.basis
        )
        yield Grid(head, rows)
    if standard.table is not None:
        yield from _table(standard, columns, lang)
    if standard.codes is not None:
        yield from _codes(standard, lang, most)
    if standard.document is not None:
        yield from _outline(standard.document, 2)


def _table(standard: Standard, columns: tuple[Column, ...], lang: str) -> Iterator[Block]:
    table = standard.table
    assert table is not None  # noqa: S101 - asked only of tables
    yield Heading(2, _words("items", lang))
    head = tuple(sentence(f"template.column.{name}", {}, lang) for name in COLUMNS)
    head = (*head, _words("privacy", lang), _words("sharing", lang), _words("opening", lang))
    rows = []
    for at, column in enumerate(columns, 1):
        each = column.field
        privacy = "" if each.privacy.category == "none" else each.privacy.category
        more = tuple(_class(word, lang) for word in (privacy, each.sharing or "", each.opening or ""))
        rows.append((str(at), *item(column, lang, each.example), *more))
    yield Grid(head, tuple(rows))
    keys = [
        (_words("primary-key", lang), table.primary_key),
        *((_words("unique-key", lang), key) for key in table.unique_keys),
    ]
    for label, key in keys:
        if key:
            yield Paragraph(f"{label}: {', '.join(key)}")
    for foreign in table.foreign_keys:
        target = str(foreign.standard or foreign.resource or standard.id)
        into = f"{target} ({', '.join(foreign.reference_fields)})"
        yield Paragraph(f"{_words('foreign-key', lang)}: {', '.join(foreign.fields)} → {into}")
    rules = (*table.rules, *table.dataset_rules)
    if rules:
        yield Heading(2, sentence("template.rules", {}, lang))
        head = tuple(_words(name, lang) for name in ("rule", "severity", "meaning", "expression"))
        yield Grid(head, tuple((each.id, each.severity, each.message.get(lang), each.check) for each in rules))


def _examples(standard: Standard, registry: Registry, columns: tuple[Column, ...], lang: str) -> Iterator[Block]:
    """A row that conforms, one that does not, and what is wrong with it. Both are made up."""
    from gongshu.standards.sampling import sample

    try:
        made = sample(standard, registry, rows=EXAMPLE_ROWS, as_of=EXAMPLE_DAY, faults=True)
    except StandardFault:  # a standard that no row can meet is lint's business
        return
    planted = next(iter(made.planted), None)
    if planted is None:
        return
    yield Heading(2, _words("examples", lang))
    good, bad = made.rows[0], made.rows[planted.row - 1]
    titles = {each.field.name: each.field.title.get(lang) or each.field.name for each in columns}
    head = tuple(_words(name, lang) for name in ("example-item", "example-good", "example-bad"))
    rows = tuple((titles.get(name, name), right, wrong) for name, right, wrong in zip(made.columns, good, bad))
    yield Grid(head, rows)
    rule = next((each for each in standard.table.rules if each.id == planted.rule), None) if standard.table else None
    what = (rule.message.get(lang) if rule is not None else "") or sentence(planted.code, {}, lang, "title")
    column = titles.get(planted.column, planted.column)
    yield Paragraph(_words("example-fault", lang, column=column, what=what or planted.code, code=planted.code))


def _class(word: str, lang: str) -> str:
    return _words(f"class.{word}", lang) if word else ""


def _codes(standard: Standard, lang: str, most: int) -> Iterator[Block]:
    codes = standard.codes or ()
    yield Heading(2, _words("codes", lang, count=len(codes)))
    names = ("code", "name_zh", "name_en", "parent", "level", "valid_from", "valid_to", "replaced_by")
    held = [name for name in names if any(getattr(each, name) for each in codes)]
    extra = list(dict.fromkeys(name for each in codes for name, _ in each.extra))
    rows = [
        (*(str(getattr(each, name) or "") for name in held), *(dict(each.extra).get(name, "") for name in extra))
        for each in codes[:most]
    ]
    yield Grid((*held, *extra), tuple(rows))
    if len(codes) > most:
        yield Paragraph(_words("more", lang, count=len(codes) - most))


def _outline(value: Any, level: int) -> Iterator[Block]:
    """Any document: keys as headings, lists of mappings as tables, the rest as text."""
    if isinstance(value, dict):
        plain = {key: each for key, each in value.items() if not isinstance(each, dict | list)}
        if plain:
            yield Grid((), tuple((str(key), str(each)) for key, each in plain.items()))
        for key, each in value.items():
            if isinstance(each, dict | list) and each:
                yield Heading(min(level, 6), str(key))
                yield from _outline(each, level + 1)
    elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
        head = list(dict.fromkeys(key for each in value for key in each))
        yield Grid(
            tuple(str(key) for key in head), tuple(tuple(_short(each.get(key)) for key in head) for each in value)
        )
    elif isinstance(value, list):
        yield Paragraph(", ".join(_short(each) for each in value))
    else:
        yield Paragraph(_short(value))


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_short(each)}" for key, each in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_short(each) for each in value)
    return "" if value is None else str(value)

"""An entity-relationship diagram in Mermaid's words: the table, its keys, the code lists it draws on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from gongshu.standards.derive import Derived, Options, table_of
from gongshu.standards.derive.columns import columns_of, unsaid
from gongshu.standards.model import Standard, Table

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

SAYS = ("type", "keys", "unique", "foreign-keys")


def derive(standard: Standard, registry: Registry, options: Options) -> Derived:
    """The diagram in UTF-8."""
    table = table_of(standard, "mermaid")
    text = "\n".join(_diagram(standard, table, options.lang)) + "\n"
    return Derived(text.encode(), tuple(unsaid(standard, columns_of(table, registry), SAYS)))


def _name(text: str) -> str:
    return re.sub(r"\W", "_", text)


def _words(text: str) -> str:
    return " ".join(text.replace('"', "'").split())


def _diagram(standard: Standard, table: Table, lang: str) -> Iterator[str]:
    own = _name(standard.id)
    yield "erDiagram"
    yield f'  {own}["{_words(standard.title.get(lang)) or standard.id}"] {{'
    foreign = {name for key in table.foreign_keys for name in key.fields}
    for each in table.fields:
        keys = [
            word
            for word, holds in (
                ("PK", each.name in table.primary_key),
                ("FK", each.name in foreign),
                ("UK", each.constraints.unique and each.name not in table.primary_key),
            )
            if holds
        ]
        mark = f" {', '.join(keys)}" if keys else ""
        yield f'    {each.type} {_name(each.name)}{mark} "{_words(each.title.get(lang))}"'
    yield "  }"
    for each in table.fields:
        if each.codelist is not None:
            yield f'  {own} }}o--|| {_name(each.codelist.list.id)} : "{_words(each.name)}"'
    for key in table.foreign_keys:
        other = _name(key.standard.id if key.standard else key.resource or standard.id)
        yield f'  {own} }}o--|| {other} : "{_words(", ".join(key.fields))}"'

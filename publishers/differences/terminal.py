"""Differences as tables in a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from gongshu.publishers.metadata import elements
from gongshu.standards.messages import sentence

STYLE = {"added": "green", "changed": "yellow", "removed": "red"}
SHORT = 60  # characters of a value in a cell


def show(difference: Mapping[str, Any], lang: str, *, color: bool = True) -> None:
    """Print everything of one difference."""
    from rich.console import Console

    console = Console(no_color=not color, highlight=False)
    for each in tables(difference, lang):
        console.print(each)


def tables(difference: Mapping[str, Any], lang: str) -> Iterator[Any]:
    """What is printed, in order: texts and tables. `difference` may be that of a plan, which has no versions."""
    from rich.table import Table
    from rich.text import Text

    def words(code: str, **params: Any) -> str:
        return sentence(f"difference.{code}", params, lang)

    if difference.get("metadata"):
        table = Table(title=words("metadata"), title_justify="left", show_lines=True)
        for name in ("field", "before", "after"):
            table.add_column(words(name), overflow="fold")
        for each in difference["metadata"]:
            sides = (Text(visible(value(each[side]))) for side in ("before", "after"))
            table.add_row(Text(visible(element(each["field"], lang))), *sides)
        yield table
    for key, found in difference.get("rows", {}).items():
        yield Text(summary(key, found, lang), style="bold")
        yield from (Text(f"  {line}") for line in remarks(found, lang))
        if found["samples"]:
            yield _samples(found, words)


def _samples(found: Mapping[str, Any], words: Any) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=words("samples", count=len(found["samples"])), title_justify="left", show_lines=True)
    for name in ("kind", "row", "what"):
        table.add_column(words(name), overflow="fold")
    for each in found["samples"]:
        kind = words(f"kind-{each['kind']}")
        if each.get("times", 1) > 1:
            kind = f"{kind} ×{each['times']}"
        key = "\n".join(f"{name} {_short(text)}" for name, text in each["key"].items()) or "-"
        if each["kind"] == "changed":
            lines = [f"{one['column']}: {_short(one['before'])} → {_short(one['after'])}" for one in each["changes"]]
        else:
            lines = ["  ".join(f"{name}: {_short(text)}" for name, text in each["values"].items() if text is not None)]
        table.add_row(Text(kind, style=STYLE[each["kind"]]), Text(key), Text("\n".join(lines)))
    return table


def summary(key: str, found: Mapping[str, Any], lang: str) -> str:
    """The counts of one file."""
    counts = {name: f"{found[name]:,}" for name in STYLE}
    return sentence("difference.rows", {"key": key, **counts}, lang)


def remarks(found: Mapping[str, Any], lang: str) -> list[str]:
    """What else there is to know of the rows of one file."""
    lines = []
    if not found.get("key"):
        lines.append(sentence("difference.no-key", {}, lang))
    for name, columns in found.get("columns", {}).items():
        if columns:
            lines.append(
                sentence(f"difference.columns-{name.replace('_', '-')}", {"columns": ", ".join(columns)}, lang)
            )
    if found.get("by_column"):
        counted = ", ".join(f"{name} {count:,}" for name, count in found["by_column"].items())
        lines.append(sentence("difference.by-column", {"columns": counted}, lang))
    return lines


def element(name: str, lang: str) -> str:
    """The name of a metadata element; one that only another profile knows is called as it is."""
    return sentence(f"element.{name}", {}, lang) if name in elements() else name


def value(found: Any) -> str:
    """A value of the metadata as text."""
    if found is None:
        return "-"
    return found if isinstance(found, str) else json.dumps(found, ensure_ascii=False)


def visible(text: str) -> str:
    """The text with what cannot be seen, or would steer a terminal, as `<U+202E>`."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else " " if each in "\t\r\n\u3000\xa0" else f"<U+{ord(each):04X}>" for each in text
    )


def _short(text: str | None) -> str:
    if text is None:
        return "-"
    return visible(text if len(text) <= SHORT else f"{text[:SHORT]}…")

"""A table in a Markdown page: what stands between two marks is the last run's."""

from __future__ import annotations

from pathlib import Path


def written(page: Path, text: str, *, name: str = "bench") -> None:
    """The page with the table between its marks of that name."""
    first, last = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    before, begin, rest = page.read_text(encoding="utf-8").partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end:
        raise SystemExit(f"{page}: no {first} … {last}")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")

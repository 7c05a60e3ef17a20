"""A table in a Markdown page: what stands between two marks is the last run's."""

from __future__ import annotations

from pathlib import Path

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


def written(page: Path, text: str) -> None:
    """The page with the table between its marks."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise SystemExit(f"{page}: no {BEGIN} … {END}")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")

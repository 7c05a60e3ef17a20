"""Every verdict of others on real files is ours as well, or the difference is listed with its reason.

`pytest tests/conformance --accept` writes `docs/conformance.md` anew.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from comparing import differences
from expectations import BASE, Expected, expectations, folders
from judging import answer

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "conformance.md"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BASE.is_dir(), reason="the acceptance material is not beside this checkout"),
]


@cache
def found(folder: str) -> dict[Expected, dict[str, str]]:
    """Every row of a folder with its differences by aspect."""
    return {row: dict(differences(row, answer(row))) for row in expectations(folder)}


@cache
def entries() -> list[dict[str, Any]]:
    """The accepted differences: rows, aspects, why."""
    given: list[dict[str, Any]] = yaml.safe_load((HERE / "differences.yaml").read_text("utf-8"))
    return given


@cache
def listed() -> dict[tuple[str, str], str]:
    """(row, aspect) -> why we differ."""
    return {(row, aspect): each["why"] for each in entries() for row in each["rows"] for aspect in each["aspects"]}


@pytest.mark.parametrize("folder", folders())
def test_every_row_is_equal_or_listed(folder: str) -> None:
    unlisted = {
        f"{row.key}: {aspect}": said
        for row, apart in found(folder).items()
        for aspect, said in apart.items()
        if (row.key, aspect) not in listed()
    }
    assert not unlisted


def test_every_listed_row_still_differs() -> None:
    present = {(row.key, aspect) for folder in folders() for row, apart in found(folder).items() for aspect in apart}
    for each in entries():
        assert not [row for row in each["rows"] if not any((row, aspect) in present for aspect in each["aspects"])]
        assert not [aspect for aspect in each["aspects"] if not any((row, aspect) in present for row in each["rows"])]


def test_the_page_says_the_same(accept: bool) -> None:
    page = written()
    if accept:
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.read_text("utf-8") == page


def written() -> str:
    """The page: how many rows of each folder are equal, and every difference with its reason."""
    lines = [
        "# Conformance",
        "",
        "What others say of real files, row by row, against what we say: verdict, first line, column, class of error,",
        "count, and every place where the oracle lists them. Made by `pytest tests/conformance --accept`; a difference",
        "that is not here fails the tests, and so does one that is none any more. *Doubtful* rows are those that the",
        "material itself calls open to another reading. Where frictionless and the Table Schema specification differ,",
        "we follow the specification.",
        "",
        "| Folder | Rows | Equal | Different |",
        "| --- | --: | --: | --: |",
    ]
    for folder in folders():
        apart = found(folder)
        different = sum(bool(each) for each in apart.values())
        lines.append(f"| {folder} | {len(apart)} | {len(apart) - different} | {different} |")
    for folder in folders():
        rows = {row: apart for row, apart in found(folder).items() if apart}
        if rows:
            lines += ["", f"## {folder}"]
            for row, apart in rows.items():
                lines += ["", *_row(row, apart)]
    return "\n".join(lines) + "\n"


def _row(row: Expected, apart: dict[str, str]) -> list[str]:
    parts = [f"`{part}`" for part in (row.file, row.schema) if part] + ([row.policy] if row.policy else [])
    said = ", ".join(
        part
        for part in (
            row.verdict,
            row.rule,
            f"line {row.first_row}" if row.first_row else "",
            f"column {row.column}" if row.column else "",
            f"count {row.count}" if row.count else "",
        )
        if part
    )
    whys = dict.fromkeys(listed().get((row.key, aspect), "") for aspect in apart)
    return [
        f"### {' · '.join(parts)}{' (doubtful)' if row.doubtful else ''}",
        "",
        f"- They say: {said}",
        *(f"- We differ in {aspect}: {words}" for aspect, words in apart.items()),
        *(f"- Why: {why}" for why in whys),
    ]

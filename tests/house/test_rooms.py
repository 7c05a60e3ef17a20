"""Imports run one way: standards <- validators <- publishers <- catalogue <- cli."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("standards", "validators", "publishers", "catalogue")
HEAVY = ("frictionless", "ckanapi", "pandas", "polars", "openpyxl", "sqlglot", "shapely", "fsspec")
SOURCES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def imported(tree: ast.AST, *, top_only: bool = False) -> set[str]:
    nodes = ast.iter_child_nodes(tree) if top_only else ast.walk(tree)
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports inside the package are absolute"
            names.add(node.module or "")
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_knows_only_the_rooms_to_its_left(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0]
    right = ROOMS[ROOMS.index(room) + 1 :]
    names = imported(ast.parse(path.read_text(encoding="utf-8")))
    assert not {n for n in names for other in right if n == f"gongshu.{other}" or n.startswith(f"gongshu.{other}.")}
    assert not {n for n in names if n == "gongshu.cli"}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_heavy_packages_are_imported_late(path: Path) -> None:
    names = imported(ast.parse(path.read_text(encoding="utf-8")), top_only=True)
    assert not {n for n in names if n.split(".")[0] in HEAVY}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_only_commands_and_sessions_know_click(path: Path) -> None:
    if not path.stem.endswith(("commands", "session")):
        assert "click" not in imported(ast.parse(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("path", [*SOURCES, ROOT / "cli.py"], ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_too_long_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def test_no_attics() -> None:
    attics = {"utils", "util", "common", "helpers", "helper", "base", "core", "manager", "misc"}
    assert not {path for path in SOURCES if path.stem in attics or attics & set(path.parts[len(ROOT.parts) :])}

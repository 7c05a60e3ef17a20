"""Every Table Schema of a real registry becomes a pack that lint accepts and that demands the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gongshu.standards.descriptors import read_file
from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.importing import read, recognise
from gongshu.standards.importing.writing import write
from gongshu.standards.linting import lint
from gongshu.standards.loading import load_file
from gongshu.standards.model import Standard
from gongshu.standards.registry import Registry

REGISTRY = Path(__file__).resolve().parents[4] / "shared" / "acceptance" / "french" / "registry"


def schemas() -> list[Path]:
    found = []
    for path in sorted(REGISTRY.rglob("*.json")):
        try:
            data = json.loads(path.read_text(encoding="utf-8-sig"))
        except ValueError:
            continue
        if isinstance(data, dict) and isinstance(data.get("fields"), list):
            found.append(path)
    return found


def demands(standard: Standard) -> list[object]:
    """Everything that decides about a value or a table."""
    assert standard.table is not None
    table = standard.table
    fields = [
        (
            *(each.name, each.type, each.format, each.constraints, each.decimal_char, each.group_char),
            *(each.bare_number, each.true_values, each.false_values, each.missing_values),
        )
        for each in table.fields
    ]
    policy = (table.header.extra, table.header.missing, table.header.missing_optional, table.header.order)
    return [fields, table.primary_key, table.unique_keys, table.foreign_keys, table.missing_values or ("",), policy]


@pytest.mark.skipif(not REGISTRY.is_dir(), reason="the French registry is not here")
def test_every_schema_of_the_french_registry_imports_without_loss(tmp_path: Path) -> None:
    seen = 0
    for place, path in enumerate(schemas()):
        try:
            plain = read_file(path)
        except (StandardFault, StandardFaults):
            with pytest.raises((StandardFault, StandardFaults)):
                read(path, "table-schema")
            continue
        seen += 1
        assert recognise(path) == "table-schema"
        folder = tmp_path / str(place)
        (file,) = write(read(path, "table-schema"), folder, "en")
        registry = Registry((folder,), builtin=False, installed=False)
        assert [each.say("en") for each in lint(folder, registry)[1]] == [], path
        assert demands(load_file(file)) == demands(plain), path
        assert load_file(file).status == "draft"
    assert seen >= 60

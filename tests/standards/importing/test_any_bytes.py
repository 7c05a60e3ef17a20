"""Whatever a source holds, its importer gives drafts that lint accepts, or one fault; never anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongshu.standards.faults import Fault, StandardFaults
from gongshu.standards.importing import SOURCES, read
from gongshu.standards.importing.writing import render
from gongshu.standards.loading import examine
from gongshu.standards.registry import Registry

SEEDS = {
    "sql": "CREATE TABLE a (x int CHECK (x > 1 AND y IN ('a', 'b')), y varchar(5) COMMENT '甲', PRIMARY KEY (x));",
    "odcs": "kind: DataContract\nschema:\n- name: a\n  properties:\n  - {name: x, logicalType: date, required: true}\n",
    "table-schema": '{"fields": [{"name": "x", "type": "number", "constraints": {"minimum": 1, "enum": [1, 2]}}]}',
    "datapackage": '{"resources": [{"name": "a", "schema": {"fields": [{"name": "x", "type": "date"}]}}]}',
    "json-schema": '{"properties": {"x": {"type": ["string", "null"], "pattern": "^a$"}, "y": {"$ref": "#/$defs/z"}}}',
    "dictionary": "名称,短名,类型,长度\n甲,a,字符型,5\n",
}
ENDINGS = {"sql": "sql", "odcs": "yaml", "dictionary": "xlsx"}
REGISTRY = Registry(installed=False)


def changed(text: str, edits: list[tuple[int, str]]) -> str:
    for at, piece in edits:
        place = at % (len(text) + 1)
        text = text[:place] + piece + text[place + len(piece) % 3 :]
    return text


PIECES = st.sampled_from([*"{}[]():,;\"'`-0aA甲\n\t\\$#", "null", "true", "CHECK", "1e9", "../x", "\u0000", "[]", '""'])


@pytest.mark.parametrize("source", sorted(SOURCES))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(st.tuples(st.integers(0, 400), PIECES), max_size=6))
def test_damaged_sources(tmp_path: Path, source: str, edits: list[tuple[int, str]]) -> None:
    path = tmp_path / f"x.{ENDINGS.get(source, 'json')}"
    path.write_text(changed(SEEDS[source], edits), encoding="utf-8")
    try:
        drafts = read(path, source, REGISTRY)
    except (Fault, StandardFaults):
        return
    for each in drafts:
        file = tmp_path / "standard.yaml"
        file.write_text(render(each, "zh"), encoding="utf-8")
        faults = examine(file).faults
        # What the source itself says wrongly (a key of a column that is not there, a bad pattern) stays to be mended.
        assert not {fault.code for fault in faults} & {
            "standard.yaml-syntax",
            "standard.key-unknown",
            "standard.not-mapping",
        }

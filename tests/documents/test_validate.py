"""JSON documents, JSON Lines and GeoJSON through the front door: verdict, places, forms, receipts."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gongshu.cli import main
from gongshu.standards.faults import StandardFault
from gongshu.validators.reports import write
from gongshu.validators.validation import validate

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"type": "integer"}},
}
REPORT = Path(__file__).parents[2] / "validators" / "report.schema.json"
OPEN = '{"type": "Polygon",\n "coordinates": [[[114.0, 30.0], [114.1, 30.0], [114.1, 30.1], [114.2, 30.1]]]}'


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_document_is_judged_by_a_schema(tmp_path: Path) -> None:
    report = validate(put(tmp_path, "a.json", '{\n "a": "1"}'), standard=SCHEMA)
    (file,) = report.files
    (finding,) = file.findings
    assert (report.exit_code, file.format, file.rows_with_errors) == (1, "json", 1)
    assert (finding.code, finding.reason) == ("record.schema", "type")
    assert (finding.samples[0].pointer, finding.samples[0].line) == ("/a", 2)
    assert validate(put(tmp_path, "b.json", '{"a": 1}'), standard=SCHEMA).exit_code == 0


def test_json_lines_are_judged_record_by_record(tmp_path: Path) -> None:
    report = validate(put(tmp_path, "a.jsonl", '{"a": 1}\n{"a": "x"}\n\n{"b": 2}\n{\n'), standard=SCHEMA)
    (file,) = report.files
    places = {(each.code, sample.row, sample.line) for each in file.findings for sample in each.samples}
    assert places == {("record.schema", 2, 2), ("record.schema", 3, 4), ("record.syntax", 4, 5)}
    assert (file.format, file.rows, file.rows_with_errors) == ("jsonl", 4, 3)


def test_a_schema_elsewhere_is_a_fault_of_the_standard(tmp_path: Path) -> None:
    with pytest.raises(StandardFault) as caught:
        validate(put(tmp_path, "a.json", "{}"), standard={**SCHEMA, "$ref": "https://example.invalid/s.json"})
    assert caught.value.code == "standard.schema-reference"
    assert main(["validate", str(tmp_path / "a.json"), "-s", str(put(tmp_path, "s.json", '{"type": 3}'))]) == 3


def test_what_is_no_json_is_unreadable_for_a_record_standard(tmp_path: Path) -> None:
    report = validate(put(tmp_path, "a.csv", "a,b\n1,2\n"), standard=SCHEMA)
    assert (report.exit_code, report.files[0].findings[0].reason) == (2, "no-json")


def test_geojson_without_a_standard(tmp_path: Path) -> None:
    report = validate(put(tmp_path, "a.geojson", OPEN))
    (file,) = report.files
    assert (file.format, file.standard, report.exit_code) == ("geojson", None, 1)
    found = {each.code: each.samples[0] for each in file.findings}
    assert (found["geo.ring-open"].pointer, found["geo.ring-open"].line) == ("/coordinates/0", 2)


def test_other_json_is_looked_at_for_syntax(tmp_path: Path) -> None:
    assert validate(put(tmp_path, "a.json", '{"a": [1, 2]}')).exit_code == 0
    assert [each.code for each in validate(put(tmp_path, "b.json", "{]")).findings] == ["record.syntax"]


TABLE = {"fields": [{"name": "n", "type": "integer"}, {"name": "t"}]}


def test_arrays_and_lines_are_tables_for_a_table_standard(tmp_path: Path) -> None:
    rows = [{"n": 1, "t": "x"}, {"n": "y"}, {"n": 3, "more": {"a": 1}}]
    for name, text in (("a.json", json.dumps(rows, indent=1)), ("a.jsonl", "\n".join(map(json.dumps, rows)))):
        (file,) = validate(put(tmp_path, name, text), standard=TABLE).files
        found = {each.code: each for each in file.findings}
        assert set(found) == {"cell.type", "table.column-extra"}
        assert (file.rows, found["cell.type"].samples[0].row) == (3, 2)
        assert found["cell.type"].samples[0].pointer == ("/1/n" if name == "a.json" else "/n")
        assert found["cell.type"].samples[0].line == (6 if name == "a.json" else 2)


def test_features_are_judged_by_a_table_standard_with_their_geometry(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [30.6, 114.3]}
    feature: dict[str, Any] = {"type": "Feature", "geometry": point, "properties": {"n": "x"}}
    text = json.dumps({"type": "FeatureCollection", "features": [feature]})
    standard = {"fields": [{"name": "n", "type": "integer"}, {"name": "geometry", "type": "geojson"}]}
    (file,) = validate(put(tmp_path, "a.geojson", text), standard=standard).files
    places = {each.code: each.samples[0].pointer for each in file.findings}
    assert places["cell.type"] == "/features/0/properties/n"
    assert places["geo.axis-order"] == "/features/0/geometry/coordinates"
    assert file.rows_with_errors == 1


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "terminal"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_form_of_the_report_can_say_it(tmp_path: Path, form: str, lang: str) -> None:
    files = put(tmp_path, "a.geojson", OPEN), put(tmp_path, "b.json", '{"a":\n 1,}')
    out = io.BytesIO()
    write(validate(*files), out, form_name=form, lang=lang)
    text = out.getvalue().decode("utf-8-sig")
    assert "/coordinates/0" in text or form == "csv"
    if form == "json":
        jsonschema.validate(json.loads(text), json.loads(REPORT.read_text("utf-8")))
    if form == "terminal":
        assert ("第 2 行" if lang == "zh" else "line 2") in text


def test_a_receipt_vouches_for_a_document(tmp_path: Path) -> None:
    path = put(tmp_path, "a.json", '{"a": 1}')
    receipt = validate(path, standard=SCHEMA).receipt()
    assert receipt.verify(path).valid
    path.write_text('{"a": 2}')
    assert not receipt.verify(path).valid


def test_without_shapely_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.util

    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "shapely" else real(name, *more)
    )
    (file,) = validate(put(tmp_path, "a.geojson", '{"type": "Point", "coordinates": [114.3, 30.6]}')).files
    assert [each.reason for each in file.not_checked if each.code == "geo.geometry"] == ["extra-geo"]

"""Plain Table Schemas of either version and Data Package resources serve as standards, taken literally."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from frictionless import Schema
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshu.standards.derive.tableschema import TAKES, to_table_schema
from gongshu.standards.descriptors import read_file
from gongshu.standards.faults import StandardFault, StandardFaults
from gongshu.standards.model import Field, Standard, Table
from gongshu.standards.registry import Registry
from gongshu.standards.tableschema import from_table_schema

ACCEPTANCE = Path(__file__).parents[2] / ".." / "shared" / "acceptance"


def table_of(descriptor: dict[str, Any]) -> Table:
    table = from_table_schema(descriptor, name="schema").table
    assert table is not None
    return table


def field_of(**words: Any) -> Field:
    return table_of({"fields": [{"name": "a", **words}]}).fields[0]


def test_it_is_literal_and_goes_by_name() -> None:
    table = table_of({"fields": [{"name": "a", "title": "A"}]})
    assert table.strict
    assert table.missing_values == ("",)
    policy = table.header
    assert (policy.match, policy.missing, policy.missing_optional) == (("name",), "error", "warning")
    assert (policy.extra, policy.order) == ("warning", "warning")


@pytest.mark.parametrize(
    ("match", "extra", "missing", "order"),
    [
        ("exact", "error", "error", "error"),
        ("equal", "error", "error", "ignore"),
        (["subset"], "ignore", "error", "ignore"),
        ("superset", "error", "ignore", "ignore"),
        ("partial", "ignore", "ignore", "ignore"),
    ],
)
def test_fields_match_of_version_2(match: Any, extra: str, missing: str, order: str) -> None:
    header = table_of({"fields": [{"name": "a"}], "fieldsMatch": match}).header
    assert (header.extra, header.missing, header.missing_optional, header.order) == (extra, missing, missing, order)


def test_both_spellings_come_to_the_same() -> None:
    fields = [{"name": "a"}, {"name": "b"}]
    key = {"fields": "a", "reference": {"fields": "b"}}
    one = table_of({"fields": fields, "primaryKey": "a", "missingValues": ["-"], "foreignKeys": [key]})
    keys = [{"fields": ["a"], "reference": {"resource": "", "fields": ["b"]}}]
    values = [{"value": "-", "label": "none"}]
    two = table_of({"fields": fields, "primaryKey": ["a"], "missingValues": values, "foreignKeys": keys})
    assert one == two
    assert one.primary_key == ("a",)
    assert one.foreign_keys[0].resource == ""


def test_bounds_and_enums_stay_as_written(tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    file.write_text(
        '{"fields": [{"name": "a", "type": "number",'
        ' "constraints": {"minimum": 0.10, "maximum": 1e3, "enum": [1, 2.50]}}]}'
    )
    found = read_file(file).table
    assert found is not None
    assert found.fields[0].constraints.minimum == "0.10"
    assert found.fields[0].constraints.maximum == "1000"
    assert found.fields[0].constraints.enum == ("1", "2.50")


def test_words_of_fields() -> None:
    assert field_of(type="boolean").true_values == ("true", "True", "TRUE", "1")
    assert field_of(type="boolean", trueValues=["ja"]).true_values == ("ja",)
    assert field_of(type="integer", constraints={"exclusiveMinimum": 1}).constraints.exclusive_minimum == "1"
    assert field_of(type="string", categories=[{"value": "x", "label": "X"}]).constraints.enum == ("x",)
    assert field_of(type="number", decimalChar=",", groupChar=".", bareNumber=False).decimal_char == ","
    assert field_of(type="date", format="any").format.write == "any"
    assert field_of(type="date", format="default").format.write is None
    assert field_of(type="string", missingValues=["-"]).missing_values == ("-",)
    assert field_of(type="string", codelist="x", privacy="personal") == field_of(type="string")
    for kind in TAKES:
        assert field_of(type=kind).type == kind


def told(descriptor: Any) -> set[tuple[str, str]]:
    with pytest.raises(StandardFaults) as caught:
        from_table_schema(descriptor, name="schema")
    return {(each.code, each.params["key"]) for each in caught.value.exceptions if isinstance(each, StandardFault)}


def test_all_faults_come_at_once() -> None:
    fields = [
        {"name": "a", "type": "foo"},
        {"name": "a", "type": "integer", "constraints": {"minLength": "x", "minimum": 9, "maximum": 2}},
        {"name": "c", "type": "string", "constraints": {"pattern": "("}},
        {"type": "string"},
    ]
    assert told({"fields": fields, "primaryKey": ["z"]}) >= {
        ("standard.type-unknown", "fields[a].type"),
        ("standard.field-twice", "fields[a].name"),
        ("standard.bounds", "fields[a].constraints.minimum"),
        ("standard.pattern", "fields[c].constraints.pattern"),
        ("standard.field-missing", "primaryKey"),
    }
    assert {code for code, _ in told({})} == {"standard.descriptor"}
    assert {code for code, _ in told({"fields": "x"})} == {"standard.descriptor"}


@pytest.mark.parametrize("fields", [[1], [None], ["a"], [{"name": 1}], [[]], [{"name": "a", "constraints": 1}]])
def test_what_is_no_field_is_a_fault(fields: Any) -> None:
    assert told({"fields": fields})


def test_faults_of_a_file_have_lines(tmp_path: Path) -> None:
    file = tmp_path / "schema.json"
    file.write_text('{\n"fields": [\n {"name": "a"},\n {"name": "b",\n  "type": "foo"}\n]}', encoding="utf-8")
    with pytest.raises(StandardFaults) as caught:
        read_file(file)
    (fault,) = caught.value.exceptions
    assert isinstance(fault, StandardFault)
    assert (fault.params["line"], fault.params["key"]) == (5, "fields[b].type")


def package(folder: Path) -> Path:
    schema = {"fields": [{"name": "a"}]}
    (folder / "b.json").write_text(json.dumps(schema), encoding="utf-8")
    resources = [{"name": "one", "schema": schema}, {"name": "two", "schema": "b.json"}, {"name": "three"}]
    resources.append({"name": "out", "schema": "../b.json"})
    file = folder / "datapackage.json"
    file.write_text(json.dumps({"name": "p", "resources": resources}), encoding="utf-8")
    return file


def test_a_resource_of_a_data_package(tmp_path: Path) -> None:
    file = package(tmp_path)
    registry = Registry(installed=False)
    assert registry.resolve(f"{file}#one").id == "one"
    assert registry.resolve(f"{file}#two").table == registry.resolve(f"{file}#one").table
    codes = {}
    for part in ("", "#none", "#three", "#out"):
        with pytest.raises(StandardFault) as caught:
            registry.resolve(f"{file}{part}")
        codes[part] = caught.value.code
    missing = "standard.resource-schema"
    assert codes == {
        "": "standard.resource-which",
        "#none": "standard.resource-missing",
        "#three": missing,
        "#out": missing,
    }
    mapping = {"resources": [{"name": "only", "schema": {"fields": [{"name": "a"}]}}]}
    assert registry.resolve(mapping).id == "only"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "standard.json-syntax"),
        ("[1]", "standard.not-mapping"),
        ('{"a": 1}', "standard.file-unsupported"),
        ("[" * 100_000, "standard.json-syntax"),
    ],
)
def test_other_json_is_one_clear_fault(tmp_path: Path, text: str, code: str) -> None:
    file = tmp_path / "s.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StandardFault) as caught:
        read_file(file)
    assert caught.value.code == code
    assert caught.value.say("zh") != caught.value.code


def french() -> Iterator[Path]:
    expected = ACCEPTANCE / "french" / "expected.csv"
    if not expected.is_file():
        return
    with expected.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["rule"] == "schema-document" and row["oracle_code"] == "table-schema" and row["verdict"] == "valid":
                yield ACCEPTANCE / "french" / row["file"]


def test_every_table_schema_of_the_french_registry_is_accepted() -> None:
    files = list(french())
    if not files:
        pytest.skip("../shared/acceptance is not here")
    assert len(files) > 200
    for file in files:
        standard = read_file(file)
        assert standard.table is not None
        assert standard.table.fields
        made, losses = to_table_schema(standard)
        assert losses == [], file
        assert from_table_schema(made, name=standard.id).table == standard.table, file


def test_frictionless_schemas_get_the_verdict_of_frictionless() -> None:
    folder = ACCEPTANCE / "frictionless" / "frictionless-py" / "data"
    files = sorted(folder.glob("schema-*.json"))
    if not files:
        pytest.skip("../shared/acceptance is not here")
    for file in files:
        valid = file.name.startswith("schema-valid")
        if valid:
            assert read_file(file).table, file
        else:
            with pytest.raises((StandardFault, StandardFaults)):
                read_file(file)


NAMES = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
WORDS = st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=12)
NUMBERS = st.one_of(st.integers(-(10**20), 10**20), st.decimals(-1000, 1000, places=2).map(float))


@st.composite
def fields(draw: st.DrawFn, name: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(TAKES)))
    limits: dict[str, Any] = {}
    if draw(st.booleans()):
        limits["required"] = draw(st.booleans())
    if draw(st.booleans()):
        limits["unique"] = draw(st.booleans())
    if "minLength" in TAKES[kind]:
        low = draw(st.integers(0, 9))
        limits.update(minLength=low, maxLength=low + draw(st.integers(0, 9)))
    if kind == "string":
        if draw(st.booleans()):
            limits["pattern"] = draw(st.sampled_from([r"\d+", "[a-z]*", "甲|乙"]))
        if draw(st.booleans()):
            limits["enum"] = draw(st.lists(WORDS, min_size=1, max_size=4, unique=True))
    if kind in ("integer", "number") and draw(st.booleans()):
        low_bound = draw(st.integers(-(10**20), 10**20) if kind == "integer" else NUMBERS)
        limits[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = low_bound
    made: dict[str, Any] = {"name": name, "type": kind, "constraints": limits, "title": draw(WORDS)}
    if kind == "boolean" and draw(st.booleans()):
        made.update(trueValues=["是"], falseValues=["否", "0"])
    if kind in ("date", "datetime", "time"):
        made["format"] = draw(st.sampled_from(["default", "any", "%Y/%m/%d"]))
    if kind == "number":
        made.update(decimalChar=draw(st.sampled_from([".", ","])), bareNumber=draw(st.booleans()))
    if draw(st.booleans()):
        made["missingValues"] = draw(st.lists(WORDS, max_size=3, unique=True))
    return made


@st.composite
def descriptors(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    made: dict[str, Any] = {"fields": [draw(fields(name)) for name in names], "version": "1.2.3"}
    some = st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)
    if draw(st.booleans()):
        made["primaryKey"] = draw(st.one_of(some, st.sampled_from(names)))
    if draw(st.booleans()):
        made["uniqueKeys"] = [draw(some)]
    if draw(st.booleans()):
        made["foreignKeys"] = [{"fields": [names[0]], "reference": {"resource": "other", "fields": ["x"]}}]
    if draw(st.booleans()):
        made["missingValues"] = draw(st.lists(WORDS, max_size=3, unique=True))
    if draw(st.booleans()):
        made["fieldsMatch"] = draw(st.sampled_from(["exact", "equal", "subset", "superset", "partial"]))
    return made


@settings(max_examples=60, deadline=None)
@given(descriptors())
def test_a_table_schema_survives_loading_and_export(descriptor: dict[str, Any]) -> None:
    standard = from_table_schema(descriptor, name="schema")
    made, losses = to_table_schema(standard)
    assert losses == []
    assert list(Schema.metadata_validate(json.loads(json.dumps(made)))) == []
    again = from_table_schema(made, name="schema")
    assert replace(again, origin="") == replace(standard, origin="")
    assert again.fingerprint == standard.fingerprint


def tables() -> list[str]:
    return [each.reference for each in Registry(installed=False).entries() if each.kind == "table"]


@pytest.mark.parametrize("reference", tables())
def test_every_built_in_table_is_exported_to_what_frictionless_accepts(reference: str) -> None:
    registry = Registry(installed=False)
    standard: Standard = registry.get(reference)
    made, losses = to_table_schema(standard, registry)
    assert list(Schema.metadata_validate(json.loads(json.dumps(made)))) == []
    assert standard.table is not None
    assert [each["name"] for each in made["fields"]] == [each.name for each in standard.table.fields]
    lost = {each.where for each in losses}
    assert {each.id for each in (*standard.table.rules, *standard.table.dataset_rules)} <= lost


def test_a_json_schema_is_a_standard_of_kind_record(tmp_path: Path) -> None:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "许可", "type": "object"}
    file = tmp_path / "permit.json"
    file.write_text(json.dumps(schema), encoding="utf-8")
    found = Registry().resolve(file)
    assert (found.id, found.version, found.kind, found.title.zh) == ("permit", "0.0.0", "record", "许可")
    assert found.document == {"schema": schema}
    assert len(found.fingerprint) == 64
    assert Registry().resolve(schema).fingerprint != Registry().resolve({**schema, "type": "array"}).fingerprint

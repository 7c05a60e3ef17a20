"""Descriptions of tables in other words become packs that lint accepts and that mean the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongshu.standards.faults import StandardFault, StandardFaults, UsageFault
from gongshu.standards.importing import read, recognise
from gongshu.standards.importing.writing import render, write
from gongshu.standards.linting import lint
from gongshu.standards.loading import load_file
from gongshu.standards.model import Constraints, Field, Standard, Table
from gongshu.standards.registry import Registry


def packs(tmp_path: Path, name: str, text: str) -> dict[str, Standard]:
    """The packs made of a file, by id; lint has nothing to say of them."""
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    out = tmp_path / "out"
    files = write(read(path, recognise(path)), out, "zh")
    registry = Registry((out,), builtin=False, installed=False)
    assert [each.say("en") for each in lint(out, registry)[1]] == []
    return {each.id: each for each in map(load_file, files)}


def body(standard: Standard) -> Table:
    assert standard.table is not None
    assert standard.status == "draft"
    return standard.table


def field(standard: Standard, name: str) -> Field:
    found = body(standard).field(name)
    assert found is not None
    return found


MYSQL = """\
CREATE TABLE `people` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT COMMENT '主键',
  `id_card` char(18) NOT NULL COMMENT '身份证号，18位',
  `sex` enum('1','2') DEFAULT NULL COMMENT '性别',
  `age` int(11) CHECK (age >= 0 AND age < 150),
  `pay` decimal(10,2) DEFAULT '0.00',
  `born` date, `gone` date, `seen` datetime, `photo` blob,
  `unit_code` varchar(18),
  PRIMARY KEY (`id`), UNIQUE KEY `u` (`id_card`),
  CONSTRAINT `fk` FOREIGN KEY (`unit_code`) REFERENCES `units` (`code`),
  CONSTRAINT born_first CHECK (born <= gone)
) ENGINE=InnoDB COMMENT='人员表';
CREATE TABLE units (code varchar(18) PRIMARY KEY, name varchar(100) NOT NULL CHECK (char_length(name) >= 2));
"""


def test_mysql(tmp_path: Path) -> None:
    made = packs(tmp_path, "people.sql", MYSQL)
    assert set(made) == {"people", "units"}
    people = made["people"]
    assert people.title.zh == "人员表"
    assert body(people).primary_key == ("id",)
    assert field(people, "id_card").constraints == Constraints(required=True, unique=True, max_length=18)
    assert field(people, "id_card").title.zh == "身份证号"
    assert field(people, "sex").constraints.enum == ("1", "2")
    assert field(people, "age").constraints == Constraints(minimum="0", exclusive_maximum="150")
    assert (field(people, "pay").precision, field(people, "pay").scale) == (10, 2)
    assert [field(people, name).type for name in ("born", "seen", "id")] == ["date", "datetime", "integer"]
    assert [(each.fields, each.resource) for each in body(people).foreign_keys] == [(("unit_code",), "units")]
    assert [each.id for each in body(people).rules] == ["born-first"]
    assert field(made["units"], "name").constraints == Constraints(required=True, min_length=2, max_length=100)


def test_postgres_and_oracle(tmp_path: Path) -> None:
    text = """\
CREATE TABLE IF NOT EXISTS gov.permits (
  no TEXT NOT NULL, kind VARCHAR(2) CHECK (kind IN ('01', '02')), fee NUMERIC(12, 2) CHECK (fee BETWEEN 0 AND 999.5),
  at TIMESTAMP WITH TIME ZONE, ok BOOLEAN, PRIMARY KEY (no, kind), UNIQUE (at, ok)
);
COMMENT ON TABLE gov.permits IS '许可'; COMMENT ON COLUMN gov.permits.no IS '编号';
"""
    permits = packs(tmp_path, "p.sql", text)["permits"]
    assert (permits.title.zh, field(permits, "no").title.zh) == ("许可", "编号")
    assert body(permits).primary_key == ("no", "kind")
    assert body(permits).unique_keys == (("at", "ok"),)
    assert field(permits, "kind").constraints.enum == ("01", "02")
    assert (field(permits, "fee").constraints.minimum, field(permits, "fee").constraints.maximum) == ("0", "999.5")
    oracle = "CREATE TABLE T1 (A VARCHAR2(20 CHAR) NOT NULL, B NUMBER(8,0), C DATE, CONSTRAINT PK PRIMARY KEY (A));"
    (tmp_path / "two").mkdir()
    table = packs(tmp_path / "two", "o.sql", oracle)["t1"]
    assert field(table, "A").constraints == Constraints(required=True, max_length=20)
    assert (field(table, "B").precision, field(table, "B").scale) == (8, 0)


def test_json_schema(tmp_path: Path) -> None:
    text = """{"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://x/staff.schema.json",
    "title": "人员", "type": "array", "items": {"$ref": "#/$defs/row"}, "$defs": {"code": {"type": "string",
    "pattern": "^[A-Z]{2}$"}, "row": {"type": "object", "required": ["id", "code"], "additionalProperties": false,
    "properties": {"id": {"type": "integer", "minimum": 1}, "code": {"$ref": "#/$defs/code"},
    "word": {"type": ["string", "null"], "pattern": "a|b", "maxLength": 9}, "day": {"type": "string", "format": "date"},
    "pay": {"type": "number", "multipleOf": 0.01, "exclusiveMaximum": 10.10}, "sex": {"enum": ["男", "女"]},
    "home": {"type": "object", "properties": {}}, "flag": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}}}}}"""
    staff = packs(tmp_path, "s.json", text)["staff"]
    assert body(staff).header.extra == "error"
    assert field(staff, "id").constraints == Constraints(required=True, minimum="1")
    assert field(staff, "code").constraints == Constraints(required=True, pattern="[A-Z]{2}")
    assert field(staff, "word").constraints == Constraints(max_length=9, pattern="(?s:.*)(?:a|b)(?s:.*)")
    assert [field(staff, name).type for name in ("day", "home", "flag", "sex")] == [
        "date",
        "object",
        "boolean",
        "string",
    ]
    assert (field(staff, "pay").scale, field(staff, "pay").constraints.exclusive_maximum) == (2, "10.10")
    assert field(staff, "sex").constraints.enum == ("男", "女")


def test_odcs(tmp_path: Path) -> None:
    text = """\
version: 1.2.0
kind: DataContract
apiVersion: v3.1.0
id: people
status: active
schema:
  - name: people
    businessName: 人员
    properties:
      - {name: id, logicalType: integer, primaryKey: true, primaryKeyPosition: 1, required: true, unique: true}
      - name: code
        businessName: 代码
        logicalType: string
        physicalType: varchar(20)
        logicalTypeOptions: {minLength: 2, maxLength: 10, pattern: "^[A-Z]+$"}
        quality: [{metric: invalidValues, arguments: {validValues: [AA, BB]}, mustBe: 0}]
      - {name: day, logicalType: date, logicalTypeOptions: {format: yyyy-MM-dd}}
      - {name: pay, logicalType: number, physicalType: "decimal(8,2)", logicalTypeOptions: {minimum: 0}}
      - {name: unit, physicalType: varchar(18), relationships: [{to: units.code}], classification: pii}
  - name: units
    properties:
      - {name: code, logicalType: string}
"""
    made = packs(tmp_path, "contract.yaml", text)
    people = made["people"]
    assert (people.version, people.title.zh, body(people).primary_key) == ("1.2.0", "人员", ("id",))
    wanted = Constraints(min_length=2, max_length=10, pattern="[A-Z]+", enum=("AA", "BB"))
    assert field(people, "code").constraints == wanted
    assert field(people, "day").format.write == "%Y-%m-%d"
    assert (field(people, "pay").precision, field(people, "pay").constraints.minimum) == (8, "0")
    assert field(people, "unit").privacy.category == "personal"
    assert [(each.fields, each.resource, each.reference_fields) for each in body(people).foreign_keys] == [
        (("unit",), "units", ("code",))
    ]


def test_data_package(tmp_path: Path) -> None:
    text = """{"name": "p", "resources": [
    {"name": "a", "title": "甲", "path": "a.csv", "schema": {"fields": [{"name": "x", "type": "integer"}],
     "primaryKey": "x"}},
    {"name": "b", "path": "b.csv", "schema": {"fields": [{"name": "y", "type": "integer", "rdfType": "u"}],
     "foreignKeys": [{"fields": "y", "reference": {"resource": "a", "fields": "x"}}]}},
    {"name": "c", "path": "c.csv"}]}"""
    made = packs(tmp_path, "datapackage.json", text)
    assert set(made) == {"a", "b"}
    assert made["a"].title.zh == "甲"
    assert body(made["b"]).foreign_keys[0].resource == "a"


def test_nothing_is_overwritten_and_nothing_half_written(tmp_path: Path) -> None:
    path = tmp_path / "t.sql"
    path.write_text("CREATE TABLE a (x int); CREATE TABLE b (x int);", encoding="utf-8")
    drafts = read(path, "sql")
    write(drafts[1:], tmp_path, "en")
    with pytest.raises(UsageFault):
        write(drafts, tmp_path, "en")
    assert not (tmp_path / "a").exists()
    assert [each.name for each in (tmp_path / "b").iterdir()] == ["0.1.0"]


@pytest.mark.parametrize(
    ("name", "text", "source"),
    [
        ("a.sql", "CREATE TABLE (", "sql"),
        ("a.sql", "SELECT 1", "sql"),
        ("a.yaml", "kind: table", "odcs"),
        ("a.yaml", "a: [", "odcs"),
        ("a.json", "{", "table-schema"),
        ("a.json", "{", "json-schema"),
        ("a.json", "{", "datapackage"),
        ("a.json", '{"type": "string"}', "json-schema"),
        ("a.json", '{"resources": []}', "datapackage"),
        ("a.json", "{}", "word"),
    ],
)
def test_bad_sources_are_told_in_one_line(tmp_path: Path, name: str, text: str, source: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises((StandardFault, StandardFaults)) as caught:
        read(path, source)
    faults = caught.value.exceptions if isinstance(caught.value, StandardFaults) else [caught.value]
    for each in faults:
        assert isinstance(each, StandardFault)
        assert not each.say("zh").startswith("standard.")
        assert len(each.say("en").splitlines()) == 1


def test_comments_say_what_was_lost(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('{"fields": [{"name": "x", "rdfType": "u"}], "custom_checks": []}', encoding="utf-8")
    text = render(read(path, "table-schema")[0], "zh")
    assert "# 原文件中这些内容没有带过来：rdfType" in text
    assert "custom_checks" in text


def test_a_pattern_in_quotes_is_no_sign_of_a_dialect(tmp_path: Path) -> None:
    text = "CREATE TABLE a (x TIMESTAMP NOT NULL, y VARCHAR(9) CHECK (y ~ '^[A]+$')); COMMENT ON TABLE a IS '甲';"
    assert field(packs(tmp_path, "a.sql", text)["a"], "x").type == "datetime"


def test_schemas_elsewhere_are_not_fetched(tmp_path: Path) -> None:
    far = '{"name": "far", "path": "f.csv", "schema": "https://example.org/s.json"}'
    near = '{"name": "near", "path": "n.csv", "schema": {"fields": [{"name": "x"}]}}'
    path = tmp_path / "datapackage.json"
    path.write_text(f'{{"resources": [{far}, {near}]}}', encoding="utf-8")
    (draft,) = read(path, "datapackage")
    assert "far" in render(draft, "en")
    path.write_text(f'{{"resources": [{far}]}}', encoding="utf-8")
    with pytest.raises(StandardFault) as caught:
        read(path, "datapackage")
    assert caught.value.code == "standard.import-remote"

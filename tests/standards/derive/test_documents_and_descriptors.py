"""Forms for people and for other tools' words: each is read back by the tool it is for."""

from __future__ import annotations

import html.parser
import io
import json
import re

import pytest
import yaml

from gongshu.standards.derive import FORMS, Options, derive
from gongshu.standards.faults import StandardFault

DDL = {"ddl-mysql": "mysql", "ddl-oracle": "oracle", "ddl-tsql": "tsql"}


class Page(html.parser.HTMLParser):
    """Texts, open tags, and whatever the page would fetch."""

    def __init__(self):
        super().__init__()
        self.texts, self.open, self.fetched = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in ("meta", "br"):
            self.open.append(tag)
        self.fetched += [value for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_html_is_whole_and_fetches_nothing(case, lang):
    page = Page()
    page.feed(case.made("html", lang).content.decode())
    assert page.open == []
    assert page.fetched == []
    for each in case.standard.table.fields:
        assert each.name in page.texts
        assert each.title.get(lang) in page.texts
    assert {rule.check for rule in case.standard.table.rules} <= set(page.texts)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_markdown_tables_are_even(case, lang):
    text = case.made("markdown", lang).content.decode()
    for block in text.split("\n\n"):
        rows = [re.findall(r"(?<!\\)\|", line) for line in block.splitlines() if line.startswith("|")]
        assert len({len(row) for row in rows}) <= 1
    assert all(re.sub(r"([\\`*_])", r"\\\1", each.name) in text for each in case.standard.table.fields)


def test_docx_has_every_item(case):
    docx = pytest.importorskip("docx", reason="python-docx is an extra")
    made = case.made("docx").content
    assert made == case.made("docx").content
    paper = docx.Document(io.BytesIO(made))
    texts = {cell.text for table in paper.tables for row in table.rows for cell in row.cells}
    assert {each.name for each in case.standard.table.fields} <= texts


def test_datapackage_is_accepted_by_frictionless(case):
    from frictionless import Package

    package = Package.from_descriptor(json.loads(case.made("datapackage").content))
    assert [each.name for each in package.resources[0].schema.fields] == list(case.good.columns)


def test_odcs_has_what_the_standard_asks_for(case):
    made = yaml.safe_load(case.made("odcs").content)
    assert (made["apiVersion"], made["kind"]) == ("v3.1.0", "DataContract")
    (table,) = made["schema"]
    assert [each["name"] for each in table["properties"]] == list(case.good.columns)
    keys = {each["name"]: each["primaryKeyPosition"] for each in table["properties"] if each.get("primaryKey")}
    assert tuple(sorted(keys, key=keys.get)) in ((), case.standard.table.primary_key)


def test_csvw_names_the_columns(case):
    made = json.loads(case.made("csvw").content)
    assert [each["name"] for each in made["tableSchema"]["columns"]] == list(case.good.columns)
    assert made["tableSchema"].get("primaryKey", []) in ([], list(case.standard.table.primary_key))
    for column in made["tableSchema"]["columns"]:
        if column["datatype"]["base"] == "string" and "format" in column["datatype"]:
            pattern = re.compile(column["datatype"]["format"])
            at = case.good.columns.index(column["name"])
            assert all(pattern.fullmatch(row[at]) for row in case.good.rows if row[at])


def test_mermaid_is_a_diagram(case):
    lines = case.made("mermaid").content.decode().splitlines()
    assert lines[0] == "erDiagram"
    items = [line for line in lines if re.fullmatch(r'    \w+ \w+( (PK|FK|UK)(, (PK|FK|UK))*)? "[^"]*"', line)]
    assert len(items) == len(case.standard.table.fields)


def test_spark_has_every_column(case):
    made = json.loads(case.made("spark").content)
    assert [each["name"] for each in made["fields"]] == list(case.good.columns)
    assert {each["type"].partition("(")[0] for each in made["fields"]} <= {
        *("string", "boolean", "date", "timestamp_ntz", "long", "decimal")
    }


@pytest.mark.parametrize("form", sorted(DDL))
def test_other_databases_words_are_read_by_sqlglot(case, form):
    import sqlglot

    made = case.made(form)
    statements = [each for each in sqlglot.parse(made.content.decode(), dialect=DDL[form]) if each is not None]
    assert statements[0].key == "create"
    columns = [each.name for each in statements[0].find_all(sqlglot.exp.ColumnDef)]
    assert columns == list(case.good.columns)
    if form != "ddl-mysql":
        assert {rule.id for rule in case.standard.table.rules} <= {each.where for each in made.losses}


def test_losses_name_columns_rules_or_the_table(case):
    known = {*case.good.columns, "table"}
    known |= {rule.id for rule in (*case.standard.table.rules, *case.standard.table.dataset_rules)}
    for form in FORMS:
        for loss in case.made(form).losses:
            assert set(loss.where.split(", ")) <= known, (form, loss)
            assert loss.what


@pytest.mark.parametrize("form", ["html", "markdown", "docx"])
def test_every_kind_has_a_page(registry, form):
    kinds = {}
    for entry in registry.entries():
        kinds.setdefault(entry.kind, entry.reference)
    for reference in kinds.values():
        assert derive(registry.get(reference), form, registry, Options()).content


def test_a_code_list_is_no_table(registry):
    for form in sorted(set(FORMS) - {"html", "markdown", "docx"}):
        with pytest.raises(StandardFault) as raised:
            derive(registry.get("gbt-2261-1-sex"), form, registry)
        assert raised.value.code == "standard.export-kind"
        assert raised.value.params["form"] == form


def test_a_document_shows_a_row_that_conforms_and_one_that_does_not() -> None:
    from gongshu.standards.derive import Options, derive
    from gongshu.standards.registry import Registry

    registry = Registry()
    for entry in registry.entries():
        if entry.kind == "table":
            text = derive(registry.get(entry.id), "markdown", registry, Options(lang="zh")).content
            words = text.decode("utf-8") if isinstance(text, bytes) else text
            assert "合格的一行" in words, entry.id
            assert "不合格的一行错在" in words, entry.id

"""A Data Package's own descriptor: known by what it says, and judged by the rules of its version."""

from __future__ import annotations

import json

import pytest

from gongshu import validate

SCHEMA = {"fields": [{"name": "a", "type": "integer"}]}


def package(folder, file="datapackage.json", **words):
    (folder / "a.csv").write_text("a\n1\n", encoding="utf-8")
    resource = {"name": "one", "path": "a.csv", "schema": SCHEMA}
    path = folder / file
    path.write_text(json.dumps({"name": "good", "resources": [resource], **words}), encoding="utf-8")
    return path


@pytest.mark.parametrize("file", ["datapackage.json", "package-2024.json"])
def test_a_package_is_known_by_what_it_says(tmp_path, file) -> None:
    report = validate(package(tmp_path, file))
    assert [(each.name, str(each.verdict), each.rows) for each in report.files] == [("a.csv", "conforms", 1)]


def test_a_name_that_version_1_forbids_is_said_at_its_place(tmp_path) -> None:
    report = validate(package(tmp_path, name="Not-Good"))
    assert [(each.name, str(each.verdict)) for each in report.files] == [
        ("datapackage.json", "nonconforming"),
        ("a.csv", "conforms"),
    ]
    (finding,) = report.files[0].findings
    assert (finding.code, finding.reason, finding.samples[0].pointer) == ("record.schema", "pattern", "/name")


def test_version_2_allows_any_name(tmp_path) -> None:
    words = {"name": "Not-Good", "$schema": "https://datapackage.org/profiles/2.0/datapackage.json"}
    assert len(validate(package(tmp_path, **words)).files) == 1

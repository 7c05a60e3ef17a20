"""What two published versions differ in: by command, by library, in a plan; as the public may see them now."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from gongshu.catalogue.client import open as open_catalogue
from gongshu.cli import main
from gongshu.publishers.manifest import read
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan
from gongshu.standards.faults import UsageFault

CODE = "307010/000001"


def published(office, day="2026-03-31", **changes):
    plan = make_plan(office.manifest([changes]), as_of="2026-03-31")
    assert not plan.blocked, plan.blocked
    assert apply_plan(plan, now=lambda: f"{day}T10:00:00+08:00").exit_code == 0
    (item,) = plan.items
    return item


@pytest.fixture
def twice(office, line):
    published(office, "2026-01-31")
    office.write([line(1, name="改名"), *(line(n) for n in range(3, 13))])
    published(office, "2026-02-28", title="停车场名录(新)")
    return office


def test_the_library_tells_them_by_number_and_by_day(twice):
    with open_catalogue(twice.catalogue) as catalogue:
        told = catalogue[CODE].diff(1)
        assert told == catalogue[CODE].diff("2026-02-27", "2026-03-01")
        assert [each["field"] for each in told["metadata"]] == ["title"]
        rows = told["rows"]["main"]
        assert (rows["added"], rows["changed"], rows["removed"]) == (2, 1, 1)
        assert rows["by_column"] == {"TCCMC": 1}
        (changed,) = [each for each in rows["samples"] if each["kind"] == "changed"]
        assert changed == {
            "kind": "changed",
            "key": {"TCCBM": "0001"},
            "changes": [{"column": "TCCMC", "before": "人民路停车场", "after": "改名"}],
        }
        with pytest.raises(UsageFault, match="2026-01-01"):
            catalogue[CODE].diff("2026-01-01")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_command_tells_them_in_every_form(twice, lang, capsys):
    words = ["publish", "diff", f"{CODE}@1", f"{CODE}@2", "--in", str(twice.catalogue), "--lang", lang]
    assert main(words) == 0
    assert "改名" in capsys.readouterr().out
    assert main([*words, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["main"]["added"] == 2
    assert main([*words, "-o", str(twice.folder / "d.html")]) == 0
    page = (twice.folder / "d.html").read_text("utf-8")
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert all(f'id="l-{each}"' in page for each in ("zh", "en"))
    assert main(["publish", "diff", f"{CODE}@1", "other@2", "--in", str(twice.catalogue)]) == 3
    assert main(["publish", "diff", f"{CODE}@7", "--in", str(twice.catalogue)]) == 3
    assert main(["publish", "diff", CODE, f"{CODE}@1", "--in", str(twice.catalogue)]) == 3


def test_a_plan_tells_what_apply_then_makes(office, line, capsys):
    published(office)
    office.write([line(1, name="改名"), *(line(n) for n in range(3, 13))])
    assert main(["publish", "plan", str(office.manifest()), "--as-of", "2026-03-31", "--lang", "en"]) == 0
    assert "改名" in capsys.readouterr().out
    item = published(office)
    with open_catalogue(office.catalogue) as catalogue:
        assert catalogue[CODE].diff(1)["rows"] == item.changes["rows"]


def test_what_is_withheld_now_is_not_told_of_older_versions(office, line):
    pack = office.folder / "pack" / "standard.yaml"
    whole = pack.read_text("utf-8")
    published(office)
    office.write([line(n, name=f"停车场{n}") for n in range(1, 11)])
    hidden = whole.replace("title: {zh: 停车场名称}", "title: {zh: 停车场名称}, opening: none")
    pack.write_text(hidden.replace("version: 1.0.0", "version: 1.1.0"), "utf-8")
    item = published(office)
    rows = item.changes["rows"]["main"]
    assert rows["columns"] == {"added": [], "removed": [], "not_compared": ["TCCMC"]}
    assert "人民路" not in json.dumps(rows, ensure_ascii=False)
    with open_catalogue(office.catalogue) as catalogue:
        assert "人民路" not in json.dumps(catalogue[CODE].diff(1)["rows"], ensure_ascii=False)
    pack.write_text(whole.replace("version: 1.0.0", "version: 1.2.0"), "utf-8")
    plan = make_plan(office.manifest(), as_of="2026-03-31")
    assert plan.items[0].changes["policy"] == {"main": {"opened": ["TCCMC"]}}


def test_a_scope_that_moves_leaves_counts_alone(office):
    published(office)
    manifest = read(office.manifest())
    (item,) = manifest.items
    (file,) = item.files
    scoped = replace(item, files=(replace(file, scope={"open": "LB = '单位'"}),))
    plan = make_plan(replace(manifest, items=(scoped,)), as_of="2026-03-31")
    assert apply_plan(plan).exit_code == 0
    with open_catalogue(office.catalogue) as catalogue:
        rows = catalogue[CODE].diff(1)["rows"]["main"]
    assert (rows["added"], rows["changed"], rows["removed"], rows["samples"]) == (0, 0, 5, [])


def test_hostile_values_steer_nothing(office, capsys):
    published(office)
    evil = "</td><script>alert(1)</script>\u202e\x1b[31m{{7}}"
    published(office, abstract=evil)
    words = ["publish", "diff", CODE, "--in", str(office.catalogue)]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "U+202E>" in out
    assert "\x1b[31m" not in out
    assert main([*words, "--format", "html"]) == 0
    out = capsys.readouterr().out
    assert "<script" not in out
    assert "\u202e" not in out

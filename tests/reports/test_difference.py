"""A report comes back from its JSON as it was; two of them say what was mended, what is left and what is new."""

from __future__ import annotations

import io
import json
import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gongshu.cli import gongshu
from gongshu.standards.faults import UsageFault
from gongshu.standards.registry import Registry
from gongshu.validators.comparison import compare
from gongshu.validators.report import Report
from gongshu.validators.reports import FORMS, write
from gongshu.validators.reports.difference import difference_lines
from gongshu.validators.reports.loading import load_report
from gongshu.validators.validation import validate

PEOPLE = Path(__file__).parent / "goldens/people"
FOLDERS = sorted(path.parent for path in (Path(__file__).parent / "goldens").glob("*/input.*"))


def judged(source: Any, folder: Path = PEOPLE, **options: Any) -> Report:
    standard = folder / "standard.yaml"
    given = {"samples": None, "as_of": date(2026, 3, 31), "registry": Registry(builtin=False, installed=False)}
    return validate(source, standard=standard if standard.exists() else None, **{**given, **options})


def rendered(report: Report, form: str) -> bytes:
    out = io.BytesIO()
    write(report, out, form_name=form, lang="zh")
    return out.getvalue()


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
@pytest.mark.parametrize("form", [form for form in FORMS if form != "xlsx"])
def test_a_report_comes_back_from_its_json(folder: Path, form: str, tmp_path: Path) -> None:
    report = judged(next(folder.glob("input.*")), folder)
    report.save(tmp_path / "r.json")
    assert rendered(load_report(tmp_path / "r.json"), form) == rendered(report, form)


@pytest.mark.parametrize("content", [b"", b"[]", b'{"report": "gongshu/1"}', b"\xff", b"[" * 100_000])
def test_what_is_no_report_is_one_fault(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "r.json").write_bytes(content)
    with pytest.raises(UsageFault) as fault:
        load_report(tmp_path / "r.json")
    assert fault.value.code == "usage.report-unreadable"


def test_rows_may_move() -> None:
    header, *rows = (PEOPLE / "input.csv").read_text(encoding="utf-8").splitlines()
    rows = [row for row in rows if "张,六" not in row]  # which of two rows repeats a key depends on their order
    before = judged("\n".join([header, *rows]).encode())
    for seed in range(5):
        moved = random.Random(seed).sample(rows, len(rows))
        found = compare(before, judged("\n".join([header, *moved]).encode()))
        assert (found.mended, found.new) == (0, 0)
        assert found.left == sum(each.count for each in before.findings)
        assert found.exact


def test_mended_left_and_new() -> None:
    text = (PEOPLE / "input.csv").read_text(encoding="utf-8")
    before = judged(text.encode())
    after = judged(text.replace("2024/1/6", "2024-01-06").replace("2024-01-05,3", "2024-01-05,99").encode())
    found = compare(before, after)
    total = sum(each.count for each in before.findings)
    assert (found.mended, found.left, found.new) == (1, total - 1, 1)
    kinds = {(each.finding.code, each.finding.columns): (each.mended, each.left, each.new) for each in found.kinds}
    assert kinds["cell.format", ("DJRQ",)] == (1, 1, 0)
    assert kinds["cell.maximum", ("RS",)] == (0, 1, 1)
    assert "改好 1 处" in next(difference_lines(found, "zh"))


def test_cut_reports_are_compared_by_count_and_say_so() -> None:
    before = judged(PEOPLE / "input.csv", samples=1)
    found = compare(before, before)
    assert not found.exact
    assert (found.mended, found.new) == (0, 0)
    assert any("--samples all" in line for line in difference_lines(found, "en"))
    other = replace(before, inputs={**before.inputs, "profile": "publication"})
    assert not compare(before, other).judged_alike


def test_the_commands(tmp_path: Path) -> None:
    run = CliRunner()
    old, new = str(tmp_path / "old.json"), str(tmp_path / "new.json")
    data = tmp_path / "data.csv"
    text = (PEOPLE / "input.csv").read_text(encoding="utf-8")
    data.write_text(text, encoding="utf-8")
    common = ["--standard", str(PEOPLE / "standard.yaml"), "--lang", "zh"]
    run.invoke(gongshu, ["validate", str(data), *common, "-o", old, "--samples", "all"])
    data.write_text(text.replace("2024/1/6", "2024-01-06"), encoding="utf-8")
    done = run.invoke(gongshu, ["validate", str(data), *common, "-o", new, "--baseline", old])
    assert "改好 1 处" in done.output
    diff = run.invoke(gongshu, ["report", "diff", old, new, "--json"], standalone_mode=False)
    assert diff.return_value == 0
    assert json.loads(diff.output)["mended"] == 1
    assert run.invoke(gongshu, ["report", "diff", new, old], standalone_mode=False).return_value == 1
    page = run.invoke(gongshu, ["report", "show", new, "-f", "html"])
    assert "<!DOCTYPE html>" in page.output
    made = tmp_path / "marked.xlsx"
    run.invoke(gongshu, ["report", "show", new, "-o", str(made), "--source", str(data)])
    assert made.read_bytes().startswith(b"PK")


def rows_without_key(rows: list[str], tmp_path: Path) -> Report:
    fields = [
        {"name": "名称", "type": "string", "constraints": {"required": True}},
        {"name": "电话", "type": "string", "constraints": {"pattern": "[0-9]{8}"}},
        {"name": "人数", "type": "integer"},
    ]
    (tmp_path / "t.json").write_text(json.dumps({"fields": fields}), encoding="utf-8")
    registry = Registry(builtin=False, installed=False)
    text = "\n".join(["名称,电话,人数", *rows]) + "\n"
    return validate(text.encode(), standard=tmp_path / "t.json", samples=None, registry=registry)


def test_rows_without_a_key_are_known_again_by_their_values(tmp_path: Path) -> None:
    good = [f"店{i},6000{i:04d},{i}" for i in range(40)]
    wrong = [f",6100{i:04d},{i}" for i in range(20)]  # twenty nameless shops
    before = rows_without_key([*good, *wrong], tmp_path)
    mended = [f"新{each}" for each in wrong[:17]]
    new = [",62000001,7", ",62000002,8"]
    moved = [*good, *mended, *wrong[17:], *new]
    random.Random(7).shuffle(moved)
    found = compare(before, rows_without_key(moved, tmp_path))
    assert (found.mended, found.left, found.new) == (17, 3, 2)
    assert found.exact
    hashes = [sample.row_hash for finding in before.findings for sample in finding.samples]
    assert len(set(hashes)) == 20
    assert all(each is not None and len(each) == 12 for each in hashes)


def test_a_row_of_which_another_cell_was_mended_is_the_same_row(tmp_path: Path) -> None:
    before = rows_without_key(["甲,123,x", ",1234,y"], tmp_path)
    after = rows_without_key(["甲,123,5", ",1234,6"], tmp_path)
    found = compare(before, after)
    assert (found.mended, found.left, found.new) == (2, 3, 0)


def test_hashes_come_back_from_json(tmp_path: Path) -> None:
    report = rows_without_key([",61000001,1"], tmp_path)
    report.save(tmp_path / "r.json")
    assert load_report(tmp_path / "r.json").findings[0].samples == report.findings[0].samples


def test_a_keyed_row_needs_no_hash() -> None:
    report = judged(PEOPLE / "input.csv")
    assert all(sample.row_hash is None for finding in report.findings for sample in finding.samples)


def test_a_row_of_which_the_key_was_mended_is_the_same_row() -> None:
    standard = {
        "primaryKey": ["号"],
        "fields": [{"name": "号", "type": "integer"}, {"name": "人数", "type": "integer"}],
    }
    folder_less = {"standard": standard, "samples": None, "registry": Registry(builtin=False, installed=False)}
    before, after = (validate(f"号,人数\n{first},很多\n2,少\n3,4\n".encode(), **folder_less) for first in ("１1", "11"))
    kinds = [
        (each.mended, each.left, each.new) for each in compare(before, after).kinds if "人数" in each.finding.columns
    ]
    assert kinds == [(0, 2, 0)]
    swapped = validate("号,人数\n2,少\n5,很多\n3,4\n".encode(), **folder_less)  # another row in another place
    kinds = [(each.mended, each.left, each.new) for each in compare(after, swapped).kinds]
    assert kinds == [(1, 1, 1)]

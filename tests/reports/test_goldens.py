"""Folders of input, standard and expected reports: text at 80 columns in both languages, and JSON."""

from __future__ import annotations

import io
import json
import re
from datetime import date
from importlib.metadata import version
from pathlib import Path

import jsonschema
import pytest
from rich.cells import cell_len

from gongshu.standards.faults import UsageFault
from gongshu.standards.registry import Registry
from gongshu.validators.receipt import load_receipt
from gongshu.validators.report import Report
from gongshu.validators.reports import write
from gongshu.validators.reports.document import document
from gongshu.validators.validation import validate

HERE = Path(__file__).parent
FOLDERS = sorted(path.parent for path in HERE.glob("goldens/*/input.*"))
SCHEMA = json.loads((HERE.parents[1] / "validators/report.schema.json").read_text(encoding="utf-8"))


def judged(folder: Path, **options: object) -> Report:
    standard = folder / "standard.yaml"
    given = next(folder.glob("input.*"))
    return validate(
        given,
        standard=standard if standard.exists() else None,
        as_of=date(2026, 3, 31),
        registry=Registry(builtin=False, installed=False),
        **options,  # type: ignore[arg-type]  # the options of validate
    )


def rendered(report: Report, form: str, lang: str, **options: object) -> str:
    out = io.BytesIO()
    write(report, out, form_name=form, lang=lang, **options)
    return out.getvalue().decode()


FORMS_OF = {
    "expected.annotations": "github",
    "expected.csv": "csv",
    "expected.html": "html",
    "expected.jsonl": "jsonl",
    "expected.md": "markdown",
    "expected.sarif": "sarif",
    "expected.svg": "badge",
    "expected.xml": "junit",
}


def unversioned(text: str) -> str:
    """Without the version of gongshu, without style and script, and with line breaks as files have them."""
    text = text.replace(f'"version": "{version("gongshu")}"', '"version": "0"').replace("\r\n", "\n")
    text = re.sub(r"(<th>gongshu</th><td><code>)[^<]*", r"\g<1>0", text)
    return re.sub(r"(?s)(<style>).*?(</style>)|(sha256-)[^']*|(<script>).*?(</script>)", r"\1\2\3\4\5", text)


def without_versions(text: str) -> str:
    found = json.loads(text)
    found["engine"]["version"] = "0"
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_reports_are_as_expected(folder: Path, accept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)  # names in reports are relative
    report = judged(folder)
    made = {
        "expected.zh.txt": rendered(report, "terminal", "zh"),
        "expected.en.txt": rendered(report, "terminal", "en"),
        **{name: unversioned(rendered(report, form, "zh", reproducible=True)) for name, form in FORMS_OF.items()},
        "expected.json": without_versions(rendered(report, "json", "zh", reproducible=True)),
    }
    for name, text in made.items():
        if accept:
            (folder / name).write_text(text, encoding="utf-8")
        assert (folder / name).read_text(encoding="utf-8") == text


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_json_follows_the_published_schema(folder: Path, lang: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(document(judged(folder), lang=lang))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_text_keeps_to_the_width_and_leaves_no_hole(folder: Path, lang: str) -> None:
    for width in (50, 80, 120):
        for line in rendered(judged(folder), "terminal", lang, width=width).splitlines():
            assert cell_len(line) <= width or line.startswith("    gongshu "), line  # a command stays whole
    text = rendered(judged(folder), "terminal", lang)
    for hole in ("  的", "“”", "：。", "，。", " .", ": .", "{", "}", "None"):
        assert hole not in text.replace('"', "").replace("[0-9]{6}", ""), hole


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
def test_the_same_report_twice(folder: Path) -> None:
    first, second = (rendered(judged(folder), "json", "en", reproducible=True) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("encoding", ["gbk", "ascii", "cp1252", "utf-8"])
def test_any_console_can_print_it(encoding: str) -> None:
    out = io.BytesIO()
    write(judged(HERE / "goldens/people"), out, form_name="terminal", lang="zh", encoding=encoding)
    assert out.getvalue().decode(encoding)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_one_line_a_faulty_cell(form: str) -> None:
    report = judged(HERE / "goldens/people", samples=None)
    lines = rendered(report, form, "zh").splitlines()
    assert len(lines) - (form == "csv") == sum(max(1, len(each.samples)) for each in report.findings)


def test_samples_that_are_cut_are_said_to_be() -> None:
    report = judged(HERE / "goldens/people", samples=1)
    assert "--samples all" in rendered(report, "terminal", "zh")
    (finding,) = (each for each in report.findings if each.code == "cell.format")
    assert (finding.count, len(finding.samples)) == (2, 1)


def test_a_report_saves_itself_and_its_receipt(tmp_path: Path) -> None:
    report = judged(HERE / "goldens/people")
    report.save(tmp_path / "r.json", lang="en", reproducible=True)
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["verdict"] == "nonconforming"
    report.receipt().save(tmp_path / "receipt.json")
    assert load_receipt(tmp_path / "receipt.json").verify(HERE / "goldens/people/input.csv").valid
    with pytest.raises(UsageFault) as fault:
        report.save(tmp_path / "r.jsn")
    assert fault.value.params["near"] in {"json", "jsonl"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.json", "receipt.json"]

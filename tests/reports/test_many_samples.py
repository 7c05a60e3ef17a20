"""A million places go to a file and come back: no form needs more memory, none says anything else."""

from __future__ import annotations

import copy
import csv
import errno
import io
import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongshu.standards.faults import UsageFault
from gongshu.standards.registry import Registry
from gongshu.validators.comparison import compare
from gongshu.validators.finding import EMPTY, Fix, Sample
from gongshu.validators.gathering import gather
from gongshu.validators.report import Report
from gongshu.validators.reports import FORMS, write
from gongshu.validators.reports.document import document
from gongshu.validators.reports.loading import load_report, report_of
from gongshu.validators.samples import Gathering, Samples, portions, side_by_side
from gongshu.validators.samplestore import SampleStore
from gongshu.validators.validation import asking, report_over

ROOT = Path(__file__).parents[2]
STANDARD = """
id: many-test
version: 1.0.0
kind: table
status: in-force
title: {zh: 多, en: Many}
basis: [{title: 测试, confidence: high}]
fields:
  - {name: id, title: {zh: 号, en: Number}, type: string}
  - {name: a, title: {zh: 甲, en: First}, type: integer, constraints: {unique: true, maximum: 3}}
  - {name: b, title: {zh: 乙, en: Second}, type: date, privacy: {category: personal, mask: date}}
  - {name: c, title: {zh: 丙, en: Third}, type: string, constraints: {required: true, maxLength: 2}}
%s
foreignKeys:
  - {fields: [c], reference: {fields: [id]}}
rules:
  - id: order
    fields: [a, id]
    check: "a > 1"
    message: {zh: 甲应大于一, en: first over one}
"""
CELL = st.sampled_from(
    ["", "1", "01", "2", "9", "x", " 1", "１", "2020-01-01", "2020/1/2", "a\nb", 'q"q', "甲乙丙", "=1+1"]
)
ROWS = st.lists(st.lists(CELL, min_size=3, max_size=5), max_size=25)


def table(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([["id", "a", "b", "c"], *rows])
    return out.getvalue().encode()


def judged(data: bytes, standard: Path, store: SampleStore, **more: Any) -> Report:
    asked = asking(standard=standard, as_of=date(2026, 3, 31), registry=Registry(), samples=None, **more)
    return report_over(gather((data,), replace(asked, store=store)), asked)


def rendered(report: Report, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    write(report, out, form_name=form, lang="zh", reproducible=True, **options)
    return out.getvalue()


@pytest.fixture(scope="module")
def standards(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """With a primary key, and without one, where rows have hashes."""
    folder = tmp_path_factory.mktemp("standards")
    made = []
    for name, key in (("keyed", "primaryKey: [id, b]"), ("keyless", "")):
        text = STANDARD % key
        if not key:
            text = text.replace("foreignKeys:\n  - {fields: [c], reference: {fields: [id]}}\n", "")
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        made.append(folder / f"{name}.yaml")
    return made


@given(ROWS, st.integers(0, 60), st.booleans())
@settings(deadline=None, max_examples=60)
def test_a_report_is_the_same_wherever_its_samples_lie(
    standards: list[Path], rows: Any, bound: int, keyed: bool
) -> None:
    standard = standards[0 if keyed else 1]
    data = table(rows)
    here = judged(data, standard, SampleStore())
    there = judged(data, standard, SampleStore(bound=bound))
    assert all(isinstance(each.samples, tuple) for each in here.findings)
    assert bound or all(isinstance(each.samples, Samples) for each in there.findings if each.samples)
    assert there.files == here.files
    assert here.files == there.files
    assert document(there, lang="zh", reproducible=True) == document(here, lang="zh", reproducible=True)
    for form in sorted(set(FORMS) - {"xlsx"}):
        for shown in ({}, {"shown": sys.maxsize}):
            assert rendered(there, form, **shown) == rendered(here, form, **shown), form
    for found, kept in zip(there.findings, here.findings):
        assert found.samples[:3] == kept.samples[:3]
        assert found.samples[-3:] == kept.samples[-3:]
        assert found.samples[::-2] == kept.samples[::-2]
        assert [found.samples[number] for number in range(-len(kept.samples), len(kept.samples))] == [
            *kept.samples,
            *kept.samples,
        ]
    assert compare(here, there).left == sum(each.count for each in here.findings)


VALUE = st.none() | st.text(max_size=5)
SAMPLE = st.builds(
    Sample,
    row=st.none() | st.integers(0, 9),
    line=st.none() | st.integers(0, 9),
    cell=VALUE,
    byte=st.none() | st.integers(0, 9),
    pointer=VALUE,
    value=VALUE,
    key=st.just(EMPTY) | st.dictionaries(st.text(max_size=2), st.text(max_size=2), min_size=1, max_size=2),
    params=st.just(EMPTY)
    | st.dictionaries(st.text(max_size=2), st.decimals(allow_nan=False) | st.dates() | VALUE, min_size=1, max_size=2),
    fix=st.none() | st.builds(Fix, VALUE, st.booleans()),
    row_hash=VALUE,
)


@given(st.lists(st.lists(SAMPLE, max_size=6), max_size=6), st.data())
@settings(deadline=None)
def test_samples_come_back_as_they_were(groups: list[list[Sample]], data: st.DataObject) -> None:
    store, kept = SampleStore(), Gathering()
    for group in groups:
        kept.add(side_by_side(group))
        if data.draw(st.booleans()):
            kept.spill(store)
    whole = tuple(each for group in groups for each in group)
    found = kept.samples(store)
    assert (found, tuple(found), len(found)) == (whole, whole, len(whole))
    assert [each for portion in portions(found) for each in portion.samples()] == list(whole)
    cut = slice(
        *data.draw(st.tuples(*[st.none() | st.integers(-9, 9)] * 2)), data.draw(st.sampled_from([None, 1, 2, -1]))
    )
    assert tuple(found[cut]) == whole[cut]
    assert [type(each.params) for each in found] == [type(each.params) for each in whole]


def test_a_copy_outlives_the_file() -> None:
    store, kept = SampleStore(), Gathering()
    kept.add(side_by_side([Sample(row=1, params={"limit": Decimal("1.50")}, key={"a": "b"})] * 3))
    kept.spill(store)
    found = kept.samples(store)
    copied = copy.copy(found)
    store.close()
    assert copied == (Sample(row=1, params={"limit": Decimal("1.50")}, key={"a": "b"}),) * 3
    with pytest.raises(IndexError):
        found[3]


def test_the_file_goes_with_the_report(standards: list[Path], tmp_path: Path) -> None:
    store = SampleStore(bound=0, folder=tmp_path)
    report = judged(table([["1", "x", "y", ""]] * 50), standards[0], store)
    assert any(isinstance(each.samples, Samples) for each in report.findings)
    del report, store
    assert not list(tmp_path.iterdir())


class Full:
    """A disk on which nothing more fits after so many bytes."""

    def __init__(self, room: int) -> None:
        self.room = room

    def seek(self, at: int) -> None:
        """Anywhere."""

    def write(self, data: memoryview) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = min(self.room, len(data))
        self.room -= taken
        return taken

    def close(self) -> None:
        """Nothing to do."""


@pytest.mark.parametrize("room", [0, 1, 1000])
def test_a_full_disk_is_said_plainly(standards: list[Path], room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *_, **__: Full(room))
    with pytest.raises(UsageFault) as caught:
        judged(table([[str(each), "x", "y", ""] for each in range(900)]), standards[0], SampleStore(bound=100))
    assert caught.value.code == "usage.samples-disk"
    assert "no space left" in caught.value.say("en")
    assert "--samples 20" in caught.value.say("zh")


def test_a_temporary_folder_that_is_not_there_is_said_plainly(standards: list[Path], tmp_path: Path) -> None:
    store = SampleStore(bound=0, folder=tmp_path / "no")
    with pytest.raises(UsageFault) as caught:
        judged(table([["1", "x", "y", ""]] * 50), standards[0], store)
    assert str(tmp_path / "no") in caught.value.say("zh")


@given(ROWS, st.booleans())
@settings(deadline=None, max_examples=30)
def test_a_saved_report_is_read_by_line_and_whole_alike(
    standards: list[Path], tmp_path_factory: pytest.TempPathFactory, rows: Any, keyed: bool
) -> None:
    path = tmp_path_factory.mktemp("saved") / "r.json"
    report = judged(table(rows), standards[0 if keyed else 1], SampleStore())
    report.save(path, lang="zh")
    by_line = load_report(path)
    path.write_text(json.dumps(json.loads(path.read_bytes())), encoding="utf-8")
    assert load_report(path) == by_line
    assert by_line.files[0].findings == report.files[0].findings
    assert rendered(by_line, "json") == rendered(report, "json")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"row": 1, ', '{"row": "1", '),
        ('{"row": 1, ', '{"row": -1, '),
        ('{"row": 1, ', '{"row": 1, "more": 2, '),
        ('{"row": 1, ', '{"row": 1}, {"row": 1, '),
        ('{"row": 1, ', "{"),
        ("\n     ]", ""),
        ('"samples": [\n', '"samples": [{"row": 0, "pointer": "\\u0001"}], "x": [\n'),
    ],
)
def test_a_saved_report_that_was_changed_is_taken_or_refused_as_a_whole(
    standards: list[Path], tmp_path: Path, before: str, after: str
) -> None:
    path = tmp_path / "r.json"
    judged(table([["1", "x", "y", ""]] * 3), standards[0], SampleStore()).save(path, lang="zh")
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")
    schema = json.loads((ROOT / "validators/report.schema.json").read_text(encoding="utf-8"))
    try:
        jsonschema.Draft202012Validator(schema).validate(json.loads(path.read_bytes()))
    except (ValueError, jsonschema.ValidationError):
        with pytest.raises(UsageFault) as caught:
            load_report(path)
        assert caught.value.code == "usage.report-unreadable"
    else:
        expected = report_of(json.loads(path.read_bytes()))
        assert load_report(path) == expected


MANY = 20_000  # rows with four faulty cells each

_RUN = """
import resource, sys
from gongshu.cli import main
code = main(sys.argv[1:])
print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def peak(arguments: list[str], folder: Path) -> tuple[int, int]:
    """The exit code and the greatest memory in kibibytes of one run, and nothing left in its temporary folder."""
    folder.mkdir(exist_ok=True)
    run = subprocess.run(
        [sys.executable, "-c", _RUN, *arguments],
        capture_output=True,
        check=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )
    assert not list(folder.iterdir())
    code, most = run.stderr.decode().split()[-2:]
    return int(code), int(most)


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory is measured as Linux counts it")
def test_no_line_form_holds_eighty_thousand_findings(standards: list[Path], tmp_path: Path) -> None:
    chance = random.Random(7)
    rows = [[str(each), f"x{chance.random()}", f"y{each}", f"甲乙丙{each}"] for each in range(MANY)]
    (tmp_path / "many.csv").write_bytes(table(rows))
    common = ["validate", str(tmp_path / "many.csv"), "--standard", str(standards[0]), "--threads", "1"]
    out = ["-o", str(tmp_path / "out")]
    _, few = peak([*common, "--samples", "20", "--format", "json", *out], tmp_path / "t")
    for form in ("csv", "json", "jsonl", "sarif"):
        code, most = peak([*common, "--samples", "all", "--format", form, *out], tmp_path / "t")
        assert code == 1
        assert most - few < 32 << 10, form  # as objects they took 68 MiB

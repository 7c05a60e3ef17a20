"""`standards export` and `standards sample` as people call them."""

from __future__ import annotations

import csv
import io
import json

import pytest

from gongshu.cli import main
from gongshu.standards.derive import BINARY, FORMS
from gongshu.validators.validation import validate


def run(capsys, *words):
    code = main(["standards", *words])
    return code, *capsys.readouterr()


def test_every_form_is_written(capsys, tmp_path):
    for form in FORMS:
        target = tmp_path / form
        code, _, err = run(capsys, "export", "division-6", "--to", form, "-o", str(target), "--lang", "en")
        assert code == 0
        assert target.stat().st_size > 100
        assert f"Note: {form} cannot say this" in err
    assert len(list(tmp_path.iterdir())) == len(FORMS)


@pytest.mark.parametrize("form", sorted(BINARY))
def test_what_is_no_text_wants_a_file(capsys, form):
    code, out, err = run(capsys, "export", "division-6", "--to", form, "--lang", "zh")
    assert (code, out) == (3, "")
    assert "-o" in err
    assert len(err.splitlines()) == 1


def test_an_unknown_form_is_named_with_its_neighbours(capsys):
    code, _, err = run(capsys, "export", "division-6", "--to", "ddl-postgresql", "--lang", "en")
    assert code == 3
    assert "ddl-postgres" in err


def test_sampled_rows_conform(capsys, tmp_path):
    code, out, err = run(capsys, "sample", "administrative-permit", "--rows", "7", "--as-of", "2026-01-01")
    assert (code, err) == (0, "")
    assert len(list(csv.reader(io.StringIO(out)))) == 8
    assert validate(out.encode(), standard="administrative-permit", as_of="2026-01-01").verdict == "conforms"
    assert run(capsys, "sample", "administrative-permit", "--rows", "7", "--as-of", "2026-01-01")[1] == out
    target = tmp_path / "rows.csv"
    assert (
        run(capsys, "sample", "administrative-permit", "--rows", "7", "--as-of", "2026-01-01", "-o", str(target))[0]
        == 0
    )
    assert target.read_bytes() == b"\xef\xbb\xbf" + out.encode()


def test_faults_are_labelled(capsys):
    words = ("sample", "resident-population", "--rows", "9", "--as-of", "2026-01-01", "--faults")
    code, out, err = run(capsys, *words, "--json")
    assert (code, err) == (0, "")
    made = json.loads(out)
    assert [each["row"] for each in made["faults"]] == [3, 6, 9]
    assert set(made["faults"][0]) == {"row", "column", "code", "rule"}
    code, _, err = run(capsys, *words, "--lang", "en")
    assert len(err.splitlines()) == 3
    assert made["faults"][0]["code"] in err


@pytest.mark.parametrize(
    "words",
    [("gbt-2261-1-sex",), ("division-6", "--as-of", "yesterday"), ("division-6x",), ("division-6", "--rows", "0")],
)
def test_wrong_words_are_one_line(capsys, words):
    code, out, err = run(capsys, "sample", *words)
    assert (code, out) == (3, "")
    assert "Traceback" not in err

"""`publish template` makes a manifest that people fill in and that is read back as they meant it."""

from __future__ import annotations

import openpyxl
import pytest
import yaml

from gongshu.cli import main
from gongshu.publishers.manifest import ManifestFaults, read
from gongshu.publishers.manifests.columns import COLUMNS, key_of


def make(office, *words, name="目录.xlsx", lang="zh"):
    path = office.folder / name
    assert main(["publish", "template", "-o", str(path), "--lang", lang, *map(str, words)]) == 0
    return path


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_heading_is_known_and_explained(office, lang):
    book = openpyxl.load_workbook(make(office, lang=lang))
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[4] if cell.value]
    assert [key_of(head) for head in heads] == [each.key for each in COLUMNS if each.asked]
    guide = book.worksheets[-1] if book.worksheets[-1].sheet_state == "visible" else book.worksheets[-2]
    explained = {row[0]: row[2] for row in guide.iter_rows(min_row=2, values_only=True)}
    assert len(explained) == len(heads)
    assert all(text and "manifest-help" not in text for text in explained.values())
    lists = {check.formula1 for check in sheet.data_validations.dataValidation if check.type == "list"}
    assert lists == {"L_sharing_type", "L_sharing_mode", "L_open_type", "L_updateCycle", "L_standard"}
    assert lists <= set(book.defined_names)


def test_the_example_is_no_resource(office):
    with pytest.raises(ManifestFaults) as raised:
        read(make(office))
    assert [fault.code for fault in raised.value.faults] == ["manifest.empty"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_can_be_chosen_is_understood(office, lang):
    path = make(office, "-s", "administrative-permit", lang=lang)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    at = {key_of(cell.value): cell.column for cell in sheet[4] if cell.value}
    hidden = next(each for each in book.worksheets if each.sheet_state == "hidden")
    options = {column[0].value: [cell.value for cell in column[1:] if cell.value] for column in hidden.iter_cols()}
    for key, expected in (("sharing.type", 3), ("open.type", 3), ("updateCycle", 9)):
        assert len(options[key]) == expected
        seen = set()
        for option in options[key]:
            sheet.cell(6, at[key], option)
            book.save(path)
            (item,) = read(path).items
            whole, _, part = key.partition(".")
            found = item.metadata[whole]
            seen.add(found[part] if part else found)
        assert seen in (
            {"1", "2", "3"},
            {"realtime", "daily", "weekly", "monthly", "quarterly", "halfyear", "yearly", "irregular", "never"},
        )


def test_a_folder_is_filled_in_by_its_files(office, capsys):
    (office.folder / "数据").mkdir()
    (office.folder / "lots.csv").rename(office.folder / "数据" / "停车场.csv")
    (office.folder / "数据" / "杂.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (office.folder / "数据" / "坏.xlsx").write_bytes(b"PK\x03\x04")
    (office.folder / "数据" / "~$锁.xlsx").write_bytes(b"x")
    path = make(office, "--from", office.folder / "数据", "-s", office.folder / "pack", "--standards", office.folder)
    said = capsys.readouterr()
    assert "杂.csv" in said.err
    assert "坏.xlsx" in said.err
    items = {item.metadata["title"]: item for item in read(path).items}
    assert set(items) == {"停车场", "杂"}
    lots = items["停车场"]
    assert lots.files[0].path == (office.folder / "数据" / "停车场.csv").resolve()
    assert lots.files[0].standard == "parking-lots"
    assert lots.named[:2] == ("停车场编码", "停车场名称")
    assert items["杂"].files[0].standard == ""


def test_a_hostile_name_is_no_formula(office):
    (office.folder / "d").mkdir()
    (office.folder / "d" / "=1+1.csv").write_text("=cmd,b\n1,2\n", encoding="utf-8")
    path = make(office, "--from", office.folder / "d")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [cell.data_type for cell in sheet[6] if cell.value and str(cell.value).startswith("=")] == ["s", "s"]
    assert read(path).items[0].metadata["title"] == "=1+1"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_as_yaml(office, lang):
    path = make(office, "--from", office.folder, "--standards", office.folder, name="m.yaml", lang=lang)
    text = path.read_text(encoding="utf-8")
    found = yaml.safe_load(text)
    assert [each["files"][0]["path"] for each in found["datasets"]] == ["lots.csv"]
    assert found["datasets"][0]["files"][0]["standard"] == "parking-lots"
    assert text.count("#") >= 12
    path = make(office, name="empty.yml", lang=lang)
    assert len(yaml.safe_load(path.read_text(encoding="utf-8"))["datasets"]) == 1


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_columns_of_a_further_profile(office, lang):
    path = make(office, "-s", "administrative-permit", "--profile", "public-data-resource-registration-2025", lang=lang)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[4] if cell.value]
    assert len(heads) == len(set(heads)) > len([each for each in COLUMNS if each.asked])
    sheet.cell(6, len(heads), "首次")
    book.save(path)
    manifest = read(path)
    assert manifest.profile.startswith("public-data-resource-registration-2025")
    assert manifest.items[0].metadata["registrationType"] == "首次"


def test_nothing_is_written_over(office, capsys):
    path = make(office)
    before = path.read_bytes()
    for words in (
        ["-o", str(path)],
        ["-o", str(office.folder / "x.doc")],
        ["-o", str(office.folder / "nowhere" / "x.xlsx")],
        ["-o", str(office.folder / "y.xlsx"), "--from", str(office.folder / "nowhere")],
        ["-o", str(office.folder / "y.xlsx"), "--from", str(path)],
        ["-o", str(office.folder / "y.xlsx"), "-s", "nothing-like-it"],
        ["-o", str(office.folder / "y.xlsx"), "-s", "resource-update-cycle"],
        ["-o", str(office.folder / "y.xlsx"), "--profile", "administrative-permit"],
    ):
        assert main(["publish", "template", *words, "--lang", "zh"]) in (1, 3), words
        said = capsys.readouterr().err
        assert said.strip()
        assert "Traceback" not in said
    assert path.read_bytes() == before

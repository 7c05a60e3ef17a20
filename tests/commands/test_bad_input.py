"""Whatever is handed in: a clear finding or one line, the right exit code, in both languages, and no traceback."""

from __future__ import annotations

import base64
import os
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gongshu.cli import main

PEOPLE = Path(__file__).parents[1] / "reports/goldens/people"
HEADER = "姓名,公民身份号码,登记日期,家庭人数\n"
ROW = "张一,110101190001010014,2024-01-05,3\n"


def encrypted(path: Path) -> None:
    """An OLE file that holds nothing but the streams of an encrypted workbook."""
    names = ["Root Entry", "EncryptionInfo", "EncryptedPackage"]
    header = bytearray(512)
    header[:8] = bytes.fromhex("D0CF11E0A1B11AE1")
    struct.pack_into("<HHHHH", header, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", header, 40, 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    struct.pack_into("<109I", header, 76, 0, *[0xFFFFFFFF] * 108)
    fat = struct.pack("<128I", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    entries = b""
    for number, name in enumerate(names):
        raw = name.encode("utf-16-le") + b"\0\0"
        entry = bytearray(128)
        entry[: len(raw)] = raw
        struct.pack_into("<HBBIII", entry, 64, len(raw), 5 if number == 0 else 2, 1, *[0xFFFFFFFF] * 3)
        if number == 0:
            struct.pack_into("<I", entry, 76, 1)
        if number == 1:
            struct.pack_into("<I", entry, 72, 2)
        struct.pack_into("<I", entry, 116, 0xFFFFFFFE)
        entries += entry
    path.write_bytes(bytes(header) + fat + entries.ljust(512, b"\0"))


def text(content: str, encoding: str = "utf-8") -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content.encode(encoding)) and None


def raw(content: bytes) -> Callable[[Path], None]:
    return lambda path: path.write_bytes(content) and None


# name -> (how the file is made, exit code, what is said on standard output or error)
CASES: dict[str, tuple[Callable[[Path], None], int, str]] = {
    "missing": (lambda path: None, 3, "a.csv"),
    "folder": (lambda path: path.mkdir(), 3, "a.csv"),
    "empty": (raw(b""), 2, "file.empty"),
    "header-only": (text(HEADER), 0, " 0 "),
    "binary": (
        raw(base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ") + bytes(range(256)) * 8),
        2,
        "file.format-mismatch",
    ),
    "ragged": (text(HEADER + ROW + "张二,110101190001010022\n" + ROW.strip() + ",多,余\n"), 1, "table.row-short"),
    "unclosed-quote": (text(HEADER + ROW + '"张二,110101190001010022,2024-01-05,3\n' + ROW), 1, "table.unclosed-quote"),
    "nul": (text(HEADER + ROW + "张\0二,110101190001010022,2024-01-05,3\n"), 1, "file.nul"),
    "wrong-encoding": (
        raw((HEADER + ROW).encode() + b"\xff\xfe\x81,110101190001010022,2024-01-05,3\n"),
        1,
        "file.encoding",
    ),
    "no-matching-column": (text("a,b,c\n1,2,3\n"), 1, "table.header-missing"),
    "password": (encrypted, 2, "file.password"),
    "blank": (text("\n\n  \n"), 2, "file.empty"),
    "only-quotes": (text('"'), 2, ""),
    "long-line": (raw(b"a" * 3_000_000), 1, ""),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(PEOPLE / "standard.yaml", tmp_path / "standard.yaml")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("case", sorted(CASES))
def test_bad_files(folder: Path, capsys: pytest.CaptureFixture[str], case: str, lang: str) -> None:
    make, code, said = CASES[case]
    make(folder / "a.csv")
    before = sorted(folder.iterdir())
    got = main(["validate", "a.csv", "-s", "standard.yaml", "--lang", lang])
    out, err = capsys.readouterr()
    assert (got, "Traceback" in out + err) == (code, False), out + err
    assert said in out + err
    if code == 3:
        assert len(err.strip().splitlines()) == 1
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_unknown_standard_names_the_nearest(folder: Path, capsys: pytest.CaptureFixture[str], lang: str) -> None:
    text(HEADER + ROW)(folder / "a.csv")
    assert main(["validate", "a.csv", "-s", "administrative-permitt", "--lang", lang]) == 3
    assert "administrative-permit" in capsys.readouterr().err.replace("administrative-permitt", "")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_faulty_standard_names_file_line_and_key(folder: Path, capsys: pytest.CaptureFixture[str], lang: str) -> None:
    text(HEADER + ROW)(folder / "a.csv")
    broken = (folder / "standard.yaml").read_text(encoding="utf-8").replace("type: integer", "type: intger")
    (folder / "standard.yaml").write_text(broken, encoding="utf-8")
    assert main(["validate", "a.csv", "-s", "standard.yaml", "--lang", lang]) == 3
    said = capsys.readouterr().err
    assert "standard.yaml" in said
    assert "type" in said


@pytest.mark.parametrize("case", ["missing", "empty", "binary", "unclosed-quote", "password"])
@pytest.mark.parametrize("encoding", ["gbk", "ascii"])
def test_bad_files_on_any_console(folder: Path, case: str, encoding: str) -> None:
    make, code, _ = CASES[case]
    make(folder / "a.csv")
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0", "GONGSHU_LANG": "zh"}
    done = subprocess.run(
        [sys.executable, "-m", "gongshu.cli", "validate", "a.csv", "-s", "standard.yaml"],
        capture_output=True,
        cwd=folder,
        env=environment,
        check=False,
    )
    assert done.returncode == code
    assert b"Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize("case", sorted(set(CASES) - {"missing", "folder"}))
def test_bad_files_are_never_half_mended(folder: Path, capsys: pytest.CaptureFixture[str], case: str) -> None:
    make, _, _ = CASES[case]
    make(folder / "a.csv")
    got = main(["fix", "a.csv", "-s", "standard.yaml", "-o", "out.csv", "--lang", "zh"])
    assert got in {0, 1, 2, 3}
    assert "Traceback" not in "".join(capsys.readouterr())
    assert (folder / "out.csv").exists() == (folder / "out.changes.csv").exists()
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]

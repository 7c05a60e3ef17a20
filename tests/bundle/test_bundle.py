"""The offline folder: every dependency has a wheel for every platform, and an installed folder judges files."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAULTY = "统计用区划代码,村级区划名称,乡级代码\n420102002003,保成社区,420102002\n420102002004 ,泰宁社区,420102002\n"


def load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"bundle_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


make: Any = load(ROOT / "bundle" / "make.py")


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Wheels of what exists only as source; skips where the package index does not answer."""
    folder = tmp_path_factory.mktemp("links")
    try:
        make.build_source_only(folder)
    except make.Unresolved as fault:
        pytest.skip(f"the package index does not answer: {str(fault)[-200:]}")
    return folder


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", sorted(make.PLATFORMS))
def test_every_dependency_has_a_wheel(links: Path, name: str) -> None:
    platform = make.PLATFORMS[name]
    try:
        found = make.resolve(platform, links)
    except make.Unresolved:
        known = dict(line.split("==") for line in make.CONSTRAINTS.read_text(encoding="utf-8").split())
        pytest.fail(f"no wheel for {name}: {make.without_wheel(platform, known)}")
    assert {"pyarrow", "numpy", "cryptography", "docopt"} <= set(found)
    assert ("colorama" in found) == (name == "windows-amd64")


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux" or shutil.which("python3.11") is None, reason="needs Linux, python3.11")
def test_a_folder_installs_without_network_and_judges(links: Path, tmp_path: Path) -> None:
    import platform

    name = "linux-arm64" if platform.machine() == "aarch64" else "linux-x86_64"
    own = tmp_path / "own"
    make.build_own(own)
    folder = make.fill(tmp_path, name, links, own, "3.11")
    assert (tmp_path / f"{folder.name}.zip").is_file()
    moved = tmp_path / "一个 文件夹"
    folder.rename(moved)
    quiet = {"PATH": os.environ["PATH"], "PIP_CONFIG_FILE": os.devnull, "GONGSHU_LANG": "zh", "BROWSER": "true"}
    subprocess.run([str(moved / "install.sh")], env=quiet, check=True, timeout=400)
    data = tmp_path / "村级 区划.csv"
    data.write_text(FAULTY, encoding="utf-8")
    done = subprocess.run([str(moved / "validate.sh"), str(data)], env=quiet, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "不合格" in done.stdout
    assert "cell.whitespace" in (tmp_path / "村级 区划_校验报告.html").read_text(encoding="utf-8")
    shutil.rmtree(tmp_path)  # some hundred MB


def test_scripts_for_windows_have_its_line_ends_and_the_version(tmp_path: Path) -> None:
    for file in (ROOT / "bundle" / "desk" / "windows").iterdir():
        make._copy(file, tmp_path / file.name, "3.11")
        content = (tmp_path / file.name).read_bytes()
        assert content.startswith(b"@echo off\r\n")  # no BOM: cmd would read it as a command
        assert content.count(b"\n") == content.count(b"\r\n")
        assert b"@PYTHON@" not in content


def test_pins_hold_every_wheel(tmp_path: Path) -> None:
    (tmp_path / "a_b-1.0-py3-none-any.whl").write_bytes(b"x")
    (line,) = make.pins(tmp_path)
    assert line == f"a_b==1.0 --hash=sha256:{__import__('hashlib').sha256(b'x').hexdigest()}\n"


def test_files_dropped_on_it_get_their_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: Any
) -> None:
    drop = load(ROOT / "bundle" / "desk" / "drop.py")
    opened: list[str] = []
    monkeypatch.setattr(drop.webbrowser, "open", opened.append)
    monkeypatch.setenv("GONGSHU_LANG", "zh")
    good, missing = tmp_path / "表.csv", tmp_path / "没有.csv"
    good.write_text(FAULTY, encoding="utf-8")
    assert drop.main([str(missing), str(good)]) == 2
    assert opened == [(tmp_path / "表_校验报告.html").as_uri()]
    assert "不合格" in (tmp_path / "表_校验报告.html").read_text(encoding="utf-8")
    assert "Traceback" not in capfdbinary.readouterr().out.decode()

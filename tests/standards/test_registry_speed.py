"""Loading one standard reads that one only, and quickly; packages that bring standards are still found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from gongshu.standards.registry import Registry

ONE = """
import time
start = time.process_time()
from gongshu.standards.registry import Registry
Registry().get("administrative-permit")
print((time.process_time() - start) * 1000)
"""
ALL = """
import time
from gongshu.standards.registry import Registry
start = time.process_time()
registry = Registry()
for entry in registry.entries():
    registry.get(entry.reference)
print((time.process_time() - start) * 1000)
"""


def least(script: str, tmp_path: Path, runs: int = 5) -> float:
    """Processor time in milliseconds, the least of some runs: other work on the machine must not fail a test."""
    command = [sys.executable, "-c", script]
    times = (subprocess.run(command, check=True, capture_output=True, cwd=tmp_path, text=True) for _ in range(runs))
    return min(float(each.stdout) for each in times)


def test_one_standard_takes_60_ms_with_the_import(tmp_path: Path) -> None:
    assert least(ONE, tmp_path) <= 60


def test_the_whole_registry_takes_a_second(tmp_path: Path) -> None:
    assert least(ALL, tmp_path, runs=3) <= 1000


@pytest.mark.parametrize("value", ["brought", "brought:PLACE"])
def test_a_package_that_brings_standards_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    package = tmp_path / "brought"
    pack = package / "things" / "1.0.0"
    pack.mkdir(parents=True)
    (package / "__init__.py").write_text("from pathlib import Path\nPLACE = Path(__file__).parent\n", encoding="utf-8")
    text = "id: things\nversion: 1.0.0\nkind: table\ntitle: x\nfields: [{name: A}]\n"
    (pack / "standard.yaml").write_text(text, encoding="utf-8")
    info = tmp_path / "brought-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: brought\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[gongshu.standards]\nbrought = {value}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "brought", raising=False)
    assert Registry().get("things").version == "1.0.0"
    assert "things" in {each.id for each in Registry().entries()}

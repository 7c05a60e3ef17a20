"""The wheel holds every module and data file of the rooms, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("standards", "validators", "publishers", "catalogue")
DATA = {".yaml", ".json", ".csv", ".css", ".js", ".svg", ".html"}


@pytest.mark.slow
def test_the_wheel_is_what_is_on_disk(tmp_path: Path) -> None:
    source = tmp_path / "source"
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listing, cwd=ROOT, capture_output=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    files = done.stdout.decode().split("\0")
    for name in files:
        if name and (ROOT / name).is_file() and not name.startswith("tests/"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        str(tmp_path),
        ".",
    ]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    wheel = next(tmp_path.glob("*.whl"))
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    wanted = {"gongshu/__init__.py", "gongshu/cli.py", "gongshu/py.typed"}
    for room in ROOMS:
        for path in (source / room).rglob("*"):
            if path.is_file() and (path.suffix == ".py" or path.suffix in DATA):
                wanted.add(f"gongshu/{path.relative_to(source).as_posix()}")
    assert inside == wanted

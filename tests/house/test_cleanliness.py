"""The repository speaks of the product alone: no machine, no registry, nobody else's data."""

from __future__ import annotations

import hashlib
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ACCEPTANCE = ROOT.parent / "shared" / "acceptance"
HOSTS = ("pypi" + ".org", "python" + "hosted", "registry." + "npmjs", "deb." + "debian", "--index" + "-url")
PLACES = re.compile(r"(?<![\w.])/(?:wo" + r"rk|ro" + r"ot|ho" + r"me)/\w")


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_registry_host_and_no_path_of_a_machine() -> None:
    for path in tracked():
        text = path.read_bytes().decode("utf-8", "replace")
        assert not [host for host in HOSTS if host in text], path
        assert path.suffix == ".svg" or not PLACES.search(text), path


def test_constraints_are_names_and_versions_only() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!_-]+", line), line


def test_no_file_of_third_parties() -> None:
    if not ACCEPTANCE.is_dir():
        pytest.skip("the acceptance material is not beside this checkout")
    theirs = {
        hashlib.sha256(path.read_bytes()).hexdigest()
        for path in ACCEPTANCE.rglob("*")
        if path.is_file() and path.stat().st_size > 200
    }
    ours = {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in tracked()}
    assert not theirs & set(ours)

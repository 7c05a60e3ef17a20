"""Files that did not change are not read again; whatever may have changed is."""

from __future__ import annotations

import hashlib
import os
import time

import pytest

from gongshu.publishers import sums as module
from gongshu.publishers.sums import Sums
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan

OLD = 3600


@pytest.fixture
def counted(monkeypatch):
    """Every file that is read to be hashed."""
    read = []
    real = module.file_sha256
    monkeypatch.setattr(module, "file_sha256", lambda path: (read.append(path.name), real(path))[1])
    return read


def later() -> int:
    return time.time_ns() + OLD * 1_000_000_000


def test_a_file_is_hashed_once_until_it_changes(tmp_path, counted):
    path = tmp_path / "a.csv"
    path.write_bytes(b"one")
    for times in (1, 1, 1):
        with Sums(tmp_path / "cache", now=later) as sums:
            assert sums(path) == (hashlib.sha256(b"one").hexdigest(), 3)
        assert len(counted) == times
    stamp = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # the same size under the same date
    with Sums(tmp_path / "cache", now=later) as sums:
        assert sums(path)[0] == hashlib.sha256(b"two").hexdigest()
    with Sums(tmp_path / "cache", now=later, rehash=True) as sums:
        assert sums(path)[0] == hashlib.sha256(b"two").hexdigest()
    assert len(counted) == 3


def test_what_has_just_changed_is_not_believed(tmp_path, counted):
    """Another change could bear the same date; so could one before a clock that went back."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"one")
    for now in (time.time_ns, lambda: time.time_ns() - OLD * 1_000_000_000, time.time_ns):
        with Sums(tmp_path / "cache", now=now) as sums:
            sums(path)
    assert len(counted) == 3


def test_a_memory_that_cannot_be_used_costs_only_time(tmp_path, counted):
    path = tmp_path / "a.csv"
    path.write_bytes(b"one")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "sums.sqlite").write_bytes(b"no database at all " * 100)
    for folder in (tmp_path / "cache", path / "below", None):
        for _ in range(2):
            with Sums(folder, now=later) as sums:
                assert sums(path)[1] == 3
    assert len(counted) == 6


def test_an_unchanged_office_is_planned_without_reading(office, counted, monkeypatch, tmp_path):
    monkeypatch.setenv("GONGSHU_CACHE", str(tmp_path / "cache"))
    old = time.time() - OLD
    os.utime(office.folder / "lots.csv", (old, old))
    monkeypatch.setattr(module.Sums.__init__, "__kwdefaults__", {"rehash": False, "now": later})
    manifest = office.manifest()
    assert apply_plan(make_plan(manifest, as_of="2026-03-31")).exit_code == 0
    assert counted == ["lots.csv"]
    (item,) = make_plan(manifest, as_of="2026-03-31").items
    assert (item.action, counted) == ("unchanged", ["lots.csv"])
    (item,) = make_plan(manifest, as_of="2026-03-31", rehash=True).items
    assert (item.action, len(counted)) == ("unchanged", 2)


def test_a_second_run_touches_nothing_of_the_target(office):
    """Not a byte, not a date: of files, of folders, of the database."""
    manifest = office.manifest()
    assert apply_plan(make_plan(manifest, as_of="2026-03-31")).exit_code == 0

    def listing():
        found = [(path, path.stat().st_mtime_ns) for path in sorted(office.catalogue.rglob("*"))]
        return [(path, date, path.read_bytes() if path.is_file() else b"") for path, date in found]

    before = listing()
    assert apply_plan(make_plan(manifest, as_of="2026-03-31")).exit_code == 0
    assert listing() == before

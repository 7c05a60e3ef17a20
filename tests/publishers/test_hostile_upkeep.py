"""A catalogue under a hostile administrator: full disks, damage, interruption, two at once, no right to write."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading

import pytest

from gongshu.catalogue import store as stores
from gongshu.catalogue.check import faults as catalogue_faults
from gongshu.catalogue.client import open as open_catalogue
from gongshu.catalogue.store import Store
from gongshu.catalogue.upkeep import backup, recall, restore, sweep
from gongshu.cli import main
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan
from gongshu.standards.faults import PublishFault

CHILD = textwrap.dedent(
    """
    import ctypes, os, sys
    from gongshu.cli import main

    if os.geteuid() == 0:  # root may write anywhere until it gives that right up
        libc, header, data = ctypes.CDLL(None), (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        libc.capget(header, data)
        for place in range(3):
            data[place] &= ~0b10
        assert libc.capset(header, data) == 0
    sys.exit(main(sys.argv[1:]))
    """
)


def now() -> str:
    return "2026-03-31T10:00:00+08:00"


def publish(office, *datasets):
    plan = make_plan(office.manifest(datasets or [{}]), [f"catalogue:{office.catalogue}"], as_of="2026-03-31")
    assert apply_plan(plan, now=now).exit_code == 0


def without_rights(*words: str) -> subprocess.CompletedProcess:
    """The command by somebody who may not write where modes forbid it, even if that is root."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-c", CHILD, *words], capture_output=True, text=True, check=False, env=environment
    )


@pytest.fixture
def readonly(office):
    """The office's catalogue, which nobody may write to, where somebody else can get at it."""
    if not sys.platform.startswith("linux"):
        pytest.skip("rights are given up as Linux does it")
    publish(office)
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        copy = Path(name) / "catalogue"
        shutil.copytree(office.catalogue, copy)
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        yield copy
        for path in (copy, *copy.rglob("*")):
            if path.is_dir():
                path.chmod(0o755)


READS = (("catalogue", "check"), ("catalogue", "audit"), ("publish", "status"), ("publish", "verify"))


def test_a_folder_that_may_only_be_read_is_read(readonly):
    for room, word in READS:
        where = f"catalogue:{readonly}" if room == "publish" else str(readonly)
        done = without_rights(room, word, where)
        assert done.returncode == 0, done.stderr
    assert without_rights("publish", "history", "307010/000001", "--in", str(readonly)).returncode == 0
    assert without_rights("show", "307010/000001", "--in", str(readonly)).returncode == 0
    for words in (
        ("publish", "withdraw", "307010/000001", "--reason", "x", "--in", str(readonly)),
        ("catalogue", "gc", str(readonly)),
        ("catalogue", "backup", str(readonly), str(readonly / "b")),
        ("publish", "pull", f"catalogue:{readonly.parent / 'none'}", "--into", str(readonly / "new")),
    ):
        done = without_rights(*words)
        assert done.returncode == (3 if "pull" in words else 1), (words, done.stderr)
        assert re.search("permission|readonly|权限|no catalogue|没有目录", done.stderr.lower())
        assert "internal" not in done.stderr
    assert without_rights("publish", "pull", f"catalogue:{readonly}", "--into", str(readonly / "new")).returncode == 1


def test_a_full_disk_leaves_nothing_of_a_new_catalogue(office, monkeypatch, capsys):
    folder = office.folder / "new"

    def full(connection, name):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(stores, "migrate", full)
    words = ["publish", "plan", str(office.manifest()), "--to", f"catalogue:{folder}", "--lang", "zh"]
    assert main(words) == 1
    assert re.search("已满|is full", capsys.readouterr().err)
    assert not folder.exists()
    folder.mkdir()
    assert main(words) == 1
    assert not list(folder.iterdir())  # the folder was there before and stays
    monkeypatch.undo()
    assert main(words) == 0
    monkeypatch.setattr(stores, "migrate", full)
    capsys.readouterr()
    assert main(words) == 1
    monkeypatch.undo()
    assert main(["publish", "status", f"catalogue:{folder}"]) == 0  # one that was there is not removed
    (office.folder / "file").write_text("")
    assert main(["publish", "plan", str(office.manifest()), "--to", f"catalogue:{office.folder / 'file'}"]) == 1
    assert "Errno" not in capsys.readouterr().err


@pytest.mark.parametrize("how", ["head", "middle", "half", "empty", "rows", "text"])
def test_a_damaged_database_is_said_and_never_backed_up(how, office, capsys):
    publish(office, {"code": "a/1"}, {"code": "b/1"})
    whole = office.folder / "backup"
    assert main(["catalogue", "backup", str(office.catalogue), str(whole)]) == 0
    database = office.catalogue / "catalogue.sqlite"
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if how == "rows":
        connection.execute("UPDATE versions SET resources = '[{}]'")
    if how == "text":
        connection.execute("UPDATE versions SET metadata = '{'")
    connection.commit()
    connection.close()
    body = bytearray(database.read_bytes())
    if how == "head":
        body[:100] = b"x" * 100
    if how == "middle":
        body[len(body) // 4 : len(body) * 3 // 4] = b"\xff" * (len(body) * 3 // 4 - len(body) // 4)
    if how == "half":
        del body[len(body) // 2 :]
    if how == "empty":
        body.clear()
    if how not in ("rows", "text"):
        database.write_bytes(bytes(body))
        for suffix in ("-wal", "-shm"):
            database.with_name(f"catalogue.sqlite{suffix}").unlink(missing_ok=True)
    capsys.readouterr()
    assert main(["catalogue", "check", str(office.catalogue), "--lang", "zh"]) == 1
    out = capsys.readouterr()
    assert re.search("损坏|damaged", out.out + out.err)
    if how not in ("rows", "text"):
        before = (whole / "catalogue.sqlite").read_bytes()
        assert main(["catalogue", "backup", str(office.catalogue), str(whole)]) == 1
        assert (whole / "catalogue.sqlite").read_bytes() == before
    for words in (["audit", str(office.catalogue)], ["gc", str(office.catalogue)]):
        assert main(["catalogue", *words]) in (0, 1)
    assert main(["search", "--in", str(office.catalogue)]) in (0, 1, 4 if how in ("rows", "text") else 1)
    back = office.folder / "back"
    assert main(["catalogue", "restore", str(whole), str(back)]) == 0
    assert main(["catalogue", "check", str(back)]) == 0
    assert main(["publish", "verify", f"catalogue:{back}"]) == 0


def test_an_interrupted_backup_leaves_the_earlier_one_whole(office, line, monkeypatch):
    from gongshu.catalogue import upkeep

    publish(office)
    place = office.folder / "backup"
    with Store(office.catalogue) as store:
        backup(store, place)
    office.write([line(1)])
    publish(office)
    assert main(["publish", "withdraw", "307010/000001", "--reason", "x", "--recall", "--yes",
                 "--in", str(office.catalogue)]) == 0  # fmt: skip
    office.write([line(2)])
    publish(office)
    real, left = os.replace, [0]

    def dying(source, target):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(upkeep.os, "replace", dying)
    for survives in range(7):
        left[0] = survives
        with Store(office.catalogue) as store:
            try:
                backup(store, place)
                finished = True
            except PublishFault:
                finished = False
        monkeypatch.setattr(upkeep.os, "replace", real)
        back = office.folder / f"back-{survives}"
        restore(place, back)
        with Store(back) as store:
            assert not list(catalogue_faults(store)), survives
        monkeypatch.setattr(upkeep.os, "replace", dying)
        if finished:
            break
    assert finished
    assert survives >= 3
    with Store(office.catalogue) as store:
        names = {path.name for path in store.objects.all()}
    assert {path.name for path in (place / "objects").glob("??/*")} == names  # recalled bytes are gone there too


def test_missing_and_damaged_objects_are_told(office, capsys):
    publish(office)
    with Store(office.catalogue) as store:
        csv, parquet = (next(store.object_path(each.sha256) for each in store.head("307010/000001").resources[0].outputs
                             if each.form == form) for form in ("csv", "parquet"))  # fmt: skip
    csv.unlink()
    parquet.chmod(0o644)
    parquet.write_bytes(b"x")
    assert main(["catalogue", "check", str(office.catalogue), "--json"]) == 1
    told = [each["code"] for each in json.loads(capsys.readouterr().out.rpartition("]")[0] + "]")]
    assert sorted(told) == ["catalogue.damaged", "catalogue.object-missing"]
    place = office.folder / "backup"
    assert main(["catalogue", "backup", str(office.catalogue), str(place)]) == 1
    capsys.readouterr()
    assert main(["catalogue", "restore", str(place), str(office.folder / "back")]) == 1
    assert main(["publish", "verify", f"catalogue:{office.catalogue}"]) == 1


def test_a_restore_goes_over_nothing(office, capsys):
    publish(office)
    place = office.folder / "backup"
    assert main(["catalogue", "backup", str(office.catalogue), str(place)]) == 0
    before = {str(path): path.stat().st_mtime_ns for path in office.catalogue.rglob("*")}
    assert main(["catalogue", "restore", str(place), str(office.catalogue)]) == 3
    assert {str(path): path.stat().st_mtime_ns for path in office.catalogue.rglob("*")} == before
    (office.folder / "file").write_text("")
    assert main(["catalogue", "restore", str(place), str(office.folder / "file")]) == 3
    assert main(["catalogue", "restore", str(office.catalogue), str(office.folder / "x")]) == 3
    assert main(["catalogue", "backup", str(office.catalogue), str(office.folder)]) == 3  # somebody's folder
    assert main(["catalogue", "backup", str(office.catalogue), str(office.folder / "file")]) == 3
    # another catalogue's backup is not overwritten
    with Store(office.folder / "other", write=True):
        pass
    assert main(["catalogue", "backup", str(office.folder / "other"), str(place)]) == 3
    # one that died halfway is taken up
    left = office.folder / ".part-again"
    left.mkdir()
    (left / "junk").write_text("x")
    assert main(["catalogue", "restore", str(place), str(office.folder / "again")]) == 0
    assert not left.exists()
    assert main(["catalogue", "check", str(office.folder / "again")]) == 0


def test_a_recall_says_which_backups_hold_it(office, capsys):
    place = office.folder / "backup"
    publish(office, {"code": "a/1"})
    assert main(["catalogue", "backup", str(office.catalogue), str(place)]) == 0
    capsys.readouterr()
    words = ["publish", "withdraw", "a/1", "--reason", "x", "--recall", "--yes", "--in", str(office.catalogue)]
    assert main([*words, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [each["path"] for each in told["backups"]] == [str(place.resolve())]
    assert main(["publish", "rollback", "a/1@1", "--in", str(office.catalogue), "--lang", "zh"]) == 1
    assert re.search("收回|recalled", capsys.readouterr().err)
    assert main(["catalogue", "backup", str(office.catalogue), str(place)]) == 0
    assert not list((place / "objects").glob("??/*"))


def test_a_recall_and_a_publication_of_the_same_bytes_at_once(office):
    """Whoever comes second finds the other's work: never a published dataset without its bytes."""
    publish(office, {"code": "a/1"})
    plan = make_plan(office.manifest([{"code": "a/1"}, {"code": "b/1"}]), [f"catalogue:{office.catalogue}"],
                     as_of="2026-03-31")  # fmt: skip
    outcomes = []

    def at(point: str) -> None:
        if point == "store.commit":

            def other() -> None:
                with Store(office.catalogue, write=True) as store:
                    outcomes.append(recall(store, "a/1", reason="x", at=now()))

            thread = threading.Thread(target=other)
            thread.start()
            threads.append(thread)

    threads: list[threading.Thread] = []
    outcome = apply_plan(plan, now=now, at=at)
    for thread in threads:
        thread.join()
    assert outcomes
    with Store(office.catalogue, write=True) as store:
        sweep(store)
        assert not list(catalogue_faults(store))
        if outcome.exit_code == 0:
            assert store.head("b/1").state == "published"


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_two_processes_publish_and_sweep_at_once(office):
    publish(office, {"code": "x/0"})
    for number in range(3):
        plan = make_plan(office.manifest([{"code": f"{number}/{each}"} for each in range(6)]),
                         [f"catalogue:{office.catalogue}"], as_of="2026-03-31")  # fmt: skip
        plan.save(office.folder / f"plan-{number}.json")
    words = [sys.executable, "-c", "import sys; from gongshu.cli import main; sys.exit(main(sys.argv[1:]))"]
    each = [subprocess.Popen([*words, "publish", "apply", str(office.folder / f"plan-{n}.json"), "--quiet",
                              "--standards", str(office.folder)]) for n in range(3)]  # fmt: skip
    while any(one.poll() is None for one in each):
        assert main(["catalogue", "gc", str(office.catalogue), "--quiet"]) == 0
    for number in range(3):  # a sweep may have taken bytes that were not referred to yet: again mends that
        assert main(["publish", "apply", str(office.folder / f"plan-{number}.json")]) == 0
    with Store(office.catalogue) as store:
        assert not list(catalogue_faults(store))
        assert sum(head.state == "published" for head in store.heads()) == 19


def test_the_hint_after_a_moved_source_is_to_plan_again(office, line, capsys):
    plan = str(office.folder / "plan.json")
    assert main(["publish", "plan", str(office.manifest()), "-o", plan, "--as-of", "2026-03-31"]) == 0
    office.write([line(1)])
    capsys.readouterr()
    assert main(["publish", "apply", plan, "--lang", "zh"]) == 1
    told = capsys.readouterr()
    assert "gongshu publish plan" in told.out + told.err
    assert "gongshu publish apply" not in told.out + told.err


def test_versions_by_day_and_their_differences(office, line):
    for day, rows, title in (
        ("2026-03-30", 10, "停车场名录"),
        ("2026-03-31", 8, "停车场名录"),
        ("2026-04-02", 8, "改名"),
    ):
        office.write([line(number) for number in range(1, rows + 1)])
        plan = make_plan(office.manifest([{"title": title}]), [f"catalogue:{office.catalogue}"], as_of="2026-03-31")
        assert apply_plan(plan, now=lambda day=day: f"{day}T23:30:00+08:00").exit_code == 0
    with open_catalogue(office.catalogue) as catalogue:
        lots = catalogue["307010/000001"]
        assert [each["version"] for each in lots.versions] == ["2.1", "2", "1"]
        assert [lots.at(moment).version for moment in ("2026-03-30", "2026-03-31", "2026-04-01", "2026-12-31", 1, "2.1")
                ] == ["1", "2", "2", "2.1", "1", "2.1"]  # fmt: skip
        assert lots.table(at="2026-03-30").num_rows == 10
        assert lots.pandas(at=2).shape[0] == 8
        frame = lots.polars(columns=["TCCBM"], at=1)
        assert frame["TCCBM"].to_list()[:2] == ["0001", "0002"]
        assert lots.duckdb(filter=[("TCCBM", "=", "0003")]).fetchall()[0][0] == "0003"
        told = lots.diff("2026-03-30")
        assert (told["from"]["version"], told["to"]["version"]) == ("1", "2.1")
        assert told["files"]["changed"] == ["main"]
        assert "title" in {each["field"] for each in told["metadata"]}
        from gongshu.standards.faults import UsageFault

        for wrong in ("2026-03-29", "9", "tomorrow", "", "2026-13-01", -1):
            with pytest.raises(UsageFault):
                lots.at(wrong)
    assert main(["publish", "withdraw", "307010/000001", "--reason", "x", "--in", str(office.catalogue)]) == 0
    publish(office, {"title": "又来"})
    with open_catalogue(office.catalogue) as catalogue:
        assert catalogue["307010/000001"].at("2026-03-30").version == "1"

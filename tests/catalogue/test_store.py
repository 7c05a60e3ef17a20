"""The ledger keeps its promises: versions, one transaction, a whole audit, two processes, a crash."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gongshu.catalogue.check import faults
from gongshu.catalogue.migrations import STEPS
from gongshu.catalogue.store import Store
from gongshu.publishers.ledger import Ledger
from gongshu.standards.faults import PublishFault, UsageFault


def codes(store: Store) -> list[str]:
    return [fault.code for fault in faults(store)]


def test_the_store_is_a_ledger(store):
    ledger: Ledger = store
    assert ledger.head("a") is None
    assert list(ledger.heads()) == []


def test_content_gives_versions_and_metadata_edits(put):
    assert put("a/1").number == "1"
    assert put("a/1").number == "1"
    assert put("a/1", "新名").number == "1.1"
    assert put("a/1", "新名", rows=4).number == "2"
    assert put("a/1", "新名").number == "3"  # content seen before is a new version all the same


def test_a_dataset_is_found_by_code_and_slug(store, put):
    head = put("A/1")
    assert store.head("A/1") == store.head("a-1") == head


def test_what_was_not_expected_changes_nothing(store, put, make):
    put("a/1")
    for expected in (None, (1, 1), (2, 0)):
        with pytest.raises(PublishFault) as caught:
            store.publish(make("a/1", "别名"), expected=expected)
        assert caught.value.code == "publish.target-moved"
    assert [head.number for head in store.versions("a/1")] == ["1"]
    assert store.connection.execute("SELECT count(*) FROM audit").fetchone() == (1,)


def test_bytes_that_were_never_put_cannot_be_published(store, make):
    made = make("a/1")
    store.object_path(made.content_sha256).unlink()
    with pytest.raises(PublishFault) as caught:
        store.publish(made, expected=None)
    assert caught.value.code == "catalogue.object-missing"
    assert store.head("a/1") is None


def test_a_slug_belongs_to_one_code(store, put, make):
    put("A/1")
    with pytest.raises(PublishFault) as caught:
        store.publish(make("a-1"), expected=None)
    assert caught.value.code == "publish.slug-taken"
    assert codes(store) == []


def test_putting_the_same_bytes_twice_does_nothing(store, tmp_path: Path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"abc")
    first = store.put(path)
    when = store.object_path(first[0]).stat().st_mtime_ns
    assert store.put(path) == first
    assert store.object_path(first[0]).stat().st_mtime_ns == when
    assert path.exists()
    assert len(list(store.objects.all())) == 1


def test_the_check_finds_what_is_wrong(store, put):
    put("a/1")
    put("b/1", rows=5)
    assert codes(store) == []
    victim = store.object_path(store.head("a/1").content_sha256)
    victim.chmod(0o644)
    victim.write_bytes(b"x")
    store.object_path(store.head("b/1").content_sha256).unlink()
    assert codes(store) == ["catalogue.damaged", "catalogue.object-missing"]


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE audit SET actor = 'somebody' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "UPDATE audit SET detail = '{}' WHERE seq = 2",
    ],
)
def test_a_changed_or_missing_audit_row_breaks_the_chain(store, put, harm):
    for number in range(3):
        put(f"a/{number}")
    store.connection.execute(harm)
    assert codes(store) == ["catalogue.audit-broken"]


def test_what_a_dead_process_left_is_swept(tmp_path: Path):
    folder = tmp_path / "catalogue"
    code = textwrap.dedent(
        """
        import os, signal, sys
        from pathlib import Path
        from gongshu.catalogue.store import Store
        store = Store(Path(sys.argv[1]), write=True)
        (store.workplace() / "torn").write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    subprocess.run([sys.executable, "-c", code, str(folder)], check=False, timeout=60)
    assert list((folder / "tmp").rglob("torn"))
    with Store(folder, write=True) as alive:
        mine = alive.workplace()
        assert not list((folder / "tmp").rglob("torn"))
        with Store(folder, write=True) as other:
            other.workplace()
            assert mine.is_dir()  # a living process keeps its place
    assert not list((folder / "tmp").iterdir())


def test_two_processes_publish_at_once(tmp_path: Path):
    folder = tmp_path / "catalogue"
    Store(folder, write=True).close()
    code = textwrap.dedent(
        """
        import importlib.util, sys
        from pathlib import Path
        from gongshu.catalogue.store import Store
        spec = importlib.util.spec_from_file_location("scene", sys.argv[3])
        scene = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(scene)
        with Store(Path(sys.argv[1]), write=True) as store:
            for number in range(15):
                store.publish(scene.publication(store, f"{sys.argv[2]}/{number}", rows=number + 1), expected=None)
        """
    )
    scene = str(Path(__file__).with_name("conftest.py"))

    def run(name: str) -> int:
        return subprocess.run(
            [sys.executable, "-c", code, str(folder), name, scene], check=False, timeout=120
        ).returncode

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(run, ["a", "b"])) == [0, 0]
    with Store(folder) as store:
        assert len(list(store.heads())) == 30
        assert codes(store) == []


def test_a_reader_sees_whole_versions_while_another_writes(store, put):
    put("a/1")
    with Store(store.folder) as reader:
        before = reader.head("a/1")
        put("a/1", rows=9)
        assert before.number == "1"
        assert reader.head("a/1").number == "2"


def test_a_catalogue_of_a_newer_program_is_left_alone(tmp_path: Path):
    folder = tmp_path / "catalogue"
    Store(folder, write=True).close()
    connection = sqlite3.connect(folder / "catalogue.sqlite")
    connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")
    connection.close()
    with pytest.raises(PublishFault) as caught:
        Store(folder, write=True)
    assert caught.value.code == "catalogue.newer"


def test_no_catalogue_and_no_database(tmp_path: Path):
    with pytest.raises(UsageFault):
        Store(tmp_path)
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "catalogue.sqlite").write_bytes(b"no database at all, whatever it is called" * 30)
    for write in (False, True):
        with pytest.raises(PublishFault) as caught:
            Store(tmp_path, write=write)
        assert caught.value.code == "catalogue.malformed"

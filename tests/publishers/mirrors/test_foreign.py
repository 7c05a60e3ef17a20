"""A mirror of a third party: found by its entry point, tested by the suite alone, used by its word in a command."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from gongshu.publishers.mirrors import conformance, kinds
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan

FOREIGN = Path(__file__).with_name("foreign")


@pytest.fixture
def installed(monkeypatch):
    """The third party's package is on the path, with its metadata, as pip would put it there."""
    monkeypatch.syspath_prepend(str(FOREIGN))
    import shelf_mirror

    return shelf_mirror.Shelf


@pytest.mark.parametrize("case", conformance.CASES)
def test_it_passes_the_suite(case, installed, tmp_path):
    conformance.run(case, lambda: installed(str(tmp_path / "shelf")), tmp_path / "ledger")


def test_it_is_a_target_like_any_other(office, installed):
    assert "shelf" in kinds()
    target = f"shelf:{office.folder / 'shelf'}"
    plan = make_plan(office.manifest(), [target], as_of="2026-03-31")
    assert apply_plan(plan, now=lambda: "2026-03-31T12:00:00+08:00").exit_code == 0
    assert [path.name for path in (office.folder / "shelf").iterdir()] == ["307010-000001.json"]
    again = make_plan(office.manifest(), [target], as_of="2026-03-31")
    assert {item.action for item in again.items} == {"unchanged"}


def test_the_suite_runs_without_our_tests(tmp_path):
    """What docs/publishing.md shows, in a folder of its own: from pytest, and from a plain script."""
    test = textwrap.dedent(
        """
        import pytest
        from shelf_mirror import Shelf

        from gongshu.publishers.mirrors import conformance

        @pytest.mark.parametrize("case", conformance.CASES)
        def test_my_mirror(case, tmp_path):
            conformance.run(case, lambda: Shelf(str(tmp_path / "place")), tmp_path)
        """
    )
    (tmp_path / "test_shelf.py").write_text(test, "utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(FOREIGN), os.environ.get("PYTHONPATH", "")])}
    call = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    ended = subprocess.run(
        call, env=environment, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path
    )
    assert ended.returncode == 0, ended.stdout
    assert f"{len(conformance.CASES)} passed" in ended.stdout
    call = [sys.executable, "-m", "gongshu.publishers.mirrors.conformance", f"shelf:{tmp_path / 'shelf'}"]
    ended = subprocess.run(
        call, env=environment, capture_output=True, text=True, timeout=120, check=False, cwd=tmp_path
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ended.stdout.count("ok") == len(conformance.CASES)


LIES = {
    "shows nothing": ("created", "look", lambda self, code, slug, namespace: None),
    "keeps what is withdrawn": ("withdrawn", "fetch", lambda self, head, resource, output: iter([b"x"])),
    "has other bytes": ("created", "fetch", lambda self, head, resource, output: iter([b"x"])),
    "lists everybody's": ("apart", "read", None),
    "forgets nothing of other datasets": ("independent", "step", None),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_mirror_that_does_not_keep_its_word_is_found(lie, installed, tmp_path):
    case, name, does = LIES[lie]
    if lie == "lists everybody's":

        def does(self, namespace):
            return installed.read(self, None)

    if lie == "forgets nothing of other datasets":

        def does(self, head, ledger, state, *, at):
            for path in self.folder.glob("*.json"):
                path.unlink()
            installed.step(self, head, ledger, state, at=at)

    liar = type("Liar", (installed,), {name: does})
    with pytest.raises(conformance.Nonconforming):
        conformance.run(case, lambda: liar(str(tmp_path / "shelf")), tmp_path / "ledger")

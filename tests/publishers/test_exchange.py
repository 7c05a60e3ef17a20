"""Two machines that never meet: state out, plan and bundle in, apply outside; sources never leave."""

from __future__ import annotations

import shutil
import zipfile

import pytest

from gongshu.cli import main
from gongshu.publishers.exchange import apply_bundle
from gongshu.publishers.mirrors.files import Files
from gongshu.publishers.targets import plan as make_plan

AS_OF = ["--as-of", "2026-03-31"]


def now() -> str:
    return "2026-03-31T10:00:00+08:00"


def test_there_and_back(office, line, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside")
    site = f"files:{outside / 'site'}"
    state, plan, pack = (str(office.folder / name) for name in ("state.json", "plan.json", "b.zip"))
    for rows in (range(1, 11), range(1, 5)):
        office.write([line(number) for number in rows])
        assert main(["publish", "status", site, "--export", state]) == 0
        moved = outside.rename(outside.with_name("far")) if outside.exists() else None  # not to be reached from inside
        words = ["--to", f"catalogue:{office.catalogue}", "--to", site, "--state", state, "-o", plan, *AS_OF]
        assert main(["publish", "plan", str(office.manifest()), *words]) == 0
        assert main(["publish", "bundle", plan, "-o", pack]) == 1  # the ledger's part is not done
        assert main(["publish", "apply", plan]) in (0, 1)
        if moved is not None:
            shutil.rmtree(outside, ignore_errors=True)
            moved.rename(outside)
        assert main(["publish", "bundle", plan, "-o", pack]) == 0
        with zipfile.ZipFile(pack) as found:
            text = b"".join(found.read(name) for name in found.namelist())
        assert b"13800000000" not in text
        assert "测试乙".encode() not in text
        carried = outside / "b.zip"
        shutil.copy(pack, carried)
        shutil.rmtree(carried.with_name("b.zip.work"), ignore_errors=True)
        assert main(["publish", "apply", str(carried)]) == 0
        assert main(["publish", "apply", str(carried)]) == 0  # finished: nothing is done
        assert main(["publish", "verify", site, "--in", str(office.catalogue)]) == 0


def test_interrupted_outside_and_gone_on(office, tmp_path):
    site, state = f"files:{tmp_path / 'far' / 'site'}", office.folder / "state.json"
    assert main(["publish", "status", site, "--export", str(state)]) == 0
    plan = make_plan(office.manifest([{"code": "a/1"}, {"code": "b/1"}]), [site], as_of="2026-03-31", states=[state])
    path, pack = office.folder / "plan.json", office.folder / "b.zip"
    plan.save(path)
    catalogue_part = make_plan(office.manifest([{"code": "a/1"}, {"code": "b/1"}]), as_of="2026-03-31")
    assert catalogue_part.apply(now=now).exit_code == 0
    assert main(["publish", "bundle", str(path), "-o", str(pack)]) == 0
    heard: list[str] = []

    def at(point: str) -> None:
        heard.append(point)
        if heard.count("mirror.pointed") == 1 and point == "mirror.pointed":
            raise OSError(28, "No space left on device")

    assert apply_bundle(pack, now=now, at=at).exit_code == 1
    assert apply_bundle(pack, now=now).exit_code == 0
    assert sorted(Files(str(tmp_path / "far" / "site")).read(None)) == ["a/1", "b/1"]


def test_wrong_files_are_told(office, tmp_path):
    manifest = str(office.manifest())
    (tmp_path / "x.json").write_text("{}")
    assert main(["publish", "plan", manifest, "--to", "files:x", "--state", str(tmp_path / "x.json")]) == 3
    assert main(["publish", "plan", manifest, "--to", "files:x", "--state", str(tmp_path / "none.json")]) == 3
    plan = str(office.folder / "plan.json")
    assert main(["publish", "plan", manifest, "-o", plan, *AS_OF]) == 0
    assert main(["publish", "bundle", plan, "-o", str(tmp_path / "b.zip")]) == 3
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as out:
        out.writestr("bundle.json", '{"bundle": "other"}')
    with pytest.raises(Exception, match=r"b\.zip"):
        apply_bundle(tmp_path / "b.zip", now=now)

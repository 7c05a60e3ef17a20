"""Two machines that never meet: state out, plan and signed bundle in, apply outside; sources never leave."""

from __future__ import annotations

import json
import re
import shutil
import struct
import subprocess
import sys
import textwrap
import zipfile
from dataclasses import replace

import pytest

from gongshu.catalogue.store import Store
from gongshu.cli import main
from gongshu.publishers.bundles import Believed, Carried, apply_bundle, keys_of, pack
from gongshu.publishers.mirrors.files import Files
from gongshu.publishers.plan import load
from gongshu.publishers.targets import apply_plan, ledger_at
from gongshu.publishers.targets import plan as make_plan
from gongshu.publishers.trust import keygen
from gongshu.standards.faults import Fault, PublishFault, UsageFault

AS_OF = ["--as-of", "2026-03-31"]
ANY = Believed(unsigned=True)


def now() -> str:
    return "2026-03-31T10:00:00+08:00"


def bodies(site) -> dict[str, bytes]:
    return {str(path.relative_to(site)): path.read_bytes() for path in sorted(site.rglob("*"))
            if path.is_file() and path.name != ".lock"}  # fmt: skip


@pytest.fixture
def key(office):
    """A private key's path and its public key."""
    path = office.folder / "office.pem"
    return path, keygen(path)


@pytest.fixture
def packed(office, key):
    """A bundle of two datasets for a site that is elsewhere; its path and the site."""
    site = office.folder / "far" / "site"
    state, path, made = (office.folder / name for name in ("state.json", "plan.json", "b.zip"))
    assert main(["publish", "status", f"files:{site}", "--export", str(state)]) == 0
    manifest = office.manifest([{"code": "a/1"}, {"code": "b/1"}])
    plan = make_plan(manifest, [f"files:{site}"], as_of="2026-03-31", states=[state])
    plan.save(path)
    assert make_plan(manifest, as_of="2026-03-31").apply(now=now).exit_code == 0
    with ledger_at(office.catalogue) as ledger:
        assert pack(load(path), ledger, made, key[0]) == (2, key[1])
    return made, site


def test_there_and_back(office, line, tmp_path_factory, key):
    """Three rounds, each interrupted outside; the far site is in the end what publishing directly makes."""
    outside = tmp_path_factory.mktemp("outside")
    site, direct = f"files:{outside / 'site'}", office.folder / "direct"
    state, plan, pack_ = (str(office.folder / name) for name in ("state.json", "plan.json", "b.zip"))
    rounds = [
        (range(1, 11), [{"code": "a/1"}, {"code": "b/1"}]),
        (range(1, 5), [{"code": "a/1", "title": "改名"}, {"code": "b/1"}]),
        (range(1, 5), [{"code": "a/1", "withdraw": "错"}, {"code": "b/1"}]),
    ]
    for number, (rows, datasets) in enumerate(rounds):
        office.write([line(each) for each in rows])
        assert main(["publish", "status", site, "--export", state]) == 0
        moved = outside.rename(outside.with_name(f"far-{number}"))  # not to be reached from inside
        words = ["--to", f"catalogue:{office.catalogue}", "--to", site, "--state", state, "-o", plan, *AS_OF]
        assert main(["publish", "plan", str(office.manifest(datasets)), *words]) == 0
        assert main(["publish", "bundle", plan, "-o", pack_, "--key", str(key[0])]) == 1  # the ledger's part is open
        assert main(["publish", "apply", plan]) in (0, 1)
        shutil.rmtree(outside, ignore_errors=True)
        moved.rename(outside)
        assert main(["publish", "bundle", plan, "-o", pack_, "--key", str(key[0])]) == 0
        with zipfile.ZipFile(pack_) as found:
            text = b"".join(found.read(name) for name in found.namelist())
        assert b"13800000000" not in text
        assert "测试乙".encode() not in text
        assert str(office.folder).encode() not in text.replace(str(outside).encode(), b"")
        carried = outside / "b.zip"
        shutil.copy(pack_, carried)
        assert main(["publish", "apply", str(carried)]) == 1  # nobody is trusted yet
        heard: list[str] = []

        def at(point: str, heard: list[str] = heard) -> None:
            heard.append(point)
            if point == "effect" and len(heard) < 100:
                heard.extend(["x"] * 100)
                raise OSError(28, "No space left on device")

        assert apply_bundle(carried, now=now, at=at, believed=Believed(keys_of([key[1]]))).exit_code == 1
        assert main(["publish", "apply", str(carried), "--trust", key[1]]) == 0
        assert main(["publish", "apply", str(carried), "--trust", key[1]]) == 0  # finished: nothing is done
        assert not list(outside.glob("b.zip.work/objects"))
        assert main(["publish", "verify", site, "--in", str(office.catalogue)]) == 0
        assert main(["publish", "verify", site, "--bundle", str(carried), "--trust", key[1]]) == 0
        carried.unlink()
        near = make_plan(office.manifest(datasets), [f"catalogue:{office.catalogue}", f"files:{direct}"])
        assert apply_plan(near, now=now).exit_code == 0
        assert bodies(outside / "site") == bodies(direct)


def test_interrupted_outside_and_gone_on(packed, key):
    path, site = packed
    heard: list[str] = []

    def at(point: str) -> None:
        heard.append(point)
        if heard.count("mirror.pointed") == 1 and point == "mirror.pointed":
            raise OSError(28, "No space left on device")

    believed = Believed((key[1],))
    assert apply_bundle(path, now=now, at=at, believed=believed).exit_code == 1
    assert apply_bundle(path, now=now, believed=believed).exit_code == 0
    assert sorted(Files(str(site)).read(None)) == ["a/1", "b/1"]


CHILD = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from gongshu.publishers.bundles import Believed, apply_bundle

    left = int(sys.argv[2])

    def at(point):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    apply_bundle(Path(sys.argv[1]), now=lambda: "2026-03-31T10:00:00+08:00", at=at, believed=Believed((sys.argv[3],)))
    """
)


def test_killed_outside_and_run_again(packed, key, office):
    pytest.importorskip("fcntl")
    path, site = packed
    points: list[str] = []
    assert apply_bundle(path, now=now, at=points.append, believed=Believed((key[1],))).exit_code == 0
    wanted = bodies(site)
    for moment in range(0, len(points), 3):
        shutil.rmtree(site)
        shutil.rmtree(path.with_name("b.zip.work"))
        done = subprocess.run([sys.executable, "-c", CHILD, str(path), str(moment), key[1]], check=False)
        assert done.returncode < 0
        assert apply_bundle(path, now=now, believed=Believed((key[1],))).exit_code == 0
        assert bodies(site) == wanted, points[moment]


def test_who_is_believed(packed, key, office, tmp_path, capsys):
    path, site = packed
    other = keygen(tmp_path / "other.pem")
    assert main(["publish", "apply", str(path)]) == 1
    assert key[1] in capsys.readouterr().err  # whose it is, and what to type
    assert main(["publish", "apply", str(path), "--trust", other]) == 1
    assert main(["publish", "apply", str(path), "--unsigned"]) == 1  # that is for none, not for a stranger's
    assert main(["publish", "apply", str(path), "--trust", "no key"]) == 3
    assert not site.exists()
    # keys that a catalogue of the other side trusts
    there = tmp_path / "there"
    with Store(there, write=True):
        pass
    assert main(["publish", "apply", str(path), "--in", str(there)]) == 1
    trust = ["receipt", "trust", "add", key[1], "--in", str(there), "--organisation"]
    assert main([*trust, "91420000000000000X"]) == 0
    assert main(["publish", "apply", str(path), "--in", str(there)]) == 1  # speaks for somebody else
    assert main([*trust, "11420000000013493M"]) == 0
    assert main(["publish", "apply", str(path), "--in", str(there)]) == 0
    shutil.rmtree(site)
    shutil.rmtree(path.with_name("b.zip.work"))
    keys = tmp_path / "keys.txt"
    keys.write_text(f"# ours\n{other}\n{key[1]}  # the office\n")
    assert main(["publish", "apply", str(path), "--trust", str(keys)]) == 0


def test_an_unsigned_bundle_says_so(packed, office, capsys):
    _, site = packed
    plain = office.folder / "plain.zip"
    assert main(["publish", "bundle", str(office.folder / "plan.json"), "-o", str(plain), "--lang", "zh"]) == 0
    assert "没有签名" in capsys.readouterr().out
    assert main(["publish", "apply", str(plain), "--lang", "zh"]) == 1
    assert "--unsigned" in capsys.readouterr().err
    assert not site.exists()
    assert main(["publish", "apply", str(plain), "--unsigned"]) == 0


def rewritten(path, change, *, extra=()):
    """The zip again, each part through `change(name, bytes) -> bytes | None`."""
    made = path.with_name("hostile.zip")
    with zipfile.ZipFile(path) as found, zipfile.ZipFile(made, "w") as out:
        for each in found.infolist():
            body = change(each.filename, found.read(each))
            if body is not None:
                out.writestr(zipfile.ZipInfo(each.filename), body, each.compress_type)
        for name, body in extra:
            out.writestr(name, body)
    return made


def same(name, body):
    return body


def unsigned(change=lambda said: None, name_of="bundle.json"):
    """A statement that somebody wrote anew, without a signature."""

    def made(name, body):
        if name != name_of:
            return body
        said = json.loads(body)
        said["signature"] = None
        change(said["statement"])
        return json.dumps(said).encode()

    return made


HOSTILE = {
    "climbing": lambda p: rewritten(p, same, extra=[("objects/../../evil", b"x")]),
    "an absolute name": lambda p: rewritten(p, same, extra=[("/tmp/evil", b"x")]),  # noqa: S108 - never written
    "a part more": lambda p: rewritten(p, same, extra=[("objects/" + "0" * 64, b"x")]),
    "a part twice": lambda p: rewritten(p, same, extra=[("plan.json", b"{}")]),
    "a part less": lambda p: rewritten(p, lambda n, b: None if n == "heads.json" else b),
    "a changed byte": lambda p: rewritten(p, lambda n, b: b[:-1] + b"!" if n.startswith("objects/") else b),
    "longer": lambda p: rewritten(p, lambda n, b: b + b"!" if n.startswith("objects/") else b),
    "another plan": lambda p: rewritten(p, lambda n, b: b.replace(b"a/1", b"z/1") if n == "plan.json" else b),
    "no JSON": lambda p: rewritten(p, lambda n, b: b"{" if n == "bundle.json" else b),
    "another shape": lambda p: rewritten(p, lambda n, b: b"[]" if n == "bundle.json" else b),
    "another format": lambda p: rewritten(p, unsigned(lambda s: s.update(bundle="other"))),
    "named to climb": lambda p: rewritten(p, unsigned(lambda s: s["parts"].update({"objects/../x": [1, "0" * 64]}))),
    "negative": lambda p: rewritten(p, unsigned(lambda s: s["parts"].update({"plan.json": [-1, "0" * 64]}))),
    "no parts": lambda p: rewritten(p, unsigned(lambda s: s.update(parts={}))),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bundles_are_refused(name, packed, key):
    path, site = packed
    made = HOSTILE[name](path)
    for believed in (Believed((key[1],)), Believed((key[1],), unsigned=True)):
        with pytest.raises(UsageFault) as told:
            apply_bundle(made, now=now, believed=believed)
        assert told.value.code == "usage.bundle"
    assert not site.exists()
    assert not list(path.parent.rglob("evil"))


def test_a_changed_statement_is_not_what_was_signed(packed, key):
    path, site = packed
    made = rewritten(path, lambda n, b: b.replace(b'"SHA-256"', b'"SHA-257"') if n == "bundle.json" else b)
    with pytest.raises(PublishFault) as told:
        apply_bundle(made, now=now, believed=Believed((key[1],), unsigned=True))
    assert told.value.code == "bundle.signature"
    stripped = rewritten(path, unsigned())
    with pytest.raises(PublishFault) as told:
        apply_bundle(stripped, now=now, believed=Believed((key[1],)))
    assert told.value.code == "bundle.unsigned"
    assert not site.exists()
    assert not path.with_name("hostile.zip.work").exists()  # nothing was unpacked


def test_names_that_a_mirror_could_not_use(packed):
    """Somebody who packs by hand, unsigned, cannot make a mirror write elsewhere."""
    import hashlib

    path, site = packed

    def slug(name, body):
        if name == "heads.json":
            return body.replace(b'"slug": "a-1"', b'"slug": "../../../evil"')
        if name == "bundle.json":
            with zipfile.ZipFile(path) as found:
                new = slug("heads.json", found.read("heads.json"))
            said = json.loads(body)
            said["statement"]["parts"]["heads.json"] = [len(new), hashlib.sha256(new).hexdigest()]
            return json.dumps({**said, "signature": None}).encode()
        return body

    with pytest.raises(UsageFault):
        apply_bundle(rewritten(path, slug), now=now, believed=ANY)
    assert not site.exists()


def test_bombs_and_torn_bundles(packed, key, tmp_path):
    path, site = packed
    body = path.read_bytes()
    torn = tmp_path / "torn.zip"
    for size in (*range(0, 64, 7), len(body) // 3, len(body) // 2, len(body) - 30, len(body) - 1):
        torn.write_bytes(body[:size])
        assert main(["publish", "apply", str(torn), "--trust", key[1]]) == 3, size
    bomb = rewritten(path, lambda n, b: b"0" * (300 << 20) if n == "plan.json" else b)
    assert bomb.stat().st_size < 2 << 20
    assert main(["publish", "apply", str(bomb), "--trust", key[1]]) == 3
    # a size in the directory that is not that of the part
    at = [found.start() for found in re.finditer(b"PK\x01\x02", body)][-1]
    lying = bytearray(body)
    struct.pack_into("<L", lying, at + 24, 10)
    torn.write_bytes(bytes(lying))
    assert main(["publish", "apply", str(torn), "--trust", key[1]]) == 3
    assert not site.exists()


def test_what_was_tampered_with_beside_the_bundle_is_unpacked_again(packed, key):
    path, site = packed
    carried = Carried(path, Believed((key[1],)))
    name = next(path.with_name("b.zip.work").glob("objects/*"))
    name.write_bytes(b"forged")
    assert carried.object_path(name.name).read_bytes() == b"forged"
    assert apply_bundle(path, now=now, believed=Believed((key[1],))).exit_code == 0
    assert not any(b"forged" in body for body in bodies(site).values())


def test_damaged_objects_are_not_packed(packed, office, key):
    with ledger_at(office.catalogue) as ledger:
        output = next(each for each in ledger.head("a/1").resources[0].outputs if each.audience == "open")
        path = ledger.object_path(output.sha256)
        path.chmod(0o644)
        path.write_bytes(b"x")
        made = office.folder / "again.zip"
        with pytest.raises(Fault) as told:
            pack(load(office.folder / "plan.json"), ledger, made, key[0])
    assert told.value.code == "catalogue.damaged"
    assert not made.exists()


def test_wrong_files_are_told(office, tmp_path, key):
    manifest = str(office.manifest())
    (tmp_path / "x.json").write_text("{}")
    assert main(["publish", "plan", manifest, "--to", "files:x", "--state", str(tmp_path / "x.json")]) == 3
    assert main(["publish", "plan", manifest, "--to", "files:x", "--state", str(tmp_path / "none.json")]) == 3
    plan = str(office.folder / "plan.json")
    assert main(["publish", "plan", manifest, "-o", plan, *AS_OF]) == 0
    assert main(["publish", "bundle", plan, "-o", str(tmp_path / "b.zip")]) == 3
    assert main(["publish", "bundle", plan, "-o", str(tmp_path / "b.zip"), "--key", str(tmp_path / "x.json")]) == 3
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as out:
        out.writestr("bundle.json", '{"bundle": "other"}')
    with pytest.raises(Fault, match=r"b\.zip"):
        apply_bundle(tmp_path / "b.zip", now=now)
    assert replace(ANY, unsigned=False).keys == ()

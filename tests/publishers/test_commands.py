"""The administrator's words: plan, apply, status, in both languages, for people and for machines."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap

import pytest

from gongshu.cli import main
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan
from gongshu.standards.faults import PublishFault


def test_from_manifest_to_status(office, capsys):
    manifest, plan = str(office.manifest()), str(office.folder / "plan.json")
    assert main(["publish", "plan", manifest, "-o", plan, "--as-of", "2026-03-31", "--lang", "zh"]) == 0
    told = capsys.readouterr().out
    assert "新建" in told
    assert "LXDH" in told
    assert main(["publish", "apply", plan, "--actor", "tester", "--lang", "en"]) == 0
    assert "1 of 1 steps done" in capsys.readouterr().out
    assert main(["publish", "apply", plan]) == 0
    capsys.readouterr()
    assert main(["publish", "status", f"catalogue:{office.catalogue}", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [each["code"] for each in found["datasets"]] == ["307010/000001"]
    assert found["unfinished"] == []
    assert main(["publish", "plan", manifest, "--json", "--as-of", "2026-03-31"]) == 0
    (item,) = json.loads(capsys.readouterr().out)["items"]
    assert {"code", "action", "reasons", "changes"} <= set(item)
    assert item["action"] == "unchanged"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_blocked_says_why(office, capsys, lang):
    manifest = str(office.manifest([{"abstract": None, "sharing": 2}]))
    assert main(["publish", "plan", manifest, "--lang", lang, "--json"]) == 1
    (item,) = json.loads(capsys.readouterr().out)["items"]
    assert item["action"] == "blocked"
    assert len(item["reasons"]) == 3
    assert "信息资源摘要" in item["reasons"][0]
    assert all("{" not in each for each in item["reasons"])
    assert main(["publish", "plan", manifest, "--lang", lang]) == 1


def test_wrong_words_are_one_line(office, capsys):
    (office.folder / "bad.yaml").write_text("datasets: []", encoding="utf-8")
    manifest = str(office.manifest())
    for words in (
        ["plan", str(office.folder / "bad.yaml")],
        ["plan", str(office.folder / "nowhere.yaml")],
        ["plan", str(office.folder)],
        ["plan", manifest, "--to", "gopher:x"],
        ["plan", manifest, "--to", "catalogue:"],
        ["plan", manifest, "--as-of", "yesterday"],
        ["apply", str(office.folder / "lots.csv")],
        ["apply", str(office.folder / "nowhere.json")],
        ["status", f"catalogue:{office.folder / 'nowhere'}"],
    ):
        assert main(["publish", *words]) == 3, words
        told = capsys.readouterr().err
        assert told.strip()
        assert "Traceback" not in told


def test_a_second_apply_stops_at_the_lock(office):
    plan = make_plan(office.manifest(), as_of="2026-03-31")
    path = office.folder / "plan.json"
    plan.save(path)
    code = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from gongshu.publishers.plan import load
        from gongshu.publishers.targets import apply_plan

        def at(point):
            if point == "gate":
                print("inside", flush=True)
                sys.stdin.readline()

        sys.exit(apply_plan(load(Path(sys.argv[1])), at=at).exit_code)
        """
    )
    first = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert first.stdout.readline() == "inside\n"
        with pytest.raises(PublishFault) as caught:
            apply_plan(plan)
        assert caught.value.code == "publish.locked"
        first.stdin.write("\n")
        first.stdin.flush()
        assert first.wait(60) == 0
    finally:
        first.kill()
        first.communicate()
    assert apply_plan(plan).exit_code == 0

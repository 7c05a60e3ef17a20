"""How far it is, and how long the rest takes: for a terminal, for machines, and for nobody who did not ask."""

from __future__ import annotations

import json
import os
import pty
import random
import subprocess
import sys

import pytest

from gongshu.cli import main
from gongshu.publishers.progress import DATASET, Progress, Told, remaining
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan

AS_OF = "2026-03-31"


def now() -> str:
    return "2026-03-31T12:00:00+08:00"


class Clock:
    """Time that work takes."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def told_of(sizes, cost):
    """Everything that is told of a phase, with the seconds that were really left."""
    clock, heard = Clock(), []
    progress = Progress(heard.append, clock=clock)
    progress.begin("catalogue", sizes)
    times = []
    for number, size in enumerate(sizes):
        clock.seconds += cost(size)
        times.append(clock.seconds)
        progress.done(str(number), size)
    return [(told, clock.seconds - at) for told, at in zip(heard[1:], times, strict=True)]


def test_nothing_is_said_before_it_is_known():
    heard = told_of([1 << 20] * 100, lambda size: 1.0)
    assert [told.remaining for told, _ in heard[:2]] == [None, None]
    assert heard[2][0].remaining == pytest.approx(97.0)
    assert heard[-1][0].remaining == 0.0
    assert remaining(Told("x", 50, 100), 0.5) is None  # so quick that nobody needs it


@pytest.mark.parametrize("seed", range(5))
def test_a_guess_is_near(seed):
    """Sizes from nothing to 100 MB in any order: after a fifth of the work the guess is within a half of the truth."""
    dice = random.Random(seed)
    sizes = [int(10 ** dice.uniform(2, 8)) for _ in range(400)]
    heard = told_of(sizes, lambda size: 0.05 + size / 20e6)
    whole = sum(sizes) + len(sizes) * DATASET
    for told, left in heard:
        share = (told.bytes + told.done * DATASET) / whole
        if 0.2 < share < 0.98:
            assert told.remaining == pytest.approx(left, rel=0.5, abs=3.0)


def test_every_dataset_is_counted_once(office):
    """Of each target, in threads or not, whether it went well or not; a plan counts too."""
    heard: list[Told] = []
    manifest = office.manifest([{"code": f"a/{number}"} for number in range(5)])
    site = f"files:{office.folder / 'site'}"
    plan = make_plan(manifest, [site], as_of=AS_OF, progress=Progress(heard.append))
    assert [told.done for told in heard] == [0, 1, 2, 3, 4, 5]
    size = (office.folder / "lots.csv").stat().st_size
    assert heard[-1].bytes == heard[0].all_bytes == 5 * size
    heard.clear()
    (office.folder / "lots.csv").write_text("moved")
    assert apply_plan(plan, now=now, progress=Progress(heard.append)).exit_code == 1
    ends = {told.phase: (told.done, told.all, told.bytes) for told in heard}
    assert ends == {"catalogue": (5, 5, 5 * size), site: (5, 5, 5 * size)}


def run(office, capsys, *words: str) -> tuple[str, str]:
    manifest, plan = str(office.manifest([{"code": "a/1"}, {"code": "b/1"}])), str(office.folder / "plan.json")
    site = f"files:{office.folder / 'site'}"
    main(["publish", "plan", manifest, "--to", site, "-o", plan, "--as-of", AS_OF, "--lang", "zh", *words])
    assert main(["publish", "apply", plan, "--lang", "zh", *words]) == 0
    return capsys.readouterr()


def test_nobody_asked(office, capsys):
    assert run(office, capsys)[1] == ""


def test_quiet_is_quiet(office, capsys):
    assert run(office, capsys, "--quiet", "--progress")[1] == ""


def test_lines_for_machines(office, capsys):
    out, err = run(office, capsys, "--json", "--progress")
    lines = [json.loads(line) for line in err.splitlines()]
    assert {line["event"] for line in lines} == {"progress"}
    assert [line["phase"] for line in lines if line["done"] == line["all"]] == [
        "plan", "catalogue", f"files:{office.folder / 'site'}",
    ]  # fmt: skip
    assert all(line["remaining_seconds"] is None or line["done"] == line["all"] for line in lines)
    decoder = json.JSONDecoder()
    _, end = decoder.raw_decode(out)
    decoder.raw_decode(out[end:].lstrip())  # standard output is still two documents, nothing else


def test_lines_for_a_log(office, capsys):
    err = run(office, capsys, "--progress")[1]
    assert "制定计划：2/2" in err
    assert "发布到目录：2/2" in err


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("words", [[], ["--no-progress"], ["--quiet"]])
def test_a_terminal_shows_a_bar(office, words):
    manifest = str(office.manifest([{"code": f"a/{number}"} for number in range(8)]))
    master, slave = pty.openpty()
    call = [sys.executable, "-m", "gongshu.cli", "publish", "plan", manifest, "--as-of", AS_OF, "--lang", "zh", *words]
    child = subprocess.Popen(call, stderr=slave, stdout=subprocess.DEVNULL, env={**os.environ, "TERM": "xterm"})
    os.close(slave)
    shown = b""
    while True:
        try:
            block = os.read(master, 65536)
        except OSError:
            break
        if not block:
            break
        shown += block
    os.close(master)
    assert child.wait(60) == 0
    assert ("制定计划" in shown.decode("utf-8", "replace")) == (not words)
    if words:
        assert shown == b""

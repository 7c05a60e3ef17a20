"""Metadata and links into a real CKAN: whole processes of ours and of `ckanapi load`, in turn, with fresh names.

The catalogue is filled beforehand: what is timed is what ckanapi does. Uploads and DataStore, which it has no part
in, stand apart.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.bulk import AS_OF, made
from bench.clock import Spent, spent
from bench.storm import Storm

FILES = "?files=https://files.example"
SHARE = 0.05  # of the requests that meet bad weather
# a user has bytecode; and ckanapi calls itself by name
BESIDE = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
BESIDE["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{BESIDE['PATH']}"
KEPT = ("title", "notes", "tags", "extras", "version", "author", "owner_org", "private")
OF_A_FILE = ("name", "url", "format", "mimetype", "hash", "size", "description")


@dataclass(slots=True)
class Figures:
    """What was timed, by name; each a list of rounds."""

    rounds: dict[str, list[Spent]] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def note(self, name: str, one: Spent) -> None:
        self.rounds.setdefault(name, []).append(one)

    def paired(self, ours: str, theirs: str) -> float:
        """The median of the ratios of each round: whatever else the machine did then, both felt it."""
        pairs = zip(self.rounds[ours], self.rounds[theirs], strict=True)
        return statistics.median(one.wall / other.wall for one, other in pairs)


@dataclass(frozen=True, slots=True)
class Round:
    """Datasets with names of their own, in a catalogue of their own."""

    folder: Path
    name: str
    datasets: int
    size: int = 2000

    @property
    def manifest(self) -> Path:
        return self.folder / self.name / "manifest.yaml"

    def filled(self) -> Round:
        """The catalogue has them; no mirror does."""
        made(self.folder / self.name, self.datasets, 1, self.size, prefix=self.name)
        plan = self.folder / self.name / "catalogue-plan.json"
        program("publish", "plan", str(self.manifest), "-o", str(plan), "--as-of", AS_OF, "--quiet")
        program("publish", "apply", str(plan), "--quiet")
        return self

    def plan(self, to: str) -> tuple[list[str], Path]:
        out = self.folder / self.name / "plan.json"
        out.unlink(missing_ok=True)
        return ["publish", "plan", str(self.manifest), "--to", to, "-o", str(out), "--as-of", AS_OF, "--quiet"], out


def program(*words: str, expected: tuple[int, ...] = (0,)) -> Spent:
    """Ours as a whole process."""
    return spent([sys.executable, "-m", "gongshu.cli", *words], env=BESIDE, expected=expected)


def ckanapi(lines: Path, url: str, token: str, expected: tuple[int, ...] = (0,)) -> Spent:
    """`ckanapi load datasets -p 3` as a whole process, with those that it starts."""
    command = [str(Path(sys.executable).with_name("ckanapi")), "load", "datasets", "-I", str(lines), "-r", url]
    return spent([*command, "-a", token, "-p", "3"], env=BESIDE, expected=expected)


def compare(folder: Path, url: str, token: str, datasets: int, rounds: int, say: Callable[[str], None]) -> Figures:
    """All of it. The first round warms CKAN and does not count."""
    found = Figures(facts={"datasets": datasets, "rounds": rounds})
    os.environ["GONGSHU_CKAN_TOKEN"] = BESIDE["GONGSHU_CKAN_TOKEN"] = token
    mark = os.urandom(3).hex()
    template: list[dict[str, Any]] = []
    for number in range(rounds + 1):
        say(f"CKAN, round {number} of {rounds}")
        turn = Round(folder, f"{mark}{number}", datasets).filled()

        def ours(turn: Round = turn, counts: bool = bool(number)) -> None:
            words, plan = turn.plan(f"ckan:{url}{FILES}")
            planned = program(*words)
            applied = program("publish", "apply", str(plan), "--quiet")
            again = program(*words)
            acts = [item for item in json.loads(plan.read_text("utf-8"))["items"] if item["action"] != "unchanged"]
            if acts:
                raise SystemExit(f"a second plan finds something to do: {acts[0]}")
            if counts:
                found.note("plan", planned)
                found.note("apply", applied)
                found.note("ours", planned + applied)
                found.note("ours again", again)

        def theirs(turn: Round = turn, number: int = number, template: list[dict[str, Any]] = template) -> None:
            lines = written(template, turn.folder / turn.name / "load.jsonl", f"load-{mark}{number}")
            found.note("ckanapi", ckanapi(lines, url, token))
            found.note("ckanapi again", ckanapi(lines, url, token))

        order = [ours] if number == 0 else [ours, theirs] if number % 2 else [theirs, ours]
        for each in order:
            each()
        if number == 0:
            template = as_lines(url, token, turn)
    say("CKAN, bad weather")
    in_a_storm(found, folder, url, token, datasets, template, mark)
    return found


def names(turn: Round) -> list[str]:
    """Of the datasets at CKAN."""
    items = json.loads(turn.plan("")[1].with_name("catalogue-plan.json").read_text("utf-8"))["items"]
    return [str(item["slug"]) for item in items if item["target"] == "catalogue"]


def as_lines(url: str, token: str, turn: Round) -> list[dict[str, Any]]:
    """What ckanapi is to bring: the same metadata and links, without our four marks."""
    from ckanapi import RemoteCKAN

    remote, lines = RemoteCKAN(url, apikey=token), []
    for name in names(turn):
        shown = remote.action.package_show(id=name)
        kept = {key: shown[key] for key in KEPT}
        kept["tags"] = [{"name": each["name"]} for each in shown["tags"]]
        kept["extras"] = [each for each in shown["extras"] if not each["key"].startswith("gongshu_")]
        kept["resources"] = [{key: each[key] for key in OF_A_FILE} for each in shown["resources"]]
        lines.append(kept)
    return lines


def written(template: list[dict[str, Any]], path: Path, prefix: str) -> Path:
    """Lines for `ckanapi load`, with names that nobody has."""
    with path.open("w", encoding="utf-8") as out:
        for number, each in enumerate(template):
            out.write(json.dumps({**each, "name": f"{prefix}-{number:06d}"}, ensure_ascii=False) + "\n")
    return path


def in_a_storm(
    found: Figures, folder: Path, url: str, token: str, datasets: int, template: list[dict[str, Any]], mark: str
) -> None:
    """5 % of all requests fail, nine ways: how many arrive of each, in one run of the same command."""
    turn = Round(folder, f"{mark}storm", datasets).filled()
    weather = Storm(url, share=SHARE)
    words, plan = turn.plan(f"ckan:{weather.url}{FILES}")
    found.note("storm", program(*words) + program("publish", "apply", str(plan), "--quiet", expected=(0, 1)))
    weather.end()
    found.facts |= {"storm arrived": there(url, token, names(turn)), "storm faults": dict(weather.met)}
    weather = Storm(url, share=SHARE)
    lines = written(template, folder / "storm.jsonl", f"load-{mark}storm")
    found.note("ckanapi storm", ckanapi(lines, weather.url, token, expected=(0, 1, 3)))
    weather.end()
    theirs = [f"load-{mark}storm-{number:06d}" for number in range(len(template))]
    found.facts |= {"ckanapi storm arrived": there(url, token, theirs), "ckanapi storm faults": dict(weather.met)}


def uploads(found: Figures, folder: Path, url: str, token: str, files: int, size: int) -> None:
    """Files go to CKAN itself; then the same with their tables in its DataStore."""
    os.environ["GONGSHU_CKAN_TOKEN"] = BESIDE["GONGSHU_CKAN_TOKEN"] = token
    mark = os.urandom(3).hex()
    for name, options, count in (("uploads", "?datastore=no", files), ("datastore", "", max(1, files // 5))):
        turn = Round(folder, f"{mark}{name}", count, size).filled()
        words, plan = turn.plan(f"ckan:{url}{options}")
        program(*words)
        found.note(name, program("publish", "apply", str(plan), "--quiet"))
        found.facts[name] = {"files": count, "bytes": size, "arrived": there(url, token, names(turn))}
        found.facts[name]["rows"] = sum(
            max(0, path.read_bytes().count(b"\n") - 1) for path in turn.manifest.parent.glob("*.csv")
        )


def there(url: str, token: str, names: list[str]) -> int:
    """How many of them CKAN shows."""
    from ckanapi import RemoteCKAN
    from ckanapi.errors import NotFound

    remote, count = RemoteCKAN(url, apikey=token), 0
    for name in names:
        with suppress(NotFound):
            count += remote.action.package_show(id=name)["state"] == "active"
    return count

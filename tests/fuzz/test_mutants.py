"""Whatever the bytes: one of three verdicts; never a crash, a hang, or memory without end.

`GONGSHU_MUTANTS` says how many mutants to try (default 1,500; continuous integration takes 20,000), `GONGSHU_FUZZ_SEED`
where to start.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ACCEPTANCE = HERE.parents[1].parent / "shared" / "acceptance"
SUFFIXES = {".csv", ".tsv", ".xlsx", ".xls", ".ods", ".parquet", ".json", ".geojson", ".jsonl", ".ndjson"}
LARGEST = 150_000  # bytes: many small mutants find more than few large ones
PATIENCE = 60  # seconds for one mutant on a busy machine
MUTANTS = int(os.environ.get("GONGSHU_MUTANTS", "1500"))
START = int(os.environ.get("GONGSHU_FUZZ_SEED", "1"))
WORKERS = 2


def corpus() -> list[Path]:
    """The acceptance files where they are, and the repository's own examples."""
    own = [path for folder in ("standards/packs", "reports/goldens") for path in (HERE.parent / folder).rglob("*")]
    theirs = list(ACCEPTANCE.rglob("*")) if ACCEPTANCE.is_dir() else []
    files = [path for path in (*own, *theirs) if path.suffix.lower() in SUFFIXES and path.is_file()]
    return sorted(path for path in files if 0 < path.stat().st_size <= LARGEST)


class Worker:
    """A process that validates mutants; it is started again when one of them kills it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.start()

    def start(self) -> None:
        command = [sys.executable, str(HERE / "worker.py"), str(self.folder)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)

    def ask(self, job: list[object]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()

    def answer(self) -> str:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else ""
        if line:
            return str(json.loads(line)[1])
        verdict = "hang" if self.process.poll() is None else f"death: exit code {self.process.wait()}"
        self.stop()
        self.start()
        return verdict

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a worker's pipe cannot be waited for there")
def test_every_mutant_has_a_verdict(tmp_path: Path) -> None:
    files = corpus()
    standards: list[str | None] = [None, "administrative-permit", "resident-population", "division-12"]
    workers = [Worker(tmp_path / str(number)) for number in range(WORKERS)]
    wrong: dict[str, str] = {}
    verdicts: Counter[str] = Counter()
    try:
        for first in range(START, START + MUTANTS, WORKERS):
            jobs = []
            for seed, worker in zip(range(first, first + WORKERS), workers):
                path, other = files[seed * 7919 % len(files)], files[seed * 104_729 % len(files)]
                jobs.append([str(path), str(other), seed, standards[seed % len(standards)]])
                worker.ask(jobs[-1])
            for job, worker in zip(jobs, workers):
                verdict = worker.answer()
                verdicts[verdict.partition(":")[0]] += 1
                if verdict.startswith(("crash", "hang", "death", "verdict")):
                    wrong[f"{Path(str(job[0])).name} seed {job[2]} standard {job[3]}"] = verdict
    finally:
        for worker in workers:
            worker.stop()
    print(dict(verdicts))
    assert not wrong, json.dumps(wrong, indent=1, ensure_ascii=False)
    assert {"conforms", "nonconforming", "unreadable"} <= set(verdicts)  # damage that shows nothing is none

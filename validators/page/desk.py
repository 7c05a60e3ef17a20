"""What was handed in and what was made of it: private folders that go away by themselves."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gongshu.standards.faults import UsageFault

AT_ONCE = 2  # files judged at the same time; others wait their turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much, and how long."""

    size: int = 200 << 20  # bytes of an upload
    upload: float = 600.0  # seconds that it may take to arrive
    judging: float = 1200.0  # seconds of work on one file
    keep: float = 1800.0  # seconds that a file is kept after it was last looked at
    files: int = 5  # files kept


@dataclass(slots=True)
class Job:
    """One file handed in. `folder` has `given/`, `made/`, `ask.json` and `outcome.json`."""

    id: str
    folder: Path
    began: float
    seen: float
    process: subprocess.Popen[bytes] | None = None
    stopped: str = ""  # why it was stopped, a code of the message catalogue
    done: threading.Event = field(default_factory=threading.Event)

    @property
    def name(self) -> str:
        """The file's own name."""
        return next((each.name for each in (self.folder / "given").iterdir()), "")

    def outcome(self) -> dict[str, Any]:
        """What `judging` has said so far; `stage` is `waiting` before it began."""
        try:
            found: dict[str, Any] = json.loads((self.folder / "outcome.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = {"stage": "waiting", "made": {}, "missing": {}, "verdict": "", "fault": None}
        if self.done.is_set() and found["stage"] != "done":
            found |= {"stage": "done", "stopped": self.stopped or "page.stopped"}
        return found

    def product(self, kind: str) -> Path | None:
        """The file of that kind, if it was made."""
        name = self.outcome()["made"].get(kind)
        path = self.folder / "made" / str(name)
        return path if name and path.is_file() else None


class Desk:
    """All files of one run of the server. Nothing is left of them after `close`."""

    def __init__(self, *, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self._clock = clock
        self._root = Path(tempfile.mkdtemp(prefix="gongshu-ui-"))  # mkdtemp: for this user only
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._closed = False

    def folder(self) -> Path:
        """A new folder for a file that is about to come, with an empty `given/`."""
        made = Path(tempfile.mkdtemp(dir=self._root))
        (made / "given").mkdir()
        return made

    def start(self, folder: Path, ask: dict[str, Any]) -> Job:
        """Judge the file in `given/` of a folder; comes back at once."""
        now = self._clock()
        job = Job(secrets.token_hex(8), folder, now, now)
        _write(folder, ask)
        with self._lock:
            self._jobs[job.id] = job
            crowd = sorted(self._jobs.values(), key=lambda each: each.seen)[: -self.limits.files]
        for each in crowd:
            self.forget(each.id)
        threading.Thread(target=self._run, args=(job,), daemon=True, name="gongshu-page-job").start()
        return job

    def again(self, job: Job, ask: dict[str, Any]) -> Job:
        """Judge the same file anew; the job before is gone."""
        folder = self.folder()
        for each in (job.folder / "given").iterdir():
            shutil.copyfile(each, folder / "given" / each.name)
        self.forget(job.id)
        return self.start(folder, ask)

    def job(self, number: str) -> Job | None:
        """The job of that number, looked at now."""
        with self._lock:
            found = self._jobs.get(number)
            if found is not None:
                found.seen = self._clock()
            return found

    def forget(self, number: str) -> None:
        """The job is stopped and its files are gone."""
        with self._lock:
            job = self._jobs.pop(number, None)
        if job is not None:
            _stop(job, "page.stopped")
            drop(job.folder)

    def tidy(self) -> None:
        """Forget what nobody has looked at for long."""
        old = self._clock() - self.limits.keep
        with self._lock:
            stale = [each.id for each in self._jobs.values() if each.seen < old]
        for each in stale:
            self.forget(each)

    def close(self) -> None:
        """Stop all work and remove every file."""
        self._closed = True
        for each in list(self._jobs):
            self.forget(each)
        drop(self._root)

    def _run(self, job: Job) -> None:
        with self._turns:
            try:
                with self._lock:
                    if self._closed or job.id not in self._jobs:
                        return
                    job.process = _begin(job.folder)
                job.process.wait(self.limits.judging)
            except subprocess.TimeoutExpired:
                _stop(job, "page.took-too-long")
            except OSError:
                job.stopped = "page.stopped"
            finally:
                job.done.set()


def _begin(folder: Path) -> subprocess.Popen[bytes]:
    """The process of `judging`; it is in a group of its own, so that Ctrl-C reaches us alone, and we stop it.

    `-P`: it imports nothing from the folder that the command was started in, which may be full of other people's files.
    """
    command = [sys.executable, "-P", "-m", "gongshu.validators.page.judging", str(folder)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(
        command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=os.name == "posix", close_fds=True
    )


def _stop(job: Job, why: str) -> None:
    job.stopped = job.stopped or why
    process = job.process
    if process is not None and process.poll() is None:
        process.kill()
        process.wait()


def _write(folder: Path, ask: dict[str, Any]) -> None:
    if not any((folder / "given").iterdir()):
        raise UsageFault("page.no-file")
    (folder / "ask.json").write_text(json.dumps(ask, ensure_ascii=False), encoding="utf-8")


def drop(folder: Path) -> None:
    """The folder is gone, as far as the system lets go of it."""
    shutil.rmtree(folder, ignore_errors=True)

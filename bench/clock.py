"""What a whole process takes: wall seconds, and processor seconds with those of all that it starts."""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

SUBREAPER = 36  # prctl: whom a process leaves behind without waiting for it comes to us, and its time with it


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds."""

    wall: float
    cpu: float

    def __add__(self, other: Spent) -> Spent:
        return Spent(self.wall + other.wall, self.cpu + other.cpu)


def spent(command: Sequence[str], *, env: Mapping[str, str], expected: Sequence[int] = (0,)) -> Spent:
    """Run it to its end. Ends the bench where its exit code is none of those expected."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(env))
    wall = time.perf_counter() - began
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in expected:
        raise SystemExit(f"{' '.join(command[2:6])}: exit {done.returncode}: {(done.stderr or done.stdout)[-800:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(wall, cpu)

"""Validates mutants one by one, in a process that may die: one line for each, so that a death names its mutant."""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from mutation import mutated

VERDICTS = ("conforms", "nonconforming", "unreadable")
MEMORY = 3 << 30  # bytes of address space


def limit() -> None:
    """A mutant that wants more memory than any table here deserves ends its worker, and is found."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):
        return


def main() -> None:
    """Read `[path, other, seed, standard or null]` lines on standard input; write `[seed, verdict or fault]` lines."""
    limit()
    from gongshu.standards.faults import StandardFault, StandardFaults, UsageFault
    from gongshu.standards.registry import Registry
    from gongshu.validators.validation import validate

    registry = Registry()
    for line in sys.stdin:
        path, other, seed, standard = json.loads(line)
        file = Path(path)
        data = mutated(file.read_bytes(), Path(other).read_bytes(), seed)
        target = Path(sys.argv[1]) / f"mutant{file.suffix}"
        target.write_bytes(data)
        try:
            report = validate(target, standard=standard, registry=registry, threads=1)
            answer = str(report.verdict)
            if answer not in VERDICTS:
                answer = f"verdict {answer}"
            json.dumps([finding.code for finding in report.findings])
        except (
            StandardFault,
            StandardFaults,
        ) as fault:  # of a package, which brings its schemas along
            answer = f"standard:{fault}"[:80]
        except UsageFault as fault:  # a sheet or an option that is not there: a word to the user, not a crash
            answer = f"usage:{fault.code}"
        except BaseException:
            answer = "crash: " + traceback.format_exc()[-1500:]
        print(json.dumps([seed, answer]), flush=True)


if __name__ == "__main__":
    main()

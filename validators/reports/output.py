"""Writing a file so that it is either whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

from gongshu.standards.faults import UsageFault


def write_atomically(path: Path, writer: Callable[[BinaryIO], None], *, inputs: Iterable[Path] = ()) -> None:
    """`path` holds what `writer` wrote, or is as it was. Raises `UsageFault` where it may not be."""
    refuse_input(path, inputs)
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    except OSError as error:
        raise UsageFault("usage.output-folder", path=str(path), detail=error.strerror or str(error)) from error
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as out:
            writer(out)
            out.flush()
            os.fsync(out.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        raise UsageFault("usage.output-folder", path=str(path), detail=error.strerror or str(error)) from error
    finally:
        temporary.unlink(missing_ok=True)


def refuse_input(path: Path, inputs: Iterable[Path]) -> None:
    """Raise `UsageFault` where an output is one of the inputs, whatever name it goes by."""
    for each in inputs:
        if path.exists() and each.exists() and path.samefile(each):
            raise UsageFault("usage.output-is-input", path=str(path))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask

"""A derived form as a file: whole or not at all."""

from __future__ import annotations

from pathlib import Path

from gongshu.standards.faults import UsageFault


def write(path: Path, content: bytes) -> None:
    """`path` holds exactly `content`; after a failure it is as before."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(content)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise UsageFault("usage.output-standard", file=str(path), detail=error.strerror or str(error)) from None

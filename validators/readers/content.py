"""The bytes of a source, wherever they lie: read at any offset, never held as a whole unless they came as a whole."""

from __future__ import annotations

import difflib
import io
import os
import stat
import tempfile
from pathlib import Path
from typing import BinaryIO

from gongshu.standards.faults import SourceFault, UsageFault

COPY = 1 << 20
SPOOL = 32 << 20  # what cannot be read at any offset is copied: up to this in memory, then to an unnamed file


class Content:
    """Bytes with a size and a name. For one thread; close it when done."""

    def __init__(self, stream: BinaryIO, *, size: int, name: str, path: Path | None = None) -> None:
        self.stream = stream
        self.size = size
        self.name = name
        self.path = path

    def read(self, offset: int, size: int) -> bytes:
        """Up to `size` bytes from `offset` on; fewer only at the end."""
        try:
            self.stream.seek(offset)
            return self.stream.read(size)
        except OSError as fault:
            raise SourceFault("file.unreadable", name=self.name, detail=fault.strerror or "") from fault

    def close(self) -> None:
        """Let the file go."""
        self.stream.close()


def spooled() -> BinaryIO:
    """A file without a name that stays in memory while it is small."""
    return tempfile.SpooledTemporaryFile(max_size=SPOOL)  # type: ignore[return-value]  # it has all that BinaryIO has


def open_content(
    source: str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO, name: str | None = None
) -> Content:
    """The content of a path, of bytes or of an open binary file.

    A missing path or a folder is a UsageFault; what may not be opened is a SourceFault `file.unreadable` with the
    reason `open-elsewhere` (Excel has it open) or `permission`.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        return Content(io.BytesIO(source), size=len(source), name=name or "")
    if isinstance(source, (str, os.PathLike)):
        return _open_path(Path(source), name)
    own = getattr(source, "name", "")
    label = name or (Path(own).name if isinstance(own, str) else "")
    copy = spooled()
    size = 0
    while chunk := source.read(COPY):
        copy.write(chunk)
        size += len(chunk)
    return Content(copy, size=size, name=label)


def _open_path(path: Path, name: str | None) -> Content:
    label = name or path.name
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise UsageFault("usage.path-folder", path=str(path))
        if stat.S_ISCHR(mode) or stat.S_ISBLK(mode):  # `/dev/zero` has no end
            raise SourceFault("file.unreadable", name=label, reason="binary")
        stream = path.open("rb")
    except (FileNotFoundError, NotADirectoryError, ValueError) as fault:
        raise UsageFault("usage.path-missing", path=str(path), near=_near(path)) from fault
    except PermissionError as fault:
        locked = path.with_name(f"~${path.name}").exists() or path.with_name(f"~${path.name[2:]}").exists()
        raise SourceFault("file.unreadable", name=label, reason="open-elsewhere" if locked else "permission") from fault
    except OSError as fault:
        raise SourceFault("file.unreadable", name=label, detail=fault.strerror or "") from fault
    if not stat.S_ISREG(mode):  # a pipe or a device: no size, no offsets
        with stream:
            copied = open_content(stream, label)
        copied.path = None
        return copied
    return Content(stream, size=os.fstat(stream.fileno()).st_size, name=label, path=path)


def _near(path: Path) -> str:
    """The file beside the missing one that is called most like it, or nothing."""
    try:
        names = [entry.name for entry in path.parent.iterdir() if entry.name != path.name]  # a link to nowhere is there
    except OSError:
        return ""
    found = difflib.get_close_matches(path.name, names, 1)
    return found[0] if found else ""

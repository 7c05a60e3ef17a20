"""A multipart body that is read from its files while it is sent: memory does not grow with them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Upload:
    """One file of a form: its name is ASCII, because CKAN takes other letters out of it."""

    name: str
    path: Path
    media_type: str


class Body:
    """The form as `http.client` sends it: a length, and blocks. Made anew for each try."""

    def __init__(self, fields: Mapping[bytes, bytes], files: Mapping[str, Upload]) -> None:
        self._mark = uuid4().hex
        self._parts: list[bytes | Path] = []
        for key, value in fields.items():
            self._parts.append(self._head(key.decode("utf-8")) + value + b"\r\n")
        for name, file in files.items():
            extra = f'; filename="{file.name}"\r\nContent-Type: {file.media_type}'
            self._parts += [self._head(name, extra), file.path, b"\r\n"]
        self._parts.append(f"--{self._mark}--\r\n".encode())
        self._length = sum(len(each) if isinstance(each, bytes) else each.stat().st_size for each in self._parts)

    def _head(self, name: str, extra: str = "") -> bytes:
        return f'--{self._mark}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'.encode()

    @property
    def content_type(self) -> str:
        """The header that goes with this body."""
        return f"multipart/form-data; boundary={self._mark}"

    def __len__(self) -> int:
        """Its bytes."""
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        """The bytes in blocks."""
        for each in self._parts:
            with io.BytesIO(each) if isinstance(each, bytes) else each.open("rb") as source:
                while block := source.read(BLOCK):
                    yield block

"""How a table is to be read, where the caller knows better than the content."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gongshu.validators.geometry import Bounds

BLOCK_BYTES = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadOptions:
    """What is None is found from the content. `header_row` is the 1-based physical line or sheet row of the header."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None
    header_row: int | None = None
    name: str | None = None  # how the source is called in messages; else the file's own name
    fit: Callable[[Sequence[str]], float] | None = None  # 0..1: how well a row serves as the header
    block_bytes: int = BLOCK_BYTES
    hashed: bool = True  # the file's SHA-256 will be asked for, so it is taken while text is read
    bounds: Bounds | None = None  # where positions have to lie, in degrees

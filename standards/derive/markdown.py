"""The documentation page in Markdown (with tables as GitHub writes them)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gongshu.standards.derive import Derived, Options
from gongshu.standards.derive.document import Block, Grid, Heading, document
from gongshu.standards.model import Standard

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry


def derive(standard: Standard, registry: Registry, options: Options) -> Derived:
    """The page in UTF-8."""
    blocks, losses = document(standard, registry, options.lang)
    return Derived(("\n\n".join(_write(block) for block in blocks) + "\n").encode(), losses)


def _write(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * block.level} {_plain(block.text)}"
    if not isinstance(block, Grid):
        return _plain(block.text)
    width = max([len(block.head), *(len(row) for row in block.rows)])
    lines = [block.head or ("",) * width, ("---",) * width, *block.rows]
    return "\n".join(
        "| " + " | ".join(_plain(text) if at != 1 else text for text in row) + " |" for at, row in enumerate(lines)
    )


def _plain(text: str) -> str:
    """Text that means nothing to Markdown."""
    return re.sub(r"([\\`*_\[\]<>|#~])", r"\\\1", " ".join(text.split()))

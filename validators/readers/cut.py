"""What was cut short: containers without their end, texts that stop within a character or a quoted cell."""

from __future__ import annotations

import codecs

from gongshu.standards.faults import SourceFault
from gongshu.validators.finding import Finding, Sample, Severity
from gongshu.validators.readers.content import Content
from gongshu.validators.readers.encodings import Settled

TAIL = 64 << 10
ZIP_TAIL = TAIL + 22  # a ZIP ends with its directory's end record, behind which a comment of 64 KiB may stand
FOOTED = {b"PAR1": (b"PAR1", b"PARE"), b"ARROW1": (b"ARROW1",)}  # formats that end as they begin


def damaged(content: Content, detail: str = "") -> SourceFault:
    """The fault of a container that no parser could read: `file.truncated` where its end is missing."""
    if ends_early(content):
        return SourceFault("file.truncated", name=content.name, reason="container")
    params = {"detail": detail} if detail else {}
    return SourceFault("file.unreadable", name=content.name, reason="corrupt", **params)


def ends_early(content: Content) -> bool:
    """Whether a ZIP (a workbook is one), Parquet or Arrow file lacks what has to stand at its end."""
    head = content.read(0, 8)
    if head.startswith(b"PK\x03\x04"):
        return b"PK\x05\x06" not in content.read(max(0, content.size - ZIP_TAIL), ZIP_TAIL)
    tail = content.read(max(0, content.size - 8), 8)
    return any(head.startswith(magic) and not tail.endswith(ends) for magic, ends in FOOTED.items())


def cut_character(content: Content, settled: Settled) -> list[Finding]:
    """`file.truncated` (reason `character`) where the text ends within a character."""
    encoding = settled.encoding
    if encoding.startswith(("utf-16", "utf-32")):
        held = (content.size - settled.start) % (2 if encoding.startswith("utf-16") else 4)
    else:
        tail = content.read(max(settled.start, content.size - TAIL), TAIL)
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        decoder.decode(tail[tail.rfind(b"\n") + 1 :])
        state = decoder.getstate()[0]
        held = len(state) if isinstance(state, bytes) else 0
    if not held:
        return []
    sample = Sample(byte=content.size - held)
    return [Finding("file.truncated", Severity.ERROR, 1, reason="character", samples=(sample,))]

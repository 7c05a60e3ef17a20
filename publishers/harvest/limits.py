"""How much is taken from a place that we do not run, and from whom."""

from __future__ import annotations

from dataclasses import dataclass, field

from gongshu.publishers.mirrors.ckan.transport import Patience

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """`file`: bytes of one file. `answer`: bytes of one answer of an interface. `words`: bytes said of one dataset.

    `hosts`: besides the source's own, those whose files may be fetched. `stale`: take a file whose entry tells another
    hash, because CKAN keeps the hash of a file that was replaced.
    """

    file: int = 1024 * MIB
    answer: int = 64 * MIB
    words: int = MIB
    datasets: int = 1_000_000
    parts: int = 2_000
    hosts: tuple[str, ...] = ()
    stale: bool = False
    patience: Patience = field(default_factory=Patience)
    workers: int = 4

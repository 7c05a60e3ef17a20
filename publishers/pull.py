"""`publish pull` from words alone: a source, our catalogue, and what to take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from gongshu.publishers.harvest import source
from gongshu.publishers.harvest.limits import MIB, Limits
from gongshu.publishers.harvest.pulling import Pulled, Terms, harvest
from gongshu.publishers.targets import clock, ledger_at
from gongshu.standards.faults import UsageFault


def pull(
    place: str,
    into: Path | str,
    *,
    organisation: str = "",
    query: str = "",
    withdraw: bool = False,
    dry: bool = False,
    hosts: Sequence[str] = (),
    most: int | None = None,
    stale: bool = False,
    actor: str = "",
    now: Callable[[], str] = clock,
    at: Callable[[str], None] = lambda point: None,
    limits: Limits | None = None,
) -> Pulled:
    """Harvest `ckan:URL` or `catalogue:PATH` into the catalogue `into`, which is made where there is none.

    `hosts`: besides the source's own, those whose files may be fetched; `most`: MiB of one file; `stale`: take files
    whose entry tells another hash. Run again after any interruption.
    """
    limits = limits or Limits()
    limits = replace(limits, hosts=(*limits.hosts, *hosts), stale=stale, file=most * MIB if most else limits.file)
    folder = Path(str(into).removeprefix("catalogue:"))
    if "://" in str(folder):
        raise UsageFault("catalogue.address", path=str(folder))
    if place.partition(":")[0] == "catalogue" and Path(place.partition(":")[2]).resolve() == folder.resolve():
        raise UsageFault("pull.itself")
    # what is wrong with the words is said before anything is made
    source(place, limits, lambda organisation, key: False).close()
    with ledger_at(folder) as ledger, closing(source(place, limits, ledger.trusts)) as opened:
        terms = Terms(now, actor, organisation, query, withdraw, dry, limits.workers, at)
        return harvest(opened, ledger, terms)

"""Words in, words out, for harvesting: publish pull."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from gongshu.standards.session import Session, everywhere
from gongshu.standards.settings import setting

if TYPE_CHECKING:
    from gongshu.publishers.harvest.pulling import Line

QUIET = ("unchanged", "ours", "elsewhere")  # actions of which people want the number only


@click.command()
@click.argument("source", metavar="ckan:URL|catalogue:PATH")
@click.option("--into", metavar="CATALOGUE", help="收入哪个目录 / Into which catalogue; it is made where there is none")
@click.option("--organisation", default="", help="只要这个机构的 / Of this organisation only")
@click.option("--query", default="", help="只要搜得到的 / Only what this search finds")
@click.option("--withdraw", is_flag=True, help="来源已没有的，这里也撤回 / Withdraw here what vanished at the source")
@click.option("--dry-run", "dry", is_flag=True, help="只看，不收 / Say what would be done; take nothing")
@click.option("--host", "hosts", multiple=True, help="还允许从这个主机下载文件 / Files of this host may be fetched too")
@click.option("--most", type=click.IntRange(1), metavar="MiB", help="单个文件上限，默认 1024 / Of one file; 1024")
@click.option(
    "--stale-hashes", "stale", is_flag=True, help="散列与登记不符也收 / Take files whose entry tells another hash"
)
@click.option("--actor", default="", help="谁收割，记入审计 / Who pulls, for the audit")
@everywhere
def pull(
    session: Session,
    source: str,
    into: str | None,
    organisation: str,
    query: str,
    withdraw: bool,
    dry: bool,
    hosts: tuple[str, ...],
    most: int | None,
    stale: bool,
    actor: str,
) -> int:
    """收割别处的目录；中断后再运行一次即可 / Harvest another catalogue; run again after an interruption."""
    from gongshu.publishers.pull import pull as pulled

    place = setting("catalogue", into).value or "catalogue"
    done = pulled(
        source,
        place,
        organisation=organisation,
        query=query,
        withdraw=withdraw,
        dry=dry,
        hosts=hosts,
        most=most,
        stale=stale,
        actor=actor,
    )
    if session.json:
        session.emit({"source": done.source, "items": [_told(each, session) for each in done.lines]})
        return done.exit_code
    for line in done.lines:
        if line.action not in QUIET or line.state in ("failed", "conflict"):
            told = _told(line, session)
            words = session.words(f"pull.action-{line.action}")
            state = session.words(f"journal.{line.state}") if line.state in ("failed", "conflict") else words
            session.say("pull.line", state=state, code=line.code, title=line.title, reason=" ".join(told["reasons"]))
    counts = Counter(line.action for line in done.lines if line.state not in ("failed", "conflict"))
    bad = sum(line.state in ("failed", "conflict") for line in done.lines) + counts["blocked"]
    names = ("create", "update", "unchanged", "ours", "elsewhere", "withdraw", "vanished")
    session.say("pull.summary", source=source, **{name: counts[name] for name in names}, bad=bad)
    if counts["vanished"]:
        session.note("pull.vanished-next", count=counts["vanished"])
    if done.exit_code:
        session.note("pull.again", count=bad)
    return done.exit_code


def _told(line: Line, session: Session) -> dict[str, Any]:
    from gongshu.publishers.plan import words

    return {
        "id": line.id,
        "code": line.code,
        "title": line.title,
        "action": line.action,
        "state": line.state,
        "badge": line.badge,
        "reasons": words(line.reasons, session.lang),
        "codes": [each["code"] for each in line.reasons],
    }

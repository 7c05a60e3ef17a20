"""Words in, words out, for administrators: publish plan, apply, status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongshu.standards.session import Session, everywhere

if TYPE_CHECKING:
    from gongshu.publishers.apply import Outcome
    from gongshu.publishers.plan import Plan, PlanItem

DETAILED = 10  # datasets whose differences are printed with their samples; the plan's file has all
NARROW, WIDE = 10, 32  # columns of the table of a plan; the rest is for the reasons
MOVED = ("publish.source-moved", "publish.policy-moved")  # what another apply of the same plan cannot mend
STYLE = {"create": "green", "update": "yellow", "unchanged": "dim", "withdraw": "magenta", "blocked": "red"}


PROGRESS = click.option(
    "--progress/--no-progress",
    default=None,
    help="显示进度和剩余时间；终端上默认显示 / Progress and time left; shown on a terminal unless declined",
)


@click.group()
def publish() -> None:
    """批量发布 / Publish in bulk."""


@publish.command()
@click.argument("manifest", type=click.Path(path_type=Path))
@click.option("--to", multiple=True, metavar="TARGET", help="catalogue:PATH | ckan:URL | files:PATH")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="计划文件 / Where the plan goes")
@click.option("--as-of", help="参考日期 / Reference date, YYYY-MM-DD")
@click.option(
    "--allow-draft", is_flag=True, help="允许依草案标准发布，记入发布记录 / Let draft standards pass; recorded"
)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=click.Path(path_type=Path),
    help="导出的状态 / Exported state of a target",
)
@click.option("--profile", default="", metavar="ID", help="另须符合的元数据标准 / A metadata profile to meet as well")
@click.option(
    "--stale",
    type=click.Choice(["warn", "block", "ignore"]),
    help="数据超过更新周期时：提醒、不发布、不看 / Data older than their update cycle",
)
@click.option(
    "--rehash", is_flag=True, help="每个文件都重新计算摘要 / Hash every file, whatever its size and dates say"
)
@PROGRESS
@everywhere
def plan(
    session: Session,
    manifest: Path,
    to: tuple[str, ...],
    output: Path | None,
    as_of: str | None,
    allow_draft: bool,
    states: tuple[Path, ...],
    profile: str,
    stale: str | None,
    rehash: bool,
    progress: bool | None,
) -> int:
    """看清将要发生什么，不发布 / See what would happen; nothing is published."""
    from gongshu.validators.process import settle

    if session.own:
        settle()
    from gongshu.publishers import targets
    from gongshu.publishers.progress import shown

    with shown(session, progress) as told:
        made = targets.plan(
            manifest,
            to,
            as_of=as_of,
            allow_draft=allow_draft,
            registry=session.registry(),
            states=states,
            profile=profile,
            stale=stale or "",
            progress=told,
            rehash=rehash,
        )
    return show_plan(session, made, output)


def show_plan(session: Session, made: Plan, output: Path | None) -> int:
    """Save the plan where that was asked for, tell it, and say what comes next."""
    if output is not None:
        made.save(output)
    if session.json:
        session.emit(_listing(made, session))
    elif not session.quiet:
        _print(made, session)
        _details(made, session)
    if output is not None and any(item.acts for item in made.items):
        session.say("plan.next", path=str(output))
    elif output is None and any(item.acts for item in made.items):
        session.say("plan.save")
    return made.exit_code


@publish.command()
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--actor", default="", help="谁发布 / Who publishes, for the audit")
@click.option(
    "--trust", multiple=True, metavar="KEY", help="信任谁签的包：公钥或公钥文件 / Whose bundles: a key, or a file"
)
@click.option(
    "--in", "where", metavar="CATALOGUE", help="按哪个目录的信任名单 / The catalogue whose trusted keys count"
)
@click.option("--unsigned", is_flag=True, help="没有签名的包也执行 / Apply a bundle that nobody signed")
@PROGRESS
@everywhere
def apply(
    session: Session,
    plan: Path,
    actor: str,
    trust: tuple[str, ...],
    where: str | None,
    unsigned: bool,
    progress: bool | None,
) -> int:
    """照计划执行；中断后再运行一次即可 / Do exactly that plan; run it again after an interruption."""
    from gongshu.publishers.bundles import apply_bundle, believing, is_bundle
    from gongshu.publishers.plan import load
    from gongshu.publishers.progress import shown
    from gongshu.publishers.targets import apply_plan, clock

    with shown(session, progress) as told:
        if is_bundle(plan):
            with believing(trust, where, unsigned=unsigned) as believed:
                outcome = apply_bundle(plan, now=clock, actor=actor, believed=believed, progress=told)
        else:
            wanted = load(plan)
            if session.own and any(item.acts and item.files for item in wanted.items):
                from gongshu.validators.process import settle

                settle()
            outcome = apply_plan(wanted, registry=session.registry(), actor=actor, progress=told)
    if session.json:
        session.emit(
            {
                "items": [_step(each, session) for each in outcome.steps],
                "exit_code": outcome.exit_code,
                "notes": [each.say(session.lang) for each in outcome.notes],
            }
        )
    else:
        _report(outcome, session, plan)
    return outcome.exit_code


@publish.command()
@click.argument("target")
@click.option("--export", type=click.Path(path_type=Path), help="导出状态供离线做计划 / State, to plan elsewhere")
@everywhere
def status(session: Session, target: str, export: Path | None) -> int:
    """目标上有什么，还有什么没做完 / What a target holds, and what is not done yet."""
    from gongshu.publishers.status import look

    if export is not None:
        from gongshu.publishers.exchange import export_state

        state = export_state(target)
        export.write_text(json.dumps(state, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        session.say("status.exported", path=str(export), count=len(state["datasets"]))
        return 0
    found = look(target)
    if session.json:
        session.emit({"target": target, "datasets": found.datasets, "unfinished": found.unfinished})
        return 0
    session.say("status.datasets", target=target, count=len(found.datasets))
    for each in found.datasets:
        session.say("status.dataset", **{**each, "state": session.words(f"condition.{each['state']}")})
    for each in found.unfinished:
        session.say("status.unfinished", **{**each, "state": session.words(f"journal.{each['state']}")})
    return 0


@publish.command()
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--output", "-o", type=click.Path(path_type=Path), required=True, help="包 / The bundle")
@click.option("--key", type=click.Path(path_type=Path), help="签名的私钥 / Private key of receipt keygen, to sign with")
@everywhere
def bundle(session: Session, plan: Path, output: Path, key: Path | None) -> int:
    """打包计划和所需文件，带到另一网络执行 / Pack a plan with all it needs, for another network"""
    from gongshu.publishers.bundles import pack
    from gongshu.publishers.plan import load
    from gongshu.publishers.targets import ledger_at

    made = load(plan)
    with ledger_at(Path(made.catalogue)) as ledger:
        count, signed = pack(made, ledger, output, key)
    if session.json:
        session.emit({"bundle": str(output), "datasets": count, "sha256": made.sha256, "key": signed})
    session.say("bundle.done" if signed else "bundle.done-unsigned", path=str(output), count=count, key=signed)
    return 0


def _listing(made: Plan, session: Session) -> dict[str, Any]:
    from gongshu.publishers.plan import words

    return {
        "sha256": made.sha256,
        "as_of": made.as_of.isoformat(),
        "allow_draft": made.allow_draft,
        "items": [
            {
                "code": item.code,
                "title": item.title,
                "target": item.target,
                "action": item.action,
                "reasons": words(item.reasons, session.lang),
                "codes": [each["code"] for each in item.reasons],
                "changes": dict(item.changes),
            }
            for item in made.items
        ],
    }


def _print(made: Plan, session: Session) -> None:
    """One row a dataset and target: what will happen, and why, in plain words."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    heads = [session.words(f"plan.column-{name}") for name in ("action", "dataset", "why")]
    table = Table(show_lines=True)
    for head, width in zip(heads, (NARROW, WIDE, None), strict=True):
        table.add_column(head, max_width=width, overflow="fold", ratio=None if width else 1)
    for item in made.items:
        action = Text(session.words(f"action.{item.action}"), style=STYLE[item.action])
        target = session.words("plan.ledger") if item.target == "catalogue" else _near(item.target)
        table.add_row(action, Text(f"{item.code}\n{item.title}\n→ {target}"), Text("\n".join(_why(item, session))))
    Console(no_color=not session.color, highlight=False).print(table)
    counts = {name: sum(item.action == name for item in made.items) for name in STYLE}
    click.echo(session.words("plan.summary", **counts))


def _details(made: Plan, session: Session) -> None:
    """What changes in each dataset that was there before, field by field and row by row, of the first few."""
    from gongshu.publishers.differences.terminal import show

    told = [item for item in made.items if any(item.changes.get(name) for name in ("metadata", "rows"))]
    for item in told[:DETAILED]:
        click.echo(f"\n{item.code} {item.title}")
        show(item.changes, session.lang, color=session.color)
    if len(told) > DETAILED:
        session.say("plan.details-more", shown=DETAILED, count=len(told))


def _near(target: str) -> str:
    """A local target as seen from the working directory: absolute paths tell people little."""
    kind, _, address = target.partition(":")
    path = Path(address)
    if kind == "files" and path.is_absolute() and path.is_relative_to(Path.cwd()):
        return f"{kind}:{path.relative_to(Path.cwd())}"
    return target


def _why(item: PlanItem, session: Session) -> list[str]:
    from gongshu.publishers.plan import words

    lines = words(item.reasons, session.lang)
    changes = item.changes
    fields = [each["field"] for each in changes.get("metadata", ())]
    if fields:
        lines.append(session.words("plan.fields", fields=", ".join(_element(name, session) for name in fields)))
    for kind, keys in changes.get("files", {}).items():
        if keys:
            lines.append(session.words(f"plan.files-{kind}", keys=", ".join(keys)))
    for key, counts in changes.get("rows", {}).items():
        found = {name: counts[name] for name in ("added", "changed", "removed")}
        lines.append(session.words("plan.rows", key=key, **found))
    for key, wider in changes.get("policy", {}).items():
        for name, code in (("opened", "plan.opens"), ("unmasked", "plan.unmasks")):
            if wider.get(name):
                lines.append(session.words(code, key=key, columns=", ".join(wider[name])))
        if "scope" in wider:
            lines.append(session.words("plan.scope", key=key, old=wider["scope"][0], new=wider["scope"][1] or "-"))
    return lines


def _element(name: str, session: Session) -> str:
    """What an element of the metadata is called; one of a further profile by its name."""
    words = session.words(f"element.{name}")
    return name if words.startswith("element.") else words


def _step(step: Any, session: Session) -> dict[str, Any]:
    from gongshu.publishers.plan import words

    reasons = words([step.fault], session.lang) if step.fault else []
    codes = [step.fault["code"]] if step.fault else []
    return {"code": step.code, "target": step.target, "state": step.state, "reasons": reasons, "codes": codes}


def _report(outcome: Outcome, session: Session, plan: Path) -> None:
    for step in outcome.steps:
        told = _step(step, session)
        state = session.words(f"journal.{step.state}")
        session.say("apply.step", code=step.code, target=step.target, state=state, reason=" ".join(told["reasons"]))
    for note in outcome.notes:
        session.note("apply.note", text=note.say(session.lang))
    done = sum(step.state == "done" for step in outcome.steps)
    session.say("apply.summary", done=done, all=len(outcome.steps))
    stale = {step.code for step in outcome.retryable if step.fault and step.fault["code"] in MOVED}
    again = [step for step in outcome.retryable if step.code not in stale]
    if stale:
        session.note("apply.replan", count=len(outcome.retryable) - len(again))
    if again:
        session.note("apply.retry", path=str(plan), count=len(again))
    if outcome.conflicts:
        session.note("apply.conflict", count=len(outcome.conflicts))

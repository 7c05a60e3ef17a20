"""Words in, words out, for whoever keeps a catalogue: backup, restore, gc, audit."""

from __future__ import annotations

from pathlib import Path

import click

from gongshu.catalogue.commands import catalogue
from gongshu.standards.session import Session, everywhere

PATH = click.Path(path_type=Path)


@catalogue.command()
@click.argument("path", type=PATH)
@click.argument("target", type=PATH)
@everywhere
def backup(session: Session, path: Path, target: Path) -> int:
    """备份目录，服务不必停 / Copy a catalogue while it serves"""
    from gongshu.catalogue.store import Store
    from gongshu.catalogue.upkeep import backup as copied
    from gongshu.publishers.targets import clock

    with Store(path) as store:
        done = copied(store, target, at=clock())
    if session.json:
        told = [each.say(session.lang) for each in done.faults]
        session.emit({"path": str(path), "backup": str(target), "objects": done.copied, "faults": told})
    for fault in done.faults:
        session.say(fault.code, **fault.params)
    session.say("backup.done", path=str(target), count=done.copied)
    return 1 if done.faults else 0


@catalogue.command()
@click.argument("source", type=PATH)
@click.argument("path", type=PATH)
@everywhere
def restore(session: Session, source: Path, path: Path) -> int:
    """从备份恢复到一个空位置 / Make a catalogue of a backup, in an empty place"""
    from gongshu.catalogue.check import faults
    from gongshu.catalogue.store import Store
    from gongshu.catalogue.upkeep import restore as restored

    count = restored(source, path)
    with Store(path) as store:
        found = list(faults(store))
    if session.json:
        session.emit({"path": str(path), "datasets": count, "faults": [each.say(session.lang) for each in found]})
    for fault in found:
        session.say(fault.code, **fault.params)
    session.say("restore.done", path=str(path), count=count)
    return 1 if found else 0


@catalogue.command()
@click.argument("path", type=PATH)
@everywhere
def gc(session: Session, path: Path) -> int:
    """清除无人引用的文件 / Remove bytes that no version refers to"""
    from gongshu.catalogue.store import Store
    from gongshu.catalogue.upkeep import sweep

    with Store(path) as found:  # raises where there is none; nothing is made
        folder = found.folder
    with Store(folder, write=True) as store:
        swept = sweep(store)
    if session.json:
        session.emit({"path": str(path), "objects": swept.objects, "bytes": swept.bytes})
    session.say("gc.done", count=swept.objects, bytes=swept.bytes)
    return 0


@catalogue.command()
@click.argument("path", type=PATH)
@click.option("--code", help="只看一个数据集或机构 / Of one dataset or organisation")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True, help="最近几条 / The newest")
@everywhere
def audit(session: Session, path: Path, code: str | None, limit: int) -> int:
    """审计记录；并查验哈希链 / The audit, and whether its chain is whole"""
    from gongshu.catalogue.audit import first_break
    from gongshu.catalogue.store import Store
    from gongshu.catalogue.upkeep import audit_rows

    with Store(path) as store:
        rows = list(audit_rows(store, code, limit))
        broken = first_break(store.connection)
    if session.json:
        session.emit({"rows": rows, "broken": broken})
        return 0 if broken is None else 1
    for each in rows:
        action = session.words(f"audit.{each['action']}")
        session.say("audit.row", **{**each, "action": action, "actor": each["actor"] or "-"})
    if broken is not None:
        session.say("catalogue.audit-broken", seq=broken)
        return 1
    session.say("audit.whole")
    return 0


@catalogue.command()
@click.argument("path", type=PATH)
@click.option("--key", type=PATH, required=True, help="keygen 生成的私钥 / Private key of receipt keygen")
@click.option("--actor", default="", help="谁签名，记入审计 / Who signs, for the audit")
@everywhere
def vouch(session: Session, path: Path, key: Path, actor: str) -> int:
    """为发布记录签名，收割方可据此认可校验 / Sign the records, so that who harvests can rely on them"""
    from gongshu.catalogue.store import Store
    from gongshu.catalogue.vouching import vouch as vouched
    from gongshu.publishers.targets import clock

    with Store(path) as found:  # raises where there is none; nothing is made
        folder = found.folder
    with Store(folder, write=True) as store:
        public, count = vouched(store, key, at=clock(), actor=actor)
    if session.json:
        session.emit({"path": str(path), "key": public, "datasets": count})
    session.say("vouch.done", key=public, count=count)
    return 0

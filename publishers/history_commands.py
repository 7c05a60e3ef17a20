"""Words in, words out, for what comes after publishing: history, rollback, withdraw, verify."""

from __future__ import annotations

from pathlib import Path

import click

from gongshu.publishers.commands import publish, show_plan
from gongshu.standards.session import Session, everywhere
from gongshu.standards.settings import setting

WHERE = click.option("--in", "where", metavar="CATALOGUE", help="目录所在 / Which catalogue")
ACTOR = click.option("--actor", default="", help="谁发布 / Who publishes, for the audit")


def _folder(where: str | None) -> Path:
    from gongshu.publishers.history import folder_of

    return folder_of(setting("catalogue", where).value or None)


@publish.command()
@click.argument("code")
@WHERE
@everywhere
def history(session: Session, code: str, where: str | None) -> int:
    """一个数据集的各版本 / The versions of a dataset"""
    from gongshu.publishers.history import versions

    found = versions(_folder(where), code)
    if session.json:
        session.emit(
            [
                {
                    "code": each.code,
                    "version": each.number,
                    "published_at": each.published_at,
                    "title": each.title,
                    "content": each.content_sha256,
                    "files": {one.key: one.source_sha256 for one in each.resources},
                }
                for each in found
            ]
        )
        return 0
    for each in found:
        rows = sum(one.rows for one in each.resources)
        standards = ", ".join(dict.fromkeys(one.standard for one in each.resources))
        session.say(
            "history.version", number=each.number, at=each.published_at, title=each.title, rows=rows, standard=standards
        )
    return 0


@publish.command()
@click.argument("version", metavar="CODE@N")
@click.option("--to", multiple=True, metavar="TARGET", help="镜像 / Mirrors that are to follow: ckan:URL | files:PATH")
@click.option("--output", "-o", type=click.Path(path_type=Path), help="计划文件 / Where the plan goes")
@click.option("--as-of", help="参考日期 / Reference date, YYYY-MM-DD")
@click.option("--allow-draft", is_flag=True, help="允许依草案标准发布 / Let draft standards pass; recorded")
@WHERE
@everywhere
def rollback(
    session: Session,
    version: str,
    to: tuple[str, ...],
    output: Path | None,
    as_of: str | None,
    allow_draft: bool,
    where: str | None,
) -> int:
    """把旧版内容作为新版本重新发布 / Publish an old version's content again, as a new version"""
    from gongshu.publishers.history import rollback as planned

    code, _, number = version.rpartition("@")
    made = planned(
        _folder(where),
        code or version,
        number if code else "",
        to=to,
        as_of=as_of,
        allow_draft=allow_draft,
        registry=session.registry(),
    )
    return show_plan(session, made, output)


@publish.command()
@click.argument("code")
@click.option("--reason", required=True, help="原因，记入审计 / Why, for tombstone and audit")
@click.option("--recall", is_flag=True, help="收回：清除各版本的数据 / Purge the bytes of every version")
@click.option("--yes", is_flag=True, help="不再询问 / Do not ask")
@ACTOR
@WHERE
@everywhere
def withdraw(session: Session, code: str, reason: str, recall: bool, yes: bool, actor: str, where: str | None) -> int:
    """撤回一个数据集 / Withdraw a dataset"""
    from gongshu.publishers.history import withdraw as withdrawn

    folder = _folder(where)
    if recall and not yes:
        click.confirm(session.words("recall.sure", code=code), abort=True)
    head, done = withdrawn(folder, code, reason=reason, recall=recall, actor=actor)
    if session.json:
        told = {"code": head.code, "version": head.number, "state": head.state}
        if done is not None:
            told |= {"versions": done.versions, "purged": done.purged, "shared": done.shared, "fetched": done.fetched}
            told |= {"backups": done.backups}
        session.emit(told)
        return 0
    session.say("withdraw.done", code=head.code, number=head.number)
    if done is not None:
        session.say("recall.done", versions=", ".join(done.versions), purged=len(done.purged), shared=len(done.shared))
        for each in done.fetched:
            session.say("recall.fetched", **each)
        for each in done.backups:
            session.say("recall.backup", **each)
    session.say("withdraw.mirrors")
    return 0


@publish.command()
@click.argument("target")
@WHERE
@click.option("--bundle", type=click.Path(path_type=Path), help="按这个包的记录核对 / By the records of this bundle")
@click.option("--trust", multiple=True, metavar="KEY", help="信任谁签的包 / Whose bundles: a key, or a file of keys")
@click.option("--unsigned", is_flag=True, help="没有签名的包也行 / Also a bundle that nobody signed")
@everywhere
def verify(
    session: Session, target: str, where: str | None, bundle: Path | None, trust: tuple[str, ...], unsigned: bool
) -> int:
    """重新核对已发布的每个字节 / Read again whatever is published, and compare it with the records"""
    from gongshu.publishers.history import folder_of
    from gongshu.publishers.verification import verify as verified
    from gongshu.publishers.verification import verify_carried

    if bundle is not None:
        from gongshu.publishers.bundles import believing

        with believing(trust, where, unsigned=unsigned) as believed:
            found = verify_carried(bundle, target, believed)
    else:
        folder = folder_of(target) if target.startswith("catalogue:") else _folder(where)
        found = verified(folder, target)
    if session.json:
        session.emit(
            {
                "target": target,
                "datasets": found.datasets,
                "outputs": found.outputs,
                "faults": [{"code": each.code, "message": each.say(session.lang)} for each in found.faults],
            }
        )
    for fault in found.faults:
        session.say(fault.code, **fault.params)
    session.say(
        "verify.faults" if found.faults else "verify.whole",
        target=target,
        datasets=found.datasets,
        outputs=found.outputs,
        count=len(found.faults),
    )
    return found.exit_code

"""Words in, words out, for who vouches for what: receipt keygen, sign, trust add, list, revoke."""

from __future__ import annotations

from pathlib import Path

import click

from gongshu.standards.session import Session, everywhere
from gongshu.standards.settings import setting
from gongshu.validators.commands import receipt

PATH = click.Path(path_type=Path)
WHERE = click.option("--in", "where", metavar="CATALOGUE", help="目录所在 / Which catalogue")


def _folder(where: str | None) -> Path:
    from gongshu.publishers.history import folder_of

    return folder_of(setting("catalogue", where).value or None)


@receipt.command()
@click.option("--output", "-o", type=PATH, required=True, help="私钥文件 / Where the private key goes")
@everywhere
def keygen(session: Session, output: Path) -> int:
    """生成签名用的密钥 / Make a key to sign with"""
    from gongshu.publishers.trust import keygen as made

    key = made(output)
    if session.json:
        session.emit({"path": str(output), "key": key, "algorithm": "Ed25519"})
    session.say("receipt.key", path=str(output), key=key)
    return 0


@receipt.command()
@click.argument("file", type=PATH)
@click.option("--key", type=PATH, required=True, help="keygen 生成的私钥 / Private key of keygen")
@click.option("--output", "-o", type=PATH, help="默认写回原文件 / Default: the same file")
@everywhere
def sign(session: Session, file: Path, key: Path, output: Path | None) -> int:
    """给回执签名 / Sign a receipt"""
    from gongshu.publishers.trust import private_key
    from gongshu.standards.faults import UsageFault
    from gongshu.validators.receipt import load_receipt

    found = load_receipt(file)
    if not found.verify().valid:
        raise UsageFault("usage.receipt-void", path=file.name)
    signed = found.signed(private_key(key))
    signed.save(output or file)
    if session.json:
        session.emit(signed.document())
    session.say("receipt.signed", algorithm=(signed.signature or {})["algorithm"], key=(signed.signature or {})["key"])
    return 0


@receipt.group()
def trust() -> None:
    """信任谁签的回执 / Whose receipts a catalogue relies on"""


@trust.command()
@click.argument("key")
@click.option("--organisation", required=True, help="提供方统一社会信用代码，* 表示全部 / Provider's code, * for all")
@click.option("--name", default="", help="谁的密钥 / Whose key it is")
@click.option("--actor", default="", help="谁决定 / Who decides, for the audit")
@WHERE
@everywhere
def add(session: Session, key: str, organisation: str, name: str, actor: str, where: str | None) -> int:
    """从现在起信任这个公钥 / Rely on that public key from now on"""
    from gongshu.catalogue.store import Store
    from gongshu.catalogue.trusting import add as added
    from gongshu.publishers.targets import clock

    with Store(_folder(where), write=True) as store:
        made = added(store, key, organisation, name=name, at=clock(), actor=actor)
    session.say("trust.added", key=made.key, organisation=organisation)
    return 0


@trust.command("list")
@WHERE
@everywhere
def list_(session: Session, where: str | None) -> int:
    """列出信任的和已撤销的公钥 / Keys that are trusted or were"""
    from gongshu.catalogue.store import Store
    from gongshu.catalogue.trusting import keys

    with Store(_folder(where)) as store:
        found = keys(store)
    if session.json:
        names = ("key", "organisation", "name", "algorithm", "added", "revoked", "reason")
        session.emit([{name: getattr(each, name) for name in names} for each in found])
        return 0
    for each in found:
        params = {"key": each.key, "organisation": each.organisation, "name": each.name or "-"}
        if each.revoked:
            session.say("trust.revoked-key", **params, at=each.revoked, reason=each.reason)
        else:
            session.say("trust.key", **params, at=each.added)
    return 0


@trust.command()
@click.argument("key")
@click.option("--reason", required=True, help="原因 / Why")
@click.option("--actor", default="", help="谁决定 / Who decides, for the audit")
@WHERE
@everywhere
def revoke(session: Session, key: str, reason: str, actor: str, where: str | None) -> int:
    """不再信任这个公钥 / Rely on that key no more"""
    from gongshu.catalogue.store import Store
    from gongshu.catalogue.trusting import revoke as revoked
    from gongshu.publishers.targets import clock

    with Store(_folder(where), write=True) as store:
        revoked(store, key, reason=reason, at=clock(), actor=actor)
    session.say("trust.revoked", key=key)
    return 0

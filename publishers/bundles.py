"""A plan with everything that its mirror steps need in one signed file, for a network that ours never meets.

A zip of `bundle.json` (the statement: name, size and SHA-256 of every part, and the signature over it), `plan.json`,
`heads.json` and `objects/<sha256>`. Nothing of it is believed before it is hashed: what the statement does not name, or
names otherwise, is refused, and nothing is written but under the hash of its bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from gongshu.publishers import apply as applying
from gongshu.publishers import identity
from gongshu.publishers.audience import audience_of, narrowed, state_for
from gongshu.publishers.canonical import file_sha256
from gongshu.publishers.ledger import Head, Ledger, Output, Resource
from gongshu.publishers.mirrors import Mirror, mirror
from gongshu.publishers.plan import CATALOGUE, Plan, from_document, state_sha256
from gongshu.publishers.progress import Progress
from gongshu.publishers.trust import public_key, sign, signer
from gongshu.standards.faults import PublishFault, UsageFault

BUNDLE, SAID, PLAN, HEADS = "gongshu-bundle/2", "bundle.json", "plan.json", "heads.json"
WORDS = 256 << 20  # bytes of the parts that are read whole
BLOCK = 1 << 20
HASH = re.compile(r"[0-9a-f]{64}")
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError, KeyError,
           TypeError, AttributeError, RecursionError)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Believed:
    """Whose bundles are applied here: any signed by one of `keys`, or by one that `trusts` says speaks for a provider.

    `unsigned`: also one that nobody signed.
    """

    keys: tuple[str, ...] = ()
    trusts: Callable[[str, str], bool] = lambda organisation, key: False
    unsigned: bool = False


def pack(plan: Plan, ledger: Ledger, path: Path, key: Path | None = None) -> tuple[int, str]:
    """Write the bundle, signed where a key is given; number of datasets and the public key. The ledger's part is done.

    Bytes are stored as they are: Parquet is packed already.
    """
    items = [item for item in plan.items if item.target != CATALOGUE and item.acts]
    if not items:
        raise UsageFault("usage.bundle-empty")
    heads = {}
    for item in items:
        head = ledger.head(item.code)
        wanted_state = None if head is None else state_for(audience_of(item.target), state_sha256(head))
        if head is None or head.code != item.code or wanted_state != item.desired:
            raise PublishFault("publish.waits", code=item.code)
        heads[head.code] = narrowed(head, {audience_of(each.target) for each in items if each.code == item.code})
    mirrors = tuple(each for each in plan.targets if each != CATALOGUE)
    carried = replace(plan, catalogue="", items=tuple(items), targets=mirrors)
    texts = {
        PLAN: json.dumps(carried.document(), ensure_ascii=False).encode(),
        HEADS: json.dumps([asdict(each) for each in heads.values()], ensure_ascii=False).encode(),
    }
    wanted = sorted({output.sha256 for head in heads.values() for one in head.resources for output in one.outputs})
    parts = {name: [len(text), hashlib.sha256(text).hexdigest()] for name, text in texts.items()}
    for sha256 in wanted:
        source = ledger.object_path(sha256)
        found, size = file_sha256(source) if source.is_file() else ("", 0)
        if found != sha256:
            raise PublishFault("catalogue.damaged", name=sha256)
        parts[f"objects/{sha256}"] = [size, sha256]
    statement = {"bundle": BUNDLE, "algorithm": "SHA-256", "namespace": plan.namespace, "parts": parts}
    signature = sign(statement, key) if key is not None else None
    said = {"statement": statement, "signature": signature}
    part = path.with_name(f".part-{path.name}")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as out:
            out.writestr(SAID, json.dumps(said))
            for name, text in texts.items():
                out.writestr(name, text, zipfile.ZIP_DEFLATED)
            for sha256 in wanted:
                out.write(ledger.object_path(sha256), f"objects/{sha256}")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise PublishFault("publish.io", detail=error.strerror or type(error).__name__) from error
    return len(heads), signature["key"] if signature else ""


def is_bundle(path: Path) -> bool:
    """Whether the file is one of ours, or what is left of one."""
    try:
        with path.open("rb") as source:
            return source.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    except OSError:
        return False


class Carried:
    """What a bundle brings, unpacked beside it, as the part of a ledger that mirror steps use.

    Raises `UsageFault("usage.bundle")` for what is no whole bundle, `PublishFault("bundle.…")` for one that is not
    believed; then nothing was unpacked.
    """

    def __init__(self, path: Path, believed: Believed, *, objects: bool = True) -> None:
        self._folder = path.with_name(f"{path.name}.work")
        self.journal = self._folder / "journal.sqlite"
        try:
            with zipfile.ZipFile(path) as found:
                said = json.loads(_whole(found, SAID, WORDS))
                statement = said["statement"]
                if statement.get("bundle") != BUNDLE:
                    raise UsageFault("usage.bundle", path=path.name)
                parts = _named(found, statement["parts"], path)
                texts = {name: _whole(found, name, parts[name][0]) for name in (PLAN, HEADS)}
                for name, text in texts.items():
                    if hashlib.sha256(text).hexdigest() != parts[name][1]:
                        raise UsageFault("usage.bundle", path=path.name)
                self.namespace = str(statement["namespace"])
                self.plan = from_document(json.loads(texts[PLAN]), path.name)
                self._heads = {each["code"]: _head(each) for each in json.loads(texts[HEADS])}
                self.signer = _believe(statement, said.get("signature"), self._heads.values(), believed, path.name)
                if objects:
                    self._unpack(found, parts, path)
        except FileNotFoundError as error:
            raise UsageFault("usage.path-missing", path=str(path)) from error
        except DAMAGED as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise PublishFault("publish.io", detail=error.strerror or type(error).__name__) from error
            raise UsageFault("usage.bundle", path=path.name) from error

    def _unpack(self, found: zipfile.ZipFile, parts: Mapping[str, tuple[int, str]], path: Path) -> None:
        objects = self._folder / "objects"
        objects.mkdir(parents=True, exist_ok=True)
        for name, (size, sha256) in parts.items():
            if not name.startswith("objects/"):
                continue
            goal = objects / sha256
            if goal.is_file() and file_sha256(goal)[0] == sha256:
                continue
            half, seen, left = objects / f".part-{sha256}", hashlib.sha256(), size
            with found.open(name) as source, half.open("wb") as out:
                while left > 0 and (block := source.read(min(BLOCK, left))):
                    seen.update(block)
                    out.write(block)
                    left -= len(block)
                if source.read(1):
                    left = -1
            if left or seen.hexdigest() != sha256:
                half.unlink()
                raise UsageFault("usage.bundle", path=path.name)
            half.replace(goal)

    def workplace(self) -> Path:
        """Nothing is prepared here."""
        return self._folder

    def head(self, code: str) -> Head | None:
        """The dataset as it left."""
        return self._heads.get(code)

    def heads(self) -> Iterator[Head]:
        """Every dataset that was carried."""
        return iter(self._heads.values())

    def object_path(self, sha256: str) -> Path:
        """Where its bytes were unpacked."""
        return self._folder / "objects" / Path(sha256).name

    def tidy(self) -> None:
        """Remove what was unpacked; the journal stays."""
        shutil.rmtree(self._folder / "objects", ignore_errors=True)


def _whole(found: zipfile.ZipFile, name: str, most: int) -> bytes:
    """A part that is read whole; no more of it than is expected, whatever it says of itself."""
    if found.getinfo(name).file_size > most:
        raise ValueError(name)
    with found.open(name) as source:
        text = source.read(most + 1)
    if len(text) > most:
        raise ValueError(name)
    return text


def _named(found: zipfile.ZipFile, told: Any, path: Path) -> dict[str, tuple[int, str]]:
    """The parts that the statement names; the zip holds exactly these, each once, plainly stored and of its size."""
    parts = {str(name): (int(size), str(sha256)) for name, (size, sha256) in told.items()}
    there = found.infolist()
    names = [each.filename for each in there]
    right = sorted(names) == sorted([SAID, *parts]) and {PLAN, HEADS} <= {*parts}
    for each in there:
        if each.filename == SAID:
            continue
        size, sha256 = parts.get(each.filename, (-1, ""))
        an_object = each.filename == f"objects/{sha256}" and each.compress_type == zipfile.ZIP_STORED
        right = right and size == each.file_size and bool(HASH.fullmatch(sha256)) and not each.flag_bits & 1
        right = right and (an_object or (each.filename in (PLAN, HEADS) and size <= WORDS))
    if not right:
        raise UsageFault("usage.bundle", path=path.name)
    return parts


def _believe(statement: Mapping[str, Any], signature: Any, heads: Any, believed: Believed, name: str) -> str:
    """The key that signed it. Raises where it is not one that is believed here."""
    if signature is None:
        if not believed.unsigned:
            raise PublishFault("bundle.unsigned", path=name)
        return ""
    key = signer(statement, signature)
    if key is None:
        raise PublishFault("bundle.signature", path=name)
    providers = {str(head.metadata.get("providerCode") or "") for head in heads}
    if key not in believed.keys and not all(believed.trusts(each, key) for each in providers):
        raise PublishFault("bundle.untrusted", path=name, key=key)
    return key


def keys_of(words: Sequence[str]) -> tuple[str, ...]:
    """Public keys as typed: each one itself, or a file with one a line (`#` begins a remark)."""
    found = []
    for word in words:
        path = Path(word)
        try:
            text = path.read_text(encoding="utf-8") if len(word) < 4000 and path.is_file() else word
        except (OSError, UnicodeDecodeError) as error:
            raise UsageFault("usage.key", key=word) from error
        lines = [line.partition("#")[0].strip() for line in text.splitlines()]
        found += [public_key(line) for line in lines if line]
    return tuple(found)


@contextmanager
def believing(keys: Sequence[str], where: str | None, *, unsigned: bool) -> Iterator[Believed]:
    """Who is believed: the keys as typed, and those that the catalogue at `where` trusts for every provider's files."""
    from gongshu.publishers.history import folder_of
    from gongshu.publishers.targets import ledger_at

    known = keys_of(keys)
    if where is None:
        yield Believed(known, unsigned=unsigned)
        return
    with ledger_at(folder_of(where)) as ledger:
        yield Believed(known, ledger.trusts, unsigned)


def apply_bundle(
    path: Path,
    *,
    now: Callable[[], str],
    actor: str = "",
    at: Callable[[str], None] = applying.nothing,
    believed: Believed | None = None,
    progress: Progress | None = None,
) -> applying.Outcome:
    """Carry out the plan of a bundle; like any plan it can be interrupted and applied again."""
    from gongshu.publishers.gate import Terms

    carried: Any = Carried(path, believed or Believed())
    mirrors: dict[str, Mirror] = {name: mirror(name) for name in carried.plan.targets}
    terms: Any = Terms(None, date.min)  # type: ignore[arg-type] # nothing is judged here: the ledger did that
    hands = applying.Hands(carried, mirrors, terms, now, actor, at=at, progress=progress or Progress())
    outcome = applying.apply(carried.plan, hands)
    if outcome.exit_code == 0:
        carried.tidy()
    return outcome


def _head(found: dict[str, Any]) -> Head:
    """A head as it was packed. Raises `ValueError` for names that a mirror could not use as they are."""
    resources = tuple(
        Resource(
            **{
                **each,
                "columns": tuple(each["columns"]),
                "outputs": tuple(Output(**one) for one in each["outputs"]),
            }
        )
        for each in found["resources"]
    )
    head = Head(**{**found, "resources": resources})
    names = [output.file_name for each in resources for output in each.outputs]
    hashes = [output.sha256 for each in resources for output in each.outputs]
    forms = [output.form for each in resources for output in each.outputs]
    ids = [head.id, *(each.id for each in resources)]
    if (
        head.slug != identity.slug(head.code)
        or any(str(UUID(each)) != each for each in ids)
        or not all(HASH.fullmatch(each) for each in hashes)
        or any("/" in each or "\\" in each or each.startswith(".") for each in names)
        or not all(re.fullmatch(r"[a-z]{1,20}", each) for each in forms)
        or type(head.version) is not int
        or type(head.edit) is not int
    ):
        raise ValueError("names")
    return head

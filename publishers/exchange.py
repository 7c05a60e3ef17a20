"""Between two machines that never meet: what a target shows as a file, a plan from it, and everything a plan needs.

Outside: `publish status TARGET --export state.json`. Inside: `publish plan … --to TARGET --state state.json` and
`publish bundle plan.json -o B`. Outside again: `publish apply B`. A bundle holds the plan, the heads and the public
outputs; the operator's sources stay inside.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from gongshu.publishers import apply as applying
from gongshu.publishers.audience import audience_of, narrowed, state_for
from gongshu.publishers.canonical import file_sha256
from gongshu.publishers.ledger import Head, Ledger, Output, Resource
from gongshu.publishers.mirrors import Mirror, Shown, mirror
from gongshu.publishers.plan import CATALOGUE, Plan, from_document, state_sha256
from gongshu.publishers.progress import Progress
from gongshu.standards.faults import PublishFault, UsageFault

STATE, BUNDLE = "gongshu-state/1", "gongshu-bundle/1"


def export_state(target: str) -> dict[str, Any]:
    """What a mirror shows, as plain data."""
    shown = mirror(target).read(None)
    return {"state": STATE, "target": target, "datasets": {code: asdict(each) for code, each in sorted(shown.items())}}


def target_of(path: Path) -> str:
    """The target that an exported state is of. Raises `UsageFault` where the file is none."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found.get("state") == STATE:
            return str(found["target"])
    except FileNotFoundError as error:
        raise UsageFault("usage.path-missing", path=str(path)) from error
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise UsageFault("usage.state", path=path.name) from error
    raise UsageFault("usage.state", path=path.name)


class Remembered:
    """A mirror as it was when its state was exported: it can be looked at, and nothing else."""

    workers = 1

    def __init__(self, path: Path, target: str) -> None:
        found = json.loads(path.read_text(encoding="utf-8"))
        try:
            self._shown = {code: Shown(**each) for code, each in found["datasets"].items()}
        except (KeyError, TypeError, AttributeError) as error:
            raise UsageFault("usage.state", path=path.name) from error
        self.name = target

    def read(self, namespace: str | None) -> Mapping[str, Shown]:
        """What was shown."""
        return self._shown

    def look(self, code: str, slug: str, namespace: str) -> Shown | None:
        """The same, of one dataset."""
        return self._shown.get(code)

    def on_the_way(self, state: str) -> tuple[str, ...]:
        """Nothing is under way here."""
        return ()

    def step(self, head: Head, ledger: Ledger, state: str, *, at: Callable[[str], None]) -> None:
        """Refuse: the place is elsewhere."""
        raise PublishFault("mirror.elsewhere", target=self.name)

    def fetch(self, head: Head, resource: Resource, output: Output) -> Iterator[bytes] | None:
        """Nothing can be fetched from here."""
        return None

    def tidy(self) -> None:
        """Nothing to remove."""

    def lock(self) -> AbstractContextManager[None]:
        """Nothing to hold."""
        return nullcontext()


def bundle(plan: Plan, ledger: Ledger, path: Path) -> int:
    """Write everything that the mirror steps of the plan need into one file; number of datasets.

    The ledger's own part of the plan must be done. Bytes are stored as they are: Parquet is packed already.
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
    carried = replace(plan, items=tuple(items), targets=tuple(each for each in plan.targets if each != CATALOGUE))
    wanted = {output.sha256 for head in heads.values() for one in head.resources for output in one.outputs}
    part = path.with_name(f".part-{path.name}")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED) as out:
        out.writestr("bundle.json", json.dumps({"bundle": BUNDLE, "namespace": plan.namespace}))
        out.writestr("plan.json", json.dumps(carried.document(), ensure_ascii=False), zipfile.ZIP_DEFLATED)
        out.writestr("heads.json", json.dumps([asdict(each) for each in heads.values()], ensure_ascii=False))
        for sha256 in sorted(wanted):
            out.write(ledger.object_path(sha256), f"objects/{sha256}")
    part.replace(path)
    return len(heads)


def is_bundle(path: Path) -> bool:
    """Whether the file is one of ours."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as found:
        return "bundle.json" in found.namelist()


class Carried:
    """What a bundle brings, unpacked beside it, as the part of a ledger that mirror steps use."""

    def __init__(self, path: Path) -> None:
        self._folder = path.with_name(f"{path.name}.work")
        objects = self._folder / "objects"
        objects.mkdir(parents=True, exist_ok=True)
        self.journal = self._folder / "journal.sqlite"
        with zipfile.ZipFile(path) as found:
            said = json.loads(found.read("bundle.json"))
            if said.get("bundle") != BUNDLE:
                raise UsageFault("usage.bundle", path=path.name)
            self.namespace = str(said["namespace"])
            self.plan = from_document(json.loads(found.read("plan.json")), path.name)
            self._heads = {each["code"]: _head(each) for each in json.loads(found.read("heads.json"))}
            for name in found.namelist():
                if name.startswith("objects/") and not (objects / Path(name).name).exists():
                    part = objects / f".part-{Path(name).name}"
                    with found.open(name) as source, part.open("wb") as out:
                        shutil.copyfileobj(source, out, 1 << 20)
                    if file_sha256(part)[0] != Path(name).name:
                        raise UsageFault("usage.bundle", path=path.name)
                    part.replace(objects / Path(name).name)

    def workplace(self) -> Path:
        """Nothing is prepared here."""
        return self._folder

    def head(self, code: str) -> Head | None:
        """The dataset as it left."""
        return self._heads.get(code)

    def object_path(self, sha256: str) -> Path:
        """Where its bytes were unpacked."""
        return self._folder / "objects" / Path(sha256).name


def apply_bundle(
    path: Path,
    *,
    now: Callable[[], str],
    actor: str = "",
    at: Callable[[str], None] = applying.nothing,
    progress: Progress | None = None,
) -> applying.Outcome:
    """Carry out the plan of a bundle; like any plan it can be interrupted and applied again."""
    from datetime import date

    from gongshu.publishers.gate import Terms

    carried: Any = Carried(path)
    mirrors: dict[str, Mirror] = {name: mirror(name) for name in carried.plan.targets}
    terms: Any = Terms(None, date.min)  # type: ignore[arg-type] # nothing is judged here: the ledger did that
    return applying.apply(
        carried.plan, applying.Hands(carried, mirrors, terms, now, actor, at=at, progress=progress or Progress())
    )


def _head(found: dict[str, Any]) -> Head:
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
    return Head(**{**found, "resources": resources})

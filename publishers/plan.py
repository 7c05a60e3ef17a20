"""What will be done, frozen: a plan is plain data, and a changed source, policy or target voids the part it touches."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from gongshu.publishers.canonical import digest
from gongshu.publishers.ledger import Head
from gongshu.standards.faults import Fault, PublishFault, UsageFault

FORMAT = "gongshu-plan/1"
CREATE, UPDATE, UNCHANGED, WITHDRAW, BLOCKED = "create", "update", "unchanged", "withdraw", "blocked"
CATALOGUE = "catalogue"


@dataclass(frozen=True, slots=True)
class PlannedFile:
    """One file, frozen."""

    key: str
    path: str  # absolute, on the machine of the plan
    name: str
    sheet: str | None
    title: str
    standard: str  # as the manifest names it
    reference: str  # id@version that it resolved to
    fingerprint: str
    projection: str  # SHA-256
    sha256: str
    bytes: int
    receipt: str = ""  # path of the receipt given with it
    references: Mapping[str, str] = field(default_factory=dict)  # what foreign keys point to: name -> absolute path
    scope: Mapping[str, str] = field(default_factory=dict)  # audience -> condition of the rows that leave
    others: Mapping[str, str] = field(default_factory=dict)  # audience -> SHA-256 of its projection


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One dataset on one target."""

    code: str
    slug: str
    title: str
    target: str
    action: str
    reasons: tuple[Mapping[str, Any], ...] = ()  # {"code", "params"}: why blocked, or what to know
    changes: Mapping[str, Any] = field(default_factory=dict)
    observed: str = ""  # SHA-256 of the target's state that was seen
    desired: str = ""  # SHA-256 of the state that it is to have
    expected: tuple[int, int] | None = None  # (version, edit) seen in the ledger
    metadata: Mapping[str, Any] = field(default_factory=dict)
    files: tuple[PlannedFile, ...] = ()
    content_sha256: str = ""
    metadata_sha256: str = ""
    withdraw: str = ""

    @property
    def acts(self) -> bool:
        """Whether something is to be done."""
        return self.action in (CREATE, UPDATE, WITHDRAW)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that `apply` will do, in order: the catalogue first, mirrors after it."""

    catalogue: str  # its folder
    namespace: str
    targets: tuple[str, ...]
    as_of: date
    allow_draft: bool
    audience: str
    items: tuple[PlanItem, ...]
    manifest: Mapping[str, Any] = field(default_factory=dict)  # where codes that were given are to be written back

    @property
    def sha256(self) -> str:
        """What the plan is known by in the journal."""
        return digest(self._plain())

    @property
    def blocked(self) -> tuple[PlanItem, ...]:
        """Items that cannot be published as they are."""
        return tuple(item for item in self.items if item.action == BLOCKED)

    @property
    def exit_code(self) -> int:
        """0, or 1 when an item is blocked."""
        return 1 if self.blocked else 0

    def _plain(self) -> dict[str, Any]:
        plain = asdict(self)
        return {"plan": FORMAT, **plain, "as_of": self.as_of.isoformat()}

    def document(self) -> dict[str, Any]:
        """The plan as it is written to a file."""
        return {**self._plain(), "sha256": self.sha256}

    def save(self, path: Path | str) -> None:
        """Write it as JSON, whole or not at all."""
        from gongshu.validators.reports.output import write_atomically

        text = json.dumps(self.document(), ensure_ascii=False, indent=1) + "\n"
        write_atomically(Path(path), lambda out: _write(out, text))

    def apply(self, **how: Any) -> Any:
        """Carry it out; see `publishers.targets.apply_plan`."""
        from gongshu.publishers.targets import apply_plan

        return apply_plan(self, **how)


def load(path: Path) -> Plan:
    """The plan in a file. Raises `UsageFault` where it is none, or was changed after it was made."""
    if not path.exists():
        raise UsageFault("usage.path-missing", path=str(path))
    if path.is_dir():
        raise UsageFault("usage.path-folder", path=str(path))
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise UsageFault("plan.unreadable", file=path.name, detail=f"{type(error).__name__}: {error}") from error
    return from_document(found, path.name)


def from_document(found: Any, name: str) -> Plan:
    """The plan that `document` wrote; `name` says in faults where it came from."""
    try:
        if found.get("plan") != FORMAT:
            raise UsageFault("plan.unreadable", file=name, detail=FORMAT)
        stated = found["sha256"]
        plan = Plan(
            **{name: found[name] for name in ("catalogue", "namespace", "allow_draft", "audience")},
            targets=tuple(found["targets"]),
            as_of=date.fromisoformat(found["as_of"]),
            manifest=found["manifest"],
            items=tuple(_item(each) for each in found["items"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageFault("plan.unreadable", file=name, detail=f"{type(error).__name__}: {error}") from error
    if plan.sha256 != stated:
        raise UsageFault("plan.changed", file=name)
    return plan


def _item(found: dict[str, Any]) -> PlanItem:
    expected = found["expected"]
    return PlanItem(
        **{
            **found,
            "reasons": tuple(found["reasons"]),
            "files": tuple(PlannedFile(**each) for each in found["files"]),
            "expected": None if expected is None else (expected[0], expected[1]),
        }
    )


def state_sha256(head: Head | None) -> str:
    """The hash of what a target shows of a dataset."""
    if head is None:
        return digest(None)
    return state_of((head.version, head.edit), head.state, head.content_sha256, head.metadata_sha256)


def state_of(number: tuple[int, int], state: str, content: str, metadata: str) -> str:
    """The hash of a state that is not there yet."""
    return digest([list(number), state, content, metadata])


def metadata_sha256(metadata: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """The hash of what can be edited without a new version: the metadata, and how the files are called."""
    return digest({"metadata": metadata, "titles": titles})


def reason(fault: Fault) -> dict[str, Any]:
    """A fault as plain data, to be said in any language later."""
    params = {name: value if isinstance(value, (str, int)) else str(value) for name, value in fault.params.items()}
    return {"code": fault.code, "params": params}


def number_after(head: Head | None, content: str) -> tuple[int, int]:
    """The version that publishing this content (with other metadata, or again) will give."""
    if head is None:
        return 1, 0
    return (head.version, head.edit + 1) if head.content_sha256 == content else (head.version + 1, 0)


def words(reasons: Sequence[Mapping[str, Any]], lang: str) -> list[str]:
    """Reasons as sentences."""
    return [PublishFault(each["code"], **each["params"]).say(lang) for each in reasons]


def _write(out: Any, text: str) -> None:
    out.write(text.encode("utf-8"))

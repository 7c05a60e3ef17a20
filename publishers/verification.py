"""Whether what a place gives away is what the records say: every byte read again, from outside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongshu.publishers.audience import audience_of, seen, state_for
from gongshu.publishers.canonical import blocks_sha256, file_sha256
from gongshu.publishers.harvest import vouched
from gongshu.publishers.ledger import Head, Output, Resource
from gongshu.publishers.mirrors import Mirror, Shown, mirror
from gongshu.publishers.plan import CATALOGUE, state_sha256
from gongshu.publishers.targets import reading
from gongshu.standards.faults import Fault, PublishFault

SOURCE = "source"  # what only the operator has


@dataclass(frozen=True, slots=True)
class Verified:
    """How much was read, and everything that is not as recorded."""

    datasets: int
    outputs: int
    faults: tuple[PublishFault, ...]

    @property
    def exit_code(self) -> int:
        """0 where all is as recorded, else 1."""
        return 1 if self.faults else 0


def verify(folder: Path, target: str) -> Verified:
    """Compare a target (`catalogue`, `files:…`, `ckan:…`) with the records of the catalogue in `folder`."""
    with reading(folder) as ledger:
        place = None if target.partition(":")[0] == CATALOGUE else mirror(target)
        return _verified(list(ledger.heads()), ledger, place, audience_of(target), whole=True)


def verify_carried(bundle: Path, target: str, believed: Any) -> Verified:
    """Compare a target with the records that a bundle brought: for the side that has no catalogue.

    What the bundle does not speak of is not looked at. Raises what `Carried` raises.
    """
    from gongshu.publishers.bundles import Carried

    carried = Carried(bundle, believed, objects=False)
    return _verified(list(carried.heads()), carried, mirror(target), audience_of(target), whole=False)


def _verified(heads: Sequence[Head], ledger: Any, place: Mirror | None, audience: str, *, whole: bool) -> Verified:
    faults: list[PublishFault] = []
    outputs = 0
    published = [each for each in heads if each.state == "published" and (place is None or vouched(each))]
    for head in published:
        if place is not None:
            faults += _shown(head, place.look(head.code, head.slug, ledger.namespace), audience)
        for resource, output in _recorded(head if place is None else seen(head, audience), faults):
            outputs += 1
            try:
                sha256 = _sha256(place, ledger, head, resource, output)
            except (OSError, Fault) as error:  # one that cannot be read is one fault, and the others are looked at
                detail = error.say() if isinstance(error, Fault) else error.strerror or type(error).__name__
                said = {"code": head.code, "key": resource.key, "form": output.form, "detail": detail}
                faults.append(PublishFault("verify.unreadable", **said))
                continue
            if sha256 != output.sha256:
                missing = "verify.missing" if sha256 is None else "verify.differs"
                faults.append(PublishFault(missing, code=head.code, key=resource.key, form=output.form))
    if place is not None:
        gone = [each for each in heads if each.state != "published"]
        faults += _gone(gone, place, ledger.namespace)
    if place is not None and whole:
        faults += _strangers({each.code for each in heads}, place, ledger.namespace)
    return Verified(len(published), outputs, tuple(faults))


def _shown(head: Head, shown: Shown | None, audience: str) -> Iterator[PublishFault]:
    """Whether the place shows the state that the ledger has."""
    if shown is None or shown.state != state_for(audience, state_sha256(head)):
        found = "-" if shown is None else shown.condition
        yield PublishFault("verify.state", code=head.code, number=head.number, found=found)


def _gone(heads: Sequence[Head], place: Mirror, namespace: str) -> Iterator[PublishFault]:
    """What was withdrawn and is shown all the same."""
    for head in heads:
        shown = place.look(head.code, head.slug, namespace)
        if shown is not None and shown.condition not in ("withdrawn", "taken"):
            yield PublishFault("verify.gone", code=head.code, found=shown.condition)


def _strangers(known: set[str], place: Mirror, namespace: str) -> Iterator[PublishFault]:
    """What the place shows as ours and the records know nothing of. Only who may write there is told (CKAN)."""
    try:
        there = place.read(namespace)
    except PublishFault as fault:
        if fault.code != "mirror.token":
            raise
        return
    for code in sorted({*there} - known):
        yield PublishFault("verify.extra", code=code)


def _recorded(head: Head, faults: list[PublishFault]) -> Iterator[tuple[Resource, Output]]:
    """Every output for readers; one that its publication record does not name is a fault of its own."""
    for resource in head.resources:
        named = {(each["form"], each["sha256"]) for each in resource.record.get("outputs", ())}
        for output in resource.outputs:
            if output.audience != SOURCE:
                if (output.form, output.sha256) not in named:
                    faults.append(PublishFault("verify.record", code=head.code, key=resource.key, form=output.form))
                yield resource, output


def _sha256(place: Mirror | None, ledger: Any, head: Head, resource: Resource, output: Output) -> str | None:
    if place is None:
        path = ledger.object_path(output.sha256)
        return file_sha256(path)[0] if path.is_file() else None
    blocks = place.fetch(head, resource, output)
    if blocks is None:
        return None
    return blocks_sha256(blocks)[0]

"""Whether what a place gives away is what the records say: every byte read again, from outside."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gongshu.publishers.audience import audience_of, seen, state_for
from gongshu.publishers.canonical import file_sha256
from gongshu.publishers.harvest import vouched
from gongshu.publishers.ledger import Head, Ledger, Output, Resource
from gongshu.publishers.mirrors import Mirror, mirror
from gongshu.publishers.plan import CATALOGUE, state_sha256
from gongshu.publishers.targets import ledger_at
from gongshu.standards.faults import PublishFault

SOURCE = "source"  # what only the operator has


@dataclass(frozen=True, slots=True)
class Verified:
    """How much was read, and everything that is not as recorded."""

    datasets: int
    outputs: int
    faults: tuple[PublishFault, ...]


def verify(folder: Path, target: str) -> Verified:
    """Compare a target (`catalogue`, `files:…`, `ckan:…`) with the records of the catalogue in `folder`."""
    with ledger_at(folder) as ledger:
        place = None if target.partition(":")[0] == CATALOGUE else mirror(target)
        audience = audience_of(target)
        heads = [each for each in ledger.heads() if each.state == "published" and (place is None or vouched(each))]
        faults: list[PublishFault] = []
        outputs = 0
        for head in heads:
            if place is not None:
                shown = place.look(head.code, head.slug, ledger.namespace)
                if shown is None or shown.state != state_for(audience, state_sha256(head)):
                    found = "-" if shown is None else shown.condition
                    faults.append(PublishFault("verify.state", code=head.code, number=head.number, found=found))
            for resource, output in _recorded(head if place is None else seen(head, audience), faults):
                outputs += 1
                sha256 = _sha256(place, ledger, head, resource, output)
                if sha256 != output.sha256:
                    missing = "verify.missing" if sha256 is None else "verify.differs"
                    faults.append(PublishFault(missing, code=head.code, key=resource.key, form=output.form))
        return Verified(len(heads), outputs, tuple(faults))


def _recorded(head: Head, faults: list[PublishFault]) -> Iterator[tuple[Resource, Output]]:
    """Every output for readers; one that its publication record does not name is a fault of its own."""
    for resource in head.resources:
        named = {(each["form"], each["sha256"]) for each in resource.record.get("outputs", ())}
        for output in resource.outputs:
            if output.audience != SOURCE:
                if (output.form, output.sha256) not in named:
                    faults.append(PublishFault("verify.record", code=head.code, key=resource.key, form=output.form))
                yield resource, output


def _sha256(place: Mirror | None, ledger: Ledger, head: Head, resource: Resource, output: Output) -> str | None:
    if place is None:
        path = ledger.object_path(output.sha256)
        return file_sha256(path)[0] if path.is_file() else None
    blocks = place.fetch(head, resource, output)
    if blocks is None:
        return None
    found = hashlib.sha256()
    for block in blocks:
        found.update(block)
    return found.hexdigest()

"""How two versions of a dataset differ: fields of metadata, files, columns, and rows as one audience sees them now."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.publishers.audience import OPEN, projections
from gongshu.publishers.differences.rows import rows
from gongshu.publishers.metadata import elements
from gongshu.standards.faults import PublishFault

if TYPE_CHECKING:
    from gongshu.publishers.gate import Terms
    from gongshu.publishers.ledger import Head, Ledger, Resource
    from gongshu.publishers.planning import Known
    from gongshu.publishers.projection import Projection

FORMAT = "gongshu-difference/1"


def fields(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every element of the metadata that differs, in the order of the guide: {"field", "before", "after"}."""
    known = elements()
    names = [*known, *sorted(({*before} | {*after}) - {*known})]
    return [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in names
        if before.get(name) != after.get(name)
    ]


def files(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, list[str]]:
    """Keys of files that came, went, or hold other bytes; both say key -> SHA-256."""
    return {
        "added": sorted({*after} - {*before}),
        "removed": sorted({*before} - {*after}),
        "changed": sorted(key for key in {*after} & {*before} if after[key] != before[key]),
    }


def between(
    old: Head,
    new: Head,
    path_of: Callable[[str], Path],
    *,
    now: Head | None = None,
    audience: str = OPEN,
    folder: Path | None = None,
) -> dict[str, Any]:
    """How version `new` differs from `old`, told from what is stored, as `audience` sees it.

    `now` is the version that is published: what its projection withholds is not told of older ones either. `path_of`
    gives the path of an object. Raises `PublishFault("catalogue.object-missing")` where bytes were purged.
    """
    before, after = ({each.key: each for each in head.resources} for head in (old, new))
    today = {each.key: each for each in (now.resources if now is not None else ())}
    told = files(*({key: each.source_sha256 for key, each in part.items()} for part in (before, after)))
    found = {}
    for key in sorted({*before} & {*after}):
        pair = (before[key], after[key])
        policies = [_policy(each, audience) for each in (*pair, *([today[key]] if key in today else []))]
        if None in policies:
            continue
        paths = [_parquet(each, audience, head, path_of) for each, head in zip(pair, (old, new), strict=True)]
        if paths[0] is None or paths[1] is None:
            continue
        if paths[0] == paths[1] and key not in told["changed"]:
            continue
        found[key] = _compared(paths[0], paths[1], _key(pair[1], audience), [each for each in policies if each], folder)
    return {
        "difference": FORMAT,
        "code": new.code,
        "title": new.title,
        "audience": audience,
        "from": {"version": old.number, "published_at": old.published_at},
        "to": {"version": new.number, "published_at": new.published_at},
        "metadata": fields(old.metadata, new.metadata),
        "files": told,
        "rows": found,
    }


def _policy(resource: Resource, audience: str) -> Mapping[str, Any] | None:
    """The projection under which the audience got the file; None where it got no data."""
    found = projections(resource.record).get(audience)
    return None if found is None or found.get("withheld") else found


def _parquet(resource: Resource, audience: str, head: Head, path_of: Callable[[str], Path]) -> Path | None:
    wanted = (audience, "parquet")
    found = next((each for each in resource.outputs if (each.audience, each.form) == wanted), None)
    if found is None:
        return None
    path = path_of(found.sha256)
    if not path.is_file():
        raise PublishFault("catalogue.object-missing", code=head.code, sha256=found.sha256)
    return path


def _key(resource: Resource, audience: str) -> Sequence[str]:
    schema = resource.schema if audience == OPEN else resource.audiences.get(audience, {}).get("schema", {})
    return list(schema.get("primaryKey", ()))


def _compared(
    old: Path, new: Path, key: Sequence[str], policies: Sequence[Mapping[str, Any]], folder: Path | None
) -> dict[str, Any]:
    """Row differences without what one of the policies withholds: the samples of either side speak to today's reader.

    Where the scopes differ, a row of the older one may be out of what the audience may see: counts alone are told.
    """
    found = rows(old, new, key, without=withheld(policies), folder=folder)
    if len({each.get("scope") for each in policies}) > 1:
        found["samples"] = []
    return found


def withheld(policies: Sequence[Mapping[str, Any]]) -> set[str]:
    """Columns that one projection drops, or masks otherwise than another."""
    found = {each["column"] for policy in policies for each in policy.get("dropped") or ()}
    masks = [policy.get("masks") or {} for policy in policies]
    for name in {name for each in masks for name in each}:
        if any(each.get(name) != masks[0].get(name) for each in masks):
            found.add(name)
    return found


# --- of a plan ---------------------------------------------------------------------------------------------------


def planned(
    head: Head, metadata: Mapping[str, Any], known: Iterable[Known], ledger: Ledger, terms: Terms
) -> dict[str, Any]:
    """What publishing these files with this metadata changes: {"metadata", "files", "rows", "policy"}."""
    old = {each.key: each for each in head.resources}
    new = {each.file.key: each for each in known}
    told = files(
        {key: each.source_sha256 for key, each in old.items()}, {key: each.sha256 for key, each in new.items()}
    )
    compared = {
        key: found
        for key in told["changed"]
        if (found := _planned_rows(old[key], head, new[key], ledger, terms)) is not None
    }
    policy = {key: found for key in sorted({*new} & {*old}) if (found := _wider(old[key], new[key].projection))}
    answer = {"metadata": fields(head.metadata, metadata), "files": told, "rows": compared}
    return {**answer, "policy": policy} if policy else answer


def _planned_rows(resource: Resource, head: Head, known: Known, ledger: Ledger, terms: Terms) -> dict[str, Any] | None:
    """Row differences of one file as the public will see them, or the first audience that gets data."""
    from gongshu.publishers.conversion import Subject, convert
    from gongshu.publishers.projection import table_schema

    projection = next((each for each in (known.projection, *known.others) if not each.withheld), None)
    if projection is None:
        return None
    policy = _policy(resource, projection.audience)
    try:
        parquet = _parquet(resource, projection.audience, head, ledger.object_path)
    except PublishFault:  # recalled, or lost: nothing is left to compare with, and what comes is published all the same
        return None
    if policy is None or parquet is None:
        return None
    place = ledger.workplace() / "compared"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    try:
        subject = Subject(known.file.path, known.standard, terms.as_of, terms.registry, known.file.sheet)
        converted = convert(subject, projection, place)
        key = table_schema(known.standard, projection, converted.columns).get("primaryKey", ())
        return _compared(parquet, converted.parquet, key, [policy, projection.describe()], place)
    finally:
        shutil.rmtree(place)


def _wider(resource: Resource, projection: Projection) -> dict[str, list[str]]:
    """What the public will see and did not: columns that were withheld, masks that go, a scope that goes."""
    policy = _policy(resource, OPEN)
    now = projection.describe()
    if policy is None or now["withheld"]:
        return {}
    opened = sorted({each["column"] for each in policy.get("dropped") or ()} & {*now["columns"]})
    unmasked = sorted(name for name in policy.get("masks") or {} if name in now["columns"] and name not in now["masks"])
    found = {"opened": opened, "unmasked": unmasked}
    if policy.get("scope") and now["scope"] != policy["scope"]:
        found["scope"] = [str(policy["scope"]), str(now["scope"] or "")]
    return {name: each for name, each in found.items() if each}


# --- of a folder -------------------------------------------------------------------------------------------------


def of_versions(folder: Path, code: str, old: str = "", new: str = "", *, audience: str = OPEN) -> dict[str, Any]:
    """How two versions of a dataset in the catalogue at `folder` differ; see `choice.chosen` for what names one."""
    from gongshu.publishers.differences.choice import chosen
    from gongshu.publishers.history import versions
    from gongshu.publishers.targets import ledger_at

    every = list(reversed(versions(folder, code)))
    before, after = chosen(every, old, new)
    with ledger_at(folder) as ledger:
        place = ledger.workplace()
        return between(before, after, ledger.object_path, now=every[-1], audience=audience, folder=place)

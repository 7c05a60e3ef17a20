"""How one call of `validate` is to judge: every default settled, and what follows from it for a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeAlias
from zoneinfo import ZoneInfo

from gongshu.standards.faults import StandardFault, UsageFault
from gongshu.standards.model import Kind, Standard, Status
from gongshu.standards.settings import setting
from gongshu.validators.bounds import bounds_of
from gongshu.validators.keys import BUDGET
from gongshu.validators.plan import PUBLICATION, Check, Plan, Terms, severities
from gongshu.validators.report import StandardUsed
from gongshu.validators.samplestore import SampleStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from gongshu.standards.registry import Registry
    from gongshu.validators.engine import BatchVerdict
    from gongshu.validators.geometry import Bounds
    from gongshu.validators.readers.options import ReadOptions

Watch: TypeAlias = "Callable[[Plan], Callable[[BatchVerdict], None]]"
JUDGING = (Kind.TABLE, Kind.RECORD)  # kinds of standard that can judge a file


@dataclass(frozen=True, slots=True)
class Asked:
    """How one call of `validate` was asked to judge."""

    registry: Registry
    standard: Standard | None
    profile: str | None
    as_of: date
    timezone: str
    options: ReadOptions
    samples: int | None = 20
    threads: int | None = None
    unmask: bool = False
    checks: Mapping[str, Any] | None = None
    references: Mapping[str, Any] | None = None
    budget: int = BUDGET
    detect: bool = False  # without a standard, the one that the column names tell is used
    detected: float | None = None  # how like the file the standard is that was found out
    masked: bool = False  # personal values have to be masked already
    store: SampleStore = field(default_factory=SampleStore, compare=False, repr=False)  # of all files together
    watch: Watch | None = None  # is shown every batch of a table as it is judged, so that one reading serves two

    def terms(self, *, geojson: bool = True) -> Terms:
        """The terms of the plan; `geojson` False where the reader judges geometries. Raises `UsageFault` for an unknown
        profile."""
        return Terms(
            as_of=self.as_of,
            timezone=self.timezone,
            codes=self.registry.codes,
            severity=severities(self.standard, self.profile),
            references=frozenset(self.references or ()),
            checks=(*extra_checks(self.checks).values(), *self._further(geojson)),
        )

    def _further(self, geojson: bool) -> list[Check]:
        """Checks of our own that only some calls ask for."""
        table = self.standard.table if self.standard is not None else None
        if table is None:
            return []
        severity = severities(self.standard, self.profile)
        checks: list[Check | None] = []
        if self.masked:
            from gongshu.validators.unmasked import unmasked

            checks.append(unmasked(table, severity, self.registry.codes, self.as_of))
        if self.bounds is not None or any(each.type == "geojson" for each in table.fields):
            from gongshu.validators.positions import positioned

            checks.append(positioned(table, self.bounds, severity, geojson=geojson))
        return [each for each in checks if each is not None]

    @property
    def bounds(self) -> Bounds | None:
        """Where positions have to lie: as asked for, else as the standard says."""
        table = self.standard.table if self.standard is not None else None
        return self.options.bounds or (bounds_of(table.bounds) if table is not None and table.bounds else None)


def asking(
    *,
    standard: Any = None,
    profile: str | None = None,
    as_of: date | str | None = None,
    registry: Registry | None = None,
    options: ReadOptions | None = None,
    bounds: Any = None,
    **rest: Any,
) -> Asked:
    """The same request with every default settled: registry, standard, profile, reference date, time zone."""
    from gongshu.standards.registry import Registry
    from gongshu.validators.readers.options import ReadOptions

    known = registry if registry is not None else Registry()
    found = known.resolve(standard) if standard is not None else None
    if found is not None and found.kind not in JUDGING:
        params = {"name": found.reference, "kind": found.kind.value, "expected": " | ".join(JUDGING)}
        raise StandardFault("standard.kind-wrong", **params)
    zone = setting("timezone").value
    chosen = options or ReadOptions()
    if bounds is not None:
        chosen = replace(chosen, bounds=bounds_of(bounds))
    return Asked(
        registry=known,
        standard=found,
        profile=profile or setting("profile").value or None,
        as_of=_day(as_of, zone),
        timezone=zone,
        options=chosen,
        **rest,
    )


def extra_checks(checks: Mapping[str, Any] | None) -> dict[str, Check]:
    """The checks that are not our own."""
    if not checks:
        return {}
    from gongshu.validators.checks import CHECKS

    return {name: check for name, check in checks.items() if CHECKS.get(name) != check}


def _day(given: date | str | None, zone: str) -> date:
    try:
        if given is None:
            return datetime.now(ZoneInfo(zone)).date()
        if isinstance(given, datetime):
            return given.date()
        return given if isinstance(given, date) else date.fromisoformat(given)
    except (TypeError, ValueError) as error:
        raise UsageFault("usage.date", value=str(given)) from error
    except KeyError as error:
        raise UsageFault("usage.timezone", value=zone) from error


def may_be_published(asked: Asked) -> bool:
    """Whether a conforming file would be publishable: judged in full by a standard in force on the reference date."""
    standard = asked.standard
    return (
        standard is not None
        and standard.status is Status.IN_FORCE
        and (standard.valid_from is None or standard.valid_from <= asked.as_of)
        and (standard.valid_to is None or asked.as_of <= standard.valid_to)
        and asked.profile == PUBLICATION
        and not extra_checks(asked.checks)
    )


def used(standard: Standard | None) -> StandardUsed | None:
    """What a report says of the standard that judged."""
    if standard is None:
        return None
    title = {"zh": standard.title.zh, "en": standard.title.en}
    return StandardUsed(standard.id, standard.version, standard.fingerprint, title, str(standard.status))

"""Standards, validation and publication of public data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gongshu.catalogue.client import Catalogue, Dataset, open
    from gongshu.publishers.targets import plan
    from gongshu.standards.faults import Fault, PublishFault, SourceFault, StandardFault, StandardFaults, UsageFault
    from gongshu.standards.model import Standard
    from gongshu.standards.registry import Registry
    from gongshu.validators.finding import Finding, Severity
    from gongshu.validators.readers.options import ReadOptions
    from gongshu.validators.repair import Repair, fix
    from gongshu.validators.report import Report, Verdict
    from gongshu.validators.validation import validate

# Loaded on first use, so that importing the package costs next to nothing
_PLACES = {
    "Catalogue": "catalogue.client",
    "Dataset": "catalogue.client",
    "Fault": "standards.faults",
    "Finding": "validators.finding",
    "PublishFault": "standards.faults",
    "ReadOptions": "validators.readers.options",
    "Registry": "standards.registry",
    "Repair": "validators.repair",
    "Report": "validators.report",
    "Severity": "validators.finding",
    "SourceFault": "standards.faults",
    "Standard": "standards.model",
    "StandardFault": "standards.faults",
    "StandardFaults": "standards.faults",
    "UsageFault": "standards.faults",
    "Verdict": "validators.report",
    "fix": "validators.repair",
    "open": "catalogue.client",
    "plan": "publishers.targets",
    "validate": "validators.validation",
}

__all__ = [
    "Catalogue",
    "Dataset",
    "Fault",
    "Finding",
    "PublishFault",
    "ReadOptions",
    "Registry",
    "Repair",
    "Report",
    "Severity",
    "SourceFault",
    "Standard",
    "StandardFault",
    "StandardFaults",
    "UsageFault",
    "Verdict",
    "fix",
    "open",
    "plan",
    "standard",
    "validate",
]


def standard(asked: str | Path | Mapping[str, Any] | Standard, *, folders: Sequence[Path] = ()) -> Standard:
    """The standard of an id, `id@version`, pack folder, file or Table Schema; `folders` hold standards besides ours."""
    from gongshu.standards.registry import Registry

    return Registry(folders).resolve(asked)


def __getattr__(name: str) -> Any:
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = globals()[name] = getattr(import_module(f"{__name__}.{place}"), name)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})

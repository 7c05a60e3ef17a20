"""How bad each code is, and who may say otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from gongshu.standards.model import EMPTY, Field, Standard
from gongshu.validators.finding import SEVERITY_ORDER, Severity

_ERROR = """
file.unreadable file.empty file.encoding file.encoding-mixed file.nul file.truncated file.format-mismatch
file.too-large file.password
table.header-missing table.column-missing table.column-duplicate table.header-blank table.row-short table.row-long
table.formula-error table.unclosed-quote
cell.required cell.type cell.format cell.pattern cell.length cell.minimum cell.maximum cell.precision cell.enum
cell.code-unknown cell.code-withdrawn cell.code-name-given cell.identifier cell.whitespace cell.fullwidth
cell.control-char cell.leading-zero-lost cell.digits-lost cell.placeholder cell.scientific cell.date-serial
row.rule row.label-differs key.duplicate key.missing key.foreign dataset.rule dataset.count
geo.syntax geo.geometry geo.ring-open geo.out-of-bounds geo.axis-order geo.offset-system
record.syntax record.schema privacy.unmasked
metadata.missing metadata.value metadata.mapping
interface.envelope interface.paging interface.error interface.field interface.signing
"""
_WARNING = """
table.column-extra table.footer table.row-blank table.merged-cells table.hidden row.duplicate dataset.stale
geo.ring-order privacy.undeclared-personal
"""
_INFO = "file.bom table.title-rows table.column-order"

DEFAULT: Mapping[str, Severity] = {
    code: severity
    for codes, severity in ((_ERROR, Severity.ERROR), (_WARNING, Severity.WARNING), (_INFO, Severity.INFO))
    for code in codes.split()
}

# A file that could not be read was not judged: no profile may call that less than an error.
UNREADABLE = frozenset({"file.unreadable", "file.empty", "file.password", "file.format-mismatch", "file.too-large"})


def severity_of(
    code: str,
    rule: str | None = None,
    *,
    standard: Standard | None = None,
    field: Field | None = None,
    profile: str | Mapping[str, str] | None = None,
    default: Severity | None = None,
) -> Severity | None:
    """The severity of one code, None where it is ignored.

    Default of the code < the standard's `header`, field or rule < profile entry by code < profile entry by rule id.
    A profile's `default` only lowers errors. `default` here replaces the code's own (damage in free text is a warning).
    """
    if code in UNREADABLE:
        return Severity.ERROR
    spoken = _spoken(code, rule, standard, field)
    severity = _read(spoken) if spoken is not None else default or DEFAULT.get(code, Severity.ERROR)
    entries = _entries(standard, profile)
    lowered = _read(entries["default"]) if "default" in entries else severity
    if severity is Severity.ERROR and (lowered is None or SEVERITY_ORDER[lowered] > SEVERITY_ORDER[severity]):
        severity = lowered
    for key in (code, rule):
        if key is not None and key in entries and key != "default":
            severity = _read(entries[key])
    return severity


def _read(word: str) -> Severity | None:
    return None if word == "ignore" else Severity(word)


def _entries(standard: Standard | None, profile: str | Mapping[str, str] | None) -> Mapping[str, str]:
    if isinstance(profile, str):
        return standard.profiles.get(profile, EMPTY) if standard is not None else EMPTY
    return profile or EMPTY


def _spoken(code: str, rule: str | None, standard: Standard | None, field: Field | None) -> str | None:
    """The word of the standard itself on this code, if it has one."""
    table = standard.table if standard is not None else None
    if table is not None and code == "table.column-missing":
        required = field is None or field.constraints.required
        return table.header.missing if required else table.header.missing_optional
    if table is not None and code in ("table.column-extra", "table.column-order"):
        return table.header.extra if code == "table.column-extra" else table.header.order
    if table is not None and rule is not None and code in ("row.rule", "dataset.rule"):
        return next((each.severity for each in (*table.rules, *table.dataset_rules) if each.id == rule), None)
    # a field's severity tells how sure its value domain is, never whether a value is due
    if field is not None and code != "cell.required" and code.startswith(("cell.", "row.label")):
        return field.severity
    return None

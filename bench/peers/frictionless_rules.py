"""frictionless with the same rules: Table Schema constraints, and one custom check for what that cannot say."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from frictionless import Check, Checklist, Resource, Schema, errors, system
from frictionless.resources import TableResource

from bench.oracle import ETHNIC_GROUPS, ID, REQUIRED, SEXES, check_digit, regions


class Population(Check):
    """Check digit, and the birth date and sex that the citizen id tells."""

    type = "population"
    Errors = [errors.RowConstraintError]

    def validate_row(self, row: Any) -> Iterator[errors.RowConstraintError]:
        """The rules over one row."""
        number, born, sex = row["citizen_id"], row["birth_date"], row["sex_code"]
        if not number or not ID.fullmatch(number):
            return
        if check_digit(number) != number[17]:
            yield errors.RowConstraintError.from_row(row, note="check digit")
        if born is not None and born.strftime("%Y%m%d") != number[6:14]:
            yield errors.RowConstraintError.from_row(row, note="birth date")
        if sex in ("1", "2") and int(number[16]) % 2 != int(sex) % 2:
            yield errors.RowConstraintError.from_row(row, note="sex")


FIELDS: list[dict[str, Any]] = [
    {"name": "citizen_id", "type": "string", "constraints": {"pattern": ID.pattern}},
    {"name": "name", "type": "string", "constraints": {"maxLength": 20}},
    {"name": "sex_code", "type": "string", "constraints": {"enum": list(SEXES)}},
    {"name": "birth_date", "type": "date", "constraints": {"minimum": "1900-01-01", "maximum": "2025-12-31"}},
    {"name": "ethnic_code", "type": "string", "constraints": {"enum": list(ETHNIC_GROUPS)}},
    {"name": "region_code", "type": "string", "constraints": {"enum": regions()}},
    {"name": "phone", "type": "string", "constraints": {"pattern": r"1[3-9]\d{9}"}},
    {"name": "income", "type": "number", "constraints": {"minimum": 0, "maximum": 10_000_000}},
    {
        "name": "updated_at",
        "type": "datetime",
        "format": "%Y-%m-%dT%H:%M:%S",
        "constraints": {"minimum": "2000-01-01T00:00:00"},
    },
    {"name": "note", "type": "string", "constraints": {"maxLength": 50}},
]

if __name__ == "__main__":
    for each in FIELDS:
        each["constraints"]["required"] = each["name"] in REQUIRED
    schema = Schema.from_descriptor({"fields": FIELDS, "primaryKey": ["citizen_id"]})
    with system.use_context(trusted=True):
        resource: Resource = TableResource(path=sys.argv[1], schema=schema)
        report = resource.validate(Checklist(checks=[Population()]), limit_errors=10_000_000)
    print(sum(task.stats["errors"] for task in report.tasks))

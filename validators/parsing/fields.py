"""From the words of a standard to the domain of a field and the constraints on its values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

from gongshu.standards.codelists import CodeTable
from gongshu.standards.faults import StandardFault
from gongshu.standards.identifiers import identifier
from gongshu.standards.identifiers import pattern as identifier_pattern
from gongshu.standards.model import Constraints, Field, Reference, Table
from gongshu.validators.cell import Constraint
from gongshu.validators.checks import leading_zero_lost
from gongshu.validators.checks.enum import Enum
from gongshu.validators.checks.length import Length
from gongshu.validators.checks.maximum import Maximum
from gongshu.validators.checks.minimum import Minimum
from gongshu.validators.checks.pattern import Pattern, pattern
from gongshu.validators.checks.precision import Precision
from gongshu.validators.kernels.identifiers import kernel
from gongshu.validators.parsing import booleans, codes, stamps
from gongshu.validators.parsing.decimals import Numbers
from gongshu.validators.parsing.reading import Domain, Reading
from gongshu.validators.parsing.structures import Structures, members
from gongshu.validators.parsing.texts import FreeText, Identified, Listed, Patterned

_STAMPS = ("date", "datetime", "time", "yearmonth")
_STRUCTURES = ("array", "duration", "geojson", "geopoint", "list", "object")


def domain_of(field: Field, table: Table, as_of: date, lists: Callable[[Reference], CodeTable]) -> Domain:
    """The domain of a field. Raises `StandardFault` for an identifier or pattern that means nothing."""
    if field.type in _STAMPS:
        return stamps.stamps_of(field, strict=table.strict)
    if field.type in ("number", "integer", "year"):
        return Numbers(field.type, table.strict, field.decimal_char, field.group_char, field.bare_number)
    if field.type == "boolean":
        return booleans.Booleans(field.true_values or booleans.TRUE, field.false_values or booleans.FALSE)
    if field.type in _STRUCTURES:
        return Structures(field.type, field.format.write or "default")
    if field.identifier is not None:
        name, options = field.identifier.name, dict(field.identifier.options)
        rule = identifier(name, today=as_of, **options)
        width = leading_zero_lost.fixed_width(identifier_pattern(name))
        return Identified(name, rule, kernel(name, options, as_of), width)
    if field.codelist is not None:
        return codes.codes(field.codelist, lists(field.codelist.list), as_of)
    if field.type == "string" and field.format.write not in (None, "default"):
        return Structures("string", str(field.format.write))
    return FreeText(strict=True) if table.strict else _text(field)


def _text(field: Field) -> Domain:
    bound = field.constraints
    if bound.enum is not None:
        lengths = {len(each) for each in bound.enum}
        return Listed(Enum(frozenset(bound.enum), bound.enum), lengths.pop() if len(lengths) == 1 else None)
    fixed = bound.min_length if bound.min_length == bound.max_length else None
    if bound.pattern is None and fixed is None:
        return FreeText()
    width = fixed if fixed is not None else leading_zero_lost.fixed_width(bound.pattern)
    return Patterned(_pattern(field), _length(bound), width)


def constraints_of(field: Field, domain: Domain) -> tuple[Constraint, ...]:
    """The checks of parsed values that the domain does not make itself, in the order in which they are judged."""
    bound = field.constraints
    found: list[Constraint] = []
    if domain.kind == "text":
        check = None if isinstance(domain, Patterned) else _pattern(field)
        found += [check] if check is not None else []
        length = None if isinstance(domain, Patterned) else _length(bound)
        if length is not None and field.type in ("array", "list", "object"):
            length = replace(length, size=partial(members, field.type))
        found += [length] if length is not None else []
    if domain.kind == "number" and (field.precision is not None or field.scale is not None):
        found.append(Precision(field.precision, field.scale))
    if domain.kind not in ("text", "boolean") or field.type == "yearmonth":  # whose text has the order of its months
        found += _bounds(field, domain)
    if bound.enum is not None and not isinstance(domain, Listed):
        found.append(Enum(frozenset(_value(field, domain, each) for each in bound.enum), bound.enum))
    return tuple(found)


def _bounds(field: Field, domain: Domain) -> Iterator[Constraint]:
    bound = field.constraints
    for written, make, exclusive in (
        (bound.minimum, Minimum, False),
        (bound.exclusive_minimum, Minimum, True),
        (bound.maximum, Maximum, False),
        (bound.exclusive_maximum, Maximum, True),
    ):
        if written is not None:
            yield make(_value(field, domain, written), written, exclusive)


def _pattern(field: Field) -> Pattern | None:
    text = field.constraints.pattern
    if text is None:
        return None
    try:
        return pattern(text)
    except ValueError as error:
        raise StandardFault("standard.pattern", key=field.name, pattern=text, detail=str(error)) from error


def _length(bound: Constraints) -> Length | None:
    if bound.min_length is None and bound.max_length is None:
        return None
    return Length(bound.min_length, bound.max_length)


def _value(field: Field, domain: Domain, written: str) -> Any:
    """A bound or listed value as the domain parses it; numbers and ISO dates whatever the spelling of the data."""
    if domain.kind == "text" and not isinstance(domain, stamps.Stamps):
        return written
    tries: list[Domain] = [domain]
    if isinstance(domain, stamps.Stamps):
        tries.append(stamps.Stamps(domain.type, stamps.DEFAULT[domain.type], ("iso",)))
    for each in tries:
        reading = each.read(written, 0, None)
        if isinstance(reading, Reading):
            return reading.value
    if domain.kind == "number":
        try:
            return Decimal(written)
        except InvalidOperation:
            pass
    raise StandardFault("standard.bound", key=field.name, value=written, type=field.type)

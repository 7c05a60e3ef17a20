"""A personal value with enough left to find it again, and too little to know it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from gongshu.standards.model import Privacy

HIDDEN = "*"
# street, town, township, district, county: an address is kept up to the first of the finest level it names
_STREET = re.compile(r"^.{2,}?(?:街道|地区办事处|苏木|[镇乡])")
_DISTRICT = re.compile(r"^.{2,}?(?:[^小社园校](?:区|县|旗))|^.{2,}?市")
_YEAR = re.compile(r"^\s*((?:19|20)\d{2})(?!\d)(?=[-/.年\s])|^\s*((?:19|20)\d{2})\d{4}\s*$")


def mask(value: str, privacy: Privacy) -> str:
    """The value as others may see it; unchanged where the column is not personal. An empty value stays empty.

    A value too short for its mask to hide at least a third of it becomes `*`, whatever it is.
    """
    if not value or (privacy.category == "none" and privacy.mask is None):
        return value
    if not value.strip():
        return HIDDEN
    if privacy.category == "sensitive" and privacy.mask is None:
        return HIDDEN
    return MASKS.get(privacy.mask or "name", _withhold)(value)


def _keep(value: str, head: int, tail: int) -> str:
    clean = _characters(value.strip())
    if 3 * (len(clean) - head - tail) < len(clean):
        return HIDDEN
    hidden = HIDDEN * (len(clean) - head - tail)
    return "".join(clean[:head]) + hidden + "".join(clean[len(clean) - tail :] if tail else [])


def _characters(value: str) -> list[str]:
    """What a reader sees as one character each: combining marks stay with their letter."""
    found: list[str] = []
    for char in value:
        if found and unicodedata.combining(char):
            found[-1] += char
        else:
            found.append(char)
    return found


def _name(value: str) -> str:
    return _keep(value, 1, 0)


def _citizen_id(value: str) -> str:
    """6 + 4 as long as it looks like one; in what is not 15 to 18 long the kept parts might be all there is."""
    return _keep(value, 6, 4) if len(value.strip()) >= 15 else _card(value)


def _phone(value: str) -> str:
    return _keep(value, 3, 4) if len(value.strip()) >= 11 else _keep(value, 1, 0)


def _landline(value: str) -> str:
    area, dash, number = value.strip().partition("-")
    if dash and area.isdigit() and 3 <= len(area) <= 4 and len(number) >= 6:
        return f"{area}-{HIDDEN * (len(number) - 2)}{number[-2:]}"
    return _keep(value, 0, 2)


def _email(value: str) -> str:
    local, at, domain = value.strip().rpartition("@")
    return f"{local[0]}***@{domain}" if at and len(local) >= 2 and domain else _keep(value, 1, 0)


def _address(value: str) -> str:
    text = value.strip()
    for level in (_STREET, _DISTRICT):
        found = level.match(text)
        if found is not None and found.end() < len(text):
            return f"{found.group()}***"
    return _keep(text, 1, 0)


def _card(value: str) -> str:
    text = value.strip()
    return _keep(text, 6, 4) if len(text) >= 15 else _keep(text, 1, 2)


def _passport(value: str) -> str:
    return _keep(value, 1, 2)


def _date(value: str) -> str:
    found = _YEAR.match(value)
    return f"{found.group(1) or found.group(2)}-**-**" if found is not None else HIDDEN


def _withhold(value: str) -> str:
    return HIDDEN


# by the names that standards use, see standard-format; a mask nobody knows withholds
MASKS: dict[str, Callable[[str], str]] = {
    "address": _address,
    "card": _card,
    "citizen-id": _citizen_id,
    "date": _date,
    "email": _email,
    "landline": _landline,
    "name": _name,
    "passport": _passport,
    "phone": _phone,
    "withhold": _withhold,
}

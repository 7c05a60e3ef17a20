"""A standard as an importer proposes it: fields and keys of the model, with notes that become comments."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gongshu.standards.model import Field, ForeignKey, HeaderPolicy, Text

NO_TEXT = Text()


@dataclass(frozen=True, slots=True)
class Note:
    """A remark for whoever reads the draft: a code `draft.…` of the messages, and its parameters."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Drafted:
    """One column, and what is to be said of it."""

    field: Field
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftRule:
    """A rule as text, not parsed."""

    id: str
    check: str
    message: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class Draft:
    """One table standard to be."""

    id: str
    fields: tuple[Drafted, ...]
    version: str = "0.1.0"
    title: Text = NO_TEXT
    description: Text = NO_TEXT
    source: str = ""  # what it was made from, for its basis
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    missing_values: tuple[str, ...] | None = None
    header: HeaderPolicy | None = None
    rules: tuple[DraftRule, ...] = ()
    notes: tuple[Note, ...] = ()


def note(code: str, **params: Any) -> Note:
    """A note with its parameters."""
    return Note(f"draft.{code}", params)


def identity(text: str) -> str:
    """An id made of a name: lower case, hyphens. A name without a Latin letter or digit gets its hash."""
    plain = (
        unicodedata.normalize("NFKD", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text)).encode("ascii", "ignore").decode()
    )
    made = re.sub(r"[^a-z0-9]+", "-", plain.casefold()).strip("-")
    return made[:80].strip("-") if made else f"draft-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def semver(text: object) -> str:
    """A version of three numbers made of what stands there; 0.1.0 where no number does."""
    found = re.match(r"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?", str(text or ""))
    return ".".join(str(int(part or 0)) for part in found.groups()) if found else "0.1.0"


def apart(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts with ids that differ."""
    from dataclasses import replace

    taken: set[str] = set()
    made = []
    for each in drafts:
        name, count = each.id, 1
        while name in taken:
            count += 1
            name = f"{each.id}-{count}"
        taken.add(name)
        made.append(replace(each, id=name))
    return made

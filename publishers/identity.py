"""What a dataset and its files are called for machines: a slug of its code, and UUIDs anyone would make again."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from uuid import UUID, uuid5

PROJECT = UUID("6f0f3d4e-9c55-5c57-8f1e-7d1a5a0c9b10")
SHORTEST, LONGEST = 2, 100
_OUTSIDE = re.compile(r"[^a-z0-9_]+")


def slug(code: str) -> str:
    """The deterministic ASCII form of a resource code: 2 to 100 of `a-z 0-9 _ -`, for URLs, paths and CKAN names.

    A code whose letters do not survive (Chinese, or too short or too long) keeps what does and gets 8 hex digits of its
    SHA-256. Two codes may still meet in one slug (`A/1` and `a-1`); a plan refuses that.
    """
    text = unicodedata.normalize("NFKC", code).strip()
    plain = _OUTSIDE.sub("-", text.lower()).strip("-")
    if text.isascii() and SHORTEST <= len(plain) <= LONGEST:
        return plain
    mark = hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    kept = plain[: LONGEST - len(mark) - 1].strip("-")
    return f"{kept}-{mark}" if kept else f"d-{mark}"


def dataset_id(namespace: str, code: str) -> str:
    """UUIDv5 over (project, catalogue's namespace, code)."""
    return str(uuid5(uuid5(PROJECT, namespace), code))


def resource_id(namespace: str, code: str, key: str) -> str:
    """UUIDv5 over (project, catalogue's namespace, code, the file's key)."""
    return str(uuid5(UUID(dataset_id(namespace, code)), key))

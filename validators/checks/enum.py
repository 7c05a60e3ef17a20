"""The value is none of those listed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CODE = "cell.enum"
MOST = 20  # values that a finding lists


@dataclass(frozen=True, slots=True)
class Enum:
    """Judges `enum` on parsed values."""

    allowed: frozenset[Any]
    written: tuple[str, ...]
    code: str = CODE

    def fault(self, value: Any) -> Mapping[str, Any] | None:
        """What to say of one value; None when it is listed."""
        if value in self.allowed:
            return None
        more = len(self.written) - MOST
        return {"allowed": ", ".join(self.written[:MOST]) + (f" … (+{more})" if more > 0 else "")}

"""A value lies above the maximum that its field allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gongshu.validators.kernels.buffers import Ints, Mask

CODE = "cell.maximum"


@dataclass(frozen=True, slots=True)
class Maximum:
    """Judges `maximum` (or `exclusiveMaximum`) on parsed values; bounds were parsed from the text as written."""

    bound: Any
    written: str
    exclusive: bool = False
    code: str = CODE

    def fault(self, value: Any) -> Mapping[str, Any] | None:
        """What to say of one value; None when it is small enough."""
        endless = value != value  # NaN has no place in any order, so none within bounds
        if not endless and not value > self.bound and not (self.exclusive and value == self.bound):
            return None
        return {"maximum": self.written, "exclusive": True} if self.exclusive else {"maximum": self.written}

    def passes(self, data: Ints, bound: Any) -> Mask | None:
        """Which of the whole numbers `data` are small enough against `bound` on the same scale; None: all."""
        good = data < bound if self.exclusive else data <= bound
        return None if good.all() else good

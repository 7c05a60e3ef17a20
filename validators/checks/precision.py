"""A number has more digits than its field holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from gongshu.validators.kernels.buffers import Ints, Mask

CODE = "cell.precision"


@dataclass(frozen=True, slots=True)
class Precision:
    """Judges `precision` and `scale` by value: zeros at the end of a fraction are no digits."""

    precision: int | None
    scale: int | None
    code: str = CODE

    def fault(self, value: Any) -> Mapping[str, Any] | None:
        """What to say of one value; None when it fits. NaN and infinities fit nothing that counts digits."""
        number = Decimal(value)
        if number.is_finite() and self._fits(number):
            return None
        said = {"precision": self.precision, "scale": self.scale}
        return {name: each for name, each in said.items() if each is not None}

    def _fits(self, number: Decimal) -> bool:
        _, digits, exponent = number.as_tuple()
        if not number:
            return True
        kept = len("".join(map(str, digits)).rstrip("0"))
        places = max(0, -(int(exponent) + len(digits) - kept))
        whole = max(0, number.adjusted() + 1)
        if self.scale is not None and places > self.scale:
            return False
        return self.precision is None or whole <= self.precision - (places if self.scale is None else self.scale)

    def passes(self, data: Ints, scale: int) -> Mask | None:
        """Which whole numbers `data` of that scale fit for certain; None: all."""
        good: Mask = np.ones(len(data), bool)
        if self.precision is not None:
            digits = self.precision if self.scale is None else self.precision - self.scale + scale
            good &= np.abs(data) < 10 ** max(0, min(18, digits))
        if self.scale is not None and scale > self.scale:
            good &= data % 10 ** (scale - self.scale) == 0
        return None if good.all() else good

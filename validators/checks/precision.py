"""A number has more digits than its field holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

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
        if number.is_finite():
            _, digits, exponent = number.as_tuple()
            places = max(0, -int(exponent))
            whole = max(0, len(digits) + int(exponent)) if any(digits) else 0
            trailing = len(digits) - len("".join(map(str, digits)).rstrip("0")) if any(digits) else places
            places = max(0, places - trailing)
            if (self.scale is None or places <= self.scale) and (
                self.precision is None or whole <= self.precision - (self.scale or places)
            ):
                return None
        said = {"precision": self.precision, "scale": self.scale}
        return {name: each for name, each in said.items() if each is not None}

    def passes(self, data: Ints, scale: int) -> Mask | None:
        """Which whole numbers `data` of that scale fit for certain; None: all."""
        kept = self.scale if self.scale is not None else scale
        good = abs(data) < 10 ** min(18, max(0, (self.precision or 38) - kept) + scale)
        if self.precision is None:
            good |= True
        if scale > kept:
            good &= data % 10 ** (scale - kept) == 0
        return None if good.all() else good

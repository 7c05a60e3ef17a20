"""Number plates of motor vehicles by GA 36-2018."""

from __future__ import annotations

from functools import partial

from gongshu.standards.identifiers.shape import misfit

PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
LETTERS = "A-HJ-NP-Z"  # I and O are not used

_BLUE = f"[{PROVINCES}][{LETTERS}][{LETTERS}0-9]{{4}}[{LETTERS}0-9挂学警港澳]"
_NEW_ENERGY = f"[{PROVINCES}][{LETTERS}](?:[A-HJK][{LETTERS}0-9][0-9]{{4}}|[0-9]{{5}}[A-HJK])"
_CHARACTERS = PROVINCES + "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789挂学警港澳"

PATTERNS = {"plate": f"{_BLUE}|{_NEW_ENERGY}", "plate-blue": _BLUE, "plate-new-energy": _NEW_ENERGY}


def plate(value: str) -> str | None:
    """None for a plate of either kind."""
    return _judged(value, "plate", (7, 8))


def plate_blue(value: str) -> str | None:
    """None for an ordinary plate: province, office letter, 5 characters."""
    return _judged(value, "plate-blue", (7,))


def plate_new_energy(value: str) -> str | None:
    """None for a new-energy plate of 8 characters: kind letter first (small vehicles) or last (large ones)."""
    return _judged(value, "plate-new-energy", (8,))


def _judged(value: str, name: str, lengths: tuple[int, ...]) -> str | None:
    judge = partial(misfit, pattern=PATTERNS[name], alphabet=_CHARACTERS, lengths=lengths)
    reason = judge(value)
    if reason and judge(value.upper()) is None:  # not `or_case`: a plate is never all ASCII
        return "case"
    return reason

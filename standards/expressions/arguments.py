"""Whether a form's arguments are of the kinds the vocabulary wants: nothing is cast behind the author's back."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gongshu.standards.expressions.tree import Tree, columns
from gongshu.standards.expressions.vocabulary import DIRECTIVES, SQL_NAMES, VOCABULARY
from gongshu.standards.faults import StandardFault

MOMENTS = ("date", "datetime")


def unify(kinds: Sequence[str], text: str) -> str:
    """The one kind that all of these are (`null` fits every kind), else the fault that names two that differ."""
    known = [kind for kind in dict.fromkeys(kinds) if kind != "null"]
    if len(known) > 1:
        left, right = known[:2]
        cast = left if right == "text" else right if left == "text" else "date" if "date" in known else left
        raise StandardFault(
            "standard.rule-type", text=text, left=SQL_NAMES[left], right=SQL_NAMES[right], cast=SQL_NAMES[cast]
        )
    return known[0] if known else "null"


def fit(name: str, read: Sequence[tuple[Tree, str]], text: str) -> str:
    """The kind of a call's result, when its arguments fit; a StandardFault otherwise."""
    form = VOCABULARY[name]
    least = sum(not spec.endswith(("?", "*")) for spec in form.arguments)
    most = 1_000_000 if any("*" in spec for spec in form.arguments) else len(form.arguments)
    if not least <= len(read) <= most:
        raise StandardFault("standard.rule-arguments", name=name, text=text, expected=spelling(name))
    same: list[str] = []
    for position, (tree, kind) in enumerate(read):
        spec = form.arguments[min(position, len(form.arguments) - 1)]
        wanted = spec.rstrip("!?*")
        if "!" in spec and tree[0] not in ("text", "number"):
            raise StandardFault("standard.rule-constant", name=name, text=text)
        if wanted == "same":
            same.append(kind)
        elif kind != "null" and wanted != "any" and kind not in (MOMENTS if wanted == "moment" else (wanted,)):
            meant = "date" if wanted == "moment" else wanted
            raise StandardFault(
                "standard.rule-type", text=text, left=SQL_NAMES[meant], right=SQL_NAMES[kind], cast=SQL_NAMES[meant]
            )
    _constants(name, [tree for tree, _ in read], text)
    common = unify(same, text)
    if name == "date_diff":
        unify([kind for _, kind in read[1:]], text)
    if name in ("least", "greatest", "min", "max") and common == "boolean":
        raise StandardFault("standard.rule-arguments", name=name, text=text, expected=spelling(name))
    return common if form.result == "same" else form.result


def spelling(name: str) -> str:
    """A call as the vocabulary describes it, for people: `substr(text, number, number?)`."""
    arguments = VOCABULARY[name].arguments
    return f"{name}({', '.join(spec.replace('!', '').replace('*', ' …') for spec in arguments)})"


def _constants(name: str, trees: Sequence[Tree], text: str) -> None:
    """What kinds alone cannot say of constants: whole numbers in range, known directives, a pattern that RE2 takes."""
    numbers = (
        [tree[1] for tree in trees[1:] if tree[0] == "number"] if name in ("substr", "left", "right", "round") else []
    )
    lowest = {"round": -38}.get(name, 0)
    for position, number in enumerate(numbers):
        low = 1 if name == "substr" and position == 0 else lowest
        high = 38 if name == "round" else 1_000_000
        if not re.fullmatch(r"-?[0-9]{1,7}", number) or not low <= int(number) <= high:
            raise StandardFault("standard.rule-value", name=name, text=text, value=number)
    if name == "strftime":
        for directive in re.findall(r"%(.?)", trees[1][1], re.DOTALL):
            if directive not in DIRECTIVES or not directive:
                raise StandardFault("standard.rule-value", name=name, text=text, value="%" + directive)
    if name == "below" and not any(columns(tree) for tree in trees):
        raise StandardFault("standard.rule-arguments", name=name, text=text, expected="below(column, ancestor)")
    if name == "regexp_matches":
        _pattern(trees[1][1], text)


def _pattern(pattern: str, text: str) -> None:
    """Prove the pattern on the very library that will run it, so that no rule fails at work."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as refused:
        detail = str(refused).removeprefix("Invalid regular expression: ")
        raise StandardFault("standard.rule-pattern", text=text, pattern=pattern, detail=detail) from None

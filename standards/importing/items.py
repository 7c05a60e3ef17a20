"""One row of a data dictionary as a column: what its words for type, length, obligation and values mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from gongshu.standards.importing.draft import Drafted, Note, note
from gongshu.standards.importing.headings import NO, YES
from gongshu.standards.importing.types import Typed, field_of, plain, sized, spelled, typed
from gongshu.standards.model import CodelistUse, Constraints, Field, Identifier, Kind, Reference, Status, Text

if TYPE_CHECKING:
    from gongshu.standards.entries import Entry
    from gongshu.standards.registry import Registry

NOT_NULL = frozenset(["notnull", "非空", "不可空", "不能为空", "不允许", "否", "n", "no", "×", "0", "false", "f"])
CONDITIONAL = ("条件", "c", "conditional", "有则必填", "适用")
OPEN: Mapping[str, str] = {
    "无条件共享": "unconditional", "有条件共享": "conditional", "不予共享": "none", "无条件开放": "unconditional",
    "有条件开放": "conditional", "不予开放": "none", "无条件": "unconditional", "有条件": "conditional", "不予": "none",
    "1": "unconditional", "2": "conditional", "3": "none",
}  # fmt: skip
# What a value domain says in a word -> identifier
SAID: Mapping[str, str] = {
    "gb32100": "uscc",
    "统一社会信用代码": "uscc",
    "gb11643": "citizen-id",
    "公民身份号码": "citizen-id",
    "居民身份证": "citizen-id",
    "gb11714": "org-code",
    "组织机构代码": "org-code",
    "gb/t2260": "division-6",
    "gbt2260": "division-6",
}
_PAIR = re.compile(r"([A-Za-z0-9]{1,12})\s*[-—–:：=、.．]\s*([^\s;；,，、|/\n\d][^;；,，|\n]*)")
_RANGE = re.compile(r"[\[(（【]?\s*(-?\d+(?:\.\d+)?)\s*(?:[-~～—–至到,，]|\.\.)\s*(-?\d+(?:\.\d+)?)\s*[\])）】]?\Z")
_BOUND = re.compile(r"(>=|<=|>|<|≥|≤|大于等于|小于等于|不小于|不大于|大于|小于)\s*(-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Item:
    """One row, as written."""

    name: str
    title: str = ""
    type: str = ""
    length: str = ""
    scale: str = ""
    format: str = ""
    required: str = ""
    nullable: str = ""
    key: str = ""
    unique: str = ""
    domain: str = ""
    unit: str = ""
    example: str = ""
    sharing: str = ""
    opening: str = ""
    remark: str = ""


def drafted(item: Item, registry: Registry) -> Drafted:
    """The column, with a note for all that was read as something and all that was not understood."""
    notes: list[Note] = []
    kind = _kind(item, notes)
    limits = Constraints(required=_required(item, notes), unique=plain(item.unique) in YES)
    write = spelled(item.format) or spelled(item.domain) or spelled(item.length) or spelled(item.remark)
    if write and kind.type == "string" and re.search(r"日期|时间", item.title):
        kind = replace(kind, type="datetime" if "%H" in write else "date", size=None)
    made = field_of(item.name, kind, limits, write)
    made = replace(
        made,
        title=Text(zh=item.title if item.title != item.name else ""),
        description=Text(zh=item.remark),
        unit="" if plain(item.unit) in NO else item.unit,
        example=item.example,
        sharing=OPEN.get(plain(item.sharing)),
        opening=OPEN.get(plain(item.opening)),
    )
    return Drafted(_domain(made, item, registry, notes), tuple(notes))


def _kind(item: Item, notes: list[Note]) -> Typed:
    """The type, from the column for it, else from the format (`an..18`); sizes from wherever they stand."""
    kind = typed(item.type)
    shape = (
        typed(item.format) if re.match(r"\s*(?:an|a|n|c|d|dt)\s*(?:\.\.)?\s*\d", item.format, re.IGNORECASE) else None
    )
    if not kind.known:
        notes.append(note("type-opaque" if kind.opaque else "type-unknown", type=item.type))
    if shape is not None and shape.known:
        if not item.type or not kind.known:
            kind = shape
        elif kind.size is None and kind.type == shape.type:
            kind = replace(shape, type=kind.type)
        elif kind.size is None and kind.type == "string":  # n6 in a text: digits, all six of them
            exact = ".." not in item.format
            kind = Typed("string", shape.size, exact=exact)
    size, scale, _ = sized(item.length)
    if kind.size is None and size:
        kind = replace(kind, size=size, scale=scale if scale is not None else kind.scale)
    decimals, _, _ = sized(item.scale)
    if kind.type == "number" and decimals is not None:
        kind = replace(kind, scale=decimals)
    return kind


def _required(item: Item, notes: list[Note]) -> bool:
    if item.nullable:
        return plain(item.nullable) in NOT_NULL
    said = plain(item.required)
    if said in YES or (item.key and plain(item.key) in YES):
        return True
    if not said or said in NO:
        return False
    if any(said.startswith(word) or (len(word) > 1 and word in said) for word in CONDITIONAL):
        notes.append(note("conditional", text=item.required))
        return False
    if said.startswith("m") or "必填" in said or "notnull" in said:
        return True
    notes.append(note("lost", names=item.required))
    return False


def _domain(made: Field, item: Item, registry: Registry, notes: list[Note]) -> Field:
    """The column with what its values are said to be: a code list, an identifier, an enum, a range."""
    said = item.domain.strip()
    if not said or plain(said) in NO:
        return _by_title(made, item, registry, notes)
    if made.type in ("integer", "number"):
        ranged = _ranged(made, said)
        if ranged is not None:
            return ranged
    pairs = _PAIR.findall(said)
    if len(pairs) >= 2 and made.type in ("string", "integer"):
        notes.append(note("enum-read", text=said))
        return _limited(made, enum=tuple(dict.fromkeys(code for code, _ in pairs)))
    words = [word.strip() for word in re.split(r"[;；、|/,，\n]", said) if word.strip()]
    if (
        2 <= len(words) <= 50
        and max(map(len, words)) <= 20
        and made.type == "string"
        and not re.search(r"GB|标准|详见|见", said)
    ):
        notes.append(note("enum-read", text=said))
        return _limited(made, enum=tuple(dict.fromkeys(words)))
    found = _codelist(said, registry)
    if found is not None and made.type in ("string", "integer"):
        notes.append(note("codelist-said", text=said, title=found.title.zh or found.title.en))
        use = CodelistUse(Reference(found.id, found.version.split(".")[0]))
        return replace(made, type="string", codelist=use)
    name = next((rule for word, rule in SAID.items() if word in plain(said)), None)
    if name is not None and made.type == "string":
        notes.append(note("identifier-said", text=said, name=name))
        return replace(made, identifier=Identifier(name))
    if not (spelled(said) and made.type in ("date", "datetime")):
        notes.append(note("domain-unread", text=said))
    return made


def _by_title(made: Field, item: Item, registry: Registry, notes: list[Note]) -> Field:
    """Where the domain says nothing, a name such as 统一社会信用代码 with a size that fits still does."""
    name = next((rule for word, rule in SAID.items() if word in plain(item.title)), None)
    size = made.constraints.max_length
    fits = {"uscc": 18, "citizen-id": 18, "org-code": 9, "division-6": 6}
    if name is not None and made.type == "string" and (size is None or size >= fits[name]):
        notes.append(note("identifier-guess", text=item.title, name=name))
    return made


def _ranged(made: Field, said: str) -> Field | None:
    text = said.strip()
    found = _RANGE.match(text)
    if found:
        low, high = found.groups()
        if Decimal(low) > Decimal(high):
            return None
        # (0, 100] leaves out 0; a range without brackets on both sides has both its ends
        closed = not (text.startswith(("(", "（", "[")) and text.endswith((")", "）", "]")))
        open_low, open_high = (not closed and text[0] in "(（"), (not closed and text[-1] in ")）")
        limits = made.constraints
        limits = replace(limits, exclusive_minimum=low) if open_low else replace(limits, minimum=low)
        limits = replace(limits, exclusive_maximum=high) if open_high else replace(limits, maximum=high)
        return replace(made, constraints=limits)
    bounds = _BOUND.findall(text)
    if not bounds:
        return None
    limits = made.constraints
    for sign, value in bounds:
        if sign in (">=", "≥", "大于等于", "不小于"):
            limits = replace(limits, minimum=value)
        elif sign in ("<=", "≤", "小于等于", "不大于"):
            limits = replace(limits, maximum=value)
        elif sign in (">", "大于"):
            limits = replace(limits, exclusive_minimum=value)
        else:
            limits = replace(limits, exclusive_maximum=value)
    return replace(made, constraints=limits)


def _limited(made: Field, *, enum: tuple[str, ...]) -> Field:
    """The values; a size that one of them exceeds was meant for something else."""
    limits = made.constraints
    longest, shortest = max(map(len, enum)), min(map(len, enum))
    most = limits.max_length if limits.max_length is None or limits.max_length >= longest else None
    least = limits.min_length if limits.min_length is None or limits.min_length <= shortest else None
    return replace(made, constraints=replace(limits, enum=enum, max_length=most, min_length=least))


def _codelist(said: str, registry: Registry) -> Entry | None:
    """The one code list whose number or title the text gives: `GB/T 2261.1`, `人的性别代码`, an id."""
    numbers = [
        plain(each).replace("/", "").replace(".", "")
        for each in re.findall(r"GB(?:/T)?\s*[\d.]+\d", said, re.IGNORECASE)
    ]
    entries = [
        each
        for each in registry.entries()
        if each.kind is Kind.CODELIST and not each.faulty and each.status is not Status.WITHDRAWN
    ]
    exact = [each for each in entries if said in (each.id, each.reference)]
    titled = [each for each in entries if len(each.title.zh) >= 4 and each.title.zh in said]
    numbered = [
        each for each in entries for number in numbers if re.match(re.escape(number) + r"(?![0-9])", _joined(each.id))
    ]
    for found in (exact, titled, numbered):
        ids = {each.id for each in found}
        if len(ids) == 1:
            return found[-1]
    return None


def _joined(name: str) -> str:
    """`gbt-2261-1-sex` as `gbt22611sex`, `gbt-4754-2017-industry` as `gbt47542017…`: numbers of a part run together."""
    words = name.split("-")
    digits = [
        word for word in words[1:] if (word.isdigit() and len(word) < 4) or (word.isdigit() and words.index(word) == 1)
    ]
    return words[0] + "".join(digits) + "-"

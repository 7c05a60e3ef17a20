"""Types as people and databases write them (`varchar(50)`, `数值型`, `n..10,2`, `an18`), in the words of the format."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gongshu.standards.model import Constraints, Field, Format


def _table(**kinds: str) -> Mapping[str, str]:
    return {word: kind for kind, words in kinds.items() for word in words.split()}


WORDS: Mapping[str, str] = _table(
    string="char character varchar varchar2 nvarchar nvarchar2 nchar text ntext clob nclob longtext mediumtext"
    " tinytext string str c a an uuid uniqueidentifier enum set bpchar citext xml inet 字符 字符型 字符串 字符串型"
    " 文本 文本型 长文本 短文本 变长字符 变长字符型 定长字符 定长字符型 文字 代码 代码型 枚举 枚举型 汉字",
    integer="int integer bigint smallint tinyint mediumint int2 int4 int8 uint ubigint usmallint utinyint hugeint"
    " serial bigserial smallserial long 整数 整型 整数型 长整型 短整型 自然数",
    number="decimal dec numeric number float float4 float8 double doubleprecision real money smallmoney fixed n"
    " 数值 数值型 数字 数字型 浮点 浮点型 浮点数 双精度 双精度型 小数 小数型 金额 货币 货币型 实数",
    date="date d 日期 日期型 年月日",
    datetime="datetime datetime2 smalldatetime timestamp timestamptz timestampntz timestampltz dt t 日期时间"
    " 日期时间型 时间戳 时间 时间型 年月日时分秒",
    time="time timetz 时分秒",
    boolean="bool boolean bit b 布尔 布尔型 布尔值 逻辑 逻辑型 是否型 是否",
    year="year 年 年份",
    yearmonth="yearmonth 年月",
    object="json jsonb object struct map variant 对象",
    array="array list 数组",
    geojson="geometry geography 空间",
)
OPAQUE = frozenset(["blob", "bytea", "binary", "varbinary", "image", "longblob", "raw", "bfile", "二进制", "二进制型"])

# how a date is written, as dictionaries say it -> strptime
SPELLINGS: Mapping[str, str] = {
    "yyyymmdd": "%Y%m%d",
    "yyyy-mm-dd": "%Y-%m-%d",
    "yyyy/mm/dd": "%Y/%m/%d",
    "yyyy.mm.dd": "%Y.%m.%d",
    "yyyy年mm月dd日": "%Y年%m月%d日",
    "ccyymmdd": "%Y%m%d",
    "ccyy-mm-dd": "%Y-%m-%d",
    "d8": "%Y%m%d",
    "d10": "%Y-%m-%d",
    "yyyymmddhhmmss": "%Y%m%d%H%M%S",
    "yyyymmddhh24miss": "%Y%m%d%H%M%S",
    "yyyy-mm-ddhh:mm:ss": "%Y-%m-%d %H:%M:%S",
    "yyyy-mm-ddhh24:mi:ss": "%Y-%m-%d %H:%M:%S",
    "yyyy/mm/ddhh:mm:ss": "%Y/%m/%d %H:%M:%S",
    "yyyy-mm-ddthh:mm:ss": "%Y-%m-%dT%H:%M:%S",
    "yyyymmddthhmmss": "%Y%m%dT%H%M%S",
    "dt14": "%Y%m%d%H%M%S",
    "dt15": "%Y%m%dT%H%M%S",
    "dt19": "%Y-%m-%dT%H:%M:%S",
    "dd/mm/yyyy": "%d/%m/%Y",
    "mm/dd/yyyy": "%m/%d/%Y",
    "dd.mm.yyyy": "%d.%m.%Y",
}
READ = ("iso", "slash", "dot", "cn", "basic")  # a pack understands all spellings whose order is sure

UNLIMITED = Constraints()

_SHAPE = re.compile(r"([^\W\d_][^\d(.<]*?)[\s_]*(?:(\.\.)?([0-9]+)(?:[.,]([0-9]+))?)?(?:\s.*)?\Z")


@dataclass(frozen=True, slots=True)
class Typed:
    """What a type says; `known` is False where its word is not."""

    type: str = "string"
    size: int | None = None
    scale: int | None = None
    exact: bool = False  # the size is the one length, as in `an18`
    known: bool = True
    opaque: bool = False  # bytes, which no table of texts can hold


def plain(text: object) -> str:
    """A text for comparison: NFKC, no blanks, folded."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(text or ""))).casefold()


def typed(text: str) -> Typed:
    """What a type's text says. An empty one is a text of any length."""
    given = unicodedata.normalize("NFKC", text).strip().casefold()
    if not given:
        return Typed()
    word, inner, dotted, digits, decimals = _split(given)
    numbers = [int(each) for each in re.findall(r"[0-9]+", inner)] if inner else []
    numbers = numbers or [int(each) for each in (digits, decimals) if each]
    spellings = (word, word.removesuffix("类型"), word.removesuffix("withouttimezone"), _first(given))
    known = next((each for each in spellings if each in WORDS), None)
    if known is None:
        return Typed(known=False, opaque=word in OPAQUE or _first(given) in OPAQUE)
    size = numbers[0] if numbers else None
    scale = numbers[1] if len(numbers) > 1 else None
    exact = bool(digits) and not dotted and known in ("a", "n", "an", "c")
    return Typed(WORDS[known], size, scale, exact)


def _split(given: str) -> tuple[str, str, str, str, str]:
    """Word, what stands in brackets, `..`, digits and decimals. A word such as `varchar2` keeps its digit."""
    bracketed = re.match(r"([^\W\d_][^(]*?)\s*\(([^)]*)\)", given)
    if bracketed:
        return re.sub(r"\s+", "", bracketed.group(1)), bracketed.group(2), "", "", ""
    whole = re.sub(r"\s+", "", given)
    found = None if whole in WORDS else _SHAPE.match(given)
    if found is None:
        return whole, "", "", "", ""
    word, dotted, digits, decimals = (each or "" for each in found.groups())
    return re.sub(r"\s+", "", word), "", dotted, digits, decimals


def _first(text: str) -> str:
    found = re.match(r"[^\W\d_]+", text)
    return found.group(0) if found else ""


def sized(text: str) -> tuple[int | None, int | None, bool]:
    """Size, scale and whether the size is the one length, of `18`, `..50`, `10,2`, `50字节`, `1-18`."""
    given = plain(text)
    found = re.search(r"(\.\.|<=|≤|1[-~至])?([0-9]+)(?:[,.]([0-9]+))?", given)
    if not found:
        return None, None, False
    return int(found.group(2)), int(found.group(3)) if found.group(3) else None, False


def spelled(text: str) -> str | None:
    """The strptime pattern of a date's spelling such as `YYYYMMDD`; None where it is none."""
    return SPELLINGS.get(plain(text)) or (text if text.startswith("%") else None)


def field_of(name: str, kind: Typed, limits: Constraints = UNLIMITED, write: str | None = None) -> Field:
    """A field of that type, its sizes where the type puts them."""
    from dataclasses import replace

    made = Field(name, type=kind.type, constraints=limits)
    if kind.type == "string" and kind.size:
        least = kind.size if kind.exact else limits.min_length
        limits = replace(limits, max_length=limits.max_length or kind.size, min_length=least)
        return replace(made, constraints=limits)
    if kind.type == "number" and kind.size and kind.size <= 38:
        scale = min(kind.scale or 0, kind.size)
        return replace(made, precision=kind.size, scale=scale)
    if kind.type in ("date", "datetime") and write:
        return replace(made, format=Format(write, READ))
    return made


def lengthened(values: Iterable[str]) -> int:
    """The length of the longest text."""
    return max((len(each) for each in values), default=0)

"""What people write in a manifest, as the metadata profile spells it: words and codes in Chinese or English.

A word that is none of the known ones stays as it is: the gate says what is wrong with it, and the other datasets go on.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from gongshu.standards.headers import normal

CLASSES = {"基础信息资源": "1", "主题信息资源": "2", "部门信息资源": "3"}
SHARING: Mapping[str, tuple[str, ...]] = {
    "1": ("无条件共享", "无条件", "unconditional sharing", "unconditional", "free"),
    "2": ("有条件共享", "有条件", "条件共享", "conditional sharing", "conditional"),
    "3": ("不予共享", "不共享", "not shared", "none", "no sharing"),
}
OPEN: Mapping[str, tuple[str, ...]] = {
    "1": ("无条件开放", "无条件", "开放", "是", "unconditionally open", "unconditional", "open", "yes", "true"),
    "2": ("有条件开放", "有条件", "依申请开放", "conditionally open", "conditional"),
    "3": ("不予开放", "不开放", "否", "not open", "none", "no", "false"),
}
CYCLE: Mapping[str, tuple[str, ...]] = {
    "realtime": ("实时", "real time", "real-time", "continuous"),
    "daily": ("每日", "每天", "日", "按日", "day"),
    "weekly": ("每周", "周", "按周", "week"),
    "monthly": ("每月", "月", "按月", "月度", "month"),
    "quarterly": ("每季度", "每季", "季", "季度", "按季", "按季度", "quarter"),
    "halfyear": ("每半年", "半年", "half-yearly", "half year", "semiannual", "twice a year"),
    "yearly": ("每年", "年", "按年", "年度", "annual", "annually", "year"),
    "irregular": ("不定期", "按需", "as needed"),
    "never": ("不更新", "一次性", "静态", "static"),
}
MODES: Mapping[str, tuple[str, ...]] = {
    "platform": ("共享平台", "平台"),
    "database": ("数据库", "共享平台:数据库", "库表", "platform: database"),
    "file": ("文件", "共享平台:文件", "文件下载", "platform: file"),
    "interface": ("接口", "共享平台:接口", "服务接口", "api", "platform: interface"),
    "mail": ("邮件",),
    "medium": ("介质",),
}
_SEPARATORS = re.compile(r"[、,，;；\r\n]+")
_LISTED = re.compile(r"[;；\r\n]+")
_DATE = re.compile(
    r"(\d{4})\s*(?:[-/.]|年)\s*(\d{1,2})\s*(?:[-/.]|月)\s*(\d{1,2})\s*日?(?:[T ].*)?|(\d{4})(\d{2})(\d{2})"
)
_CODED = re.compile(r"([0-9a-z]+)[\s.、:：)_-]*(.*)", re.DOTALL)


def word(text: str, words: Mapping[str, tuple[str, ...]]) -> str:
    """The value that a word, a code, or a code with its word (`1 无条件共享`) stands for; the text where it is none."""
    known = {normal(name): value for value, names in words.items() for name in (value, *names)}
    plain = normal(text)
    if plain in known:
        return known[plain]
    coded = _CODED.fullmatch(plain)
    if coded is not None and coded[1] in words and known.get(coded[2]) == coded[1]:
        return coded[1]
    called = re.sub(r"\(.*\)$", "", plain)
    return known.get(called, text)


def parts(text: str) -> list[str]:
    """The entries of a cell that holds several, separated by `、`, comma, semicolon or line break."""
    return [each for found in _SEPARATORS.split(text) if (each := found.strip())]


def lines(text: str) -> list[str]:
    """The entries of a cell whose entries may hold commas: separated by semicolon or line break."""
    return [each for found in _LISTED.split(text) if (each := found.strip())]


def day(text: str) -> str:
    """A date in one of the usual spellings, as CCYY-MM-DD; the text where it is none."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return text
    year, month, of_month = (int(each) for each in found.groups() if each is not None)
    try:
        return datetime.date(year, month, of_month).isoformat()
    except ValueError:
        return text


def text_of(value: Any) -> str:
    """Any plain value as text."""
    return "" if value is None else str(value).strip()


def spelled(name: str, value: Any) -> Any:
    """The value of an element as the profile spells it: dates and numbers as text, a list where one is due."""
    if name == "resourceClass":
        return [_class(each) for each in (value if isinstance(value, list) else [value])]
    if name == "format":
        return [plain(each) for each in (value if isinstance(value, list) else parts(text_of(value)) or [value])]
    if name == "relatedResourceCode":
        return [plain(each) for each in (value if isinstance(value, list) else [value])]
    if name in ("sharing", "open"):
        return _attribute(name, value)
    if name == "updateCycle" and isinstance(value, str):
        return word(value.strip(), CYCLE)
    if name == "releaseDate" and isinstance(value, str):
        return day(value.strip())
    return plain(value)


def _attribute(name: str, value: Any) -> Any:
    """Sharing or opening: a type alone, or a mapping of type, condition and mode; what is no type stays as text."""
    words = SHARING if name == "sharing" else OPEN
    if not isinstance(value, dict):
        value = {"type": value}
    made = {str(key): each for key, each in value.items() if each is not None}
    if "type" in made:
        kind = made["type"]
        made["type"] = ("1" if kind else "3") if isinstance(kind, bool) else word(text_of(kind), words)
    if "mode" in made:
        modes = made["mode"] if isinstance(made["mode"], list) else parts(text_of(made["mode"]))
        made["mode"] = ", ".join(word(text_of(each), MODES) for each in modes)
    return plain(made)


def _class(value: Any) -> Any:
    """`类/项/目/细目` as one text, or a mapping of them."""
    if isinstance(value, str):
        split = [part.strip() for part in re.split(r"[/／>＞]", value, maxsplit=3)]
        value = dict(zip(("lei", "xiang", "mu", "ximu"), split, strict=False))
    if isinstance(value, dict):
        made = {str(name): plain(each) for name, each in value.items() if each not in (None, "")}
        return {**made, "lei": lei(str(made["lei"]))} if "lei" in made else made
    return plain(value)


def lei(text: str) -> str:
    """The digit of a class by its name, with or without 类 behind it or the digit before it."""
    name = normal(text).removesuffix("类")
    return CLASSES.get(name) or CLASSES.get(name[1:].lstrip(" .、-"), text) if name else text


def plain(value: Any) -> Any:
    """Plain data as JSON has it: dates and numbers as text, nulls left out."""
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items() if each is not None}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, bool):
        return value
    if isinstance(value, datetime.date):
        return value.isoformat()[:10]
    return text_of(value)

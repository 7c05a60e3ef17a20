"""The columns of the 目录编制 workbook: what each holds, and under which headings departments keep it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from gongshu.standards.headers import normal


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `key`: the element of the metadata, or what this project keeps beside them."""

    key: str
    zh: str
    en: str
    also: tuple[str, ...] = ()  # other headings
    asked: bool = True  # the template has it
    due: bool = False  # has to be filled in
    width: int = 16


COLUMNS: tuple[Column, ...] = (
    Column(
        "title",
        "信息资源名称",
        "Resource name",
        ("名称", "资源名称", "数据资源名称", "数据集名称", "目录名称", "title", "name"),
        due=True,
        width=26,
    ),
    Column(
        "resourceCode",
        "信息资源代码",
        "Resource code",
        ("代码", "资源代码", "资源编码", "目录代码", "目录编码", "信息资源编码", "code"),
        width=20,
    ),
    Column(
        "resourceClass",
        "信息资源分类",
        "Resource classification",
        ("分类", "资源分类", "目录分类", "class"),
        due=True,
        width=24,
    ),
    Column("resourceClass.lei", "类", "Class (lei)", asked=False),
    Column("resourceClass.xiang", "项", "Item (xiang)", asked=False),
    Column("resourceClass.mu", "目", "Section (mu)", asked=False),
    Column("resourceClass.ximu", "细目", "Subsection (ximu)", asked=False),
    Column(
        "provider",
        "信息资源提供方",
        "Provider",
        ("提供方", "资源提供方", "提供部门", "提供单位", "提供方名称", "数据提供方", "责任部门"),
        due=True,
        width=24,
    ),
    Column(
        "providerCode",
        "信息资源提供方代码",
        "Provider code",
        ("提供方代码", "资源提供方代码", "提供部门代码", "提供单位代码", "提供方统一社会信用代码", "统一社会信用代码"),
        due=True,
        width=22,
    ),
    Column(
        "abstract",
        "信息资源摘要",
        "Abstract",
        ("摘要", "资源摘要", "资源简介", "数据摘要", "summary"),
        due=True,
        width=36,
    ),
    Column("format", "信息资源格式", "Format", ("格式", "资源格式", "格式类型", "数据格式"), due=True),
    Column(
        "items", "信息项", "Data items", ("信息项信息", "信息项名称", "数据项", "数据项名称", "资源信息项"), width=36
    ),
    Column("sharing.type", "共享类型", "Sharing type", ("共享属性",), due=True),
    Column("sharing.condition", "共享条件", "Sharing condition", ("共享条件或依据", "不予共享依据"), width=24),
    Column("sharing.mode", "共享方式", "Sharing mode"),
    Column(
        "open.type",
        "开放属性",
        "Open attribute",
        ("开放类型", "是否开放", "是否向社会开放", "社会开放属性", "opening type", "open"),
        due=True,
    ),
    Column("open.condition", "开放条件", "Opening condition", width=24),
    Column("updateCycle", "更新周期", "Update cycle", ("更新频率", "数据更新周期"), due=True),
    Column("releaseDate", "发布日期", "Release date", ("发布时间",), due=True),
    Column("date", "数据日期", "Data date", ("数据截止日期", "数据截至日期", "数据时间", "数据更新日期")),
    Column("relatedResourceCode", "关联资源代码", "Related resource code", ("关联目录代码",), asked=False),
    Column(
        "files",
        "关联文件",
        "Files",
        ("文件", "数据文件", "挂接文件", "资源文件", "文件路径", "文件名", "file"),
        due=True,
        width=28,
    ),
    Column("standard", "所依标准", "Standard", ("标准", "数据标准", "依据标准", "标准代号", "standards"), width=26),
    Column("sheet", "工作表", "Sheet", ("工作表名",)),
    Column("references", "参照表", "Reference tables", ("参照", "参照数据", "references"), asked=False),
    Column("receipt", "校验回执", "Receipt", ("回执", "回执文件"), asked=False),
    Column("withdraw", "撤回原因", "Reason for withdrawal", ("撤回", "下架原因", "withdraw"), asked=False),
)
GROUPS = tuple(map(normal, ("信息资源分类", "共享属性", "开放属性", "信息项信息", "信息项")))  # of two-row headers
_BRACKETS = re.compile(r"[(\[【〔<].*?[)\]】〕>]")
_NUMBER = re.compile(r"^[0-9]{1,2}[.、]")


@cache
def _known() -> Mapping[str, str]:
    """Heading in normal form -> the column's key."""
    found: dict[str, str] = {}
    for each in COLUMNS:
        for name in (each.key, each.zh, each.en, *each.also):
            found.setdefault(normal(name), each.key)
    return found


def key_of(heading: str) -> str | None:
    """The column that a heading names: whatever stands in brackets behind it, numbers and groups before it."""
    known = _known()
    text = normal(heading)
    for form in (text, _NUMBER.sub("", text), _NUMBER.sub("", _BRACKETS.sub("", text)).strip("*:：")):
        if form in known:
            return known[form]
        for group in GROUPS:
            if form.startswith(group) and (rest := form[len(group) :].strip("/-:_")) in known:
                return known[rest]
    return None


def fit(names: Sequence[str]) -> float:
    """How much a row looks like the header, from 0 to 1: by the number of columns it names, each counted once."""
    found = {key for name in names if (key := key_of(name))}
    if len([name for name in names if name.strip()]) > 1 and "title" not in found:
        return 0.0
    return min(len(found) / 12, 1.0)


def column(key: str) -> Column:
    """The column of that key."""
    return next(each for each in COLUMNS if each.key == key)


def heading(key: str, lang: str) -> str:
    """What a column is called."""
    found = column(key)
    return found.zh if lang == "zh" else found.en


def plain(text: str) -> str:
    """Text as it is compared: NFKC, no blanks around, inner ones as they are."""
    return unicodedata.normalize("NFKC", text).strip()

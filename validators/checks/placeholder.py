"""A word that only says that nothing is known stands where a value is due."""

from __future__ import annotations

CODE = "cell.placeholder"

_WORDS = """
无 暂无 空 没有 不详 未知 未填 无数据 无此项 暂缺 待定 待补充 / \\ // - -- --- — —— – － _ . * 、 ? ？
null none nil n/a na #n/a <na> tbd unknown
"""
FILLERS = frozenset(_WORDS.split())
LONGEST = max(map(len, FILLERS))  # characters


def filler(text: str) -> bool:
    """Whether the text is a filler word."""
    return text.casefold() in FILLERS

"""Words and data as HTML that is nothing but text, in every language at once."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from gongshu.standards.messages import languages
from gongshu.validators.reports.words import say

_COMMAND = re.compile(r"`(gongshu [^`<>]+)`")
Said: TypeAlias = Callable[[str], str]  # a language -> the words in it


def safe(text: str) -> str:
    """The text so that it is nothing but text in HTML; what cannot be seen is made visible."""
    if not text.isprintable():
        text = "".join(
            each if each.isprintable() else " " if each in "\t\r\n\u3000\xa0" else f"<U+{ord(each):04X}>"
            for each in text
        )
    return html.escape(text)


def both(words: Said) -> str:
    """The words in every language, once where they are the same."""
    spoken = {lang: _COMMAND.sub(r"<code>\1</code>", safe(words(lang))) for lang in languages()}
    if len(set(spoken.values())) == 1:
        return next(iter(spoken.values()))
    return "".join(f'<span lang="{tag(lang)}" class="l-{lang}">{text}</span>' for lang, text in spoken.items())


def lists(words: Callable[[str], list[str]]) -> list[str]:
    """Each of several sentences in every language; the languages have equally many."""
    spoken = {lang: words(lang) for lang in languages()}
    return [both(dict(zip(spoken, each)).__getitem__) for each in zip(*spoken.values())]


def said(code: str, **params: Any) -> str:
    """A sentence of the catalogue in every language."""
    return both(lambda lang: say(code, lang, **params))


def anchor_of(number: int, name: str) -> str:
    """The id of a column's section in the page."""
    return f"c{number}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def tag(lang: str) -> str:
    """The language as HTML names it."""
    return "zh-CN" if lang == "zh" else lang


def switch_style(spoken: Sequence[str], chosen: str) -> str:
    """Of the words in several languages only those of the chosen one are shown; radio buttons need no script.

    `chosen` is how the label of that language looks.
    """
    hide = ",".join(f"#l-{one}:checked~* .l-{other}" for one in spoken for other in spoken if one != other)
    label = ",".join(f"#l-{each}:checked~header label[for=l-{each}]" for each in spoken)
    return f"{hide}{{display:none}}\n{label}{{{chosen}}}\n"


def source_hash(source: str) -> str:
    """A script or style as a content security policy names it, behind `sha256-`."""
    return base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()

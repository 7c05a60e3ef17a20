"""The words of the product: one YAML file a language, `zh.yaml` and `en.yaml`.

A file maps a code to its words. A code's value is either a plain template, or a mapping with `message` (what is wrong),
`help` (what to do) and, for a finding, `explain` (why it matters), `bad` and `good` (an example each). A mapping
`reasons` gives the words of each reason of a finding. Templates use `{name}`, and `{count:row|rows}` for a number with
its noun; a parameter that is not given reads as
an empty text, so that a missing detail never becomes a traceback; where nothing is near, the sentence with `{near}`
is left out.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from string import Formatter
from typing import Any

FALLBACK = "en"
_KEY = re.compile(r"^[^\s#:]+:", re.MULTILINE)
_NEAREST = re.compile(r"[^。.]*\{near\}[^。.]*[。.]?")  # the sentence that names the nearest right word


def languages() -> list[str]:
    """The languages that have a file here, sorted."""
    return list(_spoken())


@cache
def _spoken() -> tuple[str, ...]:
    from importlib.resources import files  # costs as much as everything else here, and the words are rarely needed

    here = files(__package__)
    return tuple(sorted(each.name.removesuffix(".yaml") for each in here.iterdir() if each.name.endswith(".yaml")))


def language() -> str:
    """The language to speak when none was asked for: `GONGSHU_LANG`, else the locale, else English."""
    asked = os.environ.get("GONGSHU_LANG")
    if asked:
        return asked if asked in languages() else FALLBACK
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    first = next((name for name in names if name), "")
    if not first:
        import locale

        first = locale.getlocale()[0] or ""
    return "zh" if first.lower().startswith(("zh", "chinese")) else FALLBACK


@cache
def catalogue(lang: str) -> Mapping[str, Any]:
    """Every message of one language, by code."""
    return _read(_text(lang))


def _text(lang: str) -> str:
    from importlib.resources import files

    return files(__package__).joinpath(f"{lang}.yaml").read_text(encoding="utf-8")


def _read(text: str) -> Mapping[str, Any]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: Mapping[str, Any] = yaml.load(text, loader)  # noqa: S506 - CSafeLoader is the safe loader, in C
    return loaded


@cache
def _passages(lang: str) -> Mapping[str, str]:
    """The YAML of each code by itself, for a run that says ten sentences; only a top-level key starts a line."""
    text = _text(lang)
    starts = [found.start() for found in _KEY.finditer(text)]
    return {text[at : text.index(":", at)]: text[at:end] for at, end in zip(starts, [*starts[1:], len(text)])}


@cache
def said(code: str, lang: str) -> Any:
    """What one language has for a code, a text or a mapping; None where it has nothing."""
    passage = _passages(lang).get(code)
    return None if passage is None else _read(passage)[code]


class _Lenient(Formatter):
    def get_value(self, key: int | str, args: Any, kwargs: Any) -> Any:
        return kwargs.get(str(key), "")

    def format_field(self, value: Any, format_spec: str) -> Any:
        if "|" in format_spec:
            one, _, several = format_spec.partition("|")
            return f"{value} {one if str(value) == '1' else several}"
        try:
            return super().format_field("" if value is None else value, format_spec)
        except (TypeError, ValueError):
            return str(value)


_FORMAT = _Lenient()


def entry(code: str, lang: str) -> Mapping[str, Any]:
    """What the catalogue says of one code, as a mapping; English where the language has no word for it."""
    for name in (lang, FALLBACK):
        found = said(code, name) if name in languages() else None
        if found is not None:
            return found if isinstance(found, dict) else {"message": str(found)}
    return {}


def fill(template: str, params: Mapping[str, Any]) -> str:
    """The template with its parameters put in."""
    parts = _parts(template)
    if parts is None:
        return _FORMAT.vformat(template, (), params)
    found = []
    for literal, name, spec in parts:
        found.append(literal)
        if name is not None:
            value = params.get(name, "")
            found.append(value if type(value) is str and not spec else _FORMAT.format_field(value, spec))
    return "".join(found)


@lru_cache(maxsize=4096)
def _parts(template: str) -> tuple[tuple[str, str | None, str], ...] | None:
    """Each literal with the name and the format behind it; None where a name is not plain, or a format has names."""
    try:
        found = tuple(_FORMAT.parse(template))
    except ValueError:
        return None
    if any(
        name is not None and (kind or not name.isidentifier() or "{" in (spec or "")) for _, name, spec, kind in found
    ):
        return None
    return tuple((literal, name, spec or "") for literal, name, spec, _ in found)


def parameters_of(template: str) -> Mapping[str, str] | None:
    """The names that a template asks for, each with its format; None where that cannot be told."""
    parts = _parts(template)
    return None if parts is None else {name: spec for _, name, spec in parts if name is not None}


def sentence(code: str, params: Mapping[str, Any], lang: str, part: str = "message") -> str:
    """One part of a code's words in one language, filled in; the code and its parameters where no words are found."""
    template = entry(code, lang).get(part)
    if template is None:
        if part != "message":
            return ""
        return f"{code} ({', '.join(f'{name}={value}' for name, value in sorted(params.items()))})" if params else code
    if isinstance(params.get("detail"), str) and params["detail"] in (
        known := entry("system.detail", lang).get("reasons", {})
    ):
        params = {**params, "detail": known[params["detail"]]}  # what the operating system says in English
    text = str(template)
    return fill(text if params.get("near") or "{near}" not in text else _NEAREST.sub("", text), params).strip()

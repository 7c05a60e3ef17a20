"""What a finding means, why it matters and how to mend it: one code's page, as text."""

from __future__ import annotations

import difflib
from collections.abc import Iterator

from gongshu.standards.faults import UsageFault
from gongshu.standards.messages import entry, sentence
from gongshu.validators.vocabulary import CODES, PARAMS, WORDS

# how a parameter reads where there is no finding to take it from
_BLANKS = {"zh": "…", "en": "…"}


def explain(code: str, lang: str) -> str:
    """The page of one code. Raises `UsageFault` with the nearest code where there is none of that name."""
    return "\n".join(_lines(known(code), lang)) + "\n"


def known(code: str) -> str:
    """The code as the table spells it."""
    wanted = code.strip().lower()
    if wanted in PARAMS:
        return wanted
    endings = [each for each in CODES if each.partition(".")[2] == wanted]
    if len(endings) == 1:
        return endings[0]
    near = endings or difflib.get_close_matches(wanted, CODES, 3, 0.4)
    raise UsageFault("usage.explain-unknown", code=code, near=", ".join(near) or CODES[0])


def listing(lang: str) -> list[tuple[str, str]]:
    """Every code with its title."""
    return [(code, _filled(code, lang, "title")) for code in CODES]


def title_of(code: str, lang: str) -> str:
    """What a code is called."""
    return _filled(code, lang, "title") if code in PARAMS else code


def document(code: str, lang: str) -> dict[str, object]:
    """The page of one code as JSON-able data."""
    name = known(code)
    parts = ("title", "message", "help", "explain", "bad", "good")
    return {"code": name, **{part: _filled(name, lang, part) for part in parts}, "reasons": _reasons(name, lang)}


def _lines(code: str, lang: str) -> Iterator[str]:
    yield f"{code}  {_filled(code, lang, 'title')}"
    yield ""
    for label, part in (
        ("explain.why", "explain"),
        ("explain.how", "help"),
        ("explain.bad", "bad"),
        ("explain.good", "good"),
    ):
        text = _filled(code, lang, part)
        if text:
            yield f"{sentence(label, {}, lang)}{' ' if lang == 'en' else ''}{text}"
    reasons = _reasons(code, lang)
    if reasons:
        yield sentence("explain.reasons", {}, lang)
        yield from (f"  {name}  {words}" for name, words in reasons.items())


def _filled(code: str, lang: str, part: str) -> str:
    blank = _BLANKS.get(lang, "…")
    params = dict.fromkeys(
        (*PARAMS[code], *WORDS.get(code, ()), "value", "column", "name", "columns", "rule", "reason", "count"), blank
    )
    params |= {name: "" for name in ("hint", "replaced_by") if name in params}
    if code in {"row.rule", "dataset.rule"} and part in {"title", "message"}:
        return sentence("explain.rule", {}, lang)
    return sentence(code, params, lang, part)


def _reasons(code: str, lang: str) -> dict[str, str]:
    return {str(name): str(words) for name, words in (entry(code, lang).get("reasons") or {}).items()}

"""The local page in HTML. Each function gives one whole page; every text of a user or of data is escaped."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gongshu.standards.entries import Entry
from gongshu.standards.messages import languages, sentence
from gongshu.standards.model import Kind, Status
from gongshu.validators.page.desk import Job
from gongshu.validators.reports.pagewords import safe
from gongshu.validators.reports.words import say

PRODUCTS = ("workbook", "mended", "changes", "report")
ORDER = {Kind.TABLE: 0, Kind.RECORD: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What every page needs: its language, the way up to the start page, the way here in another language."""

    lang: str
    up: str  # relative path of the folder of the start page, "" or "../../"

    def words(self, code: str, /, **params: Any) -> str:
        """A sentence in the language, ready for HTML."""
        return safe(sentence(code, params, self.lang))


def start(frame: Frame, entries: Sequence[Entry], most: int, problem: str = "") -> str:
    """Drop a file or choose one, say which standard."""
    said = frame.words
    alert = f'<p class="problem" role="alert">{safe(problem)}</p>' if problem else '<p class="problem" hidden></p>'
    return "".join(
        [
            *_top(frame, said("page.title")),
            f'<main class="start"><p class="lead">{said("page.lead")}</p>{alert}\n',
            f'<form id="hand-in" method="post" action="{frame.up}check?lang={frame.lang}" ',
            f'enctype="multipart/form-data" data-most="{most}" ',
            f'data-large="{said("page.too-large", most=most >> 20)}" data-lost="{said("page.lost")}">\n',
            f'<div class="drop" id="drop"><label for="file"><b>{said("page.drop")}</b>',
            f"<span>{said('page.formats', most=most >> 20)}</span></label>\n",
            '<input type="file" id="file" name="file" required>',
            f'<output id="chosen" for="file" data-words="{said("page.chosen")}"></output></div>\n',
            f'<fieldset class="standard"><legend>{said("page.standard")}</legend>\n',
            f'<input type="search" id="find" hidden autocomplete="off" aria-controls="standard" '
            f'aria-label="{said("page.find")}" placeholder="{said("page.find")}">',
            *_choice(frame, entries, "", size=8),
            f'<p class="hint" id="found" role="status" data-none="{said("page.find-none")}">{said("page.detect-hint")}',
            "</p></fieldset>\n",
            f'<p class="go"><button>{said("page.check")}</button></p>',
            f'<p class="sending" id="sending" role="status" hidden><progress id="sent" max="100"></progress> '
            f"<span>{said('page.sending')}</span></p></form>\n",
            f'<p class="privacy">{said("page.privacy")}</p></main>\n',
            _end(frame),
        ]
    )


def waiting(frame: Frame, job: Job, stage: str, seconds: int) -> str:
    """The file is being judged. Comes back by itself, with script or without."""
    said = frame.words
    return "".join(
        [
            *_top(frame, job.name, '<noscript><meta http-equiv="refresh" content="2"></noscript>'),
            f'<main class="start"><section class="busy" id="busy" data-state="state?lang={frame.lang}">',
            f"<h2>{safe(job.name)}</h2><progress></progress>",
            f'<p role="status" id="stage">{safe(stage_words(frame.lang, stage, seconds))}</p>',
            f'<p class="hint">{said("page.wait-hint")}</p>{_forget(frame, "page.cancel")}</section></main>\n',
            _end(frame),
        ]
    )


def result(frame: Frame, job: Job, outcome: Mapping[str, Any], entries: Sequence[Entry], findings: str) -> str:
    """What was found, what can be downloaded, another standard, every finding."""
    said = frame.words
    verdict, after, rest = findings.partition("</header>\n")
    home = f'<a class="button plain" href="{frame.up}?lang={frame.lang}">{said("page.next")}</a>'
    return "".join(
        [
            *_top(frame, job.name),
            f'{verdict}{after}<section class="tray"><p class="judged">{_judged_by(frame, outcome, entries)}</p>\n',
            *_downloads(frame, outcome),
            f'<details class="again"><summary>{said("page.other-standard")}</summary>',
            f'<form method="post" action="again?lang={frame.lang}">',
            *_choice(frame, entries, str(outcome.get("standard") or ""), size=1),
            f" <button>{said('page.check-again')}</button></form></details>\n",
            f'<div class="next">{home}{_forget(frame, "page.forget")}</div></section>\n',
            f'{rest}<script src="{frame.up}report.js" defer></script>',
            _end(frame),
        ]
    )


def trouble(frame: Frame, problem: str, *, home: bool = True) -> str:
    """A page that only says what is wrong."""
    back = (
        f'<p><a class="button" href="{frame.up}?lang={frame.lang}">{frame.words("page.next")}</a></p>' if home else ""
    )
    said = "".join(f"<p>{safe(line)}</p>" for line in problem.splitlines())
    page = f'<main class="start"><div class="problem" role="alert">{said}</div>{back}</main>\n'
    return "".join([*_top(frame, frame.words("page.title")), page, _end(frame)])


def stage_words(lang: str, stage: str, seconds: int) -> str:
    """What is being done, and for how long."""
    return sentence(f"page.stage-{stage}", {"seconds": seconds}, lang)


# --- parts -------------------------------------------------------------------------------------------------------


def _top(frame: Frame, title: str, head: str = "") -> Iterator[str]:
    tag = "zh-CN" if frame.lang == "zh" else frame.lang
    up = frame.up or "./"
    yield f'<!DOCTYPE html>\n<html lang="{tag}" data-lang="{frame.lang}"><head><meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield f'<meta name="color-scheme" content="light dark"><title>{safe(title)} - gongshu</title>{head}\n'
    yield f'<link rel="icon" href="{up}icon.svg"><link rel="stylesheet" href="{up}report.css">'
    yield f'<link rel="stylesheet" href="{up}page.css"><script src="{up}page.js" defer></script></head>\n'
    yield f'<body class="local"><div class="topbar"><a class="home" href="{up}?lang={frame.lang}">'
    yield f'{frame.words("page.title")}</a><nav aria-label="语言 / Language">'
    for each in sorted(languages(), reverse=True):  # Chinese first
        here = ' aria-current="true"' if each == frame.lang else ""
        name = safe(say("report.language", each))
        yield f'<a href="?lang={each}" hreflang="{each}" lang="{each}"{here}>{name}</a>'
    yield "</nav></div>\n"


def _end(frame: Frame) -> str:
    return "</body></html>\n"


def _choice(frame: Frame, entries: Sequence[Entry], chosen: str, *, size: int) -> Iterator[str]:
    """The standards that can judge a file, those in force first."""
    label = frame.words("page.standard")
    many = f' size="{size}"' if size > 1 else ""
    yield f'<select name="standard" id="standard"{many} aria-label="{label}">'
    none = "" if chosen else " selected"
    yield f'<option value=""{none}>{frame.words("page.detect")}</option>'
    usable = [each for each in entries if each.kind in ORDER and each.status is not Status.WITHDRAWN]
    for entry in sorted(usable, key=lambda each: (each.status is not Status.IN_FORCE, each.title.get(frame.lang))):
        at = " selected" if entry.reference == chosen else ""
        draft = "" if entry.status is Status.IN_FORCE else f" ({frame.words('page.draft')})"
        other = safe(entry.title.get("en" if frame.lang == "zh" else "zh"))
        title = safe(entry.title.get(frame.lang) or entry.id)
        yield f'<option value="{safe(entry.reference)}" data-also="{other}"{at}>'
        yield f"{title} · {safe(entry.reference)}{draft}</option>"
    yield "</select>"


def _judged_by(frame: Frame, outcome: Mapping[str, Any], entries: Sequence[Entry]) -> str:
    reference = str(outcome.get("standard") or "")
    if not reference:
        return frame.words("page.not-detected")
    entry = next((each for each in entries if each.reference == reference), None)
    title = (entry.title.get(frame.lang) if entry is not None else "") or reference
    if outcome.get("detected") is None:
        return frame.words("page.judged-by", title=title, reference=reference)
    like = round(100 * float(outcome["detected"]))
    return frame.words("page.detected", title=title, reference=reference, like=like)


def _downloads(frame: Frame, outcome: Mapping[str, Any]) -> Iterator[str]:
    """What was made, what is still being made, what will not be made and why."""
    busy = outcome["stage"] != "done"
    state = f' data-state="state?lang={frame.lang}" data-stage="{safe(str(outcome["stage"]))}"' if busy else ""
    yield f'<section id="downloads" aria-live="polite"{state}><ul>'
    for kind in PRODUCTS:
        if kind in outcome["made"]:
            style = "button" if kind in ("workbook", "mended") else "button plain"
            yield f'<li><a class="{style}" href="get/{kind}" download>{frame.words(f"page.get-{kind}")}</a>'
            if kind == "mended":
                code = "page.mended" if outcome["left"] else "page.mended-all"
                counts = {name: f"{outcome[name]:,}" for name in ("cells", "rows", "left")}
                yield f" <span>{frame.words(code, **counts)}</span>"
            yield "</li>"
        elif kind in outcome["missing"]:
            why = safe(str(outcome["missing"][kind].get(frame.lang, "")))
            yield f'<li class="not"><b>{frame.words(f"page.get-{kind}")}</b> <span>{why}</span></li>'
    yield "</ul>"
    if busy:
        yield f'<p class="hint"><progress></progress> {frame.words("page.still-making")}</p>'
        yield f'<noscript><p><a href="?lang={frame.lang}">{frame.words("page.look-again")}</a></p></noscript>'
    elif outcome.get("stopped"):
        yield f'<p class="problem">{frame.words(str(outcome["stopped"]))}</p>'
    yield "</section>\n"


def _forget(frame: Frame, code: str) -> str:
    button = f'<button class="plain">{frame.words(code)}</button>'
    return f'<form class="forget" method="post" action="forget?lang={frame.lang}">{button}</form>'

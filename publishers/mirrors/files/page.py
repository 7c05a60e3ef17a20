"""The page over all datasets of a site: one file, no network, readable without JavaScript, both languages in it.

Words and data are escaped, and a content security policy lets no script run but the page's own. It opens from a folder.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from gongshu.publishers.mirrors.files.entry import Entry
from gongshu.standards.messages import languages
from gongshu.validators.reports.pagewords import both, safe, said, source_hash, switch_style, tag
from gongshu.validators.reports.words import say

NAMES = {"csv": "CSV", "parquet": "Parquet"}
UNITS = ("B", "KB", "MB", "GB", "TB")
LANG = "zh"


def page(entries: Sequence[Entry]) -> bytes:
    """UTF-8 HTML that opens in Chinese, or, with JavaScript, in the reader's language."""
    spoken = sorted(languages(), key=lambda each: each != LANG)
    script = _asset("page.js")
    style = _asset("page.css") + switch_style(languages(), "background:var(--ink);color:var(--bg)")
    policy = (
        f"default-src 'none'; style-src 'sha256-{source_hash(style)}'; script-src 'sha256-{source_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    radios = "".join(
        f'<input type="radio" name="lang" id="l-{each}" aria-label="{safe(say("report.language", each))}"'
        f"{' checked' if each == LANG else ''}>"
        for each in spoken
    )
    labels = "".join(
        f'<label for="l-{each}" lang="{tag(each)}">{safe(say("report.language", each))}</label>' for each in spoken
    )
    title = safe(" / ".join(say("site.title", each) for each in spoken))
    names = " / ".join(say("site.search", each) for each in spoken)
    hints = " ".join(f'data-{each}="{safe(say("site.search", each))}"' for each in spoken)
    count = said("site.count", count=len(entries))
    head = (
        f'<!DOCTYPE html>\n<html lang="{tag(LANG)}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f'<meta name="color-scheme" content="light dark">\n<title>{title}</title>\n'
        f"<style>{style}</style></head>\n<body>\n{radios}"
        f'<header><div class="langs">{labels}</div><h1>{said("site.title")}</h1><p>{count} · '
        f'<a href="catalogue.jsonld">DCAT</a> · <a href="catalogue.json">JSON</a></p></header>\n'
        f'<form id="tools" role="search" hidden><input type="search" id="search" aria-label="{safe(names)}" '
        f'placeholder="{safe(names)}" {hints}><output id="shown" for="search"></output></form>\n<main>\n'
    )
    none = f'<p id="none"{" hidden" if entries else ""}>{said("site.none")}</p>'
    foot = f"{none}\n</main>\n<script>{script}</script>\n</body></html>\n"
    return "".join([head, *map(_article, entries), foot]).encode("utf-8", "xmlcharrefreplace")


def _article(entry: Entry) -> str:
    metadata: dict[str, Any] = entry["metadata"]
    about = [f'<span class="who">{safe(str(metadata["provider"]))}</span>'] if metadata.get("provider") else []
    if metadata.get("updateCycle"):
        about.append(f"<span>{_cycle(str(metadata['updateCycle']))}</span>")
    about += [f"<span>{safe(entry['published_at'][:10])}</span>", f"<span>v{safe(entry['version'])}</span>",
              f"<code>{safe(entry['code'])}</code>"]  # fmt: skip
    abstract = str(metadata.get("abstract") or "")
    told = f'<p class="abstract">{safe(abstract)}</p>' if abstract else ""
    return (
        f'<article id="{safe(entry["slug"])}"><h2>{safe(entry["title"])}</h2>{_badge(entry)}'
        f'<p class="about">{"".join(about)}</p>{told}{_files(entry)}</article>\n'
    )


def _files(entry: Entry) -> str:
    found = []
    for resource in entry["resources"]:
        told = resource["title"] != entry["title"] and (
            len(entry["resources"]) > 1 or resource["title"] != resource["key"]
        )
        title = safe(resource["title"]) if told else ""
        links = "".join(
            f'<a class="f" href="{_address(each["path"])}" download>{NAMES[each["form"]]} '
            f"<small>{size(each['bytes'])}</small></a>"
            for each in resource["outputs"]
        )
        rows = f"<small>{said('site.rows', count=resource['rows'])}</small>"
        found.append(f"<li>{f'<b>{title}</b>' if title else ''}{rows}{links}</li>")
    more = (
        f'<li class="more"><a href="{_address(entry["datapackage"])}">datapackage.json</a>'
        f'<a href="{_address(entry["dcat"])}">DCAT</a></li>'
    )
    return f"<ul>{''.join(found)}{more}</ul>"


def _badge(entry: Entry) -> str:
    """Who judged what is published; of an entry without data there is nothing to judge."""
    if not entry["resources"]:
        return f'<p class="badge none">{said("site.entry-only")}</p>'
    gates = [each["validated"] for each in entry["resources"]]
    if not all(gates):
        return f'<p class="badge none">{said("site.unvalidated")}</p>'
    standards = ", ".join(dict.fromkeys(each["standard"] for each in entry["resources"]))
    as_of = min(each["as_of"] for each in gates)
    draft = any(each["draft"] for each in gates)
    code = "site.validated-draft" if draft else "site.validated"
    return f'<p class="badge {"draft" if draft else "good"}">{said(code, standards=standards, as_of=as_of)}</p>'


def _cycle(name: str) -> str:
    """The words of the cycle; one that we do not know as it is."""
    try:
        return both(lambda lang: say("site.cycle", lang, cycle=say(f"cycle.{name}", lang)))
    except KeyError:
        return safe(name)


def size(count: int) -> str:
    """Bytes for people."""
    number, unit = float(count), 0
    while number >= 1000 and unit < len(UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.0f} {UNITS[unit]}" if unit == 0 or number >= 10 else f"{number:.1f} {UNITS[unit]}"


def _address(path: str) -> str:
    return safe(quote(path))


@cache
def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")

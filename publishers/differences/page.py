"""A difference as one HTML page: no network, no script, light and dark, every language in it.

Words and data are escaped, and a content security policy lets nothing run. Its size depends on columns and samples, not
on rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

from gongshu.publishers.differences.terminal import element, remarks, value
from gongshu.standards.messages import languages
from gongshu.validators.reports.pagewords import both, lists, safe, said, switch_style, tag

KINDS = ("added", "changed", "removed")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


def page(difference: Mapping[str, Any], lang: str) -> str:
    """The whole page, opening in `lang`."""
    return "".join(_pieces(difference, lang))


def _pieces(found: Mapping[str, Any], lang: str) -> Iterator[str]:
    spoken = sorted(languages(), key=lambda each: each != lang)
    style = files(__package__).joinpath("page.css").read_text("utf-8")
    style += switch_style(spoken, "background:#fff3;font-weight:600")
    versions = f"{found['from']['version']} → {found['to']['version']}"
    yield (
        f'<!DOCTYPE html>\n<html lang="{tag(lang)}"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{safe(found['title'])} {safe(versions)}</title>\n<style>{style}</style></head>\n<body>\n"
    )
    for each in spoken:
        checked = " checked" if each == lang else ""
        yield f'<input type="radio" name="lang" id="l-{each}"{checked}>'
    labels = "".join(f'<label for="l-{each}">{said_in("report.language", each)}</label>' for each in spoken)
    yield f'\n<header><nav class="langs">{labels}</nav>\n'
    yield f"<h1>{safe(found['title'])}</h1>\n<p>{safe(found['code'])}</p>\n<p>{_dates(found)}</p>\n"
    yield f"<p>{_seen_by(found['audience'])}</p></header>\n<main>\n"
    if not any((found["metadata"], *found["files"].values(), found["rows"])):
        yield f"<p>{said('difference.none')}</p>\n"
    yield from _metadata(found["metadata"])
    yield from _files(found["files"])
    for key, rows in found["rows"].items():
        yield from _rows(key, rows)
    yield "</main>\n</body></html>\n"


def _seen_by(audience: str) -> str:
    from gongshu.standards.messages import sentence

    def words(lang: str) -> str:
        who = sentence(f"audience.{audience}", {}, lang)
        return sentence("difference.seen-by", {"audience": who}, lang)

    return both(words)


def said_in(code: str, lang: str) -> str:
    """A sentence in one language."""
    from gongshu.standards.messages import sentence

    return safe(sentence(code, {}, lang))


def _dates(found: Mapping[str, Any]) -> str:
    old, new = found["from"], found["to"]
    return said("difference.versions", old=old["version"], new=new["version"], old_at=old["published_at"][:10],
                new_at=new["published_at"][:10])  # fmt: skip


def _heads(codes: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<th scope=col>{said(f'difference.{code}')}</th>" for code in codes) + "</tr>"


def _metadata(fields: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not fields:
        return
    yield f"<section><h2>{said('difference.metadata')}</h2>\n<div class=wide><table>"
    yield _heads(("field", "before", "after"))
    for each in fields:
        name = both(lambda lang, each=each: element(each["field"], lang))  # type: ignore[misc]  # bound now, not later
        yield f"<tr><th scope=row>{name}</th><td>{_old(value(each['before']))}</td>"
        yield f"<td>{_new(value(each['after']))}</td></tr>"
    yield "</table></div></section>\n"


def _files(found: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if not any(found.values()):
        return
    yield f"<section><h2>{said('difference.files')}</h2>\n<ul>"
    for kind, keys in found.items():
        if keys:
            yield f"<li>{said(f'plan.files-{kind}', keys=', '.join(keys))}</li>"
    yield "</ul></section>\n"


def _rows(key: str, found: Mapping[str, Any]) -> Iterator[str]:
    yield f"<section><h2>{said('difference.file', key=key)}</h2>\n<ul class=counts>"
    for kind in KINDS:
        yield f'<li class="k-{kind}"><b>{found[kind]:,}</b> {said(f"difference.kind-{kind}")}</li>'
    yield "</ul>\n"
    plain = {**found, "by_column": {}}
    yield "".join(f"<p class=remark>{line}</p>" for line in lists(lambda lang: remarks(plain, lang)))
    yield from _bars(found["by_column"], found["changed"])
    samples = found["samples"]
    if samples:
        every = sum(found[kind] for kind in KINDS)
        yield f"<p class=remark>{said('difference.shown', count=len(samples), all=every)}</p>\n"
    changed = [each for each in samples if each["kind"] == "changed"]
    if changed:
        yield from _changed(changed)
    for kind in ("added", "removed"):
        chosen = [each for each in samples if each["kind"] == kind]
        if chosen:
            yield from _whole(kind, chosen)
    yield "</section>\n"


def _bars(counts: Mapping[str, int], changed: int) -> Iterator[str]:
    if not counts:
        return
    yield f"<h3>{said('difference.columns-changed')}</h3>\n<table class=bars>"
    for name, count in counts.items():
        width = max(1, round(100 * count / max(changed, 1)))
        bar = f'<td><i style="width:{width}%"></i></td>'
        yield f"<tr><th scope=row>{safe(name)}</th>{bar}<td class=n>{count:,}</td></tr>"
    yield "</table>\n"


def _changed(samples: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield f"<h3 class=k-changed>{said('difference.kind-changed')}</h3>\n<div class=wide><table>"
    names = list(samples[0]["key"])
    yield "<tr>" + "".join(f"<th scope=col>{safe(name)}</th>" for name in names)
    yield _heads(("column", "before", "after")).removeprefix("<tr>")
    for each in samples:
        changes = each["changes"]
        for number, one in enumerate(changes):
            yield "<tr>"
            if not number:
                yield "".join(
                    f"<td class=key rowspan={len(changes)}>{_cell(text)}</td>" for text in each["key"].values()
                )
            yield f"<td>{safe(one['column'])}</td><td>{_old(one['before'])}</td><td>{_new(one['after'])}</td></tr>"
    yield "</table></div>\n"


def _whole(kind: str, samples: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield f"<h3 class=k-{kind}>{said(f'difference.kind-{kind}')}</h3>\n<div class=wide><table>"
    names = [*samples[0]["key"], *samples[0]["values"]]
    often = any("times" in each for each in samples)
    yield (
        "<tr>"
        + "".join(f"<th scope=col>{safe(name)}</th>" for name in names)
        + ("<th>×</th>" if often else "")
        + "</tr>"
    )
    for each in samples:
        texts = [*each["key"].values(), *each["values"].values()]
        count = f"<td class=n>{each.get('times', 1):,}</td>" if often else ""
        yield "<tr>" + "".join(f"<td>{_cell(text)}</td>" for text in texts) + f"{count}</tr>"
    yield "</table></div>\n"


def _cell(text: str | None) -> str:
    return "<span class=none>-</span>" if text is None else safe(text)


def _old(text: str | None) -> str:
    return f"<del>{_cell(text)}</del>"


def _new(text: str | None) -> str:
    return f"<ins>{_cell(text)}</ins>"

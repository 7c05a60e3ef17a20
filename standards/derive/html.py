"""The documentation page in HTML: one file, no script, nothing from elsewhere; readable on paper."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from gongshu.standards.derive import Derived, Options
from gongshu.standards.derive.document import Block, Grid, Heading, document
from gongshu.standards.model import Standard

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; margin: 2rem auto;
  max-width: 76rem; padding: 0 1rem; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.25rem; margin-top: 2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .875rem; }
th, td { border: 1px solid #8886; padding: .3rem .55rem; text-align: left; vertical-align: top; }
thead th { background: #8882; position: sticky; top: 0; }
td { overflow-wrap: anywhere; min-width: 3.5em; }
@media print { body { margin: 0; font-size: 11px; } thead { display: table-header-group; } }
"""


def derive(standard: Standard, registry: Registry, options: Options) -> Derived:
    """The page in UTF-8."""
    blocks, losses = document(standard, registry, options.lang)
    language = "zh-CN" if options.lang == "zh" else "en"
    title = escape(f"{standard.title.get(options.lang)} {standard.reference}")
    page = (
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(_write(block) for block in blocks)
        + "\n</main>\n</body>\n</html>\n"
    )
    return Derived(page.encode(), losses)


def _write(block: Block) -> str:
    if isinstance(block, Heading):
        return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
    if not isinstance(block, Grid):
        return f"<p>{escape(block.text)}</p>"
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in block.head)
    rows = "\n".join(f"<tr>{_cells(row, bool(block.head))}</tr>" for row in block.rows)
    body = f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>" if head else f"<tbody>\n{rows}\n</tbody>"
    return f'<div class="wide" tabindex="0"><table>\n{body}\n</table></div>'


def _cells(row: tuple[str, ...], headed: bool) -> str:
    first = "" if headed else f'<th scope="row">{escape(row[0])}</th>'
    return first + "".join(f"<td>{escape(text)}</td>" for text in (row if headed else row[1:]))

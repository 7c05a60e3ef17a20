"""Draws the pictures of the READMEs from what the command really prints: `python docs/pictures.py`."""

from __future__ import annotations

import io
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
NAMES = {"zh": "report.zh.svg", "en": "report.svg"}
WIDTH = 84


def report(lang: str, folder: Path) -> str:
    """What a data officer sees of the demo's damaged table."""
    sys.path.insert(0, str(ROOT / "demo"))
    import handed_in

    import gongshu
    from gongshu.validators.reports import terminal

    path = folder / "村级区划.csv"
    handed_in.write_csv(path, handed_in.damaged(handed_in.village_rows()))
    out = io.BytesIO()
    terminal.write(gongshu.validate(path, standard="division-12"), out, lang=lang, color=True, width=WIDTH)
    return f"$ gongshu validate {path.name} --standard division-12\n\n" + out.getvalue().decode("utf-8")


def svg(text: str) -> str:
    """The text as a picture that needs no network: fonts are the reader's own."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(text))
    drawn = console.export_svg(title="gongshu", theme=MONOKAI)
    drawn = re.sub(r' textLength="[^"]*"', "", drawn)  # counts characters, and would squeeze Chinese ones
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
    return drawn.replace("Fira Code", "ui-monospace, Menlo, Consolas, DejaVu Sans Mono")


def main() -> None:
    """Draw both pictures."""
    with tempfile.TemporaryDirectory() as folder:
        for lang, name in NAMES.items():
            (Path(__file__).parent / name).write_text(svg(report(lang, Path(folder))), encoding="utf-8")


if __name__ == "__main__":
    main()

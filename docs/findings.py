"""Writes `findings.md` and `findings.zh.md` out of the message catalogue: `python docs/findings.py [--check]`."""

from __future__ import annotations

import sys
from pathlib import Path

from gongshu.standards.messages import sentence
from gongshu.validators.explain import document, listing
from gongshu.validators.severities import DEFAULT

HERE = Path(__file__).parent
PAGES = {"en": "findings.md", "zh": "findings.zh.md"}
HEAD = {
    "en": """# Findings

Every code a report can hold, as `gongshu explain CODE` says it. Made by `python docs/findings.py`.
""",
    "zh": """# 问题代码

报告里可能出现的全部代码，与 `gongshu explain 代码` 所说相同。由 `python docs/findings.py` 生成。
""",
}
WORDS = {
    "en": {
        "error": "error",
        "warning": "warning",
        "info": "note",
        "severity": "Severity unless the standard or a profile says otherwise",
    },
    "zh": {"error": "错误", "warning": "警告", "info": "提示", "severity": "严重程度（标准或用途可另定）"},
}


def page(lang: str) -> str:
    """The whole page in one language."""
    words = WORDS[lang]
    group, lines = "", [HEAD[lang]]
    for code, title in listing(lang):
        if code.partition(".")[0] != group:
            group = code.partition(".")[0]
            lines.append(f"## {group}\n")
        about = document(code, lang)
        lines.append(f"### {code}\n")
        lines.append(f"**{title}**\n")
        severity = words.get(str(DEFAULT.get(code, "error")), "")
        lines.append(f"- {words['severity']}: {severity}" if lang == "en" else f"- {words['severity']}：{severity}")
        for part, label in (("explain", "why"), ("help", "how"), ("bad", "bad"), ("good", "good")):
            text = str(about[part]).replace("\n", " ")
            if text:
                text = f"`{text}`" if part in ("bad", "good") and "`" not in text else text
                lines.append(f"- {sentence(f'explain.{label}', {}, lang).strip()} {text}")
        reasons = about["reasons"]
        if isinstance(reasons, dict) and reasons:
            lines.append(f"- {sentence('explain.reasons', {}, lang).strip()}")
            lines += [f"  - `{name}` {text}" for name, text in reasons.items()]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Write both pages; with --check say whether they are what the catalogue says."""
    stale = []
    for lang, name in PAGES.items():
        path, text = HERE / name, page(lang)
        if "--check" in sys.argv[1:]:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            path.write_text(text, encoding="utf-8")
    if stale:
        print(f"stale: {', '.join(stale)}; run python docs/findings.py", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())

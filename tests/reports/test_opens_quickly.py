"""A page about a million findings opens at once in a real browser."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import pytest

from gongshu.validators.reports import write
from gongshu.validators.validation import validate

SCHEMA = {
    "fields": [
        {"name": "名称", "type": "string", "constraints": {"required": True}},
        {"name": "代码", "type": "integer"},
        {"name": "日期", "type": "date"},
        {"name": "数量", "type": "number"},
    ]
}
ROWS = 250_000
PATIENCE = 2.0  # seconds


@pytest.mark.slow
def test_a_million_findings_open_in_two_seconds(chromium: Any, tmp_path: Path) -> None:
    data = ("名称,代码,日期,数量\n" + ",x,y,z\n" * ROWS).encode()
    report = validate(data, standard=SCHEMA, samples=None)  # the page is as long as it ever gets
    assert sum(finding.count for finding in report.findings) >= 4 * ROWS
    out = io.BytesIO()
    write(report, out, form_name="html", lang="zh")
    path = tmp_path / "report.html"
    assert len(out.getvalue()) < 3_000_000
    path.write_bytes(out.getvalue())
    context = chromium.new_context()
    page = context.new_page()
    page.goto("about:blank")  # the browser itself is warm: what is timed is the page
    start = time.perf_counter()
    page.goto(path.as_uri(), wait_until="load")
    page.locator("body").inner_text()
    seconds = time.perf_counter() - start
    context.close()
    assert seconds < PATIENCE

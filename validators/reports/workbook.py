"""The report as a workbook: the user's own XLSX with marks in it; of any other format a new workbook.

Of several files it is one new workbook that ranks them and lists what is wrong.

The copy of the user's own cells shows what they hold; comments and the summary sheet are masked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

from gongshu.standards.faults import UsageFault
from gongshu.validators.inputs import identity
from gongshu.validators.readers.content import open_content, spooled
from gongshu.validators.report import Report


def write(report: Report, out: BinaryIO, *, lang: str, sources: Sequence[Any] = (), **_: Any) -> None:
    """XLSX; `sources` are the files that the report speaks of. Raises `UsageFault` without them, or if they changed."""
    from gongshu.validators.workbooks.fresh import write_fresh
    from gongshu.validators.workbooks.marked import mark
    from gongshu.validators.workbooks.overview import write_overview
    from gongshu.validators.workbooks.package import Unpatchable

    if len(report.files) != 1:
        write_overview(report, out, lang)
        return
    (file,) = report.files
    if len(sources) != 1:
        raise UsageFault("usage.form-source", form="xlsx", name=file.name)
    if file.sha256 is not None and identity(sources[0])[1] != file.sha256:
        raise UsageFault("usage.form-changed", name=file.name)
    if file.format == "xlsx" and file.sheet is not None:
        content = open_content(sources[0], file.name)
        try:
            with spooled() as made:
                mark(content.stream, made, file, report, lang)
                made.seek(0)
                while piece := made.read(1 << 20):
                    out.write(piece)
        except Unpatchable:
            write_fresh(sources[0], out, file, report, lang, own=True)
        finally:
            content.close()
        return
    write_fresh(sources[0], out, file, report, lang)

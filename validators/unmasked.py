"""Personal values that stand there whole although the file is to be published as it is: `privacy.unmasked`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from gongshu.standards.model import Table
from gongshu.validators.conditions import surely_false
from gongshu.validators.fault import Detail, Fault
from gongshu.validators.headers import Severities
from gongshu.validators.masking import HIDDEN

if TYPE_CHECKING:
    from gongshu.standards.codelists import CodeTable
    from gongshu.validators.column import Judged
    from gongshu.validators.plan import Check


def unmasked(table: Table, severity: Severities, codes: Callable[[str], CodeTable], today: date) -> Check | None:
    """The check that personal columns hold masked values only (an asterisk in each); None where none is personal.

    A mask with a condition is due wherever the condition is not surely false.
    """
    level = severity("privacy.unmasked", None, "error")
    masks = {
        each.name: each.privacy.mask or "withhold"
        for each in table.fields
        if each.privacy.category != "none" or each.privacy.mask is not None
    }
    if level is None or not masks:
        return None
    clear = {
        each.name: surely_false(each.privacy.when, table, codes, today)
        for each in table.fields
        if each.name in masks and each.privacy.when
    }

    def check(judged: Mapping[str, Judged], rows: int) -> Iterable[Fault]:
        for name, mask in masks.items():
            if name not in judged:
                continue
            text = judged[name].text
            filled = np.asarray(pc.greater(pc.binary_length(pc.utf8_trim_whitespace(text)), 0))
            hidden = np.asarray(pc.match_substring(text, HIDDEN))
            due = filled & ~hidden
            if name in clear and due.any():
                due &= ~clear[name](judged, rows)
            at = np.flatnonzero(due)
            if len(at):
                yield Fault(
                    "privacy.unmasked",
                    level,
                    (name,),
                    at,
                    lambda row, text=text: Detail(text[row].as_py()),  # type: ignore[misc]  # bound now, not later
                    params={"mask": mask},
                )

    return check

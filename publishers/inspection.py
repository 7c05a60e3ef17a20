"""What each audience would get of a file, looked at for numbers of persons before anything leaves.

The reading that validates a file serves for this too. A file that was not validated here, because a trusted receipt
stands in for that, is read once more only where the receipt tells of findings: what it calls clean is looked at when
it is published, every cell of it, and stays where it is when something is found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gongshu.publishers.conversion import Stream, Subject, View
from gongshu.standards.faults import Fault

if TYPE_CHECKING:
    from gongshu.publishers.projection import Projection
    from gongshu.validators.engine import BatchVerdict
    from gongshu.validators.plan import Plan
    from gongshu.validators.receipt import Receipt


class Inspection:
    """The look at one file through several projections; what they withhold as a whole is not looked at."""

    def __init__(self, subject: Subject, projections: Sequence[Projection]) -> None:
        self._subject = subject
        self._projections = [each for each in projections if not each.withheld]
        self._fault: Fault | None = None
        self._views: list[View] | None = None

    def watch(self, plan: Plan) -> Callable[[BatchVerdict], None]:
        """To be shown every batch of the file by the validation of it."""
        views: list[View] = []
        try:
            for each in self._projections:
                views.append(View(plan, each, self._subject))
                views[-1].refuse_nothing()
        except Fault as fault:
            self._fault = fault
        self._views = views

        def seen(verdict: BatchVerdict) -> None:
            try:
                for view in views if self._fault is None else ():
                    view.batch(verdict)
            except Fault as fault:
                self._fault = fault

        return seen

    def fault(self) -> Fault | None:
        """What keeps the file back, after a validation that was watched, or else after a reading of its own."""
        try:
            if self._fault is None and self._views is None:
                for each in self._projections:
                    for _ in Stream(self._subject, each).batches():
                        pass
            for view in (self._views or ()) if self._fault is None else ():
                view.refuse_exposure()
        except Fault as fault:
            self._fault = fault
        return self._fault


def clean(receipt: Receipt, sha256: str) -> bool:
    """Whether the receipt tells of no finding at all, not even of a column that the standard lacks."""
    counts = [each.get("counts") for each in receipt.statement.get("files") or () if each.get("sha256") == sha256]
    return bool(counts) and all(isinstance(each, Mapping) and set(each.values()) == {0} for each in counts)


def place_told(receipt: Receipt | None, sha256: str) -> Mapping[str, Any]:
    """How the file of that hash was read when it was judged: its format, delimiter, line of the header."""
    from gongshu.standards.edition import VERSION

    said = receipt.statement if receipt is not None else {}
    if (said.get("engine") or {}).get("version") != VERSION:  # another version may count otherwise
        return {}
    files = (said.get("inputs") or {}).get("files") or ()
    return next((each for each in files if isinstance(each, Mapping) and each.get("sha256") == sha256), {})

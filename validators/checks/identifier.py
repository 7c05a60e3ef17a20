"""The text breaks the rule of its identifier."""

from __future__ import annotations

CODE = "cell.identifier"

# With these reasons the parts of the identifier still stand where they belong, so rules may look at them.
WHOLE = frozenset({"check-digit", "region", "organisation-code"})

"""What changed from one version of a standard to the next, and which semver step that is.

Two people are asked about every change. The *sender* hands in data: a change breaks for him when data that conformed
may not conform any more. The *consumer* reads them: a change breaks for him when something he could rely on is gone or
means something else (a field, its type, its unit, a key, what he may see). A change that breaks for either is
`breaking`. Wider value sets (one more code, a longer text, an optional field, a rule less) leave old data right and old
readers reading: `compatible`, though the consumer is named as affected. Words alone are `cosmetic`.
"""

from __future__ import annotations

from gongshu.standards.versions.change import Change, Level, due, step
from gongshu.standards.versions.comparing import diff

__all__ = ["Change", "Level", "diff", "due", "step"]

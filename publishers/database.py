"""What SQLite says went wrong with a catalogue's database, in words that tell what to do."""

from __future__ import annotations

import errno

from gongshu.standards.faults import PublishFault

# what SQLite's sentence holds -> code
WORDS = (
    ("full", "catalogue.full"),
    ("readonly", "catalogue.read-only"),
    ("locked", "catalogue.busy"),
    ("malformed", "catalogue.malformed"),
    ("not a database", "catalogue.malformed"),
    ("no such table", "catalogue.malformed"),
    ("no such column", "catalogue.malformed"),
    ("disk i/o", "catalogue.full"),
)

SYSTEM = {
    errno.ENOSPC: "catalogue.full",
    errno.EDQUOT: "catalogue.full",
    errno.EACCES: "catalogue.read-only",
    errno.EROFS: "catalogue.read-only",
    errno.EEXIST: "catalogue.no-folder",
    errno.ENOTDIR: "catalogue.no-folder",
}


def told(error: Exception, path: str) -> PublishFault:
    """The fault that an administrator can act on."""
    if isinstance(error, OSError):
        code = SYSTEM.get(error.errno or 0, "catalogue.unreadable")
        return PublishFault(code, path=path, detail=error.strerror or type(error).__name__)
    text = str(error).lower()
    code = next((code for word, code in WORDS if word in text), "catalogue.unreadable")
    return PublishFault(code, path=path, detail=str(error))

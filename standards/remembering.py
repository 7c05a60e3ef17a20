"""Compiled forms of packs that have none beside them, kept between processes in the user's cache folder.

A pack somebody writes has only its sources; reading those needs YAML, jsonschema and sqlglot (0.15 s). What came of it
is kept under the hash of the pack's folder and of this room's own code, and used again while the sources are the same
bytes. The cache is never needed: a folder that cannot be read or written changes nothing but the time.
"""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from gongshu.standards.compiling import Compiled, compiled_file, text_of_form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gongshu.standards.model import Standard


def cache_folder(setting: str) -> Path | None:
    """Where compiled forms are kept: the setting, else the platform's own place; None for `no`."""
    if setting:
        return None if setting == "no" else Path(setting)
    with suppress(RuntimeError):  # a user without a home
        if sys.platform == "win32":
            return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "gongshu" / "cache"
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / "gongshu"
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gongshu"
    return None


def recall(cache: Path, folder: Path) -> Compiled | None:
    """What was kept of the pack in `folder`; None where there is nothing or the pack has changed since."""
    return compiled_file(_place(cache, folder), folder)


def remember(cache: Path, folder: Path, standard: Standard, lists: Mapping[str, str | None]) -> None:
    """Keep the compiled form of a pack. `lists`: reference to file hash of each code list it was sealed with."""
    place = _place(cache, folder)
    partial = place.with_name(f"{place.name}.{os.getpid()}")
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_text(text_of_form(standard, folder, lists), encoding="utf-8")
            partial.replace(place)
        finally:
            partial.unlink(missing_ok=True)


def _place(cache: Path, folder: Path) -> Path:
    key = hashlib.sha256(f"{folder.resolve()}\n{_code()}".encode("utf-8", "surrogateescape"))
    return cache / "standards" / f"{key.hexdigest()[:32]}.json"


@cache
def _code() -> str:
    """What tells one state of this room's code from another: names, sizes and times of its modules."""
    found = []
    for each in (Path(__file__).parent, Path(__file__).parent / "expressions"):
        with os.scandir(each) as entries:
            for entry in entries:
                if entry.name.endswith((".py", ".schema.json")):
                    state = entry.stat()
                    found.append(f"{entry.name} {state.st_size} {state.st_mtime_ns}")
    return "\n".join(sorted(found))

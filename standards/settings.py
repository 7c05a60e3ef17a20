"""Settings: a flag beats the environment, that beats a `gongshu.toml` found upwards, and the file beats the default."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongshu.standards.faults import UsageFault

DEFAULTS: Mapping[str, str] = {
    "cache": "",  # folder for what only saves time; empty: the platform's own, `no`: none
    "catalogue": "",  # where `search`, `show` and `get` look when nothing is said
    "lang": "",  # empty: the locale decides
    "profile": "",
    "standards": "",  # folders, separated as in PATH
    "timezone": "Asia/Shanghai",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One value and who set it: `flag`, `environment`, a file's path, or `default`."""

    value: str
    origin: str


def find_file(start: Path | None = None) -> Path | None:
    """The nearest `gongshu.toml` in `start` (default: the working directory) or a folder above it."""
    here = (start or Path.cwd()).resolve()
    return next((file for folder in (here, *here.parents) if (file := folder / "gongshu.toml").is_file()), None)


def read(file: Path) -> dict[str, Any]:
    """The settings of one file. Raises `UsageFault` where it is not TOML or names a setting that does not exist."""
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageFault("usage.settings-file", file=file.name, detail=str(error)) from error
    unknown = sorted(set(found) - set(DEFAULTS))
    if unknown:
        raise UsageFault("usage.settings-key", file=file.name, key=unknown[0], known=", ".join(DEFAULTS))
    return found


def setting(name: str, flag: str | None = None, *, start: Path | None = None) -> Setting:
    """The value of one setting, by the order of precedence."""
    if flag:
        return Setting(flag, "flag")
    from_environment = os.environ.get(f"GONGSHU_{name.upper()}")
    if from_environment:
        return Setting(from_environment, "environment")
    file = find_file(start)
    found = read(file).get(name) if file else None
    if file and found is not None:
        if isinstance(found, list):  # folders may be written as a list; relative ones are the file's
            return Setting(os.pathsep.join(str(file.parent / str(each)) for each in found), str(file))
        return Setting(str(found), str(file))
    return Setting(DEFAULTS[name], "default")

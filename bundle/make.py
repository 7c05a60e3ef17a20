"""`make bundle`: an offline folder for each platform, for desks without Python skills and without a network.

In it: every wheel, pinned by hash; an installer; `validate` to drop files on; `page` for the local page; how to use it.
Python itself is not in it: the installer says which one it needs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
CONSTRAINTS = ROOT / "constraints.txt"
PYTHON = "3.11"
SOURCE_ONLY = ("docopt",)  # what exists only as source is built here; all of these are pure Python
PARTS = ("standards", "validators", "publishers", "catalogue")
FILES = ("__init__.py", "cli.py", "py.typed", "pyproject.toml", "README.md", "LICENSE")


@dataclass(frozen=True, slots=True)
class Platform:
    """One kind of machine: pip's names of it, and what markers of requirements see on it."""

    tags: tuple[str, ...]
    markers: dict[str, str]
    scripts: str  # which installer


def _linux(machine: str) -> Platform:
    tags = tuple(f"manylinux_2_{minor}_{machine}" for minor in range(28, 16, -1))
    markers = {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": machine}
    return Platform((*tags, f"manylinux2014_{machine}"), markers, "unix")


PLATFORMS: dict[str, Platform] = {
    "linux-arm64": _linux("aarch64"),
    "linux-x86_64": _linux("x86_64"),
    "macos-arm64": Platform(
        ("macosx_14_0_arm64",),
        {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
        "unix",
    ),
    "windows-amd64": Platform(
        ("win_amd64",),
        {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
        "windows",
    ),
}


class Unresolved(Exception):
    """The resolver found no set of wheels; the text is its own."""


def pip(*words: str) -> subprocess.CompletedProcess[str]:
    """Run pip of this Python."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def checked(*words: str) -> None:
    """Run pip, and stop where it fails."""
    done = pip(*words)
    if done.returncode:
        raise Unresolved(done.stderr[-2000:])


def dependencies() -> list[str]:
    """What the product needs, as pyproject.toml says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return list(project["dependencies"])


def pinned(name: str) -> str:
    """`name==version` of the constraints."""
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if canonicalize_name(line.partition("==")[0]) == canonicalize_name(name))


def target(platform: Platform, python: str) -> list[str]:
    """The words that make pip choose for another machine."""
    tags = [word for tag in platform.tags for word in ("--platform", tag)]
    return ["--only-binary=:all:", *tags, "--python-version", python, "--implementation", "cp"]


def build_source_only(folder: Path) -> None:
    """The wheels of what exists only as source are in `folder`."""
    wanted = [pinned(name) for name in SOURCE_ONLY]
    checked("wheel", "--quiet", "--no-deps", "-w", str(folder), *wanted)


def resolve(platform: Platform, links: Path, python: str = PYTHON) -> dict[str, str]:
    """Name and version of every wheel that the platform needs. Raises `Unresolved` where one has none.

    pip follows the markers of the machine it runs on; what only the other machine asks for (colorama on Windows) is
    found by its own markers and added, until nothing is missing.
    """
    wanted = dependencies()
    while True:
        items = _report(platform, links, wanted, python)
        found = {canonicalize_name(each["name"]): str(each["version"]) for each in items}
        more = [each for each in _asked(items, platform, python) if canonicalize_name(each.name) not in found]
        if not more:
            return dict(sorted(found.items()))
        wanted += [f"{each.name}{each.specifier}" for each in more]


def _report(platform: Platform, links: Path, wanted: Sequence[str], python: str) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as nowhere:
        words = ["install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-", "--target", nowhere]
        words += [*target(platform, python), "--find-links", str(links), "-c", str(CONSTRAINTS), *wanted]
        done = pip(*words)
    if done.returncode:
        raise Unresolved(done.stderr[-2000:])
    return [each["metadata"] for each in json.loads(done.stdout)["install"]]


def _asked(items: Iterable[dict[str, Any]], platform: Platform, python: str) -> Iterable[Requirement]:
    environment = {**platform.markers, "python_version": python, "python_full_version": f"{python}.9", "extra": ""}
    for item in items:
        for text in item.get("requires_dist", ()):
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate(environment):
                yield requirement


def without_wheel(platform: Platform, wanted: dict[str, str], python: str = PYTHON) -> list[str]:
    """Of these versions those that have no wheel for the platform, asked one by one."""
    lacking = []
    for name, version in wanted.items():
        with tempfile.TemporaryDirectory() as nowhere:
            words = ["install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps", "--target", nowhere]
            if pip(*words, *target(platform, python), f"{name}=={version}").returncode:
                lacking.append(name)
    return lacking


# --- the folder --------------------------------------------------------------------------------------------------


def build_own(folder: Path) -> None:
    """The wheel of the product itself is in `folder`; built of a copy, so that the tree stays clean."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for part in PARTS:
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
        for file in FILES:
            shutil.copy(ROOT / file, copy / file)
        checked("wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(folder), str(copy))


def fill(out: Path, name: str, links: Path, own: Path, python: str) -> Path:
    """The folder of one platform under `out`, and the same as a zip beside it."""
    platform = PLATFORMS[name]
    (wheel,) = own.glob("gongshu-*.whl")
    folder = out / f"gongshu-{wheel.name.split('-')[1]}-{name}"
    shutil.rmtree(folder, ignore_errors=True)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    exact = [f"{each}=={version}" for each, version in resolve(platform, links, python).items()]
    words = ["download", "--quiet", "--no-deps", "-d", str(wheels), "--find-links", str(links)]
    checked(*words, *target(platform, python), *exact)
    shutil.copy(wheel, wheels)
    (folder / "requirements.txt").write_text("".join(pins(wheels)), encoding="utf-8")
    for file in sorted((HERE / "desk").iterdir()):
        if file.is_file():
            _copy(file, folder / file.name, python)
    for file in sorted((HERE / "desk" / platform.scripts).iterdir()):
        _copy(file, folder / file.name, python)
    shutil.make_archive(str(folder), "zip", out, folder.name)
    return folder


def pins(wheels: Path) -> Iterable[str]:
    """A line for each wheel: exactly this version, exactly these bytes."""
    for wheel in sorted(wheels.glob("*.whl")):
        name, version = wheel.name.split("-")[:2]
        yield f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


def _copy(file: Path, to: Path, python: str) -> None:
    """Copy a script with the version of Python in it; Windows reads its own line ends only."""
    text = file.read_text(encoding="utf-8").replace("@PYTHON@", python)
    crlf = file.suffix in (".bat", ".txt")
    to.write_bytes(
        (text.replace("\n", "\r\n") if crlf else text).encode("utf-8-sig" if file.suffix == ".txt" else "utf-8")
    )
    if file.suffix == ".sh":
        to.chmod(0o755)


def main() -> int:
    """Build the folders asked for; say which wheels are missing where that cannot be done."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("platforms", nargs="*", metavar="PLATFORM", help=", ".join(PLATFORMS))
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--python", default=PYTHON, help="version of Python on the desks")
    asked = parser.parse_args()
    strange = sorted(set(asked.platforms) - set(PLATFORMS))
    if strange:
        parser.error(f"no such platform: {', '.join(strange)}; there are {', '.join(PLATFORMS)}")
    with tempfile.TemporaryDirectory() as name:
        links, own = Path(name, "links"), Path(name, "own")
        try:
            build_source_only(links)
            build_own(own)
            for platform in asked.platforms or PLATFORMS:
                folder = fill(asked.out, platform, links, own, asked.python)
                size = sum(each.stat().st_size for each in folder.rglob("*") if each.is_file())
                print(f"{folder}  {len(list(folder.glob('wheels/*')))} wheels, {size >> 20} MB")
        except Unresolved as fault:
            print(f"{fault}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

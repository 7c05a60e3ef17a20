"""Packs as `compiled.json` beside their `standard.yaml`: the model as JSON, rules parsed, so that reading one needs
neither YAML nor sqlglot nor jsonschema.

`python -m gongshu.standards.compiling` refreshes all built-in packs; `--check` fails where one is stale.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongshu.standards.codelists import content_hash, trusted_codes
from gongshu.standards.model import Kind, Standard
from gongshu.standards.plainform import plain, revive

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

FORM = 1  # raised when the model or the form of rule trees changes, so that older files are passed over
STANDARD_FILE = "standard.yaml"
CODES_FILE = "codes.csv"
COMPILED_FILE = "compiled.json"


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a fresh `compiled.json` holds. `lists`: reference to file hash of each list it was sealed with."""

    data: Mapping[str, Any]
    fingerprint: str
    lists: Mapping[str, str]
    codes: str | None = None

    def standard(self) -> Standard:
        """The standard, without fingerprint and codes."""
        return revive(Standard, self.data)


def file_hash(path: Path) -> str | None:
    """SHA-256 (hex) of a file's bytes; None where there is no such file."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def compiled(folder: Path) -> Compiled | None:
    """The compiled form in a pack's folder; None where there is none or its sources have changed since."""
    return compiled_file(folder / COMPILED_FILE, folder)


def compiled_file(file: Path, folder: Path) -> Compiled | None:
    """The compiled form in `file` of the pack in `folder`; None where it is none or the sources have changed since."""
    try:
        found = json.loads(file.read_bytes())
        fresh = found["form"] == FORM and found["source"] == file_hash(folder / STANDARD_FILE)
        if not fresh or found["codes"] != file_hash(folder / CODES_FILE):
            return None
        return Compiled(found["standard"], found["fingerprint"], found["lists"], found["codes"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def ready(folder: Path, form: Compiled) -> Standard:
    """The standard of a fresh compiled form, with its codes; a table's fingerprint is still the registry's to judge."""
    standard = form.standard()
    if standard.kind is not Kind.CODELIST:
        return replace(standard, origin=str(folder / STANDARD_FILE))
    codes = trusted_codes((folder / CODES_FILE).read_text(encoding="utf-8-sig"))
    return replace(standard, codes=codes, fingerprint=form.fingerprint, origin=str(folder / STANDARD_FILE))


def compile_pack(folder: Path, registry: Registry) -> str:
    """The text of the `compiled.json` that belongs into a folder. Raises `StandardFaults` where the pack is wrong."""
    standard = registry.sealed(folder, fresh=True)
    return text_of_form(standard, folder, registry.list_hashes(standard))


def text_of_form(standard: Standard, folder: Path, lists: Mapping[str, str | None]) -> str:
    """A sealed standard as the text of a compiled form. `lists`: reference to file hash of each code list it uses."""
    form = plain(standard)
    for name in ("codes", "origin", "fingerprint"):
        form.pop(name, None)
    value = {
        "form": FORM,
        "source": file_hash(folder / STANDARD_FILE),
        "codes": file_hash(folder / CODES_FILE) if standard.kind is Kind.CODELIST else None,
        "content": content_hash(standard.codes) if standard.codes is not None else None,
        "lists": lists,
        "fingerprint": standard.fingerprint,
        "standard": form,
    }
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def refresh(*, check: bool = False) -> tuple[list[Path], list[Path]]:
    """All built-in packs, and those whose `compiled.json` was stale; they are rewritten unless `check`."""
    from gongshu.standards.registry import Registry, packs

    registry = Registry(installed=False)
    folders = sorted(each.parent for each in packs().glob(f"*/*/{STANDARD_FILE}"))
    stale = []
    for folder in folders:
        text = compile_pack(folder, registry)
        target = folder / COMPILED_FILE
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            stale.append(folder)
            if not check:
                partial = target.with_suffix(".partial")
                partial.write_text(text, encoding="utf-8")
                partial.replace(target)
    return folders, stale


def main(arguments: Sequence[str]) -> int:
    """Refresh, or with `--check` say what is stale; 1 where something is."""
    from gongshu.standards.faults import StandardFault, StandardFaults
    from gongshu.standards.messages import language, sentence

    check = "--check" in arguments
    lang = language()
    try:
        folders, stale = refresh(check=check)
    except (StandardFault, StandardFaults) as fault:
        print(fault, file=sys.stderr)
        return 3
    if check:
        for folder in stale:
            print(sentence("standards.stale", {"name": f"{folder.parent.name}@{folder.name}"}, lang), file=sys.stderr)
        return 1 if stale else 0
    print(sentence("standards.compiled", {"count": len(folders)}, lang))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

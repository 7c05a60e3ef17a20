"""A draft as a pack: the text of its `standard.yaml`, with comments, written as a whole or not at all."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from gongshu.standards.compiling import STANDARD_FILE
from gongshu.standards.faults import UsageFault
from gongshu.standards.headers import normal
from gongshu.standards.importing.draft import Draft, Drafted, Note
from gongshu.standards.messages import sentence
from gongshu.standards.model import Constraints, Field, ForeignKey, HeaderPolicy, Text

WIDTH = 110
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?\Z")


class Number(str):
    """A number that keeps its spelling."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        """The format knows no anchors."""
        return True


def _numbered(dumper: yaml.SafeDumper, value: Number) -> yaml.Node:
    tag = "float" if "." in value else "int"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{tag}", str(value))


_Dumper.add_representer(Number, _numbered)


def render(draft: Draft, lang: str) -> str:
    """The text of the pack; comments in `lang`."""
    made = (Note("draft.head", {"source": draft.source}),) if draft.source else ()
    lines: list[str] = [*_comments((*made, *draft.notes), lang, "")]
    head: dict[str, Any] = {"id": draft.id, "version": draft.version, "kind": "table"}
    head["title"] = _text(draft.title) or draft.id
    if _text(draft.description):
        head["description"] = _text(draft.description)
    head["status"] = "draft"
    if draft.source:
        head["basis"] = [{"title": draft.source, "confidence": "low"}]
    if draft.header is not None and draft.header != HeaderPolicy():
        head["header"] = _header(draft.header)
    if draft.missing_values is not None and draft.missing_values != ("",):
        head["missingValues"] = list(draft.missing_values)
    lines.extend(_dump(head))
    lines.append("fields:")
    titles = _clashing([each.field for each in draft.fields])
    for each in draft.fields:
        lines.extend(_field(each, lang, titles))
    lines.extend(_dump(_tail(draft)))
    return "\n".join(lines) + "\n"


def _comments(notes: Sequence[Note], lang: str, indent: str) -> Iterator[str]:
    for each in notes:
        for line in sentence(each.code, each.params, lang).splitlines():
            yield f"{indent}# {_printable(line)}"


def _printable(text: str) -> str:
    """A comment on one line: what is no sign to read is left out."""
    return "".join(sign for sign in text if sign.isprintable())[:400]


def _dump(value: Mapping[str, Any]) -> list[str]:
    if not value:
        return []
    text = yaml.dump(
        dict(value), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=WIDTH, default_flow_style=None
    )
    return text.splitlines()


def _field(each: Drafted, lang: str, clashing: frozenset[str]) -> Iterator[str]:
    yield from _comments(each.notes, lang, "  ")
    lines = _dump(words(each.field, clashing))
    yield f"  - {lines[0]}"
    yield from (f"    {line}" if line else "" for line in lines[1:])


def _clashing(fields: Sequence[Field]) -> frozenset[str]:
    """Titles, in normal form, that would fit two columns; they go to the description."""
    owners: dict[str, set[str]] = {}
    for each in fields:
        for name in {normal(each.title.zh), normal(each.title.en)} - {""}:
            owners.setdefault(name, set()).add(each.name)
    return frozenset(name for name, held in owners.items() if len(held) > 1)


def words(each: Field, clashing: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A field in the words of the format, without what is default."""
    made: dict[str, Any] = {"name": each.name}
    title, description = each.title, each.description
    if {normal(title.zh), normal(title.en)} & clashing:
        spare = title.zh or title.en
        description = description if description.zh or description.en else Text(zh=spare)
        title = Text()
    for name, text in (("title", title), ("description", description)):
        if _text(text):
            made[name] = _text(text)
    if each.aliases:
        made["aliases"] = list(each.aliases)
    made["type"] = each.type
    if each.format.read:
        made["format"] = {"write": each.format.write, "read": list(each.format.read)}
    elif each.format.write:
        made["format"] = each.format.write
    limits = _limits(each.constraints)
    if limits:
        made["constraints"] = limits
    if each.identifier is not None:
        options = dict(each.identifier.options)
        made["identifier"] = {"name": each.identifier.name, **options} if options else each.identifier.name
    if each.codelist is not None:
        use = {"list": str(each.codelist.list), "by": each.codelist.by}
        made["codelist"] = use if each.codelist.by != "code" else use["list"]
    for name in ("precision", "scale"):
        if getattr(each, name) is not None:
            made[name] = getattr(each, name)
    spelled = {"decimalChar": (each.decimal_char, "."), "groupChar": (each.group_char, None)}
    made |= {name: held for name, (held, default) in spelled.items() if held != default}
    if not each.bare_number:
        made["bareNumber"] = False
    for name, many in (("trueValues", each.true_values), ("falseValues", each.false_values)):
        if many:
            made[name] = list(many)
    if each.missing_values is not None:
        made["missingValues"] = list(each.missing_values)
    for name, held in (
        ("unit", each.unit),
        ("example", each.example),
        ("sharing", each.sharing),
        ("opening", each.opening),
    ):
        if held:
            made[name] = held
    if each.privacy.category != "none":
        pair = {"category": each.privacy.category, "mask": each.privacy.mask}
        made["privacy"] = pair if each.privacy.mask else each.privacy.category
    return made


def _limits(held: Constraints) -> dict[str, Any]:
    made: dict[str, Any] = {name: True for name in ("required", "unique") if getattr(held, name)}
    bounds = {
        "minLength": held.min_length,
        "maxLength": held.max_length,
        "pattern": held.pattern,
        "minimum": _number(held.minimum),
        "maximum": _number(held.maximum),
        "exclusiveMinimum": _number(held.exclusive_minimum),
        "exclusiveMaximum": _number(held.exclusive_maximum),
    }
    made |= {name: value for name, value in bounds.items() if value is not None}
    if held.enum is not None:
        made["enum"] = list(held.enum)
    return made


def _number(text: str | None) -> str | None:
    return Number(text) if text is not None and _NUMBER.match(text) else text


def _text(text: Text) -> Any:
    """`{zh, en}`, or the plain words where there is one language only."""
    if text.zh and text.en:
        return {"zh": text.zh, "en": text.en}
    return {"en": text.en} if text.en else text.zh


def _header(policy: HeaderPolicy) -> dict[str, Any]:
    default = HeaderPolicy()
    made: dict[str, Any] = {}
    for name in ("match", "extra", "missing", "missing_optional", "order"):
        held = getattr(policy, name)
        if held != getattr(default, name):
            made[name] = list(held) if isinstance(held, tuple) else held
    return made


def _tail(draft: Draft) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if draft.primary_key:
        made["primaryKey"] = list(draft.primary_key)
    if draft.unique_keys:
        made["uniqueKeys"] = [list(each) for each in draft.unique_keys]
    if draft.foreign_keys:
        made["foreignKeys"] = [_foreign(each) for each in draft.foreign_keys]
    if draft.rules:
        rules = []
        for each in draft.rules:
            rule: dict[str, Any] = {"id": each.id, "check": each.check}
            rules.append({**rule, "message": _text(each.message)} if _text(each.message) else rule)
        made["rules"] = rules
    return made


def _foreign(each: ForeignKey) -> dict[str, Any]:
    reference: dict[str, Any] = {"resource": each.resource or "self", "fields": list(each.reference_fields)}
    return {"fields": list(each.fields), "reference": reference}


def write(drafts: Sequence[Draft], folder: Path, lang: str) -> list[Path]:
    """Write each draft as `<folder>/<id>/<version>/standard.yaml`; nothing where one of them is there already."""
    targets = [folder / each.id / each.version for each in drafts]
    for target in targets:
        if target.exists():
            raise UsageFault("usage.pack-exists", file=str(target))
    texts = [render(each, lang) for each in drafts]
    placed: list[Path] = []
    try:
        for text, target in zip(texts, targets):
            _placed(text, target)
            placed.append(target)
    except OSError as error:
        for target in placed:  # all of them or none
            shutil.rmtree(target, ignore_errors=True)
        raise UsageFault("usage.output-standard", file=str(folder), detail=error.strerror or str(error)) from None
    return [target / STANDARD_FILE for target in targets]


def _placed(text: str, target: Path) -> None:
    """The folder appears under its name only when it is complete, and never in the place of another."""
    target.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix=".draft-", dir=target.parent))
    try:
        making.chmod(0o755)
        with (making / STANDARD_FILE).open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        if target.exists():  # somebody else was faster
            raise UsageFault("usage.pack-exists", file=str(target))  # noqa: TRY301 - one place cleans up
        making.rename(target)
    except BaseException:
        shutil.rmtree(making, ignore_errors=True)
        raise

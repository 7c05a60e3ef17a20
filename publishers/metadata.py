"""Whether a dataset's metadata are complete under the 编制指南 (发改高技〔2017〕1272 号) core metadata."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from gongshu.standards.faults import PublishFault

_CELL = re.compile(r"![A-Z]+[0-9]+\Z")
SHARED_NOT, SHARED_CONDITIONALLY, SHARED_FREELY = "3", "2", "1"
OPEN_FREELY = "1"
SHARING = {
    "zh": {"1": "无条件共享", "2": "有条件共享", "3": "不予共享"},
    "en": {"1": "unconditional", "2": "conditional", "3": "none"},
}
OPENING = {
    "zh": {"1": "无条件开放", "2": "有条件开放", "3": "不予开放"},
    "en": {"1": "unconditional", "2": "conditional", "3": "none"},
}


@cache
def profile() -> Mapping[str, Any]:
    """The profile as JSON Schema; `x-zh` and `x-en` are the names of its elements."""
    loaded: Mapping[str, Any] = json.loads(files(__package__).joinpath("metadata.schema.json").read_text("utf-8"))
    return loaded


def elements() -> tuple[str, ...]:
    """The JSON names of the elements that a manifest may give, in the order of the guide."""
    return tuple(profile()["properties"])


def ordered(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata in the order of the guide; what a further profile asked for stands behind, by name."""
    core = {name: metadata[name] for name in elements() if name in metadata}
    return core | {name: metadata[name] for name in sorted(set(metadata) - set(core))}


def faults(
    metadata: Mapping[str, Any],
    places: Mapping[str, str] | None = None,
    also: tuple[str, ...] = (),
    absent: tuple[str, ...] = (),
) -> list[PublishFault]:
    """Everything that is missing or wrong, by element; empty when the metadata conform.

    `places`: where each element stands in the manifest ('' = the dataset itself), for the words of a fault. `also`:
    elements of a further profile, which are judged by `profiles.py`. `absent`: elements that the workbook has no column
    for, so that there is none to fill in.
    """
    found = _faults({name: each for name, each in metadata.items() if name not in also or name in elements()})
    for fault in found:
        key = str(fault.params["key"])
        fault.params["place"] = place_of(key, places or {})
        if fault.code == "metadata.element-missing" and {key, f"{key}.type"} & set(absent):
            fault.code = "metadata.column-missing"
    return found


def place_of(key: str, places: Mapping[str, str]) -> str:
    """Where an element is to be mended: its cell; else its line, or that of the dataset, and its name."""
    first = _first(key)
    at = places.get(key) or places.get(first) or places.get("", "")
    return at if _CELL.search(at) else f"{at} {key}".strip()


def _faults(metadata: Mapping[str, Any]) -> list[PublishFault]:
    from jsonschema import Draft202012Validator, FormatChecker

    judge = Draft202012Validator(profile(), format_checker=FormatChecker(["date"]))
    found: dict[tuple[str, str], PublishFault] = {}
    for error in judge.iter_errors(metadata):
        for fault in _translate(error):
            found.setdefault((fault.code, str(fault.params["key"])), fault)
    for fault in _conditions(metadata):
        found.setdefault((fault.code, str(fault.params["key"])), fault)
    order = {name: position for position, name in enumerate(elements())}
    return sorted(found.values(), key=lambda each: order.get(_first(str(each.params["key"])), len(order)))


def _first(key: str) -> str:
    return key.partition(".")[0].partition("[")[0]


def _translate(error: Any) -> Iterator[PublishFault]:
    """The words of the guide for one error of jsonschema."""
    path = list(error.absolute_path)
    if error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield _fault("metadata.element-missing", [*path, name])
    elif error.validator == "additionalProperties":
        for name in sorted(set(error.instance) - set(error.schema["properties"])):
            yield _fault("metadata.unknown", [*path, name])
    elif error.instance in ("", [], None) or (isinstance(error.instance, str) and not error.instance.strip()):
        yield _fault("metadata.element-missing", path)
    elif error.validator in ("enum", "pattern", "format"):
        yield _fault("metadata.element-value", path, value=str(error.instance))
    else:
        yield _fault("metadata.shape", path, value=_short(error.instance))


def _conditions(metadata: Mapping[str, Any]) -> Iterator[PublishFault]:
    """What one element asks of another, which a reader of the guide has to be told in its own words."""
    sharing, opening = metadata.get("sharing"), metadata.get("open")
    shared = str(sharing.get("type")) if isinstance(sharing, Mapping) else None
    opened = str(opening.get("type")) if isinstance(opening, Mapping) else None
    condition = str(sharing.get("condition") or "").strip() if isinstance(sharing, Mapping) else ""
    if shared == SHARED_CONDITIONALLY and not condition:
        yield _fault("metadata.condition-missing", ["sharing", "condition"])
    if shared == SHARED_NOT and not condition:
        yield _fault("metadata.basis-missing", ["sharing", "condition"])
    if opened == "2" and isinstance(opening, Mapping) and not str(opening.get("condition") or "").strip():
        yield _fault("metadata.open-condition-missing", ["open", "condition"])
    if shared in {"2", "3"} and opened in {"1", "2"} and opened < shared:
        words = {f"sharing@{lang}": SHARING[lang][shared] for lang in SHARING}
        words |= {f"opening@{lang}": OPENING[lang][opened] for lang in OPENING}
        yield _fault("metadata.open-wider", ["open", "type"], sharing=shared, opening=opened, **words)
    code = metadata.get("providerCode")
    if isinstance(code, str) and len(code) == 18:
        from gongshu.standards.identifiers import identifier

        if reason := identifier("uscc")(code):
            yield _fault("metadata.provider-code", ["providerCode"], value=code, reason=reason)


def _fault(code: str, path: list[str | int], **params: Any) -> PublishFault:
    names = _names(path)
    return PublishFault(
        code,
        key=_spell(path),
        zh=names.get("x-zh", _spell(path)),
        en=names.get("x-en", _spell(path)),
        values=names.get("x-values", ""),
        **params,
    )


def _names(path: list[str | int]) -> Mapping[str, Any]:
    """The part of the profile that describes the element at `path`."""
    at: Mapping[str, Any] = profile()
    for step in path:
        at = at.get("items", {}) if isinstance(step, int) else at.get("properties", {}).get(step, {})
    return at


def _spell(path: list[str | int]) -> str:
    words = ""
    for step in path:
        words += f"[{step}]" if isinstance(step, int) else f".{step}" if words else str(step)
    return words


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}…"

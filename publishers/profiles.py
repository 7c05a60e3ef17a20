"""Further metadata profiles: what a pack of kind `metadata` asks of a dataset beyond the core metadata.

An element is there when the manifest gives it under its own name, or when the core metadata have what it is mapped to:
both packs name a DCAT property. What the catalogue itself says of an entry (its identifier, its date) is always there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gongshu.publishers.gate import kind_words
from gongshu.publishers.metadata import elements, place_of
from gongshu.standards.faults import PublishFault, StandardFault, StandardFaults, UsageFault
from gongshu.standards.model import Kind, Reference

if TYPE_CHECKING:
    from gongshu.standards.registry import Registry

CORE = "core-metadata-1272-2017"
OURS = ("dcat:CatalogRecord",)  # told by the catalogue
FILES = ("dcat:distribution",)


@dataclass(frozen=True, slots=True)
class Profile:
    """A metadata pack, as far as a dataset is judged by it."""

    reference: str
    title: Mapping[str, str]
    elements: tuple[Mapping[str, Any], ...]
    core: Mapping[str, str]  # DCAT property -> path of the core element that is mapped to it

    @property
    def own(self) -> tuple[str, ...]:
        """Names that a dataset may give beside the core metadata."""
        tops = dict.fromkeys(_top(each) for each in self.elements)
        return tuple(name for name in tops if name not in elements())

    def columns(self, lang: str) -> tuple[tuple[str, str], ...]:
        """Further columns of a workbook: element and heading, of all that the core metadata do not say already."""
        listed = [each for each in self.elements if _top(each) in self.own and not self.said(each)]
        parts = {str(each.get("part_of")) for each in listed}
        return tuple(
            (str(each["name"]), self._heading(each, lang)) for each in listed if str(each["name"]) not in parts
        )

    def _heading(self, each: Mapping[str, Any], lang: str) -> str:
        """The title of an element, a part's after that of its whole: `主体信息/名称`."""
        title = str((each.get("title") or {}).get(lang) or each["name"])
        whole = next((one for one in self.elements if one["name"] == each.get("part_of")), None)
        return f"{self._heading(whole, lang)}/{title}" if whole is not None else title

    def said(self, each: Mapping[str, Any]) -> bool:
        """Whether the core metadata or the catalogue say the same as an element."""
        terms = [(term, term.partition(" ")[0]) for term in _terms(each)]
        return any(whole in self.core or first in self.core or first in (*OURS, *FILES) for whole, first in terms)


def profile(reference: str, registry: Registry) -> Profile:
    """The profile of that name. Raises a `Fault` for one that is not there or is no metadata pack."""
    try:
        standard = registry.resolve(reference)
        core = registry.resolve(CORE)
    except StandardFaults as faults:
        raise faults.exceptions[0] from None
    if standard.kind is not Kind.METADATA:
        raise UsageFault("manifest.profile-kind", profile=standard.reference, **kind_words(standard.kind))
    listed = [each for each in _listed(standard.document) if each.get("class", "Dataset") == "Dataset"]
    mapped: dict[str, str] = {}
    for each in _listed(core.document):
        for term in _terms(each):
            mapped.setdefault(term, str(each["name"]).replace("[]", ""))
            mapped.setdefault(term.partition(" ")[0], str(each["name"]).replace("[]", ""))
    return Profile(standard.reference, _both(standard.title), tuple(listed), mapped)


def faults(
    metadata: Mapping[str, Any], judge: Profile, registry: Registry, *, files: bool, places: Mapping[str, str]
) -> list[PublishFault]:
    """What the profile asks for and the dataset does not give, and what it gives wrongly."""
    found = []
    for each in judge.elements:
        value = _value(metadata, each, judge, files=files)
        fault: PublishFault | None = None
        if value in (None, "", [], {}):
            if each.get("obligation") == "mandatory":
                fault = _fault("metadata.profile-missing", each, judge, places)
        elif not isinstance(value, bool) and (wrong := _wrong(each, _own(metadata, each), registry)):
            code, params = wrong
            fault = _fault(code, each, judge, places, **params)
        if fault is not None:
            found.append(fault)
    return found


def _value(metadata: Mapping[str, Any], each: Mapping[str, Any], judge: Profile, *, files: bool) -> Any:
    """What the dataset says of an element, or True where somebody else says it."""
    own = _own(metadata, each)
    if own not in (None, "", [], {}):
        return own
    for term in _terms(each):
        if term.partition(" ")[0] in OURS:
            return True
        if term in FILES:
            return files or None
        path = judge.core.get(term) or judge.core.get(term.partition(" ")[0])
        if path is not None and (found := _at(metadata, path)) not in (None, "", [], {}):
            return found
    parts = [part for part in judge.elements if part.get("part_of") == each.get("name")]
    return next((True for part in parts if _value(metadata, part, judge, files=files) not in (None, "", [], {})), None)


def _own(metadata: Mapping[str, Any], each: Mapping[str, Any]) -> Any:
    name = str(each["name"])
    return metadata[name] if name in metadata else _at(metadata, name)


def _at(metadata: Mapping[str, Any], path: str) -> Any:
    at: Any = metadata
    for step in path.split("."):
        at = at.get(step) if isinstance(at, Mapping) else None
    return at


def _wrong(each: Mapping[str, Any], value: Any, registry: Registry) -> tuple[str, dict[str, Any]] | None:
    """What is wrong with a value that the element's identifier or code list judges."""
    for one in value if isinstance(value, list) else [value]:
        if not isinstance(one, str) or not one:
            continue
        if each.get("identifier"):
            from gongshu.standards.identifiers import identifier

            if reason := identifier(str(each["identifier"]))(one):
                return "metadata.profile-identifier", {"value": one, "reason": reason}
        if each.get("codelist"):
            try:
                codes = registry.codes(Reference.parse(str(each["codelist"])))
            except (StandardFault, StandardFaults):
                continue
            names = [(code.code, code.name_zh) for code in codes.standard.codes or ()]
            if not any(one in pair for pair in names):
                shown = ", ".join(f"{code} {name}" if code != name else code for code, name in names[:12])
                return "metadata.profile-value", {"value": one, "values": shown + (" …" if len(names) > 12 else "")}
    return None


def _fault(
    code: str, each: Mapping[str, Any], judge: Profile, places: Mapping[str, str], **params: Any
) -> PublishFault:
    key = str(each["name"])
    titles = _both(each.get("title") or {})
    made: dict[str, Any] = {
        "key": key,
        "zh": titles.get("zh", key),
        "en": titles.get("en", key),
        "profile": judge.reference,
        "place": place_of(key, places),
    }
    return PublishFault(code, **made, **params)


def _listed(document: Mapping[str, Any] | None) -> Sequence[Mapping[str, Any]]:
    found = (document or {}).get("elements") or ()
    return [each for each in found if isinstance(each, Mapping)]


def _terms(each: Mapping[str, Any]) -> Iterator[str]:
    mapping = each.get("mapping")
    if isinstance(mapping, Mapping):
        yield from (str(term) for term in mapping.get("dcat") or ())


def _top(each: Mapping[str, Any]) -> str:
    name = str(each["name"])
    return name.partition(".")[0].removesuffix("[]")


def _both(title: Any) -> Mapping[str, str]:
    if isinstance(title, Mapping):
        return {str(lang): str(text) for lang, text in title.items()}
    return {lang: title.get(lang) for lang in ("zh", "en")}

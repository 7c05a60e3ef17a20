"""From plain data in the words of the format to the model.

Nothing is judged here and nothing raises: what has the wrong shape reads as absent, because the JSON Schema of the
format has already said so, and everything else about the standard shall be looked at in the same go.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from gongshu.standards.codelists import day
from gongshu.standards.model import (
    Basis,
    CodelistUse,
    Constraints,
    Field,
    ForeignKey,
    Format,
    Freshness,
    HeaderPolicy,
    Identifier,
    Kind,
    Privacy,
    Reference,
    Rule,
    Standard,
    Status,
    Table,
)
from gongshu.standards.nodes import Node
from gongshu.standards.yamlsource import Located, Path

TYPED = frozenset(
    [
        "required",
        "unique",
        "minLength",
        "maxLength",
        "precision",
        "scale",
        "bareNumber",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "enum",
        "trueValues",
        "days",
        "falseValues",
    ]
)
COMMON = frozenset(
    [
        "id",
        "version",
        "kind",
        "title",
        "description",
        "status",
        "valid_from",
        "valid_to",
        "replaced_by",
        "issuer",
        "basis",
        "profiles",
    ]
)


def rejoined(source: Located) -> None:
    """Put together what a comma in an unquoted text took apart.

    `{zh: 甲,乙, en: x}` has, to YAML, a key `乙` with nothing behind it; what its author wrote is the text `甲,乙`. A
    key of two letters looks like a language and is left for the schema to refuse.
    """

    def walk(value: Any, path: Path) -> None:
        if isinstance(value, list):
            for place, item in enumerate(value):
                walk(item, (*path, place))
        elif isinstance(value, dict):
            before = None
            for key in list(value):
                lost = value[key] is None and ("zh" in value or "en" in value) and not re.fullmatch("[a-z]{2}", key)
                if lost and before is not None and isinstance(value[before], str):
                    value[before] += f", {key}" if value[before][-1:].isascii() else f",{key}"
                    source.raw[(*path, before)] = value[before]
                    del value[key]
                else:
                    before = key
                    walk(value[key], (*path, key))

    walk(source.data, ())


def texted(source: Located) -> None:
    """Make text of the numbers that stand where only text can be meant (`version: 1.0`, `name: 2019`), as written,
    and absent of keys with nothing behind them. Bodies of the kinds that are documents stay as they are."""
    document = isinstance(source.data, dict) and source.data.get("kind") not in ("table", "codelist")

    def settle(value: Any, path: Path, typed: bool) -> Any:
        if isinstance(value, dict):
            for key in list(value):
                if document and not path and key not in COMMON:
                    continue
                if value[key] is None:
                    del value[key]
                else:
                    value[key] = settle(value[key], (*path, key), key in TYPED)
        elif isinstance(value, list):
            for place, item in enumerate(value):
                value[place] = settle(item, (*path, place), typed)
        elif not typed and isinstance(value, (int, float)) and not isinstance(value, bool):
            return source.raw.get(path, str(value))
        return value

    source.data = settle(source.data, (), False)


def build(source: Located, *, origin: str) -> Standard | None:
    """The standard that the document describes, without fingerprint, codes, rule trees; None without a known kind."""
    root = Node(source, (), source.data)
    try:
        kind = Kind(root.text("kind"))
        status = Status(root.text("status", "draft"))
    except ValueError:
        kinds = list(Kind)
        if root.text("kind") not in kinds:
            return None
        kind, status = Kind(root.text("kind")), Status.DRAFT
    bodies = (Kind.TABLE, Kind.CODELIST)
    return Standard(
        id=root.text("id"),
        version=root.text("version"),
        kind=kind,
        title=root.words("title"),
        description=root.words("description"),
        status=status,
        valid_from=_day(root, "valid_from"),
        valid_to=_day(root, "valid_to"),
        replaced_by=root.text("replaced_by"),
        issuer=root.text("issuer"),
        basis=_bases(root),
        profiles=_profiles(root),
        table=table(root) if kind is Kind.TABLE else None,
        document=None if kind in bodies else {key: value for key, value in source.data.items() if key not in COMMON},
        origin=origin,
    )


def _day(root: Node, key: str) -> date | None:
    return day(root.text(key), last=key == "valid_to")


def _bases(root: Node) -> tuple[Basis, ...]:
    found = root.get("basis")
    if isinstance(found, list):
        wrapped = (Node(root.source, root.path, {"basis": item}) for item in found)
        return tuple(basis(each) for each in wrapped)
    return (basis(root),) if found is not None else ()


def basis(holder: Node) -> Basis:
    """The `basis` of a standard or a field; a plain text is its title."""
    found = holder.get("basis")
    if isinstance(found, str):
        return Basis(title=found)
    inner = holder.child("basis")
    confidence = inner.text("confidence", "high")
    return Basis(
        title=inner.text("title"),
        clause=inner.text("clause"),
        source=inner.text("source"),
        confidence=confidence if confidence in ("high", "medium", "low") else "high",
    )


def _profiles(root: Node) -> Mapping[str, Mapping[str, str]]:
    found = root.child("profiles").value
    return {
        name: {code: severity for code, severity in entries.items() if isinstance(severity, str)}
        for name, entries in found.items()
        if isinstance(entries, dict)
    }


def table(root: Node) -> Table:
    """The body of a table standard; `missingValues` absent means empty and blank cells."""
    policy, default = root.child("header"), HeaderPolicy()
    keys = root.get("uniqueKeys")
    many = keys if isinstance(keys, list) else []
    return Table(
        fields=tuple(field(each) for each in root.children("fields")),
        primary_key=root.listed("primaryKey") or (),
        unique_keys=tuple(Node(root.source, root.path, {"key": each}).listed("key") or () for each in many),
        foreign_keys=tuple(foreign_key(each) for each in root.children("foreignKeys")),
        missing_values=root.listed("missingValues"),
        header=HeaderPolicy(
            match=policy.listed("match") or default.match,
            extra=policy.text("extra", default.extra),
            missing=policy.text("missing", default.missing),
            missing_optional=policy.text("missing_optional", default.missing_optional),
            order=policy.text("order", default.order),
        ),
        rules=tuple(rule(each) for each in root.children("rules")),
        dataset_rules=tuple(rule(each) for each in root.children("dataset_rules")),
        rows_minimum=root.child("rows").integer("minimum"),
        rows_maximum=root.child("rows").integer("maximum"),
        freshness=_freshness(root.child("freshness")),
        bounds=root.text("bounds"),
    )


def _freshness(node: Node) -> Freshness | None:
    days = node.integer("days")
    return Freshness(node.text("field"), days) if days is not None and node.text("field") else None


def field(node: Node) -> Field:
    """One column."""
    private = node.get("privacy")
    privacy = node.child("privacy")
    return Field(
        node.text("name"),
        type=node.text("type", "string"),
        title=node.words("title"),
        description=node.words("description"),
        aliases=node.listed("aliases") or (),
        format=spelling(node),
        constraints=constraints(node.child("constraints")),
        identifier=_identifier(node),
        codelist=_codelist(node),
        label_of=node.maybe("label_of"),
        privacy=Privacy(category=private)
        if isinstance(private, str)
        else Privacy(privacy.text("category", "none"), privacy.maybe("mask"), privacy.maybe("when")),
        sharing=node.maybe("sharing"),
        opening=node.maybe("opening"),
        precision=node.integer("precision"),
        scale=node.integer("scale"),
        decimal_char=node.text("decimalChar", "."),
        group_char=node.maybe("groupChar"),
        bare_number=node.flag("bareNumber", True),
        true_values=node.listed("trueValues") or (),
        false_values=node.listed("falseValues") or (),
        missing_values=node.listed("missingValues"),
        unit=node.text("unit"),
        example=node.written("example") or "",
        severity=node.maybe("severity"),
        basis=basis(node),
    )


def spelling(node: Node) -> Format:
    """The `format` of a field; `default` is the type's own and reads as None."""
    found = node.get("format")
    if isinstance(found, str):
        return Format(write=None if found == "default" else found)
    inner = node.child("format")
    return Format(write=inner.maybe("write"), read=inner.listed("read") or ())


def constraints(node: Node) -> Constraints:
    """Table Schema constraints, bounds and enum as written."""
    return Constraints(
        required=node.flag("required", False),
        unique=node.flag("unique", False),
        min_length=node.integer("minLength"),
        max_length=node.integer("maxLength"),
        pattern=node.maybe("pattern"),
        minimum=node.written("minimum"),
        maximum=node.written("maximum"),
        exclusive_minimum=node.written("exclusiveMinimum"),
        exclusive_maximum=node.written("exclusiveMaximum"),
        enum=node.listed("enum"),
    )


def _identifier(node: Node) -> Identifier | None:
    found = node.get("identifier")
    if isinstance(found, str):
        return Identifier(found)
    inner = node.child("identifier")
    if not inner.value:
        return None
    names = sorted(name for name in inner.value if name != "name")
    options = ((name, inner.written(name)) for name in names)
    return Identifier(inner.text("name"), tuple((name, held) for name, held in options if held is not None))


def _codelist(node: Node) -> CodelistUse | None:
    found = node.get("codelist")
    if isinstance(found, str):
        return CodelistUse(Reference.parse(found))
    inner = node.child("codelist")
    if not inner.value:
        return None
    return CodelistUse(
        Reference.parse(inner.text("list")),
        by=inner.text("by", "code"),
        as_of=inner.maybe("as_of"),
        level=inner.written("level"),
        below=inner.written("below"),
    )


def foreign_key(node: Node) -> ForeignKey:
    """Columns that must stand in another table; `self` and nothing both mean this table."""
    reference = node.child("reference")
    resource, standard = reference.text("resource"), reference.maybe("standard")
    return ForeignKey(
        fields=node.listed("fields") or (),
        reference_fields=reference.listed("fields") or (),
        resource="" if resource == "self" else resource,
        standard=Reference.parse(standard) if standard else None,
    )


def rule(node: Node) -> Rule:
    """A rule, not parsed yet."""
    return Rule(
        id=node.text("id"),
        check=node.text("check"),
        tree=None,
        fields=node.listed("fields") or (),
        message=node.words("message"),
        severity=node.text("severity", "error"),
    )

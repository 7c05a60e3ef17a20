"""The features of a GeoJSON text as rows: their properties, and the geometry where the standard has a column for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from gongshu.standards.faults import SourceFault
from gongshu.validators import geometry
from gongshu.validators.batch import Header, Shape, Structural
from gongshu.validators.finding import Finding, Sample
from gongshu.validators.jsontext import SyntaxFault, escaped, lines
from gongshu.validators.readers.content import Content
from gongshu.validators.readers.digesting import sha256_of
from gongshu.validators.readers.encodings import Settled
from gongshu.validators.readers.objects import BLANK, ObjectsSource, Record, _names, parsed
from gongshu.validators.readers.options import ReadOptions

GEOMETRY = "geometry"


def open_features(text: str, shape: Shape, content: Content, settled: Settled, options: ReadOptions) -> ObjectsSource:
    """The source of a FeatureCollection or a single Feature; other objects are SourceFault `file.format-mismatch`."""
    begin = text.count("\n", 0, len(text) - len(text.lstrip(BLANK)))
    value = parsed(text, 1)
    if isinstance(value, SyntaxFault):
        finding = broken(value)
        shape.findings.append(finding)
        shape.header = Header((), 1)
        return ObjectsSource(shape, lambda: iter(()), content, sha256_of(content))
    kind = value.get("type") if isinstance(value, dict) else None
    features = value.get("features") if kind == "FeatureCollection" else [value] if kind == "Feature" else None
    if not isinstance(features, list):
        raise SourceFault(
            "file.format-mismatch", name=content.name, extension=".json", actual="JSON", reason="no-table"
        )
    base = "/features/{}" if kind == "FeatureCollection" else ""
    starts = lines(text, {base.format(number) for number in range(len(features))})
    properties = [each.get("properties") if isinstance(each, dict) else None for each in features]
    names = _names(iter(properties))
    with_geometry = (
        GEOMETRY not in names and options.fit is not None and options.fit([*names, GEOMETRY]) > options.fit(names)
    )

    def records() -> Iterator[Record]:
        for number, feature in enumerate(features):
            row: Any = properties[number] if isinstance(properties[number], dict) else {}
            if with_geometry:
                row = {**row, GEOMETRY: feature.get("geometry") if isinstance(feature, dict) else None}
            yield starts.get(base.format(number), begin + 1) - 1, {"row": row, "feature": feature}

    def pointer(row: int, name: str | None) -> str:
        at = base.format(row - 1)
        if name is None:
            return at
        return f"{at}/geometry" if name == GEOMETRY and with_geometry else f"{at}/properties/{escaped(name)}"

    shape.format, shape.shaped = "geojson", True
    shape.header = Header((*names, GEOMETRY) if with_geometry else names, 1)
    shape.pointer = pointer
    shape.findings += _around(value) if kind == "FeatureCollection" else []
    shape.not_checked += geometry.unseen()
    return ObjectsSource(shape, records, content, sha256_of(content), (), partial(_faults, options.bounds))


def broken(fault: SyntaxFault) -> Finding:
    """`record.syntax` of a text that is no JSON."""
    sample = Sample(line=fault.line, pointer="", params={"column": fault.column})
    return Finding("record.syntax", geometry.ERROR, 1, reason=fault.reason, samples=(sample,))


def _around(value: dict[str, Any]) -> list[Finding]:
    """What is wrong with the collection itself, its features left aside."""
    return [
        Finding(
            spot.code,
            spot.severity,
            1,
            reason=spot.reason,
            samples=(Sample(pointer=spot.pointer, line=None, params=spot.params),),
        )
        for spot in geometry.judge({**value, "features": []})
    ]


def _faults(bounds: geometry.Bounds | None, number: int, value: Any) -> Iterator[Structural]:
    """The geo faults of one feature, as faults of its record."""
    for spot in geometry.judge_feature(value["feature"], bounds=bounds):
        yield Structural(
            spot.code,
            np.asarray([number], np.int64),
            params=(spot.params,),
            reason=spot.reason,
            severity=str(spot.severity),
            pointers=(spot.pointer,),
        )

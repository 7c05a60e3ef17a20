"""A dataset of a catalogue as the table that foreign keys point to."""

from __future__ import annotations

from pathlib import Path

from gongshu.catalogue.client import open as opened
from gongshu.standards.faults import UsageFault


def reference(place: str, code: str) -> Path:
    """The Parquet file of the newest version of the dataset `code` (`code/key` for one of several files).

    It is checked against the publication record. Raises `UsageFault` for no catalogue, `UnknownDataset` for no dataset.
    """
    if not code:
        raise UsageFault("usage.reference-spelling", value=f"catalogue:{place}")
    with opened(place) as catalogue:
        if code in catalogue:
            return catalogue[code].path("parquet")
        name, slash, key = code.rpartition("/")
        return catalogue[name].path("parquet", key) if slash and name in catalogue else catalogue[code].path("parquet")

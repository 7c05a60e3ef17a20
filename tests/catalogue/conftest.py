"""A catalogue with datasets that were put there directly, and what it takes to put more."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gongshu.catalogue.store import Store
from gongshu.publishers.identity import dataset_id, resource_id, slug
from gongshu.publishers.ledger import Head, Output, Publication, Resource
from gongshu.publishers.plan import metadata_sha256


def publication(store: Store, code: str, title: str = "停车场名录", *, rows: int = 3, abstract: str = "", **more):
    """One dataset of one Parquet file."""
    place = store.workplace() / "made.parquet"
    pq.write_table(pa.table({"ID": [f"{n:03d}" for n in range(rows)], "N": list(range(rows))}), place)
    sha256, size = store.put(place, move=True)
    output = Output("open", "parquet", sha256, size, "application/vnd.apache.parquet", f"{slug(code)}.parquet")
    record = {
        "gate": {"draft_allowed": False, "as_of": "2026-01-01"},
        "outputs": [{"form": "parquet", "sha256": sha256}],
    }
    resource = Resource(
        key="main",
        id=resource_id(store.namespace, code, "main"),
        title="",
        source_name="a.csv",
        source_sha256="0" * 64,
        source_bytes=1,
        standard="parking-lots@1.0.0",
        fingerprint="f",
        rows=rows,
        columns=("ID", "N"),
        schema={"fields": [{"name": "ID", "type": "string"}, {"name": "N", "type": "integer"}]},
        record=record,
        outputs=(output,),
    )
    metadata = {"title": title, "provider": "示例市交通运输局", "providerCode": "X", "abstract": abstract, **more}
    return Publication(
        code=code,
        slug=slug(code),
        id=dataset_id(store.namespace, code),
        title=title,
        metadata=metadata,
        resources=(resource,),
        content_sha256=sha256,
        metadata_sha256=metadata_sha256(metadata, {"main": ""}),
        published_at="2026-03-31T10:00:00+08:00",
    )


@pytest.fixture
def store(tmp_path: Path):
    """An empty catalogue, open for writing."""
    with Store(tmp_path / "catalogue", write=True) as made:
        yield made


@pytest.fixture
def put(store: Store):
    """Publish one dataset over whatever is there."""

    def publish(code: str, title: str = "停车场名录", **how) -> Head:
        now = store.head(code)
        expected = None if now is None else (now.version, now.edit)
        return store.publish(publication(store, code, title, **how), expected=expected)

    return publish


@pytest.fixture
def make(store: Store):
    """Make a publication without publishing it."""
    return lambda code, *words, **how: publication(store, code, *words, **how)

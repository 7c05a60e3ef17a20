"""What a site tells machines and people about its datasets: DCAT that RDF tools accept, a page that is only text."""

from __future__ import annotations

import json
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest

from gongshu.publishers.mirrors.files import Files, dcat, page
from gongshu.publishers.mirrors.files.entry import PUBLIC
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan

SHAPES = Path(__file__).with_name("dcat-shapes.ttl")
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>&amp;\u202e\x07]]>{{7*7}}"
SECRETS = ("机密来源", "13800000000", "内部备注", "联系电话", "测试甲", "测试乙", "LXDH")
NAMESPACE = "00000000-0000-0000-0000-000000000001"


def now() -> str:
    return "2026-03-31T12:00:00+08:00"


def mirrored(office, site: Path, datasets=({},), audience: str = "") -> None:
    plan = make_plan(office.manifest(datasets), [f"files:{site}{audience}"], as_of="2026-03-31")
    outcome = apply_plan(plan, now=now)
    assert outcome.exit_code == 0, [each.fault for each in outcome.steps]


def graph(path: Path):
    import rdflib

    return rdflib.Graph().parse(path, format="json-ld", publicID=path.as_uri())


def test_dcat_keeps_the_shapes(office, tmp_path):
    """Of each dataset and of the catalogue; addresses lead to the very files, with their size and hash."""
    import hashlib
    from urllib.parse import unquote, urlsplit

    import pyshacl
    import rdflib

    site = office.folder / "site"
    mirrored(office, site, [{"code": "a/1"}, {"code": "b/1", "open": {"type": 3}}])
    dct, spdx = rdflib.Namespace("http://purl.org/dc/terms/"), rdflib.Namespace("http://spdx.org/rdf/terms#")
    spoken = rdflib.DCAT
    documents = [site / "catalogue.jsonld", *site.glob("datasets/*/*/dcat.jsonld")]
    assert len(documents) == 3
    for path in documents:
        found = graph(path)
        conforms, _, words = pyshacl.validate(found, shacl_graph=str(SHAPES), inference="none")
        assert conforms, words
        for each in found.subjects(rdflib.RDF.type, spoken.Distribution):
            target = Path(unquote(urlsplit(str(found.value(each, spoken.downloadURL))).path))
            content = target.read_bytes()
            assert int(found.value(each, spoken.byteSize)) == len(content)
            checksum = found.value(each, spdx.checksum)
            assert str(found.value(checksum, spdx.checksumValue)).lower() == hashlib.sha256(content).hexdigest()
    whole = graph(documents[0])
    sets = list(whole.subjects(rdflib.RDF.type, spoken.Dataset))
    assert {str(whole.value(each, dct.identifier)) for each in sets} == {"a/1", "b/1"}
    rights = {str(whole.value(each, dct.identifier)): str(whole.value(each, dct.accessRights)) for each in sets}
    assert rights["a/1"].endswith("/PUBLIC")
    assert rights["b/1"].endswith("/NON_PUBLIC")
    assert len(list(whole.subjects(rdflib.RDF.type, spoken.Distribution))) == 2
    (standard,) = {str(whole.value(each, dct.identifier)) for each in whole.subjects(rdflib.RDF.type, dct.Standard)}
    assert standard == "parking-lots@1.0.0"


def test_the_shapes_can_fail(office):
    """A distribution without its size, and a frequency of somebody's own, are found."""
    import pyshacl
    import rdflib

    site = office.folder / "site"
    mirrored(office, site)
    for old, new in (
        ("dcat:byteSize", "dcat:bytes"),
        ("frequency/MONTHLY", "frequency/often"),
        ('"spdx:checksumAlgorithm_sha256"', '"spdx:checksumAlgorithm_md5"'),
    ):
        text = (site / "catalogue.jsonld").read_text("utf-8")
        assert old in text
        found = rdflib.Graph().parse(data=text.replace(old, new), format="json-ld", publicID="file:///x/")
        assert not pyshacl.validate(found, shacl_graph=str(SHAPES), inference="none")[0], old


def test_what_time_the_data_speak_of():
    entry = {
        "code": "a/1", "id": "1b671a64-40d5-491e-99b0-da01ff1f3341", "title": "t", "version": "1", "resources": [],
        "published_at": now(), "metadata": {"temporal": {"start": "2025-01-01", "end": "2025-12-31"}},
    }  # fmt: skip
    period = dcat.dataset(entry, "open")["dct:temporal"]
    assert period["dcat:startDate"] == {"@value": "2025-01-01", "@type": "xsd:date"}
    assert period["dcat:endDate"]["@value"] == "2025-12-31"
    assert "dct:temporal" not in dcat.dataset({**entry, "metadata": {}}, "open")


def test_a_manifest_may_say_what_time_the_data_speak_of(office):
    """An element beside those of the guide; dates in YAML are dates already, and a wrong one is said."""
    import datetime as dt

    site = office.folder / "site"
    mirrored(office, site, [{"temporal": {"start": dt.date(2025, 1, 1), "end": "2025-12-31"}}])
    assert '"dcat:endDate": {"@value": "2025-12-31"' in (site / "catalogue.jsonld").read_text("utf-8")
    plan = make_plan(office.manifest([{"temporal": {"start": "1 月"}}]), as_of="2026-03-31")
    assert [each["code"] for each in plan.items[0].reasons] == ["metadata.element-value"]
    assert "temporal.start" in json.dumps(plan.items[0].reasons[0])


def test_a_site_for_departments_says_so(office):
    site = office.folder / "share"
    mirrored(office, site, audience="#shared")
    assert "access-right/RESTRICTED" in (site / "catalogue.jsonld").read_text("utf-8")


class Read(HTMLParser):
    """Tags, links and ids of a page; text of its body."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words.append(data)


def test_the_page_is_nothing_but_text(office):
    """Hostile words in every place that somebody fills in stay words."""
    site = office.folder / "site"
    hostile = {"title": HOSTILE, "abstract": HOSTILE, "provider": HOSTILE, "code": "a/<b>1"}
    mirrored(office, site, [hostile, {"code": "b/1", "withdraw": None}])
    text = (site / "index.html").read_text("utf-8")
    read = Read(text)
    assert [tag for tag, _ in read.tags].count("script") == 1
    assert "img" not in {tag for tag, _ in read.tags}
    assert not [name for _, attrs in read.tags for name in attrs if name.startswith("on") or name == "style"]
    assert "alert(1)" in "".join(read.words)
    assert "\u202e" not in text
    assert "default-src 'none'" in text
    links = [attrs["href"] for tag, attrs in read.tags if tag == "a"]
    assert len(links) >= 2 + 2 * 4
    for link in links:
        assert "://" not in link
        assert (site / link).is_file(), link
    json.loads((site / "catalogue.jsonld").read_text("utf-8"))


def test_words_of_the_page(office):
    """Title, provider, update cycle, sizes and the badge in both languages; a withdrawn dataset is not there."""
    site = office.folder / "site"
    mirrored(office, site, [{"code": "a/1"}, {"code": "b/1"}])
    mirrored(office, site, [{"code": "a/1"}, {"code": "b/1", "withdraw": "错", "title": "别的名录"}])
    text = (site / "index.html").read_text("utf-8")
    for words in (
        "示例市交通运输局",
        "每月",
        "monthly",
        "已通过标准校验：parking-lots@1.0.0（2026-03-31）",
        "Validated against parking-lots@1.0.0 (2026-03-31)",
        "a/1",
    ):
        assert words.lower() in text.lower(), words
    assert "b/1" not in text
    assert (
        page.size((site / json.loads((site / "catalogue.json").read_text())["datasets"][0]["files"][0]).stat().st_size)
        in text
    )


def test_nothing_of_the_operator_is_in_a_site(office):
    """Names of sources, withheld columns, the operator's notes and elements that are not public do not leave."""
    (office.folder / "lots.csv").rename(office.folder / "机密来源 13800000000.csv")
    site = office.folder / "site"
    files = [{"key": "main", "path": "机密来源 13800000000.csv", "standard": "pack"}]
    mirrored(office, site, [{"files": files}])
    for path in site.rglob("*"):
        assert "机密" not in path.name
        if path.is_file():
            content = path.read_bytes()
            for secret in (
                "机密来源",
                "13800000000",
                "内部备注",
                "联系电话",
                "测试甲",
                "测试乙",
                str(office.folder),
                "LXDH",
            ):
                assert secret.encode() not in content, (path.name, secret)
    told = json.loads((site / "catalogue.json").read_text("utf-8"))["datasets"][0]
    assert set(told["metadata"]) <= set(PUBLIC)


def test_unchanged_means_not_a_byte(office):
    """The same again, and the same from nothing at another hour of the wall clock: the same bytes."""
    site, other = office.folder / "site", office.folder / "other"
    mirrored(office, site, [{"code": "a/1"}, {"code": "b/1"}])
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in site.rglob("*") if path.is_file()}
    mirrored(office, site, [{"code": "a/1"}, {"code": "b/1"}])
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in site.rglob("*") if path.is_file()} == before
    mirrored(office, other, [{"code": "a/1"}, {"code": "b/1"}])
    assert {path.relative_to(site): path.read_bytes() for path in before} == {
        path.relative_to(other): path.read_bytes() for path in other.rglob("*") if path.is_file()
    }


def test_a_site_of_the_format_before_is_brought_again(office):
    site = office.folder / "site"
    old = site / "datasets" / "307010-000001" / "1-aaaaaaaaaaaa"
    old.mkdir(parents=True)
    (old / "main.csv").write_text("a\n")
    line = {"code": "307010/000001", "state": "x", "title": "t", "version": "1", "files": []}
    (site / "catalogue.json").write_text(json.dumps({"format": "gongshu-files/1", "datasets": [line]}))
    mirrored(office, site)
    told = json.loads((site / "catalogue.json").read_text("utf-8"))
    assert told["format"] == "gongshu-files/2"
    assert not old.exists()


@pytest.mark.parametrize("damaged", [b"", b"[]", b"{}", b"\xff\xfe", b'{"format":"gongshu-files/2","datasets":[{}]}'])
def test_damaged_lists_are_said_and_left(office, damaged):
    from gongshu.standards.faults import PublishFault

    site = office.folder / "site"
    mirrored(office, site)
    (site / "catalogue.json").write_bytes(damaged)
    with pytest.raises(PublishFault) as caught:
        make_plan(office.manifest(), [f"files:{site}"], as_of="2026-03-31")
    assert caught.value.code == "mirror.index"
    assert (site / "catalogue.json").read_bytes() == damaged


@pytest.mark.parametrize("count", [500, pytest.param(5000, marks=pytest.mark.slow)])
def test_many_datasets_stay_quick(count, tmp_path):
    """Steps do not grow with what is there already, and lists over all are made once."""
    from gongshu.publishers.mirrors import conformance
    from gongshu.publishers.plan import state_sha256

    bench = conformance.Bench(
        lambda: Files(str(tmp_path / "site")), tmp_path, "00000000-0000-0000-0000-000000000001", True, tmp_path / "j"
    )
    first = bench.head("x/0", {"main": conformance.ROWS})
    import dataclasses

    heads = [dataclasses.replace(first, code=f"x/{number}", slug=f"x-{number}") for number in range(count)]
    place = bench.make()
    started = time.process_time()
    half = 0.0
    for number, head in enumerate(heads):
        if number == count // 2:
            half = time.process_time() - started
        with place.lock():
            place.look(head.code, head.slug, bench.namespace)
            place.step(head, bench, state_sha256(head), at=lambda point: None)
    stepped = time.process_time() - started
    place.tidy()
    listed = time.process_time() - started - stepped
    assert stepped - half < 2.5 * half  # the second half costs what the first does
    assert listed < 0.002 * count + 1.0
    started = time.process_time()
    again = bench.make()
    assert len(again.read(bench.namespace)) == count
    again.tidy()
    assert time.process_time() - started < 0.0005 * count + 0.5
    assert (tmp_path / "site" / "index.html").read_text("utf-8").count("<article") == count
    print(f"{count}: steps {stepped:.2f} s, lists {listed:.2f} s of processor time")

"""What was measured on a real CKAN 2.12 (`FACTS.md`), one test a trap: the mirror knows each of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import requests
from ckanapi.errors import NotAuthorized, NotFound, ValidationError

from gongshu.publishers.ledger import Output
from gongshu.publishers.mirrors import conformance
from gongshu.publishers.mirrors.ckan import datastore, shape
from gongshu.publishers.mirrors.ckan.mirror import Ckan
from gongshu.publishers.plan import state_sha256
from gongshu.standards.faults import PublishFault

pytestmark = pytest.mark.slow
ROWS = conformance.ROWS


@pytest.fixture
def bench(ckan, tmp_path) -> conformance.Bench:
    (tmp_path / "objects").mkdir()
    return conformance.Bench(lambda: Ckan(ckan.url), tmp_path / "objects", str(uuid4()), False, tmp_path / "j")


def shown(ckan, head, role="sysadmin") -> dict:
    return ckan.remote(role).action.package_show(id=head.slug)


def condition(bench, head) -> str:
    seen = bench.make().look(head.code, head.slug, bench.namespace)
    return "absent" if seen is None else seen.condition


def test_an_unknown_token_is_told_and_not_taken_for_nobody(ckan_site, monkeypatch):
    for bad in ("", "not-a-token"):
        monkeypatch.setenv("GONGSHU_CKAN_TOKEN", bad)
        with pytest.raises(PublishFault) as caught:
            Ckan(ckan_site.url).read(str(uuid4()))
        assert caught.value.code == "mirror.token"
        assert "GONGSHU_CKAN_TOKEN" in caught.value.say("en")


def test_a_revoked_token_is_told(bench, ckan, as_sysadmin, monkeypatch):
    remote = ckan.remote()
    made = remote.call_action("api_token_create", {"user": "gongshu-editor", "name": "to be revoked"})
    monkeypatch.setenv("GONGSHU_CKAN_TOKEN", made["token"])
    place = bench.make()
    first, second = (bench.head(bench.code(), {"main": ROWS}) for _ in range(2))
    bench.bring(first, place)
    remote.call_action("api_token_revoke", {"token": made["token"]})
    with pytest.raises(PublishFault) as caught:
        bench.bring(second, place)
    assert caught.value.code == "mirror.refused"
    monkeypatch.setenv("GONGSHU_CKAN_TOKEN", ckan.tokens["sysadmin"])
    bench.bring(second)
    bench.shows(second)


def test_ids_are_ours_as_far_as_the_role_allows(bench, ckan, request):
    head = bench.head(bench.code(), {"main": ROWS})
    bench.bring(head)
    found = shown(ckan, head)
    sysadmin = request.node.callspec.params["ckan"] == "sysadmin"
    assert (found["id"] == head.id) == sysadmin
    assert head.resources[0].id in {each["id"] for each in found["resources"]}
    bench.bring(bench.head(head.code, {"main": ROWS[:1]}, version=2))
    again = shown(ckan, head)
    assert again["id"] == found["id"]
    assert [each["id"] for each in again["resources"]] == [each["id"] for each in found["resources"]]


def test_a_stranger_of_the_same_name_is_not_touched(bench, ckan):
    head = bench.head(bench.code(), {"main": ROWS})
    ckan.remote().action.package_create(name=head.slug, title="mine", owner_org="11420000000013493m")
    assert condition(bench, head) == "taken"
    with pytest.raises(PublishFault) as caught:
        bench.bring(head)
    assert caught.value.code == "mirror.taken"
    assert shown(ckan, head)["title"] == "mine"
    ckan.remote().action.package_delete(id=head.slug)  # keeps its name, and gives it up
    bench.bring(head)
    bench.shows(head)


def test_a_renamed_dataset_is_found_and_named_back(bench, ckan):
    head = bench.head(bench.code(), {"main": ROWS})
    bench.bring(head)
    ckan.remote().action.package_patch(id=head.slug, name=f"{head.slug}-renamed")
    assert condition(bench, head) == "edited"
    bench.bring(head)
    bench.shows(head)
    with pytest.raises(NotFound):
        ckan.remote().action.package_show(id=f"{head.slug}-renamed")


@pytest.mark.parametrize(
    "change",
    [
        {"title": "别人改的"},
        {"notes": "别人改的"},
        {"private": True},
        {"tags": [{"name": "别人的"}]},
        {"resources": []},
        {"state": "deleted"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_others_change_is_seen_and_brought_back(bench, ckan, change):
    head = bench.head(bench.code(), {"main": ROWS})
    bench.bring(head)
    ckan.remote("editor").action.package_patch(id=head.slug, **change)
    assert condition(bench, head) == "edited"
    bench.bring(head)
    bench.shows(head)


def test_metadata_modified_says_nothing(bench, ckan):
    """A sysadmin's update with a dict of package_show freezes it; another one is set to 2001."""
    head = bench.head(bench.code(), {"main": ROWS})
    bench.bring(head)
    remote = ckan.remote()
    before = shown(ckan, head)
    remote.call_action("package_update", {**before, "title": "frozen"})
    assert shown(ckan, head)["metadata_modified"] == before["metadata_modified"]
    assert condition(bench, head) == "edited"
    bench.bring(head)
    remote.call_action("package_patch", {"id": head.slug, "metadata_modified": "2001-01-01T00:00:00"})
    assert condition(bench, head) == "published"  # a date is no change of what is shown
    after = bench.head(head.code, {"main": ROWS}, edit=1, title="新")
    bench.bring(after)
    bench.shows(after)
    assert shown(ckan, head)["metadata_modified"] > "2020"


def test_a_file_replaced_by_one_of_the_same_name_and_size_is_seen(bench, ckan, tmp_path):
    """CKAN computes no hash, and ours survives the replaced file."""
    head = bench.head(bench.code(), {"main": ROWS})
    bench.bring(head)
    (resource,) = (each for each in shown(ckan, head)["resources"] if each["format"] == "CSV")
    name = resource["url"].rpartition("/")[2]
    whole = requests.get(resource["url"], timeout=30).content
    (tmp_path / name).write_bytes(whole.replace(b"0002,20", b"0002,99"))
    with (tmp_path / name).open("rb") as file:
        ckan.remote("editor").call_action("resource_patch", {"id": resource["id"]}, files={"upload": file})
    (stale,) = (each for each in shown(ckan, head)["resources"] if each["format"] == "CSV")
    assert (stale["hash"], stale["size"]) == (resource["hash"], resource["size"])
    assert condition(bench, head) == "edited"
    bench.bring(head)
    bench.shows(head)


def test_only_changed_files_move(bench, ckan):
    code = bench.code()
    bench.bring(bench.head(code, {"main": ROWS, "kept": ROWS}))
    head = bench.head(code, {"main": ROWS[:2], "kept": ROWS}, version=2)
    before = {each["id"]: each["last_modified"] for each in shown(ckan, head)["resources"]}
    bench.bring(head)
    after = {each["id"]: each["last_modified"] for each in shown(ckan, head)["resources"]}
    moved = {id_ for id_ in after if after[id_] != before[id_]}
    ids = {id_ for resource, _, id_ in shape.outputs(head) if resource.key == "main"}
    assert moved == ids
    for each in shown(ckan, head)["resources"]:
        assert each["mimetype"] in ("text/csv", "application/vnd.apache.parquet")
        assert each["url"].isascii()
    bench.shows(head)


def test_nobody_sees_a_dataset_without_its_files(bench, ckan):
    head = bench.head(bench.code(), {"main": ROWS})
    seen: list[int] = []

    def at(point: str) -> None:
        try:
            found = requests.get(f"{ckan.url}/api/3/action/package_show", {"id": head.slug}, timeout=30).json()
        except ValueError:
            return
        if found["success"]:
            seen.append(len(found["result"]["resources"]))

    bench.bring(head, at=at)
    assert seen
    assert set(seen) == {2}


def test_who_was_faster_is_not_overwritten(bench, ckan):
    head = bench.head(bench.code(), {"main": ROWS})
    bench.bring(head)
    newer = bench.head(head.code, {"main": ROWS[:1]}, version=2)

    class Slow(Ckan):
        def _revise(self, there, *words):
            ckan.remote("editor").action.package_patch(id=there["id"], title="schneller")
            return super()._revise(there, *words)

    with pytest.raises(PublishFault) as caught:
        bench.bring(newer, Slow(ckan.url))
    assert caught.value.code == "publish.target-moved"
    assert shown(ckan, head)["title"] == "schneller"


def test_long_and_odd_values_do_not_break_the_index(bench, ckan):
    head = bench.head(bench.code(), {"main": ROWS})
    items = [{"name": f"信息项{number}", "type": "C20"} for number in range(4000)]
    odd = replace(head, title="题\x00目\r\n😀", metadata={**head.metadata, "items": items, "abstract": "x" * 200_000})
    bench.bring(odd)
    bench.shows(odd)
    found = shown(ckan, head)
    assert "信息项信息" not in shape.extras(found)
    assert found["title"] == "题目\n😀"


def test_an_organisation_is_made_where_that_is_allowed(bench, ckan, request):
    head = bench.head(bench.code(), {"main": ROWS})
    other = {**head.metadata, "provider": "示例局", "providerCode": f"X{uuid4().hex[:12].upper()}"}
    head = replace(head, metadata=other)
    if request.node.callspec.params["ckan"] == "sysadmin":
        bench.bring(head)
        bench.shows(head)
        assert shown(ckan, head)["organization"]["title"] == "示例局"
        return
    bench.make = lambda: Ckan(f"{ckan.url}?organisations=no")
    with pytest.raises(PublishFault) as caught:
        bench.bring(head)
    assert caught.value.code == "mirror.organisation"
    assert "示例局" in caught.value.say("zh")
    bench.make = lambda: Ckan(f"{ckan.url}?organisation=11420000000013493m")
    bench.bring(head)
    bench.shows(head)


def test_a_file_above_the_limit_says_so(bench, ckan, tmp_path):
    head = bench.head(bench.code(), {"main": ROWS})
    sha256, size = "f" * 64, 101 << 20
    with bench.object_path(sha256).open("wb") as file:
        file.truncate(size)
    big = Output("open", "parquet", sha256, size, "application/vnd.apache.parquet", "big.parquet")
    resource = replace(head.resources[0], outputs=(big,))
    with pytest.raises(PublishFault) as caught:
        bench.bring(replace(head, resources=(resource,)))
    assert caught.value.code == "mirror.too-large"


# --- DataStore ---------------------------------------------------------------------------------------------------


def table_of(bench, head, table: pa.Table, key=()) -> tuple:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    sha256, size = bench.put(sink.getvalue().to_pybytes())
    csv = next(each for each in head.resources[0].outputs if each.form == "csv" and each.audience == "open")
    parquet = Output("open", "parquet", sha256, size, "application/vnd.apache.parquet", "t.parquet")
    fields = [{"name": name, "type": "string"} for name in table.column_names]
    resource = replace(head.resources[0], outputs=(csv, parquet), schema={"fields": fields, "primaryKey": list(key)})
    return replace(head, resources=(resource,)), resource


def rows(ckan, resource) -> list[dict]:
    found = requests.get(
        f"{ckan.url}/api/3/action/datastore_search",
        {"resource_id": resource.id, "limit": 32000, "sort": "_id"},
        timeout=60,
    )
    return json.loads(found.text, parse_float=Decimal)["result"]["records"]


def test_every_type_arrives_as_declared(bench, ckan):
    import datetime

    big = Decimal("12345678901234567890.1234567890")
    table = pa.table(
        {
            "TXT": pa.array(["00123", "", None], pa.string()),
            "N": pa.array([1, None, -5], pa.int64()),
            "D": pa.array([big, None, Decimal("0.5")], pa.decimal128(38, 10)),
            "RQ": pa.array([datetime.date(2020, 2, 29), None, datetime.date(1900, 1, 1)], pa.date32()),
            "SJ": pa.array([datetime.datetime(2020, 2, 29, 1, 2, 3), None, None], pa.timestamp("us")),  # noqa: DTZ001 - local time, as the standard has it
            "B": pa.array([True, None, False], pa.bool_()),
        }
    )
    head, resource = table_of(bench, bench.head(bench.code(), {"main": ROWS}), table)
    bench.bring(head)
    found = rows(ckan, resource)
    assert [each["TXT"] for each in found] == ["00123", "", None]
    assert [each["N"] for each in found] == [1, None, -5]
    assert Decimal(found[0]["D"]) == big
    assert found[0]["RQ"].startswith("2020-02-29")
    assert found[0]["SJ"].startswith("2020-02-29T01:02:03")
    assert [each["B"] for each in found] == [True, None, False]


def test_column_names_that_postgresql_would_cut(bench, ckan):
    long = "统一社会信用代码证书登记管理机关名称全称及其他"  # 23 Han, 69 bytes
    names = [f"{long}甲", f"{long}乙", "_X", 'a"b', "正常", "a b"]
    table = pa.table([[f"{number}"] for number in range(len(names))], names=names)
    short = datastore.names(names)
    assert len(set(short)) == len(names)
    assert all(len(each.encode()) <= 63 for each in short)
    assert short[4:] == ["正常", "a b"]
    head, resource = table_of(bench, bench.head(bench.code(), {"main": ROWS}), table)
    bench.bring(head)
    (row,) = rows(ckan, resource)
    assert [row[name] for name in short] == [f"{number}" for number in range(len(names))]
    described = ckan.remote().action.datastore_info(id=resource.id)["fields"]
    assert {each.get("info", {}).get("notes") for each in described} >= {f"{long}甲", f"{long}乙"}


@pytest.mark.parametrize("key", [(), ("ID",)], ids=["no-key", "key"])
def test_rows_are_never_doubled(bench, ckan, key, monkeypatch):
    """An answer that is lost after the rows were stored: the table still has each row once."""
    monkeypatch.setattr(datastore, "MOST_ROWS", 500)
    table = pa.table({"ID": [f"{number:05d}" for number in range(1200)], "V": list(range(1200))})
    head, resource = table_of(bench, bench.head(bench.code(), {"main": ROWS}), table, key)
    place = bench.make()
    lost = iter([False, True, False, False, False, True])
    send = place._site._session.send

    def losing(request, **how):
        answer = send(request, **how)
        if request.url.endswith("datastore_upsert") and next(lost, False):
            answer.close()
            raise requests.ConnectionError("lost")
        return answer

    monkeypatch.setattr(place._site._session, "send", losing)
    place._site._session._patience = replace(place._site._session._patience, sleep=lambda _: None)
    bench.bring(head, place)
    assert [each["ID"] for each in rows(ckan, resource)] == [f"{number:05d}" for number in range(1200)]
    bench.shows(head)


def test_a_table_of_one_version_holds_nothing_of_the_last(bench, ckan):
    code = bench.code()
    first, _ = table_of(bench, bench.head(code, {"main": ROWS}), pa.table({"A": ["1"], "B": [1]}))
    bench.bring(first)
    second, resource = table_of(
        bench, bench.head(code, {"main": ROWS[:1]}, version=2), pa.table({"A": [7], "C": ["x"]})
    )
    bench.bring(second)
    (row,) = rows(ckan, resource)
    assert row == {"_id": 1, "A": 7, "C": "x"}
    bench.bring(replace(second, state="withdrawn"))
    with pytest.raises((NotFound, NotAuthorized, ValidationError)):
        ckan.remote().action.datastore_search(resource_id=resource.id, limit=1)


def test_links_need_one_call_and_no_upload(ckan, bench, tmp_path):
    bench.make = lambda: Ckan(f"{ckan.url}?files=https://files.example/{{slug}}/{{form}}/{{sha256}}")
    head = bench.head(bench.code(), {"main": ROWS})
    points: list[str] = []
    bench.bring(head, at=points.append)
    assert points == ["mirror.made"]
    seen = bench.make().look(head.code, head.slug, bench.namespace)
    assert seen.state == state_sha256(head)
    urls = {each["url"] for each in shown(ckan, head)["resources"]}
    assert all(each.startswith(f"https://files.example/{head.slug}/") for each in urls)


def test_more_datasets_than_one_page(bench, ckan, monkeypatch):
    monkeypatch.setattr("gongshu.publishers.mirrors.ckan.mirror.PAGE", 2)
    bench.make = lambda: Ckan(f"{ckan.url}?files=https://files.example")
    heads = [bench.head(bench.code(), {"main": ROWS}) for _ in range(5)]
    for head in heads:
        bench.bring(head)
    read = bench.make().read(bench.namespace)
    assert {code: each.state for code, each in read.items()} == {each.code: state_sha256(each) for each in heads}


def test_bytes_are_the_ledgers(bench, ckan):
    head = bench.head(bench.code(), {"main": ROWS})
    bench.bring(head)
    for each in shown(ckan, head)["resources"]:
        content = requests.get(each["url"], timeout=30).content
        assert each["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert each["size"] == len(content)
        assert Path(each["url"]).suffix == f".{each['format'].lower()}"

"""A site in a bucket: it compares before it writes, so that nobody is overwritten unseen, in any weather."""

from __future__ import annotations

import json
import threading

import pytest

from gongshu.publishers.mirrors import conformance
from gongshu.publishers.mirrors.files import Files
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan
from gongshu.standards.faults import PublishFault

AS_OF = "2026-03-31"
DAY = 86_400


def now() -> str:
    return "2026-03-31T12:00:00+08:00"


def site_of(bucket, prefix: str) -> dict[str, bytes]:
    return {
        key.removeprefix(f"{prefix}/"): kept.content
        for key, kept in bucket.objects.items()
        if key.startswith(f"{prefix}/")
    }


def listed(bucket, prefix: str) -> dict[str, dict]:
    return {each["code"]: each for each in json.loads(site_of(bucket, prefix)["catalogue.json"])["datasets"]}


def whole(bucket, prefix: str) -> None:
    """Everything that the list names is there, and nothing else."""
    there = set(site_of(bucket, prefix))
    entries = listed(bucket, prefix).values()
    named = {name for each in entries for name in each.get("files", ())}
    pointers = {f"datasets/{each['slug']}/dataset.json" for each in entries}
    assert there == named | pointers | {"catalogue.json", "catalogue.jsonld", "index.html"}


@pytest.mark.parametrize("case", conformance.CASES)
def test_a_bucket_passes_the_suite(case, bucket, tmp_path):
    conformance.run(case, lambda: Files(f"s3://site/{case}"), tmp_path, site=True)


def test_a_bucket_is_what_a_folder_is(office, bucket):
    """The same plan gives the same bytes; unchanged, not one request writes."""
    to = ["files:s3://site/pub", f"files:{office.folder / 'site'}"]
    plan = make_plan(office.manifest([{"code": "a/1"}, {"code": "b/1"}]), to, as_of=AS_OF)
    assert not [each for item in plan.items for each in item.reasons if each["code"] == "plan.single-writer"]
    assert apply_plan(plan, now=now).exit_code == 0
    folder = office.folder / "site"
    local = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert site_of(bucket, "pub") == local
    written = {key: kept.written for key, kept in bucket.objects.items()}
    again = make_plan(office.manifest([{"code": "a/1"}, {"code": "b/1"}]), to, as_of=AS_OF)
    assert {item.action for item in again.items} == {"unchanged"}
    assert apply_plan(again, now=now).exit_code == 0
    assert {key: kept.written for key, kept in bucket.objects.items()} == written


def test_who_was_faster_is_not_overwritten(office, bucket, line):
    """Somebody publishes between our look and our write: a conflict, and theirs stays."""
    manifest = office.manifest()
    assert apply_plan(make_plan(manifest, ["files:s3://site/r"], as_of=AS_OF), now=now).exit_code == 0
    pointer = next(key for key in bucket.objects if key.endswith("dataset.json"))
    office.write([line(1)])
    plan = make_plan(manifest, ["files:s3://site/r"], as_of=AS_OF)
    theirs = bucket.objects[pointer].content.replace("名录".encode(), "别的".encode())
    assert theirs != bucket.objects[pointer].content

    def before(key: str) -> None:
        if key == pointer:
            bucket.objects[pointer].content = theirs

    bucket.before_write = before
    outcome = apply_plan(plan, now=now)
    bucket.before_write = lambda key: None
    assert [step.fault["code"] for step in outcome.conflicts] == ["publish.target-moved"]
    assert bucket.objects[pointer].content == theirs
    fresh = make_plan(manifest, ["files:s3://site/r"], as_of=AS_OF)
    assert apply_plan(fresh, now=now).exit_code == 0
    assert listed(bucket, "r")["307010/000001"]["version"] == "2"
    whole(bucket, "r")


def test_a_first_publication_is_not_doubled(office, bucket):
    """Two catalogues find the bucket empty at once: one gets it, the other is told."""
    place = Files("s3://site/one")
    assert place.read("11111111-1111-1111-1111-111111111111") == {}
    plan = make_plan(office.manifest(), ["files:s3://site/one"], as_of=AS_OF)
    assert apply_plan(plan, now=now).exit_code == 0
    with pytest.raises(PublishFault) as caught:
        place.read("11111111-1111-1111-1111-111111111111")
    assert caught.value.code == "mirror.other-catalogue"


def test_two_writers_at_once_lose_nothing(office, bucket):
    """Two applies of different datasets of one catalogue into one bucket: both are there, list and all."""
    first = office.manifest([{"code": f"a/{number}"} for number in range(4)], "one.yaml")
    second = office.manifest([{"code": f"b/{number}"} for number in range(4)], "two.yaml")
    for each in (first, second):
        assert apply_plan(make_plan(each, as_of=AS_OF), now=now).exit_code == 0
    to = ["files:s3://site/two"]
    plans = [make_plan(each, to, as_of=AS_OF) for each in (first, second)]
    only = [("a/", plans[0]), ("b/", plans[1])]
    import dataclasses

    halves = [
        dataclasses.replace(plan, items=tuple(item for item in plan.items if item.code.startswith(prefix)))
        for prefix, plan in only
    ]
    outcomes = []
    threads = [threading.Thread(target=lambda each=each: outcomes.append(apply_plan(each, now=now))) for each in halves]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [outcome.exit_code for outcome in outcomes] == [0, 0], [
        step.fault for outcome in outcomes for step in outcome.retryable
    ]
    assert len(listed(bucket, "two")) == 8
    whole(bucket, "two")


def test_a_key_that_is_revoked_in_the_middle(office, bucket):
    """Writes are refused from some moment on; with a good key the same plan ends as an undisturbed one."""
    manifest = office.manifest([{"code": "a/1"}, {"code": "b/1"}, {"code": "c/1"}])
    plan = make_plan(manifest, ["files:s3://site/key"], as_of=AS_OF)
    heard: list[str] = []

    def at(point: str) -> None:
        heard.append(point)
        bucket.denied = heard.count("mirror.pointed") >= 2

    with pytest.raises(PublishFault) as caught:
        apply_plan(plan, now=now, at=at)  # the lists cannot be made either, and that is said
    assert caught.value.code == "mirror.denied"
    bucket.denied = False
    assert "catalogue.json" not in site_of(bucket, "key")  # what readers see: still nothing, not a part
    assert apply_plan(plan, now=now).exit_code == 0
    assert len(listed(bucket, "key")) == 3
    whole(bucket, "key")


def test_a_bucket_in_a_storm(office, bucket, line):
    """A quarter of all requests fail, eight ways; run again until done, then it is the site of a calm day."""
    manifest = office.manifest([{"code": f"a/{number}"} for number in range(6)])
    plan = make_plan(manifest, ["files:s3://site/storm", f"files:{office.folder / 'calm'}"], as_of=AS_OF)
    bucket.share = 0.25
    for _ in range(12):
        try:
            if apply_plan(plan, now=now).exit_code == 0:
                break
        except PublishFault as fault:
            assert fault.code == "mirror.unreachable"  # noqa: PT017 - it may come or not
    else:
        pytest.fail("never done")
    bucket.share = 0.0
    assert len(bucket.met) >= 6
    folder = office.folder / "calm"
    calm = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert site_of(bucket, "storm") == calm


def test_only_what_is_old_or_was_listed_is_swept(office, bucket):
    """Files that nothing points to may be another writer's work of this moment: they stay for a day."""
    manifest = office.manifest()
    assert apply_plan(make_plan(manifest, ["files:s3://site/s"], as_of=AS_OF), now=now).exit_code == 0
    import datetime as dt

    from bucket import Kept

    present = dt.datetime.now(dt.UTC)
    bucket.objects["s/datasets/x/1-aaaaaaaaaaaa/a.csv"] = Kept(b"new", present)
    bucket.objects["s/datasets/x/1-bbbbbbbbbbbb/a.csv"] = Kept(b"old", present - dt.timedelta(seconds=2 * DAY))
    office.manifest([{"title": "改名"}])
    assert apply_plan(make_plan(manifest, ["files:s3://site/s"], as_of=AS_OF), now=now).exit_code == 0
    left = [key for key in bucket.objects if key.startswith("s/datasets/x/")]
    assert left == ["s/datasets/x/1-aaaaaaaaaaaa/a.csv"]
    assert listed(bucket, "s")["307010/000001"]["version"] == "1.1"


def test_a_bucket_that_does_not_listen_is_refused(office, bucket):
    """Without conditions nothing would keep two writers apart, and nobody would know: nothing is published."""
    bucket.careless = True
    plan = make_plan(office.manifest(), ["files:s3://site/deaf"], as_of=AS_OF)
    outcome = apply_plan(plan, now=now)
    assert [step.fault["code"] for step in outcome.retryable] == ["mirror.unconditional"]
    assert not site_of(bucket, "deaf")

"""A CKAN as anybody sees it: only what changed moves, and what a sick or hostile site sends is refused in words."""

from __future__ import annotations

import hashlib
import socket
import subprocess
import sys

import pytest

from bench.storm import Storm
from gongshu.catalogue.check import faults as catalogue_faults
from gongshu.catalogue.store import Store
from gongshu.cli import main
from gongshu.publishers.harvest.limits import Limits
from gongshu.publishers.mirrors.ckan.transport import Patience

from .conftest import QUICK, contents
from .test_catalogues import CHILD


@pytest.fixture
def city(tmp_path):
    return tmp_path / "city"


def why(done) -> list[str]:
    return [each["code"] for line in done.lines for each in line.reasons]


def test_only_what_changed_moves(place, take, city):
    for name in ("air", "bus", "car"):
        place.add(name, f"a\n{name}\n".encode())
    source = f"ckan:{place.url}"
    host = place.url.removeprefix("http://")
    got, _ = take(source, city)
    assert set(got.values()) == {"create"}
    assert set(got) == {f"{host}/{name}" for name in ("air", "bus", "car")}
    before = contents(city)
    place.asked.clear()
    assert set(take(source, city)[0].values()) == {"unchanged"}
    assert len(place.asked) == 1  # one page tells that nothing changed
    assert contents(city) == before
    # a sysadmin's edit lets metadata_modified stand; a replaced file keeps its (empty) hash
    place.packages["air"]["title"] = "改名"
    url = place.packages["bus"]["resources"][0]["url"].removeprefix(place.url)
    place.files[url] = b"a\nnew\n"
    place.packages["bus"]["resources"][0] |= {"last_modified": "2026-02-02T00:00:00", "size": 6}
    place.asked.clear()
    got, _ = take(source, city)
    assert got == {f"{host}/air": "update", f"{host}/bus": "update", f"{host}/car": "unchanged"}
    assert place.downloads == 1
    after = contents(city)
    assert [after[f"{host}/{name}"][0] for name in ("air", "bus", "car")] == ["1.1", "2", "1"]
    # a rename there is no other dataset here
    place.packages["car"]["name"] = "carriage"
    assert take(source, city)[0] == {f"{host}/{name}": action for name, action in
                                     (("air", "unchanged"), ("bus", "unchanged"), ("car", "update"))}  # fmt: skip
    # gone there: confirmed by asking for it, because a search index may lag
    place.packages.pop("bus")
    assert take(source, city)[0][f"{host}/bus"] == "vanished"
    with Store(city) as store:
        assert not list(catalogue_faults(store))


def test_a_search_that_lags_makes_nothing_vanish(place, take, city):
    for name in ("air", "bus"):
        place.add(name)
    take(f"ckan:{place.url}", city)
    body = b'{"success": true, "result": {"count": 0, "results": []}}'
    place.odd = [("/api/3/action/package_search", 200, {}, body)]
    assert take(f"ckan:{place.url}", city, withdraw=True)[0] == {}


def test_links_elsewhere_stay_links(place, take, city):
    made = place.add("air")
    made["resources"].append({"id": "2" * 8, "name": "别处", "url": "http://169.254.169.254/latest/meta-data"})
    made["resources"].append({"id": "3" * 8, "name": "本地", "url": "file:///etc/passwd"})
    got, _ = take(f"ckan:{place.url}", city)
    assert set(got.values()) == {"create"}
    (entry,) = contents(city).values()
    assert [each["title"] for each in entry[2]["links"]] == ["别处", "本地"]
    assert len(entry[3]) == 1
    assert not any("169.254" in path for path in place.asked)


def test_files_without_a_date_are_asked_for_each_time_and_cost_little(place, take, city):
    made = place.add("air")
    made["resources"][0] |= {"url_type": None, "last_modified": None}
    assert set(take(f"ckan:{place.url}", city)[0].values()) == {"create"}
    assert set(take(f"ckan:{place.url}", city)[0].values()) == {"unchanged"}  # 304
    place.files[made["resources"][0]["url"].removeprefix(place.url)] = b"other"
    assert set(take(f"ckan:{place.url}", city)[0].values()) == {"update"}
    assert next(iter(contents(city).values()))[0] == "2"


def endless(handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    handler.close_connection = True
    try:
        while True:
            handler.wfile.write(b"x" * 65536)
    except OSError:
        pass


def lying(handler) -> None:
    """More is promised than comes."""
    handler.say(200, {"Content-Length": "1000"}, b"short")
    handler.close_connection = True


def nested(handler) -> None:
    handler.say(200, {}, b"[" * 200_000 + b"]" * 200_000)


def bomb(handler) -> None:
    import gzip

    handler.say(200, {"Content-Encoding": "gzip"}, gzip.compress(b"0" * (8 << 20)))


FILES = {
    "endless": (("/dataset/", endless), "pull.too-large"),
    "promises more than is taken": (("/dataset/", 200, {"Content-Length": str(1 << 40)}, b"x"), "pull.too-large"),
    "gzip bomb": (("/dataset/", bomb), "pull.too-large"),
    "half a body": (("/dataset/", lying), "pull.unreachable"),
    "a login page": (("/dataset/", 200, {}, b"\n<!DOCTYPE html><html>log in</html>"), "pull.page"),
    "to another host": (("/dataset/", 302, {"Location": "http://localhost:1/x"}, b""), "pull.redirect"),
    "to a file": (("/dataset/", 302, {"Location": "file:///etc/passwd"}, b""), "pull.redirect"),
    "with a password": (("/dataset/", 302, {"Location": "http://u:p@127.0.0.1/"}, b""), "pull.redirect"),
    "in a ring": (("/dataset/", 302, {"Location": "/dataset/x"}, b""), "pull.redirects"),
    "forbidden": (("/dataset/", 403, {}, b""), "pull.file-gone"),
    "a teapot": (("/dataset/", 418, {}, b""), "pull.answer"),
    "always 500": (("/dataset/", 500, {}, b""), "pull.unreachable"),
}


@pytest.mark.parametrize("name", FILES)
def test_hostile_files_are_refused_and_the_rest_goes_on(name, place, take, city):
    odd, code = FILES[name]
    made = place.add("air")
    place.add("bus")
    url = made["resources"][0]["url"].removeprefix(place.url)
    place.odd, place.sticky = [(url if name != "in a ring" else "/dataset/" + made["id"], *odd[1:])], True
    if name == "in a ring":
        place.odd[0] = (place.odd[0][0], 302, {"Location": url}, b"")
    limits = Limits(file=1 << 20, patience=QUICK.patience)
    got, done = take(f"ckan:{place.url}", city, limits=limits)
    assert sorted(got.values()) == ["create", "failed"]
    assert why(done) == [code]
    assert done.exit_code == 1
    assert not list((city / "tmp").iterdir()) if (city / "tmp").exists() else True
    place.odd = []
    again, done = take(f"ckan:{place.url}", city, limits=limits)
    assert sorted(again.values()) == ["create", "unchanged"]
    assert done.exit_code == 0
    with Store(city) as store:
        assert not list(catalogue_faults(store))
        assert not store.connection.execute("SELECT 1 FROM journal WHERE state <> 'done'").fetchall()


ANSWERS = {
    "a page": ((200, {}, b"<html>please log in</html>"), "pull.unreachable"),
    "no JSON": ((200, {}, b"{"), "pull.unreachable"),
    "nothing": ((200, {}, b""), "pull.unreachable"),
    "another shape": ((200, {}, b'{"success": true, "result": []}'), "pull.not-ckan"),
    "refused": ((200, {}, b'{"success": false}'), "pull.not-ckan"),
    "not found": ((404, {}, b"no"), "pull.not-ckan"),
    "huge": ((200, {"Content-Length": str(1 << 40)}, b"x"), "pull.too-large"),
    "endless": ((endless,), "pull.too-large"),
    "nested": ((nested,), "pull.answer"),
    "elsewhere": ((302, {"Location": "http://localhost:1/"}, b""), "pull.redirect"),
    "a list of numbers": ((200, {}, b'{"success": true, "result": {"count": 3, "results": [1, null, "x"]}}'), ""),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_no_answer_of_a_ckan_is_told(name, place, take, city):
    from gongshu.standards.faults import Fault

    answer, code = ANSWERS[name]
    place.odd, place.sticky = [("/api/", *answer)], True
    limits = Limits(answer=1 << 20, patience=QUICK.patience)
    if not code:
        assert take(f"ckan:{place.url}", city, limits=limits)[0] == {}
        return
    with pytest.raises(Fault) as told:
        take(f"ckan:{place.url}", city, limits=limits)
    assert told.value.code == code
    for lang in ("zh", "en"):
        assert "{" not in told.value.say(lang)


def test_hostile_entries(place, take, city):
    """Names that climb, ids that are none, text that is no text: refused, or made harmless, one dataset at a time."""
    place.add("fine")
    climbing = place.add("climbing")
    climbing |= {"name": "../../../etc", "title": "\x00\x1b[31m红", "extras": [
        {"key": "共享属性", "value": "x"}, {"key": "数据项", "value": "[" * 5000}]}  # fmt: skip
    climbing["resources"][0] |= {"name": "../../x", "format": "../exe", "mimetype": "a\nb"}
    place.add("noid")["id"] = "../1"
    place.add("half")["title"] = "\ud800"
    place.add("list")["resources"] = "x"
    place.add("extras")["extras"] = [1]
    place.add("long")["notes"] = "长" * (2 << 20)
    place.add("twice")["resources"] *= 2
    place.add("numbers")["title"] = {"a": [1e400]}
    got, done = take(f"ckan:{place.url}", city)
    told = {line.title[:8]: line.action for line in done.lines}
    assert sorted(got.values()) == ["blocked"] * 4 + ["create"] * 4, told
    assert set(why(done)) == {"pull.unusable"}
    everything = {str(path.relative_to(city)) for path in city.rglob("*")}
    assert not any(".." in path or "etc" in path for path in everything)
    with Store(city) as store:
        assert not list(catalogue_faults(store))
        for head in store.heads():
            assert head.title.isprintable()
            for resource in head.resources:
                assert all("/" not in output.file_name for output in resource.outputs)
    assert main(["search", "--in", str(city), "--json"]) == 0


def test_a_hash_that_differs(place, take, city):
    made = place.add("air")
    made["resources"][0]["hash"] = "sha256:" + hashlib.sha256(b"before").hexdigest()
    got, done = take(f"ckan:{place.url}", city)
    assert set(got.values()) == {"failed"}
    assert why(done) == ["pull.hash-differs"]
    assert set(take(f"ckan:{place.url}", city, stale=True)[0].values()) == {"create"}
    (entry,) = contents(city).values()
    assert entry[3][0][1]["claimed"]["hash"] == made["resources"][0]["hash"]


def test_claims_of_gongshu_find_home(place, take, city):
    """What a catalogue brought to a CKAN comes back as its own; whoever claims the same twice is believed once."""
    with Store(city, write=True) as store:
        own = store.namespace
    said = [{"key": "gongshu_code", "value": "d/1"}, {"key": "gongshu_namespace", "value": own}]
    place.add("ours", extras=said)
    other = [{"key": "gongshu_code", "value": "e/1"}, {"key": "gongshu_namespace", "value": "n"},
             {"key": "信息资源提供方", "value": "某局"}]  # fmt: skip
    place.add("first", extras=other)
    place.add("second", extras=other)
    _, done = take(f"ckan:{place.url}", city)
    assert [(line.code, line.action) for line in done.lines] == [("e/1", "create"), ("d/1", "ours"), ("e/1", "blocked")]
    assert contents(city)["e/1"][2]["provider"] == "某局"
    assert why(done) == ["pull.twice"]


def test_retry_after_is_kept(place, take, city):
    place.add("air")
    slept: list[float] = []
    patience = Patience(tries=4, first=0.001, longest=60.0, sleep=slept.append)
    place.odd = [("/api/", 429, {"Retry-After": "7"}, b""), ("/dataset/", 503, {"Retry-After": "9"}, b"")]
    assert set(take(f"ckan:{place.url}", city, limits=Limits(patience=patience))[0].values()) == {"create"}
    assert slept == [7.0, 9.0]


def test_all_arrive_in_a_storm(place, take, city, tmp_path):
    for number in range(24):
        place.add(f"d{number:02d}", f"a\n{number}\n".encode() * 1000)
    calm = tmp_path / "calm"
    storm = Storm(place.url, share=0.4, seed=11)
    for made in place.packages.values():
        made["resources"][0]["url"] = made["resources"][0]["url"].replace(place.url, storm.url)
    try:
        patience = Patience(tries=30, first=0.001, longest=0.2)
        got, done = take(f"ckan:{storm.url}", city, limits=Limits(patience=patience))
    finally:
        for made in place.packages.values():
            made["resources"][0]["url"] = made["resources"][0]["url"].replace(storm.url, place.url)
        storm.end()
    assert set(got.values()) == {"create"}, why(done)
    assert len(storm.met) >= 4
    take(f"ckan:{place.url}", calm, hosts=("127.0.0.1",))

    def bodies(folder) -> list:
        return sorted(entry[3][0][2] for entry in contents(folder).values())

    assert bodies(city) == bodies(calm)


def test_killed_while_it_fetches_and_run_again(place, take, tmp_path):
    pytest.importorskip("fcntl")
    for name in ("air", "bus", "car"):
        place.add(name, name.encode() * 100)
    source, points = f"ckan:{place.url}", []
    take(source, tmp_path / "calm", at=points.append)
    wanted = contents(tmp_path / "calm")
    killed = 0
    for moment in range(0, len(points), 2):
        city = tmp_path / f"city-{moment}"
        done = subprocess.run([sys.executable, "-c", CHILD, source, str(city), str(moment)], check=False)
        killed += done.returncode < 0
        place.asked.clear()
        assert take(source, city)[1].exit_code == 0
        assert contents(city) == wanted, moment
        with Store(city) as store:
            assert not list(catalogue_faults(store))
    assert killed >= len(points) // 2


def test_a_site_that_is_not_there(take, city):
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        assert main(["publish", "pull", "ckan:http://user:secret@x/", "--into", str(city)]) == 3
        assert not city.exists()
        from gongshu.standards.faults import Fault

        with pytest.raises(Fault) as told:
            take(f"ckan:http://127.0.0.1:{port}", city)
    assert told.value.code == "pull.unreachable"


def test_command_words(place, city, capsys):
    place.add("air")
    assert main(["publish", "pull", f"ckan:{place.url}", "--into", str(city), "--dry-run", "--lang", "zh"]) == 0
    assert "新增 1" in capsys.readouterr().out
    assert main(["publish", "pull", f"ckan:{place.url}", "--into", str(city), "--lang", "zh"]) == 0
    assert "新增 1" in capsys.readouterr().out
    code = f"{place.url.removeprefix('http://')}/air"
    assert main(["show", code, "--in", str(city), "--lang", "zh"]) == 0
    assert "未经校验" in capsys.readouterr().out
    assert main(["get", code, "--in", str(city), "-o", str(city.with_name("out.csv"))]) == 0
    assert city.with_name("out.csv").read_bytes() == b"a,b\n1,2\n"
    assert main(["get", code, "--in", str(city), "-o", str(city.with_name("out.parquet"))]) == 3

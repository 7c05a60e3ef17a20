"""What every mirror must do, as cases that anyone can run against their own; no test runner is needed.

    from gongshu.publishers.mirrors import conformance

    @pytest.mark.parametrize("case", conformance.CASES)
    def test_my_mirror(case, tmp_path):
        conformance.run(case, lambda: MyMirror("address"), tmp_path)

Or, once it is registered, without a test runner: `python -m gongshu.publishers.mirrors.conformance mine:address`.

`make` is called again wherever a new process would open the place again. The place may be shared by all cases: each
publishes under a namespace and codes of its own (`site=False`), or needs an empty one (`site=True` says that one place
shows one catalogue only, so that two namespaces are not tried together). A case that fails raises `Nonconforming`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from gongshu.publishers.canonical import blocks_sha256
from gongshu.publishers.identity import dataset_id, resource_id, slug
from gongshu.publishers.ledger import Head, Output, Resource
from gongshu.publishers.mirrors import Mirror
from gongshu.publishers.plan import state_sha256

Rows = Sequence[tuple[str, int]]
NAMESPACE = "6f4b3c1e-0b57-4a5e-9d8c-2f0f6a5d1c77"  # of the catalogue that the suite plays on the command line
PROVIDER, PROVIDER_CODE = "示例市交通运输局", "11420000000013493M"
SCHEMA = {
    "fields": [{"name": "编码", "type": "string", "title": "停车场编码"}, {"name": "BWS", "type": "integer"}],
    "primaryKey": ["编码"],
}


class Nonconforming(Exception):
    """A mirror did something else than it must."""


@dataclass(slots=True)
class Bench:
    """A place under test, and a ledger made of plain files."""

    make: Callable[[], Mirror]
    folder: Path
    namespace: str
    site: bool
    journal: Path
    made: int = 0
    prefix: str = field(default_factory=lambda: uuid4().hex[:8])

    def object_path(self, sha256: str) -> Path:
        """Where the bytes of that hash lie."""
        return self.folder / sha256

    def code(self) -> str:
        """A code that no other case uses, with a slash as real ones have."""
        self.made += 1
        return f"{self.prefix}/{self.made:06d}"

    def put(self, content: bytes) -> tuple[str, int]:
        """Store bytes."""
        sha256 = hashlib.sha256(content).hexdigest()
        self.object_path(sha256).write_bytes(content)
        return sha256, len(content)

    def head(
        self, code: str, files: dict[str, Rows], *, version: int = 1, edit: int = 0, title: str = "停车场"
    ) -> Head:
        """A published dataset with tables of (text code, number)."""
        resources = tuple(self._resource(code, key, rows) for key, rows in files.items())
        content = hashlib.sha256(
            repr(sorted((each.key, each.source_sha256) for each in resources)).encode()
        ).hexdigest()
        metadata = {
            "title": title,
            "provider": PROVIDER,
            "providerCode": PROVIDER_CODE,
            "abstract": "公共停车场的泊位\n第二行",
            "resourceClass": [{"lei": "3", "xiang": "城乡建设"}],
            "sharing": {"type": "1"},
            "open": {"type": "1"},
        }
        return Head(
            code,
            slug(code),
            dataset_id(self.namespace, code),
            title,
            version,
            edit,
            "published",
            content,
            hashlib.sha256(title.encode()).hexdigest(),
            "2026-03-31T12:00:00+08:00",
            metadata,
            resources,
        )

    def _resource(self, code: str, key: str, rows: Rows) -> Resource:
        import pyarrow as pa
        import pyarrow.parquet as pq

        names = ("编码", "BWS")
        table = pa.table([[each[0] for each in rows], [each[1] for each in rows]], names=list(names))
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd")
        text = "\n".join([",".join(names), *(f"{a},{b}" for a, b in rows)]) + "\n"
        csv, parquet = self.put(b"\xef\xbb\xbf" + text.encode()), self.put(sink.getvalue().to_pybytes())
        stem = f"{slug(code)}-{slug(key)}"
        return Resource(
            key,
            resource_id(self.namespace, code, key),
            f"{key} 表",
            "a.csv",
            *csv,
            "parking-lots@1.0.0",
            "f",
            len(rows),
            names,
            SCHEMA,
            {},
            (
                Output("source", "source", *csv, "text/csv", "a.csv"),
                Output("open", "parquet", *parquet, "application/vnd.apache.parquet", f"{stem}.parquet"),
                Output("open", "csv", *csv, "text/csv", f"{stem}.csv"),
            ),
        )

    def bring(self, head: Head, mirror: Mirror | None = None, at: Callable[[str], None] = lambda point: None) -> None:
        """One step, as an apply does it."""
        place = mirror or self.make()
        with place.lock():
            place.step(head, self, state_sha256(head), at=at)  # type: ignore[arg-type] # the part of a ledger that steps use
            place.tidy()

    def shows(self, head: Head) -> None:
        """Raise unless the place, opened again, shows exactly this head and its bytes."""
        place = self.make()
        seen = place.look(head.code, head.slug, self.namespace)
        wanted = state_sha256(head)
        expect(seen is not None and seen.state == wanted, f"{head.number}: look() shows another state: {seen}")
        listed = place.read(self.namespace).get(head.code)
        expect(listed is not None and listed.state == wanted, "read() shows another state than look()")
        for resource in head.resources:
            for output in resource.outputs:
                if output.audience == "open":
                    self._same(place, head, resource, output)
                elif output.form == "source" and output.sha256 not in {
                    each.sha256 for each in resource.outputs if each.audience == "open"
                }:
                    expect(place.fetch(head, resource, output) is None, "the operator's source is shown")

    def _same(self, place: Mirror, head: Head, resource: Resource, output: Output) -> None:
        blocks = place.fetch(head, resource, output)
        expect(blocks is not None, f"{resource.key}.{output.form} is not there")
        expect(blocks_sha256(blocks or ())[0] == output.sha256, f"{resource.key}.{output.form} has other bytes")


def expect(holds: bool, what: str) -> None:
    """Raise `Nonconforming` where it does not hold."""
    if not holds:
        raise Nonconforming(what)


ROWS: Rows = (("0001", 10), ("0002", 20), ("00,3\n", 30))


def absent(bench: Bench) -> None:
    """Where nothing was brought nothing is shown."""
    place, code = bench.make(), bench.code()
    expect(place.look(code, slug(code), bench.namespace) is None, "look() shows what was never brought")
    expect(code not in place.read(bench.namespace), "read() lists what was never brought")


def created(bench: Bench) -> None:
    """A dataset with two files is there, with the bytes of the ledger."""
    head = bench.head(bench.code(), {"main": ROWS, "附表": ROWS[:1]})
    bench.bring(head)
    bench.shows(head)


def repeated(bench: Bench) -> None:
    """The same step again changes nothing."""
    head = bench.head(bench.code(), {"main": ROWS})
    bench.bring(head)
    bench.bring(head)
    bench.shows(head)


def updated(bench: Bench) -> None:
    """New content replaces the old, files that are gone go, and what stays keeps its bytes."""
    code = bench.code()
    bench.bring(bench.head(code, {"main": ROWS, "old": ROWS, "kept": ROWS}))
    head = bench.head(code, {"main": ROWS[:2], "kept": ROWS, "new": ROWS[1:]}, version=2)
    bench.bring(head)
    bench.shows(head)


def edited(bench: Bench) -> None:
    """An edit of metadata is another state with the same bytes."""
    code = bench.code()
    bench.bring(bench.head(code, {"main": ROWS}))
    head = bench.head(code, {"main": ROWS}, edit=1, title="停车场(改名)")
    bench.bring(head)
    bench.shows(head)


def withdrawn(bench: Bench) -> None:
    """What is withdrawn is not shown any more; afterwards it can come back."""
    code = bench.code()
    head = bench.head(code, {"main": ROWS})
    bench.bring(head)
    gone = replace(head, state="withdrawn")
    bench.bring(gone)
    place = bench.make()
    seen = place.look(code, head.slug, bench.namespace)
    expect(seen is None or seen.state == state_sha256(gone), "a withdrawn dataset is shown as something else")
    for output in head.resources[0].outputs:
        if output.audience == "open":
            expect(place.fetch(gone, head.resources[0], output) is None, "a withdrawn file can still be fetched")
    bench.bring(gone)
    again = bench.head(code, {"main": ROWS[:2]}, version=2)
    bench.bring(again)
    bench.shows(again)


def without_data(bench: Bench) -> None:
    """A dataset of which only the entry is public has no files."""
    head = bench.head(bench.code(), {"main": ROWS})
    bare = replace(head, resources=tuple(replace(each, outputs=each.outputs[:1]) for each in head.resources))
    bench.bring(bare)
    seen = bench.make().look(bare.code, bare.slug, bench.namespace)
    expect(seen is not None and seen.state == state_sha256(bare), "an entry without data is not shown")
    expect(bench.make().fetch(head, head.resources[0], head.resources[0].outputs[1]) is None, "its data are shown")


def independent(bench: Bench) -> None:
    """Bringing one dataset leaves another as it is."""
    one, two = (bench.head(bench.code(), {"main": ROWS}) for _ in range(2))
    bench.bring(one)
    bench.bring(two)
    bench.bring(replace(one, state="withdrawn"))
    bench.shows(two)


def apart(bench: Bench) -> None:
    """Another catalogue's datasets are not listed as ours."""
    head = bench.head(bench.code(), {"main": ROWS})
    bench.bring(head)
    if not bench.site:
        expect(head.code not in bench.make().read(str(uuid4())), "a dataset is listed under another namespace")


def interrupted(bench: Bench) -> None:
    """Dying at any point and coming again ends in the same place, and never passes through a state nobody knows."""
    code = bench.code()
    before = bench.head(code, {"main": ROWS, "kept": ROWS})
    for old, new in (
        (None, before),
        (before, bench.head(code, {"main": ROWS[:2], "kept": ROWS}, version=2)),
        (bench.head(code, {"main": ROWS[:2], "kept": ROWS}, version=2), None),
    ):
        _interrupt(bench, old, new if new is not None else replace(old or before, state="withdrawn"))


def _interrupt(bench: Bench, old: Head | None, new: Head) -> None:
    left = 0
    while True:
        heard: list[str] = []

        def at(point: str, left: int = left, heard: list[str] = heard) -> None:
            heard.append(point)
            if len(heard) > left:
                raise _Died(point)

        try:
            bench.bring(new, at=at)
        except _Died as died:
            place = bench.make()
            seen = place.look(new.code, new.slug, bench.namespace)
            known = {state_sha256(old), state_sha256(new), state_sha256(None), *place.on_the_way(state_sha256(new))}
            shown = state_sha256(None) if seen is None else seen.state
            expect(shown in known, f"killed at {died}: shows a state that nobody knows")
            left += 1
            continue
        break
    bench.bring(new)
    if new.state == "published":
        bench.shows(new)


class _Died(Exception):
    """The point at which we end."""


CASES: dict[str, Callable[[Bench], None]] = {
    "absent": absent,
    "apart": apart,
    "created": created,
    "edited": edited,
    "independent": independent,
    "interrupted": interrupted,
    "repeated": repeated,
    "updated": updated,
    "withdrawn": withdrawn,
    "without_data": without_data,
}


def run(case: str, make: Callable[[], Mirror], folder: Path, *, namespace: str = "", site: bool = False) -> None:
    """Run one case; `folder` is an empty one for the files of the ledger."""
    objects = folder / "objects"
    objects.mkdir(parents=True, exist_ok=True)
    bench = Bench(make, objects, namespace or str(uuid4()), site, folder / "journal.sqlite")
    CASES[case](bench)


def main(arguments: Sequence[str]) -> int:
    """Run every case against a target and print how each went: 0 when all hold, 1 when one does not, 3 for misuse."""
    import sys
    import tempfile

    from gongshu.publishers.mirrors import mirror
    from gongshu.standards.faults import Fault

    if len(arguments) != 1 or ":" not in arguments[0]:
        sys.stderr.write("python -m gongshu.publishers.mirrors.conformance KIND:ADDRESS\n")
        return 3
    (target,) = arguments
    bad = 0
    for case in CASES:
        with tempfile.TemporaryDirectory(prefix="gongshu-conformance-") as folder:
            # one catalogue for all cases: a place may show the datasets of one only
            told = "ok"
            try:
                run(case, lambda: mirror(target), Path(folder), namespace=NAMESPACE, site=target.startswith("files:"))
            except Nonconforming as error:
                told, bad = f"no: {error}", bad + 1
            except Fault as fault:
                told, bad = f"no: {fault.say('en')}", bad + 1
        sys.stdout.write(f"{case:<14} {told}\n")
    return 1 if bad else 0


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))

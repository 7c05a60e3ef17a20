"""Who gets what: by audience, by row, and nothing where the policy is in doubt."""

from __future__ import annotations

from dataclasses import replace

import pyarrow.parquet as pq
import pytest

from gongshu.catalogue.client import open as open_catalogue
from gongshu.catalogue.store import Store
from gongshu.publishers.audience import narrowed, projections, scopes, seen
from gongshu.publishers.history import rollback
from gongshu.publishers.manifest import read
from gongshu.publishers.mirrors import mirror
from gongshu.publishers.projection import project
from gongshu.publishers.targets import apply_plan
from gongshu.publishers.targets import plan as make_plan
from gongshu.publishers.verification import verify
from gongshu.standards.model import Field, Kind, Privacy, Standard, Table
from gongshu.standards.registry import Registry
from gongshu.validators.validation import validate

CODE = "307010/000001"
OPEN_ALL = {"sharing": {"type": "1"}, "open": {"type": "1"}}


def scoped(office, scope, **changes):
    manifest = read(office.manifest([changes]))
    (item,) = manifest.items
    return replace(manifest, items=(replace(item, files=(replace(item.files[0], scope=scope),)),))


def publish(manifest, *to):
    plan = make_plan(manifest, to, as_of="2026-03-31")
    assert not plan.blocked, plan.blocked
    assert apply_plan(plan).exit_code == 0
    return plan


def site(folder):
    (data,) = folder.rglob("*.parquet")
    return pq.read_table(data)


def columns(*fields, audience, metadata=OPEN_ALL):
    standard = Standard("s", "1.0.0", Kind.TABLE, table=Table(fields))
    found = project(standard, metadata, audience)
    return {each.field.name: each.masked for each in found.columns}, dict(found.dropped), found.withheld


@pytest.mark.parametrize(
    ("field", "open_", "shared"),
    [
        (Field("f"), False, False),
        (Field("f", opening="conditional"), "opening", False),
        (Field("f", opening="none"), "opening", False),
        (Field("f", sharing="conditional", opening="unconditional"), "opening", "sharing"),
        (Field("f", sharing="none"), "opening", "sharing"),
        (Field("f", privacy=Privacy("personal", "name")), True, True),
        (Field("f", privacy=Privacy("personal")), "personal", "personal"),
        (Field("f", privacy=Privacy("personal", "withhold")), "personal", "personal"),
        (Field("f", privacy=Privacy("personal", "nobody-knows")), "personal", "personal"),
        (Field("f", privacy=Privacy("personal", "withhold", "a = 1")), True, True),
        (Field("f", privacy=Privacy("sensitive", "phone")), "sensitive", True),
        (Field("f", privacy=Privacy("sensitive")), "sensitive", "sensitive"),
        (Field("f", privacy=Privacy("none", "name")), True, True),
    ],
)
def test_what_becomes_of_a_column(field, open_, shared):
    for audience, wanted in (("open", open_), ("shared", shared)):
        kept, dropped, _ = columns(field, audience=audience)
        assert (kept if isinstance(wanted, bool) else dropped) == {"f": wanted}


@pytest.mark.parametrize(
    ("sharing", "opening", "open_", "shared"),
    [
        ("1", "1", "", ""),
        ("1", "3", "3", ""),
        ("1", "2", "2", ""),
        ("2", "1", "2", "2"),
        ("3", "3", "3", "3"),
        ("", "", "3", "3"),
    ],
)
def test_opening_is_no_wider_than_sharing(sharing, opening, open_, shared):
    metadata = {"sharing": {"type": sharing}, "open": {"type": opening}}
    assert columns(Field("f"), audience="open", metadata=metadata)[2] == open_
    assert columns(Field("f"), audience="shared", metadata=metadata)[2] == shared


def test_an_audience_that_nobody_knows_gets_nothing():
    assert columns(Field("f"), audience="friends")[2]


def test_each_site_has_what_its_audience_gets(office):
    open_, share = f"files:{office.folder}/open", f"files:{office.folder}/share#shared"
    plan = publish(office.manifest(), open_, share)
    assert [item.target for item in plan.items] == ["catalogue", open_, share]
    assert "LXDH" not in site(office.folder / "open").schema.names
    shared = site(office.folder / "share")
    assert set(shared["LXDH"].to_pylist()) == {"138****0000"}
    assert "BZ" in shared.schema.names
    for target in (f"catalogue:{office.catalogue}", open_, share):
        assert verify(office.catalogue, target).faults == ()
    again = make_plan(office.manifest(), [open_, share], as_of="2026-03-31")
    assert {item.action for item in again.items} == {"unchanged"}
    alone = make_plan(office.manifest(), [open_], as_of="2026-03-31")  # takes nothing from the departments
    assert {item.action for item in alone.items} == {"unchanged"}
    (data,) = (office.folder / "share").rglob("*.csv")
    data.write_bytes(data.read_bytes() + b"x")
    assert verify(office.catalogue, share).faults


def test_a_site_that_turns_from_shared_to_open_is_rewritten(office):
    publish(office.manifest(), f"files:{office.folder}/site#shared")
    assert "LXDH" in site(office.folder / "site").schema.names
    plan = publish(office.manifest(), f"files:{office.folder}/site")
    assert [item.action for item in plan.items] == ["unchanged", "update"]
    assert "LXDH" not in site(office.folder / "site").schema.names


def test_departments_get_data_that_the_public_does_not(office):
    publish(office.manifest([{"open": 3}]), f"files:{office.folder}/open", f"files:{office.folder}/share#shared")
    assert list((office.folder / "open").rglob("*.parquet")) == []
    assert site(office.folder / "share").num_rows == 10


def test_equal_projections_are_written_once(office):
    pack = office.folder / "pack" / "standard.yaml"
    text = pack.read_text("utf-8").replace(", opening: none", "").replace("category: sensitive", "category: personal")
    pack.write_text(text, "utf-8")
    publish(office.manifest(), f"files:{office.folder}/share#shared")
    with Store(office.catalogue) as store:
        outputs = store.head(CODE).resources[0].outputs
    assert {each.audience: each.sha256 for each in outputs if each.form == "csv"}.keys() == {"open", "shared"}
    assert len({each.sha256 for each in outputs if each.form == "csv"}) == 1


@pytest.mark.parametrize(
    ("condition", "rows"),
    [("LB = '单位'", 5), ("LB <> '单位'", 5), ("BWS > 1000", 0), ("BZ IS NULL", 0), ("QYRQ < DATE '2021-01-01'", 10)],
)
def test_only_rows_in_scope_leave(office, condition, rows):
    publish(scoped(office, {"open": condition}))
    with open_catalogue(office.catalogue) as catalogue:
        assert catalogue[CODE].table().num_rows == rows
        assert catalogue[CODE].resource().record["projection"]["scope"] == condition


@pytest.mark.parametrize("condition", ["nonsense(", "UNKNOWN = '1'", "LB", "1; DROP TABLE x"])
def test_a_scope_that_cannot_be_read_blocks(office, condition):
    plan = make_plan(scoped(office, {"open": condition}), as_of="2026-03-31")
    assert [each["code"] for each in plan.items[0].reasons] == ["gate.scope"]


def test_a_row_of_which_the_scope_is_in_doubt_stays(office, line):
    office.write([line(1), line(2).replace("自然人", "")])
    publish(scoped(office, {"open": "LB <> '自然人'"}))
    with open_catalogue(office.catalogue) as catalogue:
        assert catalogue[CODE].table()["TCCBM"].to_pylist() == ["0001"]


def test_a_rollback_keeps_todays_scope(office, line):
    publish(office.manifest())
    office.write([line(n) for n in range(1, 5)])
    publish(scoped(office, {"open": "LB = '单位'"}))
    registry = Registry((office.folder,))
    plan = rollback(office.catalogue, CODE, "1", as_of="2026-03-31", registry=registry)
    assert not plan.blocked, plan.blocked
    assert apply_plan(plan, registry=registry).exit_code == 0
    with open_catalogue(office.catalogue) as catalogue:
        assert set(catalogue[CODE].table()["LB"].to_pylist()) == {"单位"}


def test_a_mask_in_doubt_masks(office, line):
    """Nothing in the column that decides, or no such column at all."""
    office.write([line(1), line(2), line(3).replace("单位", "")])
    publish(office.manifest())
    with open_catalogue(office.catalogue) as catalogue:
        assert catalogue[CODE].table()["GLR"].to_pylist() == ["示例公司", "测**", "示***"]
    path = office.folder / "lots.csv"
    whole = [each.split(",") for each in path.read_text("utf-8").splitlines()]
    path.write_text("\n".join(",".join([*each[:5], *each[6:]]) for each in whole) + "\n", "utf-8")
    publish(office.manifest())
    with open_catalogue(office.catalogue) as catalogue:
        assert catalogue[CODE].table()["GLR"].to_pylist() == ["示***", "测**", "示***"]


def test_a_masked_file_may_show_what_its_condition_lets_stand(tmp_path):
    """`validate --masked` asks for a mask where the condition is not surely false."""
    when = "LB = '自然人'"
    fields = (Field("LB"), Field("GLR", privacy=Privacy("personal", "name", when)))
    standard = Standard("s", "1.0.0", Kind.TABLE, table=Table(fields))
    path = tmp_path / "a.csv"
    path.write_text("LB,GLR\n单位,示例公司\n自然人,测**\n自然人,测试甲\n,测试乙\n", "utf-8")
    report = validate(path, standard=standard, masked=True)
    (finding,) = [each for each in report.files[0].findings if each.code == "privacy.unmasked"]
    assert finding.count == 2
    assert [each.row for each in finding.samples] == [3, 4]
    doubtful = replace(fields[1], privacy=Privacy("personal", "name", "cannot be read ("))
    standard = replace(standard, table=Table((fields[0], doubtful)))
    report = validate(path, standard=standard, masked=True)
    (finding,) = [each for each in report.files[0].findings if each.code == "privacy.unmasked"]
    assert finding.count == 3


def test_a_target_keeps_its_audience_in_its_name(tmp_path):
    assert mirror(f"files:{tmp_path}#shared").name == f"files:{tmp_path}#shared"
    assert mirror(f"files:{tmp_path}#open").name == f"files:{tmp_path}"


def test_a_public_record_tells_nothing_that_was_withheld(office):
    publish(scoped(office, {"open": "LB = '单位'"}), f"files:{office.folder}/share#shared")
    with Store(office.catalogue) as store:
        head = store.head(CODE)
    record = head.resources[0].record
    assert scopes(record) == {"open": "LB = '单位'"}
    public = seen(head, "open").resources[0].record
    assert set(projections(public)) == {"open"}
    assert "LXDH" not in str(public)
    assert "LB = " not in str(public)
    assert seen(narrowed(head, {"open"}), "open") == seen(head, "open")
    assert seen(narrowed(head, {"shared"}), "shared") == seen(head, "shared")
    assert seen(narrowed(head, {"shared"}), "open").resources[0].outputs == ()

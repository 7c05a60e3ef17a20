"""No row of the facts is left unused; where one is used in another shape or not at all, that is said here with why."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from gongshu import publishers
from gongshu.standards import packs
from gongshu.standards.identifiers import IDENTIFIERS, WITHOUT_RULE
from gongshu.standards.loading import load_folder
from gongshu.standards.model import Kind
from gongshu.standards.registry import Registry

PACKS = Path(packs.__file__).parent
FACTS = Path(__file__).parents[4] / "shared" / "facts"
pytestmark = pytest.mark.skipif(not FACTS.is_dir(), reason="the facts are not beside the repository")

# Facts file under codes/ -> the packs that hold its rows, and how many rows of the facts are not rows of theirs.
MERGED = {
    "divisions_6digit_2023": (("divisions-6",), 3),  # three cities without counties are listed twice
    "divisions_6digit_history": (("divisions-6-history",), 0),
    "divisions_hubei_history": (("divisions-hubei-history",), None),  # spellings of one name share a row
    "phone_area_codes": (("phone-area-codes",), None),  # places that share an area code share a row
    "divisions_hubei_township_9digit_2023": (("divisions-9-hubei",), 0),
    "divisions_jiangan_caidian_village_12digit_2023": (("divisions-12-jiangan-caidian",), 0),
    "land_ownership_and_parcel_feature_code": (("land-ownership", "land-parcel-feature", "land-fixture-feature"), 0),
    "resource_class_lei_xiang": (("resource-class-lei-xiang",), -3),  # the three classes are rows of their own
}
# What of the facts no pack holds, and why.
LEFT = {
    "identifiers/check_vectors.csv": "examples: held by the tests of the identifiers",
    "identifiers/geo_bounds.json": "only the box of China is used; the box of a city refuses its neighbours",
}
FILLERS = {"carries", "object", "puts", "them"}  # words of the facts' sentences that name nothing
REPORTS = {"quarterly_brief": "quarterly-brief", "annual_self_evaluation": "annual-self-evaluation"}
PROFILES = {
    "core-metadata-1272-2017": "core_metadata_1272_2017",
    "core-metadata-gbt21063-3-2007": "core_metadata_gbt21063_3_2007",
    "public-data-resource-registration-2025": "public_data_resource_registration_2025",
    "dcat-ap-3": "dcat_ap3_dataset_properties",
}


def rows(name):
    with (FACTS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pack(name):
    return load_folder(PACKS / name / "1.0.0")


def listed(name):
    return {code.code: code for code in pack(name).codes}


def extra(code):
    return dict(code.extra)


def test_every_data_item_is_a_column():
    items = rows("databases/data_items.csv")
    tables = sorted({row["table"] for row in items})
    assert (len(items), len(tables), len({row["database"] for row in items})) == (248, 13, 8)
    used = {(table, field.name) for table in tables for field in pack(table.replace("_", "-")).table.fields}
    assert used == {(row["table"], row["short_name"]) for row in items}


def test_every_database_has_its_tables():
    items = rows("databases/data_items.csv")
    for database in {row["database"] for row in items}:
        wanted = {row["table"].replace("_", "-") for row in items if row["database"] == database}
        standard = pack(f"{database.replace('_', '-')}-database")
        assert {each["standard"].removesuffix("@1") for each in standard.document["tables"]} == wanted
        assert standard.status == "draft"


def test_every_identifier_has_a_rule_or_a_reason():
    names = {row["id"].replace("_", "-") for row in rows("identifiers/identifiers.csv")}
    assert len(names) == 37
    assert names == set(IDENTIFIERS) | set(WITHOUT_RULE)


@pytest.mark.parametrize("path", sorted(FACTS.glob("codes/*.csv")), ids=lambda path: path.stem)
def test_every_code_is_in_a_list(path):
    names, merged = MERGED.get(path.stem, ((path.stem.replace("_", "-"),), 0))
    held = sum(len(pack(name).codes) for name in names)
    assert merged is None or len(rows(f"codes/{path.name}")) - held == merged


@pytest.mark.parametrize("name", PROFILES)
def test_every_metadata_row_is_an_element(name):
    elements = pack(name).document["elements"]
    by_title = {each["title"]["zh"]: each for each in elements}
    for row in rows(f"metadata/{PROFILES[name]}.csv"):
        if "property" in row:
            (found,) = [each for each in elements if (each["name"], each["class"]) == (row["property"], row["class"])]
            assert found["obligation"] == row["obligation"]
            assert found["mapping"].get("item", [""]) == [row["maps_from"]]
            continue
        found = by_title[row.get("name_zh") or row["group_zh"]]
        assert found["title"]["en"] == (row.get("name_en") or row["group_en"])
        if "obligation" in row:
            assert found["obligation"][0].upper() == row["obligation"]
            assert " / ".join(found["mapping"]["dcat"]) == row["dcat_property"]
        for word in filter(None, (row.get("typical_fields") or "").split(", ")):
            whole = found["name"]
            titles = {each["title"]["en"].lower() for each in elements if each.get("part_of") == whole}
            titles |= {found.get("value_domain", {}).get("zh", ""), found.get("condition", {}).get("en", "").lower()}
            first = re.split(r" \(", word)[0].lower()
            assert any(first in title for title in titles), word


BEYOND = {"temporal"}  # what DCAT asks for and the core metadata have no element for: may be given, need not


def test_the_core_metadata_are_those_that_a_publication_is_held_to():
    schema = json.loads((Path(publishers.__file__).parent / "metadata.schema.json").read_text(encoding="utf-8"))
    elements = {each["name"]: each for each in pack("core-metadata-1272-2017").document["elements"]}
    whole = {name: each for name, each in elements.items() if "part_of" not in each}
    assert {name: (each["title"]["zh"], each["title"]["en"]) for name, each in whole.items()} == {
        name: (each["x-zh"], each["x-en"]) for name, each in schema["properties"].items() if name not in BEYOND
    }
    assert not BEYOND & set(schema["required"])


def test_every_interface_rule_is_in_a_profile():
    cited = listed("interface-standard")
    for row in rows("interfaces/interface_rules.csv"):
        name = row["profile"]
        if name in cited:
            assert extra(cited[name])["what"] == row["name"]
            assert extra(cited[name]).get("rule", "") == row["rule"]
            continue
        standard = pack(name)
        assert standard.kind is Kind.INTERFACE
        text = json.dumps(standard.document, ensure_ascii=False).lower() + standard.description.en.lower()
        for word in re.findall(r"[A-Za-z_$]{4,}", f"{row['name']} {row['rule']}"):
            assert word in FILLERS or word.lower() in text, (name, word)


def test_every_indicator_is_assessed():
    trial = {each["code"]: each for each in pack("mohurd-2012-trial-57").document["indicators"]}
    facts = rows("indicators/mohurd_2012_trial_57.csv")
    assert {code for code, each in trial.items() if each["level"] == 3} == {row["code"] for row in facts}
    assert (len(facts), len(trial)) == (57, 57 + 11 + 4)
    for row in facts:
        found = trial[row["code"]]
        assert found["title"]["zh"] == row["level3"]
        above = trial[found["parent"]]
        assert (above["title"]["zh"], trial[above["parent"]]["title"]["zh"]) == (row["level2"], row["level1"])
        assert found["basis"]["confidence"] == {"high": "high", "medium-high": "medium"}[row["confidence"]]
        assert "weight" not in found
    assert "total" not in pack("mohurd-2012-trial-57").document
    codes = listed("mohurd-2012-trial-indicator")
    assert {code: each.name_zh for code, each in codes.items()} == {
        code: each["title"]["zh"] for code, each in trial.items()
    }
    new = {each["code"]: each for each in pack("new-type-smart-city-2016").document["indicators"]}
    for row in rows("indicators/new_type_smart_city_2016.csv"):
        one, two = new[row["level1_code"]], new[row["level2_code"]]
        assert (one["title"]["zh"], one["weight"]) == (row["level1"], int(row["level1_weight"]))
        assert (two["title"]["zh"], two["weight"]) == (row["level2"], int(row["level2_weight"]))
        assert two["basis"]["confidence"] == row["confidence"]
    partial = rows("indicators/new_type_smart_city_2016_items_partial.csv")
    assert {code: each["title"]["zh"] for code, each in new.items() if each["level"] == 3} == {
        row["code"]: row["name_zh"] for row in partial
    }
    nine = pack("gbt-33356-2022").document["indicators"]
    assert [(each["code"], each["title"]["zh"]) for each in nine] == [
        (row["code"], row["level1"]) for row in rows("indicators/gbt33356_2022_level1.csv")
    ]


def test_every_item_of_a_report_is_a_column():
    for row in rows("indicators/report_items.csv"):
        fields = {field.title.zh: field for field in pack(REPORTS[row["report"]]).table.fields}
        found = fields[row["item_zh"]]
        assert found.title.en.lower() == row["item_en"].lower()
        order = ("low", "medium", "high")
        assert order.index(found.basis.confidence) <= order.index(row["confidence"])


def test_reports_are_due_when_the_notice_says():
    calendar = pack("mohurd-2012-trial-57").document["calendar"]
    assert {each["report"]: each["due"] for each in calendar} == {
        "quarterly-brief@1": ["03-31", "06-30", "09-30"],
        "annual-self-evaluation@1": ["12-31"],
    }


def test_every_kind_of_personal_information_is_listed_and_its_columns_are_guarded():
    kinds = listed("personal-information-kind")
    facts = rows("privacy/personal_information_columns.csv")
    assert [row["column_zh"] for row in facts] == list(kinds)
    for row in facts:
        held = extra(kinds[row["column_zh"]])
        assert (held["category"], held["masking_rule"]) == (row["gbt35273_category"], row["masking_rule"])
    population = {field.name: field for field in pack("resident-population").table.fields}
    named = {name for row in facts for name in row["short_name"].split(",")} & set(population)
    assert len(named) >= 15
    for row in facts:
        for name in set(row["short_name"].split(",")) & named:
            assert population[name].privacy.category == (
                "sensitive" if row["sensitive"].startswith(("yes", "handle")) else "personal"
            )


@pytest.mark.parametrize(
    ("name", "file", "column"),
    [
        ("macro-indicator", "databases/macro_indicator_codes.csv", "code"),
        ("database-standard", "databases/standards_register.csv", "standard"),
        ("iso-3712x-theme", "international/iso_3712x_themes.csv", "seq"),
        ("neighbouring-standard", "international/packs.csv", "pack"),
    ],
)
def test_registers_are_lists(name, file, column):
    assert list(listed(name)) == [row[column] for row in rows(file)]


def test_what_is_left_is_in_the_facts():
    assert all(list(FACTS.glob(name)) and why for name, why in LEFT.items())


def test_the_library_is_as_large_as_was_asked():
    kinds = [entry.kind for entry in Registry(installed=False).entries()]
    asked = {
        Kind.TABLE: 16,
        Kind.CODELIST: 45,
        Kind.METADATA: 4,
        Kind.INTERFACE: 6,
        Kind.ASSESSMENT: 3,
        Kind.DATABASE: 8,
    }
    assert {kind: kinds.count(kind) for kind in asked if kinds.count(kind) < asked[kind]} == {}

"""The packs say what the facts say: no item lost, no length changed, no confidence raised."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from gongshu.standards import packs
from gongshu.standards.loading import load_folder
from gongshu.validators.masking import MASKS

HERE = Path(__file__).parent
PACKS = Path(packs.__file__).parent
FACTS = HERE.parents[3] / "shared" / "facts"
FOLDERS = sorted(folder.parent for folder in PACKS.glob("*/*/standard.yaml"))
TABLES = {
    "administrative-permit": "administrative_permit",
    "administrative-penalty": "administrative_penalty",
    "resident-population": "resident_population",
    "legal-entity-basic": "legal_entity_basic",
    "abnormal-operation": "abnormal_operation",
    "rented-house-resident": "rented_house_resident",
    "building": "building",
    "standard-address": "standard_address",
    "place-name-point": "place_name_point",
    "city-component": "city_component",
    "city-case": "city_case",
    "certificate-catalog": "certificate_catalog",
    "indicator-value": "indicator_value",
}
REPORTS = ("task-book", "quarterly-brief", "annual-self-evaluation")
TYPES = {"C": "string", "N": "number", "I": "integer", "D": "date", "T": "datetime"}
ORDER = ("low", "medium", "high")
needs_facts = pytest.mark.skipif(not FACTS.is_dir(), reason="the facts are not beside the repository")


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def pack(name):
    return load_folder(PACKS / name / "1.0.0")


def codes(name):
    return rows(PACKS / name / "1.0.0" / "codes.csv")


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.parent.name)
def test_pack_loads_and_says_where_it_comes_from(folder):
    standard = load_folder(folder)
    assert (standard.id, standard.version) == (folder.parent.name, folder.name)
    assert standard.title.zh
    assert standard.title.en
    assert standard.basis
    assert all(basis.title for basis in standard.basis)


@pytest.mark.parametrize("name", [*TABLES, *REPORTS, "division-6", "division-9", "division-12"])
def test_table_names_only_lists_and_masks_that_exist(name):
    table = pack(name).table
    for field in table.fields:
        assert field.title.zh
        assert field.title.en
        assert field.sharing
        assert field.opening
        assert field.privacy.mask is None or field.privacy.mask in MASKS
        if field.codelist:
            assert (PACKS / field.codelist.list.id / "1.0.0" / "codes.csv").is_file()
        if field.privacy.category == "sensitive":
            assert field.opening == "none"
    for rule in table.rules:
        assert rule.message.zh
        assert rule.message.en
    assert {"publication", "draft"} <= set(pack(name).profiles)


@needs_facts
@pytest.mark.parametrize("name", TABLES)
def test_table_has_the_items_of_the_facts(name):
    items = [row for row in rows(FACTS / "databases" / "data_items.csv") if row["table"] == TABLES[name]]
    standard = pack(name)
    assert [field.name for field in standard.table.fields] == [row["short_name"] for row in items]
    for field, row in zip(standard.table.fields, items):
        assert field.title.zh == row["name_zh"]
        assert field.title.en.lower() == row["name_en"].lower()
        assert field.type == TYPES[row["type"]]
        assert field.constraints.required == (row["obligation"] == "M")
        if row["type"] == "C":
            assert field.constraints.max_length == int(row["length"])
        if row["type"] == "N":
            assert f"{field.precision},{field.scale}" == row["length"]
        if row["personal_info"]:
            assert field.privacy.category != "none"
        if row["confidence"] in ORDER:
            assert ORDER.index(field.basis.confidence) <= ORDER.index(row["confidence"])
        else:  # names high, lengths lower: said for each item whose length no GB standard fixes
            fixed = row["type"] == "D" or field.basis.title.startswith("GB ")
            assert fixed or field.basis.confidence != "high"
            assert standard.confidence == ("low" if "low" in row["confidence"] else "medium")


# Lists whose rows are those of the facts, column by column; the second name is the column that became `level`.
PLAIN = {
    "gbt-2261-1-sex": "", "gbt-2261-2-marital-status": "", "gbt-2261-3-health": "", "gbt-2261-4-employment-status": "",
    "gbt-2261-5-hk-mo-tw-overseas-relatives": "", "gbt-2261-6-deputies": "", "gbt-2261-7-academicians": "",
    "gbt-3304-ethnic-groups": "", "gbt-4658-education": "", "gbt-4761-family-relation": "digits",
    "gbt-4762-political-status": "", "population-household-consistency": "", "id-document-type-ga": "",
    "gbt-2659-countries": "", "gbt-2260-provinces": "", "divisions-hubei": "", "urban-rural-class-3digit": "",
    "gbt-4754-2017-industry": "", "gbt-12402-2000-economic-type": "", "samr-enterprise-type-4digit": "",
    "enterprise-registration-type-1998-2011": "", "market-entity-statistical-category-2023": "",
    "uscc-registration-authority": "", "credit-admin-counterparty-type": "", "credit-permit-category": "",
    "credit-person-id-type": "", "resource-update-cycle": "", "resource-sharing-type": "",
    "resource-open-attribute": "", "resource-data-item-type": "", "city-component-type-cjt214": "",
    "city-event-major-class": "",
}  # fmt: skip


@needs_facts
@pytest.mark.parametrize("name", PLAIN)
def test_list_has_the_rows_of_the_facts(name):
    wanted = rows(FACTS / "codes" / f"{name.replace('-', '_')}.csv")
    found = codes(name)
    assert len(found) == len(wanted)
    for ours, theirs in zip(found, wanted):
        for column, value in theirs.items():
            assert ours["level" if column == PLAIN[name] else column] == value


@needs_facts
def test_divisions_of_2023_are_those_of_the_facts_each_once():
    theirs = rows(FACTS / "codes" / "divisions_6digit_2023.csv")
    first = {row["code"]: row for row in reversed(theirs)}
    found = codes("divisions-6")
    assert len(found) == len(first) == 3351
    assert all(row[key] == first[row["code"]][key] for row in found for key in row)
    twice = {"441900", "442000", "460400"}
    assert len(theirs) - len(found) == len(twice)
    assert {row["level"] for row in found if row["code"] in twice} == {"prefecture"}


@needs_facts
def test_history_keeps_every_code_and_its_months():
    theirs = rows(FACTS / "codes" / "divisions_6digit_history.csv")
    found = codes("divisions-6-history")
    assert len(found) == len(theirs) == 7111
    for ours, row in zip(found, theirs):
        assert (ours["code"], ours["name_zh"], ours["former_names"]) == (
            row["code"],
            row["name_zh"],
            row["former_names"],
        )
        assert (ours["valid_from"], ours["valid_to"]) == (row["first_listed"], row["last_listed"])
        assert (ours["valid_to"] == "") == (row["status"] == "current")


@needs_facts
@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("divisions-9-hubei", "divisions_hubei_township_9digit_2023"),
        ("divisions-12-jiangan-caidian", "divisions_jiangan_caidian_village_12digit_2023"),
    ],
)
def test_lower_divisions_are_those_of_the_facts(name, source):
    theirs = rows(FACTS / "codes" / f"{source}.csv")
    assert [{key: row[key] for key in theirs[0]} for row in codes(name)] == theirs


@needs_facts
def test_lists_that_changed_shape_keep_their_content():
    def facts(name):
        return rows(FACTS / "codes" / f"{name}.csv")

    assert [row["code"] for row in codes("credit-penalty-category")] == [
        row["name_zh"] for row in facts("credit_penalty_category")
    ]
    assert [(row["code"], row["name_zh"]) for row in codes("uscc-organisation-category")] == [
        (row["authority"] + row["code"], row["name_zh"]) for row in facts("uscc_organisation_category")
    ]
    areas = [(row["code"], name) for row in codes("phone-area-codes") for name in row["name_zh"].split("、")]
    assert sorted(areas) == sorted((row["code"], row["name_zh"]) for row in facts("phone_area_codes"))
    assert [(row["code"], row["division_code"]) for row in codes("vehicle-plate-hubei")] == [
        (row["prefix"], row["division_code"]) for row in facts("vehicle_plate_hubei")
    ]
    land = [
        (position, row["code"], row["name_zh"])
        for position, name in (("13", "land-ownership"), ("14", "land-parcel-feature"), ("20", "land-fixture-feature"))
        for row in codes(name)
    ]
    assert land == [
        (row["position"], row["code"], row["name_zh"]) for row in facts("land_ownership_and_parcel_feature_code")
    ]
    assert [row["formats"] for row in codes("resource-format-class")] == [
        row["formats"] for row in facts("resource_format_class")
    ]
    assert [(row["parent"], row["code"]) for row in codes("resource-class-lei-xiang") if row["parent"]] == [
        (row["lei"], row["xiang_zh"]) for row in facts("resource_class_lei_xiang")
    ]
    assert [(row["code"], row["meaning"]) for row in codes("data-grading-gbt43697")] == [
        (row["level_zh"], row["meaning"]) for row in facts("data_grading_gbt43697")
    ]
    spelt = {(row["code"], row["name_zh"]) for row in codes("divisions-hubei-history")}
    spelt |= {(row["code"], row["variant_names"]) for row in codes("divisions-hubei-history") if row["variant_names"]}
    assert spelt == {(row["code"], row["name_zh"]) for row in facts("divisions_hubei_history")}


@pytest.mark.parametrize(
    ("name", "at_most"),
    [
        ("gbt-2261-3-health", "medium"), ("gbt-2261-6-deputies", "medium"), ("credit-penalty-category", "medium"),
        ("id-document-type-ga", "low"), ("city-component-type-cjt214", "low"), ("city-event-major-class", "low"),
    ],
)  # fmt: skip
def test_confidence_is_never_raised(name, at_most):
    standard = pack(name)
    assert standard.confidence == at_most
    assert standard.status == ("draft" if at_most == "low" else "in-force")

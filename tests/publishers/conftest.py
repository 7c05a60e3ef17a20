"""An office with one table under a standard of its own, ready to be published. Its people are synthetic."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

STANDARD = """
id: parking-lots
version: 1.0.0
kind: table
status: in-force
title: {zh: 停车场名录, en: Parking lots}
fields:
  - {name: TCCBM, title: {zh: 停车场编码}, type: string, constraints: {required: true, maxLength: 20}}
  - {name: TCCMC, title: {zh: 停车场名称}, type: string, constraints: {required: true}}
  - {name: BWS, title: {zh: 泊位数}, type: integer, constraints: {minimum: 0}}
  - {name: SFBZ, title: {zh: 收费标准}, type: number, scale: 2, precision: 8}
  - {name: QYRQ, title: {zh: 启用日期}, type: date}
  - {name: LB, title: {zh: 类别}, type: string, constraints: {enum: [单位, 自然人]}}
  - name: GLR
    title: {zh: 管理人}
    type: string
    privacy: {category: personal, mask: name, when: "LB = '自然人'"}
  - {name: LXR, title: {zh: 联系人}, type: string, privacy: {category: personal, mask: name}}
  - {name: LXDH, title: {zh: 联系电话}, type: string, privacy: {category: sensitive, mask: phone}}
  - {name: BZ, title: {zh: 内部备注}, type: string, opening: none}
primaryKey: [TCCBM]
"""
HEADER = "停车场编码,停车场名称,泊位数,收费标准,启用日期,类别,管理人,联系人,联系电话,内部备注"
METADATA = {
    "title": "停车场名录",
    "provider": "示例市交通运输局",
    "providerCode": "11420000000013493M",
    "abstract": "全市公共停车场的位置与泊位,不含人口信息",
    "resourceClass": "主题信息资源/城乡建设",
    "format": ["csv"],
    "sharing": {"type": 1, "mode": "platform"},
    "open": 1,
    "updateCycle": "monthly",
    "releaseDate": "2026-01-01",
}

# the columns of the directory workbook that a department keeps, and its usual row
DIRECTORY = {
    "名称": "停车场名录",
    "代码": "307010/000001",
    "提供方": "示例市交通运输局",
    "提供方代码": "11420000000013493M",
    "摘要": "全市公共停车场的位置与泊位",
    "格式": "csv",
    "信息项": "停车场编码、停车场名称",
    "共享类型": "无条件共享",
    "共享条件": "",
    "开放属性": "无条件开放",
    "更新周期": "每月",
    "关联文件": "lots.csv",
    "标准": "pack",
    "分类": "主题信息资源/城乡建设",
    "发布日期": "2026-01-01",
}


def row(number: int, *, name: str = "人民路停车场", spaces: str = "100") -> str:
    """One line; even numbers are run by a (synthetic) person."""
    who = "单位,示例公司" if number % 2 else "自然人,测试甲"
    return f"{number:04d},{name},{spaces},5.50,2020-02-29,{who},测试乙,13800000000,内部"


@dataclasses.dataclass
class Office:
    """A folder with a standard and manifests. Words in, plain calls."""

    folder: Path

    def write(self, rows: Sequence[str], name: str = "lots.csv") -> Path:
        """The table, as UTF-8."""
        path = self.folder / name
        path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
        return path

    def manifest(self, datasets: Sequence[dict] = ({},), name: str = "manifest.yaml") -> Path:
        """A manifest of datasets, each the usual one with changes; a change to None takes an element out."""
        listed = []
        for changes in datasets:
            files = [{"key": "main", "path": "lots.csv", "standard": "pack"}]
            whole = {"code": "307010/000001", **METADATA, "files": files, **changes}
            listed.append({key: value for key, value in whole.items() if value is not None})
        path = self.folder / name
        path.write_text(yaml.safe_dump({"datasets": listed}, allow_unicode=True), encoding="utf-8")
        return path

    def directory(
        self,
        rows: Sequence[dict | None],
        *,
        above: Sequence[Sequence[str]] = (),
        heads: Sequence[str] = tuple(DIRECTORY),
        name: str = "目录.xlsx",
        merge: Sequence[str] = (),
    ) -> Path:
        """The same as a workbook; each row is the usual one with changes, None an empty one."""
        from openpyxl import Workbook

        book = Workbook()
        sheet = book.active
        sheet.title = "目录"
        for line in (*above, heads):
            sheet.append(list(line))
        for changes in rows:
            whole = {**DIRECTORY, **changes} if changes is not None else {}
            sheet.append([whole.get(head) for head in heads])
        for cells in merge:
            sheet.merge_cells(cells)
        path = self.folder / name
        book.save(path)
        return path

    @property
    def columns(self) -> dict[str, str]:
        """Headings of that workbook and what its usual row says."""
        return dict(DIRECTORY)

    @property
    def catalogue(self) -> Path:
        """Where plans go when no target is named."""
        return self.folder / "catalogue"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office with ten parking lots."""
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "standard.yaml").write_text(STANDARD, encoding="utf-8")
    made = Office(tmp_path)
    made.write([row(number) for number in range(1, 11)])
    return made


@pytest.fixture
def line():
    """Makes one row of the table."""
    return row

"""What three departments hand in: real division tables of Hubei, in the forms in which such files really arrive.

The data come out of the code lists that ship with gongshu (National Bureau of Statistics, 2023-06-30). Nothing in them
is made up, except the damage done to one of the files, by a seeded hand, and the people of the last table, who do not
exist.
"""

from __future__ import annotations

import csv
import io
import random
from importlib.resources import files
from pathlib import Path

SEED = 20231
LEVELS = {"province": "省级", "prefecture": "地级", "county": "县级"}
SYNTHETIC = [  # people who do not exist: born on 1900-01-01, and named so
    ["公民身份号码", "姓名", "性别", "出生日期", "民族"],
    ["420102190001010013", "合成人甲", "1", "19000101", "01"],
    ["420102190001010021", "合成人乙", "女性", "19000101", "01"],
    ["42011419000101001X", "合成人丙", "1", "19000101", "01"],
    ["420114190001010027", "合成人丁", "1", "19000101", "03"],
    ["420602190001010010", "合成人戊", "1", "19000110", "01"],
    ["42120219000101001x", "合成人己", "1", "1900/1/1", "土家族"],
]


def codes(pack: str) -> list[dict[str, str]]:
    """The rows of a built-in code list."""
    folder = files("gongshu.standards.packs").joinpath(pack, "1.0.0", "codes.csv")
    return list(csv.DictReader(io.StringIO(folder.read_text(encoding="utf-8-sig"))))


def counties(path: Path) -> None:
    """First department: provinces to counties, exported by an old system: GB18030, CRLF."""
    rows = [row for row in codes("divisions-6") if row["code"].startswith("42")]
    table = [["行政区划代码", "行政区划名称", "级别", "上级代码"]]
    table += [[row["code"], row["name_zh"], LEVELS[row["level"]], row["parent"]] for row in rows]
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(table)
    path.write_bytes(out.getvalue().encode("gb18030"))


def townships(path: Path) -> None:
    """Second department: a workbook with a merged title, a unit line, and a sum below the table."""
    import openpyxl

    rows = codes("divisions-9-hubei")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "乡级区划"
    sheet.append(["湖北省乡级行政区划代码表(2023年)"])
    sheet.merge_cells("A1:D1")
    sheet.append(["填报单位:(演示)", None, None, "单位:个"])
    sheet.append(["乡级区划代码", "乡级区划名称", "县级代码", "地级代码"])
    for row in rows:
        sheet.append([row["code"], row["name_zh"], row["code"][:6], row["code"][:4] + "00"])
    sheet.append(["合计", f"共 {len(rows)} 个乡级区划"])
    book.save(path)


def village_rows() -> list[list[str]]:
    """Third department: communities and villages of the pilot districts 江岸 and 蔡甸, as they should be."""
    rows = codes("divisions-12-jiangan-caidian")
    return [
        ["统计用区划代码", "村级区划名称", "乡级代码"],
        *([row["code"], row["name_zh"], row["code"][:9]] for row in rows),
    ]


def write_csv(path: Path, rows: list[list[str]]) -> None:
    """A table as UTF-8 CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def damaged(rows: list[list[str]]) -> list[list[str]]:
    """The same table after a long afternoon in a spreadsheet: most of it can be mended without asking, some cannot."""
    hand = random.Random(SEED)  # noqa: S311 - repeatable damage, no secret
    rows = [list(row) for row in rows]
    chosen = hand.sample(range(1, len(rows)), 24)
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    for number in chosen[:8]:
        rows[number][0] += " "
    for number in chosen[8:14]:
        rows[number][2] = rows[number][2].translate(wide)
    for number in chosen[14:20]:
        rows[number][1] = "\u3000" + rows[number][1]
    rows[chosen[20]][1] = ""  # a name that nobody can guess
    rows[chosen[21]][2] = "420114001"  # another township than the code says
    rows[chosen[22]][0] = rows[chosen[22]][0][:11]  # a digit lost in the middle of nowhere
    rows[chosen[23]] = list(rows[chosen[23] - 1])  # a row pasted twice
    return rows


def people(path: Path) -> None:
    """A synthetic population table with wrong identifiers and contradictions between columns."""
    write_csv(path, SYNTHETIC)

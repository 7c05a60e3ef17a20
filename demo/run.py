"""`make demo`: from three tables as they are handed in to a catalogue that a developer loads from."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import handed_in

OUT = Path(__file__).resolve().parent.parent / "demo-out"
CHINESE = (
    os.environ.get("GONGSHU_LANG", os.environ.get("LC_ALL") or os.environ.get("LANG") or "").lower().startswith("zh")
)
COUNTIES, TOWNSHIPS, VILLAGES = "1_县级以上区划.csv", "2_乡级区划.xlsx", "3_村级区划.csv"
MENDED, PEOPLE = "3_村级区划_修补.csv", "4_人口_合成数据.csv"

MANIFEST = """# 三个数据集,一次发布 / three datasets, published in one go
datasets:
  - code: "103001/000001"
    title: 湖北省县级以上行政区划代码
    provider: 演示民政部门
    providerCode: 12420000420000015X  # 合成 / synthetic
    abstract: 湖北省省、地、县三级行政区划的代码、名称与上级,2023 年 6 月 30 日。
    resourceClass: [{lei: "1", xiang: "03"}]
    format: [csv]
    sharing: {type: "1"}
    open: {type: "1"}
    updateCycle: yearly
    releaseDate: 2023-06-30
    files: [{key: table, path: 1_县级以上区划.csv, standard: division-6}]
  - code: "103001/000002"
    title: 湖北省乡级行政区划代码
    provider: 演示统计部门
    providerCode: 12420000420000015X
    abstract: 湖北省街道、镇、乡的九位代码与名称,2023 年 6 月 30 日。
    resourceClass: [{lei: "1", xiang: "03"}]
    format: [xlsx]
    sharing: {type: "1"}
    open: {type: "1"}
    updateCycle: yearly
    releaseDate: 2023-06-30
    files: [{key: table, path: 2_乡级区划.xlsx, standard: division-9}]
  - code: "103001/000003"
    title: 江岸、蔡甸两试点区村级区划代码
    provider: 演示试点区
    providerCode: 12420000420000015X
    abstract: 武汉市江岸区、蔡甸区社区与村的十二位统计用区划代码,2023 年 6 月 30 日。
    resourceClass: [{lei: "1", xiang: "03"}]
    format: [csv]
    sharing: {type: "1"}
    open: {type: "1"}
    updateCycle: yearly
    releaseDate: 2023-06-30
    files: [{key: table, path: FILE, standard: division-12}]
"""


def tell(chinese: str, english: str) -> None:
    """A heading between the steps."""
    print(
        f"\n\033[1m== {chinese if CHINESE else english}\033[0m"
        if sys.stdout.isatty()
        else f"\n== {chinese if CHINESE else english}"
    )
    sys.stdout.flush()


def gongshu(*words: str, expect: Sequence[int] = (0,), quiet: bool = False) -> None:
    """Run the command as a user would, show it, and stop the demo where it does not do what the demo says."""
    print("$ gongshu " + " ".join(f'"{word}"' if " " in word else word for word in words), flush=True)
    command = [sys.executable, "-m", "gongshu.cli", *words]
    done = subprocess.run(command, cwd=OUT, stdout=subprocess.DEVNULL if quiet else None)
    if done.returncode not in expect:
        sys.exit(f"demo: exit code {done.returncode}, expected {' or '.join(map(str, expect))}")


def by_hand() -> int:
    """What only a person can mend: the office looks four rows up in its register. Returns how many cells that were."""
    with (OUT / MENDED).open(encoding="utf-8-sig", newline="") as file:
        mended = list(csv.reader(file))
    register = handed_in.village_rows()
    changed = sum(a != b for mine, theirs in zip(mended, register) for a, b in zip(mine, theirs))
    handed_in.write_csv(OUT / MENDED, register)
    return changed


def load_back() -> None:
    """What a developer does with it."""
    import gongshu as library

    catalogue = library.open(str(OUT / "catalogue"))
    table = catalogue["103001/000003"].table()
    print('>>> gongshu.open("catalogue")["103001/000003"].table()')
    print(table.schema.remove_metadata())
    print(f"{table.num_rows} x {table.num_columns};", table.slice(0, 2).to_pylist())


def main() -> None:
    """The whole path, in under a minute."""
    started = time.perf_counter()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    handed_in.counties(OUT / COUNTIES)
    handed_in.townships(OUT / TOWNSHIPS)
    handed_in.write_csv(OUT / VILLAGES, handed_in.damaged(handed_in.village_rows()))
    handed_in.people(OUT / PEOPLE)
    (OUT / "manifest.yaml").write_text(MANIFEST.replace("FILE", MENDED), encoding="utf-8")

    tell("第一个部门：老系统导出的 GB18030 文件", "First department: GB18030 out of an old system")
    gongshu("validate", COUNTIES, "--standard", "division-6")
    tell("第二个部门：有合并标题行、有合计的工作簿", "Second department: a workbook with merged titles and a sum")
    gongshu("validate", TOWNSHIPS, "--standard", "division-9")
    tell("第三个部门：在表格软件里改坏了的文件", "Third department: a file damaged in a spreadsheet")
    gongshu("validate", VILLAGES, "--standard", "division-12", expect=(1,))
    tell("能安全修补的，自动修补；修补后再校验", "What can safely be mended is mended, and judged again")
    gongshu("fix", VILLAGES, "--standard", "division-12", "-o", MENDED, expect=(1,))
    cells = by_hand()
    tell(
        f"剩下的 {cells} 格只有人知道答案：查登记簿改好",
        f"The {cells} cells left need a person: looked up in the register",
    )
    gongshu("validate", MENDED, "--standard", "division-12")
    tell("发布之前：看清将要发生什么", "Before publishing: what would happen")
    gongshu("publish", "plan", "manifest.yaml", "--to", "catalogue:catalogue", "--to", "files:site", "-o", "plan.json")
    tell("发布", "Publish")
    gongshu("publish", "apply", "plan.json")
    tell("同样的内容再发布一次：什么也不会变", "The same again: nothing changes")
    gongshu("publish", "plan", "manifest.yaml", "--to", "catalogue:catalogue", "--to", "files:site", "-o", "again.json")
    tell("用两个字就能查到", "Two characters find it")
    gongshu("search", "江岸", "--in", "catalogue")
    gongshu("get", "103001/000003", "--in", "catalogue", "-o", "villages.parquet")
    tell("开发者载入", "A developer loads it")
    load_back()
    tell("身份证号与跨列检查(合成人口数据)", "Identifiers and contradictions between columns (synthetic people)")
    gongshu("validate", PEOPLE, "--standard", "resident-population", expect=(1,))
    after(time.perf_counter() - started)


def after(seconds: float) -> None:
    """What to try next."""
    tell(f"用时 {seconds:.0f} 秒。接下来可以试：", f"{seconds:.0f} seconds. What to try next:")
    print("  gongshu standards list")
    print("  gongshu standards show administrative-permit")
    print(f"  gongshu validate demo-out/{VILLAGES} --standard division-12 --format json")
    print("  gongshu explain cell.fullwidth")
    print("  " + ("把您自己的文件拿来: gongshu validate 文件" if CHINESE else "Your own file: gongshu validate FILE"))


if __name__ == "__main__":
    main()

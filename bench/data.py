"""A population table of synthetic people, seeded, with faults planted at known places and an exact list of them.

The truth list (`<table>.truth.csv`) has row (1 = first record), line (physical line on which the record starts),
column, kind and value of every fault. The same options give the same bytes.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.oracle import CHECK_DIGITS, COLUMNS, ETHNIC_GROUPS, REQUIRED, WEIGHTS, faults, regions

CHUNK = 500_000
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英华玉萍红文建国志宏晓春梅海燕云飞雪婷宇浩欣怡子涵梓轩一诺思雨佳琪"
)
WORDS = (
    "东西南北中山河湖江海城乡镇村街道路巷里弄号楼单元室新华人民解放建设和平幸福光明胜利团结友谊花园小区大厦广场科技工业"
)
FIRST_DAY = np.datetime64("1925-01-01")
DAYS = int((np.datetime64("2024-12-31") - FIRST_DAY).astype(int))
PRIME = 124_057_418_341  # below regions x days x 999: row -> id is then one to one, so that clean keys never repeat


@dataclass(frozen=True, slots=True)
class Recipe:
    """What to make. `bad` is the share of faulty cells a column, `newlines` of notes with a line break in quotes."""

    rows: int = 1_000_000
    bad: float = 0.001
    seed: int = 1
    encoding: str = "utf-8"
    form: str = "csv"  # csv | parquet | xlsx
    newlines: float = 0.005

    @property
    def name(self) -> str:
        """A file name that tells all of it."""
        share = f"b{self.bad * 100:g}".replace(".", "")
        return f"population-{self.rows}-{share}-{self.encoding}-s{self.seed}.{self.form}"


def digits(values: np.ndarray, width: int) -> np.ndarray:
    """Numbers as rows of ASCII digits."""
    return (values[:, None] // 10 ** np.arange(width - 1, -1, -1, dtype=np.int64) % 10 + 48).astype(np.uint8)


def fixed(matrix: np.ndarray) -> pa.Array:
    """Rows of bytes as texts of equal size."""
    rows, width = matrix.shape
    offsets = np.arange(rows + 1, dtype=np.int32) * width
    return pa.StringArray.from_buffers(rows, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(matrix)))


def words(random: np.random.Generator, lengths: np.ndarray, alphabet: str) -> pa.Array:
    """Texts of those lengths out of an alphabet whose characters all take three bytes."""
    signs = np.frombuffer(alphabet.encode(), np.uint8).reshape(-1, 3)
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths * 3, out=offsets[1:])
    data = signs[random.integers(0, len(alphabet), int(lengths.sum()))]
    return pa.StringArray.from_buffers(len(lengths), pa.py_buffer(offsets), pa.py_buffer(data))


def identities(rows: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Valid citizen ids of those rows as bytes (n, 18), their birth dates (n, 10), the number of their region."""
    key = ((rows.astype(np.uint64) + np.uint64(1)) * np.uint64(73_687_111)) % np.uint64(PRIME)
    order = (key % np.uint64(999)).astype(np.int64) + 1
    key //= np.uint64(999)
    day, region = (key % np.uint64(DAYS)).astype(np.int64), (key // np.uint64(DAYS)).astype(np.int64)
    born = np.datetime_as_string(FIRST_DAY + day).astype("S10").view(np.uint8).reshape(len(rows), 10)
    matrix = np.empty((len(rows), 18), np.uint8)
    matrix[:, :6] = codes[region].view(np.uint8).reshape(len(rows), 6)
    matrix[:, 6:14] = born[:, [0, 1, 2, 3, 5, 6, 8, 9]]
    matrix[:, 14:17] = digits(order, 3)
    rest = ((matrix[:, :17] - 48).astype(np.int64) @ np.array(WEIGHTS)) % 11
    matrix[:, 17] = np.frombuffer(CHECK_DIGITS.encode(), np.uint8)[rest]
    return matrix, born, region


def clean(low: int, high: int, random: np.random.Generator, recipe: Recipe, codes: np.ndarray) -> dict[str, pa.Array]:
    """Rows low to high without a fault."""
    n = high - low
    matrix, born, region = identities(np.arange(low, high), codes)
    given = words(random, random.choice([1, 2, 2, 2, 3], n), GIVEN)
    rare = pa.array(random.random(n) < 0.001)  # a character of four bytes in UTF-8 and in GB18030
    given = pc.if_else(rare, pc.binary_join_element_wise(given, "𠮷", ""), given)
    ethnic = np.where(random.random(n) < 0.9, 0, random.integers(0, len(ETHNIC_GROUPS), n))
    lives = np.where(random.random(n) < 0.7, region, random.integers(0, len(codes), n))
    phone = random.integers(48, 58, (n, 11)).astype(np.uint8)
    phone[:, 0], phone[:, 1] = 49, random.integers(51, 58, n)
    cents = np.minimum(random.lognormal(8.5, 0.8, n) * 100, 9e8).astype(np.int64)
    income = pc.binary_join_element_wise(pa.array(cents // 100).cast(pa.string()), fixed(digits(cents % 100, 2)), ".")
    updated = np.datetime64("2018-01-01T00:00:00") + random.integers(0, 220_000_000, n)
    note = words(random, np.where(random.random(n) < 0.4, 0, random.integers(2, 25, n)), WORDS)
    share = random.random(n)
    broken = pa.array(share < recipe.newlines)
    listed = pa.array((share >= recipe.newlines) & (share < recipe.newlines + 0.01))
    note = pc.if_else(broken, pc.binary_join_element_wise(note, '第二行, "备注"', "\n"), note)
    note = pc.if_else(listed, pc.binary_join_element_wise(note, "甲", ","), note)
    return {
        "citizen_id": fixed(matrix),
        "name": pc.binary_join_element_wise(words(random, np.ones(n, int), SURNAMES), given, ""),
        "sex_code": fixed((50 - (matrix[:, 16:17] & 1)).astype(np.uint8)),
        "birth_date": fixed(born),
        "ethnic_code": pa.array(ETHNIC_GROUPS).take(pa.array(ethnic)),
        "region_code": fixed(codes[lives].view(np.uint8).reshape(n, 6)),
        "phone": pc.if_else(pa.array(random.random(n) < 0.05), "", fixed(phone)),
        "income": pc.if_else(pa.array(random.random(n) < 0.1), "", income),
        "updated_at": fixed(np.datetime_as_string(updated).astype("S19").view(np.uint8).reshape(n, 19)),
        "note": note,
    }


def spoilt(column: str, old: str, turn: int, other: str) -> str:
    """A faulty value for a cell; `other` is the key of an earlier row."""
    if column in REQUIRED and turn % 7 == 0:
        return ""
    choices = {
        "citizen_id": lambda: [
            old[:17] + [sign for sign in "0123456789X" if sign != old[17]][turn % 10],
            *(old[:17], old + "0", old[:17] + "x", old[:17] + "O", old[:10] + "13" + old[12:], old[:17] + "五"),
            *(other, other),
        ],
        "name": lambda: ["测" * (21 + turn % 40)],
        "sex_code": lambda: ["3", "男", "M", "01", "21"[old == "2"], "21"[old == "2"]],
        "birth_date": lambda: [
            *(
                "2001-02-30",
                "1990/01/02",
                "19900102",
                "2099-01-01",
                "1899-12-31",
                "1971-06-31",
                "1900-02-29",
                "2024-2-3",
            ),
            *(" 2001-01-01", old[:8] + ("15" if old[8:] != "15" else "16")),
        ],
        "ethnic_code": lambda: ["00", "57", "1", "汉", "099"],
        "region_code": lambda: ["999999", old[:5], old + "0", "100000", " " + old],
        "phone": lambda: ["12345678901", "1391234567", "+8613912345678", "1391234567a", "１３９１２３４５６７８"],
        "income": lambda: ["-5.00", "abc", "1,234.5", "约5000", "12.3.4", "10000000.01", "nan", "1e5", " 12.5"],
        "updated_at": lambda: [
            *("2024-13-01T00:00:00", "昨天", "2024-03-05", "1999-12-31T23:59:59", "2024-03-05T24:61:00"),
            "2024-03-05 10:00:00Z",
        ],
        "note": lambda: ["长" * (51 + turn % 60)],
    }[column]()
    return choices[turn % len(choices)]


@dataclass(slots=True)
class Planter:
    """Plants faults chunk by chunk and remembers which keys were spoilt before."""

    recipe: Recipe
    codes: np.ndarray
    spoilt_ids: set[int]
    seen: set[str]

    def plant(self, low: int, columns: dict[str, pa.Array]) -> tuple[list[int], set[int]]:
        """Spoil cells of a chunk in place: the rows touched, and those whose key is a second or later one."""
        n = len(columns["name"])
        random = np.random.default_rng([self.recipe.seed, low, 99])
        touched: set[int] = set()
        repeated: set[int] = set()
        for column in COLUMNS if self.recipe.bad else ():
            start = 100 if low == 0 else 0  # the first rows stay clean: repeated keys are taken from them
            count = min(round(n * self.recipe.bad), n - start)
            at = np.sort(random.choice(np.arange(start, n), count, replace=False))
            turns = random.integers(0, 1 << 30, count)
            others = self._earlier(low, at, random) if column == "citizen_id" else [""] * count
            before = columns[column].take(pa.array(at)).to_pylist()
            after = [spoilt(column, old, int(turn), other) for old, turn, other in zip(before, turns, others)]
            if column == "citizen_id":
                for row, value, other in zip(at.tolist(), after, others):
                    if value and (value == other or value in self.seen):
                        repeated.add(row)
                    self.seen.add(value)
            chosen = np.zeros(n, np.bool_)
            chosen[at] = True
            columns[column] = pc.replace_with_mask(columns[column], pa.array(chosen), pa.array(after, pa.string()))
            touched.update(at.tolist())
        return sorted(touched), repeated

    def _earlier(self, low: int, at: np.ndarray, random: np.random.Generator) -> list[str]:
        """The key of some clean earlier row for each row."""
        self.spoilt_ids.update((at + low).tolist())
        sources = (random.random(len(at)) * (at + low)).astype(np.int64)
        kept = [row if row not in self.spoilt_ids else row % 100 for row in sources.tolist()]
        return fixed(identities(np.array(kept, np.int64), self.codes)[0]).to_pylist() if kept else []


def chunks(recipe: Recipe) -> Iterator[tuple[dict[str, pa.Array], list[tuple[int, int, str, str, str]]]]:
    """The table piece by piece, each with its faults (row, line, column, kind, value)."""
    names = regions()
    codes = np.array(names, dtype="S6")
    planter = Planter(recipe, codes, set(), set())
    line = 2
    for low in range(0, recipe.rows, CHUNK):
        high = min(recipe.rows, low + CHUNK)
        columns = clean(low, high, np.random.default_rng([recipe.seed, low]), recipe, codes)
        touched, repeated = planter.plant(low, columns)
        breaks = pc.count_substring(columns["note"], "\n").to_numpy(zero_copy_only=False).astype(np.int64)
        if recipe.form == "xlsx":
            breaks[:] = 0  # a line break in a cell takes no row of a sheet
        starts = line + np.arange(high - low) + np.cumsum(breaks) - breaks
        line += high - low + int(breaks.sum())
        cells = {name: columns[name].take(pa.array(touched, pa.int64())).to_pylist() for name in COLUMNS}
        truth = []
        for place, at in enumerate(touched):
            row = {name: cells[name][place] for name in COLUMNS}
            found = [*faults(row, frozenset(names)), *([("citizen_id", "unique")] if at in repeated else [])]
            truth += [(low + at + 1, int(starts[at]), column, kind, row[column]) for column, kind in found]
        yield columns, truth


def lines(columns: dict[str, pa.Array]) -> bytes:
    """A chunk as CSV; only notes and incomes can need quotes."""
    cells = dict(columns)
    for name in ("note", "income"):
        quoted = pc.binary_join_element_wise('"', pc.replace_substring(cells[name], '"', '""'), '"', "")
        cells[name] = pc.if_else(pc.match_substring_regex(cells[name], '[,"\n\r]'), quoted, cells[name])
    joined = pc.binary_join_element_wise(*(cells[name] for name in COLUMNS), ",")
    ended = pc.binary_join_element_wise(joined, "\n", "")
    offsets = np.frombuffer(ended.buffers()[1], np.int32)[ended.offset : ended.offset + len(ended) + 1]
    return ended.buffers()[2].to_pybytes()[offsets[0] : offsets[-1]]


def make(recipe: Recipe, folder: Path) -> tuple[Path, Path]:
    """Write the table and its truth list into the folder, unless they are there already."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / recipe.name
    truth_path = path.with_name(path.name + ".truth.csv")
    if path.exists() and truth_path.exists():
        return path, truth_path
    pieces: list[dict[str, pa.Array]] = []
    partial = path.with_suffix(".partial")
    with truth_path.open("w", encoding="utf-8", newline="") as truth_file, partial.open("wb") as out:
        truth = csv.writer(truth_file)
        truth.writerow(["row", "line", "column", "kind", "value"])
        if recipe.form == "csv":
            out.write((",".join(COLUMNS) + "\n").encode(recipe.encoding))
        for columns, found in chunks(recipe):
            truth.writerows(found)
            if recipe.form == "csv":
                text = lines(columns)
                out.write(text if recipe.encoding == "utf-8" else text.decode().encode(recipe.encoding))
            else:
                pieces.append(columns)
        if recipe.form == "parquet":
            pq.write_table(pa.concat_tables([pa.table(each) for each in pieces]), out)
    if recipe.form == "xlsx":
        workbook(partial, pieces)
    partial.replace(path)
    return path, truth_path


def workbook(path: Path, pieces: list[dict[str, pa.Array]]) -> None:
    """The table as a workbook of texts."""
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("population")
        sheet.write_row(0, 0, COLUMNS)
        number = 1
        for columns in pieces:
            for row in zip(*(columns[name].to_pylist() for name in COLUMNS)):
                sheet.write_row(number, 0, row)
                number += 1


if __name__ == "__main__":  # a process of its own: its memory must not count as that of what is timed
    made = make(Recipe(**json.loads(sys.argv[1])), Path(sys.argv[2]))
    print(json.dumps([str(each) for each in made]))

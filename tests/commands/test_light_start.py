"""A command that judges a table loads nothing that only frames, workbooks or sources of standards need."""

import subprocess
import sys

import pytest


def test_pandas_stays_out(tmp_path):
    table = tmp_path / "people.csv"
    table.write_text("id,name\n1,a\n2,\n", encoding="utf-8")
    code = (
        "import sys; sys.argv = ['gongshu', 'validate', sys.argv[1]]; from gongshu.cli import main; main(); "
        "print('loaded', *(name for name in ('pandas', 'polars', 'sqlglot', 'openpyxl') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(table)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "loaded"


def test_pandas_can_still_be_asked_for():
    pytest.importorskip("pandas")
    code = (
        "from gongshu.validators.process import settle; settle(); import sys; assert 'pandas' not in sys.modules; "
        "import pyarrow as pa; print(list(pa.table({'a': [1, 2]}).to_pandas()['a']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[1, 2]"

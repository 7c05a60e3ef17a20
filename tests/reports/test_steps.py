"""Commands that a report suggests work where they are pasted: in POSIX shells, in cmd.exe and in PowerShell."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongshu.validators.reports.words import shell_word


@given(st.text(min_size=1))
def test_a_posix_shell_reads_the_name(name: str) -> None:
    assert shlex.split(shell_word(name)) == [f"./{name}" if name.startswith("-") else name]


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("a.csv", "a.csv"),
        ("许可 2024.csv", '"许可 2024.csv"'),  # cmd.exe knows no single quotes
        ("it's.csv", '"it\'s.csv"'),
        ("C:\\数据\\a b.xlsx", '"C:\\数据\\a b.xlsx"'),
        ("a$b.csv", "'a$b.csv'"),
        ("“a”.csv", "'“a”.csv'"),  # PowerShell ends a text at these
        ("-a.csv", "./-a.csv"),
    ],
)
def test_double_quotes_where_nothing_forbids_them(name: str, word: str) -> None:
    assert shell_word(name) == word

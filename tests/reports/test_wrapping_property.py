"""Lines keep to the width and lose no word; a command that they tell stays in one piece, whatever file it names."""

from __future__ import annotations

import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from gongshu.validators.reports.wrapping import wrap

TEXT = st.text(st.sampled_from("统一社会信用代码，。（）“”abc 12.-/"), max_size=200)
NAME = st.text(st.sampled_from("许可 公示（最终版）'\"$&ab 1-，"), min_size=1, max_size=60).filter(str.strip)


@given(TEXT, st.integers(40, 120))
def test_no_character_is_lost_and_no_line_is_too_long(text: str, width: int) -> None:
    lines = wrap(text, width, indent="  ", hanging="    ")
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    assert all(cell_len(line) <= width for line in lines)


@given(NAME, st.integers(40, 100), st.sampled_from(["可以自动改正：", "Part of this can be mended: "]))
def test_a_command_at_the_end_is_one_piece(name: str, width: int, words: str) -> None:
    command = f"gongshu fix {shlex.quote(name)} --standard people@1.0.0 -o {shlex.quote(name + '.fixed')}"
    lines = wrap(words + command, width, indent="  ", hanging="    ")
    assert [line for line in lines if line.endswith(command)], lines
    assert shlex.split(next(line[line.index("gongshu ") :] for line in lines if "gongshu " in line))[2] == name


@pytest.mark.parametrize("width", range(40, 81))
@pytest.mark.parametrize(
    ("text", "command"),
    [
        (
            "请改成代码表中的代码；用 gongshu standards show gbt-2261-1-sex 可以查看。",
            "gongshu standards show gbt-2261-1-sex",
        ),
        (
            "Set it to “Text”, and enter it once again; `gongshu fix FILE -o OUT` puts it back.",
            "`gongshu fix FILE -o OUT`",
        ),
    ],
)
def test_a_command_inside_a_sentence_is_one_piece(text: str, command: str, width: int) -> None:
    assert [line for line in wrap(text, width, hanging="  ") if command in line]

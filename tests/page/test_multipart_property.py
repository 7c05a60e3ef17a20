"""However a form arrives in pieces, its file is written as it was sent; broken forms are refused."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongshu.standards.faults import UsageFault
from gongshu.validators.page.multipart import boundary_of, receive, safe_name

BOUNDARY = b"----edge"


class Drip(io.BytesIO):
    """Gives at most so many bytes at a time."""

    def __init__(self, content: bytes, step: int) -> None:
        super().__init__(content)
        self.step = step

    def read1(self, size: int | None = -1, /) -> bytes:
        return super().read1(min(self.step, size or self.step))


def form(content: bytes, name: str = "a.csv", standard: bytes = "行政许可".encode()) -> bytes:
    edge = b"--" + BOUNDARY
    return (
        edge + b'\r\nContent-Disposition: form-data; name="standard"\r\n\r\n' + standard + b"\r\n"
        + edge + f'\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode()
        + b"Content-Type: text/csv\r\n\r\n" + content + b"\r\n" + edge + b"--\r\n"
    )  # fmt: skip


awkward = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"-", b"--", b"--" + BOUNDARY[:5], b"a,b", b"\0"])).map(
    b"".join
)


@given(content=st.binary(max_size=300) | awkward, step=st.integers(1, 70))
def test_the_file_is_what_was_sent(content: bytes, step: int) -> None:
    body = form(content)
    if body.count(b"\r\n--" + BOUNDARY) != 2:
        return  # no browser chooses a boundary that the file holds
    with tempfile.TemporaryDirectory() as folder:
        got = receive(Drip(body, step), len(body), BOUNDARY, Path(folder), seconds=5)
        assert got.fields == {"standard": "行政许可"}
        assert got.file is not None
        assert got.file.read_bytes() == content


@given(cut=st.integers(1, 150))
def test_a_form_that_ends_early_is_refused(cut: int) -> None:
    body = form(b"x" * 100)
    with tempfile.TemporaryDirectory() as folder, pytest.raises(UsageFault):
        receive(io.BytesIO(body[:-cut] if cut > 4 else body[:-5]), len(body), BOUNDARY, Path(folder), seconds=5)


@given(st.text(max_size=300))
def test_any_name_is_a_plain_file_in_the_folder(name: str) -> None:
    safe = safe_name(name)
    assert safe not in ("", ".", "..")
    assert not set(safe) & set('/\\<>:"|?*\0\r\n')
    assert len(safe.encode("utf-8", "surrogateescape")) <= 255


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("许可.csv", "许可.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\王\\许可 2026.xlsx", "许可 2026.xlsx"),
        ("a:b*.csv", "a_b_.csv"),
        ("NUL.csv", "_NUL.csv"),
        ("..", "_"),
        ("x" * 500 + ".csv", "x" * 100 + ".csv"),
    ],
)
def test_names(given_name: str, kept: str) -> None:
    assert safe_name(given_name) == kept


def test_too_many_and_too_large_fields_are_refused(tmp_path: Path) -> None:
    edge = b"--" + BOUNDARY
    many = (edge + b'\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n') * 30 + edge + b"--\r\n"
    with pytest.raises(UsageFault):
        receive(io.BytesIO(many), len(many), BOUNDARY, tmp_path, seconds=5)
    large = form(b"", standard=b"x" * 10_000)
    with pytest.raises(UsageFault):
        receive(io.BytesIO(large), len(large), BOUNDARY, tmp_path, seconds=5)


def test_slow_forms_are_given_up(tmp_path: Path) -> None:
    seconds = iter(range(0, 1000, 10))
    body = form(b"x" * 1000)
    with pytest.raises(TimeoutError):
        receive(Drip(body, 1), len(body), BOUNDARY, tmp_path, seconds=30, clock=lambda: float(next(seconds)))


@pytest.mark.parametrize("kind", [None, "", "text/plain", "multipart/form-data", "application/x-www-form-urlencoded"])
def test_what_is_no_form_with_a_file_is_refused(kind: str | None) -> None:
    with pytest.raises(UsageFault):
        boundary_of(kind)

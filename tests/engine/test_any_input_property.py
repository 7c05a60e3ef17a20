"""Law: whatever bytes come in, there is a report; it is the same a second time, and its counts add up."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from gongshu import validate
from gongshu.standards.model import Constraints, Field, Kind, Standard, Table
from gongshu.standards.registry import Registry

REGISTRY = Registry()
STANDARD = Standard(
    "any",
    "1.0.0",
    Kind.TABLE,
    fingerprint="0" * 64,
    table=Table(
        (Field("a", "integer", constraints=Constraints(required=True)), Field("b", "date"), Field("c")),
        primary_key=("a",),
    ),
)
PIECE = st.one_of(
    st.sampled_from([b"a,b,c\n", b"a;b;c\r\n", b'"', b",", b"\n", b"\r", b"\r\n", b"\x00", b"1,2020-01-01,x\n", b" "]),
    st.sampled_from(
        ["汉字".encode(), "汉字".encode("gb18030"), b"\xff\xfe", b"\xef\xbb\xbf", b"\xe2\x80", b"1,1,1,1\n"]
    ),
    st.binary(max_size=6),
)


def judged(data, standard):
    return validate(data, standard=standard, as_of=date(2026, 3, 31), registry=REGISTRY, samples=None, threads=2)


@given(st.lists(PIECE, max_size=20).map(b"".join), st.booleans())
@settings(deadline=None, max_examples=300)
def test_always_a_report(data, header):
    whole = b"a,b,c\n" + data if header else data
    for standard in (STANDARD, None):
        report = judged(whole, standard)
        assert report.files == judged(whole, standard).files
        (file,) = report.files
        assert (file.verdict == "conforms") == (not file.count("error"))
        assert file.sha256 is not None
        for finding in file.findings:
            assert len(finding.samples) <= finding.count
            assert all(sample.row is None or 1 <= sample.row <= (file.rows or 0) for sample in finding.samples)
            assert [s.row for s in finding.samples if s.row] == sorted(s.row for s in finding.samples if s.row)
        assert file.rows_with_errors <= (file.rows or 0)

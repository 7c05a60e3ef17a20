"""Laws of check characters: one wrong character never passes, nor do two neighbours that changed places."""

from __future__ import annotations

import re
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gongshu.standards.identifiers import checksums, identifier, organisation, pattern
from gongshu.standards.identifiers.citizen import check_character

bodies = st.builds(
    lambda region, days, serial: f"{region}{date(1900, 1, 1) + timedelta(days):%Y%m%d}{serial:03d}",
    st.sampled_from(["420102", "420114", "420602", "110103"]),
    st.integers(0, 40000),
    st.integers(0, 999),
)
organisations = st.text(organisation.ALPHABET, min_size=8, max_size=8)


def uscc_of(body):
    whole = "91420100" + body + organisation.org_code_check(body)
    return whole + organisation.check_character(whole)


@given(bodies)
def test_a_made_citizen_id_passes(body):
    assert identifier("citizen-id")(body + check_character(body)) is None
    assert check_character(body) == checksums.mod_11_2(body)


@given(bodies, st.integers(0, 16), st.sampled_from("0123456789"))
def test_one_wrong_digit_of_a_citizen_id_never_passes(body, place, digit):
    whole = body + check_character(body)
    changed = whole[:place] + digit + whole[place + 1 :]
    assert changed == whole or identifier("citizen-id", region="skip")(changed) is not None


@given(bodies, st.integers(0, 15))
def test_neighbours_that_changed_places_never_pass(body, place):
    whole = body + check_character(body)
    changed = whole[:place] + whole[place + 1] + whole[place] + whole[place + 2 :]
    assert changed == whole or identifier("citizen-id", region="skip")(changed) is not None


@given(organisations)
def test_a_made_uscc_passes_and_holds_an_organisation_code(body):
    whole = uscc_of(body)
    if whole[16] in organisation.ALPHABET:
        assert identifier("uscc")(whole) is None
        assert identifier("org-code")(whole[8:17]) is None


@given(organisations, st.integers(0, 17), st.sampled_from(organisation.ALPHABET))
def test_one_wrong_character_of_a_uscc_never_passes(body, place, character):
    whole = uscc_of(body)
    changed = whole[:place] + character + whole[place + 1 :]
    assert changed == whole or identifier("uscc", region="skip")(changed) is not None


@given(st.text("0123456789", min_size=14, max_size=14), st.integers(0, 14), st.sampled_from("0123456789"))
def test_one_wrong_digit_of_a_registration_number_never_passes(body, place, digit):
    whole = body + checksums.mod_11_10(body)
    assert identifier("business-reg-no")(whole) is None
    changed = whole[:place] + digit + whole[place + 1 :]
    assert changed == whole or identifier("business-reg-no")(changed) == "check-digit"


@given(st.sampled_from(["citizen-id", "uscc", "org-code", "division-9", "plate", "period-duration"]), st.data())
def test_what_passes_matches_the_pattern(name, data):
    value = data.draw(st.from_regex(re.compile(pattern(name)), fullmatch=True))
    assert identifier(name)(value) not in ("length", "characters", "structure", "case")

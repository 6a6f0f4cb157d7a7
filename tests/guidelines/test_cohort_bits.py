"""Status columns from sets of rows: every row gets its code, whatever the codes are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gepnet.guidelines.cohort_bits import written
from gepnet.guidelines.statuses import CODES


@given(st.lists(st.sampled_from([code.code for code in CODES]), min_size=1, max_size=90))
def test_codes_come_back_from_their_sets(codes: list[int]) -> None:
    parts = dict.fromkeys(codes, 0)
    for row, code in enumerate(codes):
        parts[code] |= 1 << row
    assert written(parts, len(codes)).to_list() == codes


@given(st.lists(st.sampled_from([0, 1, 254, 255]), min_size=1, max_size=40))
def test_steps_go_round_the_end_of_a_byte(codes: list[int]) -> None:
    parts = dict.fromkeys(codes, 0)
    for row, code in enumerate(codes):
        parts[code] |= 1 << row
    assert written({7: 0, **parts}, len(codes)).to_list() == codes

"""Fleiss' kappa: the numbers of the paper, and laws."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet.numbers import fleiss_kappa, pair_agreement

#: Fleiss 1971, table 1: 30 patients, 6 psychiatrists each; depression, personality disorder,
#: schizophrenia, neurosis, other.
FLEISS = """
00060 03003 01401 00006 03030 20400 00402 20310 20040 00006
10050 11040 03300 10050 02031 00501 30012 51000 02040 10203
00006 01050 02013 20040 10041 05010 40002 02040 10500 00006
"""


def subjects() -> list[dict[str, int]]:
    return [dict(zip("DPSNO", map(int, row), strict=True)) for row in FLEISS.split()]


def test_the_numbers_of_the_paper() -> None:
    """Printed there: shares .144 .144 .167 .306 .239, P = .5556, Pe = .2201, kappa = .430."""
    totals = [sum(one[name] for one in subjects()) / 180 for name in "DPSNO"]
    assert [round(share, 3) for share in totals] == [0.144, 0.144, 0.167, 0.306, 0.239]
    found = fleiss_kappa(subjects())
    assert found is not None and found.kappa is not None
    assert (found.subjects, found.ratings) == (30, 180)
    assert round(found.observed, 4) == 0.5556 and round(found.expected, 2) == 0.22
    assert round(found.kappa, 3) == 0.430
    assert found.low is not None and found.high is not None
    # The jackknife over patients, another way to the same variance.
    left_out = []
    for place in range(30):
        rest = fleiss_kappa([one for i, one in enumerate(subjects()) if i != place])
        assert rest is not None and rest.kappa is not None
        left_out.append(rest.kappa)
    mean = sum(left_out) / 30
    error = (29 / 30 * sum((one - mean) ** 2 for one in left_out)) ** 0.5
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(error, rel=0.05)


def test_one_rater_says_nothing_of_agreement() -> None:
    assert pair_agreement({"a": 1}) is None
    assert fleiss_kappa([{"a": 1}, {"b": 1}]) is None
    assert fleiss_kappa([]) is None
    with_more = fleiss_kappa([*subjects(), {"D": 1}])
    assert with_more == fleiss_kappa(subjects())


def test_where_all_say_the_same_there_is_nothing_to_measure() -> None:
    found = fleiss_kappa([{"a": 3}, {"a": 4}])
    assert found is not None
    assert (found.kappa, found.low, found.observed) == (None, None, 1.0)


rated = st.lists(
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 5), min_size=1), min_size=1, max_size=8
)


@given(rated)
def test_laws(ratings: list[dict[str, int]]) -> None:
    found = fleiss_kappa(ratings)
    if found is None or found.kappa is None:
        return
    assert found.kappa <= 1.0 + 1e-9
    renamed = [{name.upper(): count for name, count in one.items()} for one in ratings]
    again = fleiss_kappa(list(reversed(renamed)))
    assert again is not None and again.kappa == pytest.approx(found.kappa)
    if found.low is not None and found.high is not None:
        assert -1 <= found.low <= found.high <= 1
    full = fleiss_kappa([{"a": 3}, {"b": 3}])
    assert full is not None and full.kappa == 1.0

"""The straight line through points: worked values, and what moving or scaling points changes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gepnet.numbers.trend import quantile, slope

POINTS = st.lists(
    st.tuples(st.integers(0, 20), st.integers(-50, 50)),
    min_size=3,
    max_size=9,
    unique_by=lambda pair: pair[0],
)


def test_a_line_worked_by_hand() -> None:
    # Means 2 and 7/3, spread 2, squared residuals 1/6 together; t(1; 0.975) = 12.7062.
    found = slope([1, 2, 3], [2, 2, 3], 0.95)
    reach = 12.706204736 * math.sqrt(1 / 6 / 1 / 2)
    assert found == pytest.approx((0.5, 0.5 - reach, 0.5 + reach))


@given(POINTS, st.sampled_from([0.8, 0.95, 0.99]))
def test_the_slope_and_its_interval_are_those_of_least_squares(
    points: list[tuple[int, int]], confidence: float
) -> None:
    x, y = zip(*points, strict=True)
    told = stats.linregress(x, y)
    reach = stats.t.ppf((1 + confidence) / 2, len(x) - 2) * told.stderr
    wanted = told.slope, told.slope - reach, told.slope + reach
    assert slope(x, y, confidence) == pytest.approx(wanted, rel=1e-6, abs=1e-5)


def test_quantiles_of_student_of_the_normal_and_without_freedom() -> None:
    found = quantile(np.array([1.0, 10.0, math.inf, 0.0, -1.0, 0.5]), 0.95)
    assert found[:3] == pytest.approx([12.706204736, 2.228138852, 1.959963985])
    assert np.isnan(found[3:5]).all()
    assert found[5] == pytest.approx(stats.t.ppf(0.975, 0.5))

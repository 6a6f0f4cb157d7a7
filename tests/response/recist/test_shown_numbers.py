"""Percentages for people: rounded as a radiologist rounds, never across a limit."""

from decimal import Decimal
from fractions import Fraction

import hypothesis.strategies as st
import pytest
from hypothesis import given, settings

from gepnet.response.recist.model import percent
from gepnet.response.recist.timepoint import is_partial_response, is_progression
from tests.response.recist.helpers import course, results, rules

LIMITS = (Decimal(20), Decimal(-30))


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (Fraction(-170, 3), "-56.67 %"),  # 39 of 90 mm; was cut to -56.66
        (Fraction(500, 22), "+22.73 %"),  # 27 over 22 mm
        (Fraction("0.125"), "+0.12 %"),  # half to even
        (Fraction("0.135"), "+0.14 %"),
        (Fraction("19.995"), "+19.99 %"),  # half to even would be 20
        (Fraction("19.9999"), "+19.99 %"),
        (Fraction(20), "+20 %"),
        (Fraction("20.004"), "+20 %"),
        (Fraction("-29.999"), "-29.99 %"),
        (Fraction(-30), "-30 %"),
        (Fraction("-30.001"), "-30 %"),
        (Fraction(0), "0 %"),
        (Fraction("-0.001"), "-0 %"),
    ],
)
def test_a_change_is_rounded_half_to_even_and_never_across_a_limit(
    change: Fraction, shown: str
) -> None:
    assert percent(change, LIMITS) == shown


def test_without_limits_it_is_only_rounded() -> None:
    assert percent(Fraction("19.999")) == "+20 %"


@settings(deadline=None)
@given(st.integers(10_000, 600_000), st.integers(-3, 3), st.sampled_from([20, -30]))
def test_what_is_shown_tells_the_same_response_as_the_sums(
    base: int, near: int, limit: int
) -> None:
    """Sums a few thousandths of a millimetre beside 20 % of growth or 30 % of fall."""
    size = base + base * limit // 100 + near
    shown = Decimal(percent(Fraction(100 * (size - base), base), LIMITS).removesuffix(" %"))
    assert (shown >= 20) == is_progression(size, base, rules()) or size - base < 5000
    assert (shown <= -30) == is_partial_response(size, base, rules())
    assert abs(shown - Decimal(100 * (size - base)) / base) <= Decimal("0.01")


def test_reasons_show_the_rounded_change() -> None:
    (result,) = results(course("L", [90, 39]))
    assert result.timepoints[0].reason == "PR: sum 39 mm, baseline 90 mm, -56.67 %"
    (result,) = results(course("L", [500.1, 600.11]))  # 19.998 %
    assert result.timepoints[0].overall == "SD"
    assert "+19.99 % and +100.01 mm" in result.timepoints[0].reason
    (result,) = results(course("L", [500.1, 350.08]))  # -29.998 %
    assert result.timepoints[0].reason.startswith("SD: sum 350.08 mm, baseline 500.1 mm, -29.99 %")


def test_growth_enough_in_percent_but_not_in_millimetres_says_why_it_is_no_progression() -> None:
    """A PR at +20 % over its nadir gave no word of the 5 mm that were missing."""
    (result,) = results(course("L", [100, 22, 26.4]))
    told = "PR: sum 26.4 mm, baseline 100 mm, -73.6 %; nadir 22 mm, +20 % and +4.4 mm"
    assert result.timepoints[1].reason == f"{told}, less than 5 mm: not PD"
    (result,) = results(course("L", [100, 22, 26.39]))
    assert "nadir" not in result.timepoints[1].reason
    (result,) = results(course("L", [24, 28.9]))
    assert result.timepoints[0].reason.endswith("+20.42 % and +4.9 mm, less than 5 mm: not PD")

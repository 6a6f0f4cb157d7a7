"""Few points: the weights of the forms, and intervals that carry the doubt between them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.forms import measure
from gepnet.prrt.dosimetry import average
from gepnet.prrt.dosimetry.choose import Request, choose
from gepnet.prrt.dosimetry.fit import Errors, fit_form
from gepnet.prrt.dosimetry.forms import BI_UPTAKE, BI_WASHOUT, MONO, Form
from gepnet.prrt.dosimetry.weights import best_criterion, criterion, weights
from tests.prrt.dosimetry.tables import curves, packaged

DATA = packaged()


def test_intervals_hold_the_truth_with_three_to_eight_points_of_one_phase_and_of_two() -> None:
    found = measure(sets=300)
    assert {points for _, points in found} == {3, 4, 5, 6, 7, 8}
    # 300 sets of a coverage of 95 %: a standard error of 1.3 %.
    assert all(one["coverage"] >= 0.91 for one in found.values())
    assert all(abs(one["bias"]) < 0.02 for (_, points), one in found.items() if points > 3)
    one_phase = [one["two"] for (name, _), one in found.items() if name == "one phase, 50 h"]
    assert max(one_phase) < 0.2


@given(
    st.lists(st.floats(-50, 50), min_size=3, max_size=3),
    st.lists(st.booleans(), min_size=3, max_size=3),
)
def test_weights_are_shares_and_only_of_sound_forms(scores: list[float], sound: list[bool]) -> None:
    (found,) = weights(np.array([scores]), np.array([sound]))
    assert found.sum() == pytest.approx(1.0 if any(sound) else 0.0)
    assert (found[~np.array(sound)] == 0).all()


def test_an_interval_over_forms_holds_both_estimates_where_neither_wins() -> None:
    times = [4.0, 24, 96, 168]
    activity = [30 * 2 ** (-t / 10) + 70 * 2 ** (-t / 70) for t in times]
    both = choose(curves(times, activity), Request(), DATA)
    assert (both.weights[0] > 0.1).sum() == 2
    result = average.tia(both, 0.95)
    for form, fit in both.fits.items():
        if both.weights[0, form] > 0.1:
            assert result.low[0] <= fit.tia()[0][0] <= result.high[0]
    one = choose(curves(times, activity), Request("mono"), DATA)
    assert one.weights[0, 0] == 1


def test_a_stated_error_that_the_points_deny_is_not_believed() -> None:
    """Three samples of a blood curve with two phases: the interval of one phase held no truth."""
    exact = [0.4 * 2 ** (-t / 2) + 0.06 * 2 ** (-t / 25) for t in (1, 24, 72)]
    truth = (0.4 * 2 + 0.06 * 25) / np.log(2)
    chosen = choose(curves([1, 24, 72], exact, 0.05), Request(), DATA)
    result = average.tia(chosen, 0.95)
    assert result.low[0] <= truth <= result.high[0]
    good = choose(curves([1, 24, 72], [2 ** (-t / 30) for t in (1, 24, 72)], 0.05), Request(), DATA)
    assert np.isinf(good.gather("freedom", 1)[0][0])


@pytest.mark.parametrize("digits", [3, 4, 6])
@pytest.mark.parametrize("times", [(4.0, 24.0, 96.0), (24.0, 96.0, 168.0)])
def test_a_form_that_says_nothing_of_the_integral_takes_no_bound_from_the_others(
    times: tuple[float, ...], digits: int
) -> None:
    """Three points on one exponential, and an uptake before them of which none tells: no bound."""
    activity = [round(95 * 2 ** (-t / 52), digits) for t in times]
    result = average.tia(choose(curves(list(times), activity), Request(), DATA), 0.95)
    assert result.value[0] == pytest.approx(95 * 52 / np.log(2), rel=0.001)
    assert result.low[0] > 0.9 * result.value[0] and result.high[0] < 1.1 * result.value[0]


@pytest.mark.parametrize("errors", list(Errors))
@pytest.mark.parametrize("stated", [np.nan, 0.05])
@pytest.mark.parametrize("form", [BI_UPTAKE, BI_WASHOUT], ids=lambda form: form.id)
def test_no_fit_is_better_supported_than_was_thought_possible(
    form: Form, stated: float, errors: Errors
) -> None:
    random = np.random.default_rng(11)
    times = [1.0, 4, 24, 48, 96, 168]
    exact = np.array([2 ** (-t / 50) + 0.3 * form.bend * 2 ** (-t / 8) for t in times])
    some = curves(times, exact * np.exp(0.1 * random.standard_normal((300, len(times)))), stated)
    gaps = replace(some, used=random.random(some.used.shape) > 0.1)
    fit = fit_form(form, gaps, errors)
    prior = DATA.checks.fit.prior_scatter
    found = criterion(form.size, fit.squares, gaps, errors, prior)
    least = best_criterion(form, gaps, errors, prior)
    assert fit.solved.sum() > 150
    assert (found >= least - 1e-9)[fit.solved].all()
    bare = criterion(form.size, np.zeros(len(gaps)), gaps, errors, prior)
    assert (least > bare).any() == (errors == Errors.PROPORTIONAL)


def test_a_form_that_cannot_win_is_not_fitted() -> None:
    times = [4.0, 24, 48, 96, 168, 216]
    slightly_off = [100 * 2 ** (-t / 50) * (1 + 0.02 * np.cos(5 * t)) for t in times]
    chosen = choose(curves(times, slightly_off), Request(), DATA)
    assert [chosen.forms[index] for index in chosen.fits] == [MONO]
    assert chosen.weights[0].tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    "activity",
    [
        [235.25, 187.83, 121.12, 76.109, 38.833, 23.131],
        [232.81, 160.47, 119.59, 69.704, 30.489, 19.353],
        [105.03, 83.023, 57.851, 31.6, 15.168, 9.3142],
    ],
)
def test_two_phases_that_take_a_longer_search_are_found(activity: list[float]) -> None:
    """The search went to and fro, and was given up short of the better of the two fits."""
    chosen = choose(curves([4, 24, 48, 96, 168, 216], activity), Request(), DATA)
    one, two = (chosen.fits[chosen.forms.index(form)] for form in (MONO, BI_WASHOUT))
    assert two.solved[0] and two.squares[0] < one.squares[0] / 2
    assert chosen.forms[chosen.form[0]] is BI_WASHOUT

"""What the data cannot support is refused, and the reason says why."""

import math

import numpy as np
import pytest

from gepnet.prrt.dosimetry.choose import Refusal, Request, choose
from gepnet.prrt.dosimetry.forms import BI_UPTAKE, BI_WASHOUT, MONO
from gepnet.prrt.dosimetry.reasons import reason
from tests.prrt.dosimetry.tables import curves, fall, packaged

DATA = packaged()


def refused(times: list[float], activity: list[float], request: Request) -> tuple[Refusal, str]:
    chosen = choose(curves(times, activity), request, DATA)
    assert chosen.form[0] == -1
    assert np.isnan(chosen.gather("tia", 2)[0][0])
    return Refusal(int(chosen.refusal[0])), reason(chosen, 0, request, DATA)


def test_one_point() -> None:
    found, text = refused([96], [30], Request())
    assert found is Refusal.ONE_POINT
    assert "single-time-point" in text


def test_uptake_only() -> None:
    found, text = refused([1, 4, 24], [5, 12, 20], Request())
    assert found is Refusal.ONLY_UPTAKE
    assert "only the uptake" in text


@pytest.mark.parametrize("model", ["mono", "bi"])
def test_uptake_only_whatever_the_model(model: str) -> None:
    times = [1.0, 4, 8, 12, 18, 24, 30]
    request = Request(model)  # type: ignore[arg-type]
    rising = [20 * (1 - 2 ** (-t / 9)) for t in times]
    assert refused(times, rising, request)[0] is Refusal.ONLY_UPTAKE


def test_slower_than_physical_decay() -> None:
    times = [4.0, 24, 96, 168]
    found, text = refused(times, [fall(200)(t) for t in times], Request())
    assert found is Refusal.SLOWER_THAN_DECAY
    assert "(200.0 h, interval 200.0 to 200.0)" in text
    assert "159.5 h" in text and "decay-corrected" in text


def test_slower_than_decay_says_how_sure_that_is() -> None:
    times = [24.0, 96, 168]
    activity = [fall(170)(24) * 1.04, fall(170)(96) * 0.96, fall(170)(168) * 1.04]
    found, text = refused(times, activity, Request())
    assert found is Refusal.SLOWER_THAN_DECAY
    assert "to no bound)" in text


def test_activity_that_does_not_fall() -> None:
    found, text = refused([4, 24, 96, 168], [50, 49.8, 50.4, 50.1], Request())
    assert found is Refusal.NOT_FALLING
    assert "does not fall" in text


def test_physical_decay_alone_is_possible() -> None:
    times = [4.0, 24, 96, 168]
    chosen = choose(curves(times, [fall(159.528)(t) for t in times]), Request(), DATA)
    assert chosen.form[0] == 0


def test_points_close_together_say_little_about_the_rest() -> None:
    found, text = refused([1, 2, 4], [fall(100)(t) for t in (1, 2, 4)], Request())
    assert found is Refusal.TOO_FAR
    assert "97 % of the integral lies after the last point" in text


def test_too_few_points_for_the_asked_form() -> None:
    times = [4.0, 24, 96]
    found, text = refused(times, [fall(50)(t) for t in times], Request("bi"))
    assert found is Refusal.TOO_FEW
    assert text == "3 points: bi_uptake needs 4, bi_washout needs 5"


def test_a_tri_exponential_that_is_slower_in_uptake_than_in_washout() -> None:
    times = [1.0, 4, 24, 48, 96, 168]
    activity = [60 * 2 ** (-t / 3) + 40 * 2 ** (-t / 60) for t in times]
    found, text = refused(times, activity, Request("tri", uptake_per_h=0.05))
    assert found in {Refusal.UPTAKE_NOT_FIRST, Refusal.UNSETTLED, Refusal.UNSOLVED}
    assert text


def test_tri_exponential_with_a_given_uptake() -> None:
    times = [1.0, 4, 24, 48, 96, 168, 240]
    activity = [60 * 2 ** (-t / 10) + 40 * 2 ** (-t / 70) - 100 * math.exp(-1.3 * t) for t in times]
    chosen = choose(curves(times, activity), Request("tri", uptake_per_h=1.3), DATA)
    assert chosen.gather("tia", 2)[0][0] == pytest.approx(
        (600 + 2800) / math.log(2) - 100 / 1.3, rel=1e-6
    )


# What is compared, and what is not ---------------------------------------------------------------


@pytest.mark.parametrize(("points", "tried"), [(2, 1), (3, 2), (4, 3), (5, 3), (8, 3)])
def test_every_form_is_tried_that_has_no_more_parameters_than_points(
    points: int, tried: int
) -> None:
    times = [4.0, 8, 16, 24, 48, 96, 168, 240][:points]
    # Slower than decay, so that one exponential is no candidate: nothing is measured against it.
    activity = [fall(400)(t) * (1 + 0.02 * math.cos(5 * t)) for t in times]
    chosen = choose(curves(times, activity), Request(), DATA)
    assert len(chosen.fits) == tried
    assert [form.size for form in chosen.forms] == [2, 3, 4]


def test_two_phases_are_seen_from_five_points_on_and_one_is_left_as_one() -> None:
    """AICc took every curve of fewer than eight points for a mono-exponential."""

    def washout(t: float) -> float:
        return 80 * 2 ** (-t / 8) + 30 * 2 ** (-t / 70)

    few, many = [1.0, 4, 24, 96, 168], [1.0, 4, 8, 16, 24, 48, 96, 168, 240]
    for times in (few, many):
        two = choose(curves(times, [washout(t) for t in times]), Request(), DATA)
        assert two.forms[two.form[0]] is BI_WASHOUT
        one = choose(curves(times, [fall(50)(t) for t in times]), Request(), DATA)
        assert one.forms[one.form[0]] is MONO
        assert one.weights[0, 0] == 1, "a form that is supported less than a simpler one is out"


def test_uptake_is_left_out_of_a_mono_exponential_and_said() -> None:
    times = [1.0, 4, 24, 96, 168]
    activity = [100 * (2 ** (-t / 50) - 2 ** (-t / 1)) for t in times]
    chosen = choose(curves(times, activity), Request("mono"), DATA)
    assert chosen.left_out[0].tolist() == [True, False, False, False, False]
    truth = 100 * 49 / math.log(2)
    assert truth < chosen.gather("tia", 2)[0][0] < 1.05 * truth
    seen = choose(curves(times, activity), Request(), DATA)
    assert seen.forms[seen.form[0]] is BI_UPTAKE
    assert seen.gather("tia", 2)[0][0] == pytest.approx(truth, rel=1e-4)


def test_two_points_give_a_curve_without_an_interval() -> None:
    chosen = choose(curves([24, 96], [fall(50)(24), fall(50)(96)]), Request(), DATA)
    tia, relative = chosen.gather("tia", 2)
    assert tia[0] == pytest.approx(5000 / math.log(2))
    assert np.isnan(relative[0])
    stated = choose(curves([24, 96], [fall(50)(24), fall(50)(96)], 0.05), Request(), DATA)
    assert 0.03 < stated.gather("tia", 2)[1][0] < 0.2


SINGULAR = ([1.0, 2, 8, 24, 168], [1080.46, 7.87704, 35.9464, 15.055, 16.1672])


def test_a_singular_curve_is_refused_and_the_others_go_on() -> None:
    """One curve whose normal matrix is singular used to end the run of all patients."""
    times, wild = SINGULAR
    good = [80 * 2 ** (-t / 9) + 30 * 2 ** (-t / 70) - 110 * math.exp(-1.3 * t) for t in times]
    request = Request("tri", "proportional", 1.3)
    alone = choose(curves(times, good), request, DATA)
    both = choose(curves(times, [wild, good]), request, DATA)
    assert both.form[0] == -1
    assert reason(both, 0, request, DATA) in (
        "the fit did not come to an end",
        "the points do not settle all parameters of the curve",
    )
    assert both.form[1] == alone.form[0] == 0
    assert both.gather("tia", 2)[0][1] == pytest.approx(alone.gather("tia", 2)[0][0])


def test_no_curve_however_wild_ends_a_run() -> None:
    random = np.random.default_rng(4)
    times = [1.0, 4, 12, 48, 96, 168]
    wild = np.exp(random.uniform(-20, 9, (120, len(times))))
    wild[:20] = np.where(np.arange(len(times)) == np.arange(20)[:, None] % 6, 1e5, 1e-6)
    for request in (Request(), Request("bi", "constant"), Request("tri", "proportional", 1.3)):
        chosen = choose(curves(times, wild), request, DATA)
        assert np.isfinite(chosen.gather("tia", 2)[0][chosen.form >= 0]).all()
        assert all(reason(chosen, at, request, DATA) for at in np.flatnonzero(chosen.form < 0))

"""The solver: derivatives, agreement with scipy and a peer, the truth with and without noise."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import curve_fit

from gepnet.numbers import quantile
from gepnet.prrt.dosimetry.choose import Request, choose
from gepnet.prrt.dosimetry.decay import LN2
from gepnet.prrt.dosimetry.fit import Curves, Errors, fit_form
from gepnet.prrt.dosimetry.forms import (
    BI_UPTAKE,
    BI_WASHOUT,
    MONO,
    Form,
    integral,
    integral_after,
    integral_gradient,
    tri_uptake,
    values,
    values_and_jacobian,
)
from gepnet.prrt.dosimetry.single_time_point import haenscheid_2018
from gepnet.prrt.dosimetry.uncertainty import percentiles, simulate
from tests.prrt.dosimetry.tables import curves, fall, packaged

DATA = packaged()
TRI = tri_uptake(1.3)
THETA = {
    "mono": [4.6, 0.014],
    "bi_uptake": [4.3, math.log(0.008), math.log(0.1)],
    "bi_washout": [4.1, math.log(0.01), 3.7, math.log(0.06)],
    "tri_uptake": [4.1, math.log(0.01), 3.7, math.log(0.06)],
}
TIMES = [1.0, 4, 12, 24, 48, 96, 168, 240]
TRUTHS = {
    "mono": (fall(50), 100 * 50 / LN2),
    "uptake": (lambda t: 100 * (2 ** (-t / 50) - 2 ** (-t / 4)), 100 * (50 - 4) / LN2),
    "washout": (lambda t: 60 * 2 ** (-t / 10) + 40 * 2 ** (-t / 70), (600 + 2800) / LN2),
}


@pytest.mark.parametrize("form", [MONO, BI_UPTAKE, BI_WASHOUT, TRI], ids=lambda form: form.id)
def test_jacobian_and_gradient_are_the_differences(form: Form) -> None:
    theta = np.array([THETA[form.id]])
    times = np.array([TIMES])
    activity, jacobian = values_and_jacobian(form.components(theta), times)
    assert activity == pytest.approx(values(form.components(theta), times))
    gradient = integral_gradient(form.components(theta))
    for p in range(form.size):
        step = np.zeros_like(theta)
        step[0, p] = 1e-6
        ends = [form.components(theta + sign * step) for sign in (1, -1)]
        slope = (values(ends[0], times) - values(ends[1], times)) / 2e-6
        assert jacobian[:, :, p] == pytest.approx(slope, rel=1e-5, abs=1e-6)
        assert gradient[0, p] == pytest.approx(
            ((integral(ends[0]) - integral(ends[1])) / 2e-6)[0], rel=1e-5
        )


def test_the_tri_exponential_starts_at_zero() -> None:
    parts = TRI.components(np.array([THETA["tri_uptake"]]))
    assert values(parts, np.array([[0.0]]))[0, 0] == pytest.approx(0, abs=1e-12)
    assert integral_after(parts, np.array([0.0])) == pytest.approx(integral(parts))


@pytest.mark.parametrize("errors", ["proportional", "constant"])
@pytest.mark.parametrize("form", [MONO, BI_UPTAKE, BI_WASHOUT], ids=lambda form: form.id)
def test_as_scipy_fits_it(form: Form, errors: Errors) -> None:
    random = np.random.default_rng(7)
    truth = values(form.components(np.array([THETA[form.id]])), np.array([TIMES]))[0]
    noisy = truth * (1 + 0.03 * random.standard_normal((20, len(TIMES))))
    ours = fit_form(form, curves(TIMES, noisy), errors)
    assert ours.solved.all() and ours.identifiable.all()
    tia, relative = ours.tia()
    for row in range(len(noisy)):

        def model(t: np.ndarray, *theta: float) -> np.ndarray:
            found = values(form.components(np.array([theta])), t[None, :])[0]
            return np.log(found) if errors == "proportional" else found

        target = np.log(noisy[row]) if errors == "proportional" else noisy[row]
        theta, covariance = curve_fit(
            model, np.array(TIMES), target, p0=THETA[form.id], xtol=1e-12, ftol=1e-12
        )
        assert ours.theta[row] == pytest.approx(theta, rel=2e-5, abs=2e-6)
        assert ours.covariance[row] == pytest.approx(covariance, rel=1e-3, abs=1e-9)
        assert tia[row] == pytest.approx(integral(form.components(theta[None, :]))[0], rel=1e-5)
        assert 0 < relative[row] < 0.2


def test_a_curve_does_not_depend_on_its_neighbours() -> None:
    random = np.random.default_rng(3)
    truth = np.array([TRUTHS["uptake"][0](t) for t in TIMES])
    noisy = truth * np.exp(0.05 * random.standard_normal((40, len(TIMES))))
    together = choose(curves(TIMES, noisy), Request(), DATA)
    for row in (0, 17, 39):
        alone = choose(curves(TIMES, noisy[row]), Request(), DATA)
        assert alone.form[0] == together.form[row]
        assert alone.gather("tia", 2)[0][0] == pytest.approx(
            together.gather("tia", 2)[0][row], rel=1e-9
        )


def test_padding_is_not_a_measurement() -> None:
    short = curves(TIMES[2:6], [fall(50)(t) for t in TIMES[2:6]])
    pad = ((0, 0), (0, 3))
    padded = Curves(
        np.pad(short.times, pad, constant_values=1.0),
        np.pad(short.activity, pad, constant_values=999.0),
        np.pad(short.used, pad),
        np.pad(short.cv, pad, constant_values=np.nan),
    )
    found = [choose(c, Request(), DATA).gather("tia", 2)[0][0] for c in (short, padded)]
    assert found[0] == pytest.approx(found[1], rel=1e-12)


half_lives = st.floats(30, 120)


@settings(max_examples=40)
@given(slow=half_lives, ratio=st.floats(0.04, 0.25), level=st.floats(0.01, 5000))
def test_without_noise_the_integral_is_the_truth(slow: float, ratio: float, level: float) -> None:
    fast = slow * ratio
    mono = curves(TIMES, [level * 2 ** (-t / slow) for t in TIMES])
    uptake = curves(TIMES, [level * (2 ** (-t / slow) - 2 ** (-t / fast)) for t in TIMES])
    washout = curves(TIMES, [level * (2 ** (-t / slow) + 2 ** (-t / fast)) for t in TIMES])
    for data, truth in (
        (mono, level * slow / LN2),
        (uptake, level * (slow - fast) / LN2),
        (washout, level * (slow + fast) / LN2),
    ):
        chosen = choose(data, Request(), DATA)
        assert chosen.gather("tia", 2)[0][0] == pytest.approx(truth, rel=0.02)


@settings(max_examples=40)
@given(level=st.floats(0.001, 1000), half_life=half_lives)
def test_the_integral_goes_with_the_activity(level: float, half_life: float) -> None:
    shape = np.array([fall(half_life)(t) * (1 + 0.04 * math.sin(9 * t)) for t in TIMES])
    one, scaled = (choose(curves(TIMES, s), Request("mono"), DATA) for s in (shape, level * shape))
    assert scaled.gather("tia", 2)[0][0] == pytest.approx(level * one.gather("tia", 2)[0][0])
    assert scaled.gather("tia", 2)[1][0] == pytest.approx(one.gather("tia", 2)[1][0])


COVERED = [
    # truth, times, model, stated error: 2,000 sets with a relative error of 5 %
    ("mono", [24.0, 96, 168], "auto", np.nan),
    ("mono", [4.0, 24, 72, 120, 168, 240], "auto", np.nan),
    ("mono", [4.0, 24, 72, 120, 168, 240], "auto", 0.05),
    ("mono", TIMES, "mono", np.nan),
    ("uptake", TIMES, "auto", np.nan),
    ("uptake", TIMES, "bi", 0.05),
    ("washout", TIMES, "bi", np.nan),
    ("washout", TIMES, "auto", 0.05),
]


@pytest.mark.parametrize(("truth", "times", "model", "stated"), COVERED)
def test_intervals_hold_the_truth_as_often_as_they_say(
    truth: str, times: list[float], model: str, stated: float
) -> None:
    curve, total = TRUTHS[truth]
    random = np.random.default_rng(20261125)
    exact = np.array([curve(t) for t in times])
    noisy = exact * (1 + 0.05 * random.standard_normal((2000, len(times))))
    chosen = choose(curves(times, noisy, stated), Request(model), DATA)  # type: ignore[arg-type]
    found, relative = chosen.gather("tia", 2)
    (freedom,) = chosen.gather("freedom", 1)
    assert np.isfinite(found).all()
    width = quantile(freedom, 0.95) * relative
    covered = float((np.abs(np.log(found / total)) <= width).mean())
    assert 0.93 <= covered <= 0.97
    assert abs(float(np.median(found)) / total - 1) < 0.01


@pytest.mark.parametrize(
    ("truth", "times", "stated", "sets", "slack"),
    [
        ("mono", [24.0, 96, 168], np.nan, 2000, 0.03),  # with some weight for an unseen uptake
        ("mono", [24.0, 96, 168], 0.05, 2000, 0.02),
        ("uptake", TIMES, 0.05, 400, 0.035),  # 400 sets: a standard error of 1.1 %
    ],
)
def test_simulated_intervals_hold_the_truth_as_often(
    truth: str, times: list[float], stated: float, sets: int, slack: float
) -> None:
    curve, total = TRUTHS[truth]
    random = np.random.default_rng(20261126)
    exact = np.array([curve(t) for t in times])
    noisy = exact * (1 + 0.05 * random.standard_normal((sets, len(times))))
    chosen = choose(curves(times, noisy, stated), Request(), DATA)
    draws = simulate(chosen, Request(), 200, 1, repair_half_life_h=2.8)
    low, high = percentiles(draws.tia, 0.95)
    covered = float(((low <= total) & (total <= high)).mean())
    assert abs(covered - 0.95) <= slack


# A peer ------------------------------------------------------------------------------------------

PEER = json.loads((Path(__file__).parent / "peer_pytheranostics.json").read_text())


@pytest.mark.parametrize("name", list(PEER["curves"]))
def test_beside_pytheranostics_on_the_same_inputs(name: str) -> None:
    """PyTheranostics 0.1 fits activities unweighted; asked for that, the curves are the same."""
    case = PEER["curves"][name]
    data = curves(case["time_h"], case["activity_mbq"])
    form = {1: MONO, -2: BI_UPTAKE, 2: BI_WASHOUT}[case["exp_order"]]
    alike = fit_form(form, data, "constant")
    assert alike.tia()[0][0] == pytest.approx(case["tia_mbq_h"], rel=2e-4)
    # By default errors go with activity; the integrals differ by less than the scatter explains.
    ours = fit_form(form, data, "proportional")
    assert ours.tia()[0][0] == pytest.approx(case["tia_mbq_h"], rel=0.03)


def test_one_scan_beside_pytheranostics() -> None:
    case = PEER["hanscheid"]
    ours = haenscheid_2018(case["activity_mbq"], case["time_h"])
    assert ours == pytest.approx(case["tia_mbq_h"], rel=1e-12)

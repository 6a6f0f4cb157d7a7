"""Laws that hold whatever was measured: nothing crashes, and what is shown hangs together."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gepnet.prrt.dosimetry.choose import Request
from gepnet.prrt.dosimetry.fit import Curves
from gepnet.prrt.dosimetry.report import report
from gepnet.prrt.dosimetry.run import MonteCarlo, run
from gepnet.prrt.dosimetry.table import Series
from gepnet.prrt.dosimetry.words import Method
from gepnet.tables import plain
from tests.prrt.dosimetry.tables import curves, packaged

REGIONS = ["kidney_left", "kidneys", "spleen", "liver", "lesion_1", "blood", "pancreas"]
REQUESTS = [
    Request(),
    Request("mono"),
    Request("bi"),
    Request("tri", uptake_per_h=1.3),
    Request(errors="constant"),
    Request("bi", errors="constant"),
]
anything = st.lists(
    st.tuples(st.integers(1, 400), st.floats(1e-6, 2e4)),
    min_size=1,
    max_size=9,
    unique_by=lambda point: point[0],
)


@st.composite
def decays(draw: st.DrawFn) -> list[tuple[int, float]]:
    """Points about a curve with or without uptake, scattered by a few per cent to a half."""
    times = draw(st.lists(st.integers(1, 300), min_size=2, max_size=9, unique=True))
    half_life, uptake = draw(st.floats(20, 170)), draw(st.sampled_from([0.0, 0.0, 2.0, 12.0]))
    scatter = draw(st.sampled_from([0.0, 0.03, 0.1, 0.5]))
    random = np.random.default_rng(draw(st.integers(0, 1000)))
    return [
        (
            t,
            float(100 * (2 ** (-t / half_life) - (2 ** (-t / uptake) if uptake else 0)))
            * float(np.exp(scatter * random.normal())),
        )
        for t in times
    ]


points = st.one_of(anything, decays(), decays())
FITTED: dict[str, int] = {}


def one(measured: list[tuple[int, float]], region: str, cv: float, mass: float) -> Series:
    times, activity = zip(*sorted(measured), strict=True)
    found: Curves = curves(times, activity, cv)
    word, number = np.array(["x"], dtype=object), np.array([np.nan])
    return Series(
        np.array(["P1"], dtype=object),
        np.array([1]),
        np.array([region], dtype=object),
        np.array([2]),
        found,
        found.activity,
        np.array([False]),
        np.array([mass]),
        number,
        np.array([7.4]),
        np.where(word == "x", "male", ""),
        np.where(word == "x", "excluded", ""),
        number,
    )


def sound(item: dict[str, float | None]) -> bool:
    """Whether an interval holds its value; ends may be unknown or without bound."""
    value, low, high = item["value"], item["low"], item["high"]
    if value is None:
        return True
    slack = 1 + 1e-9
    return (
        value >= 0
        and (low is None or low <= value * slack)
        and (high is None or value <= high * slack)
    )


WASHOUT = [(t, 60 * 2 ** (-t / 8) + 40 * 2 ** (-t / 70)) for t in (1, 4, 8, 16, 24, 48, 96, 168)]


@settings(max_examples=250)
@example(WASHOUT, "spleen", Request(), None, 0.02, 150.0)
@example([(46, 5.0), (47, 1e-6)], "spleen", Request(), None, np.nan, 150.0)  # falls like nothing
@given(
    measured=points,
    region=st.sampled_from(REGIONS),
    request=st.sampled_from(REQUESTS),
    single=st.sampled_from([None, *Method]),
    cv=st.sampled_from([np.nan, 0.02, 0.3]),
    mass=st.sampled_from([np.nan, 0.5, 150.0, 5000.0]),
)
def any_curve_gives_a_sound_answer(
    measured: Any, region: str, request: Request, single: Any, cv: float, mass: float
) -> None:
    data = packaged()
    result = run(one(measured, region, cv, mass), data, request, single)
    view = plain(report(result))
    assert json.loads(json.dumps(view, allow_nan=False)) == view
    (curve,) = view["curves"]
    for name in ("effective_half_life_h", "tia_mbq_h", "dose_gy", "bed_gy"):
        assert sound(curve[name]), (name, curve[name])
    FITTED[curve["model"]] = FITTED.get(curve["model"], 0) + 1
    given_tia = curve["tia_mbq_h"]["value"] is not None
    assert given_tia == (curve["status"] != "refused")
    assert bool(curve["reason"]) == (curve["status"] == "refused")
    assert (curve["dose_gy"]["value"] is None) == (curve["no_dose"] is not None)
    if curve["status"] == "fitted":
        # Nothing stays longer than physical decay lets it, and the tail is what was not measured.
        assert curve["effective_half_life_h"]["value"] <= data.physics.half_life_h * (1 + 1e-5)
        assert 0 <= curve["tia_extrapolated"] <= data.checks.fit.extrapolation_refused.value
        used = [point for point in curve["points"] if point["used"]]
        assert len(used) >= 2
    if curve["bed_gy"]["value"] is not None:
        assert curve["bed_gy"]["value"] >= curve["dose_gy"]["value"]
        assert 0 < curve["protraction_factor"] <= 1


def test_any_curve_gives_a_sound_answer() -> None:
    FITTED.clear()
    any_curve_gives_a_sound_answer()
    assert {None, "mono", "bi_uptake", "bi_washout"} <= set(FITTED), "kinds of answers tried"
    assert FITTED["mono"] > 20


@settings(max_examples=60)
@given(measured=points, request=st.sampled_from(REQUESTS), cv=st.sampled_from([np.nan, 0.1]))
def test_any_simulation_gives_a_sound_interval(measured: Any, request: Request, cv: float) -> None:
    series = replace(one(measured, "kidney_left", cv, 150.0), mass_cv=np.array([0.1]))
    result = run(series, packaged(), request, None, MonteCarlo(60, 3))
    (curve,) = plain(report(result, curves=False), details=False)["curves"]
    for name in ("tia_mbq_h", "dose_gy", "bed_gy"):
        low, high = curve[name]["low"], curve[name]["high"]
        assert low is None or high is None or low <= high

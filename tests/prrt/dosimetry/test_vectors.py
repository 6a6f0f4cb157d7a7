"""Vectors V1 to V7 and the error curve of section 9 of the fact sheet on dosimetry.

They are closed forms, worked out there by hand from the published formulas; nothing here comes from
this program.
"""

import math
from pathlib import Path

import numpy as np
import pytest
import radioactivedecay
from scipy import constants as si
from scipy.integrate import dblquad

from gepnet.prrt.dosimetry import single_time_point as stp
from gepnet.prrt.dosimetry.bed import bed, protraction_factor, protraction_factor_mono
from gepnet.prrt.dosimetry.choose import Request, choose
from gepnet.prrt.dosimetry.decay import LN2, biological_half_life
from gepnet.prrt.dosimetry.marrow import marrow_mass_g, red_marrow_to_blood_ratio
from gepnet.prrt.dosimetry.run import run
from gepnet.prrt.dosimetry.trapezoid import model_free
from tests.prrt.dosimetry.tables import curves, fall, packaged, rows, series

DATA = packaged()


def tia(times: list[float], activity: list[float], model: str) -> tuple[float, float]:
    chosen = choose(curves(times, activity), Request(model), DATA)  # type: ignore[arg-type]
    return float(chosen.gather("tia", 2)[0][0]), float(LN2 / chosen.gather("rate", 2)[0][0])


def test_half_life_is_that_of_a_library() -> None:
    nuclide = radioactivedecay.Nuclide(DATA.physics.radionuclide)
    assert DATA.physics.half_life_h == pytest.approx(nuclide.half_life("h"), rel=1e-6)
    assert DATA.physics.half_life_h == pytest.approx(159.528)
    assert DATA.physics.decay_per_h == pytest.approx(0.0043450, abs=5e-8)


def test_electron_dose_constant_is_the_energy_converted() -> None:
    per_decay = 147.9e3 * si.e  # keV of electrons a decay, table 1 of 10.1186/s40658-020-00301-2
    gy_g_per_mbq_h = per_decay * 1e6 * 3600 / 1e-3
    assert DATA.physics.electron_dose_constant.value == pytest.approx(gy_g_per_mbq_h, rel=1e-5)


def test_s_times_mass_of_all_eight_organs_lies_in_one_band() -> None:
    found = [o.gy_g_per_mbq_h for p in DATA.physics.phantoms for o in p.organs]
    assert len(found) == 8
    assert min(found) > 0.0859 and max(found) < 0.0889
    male = [round(o.gy_g_per_mbq_h, 5) for o in DATA.physics.phantom("male").organs]
    assert male == [0.08626, 0.08639, 0.08885, 0.0862]


@pytest.mark.parametrize(("mass", "dose"), [(152.983, 1.2202), (180, 1.0370)])
def test_v1_left_kidney(tmp_path: Path, mass: float, dose: float) -> None:
    times = [4.0, 24, 96, 168]
    result = run(series(tmp_path, rows("kidney_left", times, fall(50, 30), mass)), DATA)
    assert result.tia.value[0] == pytest.approx(2164.04, abs=0.005)
    assert result.dose.value[0] == pytest.approx(dose, abs=5e-5)


def test_v2_uptake_and_washout() -> None:
    times = [1.0, 4, 24, 96, 168]
    activity = [48.62327, 88.35576, 71.69776, 26.42545, 9.73956]
    assert tia(times, activity, "bi")[0] == pytest.approx(7069.2057, rel=1e-6)
    total, half_life = tia(times[2:], activity[2:], "mono")
    assert total == pytest.approx(7213.47, abs=0.01)
    assert half_life == pytest.approx(50.000, abs=5e-4)


def test_v3_two_phases_and_the_trapezoids() -> None:
    times = [1.0, 4, 24, 96, 168]
    activity = [95.5878, 83.9181, 42.907, 15.5376, 7.5791]
    assert tia(times, activity, "bi")[0] == pytest.approx(4905.163, rel=2e-6)
    free = model_free(curves(times[1:], activity[1:]), DATA.physics.decay_per_h)
    assert free.first[0] == pytest.approx(335.67, abs=0.005)
    assert free.linear[0] == pytest.approx(4204.46, abs=0.005)
    assert free.logarithmic[0] == pytest.approx(3960.96, abs=0.01)
    assert free.physical_tail[0] == pytest.approx(1744.33, abs=0.01)
    assert free.effective_tail[0] == pytest.approx(760.16, abs=0.02)
    whole = free.first[0] + free.linear[0]
    assert whole + free.physical_tail[0] == pytest.approx(6284.47, abs=0.02)
    assert whole + free.effective_tail[0] == pytest.approx(5300.29, abs=0.03)


@pytest.mark.parametrize(
    ("half_life", "exact", "error"),
    [
        (40, 152.29, -9.1),
        (50, 136.49, 1.5),
        (60, 131.20, 5.6),
        (80, 132.58, 4.5),
        (96, 138.50, 0),
        (120, 150.71, -8.1),
    ],
)
def test_v4_one_scan_without_a_half_life(half_life: float, exact: float, error: float) -> None:
    assert stp.known_half_life(0.5, 96, half_life) == pytest.approx(exact, abs=0.005)
    assert stp.haenscheid_2018(0.5, 96) == pytest.approx(138.50, abs=0.005)
    assert 100 * stp.haenscheid_2018_error(96, half_life) == pytest.approx(error, abs=0.05)


def test_v4_doses() -> None:
    constant = DATA.physics.electron_dose_constant.value
    assert constant * stp.known_half_life(0.5, 96, 50) == pytest.approx(11.64, abs=0.005)
    # The published coefficients, rounded: 0.25 C t and 0.125 C 2^(t/T) T.
    rounded = 0.25 * 0.5 * 96
    assert rounded == pytest.approx(12.0)
    known = 0.125 * LN2 * stp.known_half_life(0.5, 96, 50)
    assert known == pytest.approx(11.826, abs=5e-4)
    exact = stp.local_dose(1, 1, constant)
    assert exact == pytest.approx(0.2461, abs=5e-5)
    assert stp.local_dose(0.5, 96, constant) / rounded == pytest.approx(exact / 0.25)


@pytest.mark.parametrize(
    ("true", "error"), [(40, -10.4), (45, -4.2), (50, 0), (55, 2.6), (60, 4.0), (70, 4.5)]
)
def test_v5_population_half_life(true: float, error: float) -> None:
    assert 100 * stp.known_half_life_error(96, 50, true) == pytest.approx(error, abs=0.05)


@pytest.mark.parametrize(
    ("x", "error"),
    [
        (0.5, -29.3),
        (0.75, -10.8),
        (1, 0),
        (1.3, 5.6),
        (1 / LN2, 6.15),
        (1.5, 6.1),
        (2, 0),
        (2.5, -11.6),
        (3, -25.0),
    ],
)
def test_error_curve_of_one_scan(x: float, error: float) -> None:
    assert 100 * stp.haenscheid_2018_error(x, 1) == pytest.approx(error, abs=0.05)


def test_the_error_is_largest_where_it_is_said_to_be() -> None:
    low, high = (np.array([value]) for value in (40.0, 120.0))
    time = np.array([96.0])
    found = stp.error_range(lambda true: stp.haenscheid_2018_error(time, true), time, low, high)
    grid = stp.haenscheid_2018_error(96, np.linspace(40, 120, 4001))
    assert found[0][0] == pytest.approx(grid.min(), abs=1e-9)
    assert found[1][0] == pytest.approx(grid.max(), abs=1e-7)


def test_v6_marrow_from_blood(tmp_path: Path) -> None:
    def blood(t: float) -> float:  # MBq in a sample of 1 g: 10 and 1.5 kBq/mL
        return 0.010 * 2 ** (-t / 1.6) + 0.0015 * 2 ** (-t / 30)

    times = [0.5, 1, 2, 4, 8, 24, 48, 72, 96]
    result = run(series(tmp_path, rows("blood", times, blood, 1)), DATA)
    assert 1000 * result.tia.value[0] == pytest.approx(88.0044, rel=1e-5)
    assert 1000 * result.dose.value[0] == pytest.approx(7.507, abs=5e-4)
    marrow = DATA.physics.marrow
    ratio = red_marrow_to_blood_ratio(np.array([0.42]), marrow)[0]
    assert ratio == pytest.approx(0.3276, abs=5e-5)
    assert 7.507 * ratio == pytest.approx(2.459, abs=1e-3)
    assert marrow_mass_g(60, "male", marrow) == pytest.approx(961.6, abs=0.05)


@pytest.mark.parametrize(
    ("dose", "half_life", "expected"), [(5, 50, 5.50991), (6, 50, 6.73427), (5, 40, 5.62904)]
)
def test_v7_bed(dose: float, half_life: float, expected: float) -> None:
    kidney = DATA.physics.kidney_bed
    factor = protraction_factor_mono(half_life, kidney.repair_half_life.value)
    assert bed(dose, factor, kidney.alpha_beta.value) == pytest.approx(expected, abs=5e-6)


def test_v7_four_cycles_are_not_one_of_the_sum(tmp_path: Path) -> None:
    kidney = DATA.physics.kidney_bed
    factor = protraction_factor_mono(50, kidney.repair_half_life.value)
    assert factor == pytest.approx(0.0530303, abs=5e-8)
    assert bed(20, factor, kidney.alpha_beta.value) == pytest.approx(28.1585, abs=5e-5)
    level = 5 / (DATA.physics.phantom("male").organs[0].gy_g_per_mbq_h / 150) * LN2 / 50
    lines = [
        line
        for cycle in (1, 2, 3, 4)
        for line in rows("kidney_left", [4, 24, 96, 168], fall(50, level), 150, cycle)
    ]
    result = run(series(tmp_path, lines), DATA)
    assert result.sums.dose.value[0] == pytest.approx(20, rel=1e-6)
    assert result.sums.bed.value[0] == pytest.approx(22.0396, abs=5e-5)


def test_repair_is_not_one_over_its_half_life() -> None:
    wrong = protraction_factor_mono(50, 2.8 * LN2)  # what mu = 1 / T_rep amounts to
    assert bed(5, wrong, 2.6) == pytest.approx(5.35929, abs=5e-6)


def test_protraction_factor_of_two_phases_is_the_double_integral() -> None:
    a, k, repair = np.array([-5.0, 7.0]), np.array([0.6, 0.02]), 2.8
    mu = LN2 / repair

    def rate(t: float) -> float:
        return float((a * np.exp(-k * t)).sum())

    whole, _ = dblquad(
        lambda w, t: rate(t) * rate(w) * math.exp(-mu * (t - w)), 0, 700, 0, lambda t: t
    )
    expected = 2 * whole / (a / k).sum() ** 2
    assert protraction_factor(a, k, repair) == pytest.approx(expected, rel=1e-5)
    one = protraction_factor(np.array([3.0]), np.array([LN2 / 50]), repair)
    assert one == pytest.approx(protraction_factor_mono(50, repair), rel=1e-12)


def test_biological_half_life() -> None:
    assert biological_half_life(50.0, 159.528) == pytest.approx(1 / (1 / 50 - 1 / 159.528))
    assert np.isinf(biological_half_life(159.528, 159.528))

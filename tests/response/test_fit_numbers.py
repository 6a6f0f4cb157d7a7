"""The batched fit against firthmodels, recovery of known coefficients, and performance measures."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from firthmodels import FirthLogisticRegression
from scipy.stats import chi2

from gepnet.knowledge import load_knowledge
from gepnet.numbers import (
    Array,
    calibration_curve,
    corrected_intercept,
    covariance,
    firth,
    full_rank,
    measure,
    optimism,
    separated,
)
from gepnet.response.fit import Spec
from gepnet.response.fit.made_up import simulated_counts

SPEC = Spec.read(load_knowledge().measures)
LIMIT = float(chi2.ppf(SPEC.confidence, 1))


def peer(design: Array, events: Array, others: Array) -> FirthLogisticRegression:
    counts = np.concatenate([events, others]).astype(int)
    rows = np.repeat(np.vstack([design, design]), counts, axis=0)[:, 1:]
    outcome = np.repeat([1, 0], [int(events.sum()), int(others.sum())])
    model = FirthLogisticRegression(
        backend="numpy", max_iter=200, gtol=1e-6, xtol=1e-6, max_halfstep=50
    )
    return model.fit(rows, outcome)


@pytest.mark.parametrize("patients", [51, 200])
def test_the_batch_is_firthmodels_one_by_one(patients: int) -> None:
    design, events, others, _ = simulated_counts(SPEC, patients, 12, seed=patients)
    usable = full_rank(design, events, others)
    assert usable.sum() >= 8
    batch = firth(design, events[usable], others[usable])
    assert batch.converged.all()
    spread = covariance(design, events[usable], others[usable], batch.coefficients)
    for row in range(int(usable.sum())):
        model = peer(design, events[usable][row], others[usable][row])
        expected = np.concatenate([[model.intercept_], model.coef_])
        assert batch.coefficients[row] == pytest.approx(expected, abs=1e-5)
        assert batch.loglik[row] == pytest.approx(model.loglik_, abs=1e-8)
        # The inverse information of the unpenalised likelihood at the estimate, patient by patient
        # (Heinze and Schemper 2002); firthmodels gives the smaller errors of augmented data.
        counts = (events + others)[usable][row].astype(int)
        rows = np.repeat(design, counts, axis=0)
        chance = model.predict_proba(rows[:, 1:])[:, 1]
        information = (rows * (chance * (1 - chance))[:, None]).T @ rows
        assert spread[row] == pytest.approx(np.linalg.inv(information), abs=1e-4)
        assert (np.sqrt(np.diag(spread[row])) > np.roll(model.bse_, 1)).all()


def test_a_value_is_inside_the_profile_interval_of_firthmodels_or_not() -> None:
    design, events, others, truth = simulated_counts(SPEC, 200, 8, seed=5)
    whole = firth(design, events, others)
    bounds = np.array(
        [
            np.roll(peer(design, e, o).conf_int(method="pl"), 1, axis=0)
            for e, o in zip(events, others, strict=True)
        ]
    )
    agreed = 0
    for column in range(len(truth)):
        held = firth(design, events, others, {column: truth[column]})
        inside = 2 * (whole.loglik - held.loglik) <= LIMIT
        low, high = bounds[:, column, 0], bounds[:, column, 1]
        assert inside.tolist() == ((low <= truth[column]) & (truth[column] <= high)).tolist()
        agreed += len(inside)
    assert agreed == 8 * len(truth)


def test_known_coefficients_are_recovered_with_the_stated_coverage() -> None:
    # 2,000 seeded cohorts of 200; the intervals are to cover the truth in 93 to 97 %.
    design, events, others, truth = simulated_counts(SPEC, 200, 2000, seed=7)
    whole = firth(design, events, others)
    assert whole.converged.all()
    bias = whole.coefficients.mean(axis=0) - truth
    noise = whole.coefficients.std(axis=0) / np.sqrt(2000)
    assert (np.abs(bias) < 4 * noise).all()
    for column, value in enumerate(truth):
        held = firth(design, events, others, {column: value})
        assert held.converged.all()
        covered = (2 * (whole.loglik - held.loglik) <= LIMIT).mean()
        assert 0.93 <= covered <= 0.97, (column, covered)


def test_the_intercept_correction_predicts_as_many_events_as_there_were() -> None:
    design, events, others, _ = simulated_counts(SPEC, 51, 20, seed=3)
    usable = full_rank(design, events, others)
    events, others = events[usable], others[usable]
    beta = firth(design, events, others).coefficients
    corrected = corrected_intercept(design, events, others, beta)
    assert (corrected[:, 1:] == beta[:, 1:]).all()
    chance = 1 / (1 + np.exp(-(corrected @ design.T)))
    assert ((events + others) * chance).sum(axis=1) == pytest.approx(events.sum(axis=1))


# Two groups of 10; 8 and 2 events: odds 4 and 1/4. Firth adds a half to each cell of a saturated
# 2 x 2 table (Firth 1993, section 3), so the log odds are log(8.5/2.5) and log(2.5/8.5).
TABLE = np.array([[1.0, 0.0], [1.0, 1.0]])
EVENTS, OTHERS = np.array([2.0, 8.0]), np.array([8.0, 2.0])


def test_a_two_by_two_table_by_hand() -> None:
    found = firth(TABLE, EVENTS[None], OTHERS[None]).coefficients[0]
    expected = [np.log(2.5 / 8.5), np.log(8.5 / 2.5) - np.log(2.5 / 8.5)]
    assert found == pytest.approx(expected, abs=1e-7)


def test_measures_by_hand() -> None:
    eta = np.log(np.array([[0.25, 4.0]]))
    found = measure(eta, EVENTS[None], OTHERS[None])
    # 8 x 8 pairs won, 2 x 8 + 8 x 2 tied, of 100.
    assert found.auc[0] == pytest.approx((64 + 16) / 100)
    # predicted odds are the observed ones
    assert found.slope[0] == pytest.approx(1)
    assert found.in_the_large[0] == pytest.approx(0, abs=1e-9)
    assert found.brier[0] == pytest.approx(0.8 * 0.2)


def test_predictions_too_extreme_by_two_have_slope_one_half() -> None:
    eta = 2 * np.log(np.array([[0.25, 4.0]]))
    assert measure(eta, EVENTS[None], OTHERS[None]).slope[0] == pytest.approx(0.5)


def test_a_constant_prediction_has_no_slope() -> None:
    found = measure(np.zeros((1, 2)), EVENTS[None], OTHERS[None])
    assert np.isnan(found.slope[0])
    assert found.auc[0] == 0.5


def test_the_bootstrap_is_the_same_for_the_same_seed_and_finds_optimism() -> None:
    design, events, others, _ = simulated_counts(SPEC, 200, 1, seed=9)
    there = (events + others)[0] > 0
    data = design[there], events[0][there], others[0][there]
    first, again = optimism(*data, 100, seed=4), optimism(*data, 100, seed=4)
    assert first == again
    assert first != optimism(*data, 100, seed=5)
    auc = first.measures[0]
    assert auc.name == "auc"
    assert auc.optimism is not None and auc.optimism > 0
    assert auc.corrected == pytest.approx(auc.apparent - auc.optimism)


def test_the_corrected_measures_are_near_those_on_new_patients() -> None:
    # Mean over 30 cohorts of what 100 resamples leave, against 200,000 new patients.
    design, events, others, _ = simulated_counts(SPEC, 200, 30, seed=21)
    _, new, rest, _ = simulated_counts(SPEC, 200_000, 1, seed=22)
    corrected, truth = [], []
    for mine, others_mine in zip(events, others, strict=True):
        there = (mine + others_mine) > 0
        rows = design[there], mine[there], others_mine[there]
        found = optimism(*rows, 100, seed=1)
        corrected.append([m.corrected for m in found.measures])
        beta = firth(rows[0], rows[1][None], rows[2][None]).coefficients
        beta = corrected_intercept(rows[0], rows[1][None], rows[2][None], beta)
        real = measure(beta @ design.T, new, rest)
        truth.append([float(value[0]) for _, value in real.items()])
    gap = np.mean(corrected, axis=0) - np.mean(truth, axis=0)
    # AUC, slope, in the large, Brier; the spread of 30 cohorts allows for these.
    assert (np.abs(gap) < [0.02, 0.1, 0.1, 0.01]).all(), gap


def test_the_calibration_curve_counts_everybody_once() -> None:
    eta = np.log(np.array([0.25, 4.0]))
    curve = calibration_curve(eta, EVENTS, OTHERS, 5, 0.95)
    assert [(g.patients, g.events, g.observed) for g in curve] == [(10, 2, 0.2), (10, 8, 0.8)]
    # Clopper-Pearson for 2 of 10: 0.0252 to 0.5561 (Fleiss, tables; also R binom.test(2, 10)).
    assert (curve[0].low, curve[0].high) == pytest.approx((0.0252, 0.5561), abs=1e-4)


# A level whose patients all had the event (quasi-complete), a whole table split, and none.
@pytest.mark.parametrize(
    ("events", "others", "columns"),
    [
        ([2, 8], [8, 2], ()),
        ([2, 10], [8, 0], (1,)),
        ([0, 10], [10, 0], (0, 1)),
        ([10, 2], [0, 8], (0, 1)),
    ],
)
def test_separation_is_found(
    events: list[int], others: list[int], columns: tuple[int, ...]
) -> None:
    found = separated(
        TABLE, np.array(events, float), np.array(others, float), SPEC.separation_tolerance
    )
    assert found == columns


def test_a_design_that_cannot_be_told_apart_does_not_converge() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = firth(TABLE, np.array([[2.0, 0.0]]), np.array([[8.0, 0.0]]))
    assert not found.converged[0]

"""Made-up cohorts with known coefficients, to try the commands and to test the fit."""

from __future__ import annotations

import itertools

import numpy as np
import polars as pl

from gepnet.numbers import Array
from gepnet.response.fit.cohort import MADE_UP, ORIGIN
from gepnet.response.fit.spec import Spec


def made_up_cohort(spec: Spec, patients: int, seed: int) -> pl.DataFrame:
    """Draw patients from the invented truth of the specification; ``origin`` says so."""
    rng = np.random.default_rng(seed)
    columns: dict[str, list[str]] = {
        "patient_id": [f"made-up-{number}" for number in range(1, patients + 1)]
    }
    eta = np.full(patients, spec.made_up.intercept)
    for predictor in spec.predictors:
        levels, shares = _levels(spec, predictor.column)
        drawn = rng.choice(len(levels), size=patients, p=shares)
        columns[predictor.column] = [levels[place] for place in drawn]
        effects = spec.made_up.coefficients[predictor.column]
        eta += np.array([effects.get(level, 0.0) for level in levels])[drawn]
    happened = rng.random(patients) < 1 / (1 + np.exp(-eta))
    return pl.DataFrame(columns).with_columns(
        pl.Series(spec.outcome.column, happened.astype(int)), pl.lit(MADE_UP).alias(ORIGIN)
    )


def simulated_counts(
    spec: Spec, patients: int, runs: int, seed: int
) -> tuple[Array, Array, Array, Array]:
    """Draw many made-up cohorts at once.

    Returns:
        The design (K, P) over all combinations of levels, events (runs, K), others (runs, K) and
        the true coefficients (P,), the intercept first.
    """
    rng = np.random.default_rng(seed)
    each = [_levels(spec, predictor.column) for predictor in spec.predictors]
    cells = list(itertools.product(*(levels for levels, _ in each)))
    shares = np.array([np.prod(chosen) for chosen in itertools.product(*(p for _, p in each))])
    names = [predictor.column for predictor in spec.predictors]
    design = np.array(
        [
            [1.0, *(float(cell[names.index(name)] == level) for name, level in spec.terms)]
            for cell in cells
        ]
    )
    truth = np.array(
        [
            spec.made_up.intercept,
            *(spec.made_up.coefficients[name].get(level, 0.0) for name, level in spec.terms),
        ]
    )
    drawn = rng.multinomial(patients, shares / shares.sum(), size=runs)
    events = rng.binomial(drawn, 1 / (1 + np.exp(-(design @ truth))))
    return design, events.astype(float), (drawn - events).astype(float), truth


def _levels(spec: Spec, column: str) -> tuple[list[str], Array]:
    shares = spec.made_up.shares[column]
    total = sum(shares.values())
    return list(shares), np.array([share / total for share in shares.values()])

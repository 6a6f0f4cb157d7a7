"""The fit of a registry's model: recovery of known coefficients, and speed beside firthmodels.

Draws 2,000 seeded cohorts of 200 and of 51 patients from the invented coefficients of
``measures/further_response_model.yaml`` and prints coverage of the profile likelihood intervals,
bias and width. The time of the batch is compared with firthmodels on some of the same cohorts.
"""

from __future__ import annotations

import time
from math import exp

import numpy as np
from firthmodels import FirthLogisticRegression
from scipy.stats import chi2

from gepnet.knowledge import load_knowledge
from gepnet.numbers import Array, firth, full_rank
from gepnet.response.fit import Spec
from gepnet.response.fit.made_up import simulated_counts

RUNS, PEERS, WIDTHS = 2000, 100, 200
SPEC = Spec.read(load_knowledge().measures)


def peer(design: Array, events: Array, others: Array, intervals: bool) -> Array:
    """Fit one cohort by firthmodels; return coefficients, or bounds of the intervals."""
    counts = np.concatenate([events, others]).astype(int)
    rows = np.repeat(np.vstack([design, design]), counts, axis=0)[:, 1:]
    outcome = np.repeat([1, 0], [int(events.sum()), int(others.sum())])
    model = FirthLogisticRegression(backend="numpy", max_iter=100).fit(rows, outcome)
    found = model.conf_int(method="pl", max_iter=100)[:-1] if intervals else model.coef_
    return np.asarray(found)


def recovery(patients: int) -> None:
    design, events, others, truth = simulated_counts(SPEC, patients, RUNS, seed=7)
    usable = full_rank(design, events, others)
    events, others = events[usable], others[usable]
    begun = time.perf_counter()
    whole = firth(design, events, others)
    took = time.perf_counter() - begun
    covered = []
    for column, value in enumerate(truth):
        held = firth(design, events, others, {column: value})
        settled = whole.converged & held.converged
        inside = 2 * (whole.loglik - held.loglik) <= chi2.ppf(SPEC.confidence, 1)
        covered.append(inside[settled].mean())
    bias = np.abs(whole.coefficients.mean(axis=0) - truth).max()
    ends = np.concatenate(
        [peer(design, e, o, True) for e, o in zip(events[:WIDTHS], others[:WIDTHS], strict=True)]
    )
    ratio = exp(float(np.nanmedian(ends[:, 1] - ends[:, 0])))
    print(
        f"n={patients}: {len(events)} cohorts, {whole.converged.mean():.1%} converged; coverage "
        f"{min(covered):.1%} to {max(covered):.1%}; greatest bias {bias:.3f} (log odds); median "
        f"ratio of an interval's ends {ratio:.1f}"
    )
    begun = time.perf_counter()
    for row in range(PEERS):
        peer(design, events[row], others[row], False)
    alone = (time.perf_counter() - begun) / PEERS * len(events)
    print(
        f"  {len(events)} fits: batch {took:.2f} s, firthmodels one by one {alone:.2f} s "
        f"(from {PEERS}); ratio {alone / took:.1f}"
    )


def main() -> None:
    for patients in (200, 51):
        recovery(patients)


if __name__ == "__main__":
    main()

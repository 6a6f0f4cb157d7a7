"""Exact intervals of counts, over time and of patients.

Garwood F. Fiducial limits for the Poisson distribution. Biometrika 1936;28:437-42: the bounds of
an expected count are quantiles of chi-square. Clopper CJ, Pearson ES. The use of confidence or
fiducial limits illustrated in the case of the binomial. Biometrika 1934;26:404-13.
"""

from __future__ import annotations


def poisson_interval(count: int, confidence: float) -> tuple[float, float]:
    """Return the exact interval of the expected count, given ``count`` events; 0 from none."""
    from scipy.stats import chi2

    tail = (1 - confidence) / 2
    low = 0.0 if count == 0 else float(chi2.ppf(tail, 2 * count)) / 2
    return low, float(chi2.ppf(1 - tail, 2 * (count + 1))) / 2


def exact_share(count: int, size: int, confidence: float) -> tuple[float, float]:
    """Return the exact interval of the share of which ``count`` of ``size`` is one draw."""
    from scipy.stats import binomtest

    bounds = binomtest(count, size).proportion_ci(confidence, method="exact")
    return float(bounds.low), float(bounds.high)

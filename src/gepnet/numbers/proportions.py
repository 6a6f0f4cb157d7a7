"""Confidence intervals of proportions where several observations come from one case.

Wilson EB. Probable inference, the law of succession, and statistical inference. J Am Stat Assoc
1927;22:209-12, doi 10.1080/01621459.1927.10502953: the score interval.

Rao JNK, Scott AJ. A simple method for the analysis of clustered binary data. Biometrics
1992;48:577-85: the design effect. The interval is Wilson's, on the number of observations divided
by the design effect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
# Of one cluster: how many observations, and how many of them count.
Cluster = tuple[int, int]


@dataclass(frozen=True)
class Proportion:
    """A share, its 95 % interval, and how much the clusters widened it."""

    count: int
    of: int
    low: float
    high: float
    design_effect: float

    @property
    def share(self) -> float:
        """The share itself."""
        return self.count / self.of


def wilson(share: float, size: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return Wilson's score interval for ``share`` of ``size`` observations.

    ``size`` need not be a whole number: it may be an effective size.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    weight = 1 + z * z / size
    centre = (share + z * z / (2 * size)) / weight
    half = z * sqrt(share * (1 - share) / size + (z / (2 * size)) ** 2) / weight
    return max(0.0, centre - half), min(1.0, centre + half)


def design_effect(clusters: Sequence[Cluster]) -> float:
    """Return by how much the clusters inflate the variance of the overall share.

    Rao and Scott's estimate, the variance of the share as a ratio of cluster totals over its
    binomial variance; never below 1, so that no interval is narrower than of independent
    observations. Where nothing or everything counts, or there is a single cluster, it cannot be
    estimated, and the observations of a cluster are taken to be copies of each other.
    """
    size = sum(n for n, _ in clusters)
    share = sum(x for _, x in clusters) / size
    number = len(clusters)
    if number == 1 or share in (0, 1):
        return sum(n * n for n, _ in clusters) / size
    spread = sum((x - n * share) ** 2 for n, x in clusters)
    variance = number / (number - 1) * spread / size**2
    return max(1.0, size * variance / (share * (1 - share)))


def clustered_proportion(clusters: Sequence[Cluster]) -> Proportion | None:
    """Return the share over all clusters with its interval; None without observations."""
    filled = [cluster for cluster in clusters if cluster[0]]
    if not filled:
        return None
    count, size = sum(x for _, x in filled), sum(n for n, _ in filled)
    effect = design_effect(filled)
    low, high = wilson(count / size, size / effect)
    return Proportion(count, size, low, high, effect)

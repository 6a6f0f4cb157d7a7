"""Network meta-analysis on contrasts, by the theory of electrical networks.

Ruecker G. Network meta-analysis, electrical networks and graph theory. Res Synth Methods
2012;3:312-24: a study is a resistance between its arms, the network is the sum of the Laplacians
of its studies, and a pseudo-inverse of the sum gives effects and variances.
Ruecker G, Schwarzer G. Reduce dimension or reduce weights? Comparing two approaches to multi-arm
studies in network meta-analysis. Stat Med 2014;33:4353-69: the Laplacian of a study of several
arms from the variances of its contrasts (reduced weights).
Jackson D, White IR, Riley RD. Stat Med 2012;31:3805-20: tau squared from the generalised Q.
Ruecker G, Schwarzer G. BMC Med Res Methodol 2015;15:58: P-scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np

from gepnet.numbers.linear import Array
from gepnet.numbers.meta.contrasts import (
    Arms,
    Contrast,
    ContrastFault,
    arms_of,
    components,
    named,
)

NetworkModel = Literal["common", "random"]


@dataclass(frozen=True)
class NetworkFit:
    """What a network says of every two of its treatments.

    Attributes:
        treatments: in order; the axes of the matrices.
        effects: (n, n), of the row's treatment against the column's.
        errors: (n, n), their standard errors, nought on the diagonal.
        q: the generalised Q of the common-effect model on ``df`` degrees of freedom.
        tau2: variance between studies of one comparison; 0 in the common-effect model.
        i2: (Q - df) / Q, not below nought.
        direct: (n, n), the share of each estimate that comes from studies of just the two.
    """

    model: NetworkModel
    treatments: tuple[str, ...]
    studies: int
    contrasts: int
    effects: Array
    errors: Array
    q: float
    df: int
    q_p_value: float
    tau2: float
    i2: float
    direct: Array
    level: float

    def interval(self, one: str, other: str) -> tuple[float, float, float]:
        """Return the effect of one treatment against another, and the ends of its interval."""
        from scipy.stats import norm

        i, j = self.treatments.index(one), self.treatments.index(other)
        half = float(norm.ppf((1 + self.level) / 2)) * float(self.errors[i, j])
        effect = float(self.effects[i, j])
        return effect, effect - half, effect + half

    def predicted(self, one: str, other: str) -> tuple[float, float] | None:
        """Return where the effect in a further study is expected, on t with df - 1 degrees.

        None in the common-effect model, and where the network has too few studies.
        """
        from scipy.stats import t

        if self.model == "common" or self.df < 2:
            return None
        i, j = self.treatments.index(one), self.treatments.index(other)
        half = float(t.ppf((1 + self.level) / 2, self.df - 1))
        half *= sqrt(float(self.errors[i, j]) ** 2 + self.tau2)
        effect = float(self.effects[i, j])
        return effect - half, effect + half

    def p_scores(self, small_is_good: bool = True) -> dict[str, float]:
        """Return of each treatment the mean certainty that it is better than another one.

        The best comes first. A rank says nothing of how large a difference is, or how certain.
        """
        from scipy.stats import norm

        n = len(self.treatments)
        others = ~np.eye(n, dtype=bool)
        z = np.zeros((n, n))
        z[others] = self.effects[others] / self.errors[others]
        better = norm.cdf(-z if small_is_good else z)
        scores = (better * others).sum(axis=1) / (n - 1)
        order = sorted(range(n), key=lambda i: (-scores[i], self.treatments[i]))
        return {self.treatments[i]: float(scores[i]) for i in order}


def fit_network(
    contrasts: Sequence[Contrast],
    model: NetworkModel = "random",
    level: float = 0.95,
    tolerance: float = 0.001,
    tau2: float | None = None,
) -> NetworkFit:
    """Fit a network of treatments.

    Args:
        contrasts: of the studies; a trial of p arms gives all p (p - 1) / 2 of its comparisons.
        model: one effect of each comparison, or effects that vary between studies.
        level: of the intervals.
        tolerance: see ``arms_of``.
        tau2: the variance between studies, where it is not to be estimated.

    Raises:
        ContrastFault: for contradicting or missing contrasts, and for a network that falls apart,
            naming its components.
    """
    from scipy.stats import chi2

    studies = arms_of(contrasts, tolerance)
    names = _connected(contrasts)
    solved = solve(studies, names, 0.0)
    q, df = solved.q, sum(len(s.treatments) - 1 for s in studies) - (len(names) - 1)
    if model == "common":
        tau2 = 0.0
    elif tau2 is None:
        tau2 = _moments(studies, names, q, df)
    if tau2 > 0:
        solved = solve(studies, names, tau2)
    return NetworkFit(
        model=model,
        treatments=names,
        studies=len(studies),
        contrasts=len(contrasts),
        effects=solved.theta[:, None] - solved.theta[None, :],
        errors=np.sqrt(np.maximum(differences_variance(solved.covariance), 0)),
        q=q,
        df=df,
        q_p_value=float(chi2.sf(q, df)) if df else 1.0,
        tau2=float(tau2),
        i2=max(0.0, (q - df) / q) if q > 0 and df else 0.0,
        direct=_direct(studies, names, solved, tau2),
        level=level,
    )


@dataclass(frozen=True)
class Solved:
    """Weighted least squares on a network: (n,) effects, (n, n) pseudo-covariance, and Q."""

    theta: Array
    covariance: Array
    q: float


def arm_covariance(variances: Array) -> Array:
    """Return the covariance of p arms, centred, from the variances of their differences (p, p)."""
    p = len(variances)
    centre = np.eye(p) - np.full((p, p), 1 / p)
    return np.asarray(-0.5 * centre @ variances @ centre, float)


def laplacian(study: Arms, tau2: float = 0.0) -> Array:
    """Return the Laplacian (p, p) of a study; its off-diagonal are minus the reduced weights."""
    p = len(study.treatments)
    if p == 2:
        weight = 1 / (float(study.variances[0, 1]) + tau2)
        return np.array([[weight, -weight], [-weight, weight]])
    between = tau2 * (1 - np.eye(p))
    return np.asarray(np.linalg.pinv(arm_covariance(study.variances + between), hermitian=True))


def differences_variance(covariance: Array) -> Array:
    """Return the variance (n, n) of the difference of every two effects."""
    own = np.diag(covariance)
    return np.asarray(own[:, None] + own[None, :] - 2 * covariance, float)


def solve(studies: Sequence[Arms], names: Sequence[str], tau2: float) -> Solved:
    """Fit the effects of treatments to studies with a given variance between them."""
    at = {name: place for place, name in enumerate(names)}
    n = len(names)
    total, pull, own = np.zeros((n, n)), np.zeros(n), 0.0
    for study in studies:
        places, weight = [at[name] for name in study.treatments], laplacian(study, tau2)
        pulled = weight @ study.effects
        total[np.ix_(places, places)] += weight
        pull[places] += pulled
        own += float(study.effects @ pulled)
    inverse = inverse_of(total)
    theta = inverse @ pull
    return Solved(theta, inverse, max(0.0, own - float(pull @ theta)))


def _connected(contrasts: Sequence[Contrast]) -> tuple[str, ...]:
    if not contrasts:
        raise ContrastFault("", "no comparison of two treatments")
    parts = components((c.treat1, c.treat2) for c in contrasts)
    if len(parts) > 1:
        raise ContrastFault(
            "", f"the network falls apart into {len(parts)} components: {named(parts)}"
        )
    return tuple(parts[0])


def _moments(studies: Sequence[Arms], names: Sequence[str], q: float, df: int) -> float:
    """Return tau squared from the generalised Q; nought where Q is within its expectation."""
    return (q - df) / growth_of_q(studies, names) if df > 0 and q > df else 0.0


def growth_of_q(studies: Sequence[Arms], names: Sequence[str]) -> float:
    """Return by how much the expectation of Q grows for each unit of tau squared.

    Arms that vary by tau squared / 2 each make contrasts that vary by tau squared. With the
    Laplacians L of the studies, and N of the network, the expectation of Q is its degrees of
    freedom and half of ``sum tr(L) - tr(N^+ sum L^2)`` for each unit.
    """
    at = {name: place for place, name in enumerate(names)}
    n = len(names)
    total, squares, trace = np.zeros((n, n)), np.zeros((n, n)), 0.0
    for study in studies:
        places, weight = [at[name] for name in study.treatments], laplacian(study)
        here = np.ix_(places, places)
        total[here] += weight
        squares[here] += weight @ weight
        trace += float(np.trace(weight))
    return 0.5 * (trace - float(np.sum(inverse_of(total) * squares)))


def inverse_of(total: Array) -> Array:
    """Return the pseudo-inverse of the Laplacian of a connected network.

    It is singular in one direction only, that of all ones: filled there it can be inverted, and
    what was filled is taken out again.
    """
    ones = np.full(total.shape, 1 / len(total))
    return np.asarray(np.linalg.inv(total + ones) - ones, float)


def _direct(studies: Sequence[Arms], names: Sequence[str], solved: Solved, tau2: float) -> Array:
    """Return the share of direct evidence: the variance of the network over that of the pair."""
    at = {name: place for place, name in enumerate(names)}
    weight = np.zeros((len(names), len(names)))
    for study in studies:
        for i, one in enumerate(study.treatments):
            for j, other in enumerate(study.treatments):
                if i != j:
                    weight[at[one], at[other]] += 1 / (study.variances[i, j] + tau2)
    shares = differences_variance(solved.covariance) * weight
    return np.minimum(shares, 1.0)

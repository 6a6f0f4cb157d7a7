"""Whether a network contradicts itself: between its designs, and direct against indirect.

Higgins JPT, Jackson D, Barrett JK et al. Res Synth Methods 2012;3:98-110: design by treatment.
Krahn U, Binder H, Koenig J. BMC Med Res Methodol 2013;13:35: Q within and between designs.
Dias S, Welton NJ, Caldwell DM, Ades AE. Stat Med 2010;29:932-44: separating direct and indirect
evidence; here by back-calculation from the share of direct evidence (Koenig J, Krahn U, Binder H.
Stat Med 2013;32:5414-29), which is exact where the studies of the pair have two arms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from gepnet.numbers.meta.contrasts import Arms, Contrast, arms_of, by_pair, components
from gepnet.numbers.meta.network import NetworkFit, growth_of_q, solve
from gepnet.numbers.meta.pairwise import pool


@dataclass(frozen=True)
class DesignQ:
    """Heterogeneity of the studies of one design: the treatments that they compare."""

    design: tuple[str, ...]
    studies: int
    q: float
    df: int
    p_value: float


@dataclass(frozen=True)
class Decomposition:
    """The generalised Q of a network in two parts.

    ``within`` is heterogeneity of studies of the same design, ``between`` inconsistency of designs;
    ``between_random`` allows for the heterogeneity found within (the full design-by-treatment
    interaction model with ``tau2_within``). A network without loops has no degree of freedom
    between designs: then nothing can contradict anything, which is no sign of agreement.
    """

    total: float
    total_df: int
    within: float
    within_df: int
    within_p: float
    between: float
    between_df: int
    between_p: float
    tau2_within: float
    between_random: float
    between_random_p: float
    designs: tuple[DesignQ, ...]


@dataclass(frozen=True)
class NodeSplit:
    """Direct beside indirect evidence of one comparison.

    ``difference`` is direct minus indirect, with ``p_value`` of the hypothesis that it is nought.
    """

    treat1: str
    treat2: str
    studies: int
    direct_share: float
    direct: float
    direct_se: float
    indirect: float
    indirect_se: float
    difference: float
    difference_se: float
    p_value: float
    network: float
    network_se: float
    several_arms: bool


def decompose(contrasts: Sequence[Contrast], tolerance: float = 0.001) -> Decomposition:
    """Return Q of a connected network within and between designs."""
    from scipy.stats import chi2

    def p_of(q: float, df: int) -> float:
        return float(chi2.sf(q, df)) if df else 1.0

    studies = arms_of(contrasts, tolerance)
    names = _names(studies)
    designs: dict[tuple[str, ...], list[Arms]] = {}
    for study in studies:
        designs.setdefault(study.treatments, []).append(study)
    found, tau_parts = [], 0.0
    for design, of_it in designs.items():
        q = solve(of_it, design, 0.0).q
        df = (len(of_it) - 1) * (len(design) - 1)
        q = q if df else 0.0
        found.append(DesignQ(design, len(of_it), q, df, p_of(q, df)))
        tau_parts += growth_of_q(of_it, design) if df else 0.0
    total = solve(studies, names, 0.0).q
    within, within_df = sum(d.q for d in found), sum(d.df for d in found)
    total_df = sum(len(s.treatments) - 1 for s in studies) - (len(names) - 1)
    between_df = total_df - within_df
    between = max(0.0, total - within) if between_df else 0.0
    tau2 = max(0.0, (within - within_df) / tau_parts) if tau_parts > 0 else 0.0
    between_random = 0.0
    if between_df:
        apart = sum(solve(of_it, design, tau2).q for design, of_it in designs.items())
        between_random = max(0.0, solve(studies, names, tau2).q - apart)

    return Decomposition(
        total=total,
        total_df=total_df,
        within=within,
        within_df=within_df,
        within_p=p_of(within, within_df),
        between=between,
        between_df=between_df,
        between_p=p_of(between, between_df),
        tau2_within=tau2,
        between_random=between_random,
        between_random_p=p_of(between_random, between_df),
        designs=tuple(found),
    )


def node_splits(contrasts: Sequence[Contrast], fit: NetworkFit) -> list[NodeSplit]:
    """Return direct beside indirect evidence of every comparison that has both."""
    from scipy.stats import norm

    arms: dict[str, set[str]] = {}
    for contrast in contrasts:
        arms.setdefault(contrast.study, set()).update((contrast.treat1, contrast.treat2))
    found = []
    for (one, other), rows in sorted(by_pair(contrasts).items()):
        if not _connected_without(contrasts, rows, one, other):
            continue
        errors = [sqrt(row.se**2 + fit.tau2) for row in rows]
        direct = pool([row.effect for row in rows], errors, model="common")
        i, j = fit.treatments.index(one), fit.treatments.index(other)
        effect, se = float(fit.effects[i, j]), float(fit.errors[i, j])
        share = se**2 / direct.se**2
        if share >= 1:
            continue
        indirect = (effect - share * direct.effect) / (1 - share)
        indirect_se = sqrt(se**2 / (1 - share))
        difference, spread = direct.effect - indirect, sqrt(direct.se**2 + indirect_se**2)
        found.append(
            NodeSplit(
                treat1=one,
                treat2=other,
                studies=len(rows),
                direct_share=share,
                direct=direct.effect,
                direct_se=direct.se,
                indirect=indirect,
                indirect_se=indirect_se,
                difference=difference,
                difference_se=spread,
                p_value=2 * float(norm.sf(abs(difference) / spread)),
                network=effect,
                network_se=se,
                several_arms=any(len(arms[row.study]) > 2 for row in rows),
            )
        )
    return found


def _connected_without(
    contrasts: Sequence[Contrast], rows: Sequence[Contrast], one: str, other: str
) -> bool:
    """Return whether a chain of other studies connects the two treatments."""
    studies = {row.study for row in rows}
    rest = [(c.treat1, c.treat2) for c in contrasts if c.study not in studies]
    return any(one in part and other in part for part in components(rest))


def _names(studies: Sequence[Arms]) -> tuple[str, ...]:
    return tuple(sorted({name for study in studies for name in study.treatments}))

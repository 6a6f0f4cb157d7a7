"""A network of treatments from a table of contrasts, with what speaks against believing it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from gepnet.evidence.synthesis.contrast_table import (
    ContrastRow,
    ContrastTable,
)
from gepnet.evidence.synthesis.transitivity import Populations, Transitivity, transitivity
from gepnet.knowledge import InputError, Problem, check_known
from gepnet.numbers.meta import (
    Contrast,
    ContrastFault,
    Decomposition,
    NetworkFit,
    NodeSplit,
    decompose,
    fit_network,
    node_splits,
)
from gepnet.numbers.meta.network import NetworkModel


@dataclass(frozen=True)
class Compared:
    """What the network says of two treatments; ``direct_share`` of it comes from their trials."""

    treat1: str
    treat2: str
    value: float
    low: float
    high: float
    predicted_low: float | None
    predicted_high: float | None
    direct_share: float
    studies: int


@dataclass(frozen=True)
class Heterogeneity:
    """How far the trials of the network differ from each other."""

    model: str
    tau2: float
    i2: float
    q: float
    df: int
    q_p_value: float


@dataclass(frozen=True)
class Split:
    """Direct beside indirect evidence, as people read it; ``ratio`` is direct over indirect.

    For a difference ``ratio`` is direct minus indirect.
    """

    treat1: str
    treat2: str
    studies: int
    direct_share: float
    direct: float
    direct_low: float
    direct_high: float
    indirect: float
    indirect_low: float
    indirect_high: float
    ratio: float
    p_value: float
    several_arms: bool


@dataclass(frozen=True)
class NetworkResult:
    """A fitted network.

    Attributes:
        against: every treatment against the reference, best first.
        league: every two treatments.
        p_scores: the mean certainty of being better than another treatment, best first.
        splits: where there is direct and indirect evidence; the only place where a network can be
            seen to contradict itself.
        transitivity: how the populations differ along the indirect paths.
    """

    file: str
    measure: str
    reference: str
    treatments: tuple[str, ...]
    rows: tuple[ContrastRow, ...]
    heterogeneity: Heterogeneity
    against: tuple[Compared, ...]
    league: tuple[Compared, ...]
    p_scores: dict[str, float]
    small_is_good: bool
    inconsistency: Decomposition
    splits: tuple[Split, ...]
    transitivity: Transitivity
    assumed: tuple[str, ...]
    notes: tuple[str, ...]


def network_meta_analysis(
    table: ContrastTable,
    reference: str | None = None,
    model: NetworkModel = "random",
    small_is_good: bool = True,
    populations: Populations | None = None,
    tolerance: float | None = None,
    level: float = 0.95,
) -> NetworkResult:
    """Fit a network of treatments.

    Args:
        table: its contrasts.
        reference: the treatment that others are shown against; by default the one that most
            trials have.
        model: ``common`` or ``random`` effects.
        small_is_good: whether a smaller effect is a better one, as for hazard ratios.
        populations: of the studies, for the report of transitivity.
        tolerance: by how much the contrasts of a trial of several arms may miss adding up; by
            default what their rounding allows.
        level: of the intervals.

    Raises:
        InputError: for a trial that contradicts itself, a network that falls apart, or a reference
            that is not in it.
    """
    contrasts = [Contrast(r.study, r.treat1, r.treat2, r.effect, r.se) for r in table.used]
    allowed = table.precision if tolerance is None else tolerance
    try:
        fit = fit_network(contrasts, model, level, allowed)
        inconsistency = decompose(contrasts, allowed)
    except ContrastFault as fault:
        raise InputError([_problem(table, fault)]) from fault
    names = fit.treatments
    if reference is not None:
        told = f"one of {', '.join(sorted(names))}"
        check_known("reference", [reference], sorted(names), told)
    chosen = reference or _commonest(contrasts)
    scores = fit.p_scores(small_is_good)
    splits = node_splits(contrasts, fit)
    others = [name for name in scores if name != chosen]
    return NetworkResult(
        file=table.file,
        measure=table.words,
        reference=chosen,
        treatments=names,
        rows=table.rows,
        heterogeneity=Heterogeneity(model, fit.tau2, fit.i2, fit.q, fit.df, fit.q_p_value),
        against=tuple(_compared(table, fit, name, chosen) for name in others),
        league=tuple(_compared(table, fit, one, two) for one, two in combinations(scores, 2)),
        p_scores=scores,
        small_is_good=small_is_good,
        inconsistency=inconsistency,
        splits=tuple(_split(table, one, level) for one in splits),
        transitivity=transitivity(table.used, populations or Populations()),
        assumed=table.assumed,
        notes=(*table.notes, *_notes(table, fit, inconsistency, splits)),
    )


def _commonest(contrasts: list[Contrast]) -> str:
    """Return the treatment of most trials; of several, the one that is most often the control."""
    trials: dict[str, set[str]] = {}
    control: dict[str, int] = {}
    for one in contrasts:
        for name in (one.treat1, one.treat2):
            trials.setdefault(name, set()).add(one.study)
        control[one.treat2] = control.get(one.treat2, 0) + 1
    return min(trials, key=lambda name: (-len(trials[name]), -control.get(name, 0), name))


def _compared(table: ContrastTable, fit: NetworkFit, one: str, other: str) -> Compared:
    effect, low, high = fit.interval(one, other)
    predicted = fit.predicted(one, other) or (None, None)
    i, j = fit.treatments.index(one), fit.treatments.index(other)
    pair = {one, other}
    return Compared(
        treat1=one,
        treat2=other,
        value=table.shown(effect),
        low=table.shown(low),
        high=table.shown(high),
        predicted_low=None if predicted[0] is None else table.shown(predicted[0]),
        predicted_high=None if predicted[1] is None else table.shown(predicted[1]),
        direct_share=float(fit.direct[i, j]),
        studies=sum({row.treat1, row.treat2} == pair for row in table.used),
    )


def _split(table: ContrastTable, one: NodeSplit, level: float) -> Split:
    from scipy.stats import norm

    z, shown = float(norm.ppf((1 + level) / 2)), table.shown
    return Split(
        treat1=one.treat1,
        treat2=one.treat2,
        studies=one.studies,
        direct_share=one.direct_share,
        direct=shown(one.direct),
        direct_low=shown(one.direct - z * one.direct_se),
        direct_high=shown(one.direct + z * one.direct_se),
        indirect=shown(one.indirect),
        indirect_low=shown(one.indirect - z * one.indirect_se),
        indirect_high=shown(one.indirect + z * one.indirect_se),
        ratio=shown(one.difference),
        p_value=one.p_value,
        several_arms=one.several_arms,
    )


def _problem(table: ContrastTable, fault: ContrastFault) -> Problem:
    line = next((row.line for row in table.used if row.study == fault.study), None)
    if fault.study:
        return Problem(table.file, line, fault.study, "", "", f"a possible trial: {fault.told}")
    left: Mapping[str, str] = {row.study: row.left_out for row in table.rows if row.left_out}
    without = "; ".join(f"{study} is {why}" for study, why in left.items())
    told = f"one connected network: {fault.told}" + (f" ({without})" if without else "")
    return Problem(table.file, None, "", "", "", told)


def _notes(
    table: ContrastTable,
    fit: NetworkFit,
    inconsistency: Decomposition,
    splits: list[NodeSplit],
) -> list[str]:
    notes = []
    if inconsistency.between_df == 0:
        notes.append(
            "no loop: nothing in this network could contradict anything, so that agreement of "
            "direct and indirect evidence was not tested"
        )
    if inconsistency.between_df and inconsistency.between_p < 0.1:
        told = "; random effects take that for heterogeneity" if fit.model == "random" else ""
        notes.append(
            f"trials of different designs contradict each other (p = {inconsistency.between_p:.2g})"
            f"{told}; see direct beside indirect"
        )
    if fit.model == "random" and fit.df == 0:
        notes.append(
            "one trial a comparison: the variance between trials cannot be estimated, and the "
            "intervals are those of common effects"
        )
    for one in splits:
        if one.p_value < 0.1:
            notes.append(
                f"direct and indirect evidence differ: {one.treat1} against {one.treat2}, "
                f"{table.shown(one.direct):.2f} and {table.shown(one.indirect):.2f} "
                f"(p = {one.p_value:.2g})"
            )
    notes.append(
        "a P-score ranks the treatments of these trials; it says nothing of how large a difference "
        "is, and the trials enrolled different patients (see transitivity)"
    )
    return notes

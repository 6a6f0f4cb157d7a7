"""From trials and comparisons to their pictures."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from gepnet.charts.base import Chart
from gepnet.charts.survival import SurvivalData, SurvivalLine, survival
from gepnet.evidence.curves import ModelCurve, models, packaged, ratio_of
from gepnet.evidence.survival import Arm, Interval, Survival, survival_of
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge.models import Trial
from gepnet.knowledge.trial_models import Figure

_MODEL = (
    "Dashed curves are models through published figures, no observations: {how}. They say nothing "
    "of the shape between and beyond these figures."
)
_REBUILT = "Reconstructed by others from the published picture: nobody's data."


def of_report(report: Survival) -> Chart:
    """Return the curves of a comparison, with hazard ratios and their check in words."""
    return survival(
        SurvivalData(
            report.title,
            "Without the event",
            report.unit,
            tuple(_observed(arm, report.unit) for arm in report.arms),
            (*_against(report), *report.notes),
        )
    )


def of_trial(base: KnowledgeBase, trial: Trial, endpoint: str, unverified: bool = False) -> Chart:
    """Return the curves of a trial's endpoint, with its population in words.

    Raises:
        InputError: if the trial has no median of this endpoint.
    """
    metrics = base.knowledge.trial_metrics
    outcome = {"pfs": "Without progression", "os": "Alive"}.get(endpoint, "Without the event")
    ratios = tuple(
        _ratio(one, trial, base) for one in ratio_of(trial, endpoint, metrics, unverified)
    )
    whom = f"Population: {trial.population}."
    title = f"{trial.name}: {_name(base, endpoint)}"
    observed = packaged(trial, endpoint)
    if observed is not None:
        report = survival_of(observed)
        lines = tuple(_observed(arm, report.unit) for arm in report.arms)
        told = tuple(f"Reconstruction: {one[0].lower()}{one[1:]}" for one in _against(report))
        about = (whom, *ratios, *told, *report.notes[1:], _REBUILT)
        return survival(SurvivalData(title, outcome, report.unit, lines, about))
    curves = models(trial, endpoint, metrics, unverified)
    how = "; ".join(f"{one.label} {one.model}" for one in curves)
    about = (whom, *ratios, _read_in(curves, base), _MODEL.format(how=how))
    lines = tuple(_model(one, base) for one in curves)
    return survival(SurvivalData(title, outcome, "months", lines, about))


def _name(base: KnowledgeBase, endpoint: str) -> str:
    medians = (m for m in base.knowledge.trial_metrics if m.of == endpoint and m.kind == "median")
    label = next((metric.label for metric in medians), endpoint)
    return label.removeprefix("Median ")


def _observed(arm: Arm, unit: str) -> SurvivalLine:
    steps = arm.curve
    times = tuple(step.time for step in steps)
    leaving = tuple(np.repeat(times, [s.events + s.censored for s in steps]).tolist())
    return SurvivalLine(
        arm.arm,
        times,
        tuple(step.survival for step in steps),
        tuple(step.low for step in steps),
        tuple(step.high for step in steps),
        tuple(step.time for step in steps if step.censored),
        leaving,
        words=f"median {_interval(arm.median)} {unit}",
    )


def _model(one: ModelCurve, base: KnowledgeBase) -> SurvivalLine:
    metrics = {metric.id: metric for metric in base.knowledge.trial_metrics}
    told = []
    for figure in one.through:
        metric = metrics[figure.metric]
        if metric.kind == "median":
            told.append(f"median {_figure(figure)} {metric.unit}")
        else:
            told.append(f"{figure.value} % at {figure.months} months")
    times, shares = zip(*one.points, strict=True)
    name = one.label if one.patients is None else f"{one.label}, {one.patients} patients"
    return SurvivalLine(
        name,
        times,
        shares,
        model=f"{one.model} model",
        beyond=one.follow_up_months,
        words=", ".join(told),
    )


def _against(report: Survival) -> tuple[str, ...]:
    found = []
    for one in report.against:
        if one.hazard_ratio.value is not None:
            found.append(
                f"Hazard ratio, {one.arm} against {one.reference}: "
                f"{_interval(one.hazard_ratio, 2)}, p = {one.p:.2g}; mean up to "
                f"{report.horizon:g} {report.unit} longer by "
                f"{_interval(one.restricted_mean_difference)}."
            )
    return tuple(found)


def _interval(found: Interval, digits: int = 1) -> str:
    if found.value is None:
        return found.why or "not known"
    ends = ("?" if end is None else f"{end:.{digits}f}" for end in (found.low, found.high))
    return f"{found.value:.{digits}f} ({' to '.join(ends)})"


def _ratio(figure: Figure, trial: Trial, base: KnowledgeBase) -> str:
    metrics = {metric.id: metric for metric in base.knowledge.trial_metrics}
    by = f", by {figure.assessor}" if figure.assessor else ""
    note = f" ({figure.note})" if figure.note else ""
    labels = {arm.id: arm.label for arm in trial.arms}
    of = next(
        f"{labels[c.first]} against {labels[c.second]}"
        for c in trial.contrasts
        if c.id == figure.of
    )
    source = base.sources[figure.source].title
    told = f"{metrics[figure.metric].label}, {of}{by}: {_figure(figure)}{note}"
    return f"{told}. Source ({figure.verification}): {source}."


def _read_in(curves: Iterable[ModelCurve], base: KnowledgeBase) -> str:
    """Return where the figures of models were read, each source with its badges."""
    badges: dict[str, dict[str, None]] = {}
    for figure in (one for curve in curves for one in curve.through):
        title = base.sources[figure.source].title
        badges.setdefault(title, {})[figure.verification] = None
    told = "; ".join(f"{title} ({', '.join(names)})" for title, names in badges.items())
    return f"Medians and rates were read in: {told}."


def _figure(figure: Figure) -> str:
    ends = [figure.low, figure.high]
    if ends == [None, None]:
        return str(figure.value)
    between = " to ".join("?" if end is None else str(end) for end in ends)
    level = "" if figure.level == 95 else f", {figure.level.normalize():f} % interval"
    return f"{figure.value} ({between}{level})"

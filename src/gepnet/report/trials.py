"""Trials for a reader: what each found, with every figure's source and badge, and of whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from gepnet.criteria import prose
from gepnet.evidence.differences import differing
from gepnet.evidence.speaking import trials_of
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge.models import Trial
from gepnet.knowledge.trial_models import ExcludedStudy, Figure, TrialArm, TrialContrast
from gepnet.report.explanations import SourceView, source_of
from gepnet.tables import Shown

_ENDS = {"confidence": "% CI", "quartiles": "quartiles", "range": "range"}


@dataclass(frozen=True)
class FigureView:
    """One figure with where it was read; ``text`` is how it is said.

    ``counts`` is whether it is used without being asked for by name: unverified, rejected and
    replaced figures are shown and never used.
    """

    metric: str
    label: str
    unit: str | None
    kind: str
    endpoint: str
    of: str
    text: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    interval: str
    level: Decimal
    months: Decimal | None
    assessor: str | None
    subgroup: str | None
    event: str | None
    line: int | None
    counts: bool
    rejected: str | None
    doubted: str | None
    replaced: str | None
    note: str | None
    source: str
    source_title: str
    url: str | None
    locator: str | None
    verification: str


@dataclass(frozen=True)
class DifferingView:
    """Figures of the same thing that differ, and what is said of it."""

    metric: str
    label: str
    of: str
    by_assessor: bool
    figures: list[FigureView]
    says: str | None


@dataclass(frozen=True)
class RestingView:
    """A position of a document that names a trial, or that a later trial speaks against."""

    document: str
    short: str
    recommendation: str
    option: str
    position: str
    how: str
    locator: str | None


@dataclass(frozen=True)
class TrialView:
    """One trial in full."""

    id: str
    name: str
    registry: str | None
    year: int | None
    phase: str
    design: str | None
    reference: str
    population: str
    criterion: str
    eligibility: str
    not_expressed: tuple[str, ...]
    note: str | None
    source: Annotated[SourceView, Shown(flat=True)]
    arms: tuple[TrialArm, ...]
    contrasts: tuple[TrialContrast, ...]
    figures: list[FigureView]
    disagreements: list[DifferingView]
    explained: list[dict[str, str]]
    positions: list[RestingView]
    curves: tuple[str, ...]


def trial_view(trial: Trial, base: KnowledgeBase) -> TrialView:
    """Return a trial in full, with the positions that name it."""
    rule = next(rule for rule in base.of(Trial) if rule.entry.id == trial.id)
    metrics = {metric.id: metric for metric in base.knowledge.trial_metrics}
    groups = [
        DifferingView(
            one.metric,
            metrics[one.metric].label,
            one.of,
            one.by_assessor,
            figure_views(one.figures, base),
            one.says,
        )
        for one in differing(trial)
    ]
    shown = {(one.metric, one.of) for one in groups}
    explained = [
        {"metric": metrics[said.metric].label, "of": said.of, "says": said.says}
        for said in trial.disagreements
        if (said.metric, said.of) not in shown
    ]
    return TrialView(
        trial.id,
        trial.name,
        trial.registry,
        trial.year,
        trial.phase,
        trial.design,
        trial.reference,
        trial.population,
        prose(rule.broadest, base.vocabulary),
        trial.eligibility,
        trial.not_expressed,
        trial.note,
        source_of(trial, base),
        trial.arms,
        trial.contrasts,
        figure_views(trial.figures, base),
        groups,
        explained,
        list(_positions(trial, base)),
        tuple(trial.curves),
    )


def figure_views(figures: Iterable[Figure], base: KnowledgeBase) -> list[FigureView]:
    """Return figures with label, unit and source."""
    metrics = {metric.id: metric for metric in base.knowledge.trial_metrics}
    found = []
    for one in figures:
        metric, source = metrics[one.metric], base.sources[one.source]
        found.append(
            FigureView(
                one.metric,
                metric.label,
                metric.unit,
                metric.kind,
                metric.of,
                one.of,
                figure_text(one, metric.unit),
                one.value,
                one.low,
                one.high,
                one.interval,
                one.level,
                one.months,
                one.assessor,
                one.subgroup,
                one.event,
                one.line,
                one.counts,
                one.rejected,
                one.doubted,
                one.replaced,
                one.note,
                one.source,
                source.title,
                source.url,
                one.locator,
                one.verification,
            )
        )
    return found


def figure_text(figure: Figure, unit: str | None) -> str:
    """Return a figure as it is said: ``0.21 (95 % CI 0.13 to 0.33)``."""
    after = "" if unit is None else " %" if unit == "%" else f" {unit}"
    ends = [end for end in (figure.low, figure.high) if end is not None]
    value = figure.value
    if value is None and not ends:
        return figure.note or "not reported"
    if not ends:
        return f"{value}{after}"
    level = f"{figure.level.normalize():f} " if figure.interval == "confidence" else ""
    between = " to ".join("?" if end is None else str(end) for end in (figure.low, figure.high))
    told = f"{level}{_ENDS[figure.interval]} {between}"
    if value is None:
        reached = "not reached" if figure.interval == "confidence" else "between"
        return f"{reached} ({told}{after})" if reached != "between" else f"{between}{after}"
    return f"{value}{after} ({told})"


def _positions(trial: Trial, base: KnowledgeBase) -> Iterable[RestingView]:
    trials = base.knowledge.trials
    for document in base.documents:
        for rule in document.recommendations:
            for position in rule.entry.options:
                for how, studies in (
                    ("rests on", position.rests_on),
                    ("contradicted by", position.contradicted_by),
                ):
                    for one in studies:
                        if trial in trials_of(one.study, trials):
                            head = document.file.document
                            yield RestingView(
                                head.id,
                                head.short,
                                rule.full_id,
                                position.option,
                                position.position,
                                how,
                                one.locator,
                            )


@dataclass(frozen=True)
class TrialLine:
    """A trial in a list, without a patient."""

    id: str
    name: str
    year: int | None
    phase: str
    arms: tuple[str, ...]
    main: list[FigureView]
    figures: int
    unverified: int
    rejected: int


def trial_lines(base: KnowledgeBase, speaking: Sequence[str]) -> list[TrialLine]:
    """Return every trial with its main result, controlled trials first, later before earlier."""
    found = [
        TrialLine(
            trial.id,
            trial.name,
            trial.year,
            trial.phase,
            tuple(arm.label for arm in trial.arms),
            figure_views(main_figures(trial, speaking), base),
            len(trial.figures),
            sum(one.verification == "unverified" for one in trial.figures),
            sum(one.rejected is not None for one in trial.figures),
        )
        for trial in base.knowledge.trials
    ]
    controlled = {trial.id: bool(trial.contrasts) for trial in base.knowledge.trials}
    return sorted(found, key=lambda one: (not controlled[one.id], -(one.year or 0), one.id))


def main_figures(trial: Trial, speaking: Sequence[str]) -> tuple[Figure, ...]:
    """Return the figures by which a trial speaks: of all patients, in the first line."""
    contrasts = {contrast.id for contrast in trial.contrasts}
    for metric in speaking:
        found = tuple(
            one
            for one in trial.figures
            if one.metric == metric
            and one.counts
            and one.of in contrasts
            and one.value is not None
            and one.subgroup is None
            and one.line in (None, 1)
        )
        if found:
            return found
    return ()


def excluded_studies(base: KnowledgeBase) -> tuple[ExcludedStudy, ...]:
    """Return the publications that are not used, with the reason."""
    return base.knowledge.excluded_studies

"""Trials for a reader: what each found, with every figure's source and badge, and of whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated

from gepnet.criteria import prose
from gepnet.evidence.differences import Differing, differing
from gepnet.evidence.speaking import trials_of
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge.models import DocumentHeader, Position, Source, Trial
from gepnet.knowledge.trial_models import Figure, TrialMetric
from gepnet.report.explanations import SourceView, source_of
from gepnet.tables import Shown, view_class

_ENDS = {"confidence": "% CI", "quartiles": "quartiles", "range": "range"}


@view_class
class FigureView:
    """One figure with where it was read; ``text`` is how it is said.

    ``counts`` is whether it is used without being asked for by name: unverified, rejected and
    replaced figures are shown and never used.
    """

    entry: Annotated[TrialMetric, Shown(take="id:metric label unit kind of:endpoint", flat=True)]
    text: str
    figure: Annotated[
        Figure,
        Shown(
            take="of value low high interval level months assessor subgroup event line counts "
            "rejected doubted replaced note source locator verification",
            flat=True,
        ),
    ]
    source: Annotated[Source, Shown(take="title:source_title url", flat=True)]

    @property
    def verification(self) -> str:
        """How far it was verified."""
        return self.figure.verification

    @property
    def source_title(self) -> str:
        """Where it was read."""
        return self.source.title


@view_class
class DifferingView:
    """Figures of the same thing that differ, and what is said of it."""

    found: Annotated[Differing, Shown(take="metric of by_assessor says", flat=True)]
    label: str
    figures: list[FigureView]


@view_class
class RestingView:
    """A position of a document that names a trial, or that a later trial speaks against."""

    document: Annotated[DocumentHeader, Shown(take="id:document short", flat=True)]
    recommendation: str
    position: Annotated[Position, Shown(take="option position", flat=True)]
    how: str
    locator: str | None


@view_class
class TrialView:
    """One trial in full."""

    trial: Annotated[
        Trial,
        Shown(
            take="id name registry year phase design reference population eligibility "
            "not_expressed note arms contrasts",
            flat=True,
        ),
    ]
    criterion: str
    source: Annotated[SourceView, Shown(flat=True)]
    figures: list[FigureView]
    disagreements: list[DifferingView]
    explained: list[dict[str, str]]
    positions: list[RestingView]
    curves: tuple[str, ...]

    @property
    def id(self) -> str:
        """The trial by its id."""
        return self.trial.id


def trial_view(trial: Trial, base: KnowledgeBase) -> TrialView:
    """Return a trial in full, with the positions that name it."""
    rule = next(rule for rule in base.of(Trial) if rule.entry.id == trial.id)
    metrics = {metric.id: metric for metric in base.knowledge.trial_metrics}
    groups = [
        DifferingView(one, metrics[one.metric].label, figure_views(one.figures, base))
        for one in differing(trial)
    ]
    shown = {(one.found.metric, one.found.of) for one in groups}
    explained = [
        {"metric": metrics[said.metric].label, "of": said.of, "says": said.says}
        for said in trial.disagreements
        if (said.metric, said.of) not in shown
    ]
    return TrialView(
        trial,
        prose(rule.broadest, base.vocabulary),
        source_of(trial, base),
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
        metric = metrics[one.metric]
        text, source = figure_text(one, metric.unit), base.sources[one.source]
        found.append(FigureView(metric, text, one, source))
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
                            yield RestingView(head, rule.full_id, position, how, one.locator)


@view_class
class TrialLine:
    """A trial in a list, without a patient."""

    trial: Annotated[Trial, Shown(take="id name year phase", flat=True)]
    arms: tuple[str, ...]
    main: list[FigureView]
    figures: int
    unverified: int
    rejected: int


def trial_lines(base: KnowledgeBase, speaking: Sequence[str]) -> list[TrialLine]:
    """Return every trial with its main result, controlled trials first, later before earlier."""
    trials = base.knowledge.trials
    return [
        TrialLine(
            trial,
            tuple(arm.label for arm in trial.arms),
            figure_views(main_figures(trial, speaking), base),
            len(trial.figures),
            sum(one.verification == "unverified" for one in trial.figures),
            sum(one.rejected is not None for one in trial.figures),
        )
        for trial in sorted(trials, key=lambda t: (not t.contrasts, -(t.year or 0), t.id))
    ]


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

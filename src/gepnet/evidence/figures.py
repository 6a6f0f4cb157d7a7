"""Which figure of a trial is meant: networks and scenarios name it, and its number stands once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from gepnet.knowledge.models import Trial
from gepnet.knowledge.shapes import Id, SourceId, Strict
from gepnet.knowledge.trial_models import Figure


class FigureMarks(Strict):
    """Which figure of a trial: as few of its marks as tell it from the others."""

    trial: Id
    metric: str
    of: str
    assessor: str | None = None
    subgroup: str | None = None
    event: str | None = None
    source: SourceId | None = None
    value: Decimal | None = None


def matching(trial: Trial, wanted: FigureMarks) -> Iterator[Figure]:
    """Yield the figures of a trial that the marks fit; none that was rejected or replaced."""
    for one in trial.figures:
        marked = all(
            getattr(wanted, name) in (None, getattr(one, name))
            for name in ("assessor", "event", "source", "value")
        )
        subgroup = (one.subgroup or "").partition(" (")[0] or None
        fits = (one.metric, one.of, subgroup) == (wanted.metric, wanted.of, wanted.subgroup)
        if fits and marked and not one.rejected and not one.replaced:
            yield one


def is_of_all(figure: Figure, unverified: bool) -> bool:
    """Whether a figure is of all patients of a trial in its first line, and counts.

    Args:
        figure: of a trial.
        unverified: whether one that nobody verified counts as well.
    """
    counts = figure.counts or (unverified and figure.rejected is None and figure.replaced is None)
    return counts and figure.subgroup is None and figure.line in (None, 1)

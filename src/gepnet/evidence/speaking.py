"""What a trial says of an option, which trials a position rests on, and what came after it.

Nothing is weighed here: a trial speaks for the arm whose hazard it found lower, with its interval
beside it, and the reader sees of whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from gepnet.evidence.figures import is_of_all
from gepnet.evidence.topics import Topics
from gepnet.knowledge.models import Position, Trial
from gepnet.knowledge.trial_models import Figure

Direction = Literal["for", "against", "no difference shown", "figures disagree", "no comparison"]


@dataclass(frozen=True)
class Speaks:
    """A trial on one option: which way, by which figures (several where assessors differ)."""

    trial: Trial
    direction: Direction
    figures: tuple[Figure, ...]


def trials_of(study: str, trials: Iterable[Trial]) -> tuple[Trial, ...]:
    """Return the trials that a source of the bibliography reports, such as both of ``cabinet``."""
    return tuple(t for t in trials if study in (t.id, t.source, *t.publications))


def gives(trial: Trial, option: str, parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the arms that are given an option, or a member of its class."""
    return tuple(
        arm.id
        for arm in trial.arms
        if any(option in lineage(given, parents) for given in arm.options)
    )


def lineage(option: str, parents: Mapping[str, str | None]) -> Iterator[str]:
    """Yield an option and the classes that it belongs to."""
    at: str | None = option
    while at is not None:
        yield at
        at = parents.get(at)


def speaks(
    trial: Trial,
    option: str,
    parents: Mapping[str, str | None],
    topics: Topics,
    unverified: bool = False,
) -> Speaks | None:
    """Return what a trial says of an option; None if it did not give it.

    Figures of subgroups, rejected and replaced ones are left out, and so are unverified ones unless
    they are asked for.
    """
    arms = set(gives(trial, option, parents))
    if not arms:
        return None
    for metric in topics.speaking:
        found = [
            (figure, contrast)
            for figure in trial.figures
            for contrast in trial.contrasts
            if figure.metric == metric
            and figure.of == contrast.id
            and figure.value is not None
            and is_of_all(figure, unverified)
            and (contrast.first in arms) != (contrast.second in arms)
        ]
        if found:
            better_below = not metric.startswith("orr")
            directions = {
                _direction(figure, (contrast.first in arms) == better_below)
                for figure, contrast in found
            }
            return Speaks(trial, _joined(directions), tuple(figure for figure, _ in found))
    return Speaks(trial, "no comparison", ())


def _direction(figure: Figure, favoured_below: bool) -> Direction:
    value, low, high = figure.value, figure.low, figure.high
    if value is None or low is None or high is None or low <= 1 <= high:
        return "no difference shown"
    return "for" if (value < 1) == favoured_below else "against"


def _joined(directions: set[Direction]) -> Direction:
    """Return the direction of several figures, by source or by assessor."""
    return next(iter(directions)) if len(directions) == 1 else "figures disagree"


@dataclass(frozen=True)
class Behind:
    """What stands behind one position: its studies, and those that came after its document.

    Attributes:
        rests_on: trials that the document names, or the id of a study that is no trial here.
        contradicted_by: later ones that speak against it.
        newer: trials of the same option with results after the document, not among its own.
    """

    rests_on: tuple[str, ...]
    contradicted_by: tuple[str, ...]
    newer: tuple[str, ...]

    @property
    def flagged(self) -> bool:
        """Whether there is evidence newer than the position."""
        return bool(self.contradicted_by or self.newer)


def behind(
    position: Position,
    option: str,
    year: int,
    trials: Iterable[Trial],
    parents: Mapping[str, str | None],
) -> Behind:
    """Return what stands behind a position of a document of some year.

    Args:
        position: of the document.
        option: that the patient is asked about; the position may be on its class.
        year: of the document.
        trials: that may count as newer, such as those that speak of the patient.
        parents: of the option tree.
    """
    own = tuple(dict.fromkeys(study.study for study in position.rests_on))
    against = tuple(dict.fromkeys(study.study for study in position.contradicted_by))
    named = {*own, *against}
    newer = tuple(
        trial.id
        for trial in trials
        if trial.year is not None
        and trial.year > year
        and not named & {trial.id, trial.source, *trial.publications}
        and gives(trial, option, parents)
    )
    return Behind(own, against, newer)

"""A patient's scores. What is not known leaves a range: a missing item is never zero points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, TypeVar

from gepnet.criteria import Criteria, facts_of, interpret
from gepnet.facts import Facts, show
from gepnet.record import Record
from gepnet.response.scores.model import Category, Level, RecordedTest, Score, Scores
from gepnet.tables import Shown, also_shown
from gepnet.vocabulary import PartialDate, Truth

_SCORE = "id label kind timing source read_in locator verification population limits effects"
_LATE = "made before PRRT: ask with --at before the first cycle"
Entry = TypeVar("Entry", Level, Category)


@dataclass(frozen=True)
class ItemResult:
    """One item: the points that are possible, the labels of these levels and what is missing."""

    item: str
    label: str
    points: tuple[int, ...]
    chosen: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class ScoreResult:
    """One score of one patient.

    ``low`` and ``high`` bound a score of points; ``possible`` are the categories of another. The
    score is known where one value is left. ``nothing_known`` says that no item told anything.
    """

    score: Annotated[Score, Shown(take=_SCORE, flat=True)]
    low: int | None
    high: int | None
    possible: tuple[str, ...]
    labels: Annotated[tuple[str, ...], Shown("possible_labels")]
    items: tuple[ItemResult, ...]
    missing: tuple[str, ...]
    nothing_known: bool
    caution: str | None = None

    @property
    @also_shown
    def is_known(self) -> Annotated[bool, Shown("known", after="score")]:
        """Whether exactly one value is left."""
        return self.low == self.high if self.items else len(self.possible) == 1


@dataclass(frozen=True)
class RecordedResult:
    """The reported result of a test that is not worked out; None where none is recorded."""

    test: Annotated[RecordedTest, Shown(take="id label reason source verification", flat=True)]
    value: str | None
    version: str | None
    band: str | None
    date: str | None


@dataclass(frozen=True)
class PatientScores:
    """Every score and every recorded test of one patient."""

    patient: str
    at: PartialDate
    scores: list[ScoreResult]
    recorded: list[RecordedResult]


def patient_scores(
    record: Record, facts: Facts, scores: Scores, criteria: Criteria
) -> PatientScores:
    """Return the scores of a patient; one made before PRRT says so once a cycle was given."""
    found, recorded = score_facts(facts, scores, criteria)
    if any(cycle.date.first <= facts.at.last for cycle in record.cycles):
        found = [
            replace(one, caution=_LATE) if one.score.timing == "before_prrt" else one
            for one in found
        ]
    return PatientScores(record.patient, facts.at, found, recorded)


def names_of(scores: Scores, criteria: Criteria) -> tuple[str, ...]:
    """Return every fact that the scores ask for."""
    found: dict[str, None] = {}
    for text in _texts(scores):
        found.update(dict.fromkeys(facts_of(criteria(text))))
    for test in scores.recorded:
        found.update(dict.fromkeys(name for name in (test.fact, test.version) if name))
    return tuple(found)


def _texts(scores: Scores) -> Iterator[str]:
    for score in scores.scores:
        entries: list[Level | Category] = [level for item in score.items for level in item.levels]
        for entry in (*entries, *score.categories):
            yield entry.when
            if entry.excluded_when is not None:
                yield entry.excluded_when
    for test in scores.recorded:
        yield from (band.when for band in test.bands)


def score_facts(
    facts: Facts, scores: Scores, criteria: Criteria
) -> tuple[list[ScoreResult], list[RecordedResult]]:
    """Return every score and every recorded test of one patient."""
    return (
        [_score(facts, score, criteria) for score in scores.scores],
        [_recorded(facts, test, criteria) for test in scores.recorded],
    )


def _score(facts: Facts, score: Score, criteria: Criteria) -> ScoreResult:
    if score.kind == "category":
        possible = _possible(score.categories, facts, criteria)
        kept = [category for category in score.categories if category in possible]
        asked = _asked(score.categories, facts, criteria) if len(kept) != 1 else ()
        none = len(kept) == len(score.categories)
        ids = tuple(category.id for category in kept)
        labels = tuple(category.label for category in kept)
        return ScoreResult(score, None, None, ids, labels, (), asked, none)
    items = []
    for item in score.items:
        levels = _possible(item.levels, facts, criteria)
        points = tuple(sorted({level.points for level in levels}))
        asked = _asked(item.levels, facts, criteria) if len(points) != 1 else ()
        chosen = tuple(level.label for level in levels)
        items.append(ItemResult(item.id, item.label, points, chosen, asked))
    everything = all(
        len(found.points) == len({level.points for level in item.levels})
        for found, item in zip(items, score.items, strict=True)
    )
    missing = tuple(dict.fromkeys(name for item in items for name in item.missing))
    # No level left would be a contradiction in the record: then there is no score either.
    if any(not item.points for item in items):
        return ScoreResult(score, None, None, (), (), tuple(items), missing, False)
    low, high = sum(item.points[0] for item in items), sum(item.points[-1] for item in items)
    return ScoreResult(score, low, high, (), (), tuple(items), missing, everything)


def _possible(entries: tuple[Entry, ...], facts: Facts, criteria: Criteria) -> tuple[Entry, ...]:
    """Return the entries that hold, or where none does those that are not excluded."""
    truths = [(entry, _truth(entry, facts, criteria)) for entry in entries]
    held = tuple(entry for entry, truth in truths if truth is True)
    return held or tuple(entry for entry, truth in truths if truth is None)


def _truth(entry: Level | Category, facts: Facts, criteria: Criteria) -> Truth:
    if entry.excluded_when is not None:
        excluded = interpret(criteria(entry.excluded_when), facts.values)
        if excluded is True:
            return False
    return interpret(criteria(entry.when), facts.values)


def _asked(
    entries: tuple[Level, ...] | tuple[Category, ...], facts: Facts, criteria: Criteria
) -> tuple[str, ...]:
    """Return the facts to be asked for, of which nothing is known yet."""
    named: dict[str, None] = {}
    for entry in entries:
        named.update(dict.fromkeys(facts_of(criteria(entry.when))))
    lacking = facts.to_ask(name for name in named if facts.values.get(name) is None)
    return tuple(name for name in lacking if facts.values.get(name) is None)


def _recorded(facts: Facts, test: RecordedTest, criteria: Criteria) -> RecordedResult:
    fact = None if test.fact is None else facts[test.fact]
    if fact is None or fact.value is None:
        return RecordedResult(test, None, None, None, None)
    version = None if test.version is None else facts[test.version].value
    bands = (
        band.label for band in test.bands if interpret(criteria(band.when), facts.values) is True
    )
    return RecordedResult(
        test,
        show(fact.value),
        None if version is None else show(version),
        next(bands, None),
        None if fact.date is None else str(fact.date),
    )


def relative_hazard(hazard_ratio: float, per_points: int, difference: int) -> float:
    """Return the hazard of one score beside another that is ``difference`` points lower.

    The published ratio is for ``per_points`` points; log-linear in between, as it was estimated.
    """
    return float(hazard_ratio ** (difference / per_points))

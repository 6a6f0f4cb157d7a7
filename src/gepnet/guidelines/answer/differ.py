"""Why documents differ on the rows of an answer: the fact that decides, or their judgement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from gepnet.facts import Facts
from gepnet.guidelines.answer.questions import Answers
from gepnet.guidelines.answer.rows import AnswerRow
from gepnet.guidelines.compare import Agreement, Pair, compare
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.deciding import Change, Verdict, deciding
from gepnet.guidelines.model import Assessment, Cell
from gepnet.guidelines.status import FOR, OPEN, Status
from gepnet.vocabulary import Interval, Several

#: What a difference weighs: for and against, one open, one without a position.
_WEIGHTS = {Agreement.CONFLICT: 4, Agreement.CONDITIONAL: 3, Agreement.ONE_SILENT: 1}
_TOLD = (Agreement.CONFLICT, Agreement.CONDITIONAL)
#: Rows on which a document without a position is asked what would give it one.
_NEAR = 4


@dataclass(frozen=True)
class DecidedBy:
    """One fact that would bring documents together on a row.

    Attributes:
        change: the fact as it is, and as it would have to be.
        row: where.
        moving: documents whose position would then be ``position``.
        joined: documents that take this position already.
    """

    change: Change
    row: AnswerRow
    moving: tuple[str, ...]
    joined: tuple[str, ...]
    position: Status


@dataclass(frozen=True)
class Judged:
    """A row on which documents are for and against, and no fact would bring them together."""

    row: AnswerRow
    in_favour: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """Why the documents on some rows differ.

    Attributes:
        decided: the fact that decides most, the row that stands highest first.
        judged: rows on which they differ by judgement, as the rows stand.
        several: whether on some row more than one document speaks.
    """

    decided: tuple[DecidedBy, ...] = ()
    judged: tuple[Judged, ...] = ()
    several: bool = False


@dataclass
class _Candidate:
    """What one fact decides so far: documents that would move, by row, and what that weighs."""

    change: Change
    rows: dict[int, dict[Status, tuple[dict[str, None], dict[str, None]]]] = field(
        default_factory=dict
    )
    weights: dict[tuple[int, str], float] = field(default_factory=dict)

    @property
    def weight(self) -> float:
        """What it weighs together: each document once in a row."""
        return sum(self.weights.values())


def difference(
    base: KnowledgeBase, assessment: Assessment, rows: Sequence[AnswerRow]
) -> Difference:
    """Return why documents differ on some rows.

    A single fact that can change is looked for between documents that are for and against, between
    one that is for and one that is open, and, on the first rows, one that takes no position. What
    stands higher in the table weighs more, as does a fact that is not known for sure; nothing can
    be changed any more of earlier treatment.
    """
    where = {(row.options[0], row.intent): index for index, row in enumerate(rows)}
    pairs = [pair for pair in compare(assessment, list(where)) if _tells(pair)]
    near = [p for p in pairs if p.agreement in _TOLD or where[p.option, p.intent] < _NEAR]
    verdicts = deciding(base, assessment.facts).between(near, most=1)
    against = [p for p in near if p.agreement is Agreement.CONFLICT and not _by_one(p, verdicts)]
    judged = _judged(rows, against)
    several = any(row.of > 1 for row in rows)
    found = _candidates(near, verdicts, where, assessment.facts)
    if not found:
        return Difference((), judged, several)
    best = min(found, key=lambda one: _rank(one, base))
    return Difference(tuple(_decided(best, rows)), judged, several)


def _by_one(pair: Pair, verdicts: dict[Pair, Verdict]) -> bool:
    """Whether one fact that can change would bring two documents together."""
    sets = verdicts[pair].sets if pair in verdicts else ()
    return any(len(one.changes) == 1 and one.changes[0].changeable for one in sets)


def _rank(candidate: _Candidate, base: KnowledgeBase) -> tuple[float, int]:
    """Return what comes first: what weighs most, ties in the order of the vocabulary."""
    change, fact = candidate.change, base.vocabulary[candidate.change.fact]
    ranged = isinstance(change.before, Interval) and not change.before.is_point
    unsure = change.before is None or isinstance(change.before, Several) or ranged
    past = fact.entry.group in Answers.read(base.knowledge.measures).past_groups
    weight = candidate.weight * (2 if unsure else 1) * (0.25 if past else 1)
    return -weight, base.vocabulary.order(change.fact)


def _tells(pair: Pair) -> bool:
    """Whether one of two documents is for an option, and the other not, or not clearly."""
    statuses = {pair.first.status, pair.second.status}
    if statuses.isdisjoint(FOR):
        return False
    if pair.agreement is Agreement.CONDITIONAL:
        return not statuses.isdisjoint(OPEN - {Status.TEXT_OPEN})
    return pair.agreement in _WEIGHTS


def _candidates(
    pairs: Iterable[Pair],
    verdicts: dict[Pair, Verdict],
    where: dict[tuple[str, str], int],
    facts: Facts,
) -> list[_Candidate]:
    """Return every fact that alone moves one document to where another stands."""
    found: dict[tuple[str, object], _Candidate] = {}
    for pair in pairs:
        for one in verdicts[pair].sets if pair in verdicts else ():
            (change, *more) = one.changes
            if more or not change.changeable:
                continue
            cells = pair.first, pair.second
            stays = [cell for cell in cells if cell.status is one.position]
            moves = [cell for cell in cells if cell.status is not one.position]
            # Where both would move to what neither says now, no document is joined.
            if not stays or not _may_decide(change, moves[0], facts):
                continue
            key = change.fact, change.band or change.after
            candidate = found.setdefault(key, _Candidate(change))
            index = where[pair.option, pair.intent]
            row = candidate.rows.setdefault(index, {})
            moving, joined = row.setdefault(one.position, ({}, {}))
            joined[stays[0].document] = moving[moves[0].document] = None
            place = index, moves[0].document
            weight = _WEIGHTS[pair.agreement] / (index + 1) * (1 if one.position in FOR else 0.5)
            candidate.weights[place] = max(candidate.weights.get(place, 0), weight)
    return list(found.values())


def _may_decide(change: Change, cell: Cell, facts: Facts) -> bool:
    """Whether a change may be what moves a document.

    One that waits for a fact is moved by this fact, within what is known of it.
    """
    if cell.status is not Status.FACT_MISSING:
        return True
    if change.fact not in {*cell.missing, *facts.to_ask(cell.missing)}:
        return False
    now = change.before
    if not isinstance(now, Interval):
        return True
    after = [value for value in change.after if isinstance(value, Interval)]
    return any(now.low <= value.low and value.high <= now.high for value in after)


def _decided(candidate: _Candidate, rows: Sequence[AnswerRow]) -> Iterator[DecidedBy]:
    for index in sorted(candidate.rows):
        for position, (moving, joined) in candidate.rows[index].items():
            yield DecidedBy(candidate.change, rows[index], tuple(moving), tuple(joined), position)


def _judged(rows: Sequence[AnswerRow], pairs: Sequence[Pair]) -> tuple[Judged, ...]:
    """Return the rows on which documents are for and against, and no one fact decides."""
    found = []
    for row in rows:
        here = [
            pair for pair in pairs if (pair.option, pair.intent) == (row.options[0], row.intent)
        ]
        cells = [cell for pair in here for cell in (pair.first, pair.second)]
        in_favour = dict.fromkeys(cell.document for cell in cells if cell.status in FOR)
        against = dict.fromkeys(cell.document for cell in cells if cell.status is Status.AGAINST)
        if in_favour and against:
            found.append(Judged(row, tuple(in_favour), tuple(against)))
    return tuple(found)

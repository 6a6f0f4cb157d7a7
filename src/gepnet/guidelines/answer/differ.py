"""Why documents differ on the rows of an answer: the fact that decides, or their judgement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from gepnet.guidelines.answer.questions import Answers
from gepnet.guidelines.answer.rows import AnswerRow
from gepnet.guidelines.compare import Agreement, Pair, compare
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.deciding import Change, Verdict, deciding
from gepnet.guidelines.model import Assessment
from gepnet.guidelines.status import FOR, OPEN, Status
from gepnet.vocabulary import Interval, Several

#: Kinds of difference, the most telling first: for and against, one open, one without a position.
_KINDS = (Agreement.CONFLICT, Agreement.CONDITIONAL, Agreement.ONE_SILENT)


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
    """What one fact decides so far: documents that would move, by row."""

    change: Change
    rows: dict[int, dict[Status, tuple[dict[str, None], dict[str, None]]]] = field(
        default_factory=dict
    )

    @property
    def weight(self) -> int:
        """In how many places a document would move."""
        return sum(len(moving) for row in self.rows.values() for moving, _ in row.values())


def difference(
    base: KnowledgeBase, assessment: Assessment, rows: Sequence[AnswerRow]
) -> Difference:
    """Return why documents differ on some rows.

    A single fact that can change is looked for between documents that are for and against, then
    between one that is for and one that is open, then one that takes no position. The fact that
    moves most documents on the first of these kinds is told.
    """
    where = {(row.options[0], row.intent): index for index, row in enumerate(rows)}
    pairs = [pair for pair in compare(assessment, list(where)) if _tells(pair)]
    search = deciding(base, assessment.facts)
    several = any(row.of > 1 for row in rows)
    judged: tuple[Judged, ...] = ()
    for agreement in _KINDS:
        chosen = [pair for pair in pairs if pair.agreement is agreement]
        verdicts = search.between(chosen, most=1)
        if agreement is Agreement.CONFLICT:
            judged = _judged(rows, [pair for pair in chosen if not _by_one(pair, verdicts)])
        found = _candidates(base, chosen, verdicts, where)
        if found:
            best = min(found, key=lambda one: _rank(one, base))
            return Difference(tuple(_decided(best, rows)), judged, several)
    return Difference((), judged, several)


def _by_one(pair: Pair, verdicts: dict[Pair, Verdict]) -> bool:
    """Whether one fact that can change would bring two documents together."""
    sets = verdicts[pair].sets if pair in verdicts else ()
    return any(len(one.changes) == 1 and one.changes[0].changeable for one in sets)


def _rank(candidate: _Candidate, base: KnowledgeBase) -> tuple[object, ...]:
    """Return what comes first: what is not known for sure, what a test could change, what weighs.

    Of earlier treatment nothing can be changed any more.
    """
    change, fact = candidate.change, base.vocabulary[candidate.change.fact]
    known = change.before is not None and not (
        isinstance(change.before, Several)
        or (isinstance(change.before, Interval) and not change.before.is_point)
    )
    past = fact.entry.group in Answers.read(base.knowledge.measures).past_groups
    order = base.vocabulary.order(change.fact)
    return known, past, -candidate.weight, min(candidate.rows), order


def _tells(pair: Pair) -> bool:
    """Whether one of two documents is for an option, and the other not, or not clearly."""
    statuses = {pair.first.status, pair.second.status}
    if statuses.isdisjoint(FOR):
        return False
    if pair.agreement is Agreement.CONDITIONAL:
        return not statuses.isdisjoint(OPEN - {Status.TEXT_OPEN})
    return pair.agreement in _KINDS


def _candidates(
    base: KnowledgeBase,
    pairs: Iterable[Pair],
    verdicts: dict[Pair, Verdict],
    where: dict[tuple[str, str], int],
) -> list[_Candidate]:
    found: dict[tuple[str, object], _Candidate] = {}
    for pair in pairs:
        for one in verdicts[pair].sets if pair in verdicts else ():
            (change, *more) = one.changes
            if more or not change.changeable:
                continue
            key = change.fact, change.band or change.after
            candidate = found.setdefault(key, _Candidate(change))
            row = candidate.rows.setdefault(where[pair.option, pair.intent], {})
            moving, joined = row.setdefault(one.position, ({}, {}))
            for cell in (pair.first, pair.second):
                (joined if cell.status is one.position else moving)[cell.document] = None
    for candidate in found.values():
        # Only a document that is not for it now, and would be, or that would no longer be, moves.
        candidate.rows = {
            row: parts
            for row, by_position in candidate.rows.items()
            if (parts := {p: both for p, both in by_position.items() if both[0] and both[1]})
        }
    return [candidate for candidate in found.values() if candidate.rows]


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

"""Assess each decision point blind, then compare what was decided with what the documents say."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from gepnet.evaluation.decisions import Decisions, Part, member_rows, rows_of
from gepnet.evaluation.verdict import Stance, Verdict, stance_of, strongest, verdict_of
from gepnet.facts import facts_of_record
from gepnet.guidelines import (
    ABSENT,
    Assessment,
    Cell,
    DocumentAssessment,
    KnowledgeBase,
    Status,
    assess,
    documents_in_force,
    lookup,
)
from gepnet.io import CaseRecord
from gepnet.tables import Shown, also_shown, plain, taken
from gepnet.vocabulary import Question

# The first label of lutetium dotatate (EU) and the NETTER-1 trial are of 2017.
TURN = 2017
ERAS = ("before_2017", "2017_on", "unknown")
# Of one document on several parts: the one shown for the decision point.
_TELLING = (Stance.BOTH, Stance.AGAINST, Stance.FOR, Stance.OPEN, Stance.QUIET)


@dataclass(frozen=True)
class Heard:
    """What one document says of one part of a decision, and the cell that says it.

    Without a cell no document has a row for the option.
    """

    stance: Stance
    status: Status
    cell: Cell | None = None


@dataclass(frozen=True)
class Judgement:
    """One part of a decision with what every document in force says of it."""

    part: Annotated[Part, Shown(take="name:class out_of_scope options intents in_trial", flat=True)]
    verdict: Verdict
    documents: Annotated[dict[str, Heard], Shown(by=_statuses)]
    missing: tuple[str, ...] = ()

    @property
    @also_shown
    def positions(self) -> list[dict[str, Any]]:
        """What each document says that speaks, as plain data."""
        return [
            _position(name, heard.stance, heard.cell)
            for name, heard in self.documents.items()
            if heard.stance is not Stance.QUIET and heard.cell is not None
        ]


def _statuses(documents: dict[str, Heard]) -> dict[str, str]:
    return {name: heard.status.value for name, heard in documents.items()}


def _position(document: str, stance: Stance, cell: Cell) -> dict[str, Any]:
    return {
        "document": document,
        **taken(cell, "option intent"),
        "stance": stance.value,
        "status": cell.status.value,
        "by_class": bool(cell.reasons) and all(reason.by_class for reason in cell.reasons),
        "possible": plain(cell.possible),
        "recommendations": list(
            dict.fromkeys(reason.judged.recommendation.entry.id for reason in cell.reasons)
        ),
    }


@dataclass(frozen=True)
class Row:
    """One decision point."""

    dp_id: str
    case_id: str
    era: str
    classes: tuple[str, ...]
    decided: str | None
    parts: Annotated[tuple[Judgement, ...], Shown(after="missing")]

    @property
    def judged(self) -> tuple[Judgement, ...]:
        """The parts that are in scope."""
        return tuple(p for p in self.parts if p.verdict is not Verdict.OUT_OF_SCOPE)

    @property
    @also_shown
    def verdict(self) -> Verdict:
        """The verdict on the decision as a whole: all documents on all options that it names."""
        if not self.judged:
            return Verdict.OUT_OF_SCOPE
        return verdict_of(h.stance for part in self.judged for h in part.documents.values())

    def verdict_by(self, document: str) -> Verdict:
        """Return the verdict if ``document`` were the only one."""
        heard = [part.documents[document] for part in self.judged]
        if all(h.status is Status.OUT_OF_SCOPE for h in heard):
            return Verdict.OUT_OF_SCOPE
        return verdict_of(h.stance for h in heard)

    @property
    @also_shown
    def documents(self) -> Annotated[dict[str, Heard], Shown(by=_statuses)]:
        """What each document says of the decision, the most telling where parts differ."""
        found: dict[str, Heard] = {}
        for part in self.judged:
            for name, heard in part.documents.items():
                found[name] = min(found.get(name, heard), heard, key=_telling)
        return found

    @property
    @also_shown
    def missing(self) -> tuple[str, ...]:
        """The facts that documents wait for, those named by most documents first."""
        return tuple(dict.fromkeys(name for part in self.judged for name in part.missing))


@dataclass(frozen=True)
class Evaluation:
    """All decision points of a case file, with one state of the knowledge."""

    rows: tuple[Row, ...]
    documents: tuple[str, ...]
    knowledge_date: datetime.date
    knowledge_digest: str


def evaluate(cases: Sequence[CaseRecord], base: KnowledgeBase, question: Question) -> Evaluation:
    """Compare the decisions of ``cases`` with the documents in force on the knowledge date.

    Each assessment is blind: it sees the record alone, which holds nothing of what was decided.
    """
    decisions = Decisions(base)
    wanted = base.facts_named | decisions.facts_named
    in_force, _ = documents_in_force(base.documents, question.knowledge_date)
    rows = []
    for case in cases:
        facts = facts_of_record(case.record, base.knowledge, base.criteria, wanted=wanted)
        assessment = assess(base, facts, question)
        parts = decisions.parts(case, assessment.facts)
        decided = frozenset(option for part in parts for option in part.options)
        judged = tuple(_judge(part, decided, assessment, base) for part in parts)
        era, text = era_of(case), case.decision_text
        rows.append(Row(case.dp_id, case.case_id, era, case.decision_classes, text, judged))
    names = tuple(document.id for document in in_force)
    return Evaluation(tuple(rows), names, question.knowledge_date, base.knowledge.digest)


def era_of(case: CaseRecord) -> str:
    """Return the era of a decision; a publication is only a latest date for it."""
    decided = case.record.as_of
    if decided is None:
        return ERAS[0] if case.year is not None and case.year < TURN else ERAS[2]
    if decided.last.year < TURN:
        return ERAS[0]
    return ERAS[1] if decided.first.year >= TURN else ERAS[2]


def _judge(
    part: Part, decided: frozenset[str], assessment: Assessment, base: KnowledgeBase
) -> Judgement:
    if part.out_of_scope is not None:
        return Judgement(part, Verdict.OUT_OF_SCOPE, {})
    documents = {
        name: _Hearing(base, document, part, decided).heard()
        for name, document in assessment.documents.items()
    }
    waiting: Counter[str] = Counter()
    for heard in documents.values():
        if heard.stance is Stance.OPEN and heard.cell is not None:
            waiting.update(assessment.facts.to_ask(heard.cell.missing))
    missing = tuple(name for name, _ in waiting.most_common())
    return Judgement(part, verdict_of(h.stance for h in documents.values()), documents, missing)


@dataclass(frozen=True)
class _Hearing:
    """What one document says of one part of a decision."""

    base: KnowledgeBase
    document: DocumentAssessment
    part: Part
    decided: frozenset[str]

    def heard(self) -> Heard:
        """Return the stance, from the option or for it from one of its members.

        A decision for a class takes some member of it: a document that lists one is for the
        decision, and one that is against some member says nothing of the others.
        """
        part, base = self.part, self.base
        own = [self._of(row) for name in part.options for row in rows_of(base, name, part.intents)]
        if part.going_on is not None:
            rows = rows_of(base, part.going_on, part.intents)
            own += [self._of(row) for row in rows if self._stands_alone(row)]
        found = strongest(heard.stance for heard in own)
        if found not in (Stance.FOR, Stance.BOTH):
            below = [r for name in part.options for r in member_rows(base, name, part.intents)]
            members = [self._of(row) for row in below]
            own += [heard for heard in members if heard.stance in (Stance.FOR, Stance.OPEN)]
            found = strongest(heard.stance for heard in own)
        if found is Stance.QUIET:
            about = (heard for heard in own if heard.status is not Status.OUT_OF_SCOPE)
            return next(about, own[0] if own else self._unlisted())
        return next(heard for heard in own if heard.stance is found)

    def _of(self, row: tuple[str, str]) -> Heard:
        cell = self.document.cells[row]
        return Heard(stance_of(cell, self.part.in_trial), cell.status, cell)

    def _stands_alone(self, row: tuple[str, str]) -> bool:
        """Whether some position behind a cell is not tied to a companion that was not decided."""
        reasons = self.document.cells[row].reasons
        return any(self._accompanied(reason.position.with_) for reason in reasons)

    def _accompanied(self, companions: Iterable[str]) -> bool:
        options, named = self.base.options, tuple(companions)
        return not named or any(
            options.covers(companion, option) or options.covers(option, companion)
            for companion in named
            for option in self.decided
        )

    def _unlisted(self) -> Heard:
        """Return the status of an option on which no document takes a position."""
        nothing = (ABSENT, ABSENT, ABSENT, ABSENT)
        empty = self.document.empty(named=False)
        status, _ = lookup(self.document.scope.truth, nothing, False, empty)
        return Heard(Stance.QUIET, status)


def _telling(heard: Heard) -> int:
    return _TELLING.index(heard.stance)

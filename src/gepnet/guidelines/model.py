"""What an assessment holds."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal, NamedTuple

from gepnet.criteria import Explanation
from gepnet.facts import Facts
from gepnet.guidelines.cells import Cells
from gepnet.guidelines.compiled import CompiledDocument
from gepnet.guidelines.status import OPEN, STATED, Status, nothing_found
from gepnet.knowledge.models import FundingPosition, LabelEntry, Position, Recommendation
from gepnet.knowledge.rule_models import ChecklistItem
from gepnet.rules import Checklist, Reading, Rule, SafetyNote
from gepnet.vocabulary import Question

LabelStatus = Literal["on_label", "off_label", "undetermined"]
FundingStatus = Literal["funded", "not_funded", "outside", "undetermined"]


class Judged(Reading[Recommendation]):
    """A recommendation for one patient: does it apply, why, and if open, on which facts."""

    __slots__ = ()

    @property
    def recommendation(self) -> Rule[Recommendation]:
        """What was judged."""
        return self.rule


# Tuples, as hundreds are made for each patient and a dataclass takes three times as long.
class Reason(NamedTuple):
    """One position behind a status."""

    judged: Judged
    position: Position
    by_class: bool
    awaits_approval: tuple[str, ...] = ()
    # What the position is provided for, where that is not known; see ``RuleEntry.provided``.
    provided: Explanation | None = None


class Cell(NamedTuple):
    """The status of one option, for one purpose, in one document.

    ``reasons`` are the positions that hold or may hold; ``dissent`` and ``unverified`` those that
    would, but do not count as the document's position; ``lesser`` those that prefer another option
    to this one. ``missing`` are facts that could settle it; none where the text leaves it open.
    """

    document: str
    option: str
    intent: str
    status: Status
    possible: tuple[Status, ...]
    missing: tuple[str, ...]
    ambiguous: bool
    reasons: tuple[Reason, ...]
    dissent: tuple[Reason, ...]
    unverified: tuple[Reason, ...]
    lesser: tuple[Reason, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether a missing fact or the text stands between the patient and a position."""
        return self.status in OPEN

    @property
    def is_provided(self) -> bool:
        """Whether a clear position rests on nothing but reasons with an unknown condition."""
        behind = [r for r in self.reasons if r.position.position == self.status]
        return self.status in STATED and all(r.provided is not None for r in behind)

    @property
    def badge(self) -> str | None:
        """The best verification among the reasons, or None without reasons."""
        order = ("primary", "secondary", "unverified")
        found = {reason.judged.recommendation.entry.verification for reason in self.reasons}
        return next((badge for badge in order if badge in found), None)


@dataclass(frozen=True)
class DocumentAssessment:
    """One document for one patient."""

    document: CompiledDocument
    scope: Explanation
    coverage: str
    age_years: int
    cells: Cells[Cell]

    def empty(self, named: bool) -> Status:
        """Return what stands where no position holds.

        Args:
            named: whether what was read of the document speaks of the option.
        """
        return nothing_found(self.coverage, named)


class LabelAssessment(Reading[LabelEntry]):
    """Whether the authorised indication of a medicine in a region includes the patient."""

    __slots__ = ()

    @property
    def label(self) -> Rule[LabelEntry]:
        """The indication."""
        return self.rule

    @property
    def status(self) -> LabelStatus:
        """Whether the patient is on label."""
        if self.truth is None:
            return "undetermined"
        return "on_label" if self.truth else "off_label"


class FundingAssessment(Reading[FundingPosition]):
    """Whether a payer's decision is about the patient, and what it then is."""

    __slots__ = ()

    @property
    def entry(self) -> FundingPosition:
        """The decision."""
        return self.rule.entry

    @property
    def status(self) -> FundingStatus:
        """Funded or not; outside where the decision is not about the patient."""
        if self.truth is False:
            return "outside"
        read = self.truth is True and self.entry.conditions_read
        return self.entry.decision if read else "undetermined"


@dataclass(frozen=True)
class ChecklistResult:
    """A checklist for one patient: each item met, not met, or open for a fact or by its text."""

    checklist: Checklist
    results: tuple[Reading[ChecklistItem], ...]


@dataclass(frozen=True)
class Assessment:
    """Everything gepnet says of one patient as of a date, with one state of the knowledge."""

    patient: str
    facts: Facts
    region: str | None
    at: str
    question: Question
    gepnet_version: str
    knowledge_digest: str
    documents: dict[str, DocumentAssessment]
    not_in_force: dict[str, str]
    labels: tuple[LabelAssessment, ...]
    funding: tuple[FundingAssessment, ...]
    safety: tuple[SafetyNote, ...]
    checklists: tuple[ChecklistResult, ...]

    @property
    def knowledge_date(self) -> datetime.date:
        """Documents in force on this day."""
        return self.question.knowledge_date

    def rows(self) -> list[tuple[str, str]]:
        """Return the (option, intent) pairs on which some document in force takes a position."""
        rows: dict[tuple[str, str], None] = {}
        for document in self.documents.values():
            rows.update(dict.fromkeys(document.cells))
        return list(rows)

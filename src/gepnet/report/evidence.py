"""The evidence for one patient: trials that speak of them, and what is behind each position."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from gepnet.criteria import Explanation
from gepnet.evidence.applicability import Applicability, Outcome, applicable
from gepnet.evidence.speaking import Speaks, behind, speaks, trials_of
from gepnet.evidence.topics import Topics
from gepnet.facts import Facts, facts_of_record
from gepnet.guidelines import Assessment, KnowledgeBase
from gepnet.knowledge.models import Position, Trial
from gepnet.record import Record
from gepnet.report.explanations import Asks, Branch, Leaf, Reader
from gepnet.report.trials import FigureView, figure_views, main_figures
from gepnet.tables import Shown, view_class
from gepnet.vocabulary import Question

#: What each outcome means, for a reader.
OUTCOMES: dict[Outcome, str] = {
    "eligible": "Would have been eligible, as far as the criteria were read.",
    "text open": "The criteria, as read, leave it open.",
    "fact missing": "It depends on a fact that is not known.",
    "criteria not read": "The eligibility criteria were not read.",
    "not eligible": "Would not have been eligible.",
}


@view_class
class TrialFor:
    """A trial for one patient.

    ``failing`` and ``open`` are the parts of its criterion that are not met and not settled, with
    the facts behind them; ``differs`` and ``unclear`` the topics that they belong to.
    """

    id: str
    name: str
    year: int | None
    phase: str
    outcome: str
    differs: tuple[str, ...]
    unclear: tuple[str, ...]
    failing: list[Leaf | Branch]
    open: list[Leaf | Branch]
    missing: Asks
    not_expressed: tuple[str, ...]
    population: str
    arms: tuple[str, ...]
    main: list[FigureView]


@view_class
class StudyBehind:
    """A study of the bibliography behind a position, with the trials that gepnet has of it."""

    study: str
    title: str
    trials: list[str]
    locator: Annotated[str | None, Shown(optional=True)] = None


@view_class
class PositionEvidence:
    """A position on an option with what it rests on, and what came after its document.

    ``newer`` are trials that speak, or may speak, of this patient, with results after the document
    and the same option in an arm, which the document does not name. They do not change a position.
    """

    document: str
    short: str
    year: int
    recommendation: str
    intent: str
    position: str
    rests_on: list[StudyBehind]
    contradicted_by: list[StudyBehind]
    newer: list[str]
    evidence_newer: bool

    @property
    def said(self) -> tuple[object, ...] | None:
        """The studies for and against it and what is newer; None where nothing stands behind it."""
        if not (self.evidence_newer or self.rests_on):
            return None
        return *(one.study for one in (*self.rests_on, *self.contradicted_by)), tuple(self.newer)


@view_class
class SpeakingView:
    """A trial on an option for this patient: which way, by which figures."""

    trial: str
    name: str
    year: int | None
    outcome: str
    direction: str
    figures: list[FigureView]


@view_class
class OptionEvidence:
    """One option in question: the trials that gave it, and the positions on it."""

    option: str
    label: str
    trials: list[SpeakingView]
    positions: list[PositionEvidence]

    @property
    def evidence_newer(self) -> bool:
        """Whether some position on it has evidence newer than itself."""
        return any(one.evidence_newer for one in self.positions)

    @property
    def distinct(self) -> list[PositionEvidence]:
        """The positions behind which something stands, those that are alike told once."""
        told: dict[tuple[object, ...], PositionEvidence] = {}
        for one in self.positions:
            if one.said is not None:
                told.setdefault((one.document, one.position, one.said), one)
        return list(told.values())


@view_class
class Evidence:
    """Everything of the trials for one patient."""

    patient: str
    at: str
    outcomes: dict[str, str]
    trials: list[TrialFor]
    options: list[OptionEvidence]

    @property
    def names(self) -> dict[str, str]:
        """The name of each trial by its id."""
        return {one.id: one.name for one in self.trials}

    def behind(self, recommendation: str) -> list[tuple[str, PositionEvidence]]:
        """Return what stands behind a recommendation, with the label of the option it is about.

        What is alike for several options is told once, of the first.
        """
        told: dict[tuple[object, ...], tuple[str, PositionEvidence]] = {}
        for option in self.options:
            for one in option.positions:
                if one.recommendation == recommendation and one.said is not None:
                    told.setdefault(one.said, (option.label, one))
        return list(told.values())


def trials_for(facts: Facts, base: KnowledgeBase) -> list[TrialFor]:
    """Return each trial for a patient, those that speak of them first."""
    topics = Topics.read(base.knowledge.measures)
    reader = Reader(base, facts)
    found = applicable(base.of(Trial), facts, topics, base.vocabulary)
    return [_view(one, reader, topics.speaking) for one in found]


def trial_facts(record: Record, base: KnowledgeBase, question: Question | None = None) -> Facts:
    """Return the facts of a patient that the criteria of trials rest on.

    Raises:
        InputError: if the region of the question is none.
    """
    wanted = frozenset(name for rule in base.of(Trial) for name in rule.facts)
    return facts_of_record(record, base.knowledge, base.criteria, question, wanted=wanted)


def evidence(
    assessment: Assessment, facts: Facts, base: KnowledgeBase, unverified: bool = False
) -> Evidence:
    """Return the trials for an assessed patient, and what stands behind each position on them.

    Args:
        assessment: of the patient.
        facts: of the patient, with those that trials ask for (``trial_facts``).
        base: the knowledge.
        unverified: let unverified figures say which way a trial speaks; by default they never do.
    """
    topics = Topics.read(base.knowledge.measures)
    reader = Reader(base, facts)
    found = applicable(base.of(Trial), facts, topics, base.vocabulary)
    parents = {option.id: option.parent for option in base.knowledge.options}
    about = [one for one in found if one.outcome != "not eligible"]
    # Whose criteria were not read may be of anybody: no position is told to be older than that.
    read = [one.trial for one in about if one.outcome != "criteria not read"]
    options = _positions(assessment, base, read, parents)
    told = []
    for option, positions in options.items():
        saying = [(one, speaks(one.trial, option, parents, topics, unverified)) for one in about]
        told.append(
            OptionEvidence(
                option,
                base.options[option].label,
                [_speaking(one, said, base) for one, said in saying if said is not None],
                positions,
            )
        )
    trials = [_view(one, reader, topics.speaking) for one in found]
    return Evidence(
        assessment.patient,
        assessment.at,
        {name: said for name, said in OUTCOMES.items()},
        trials,
        told,
    )


def behind_cells(found: Evidence) -> dict[str, list[PositionEvidence]]:
    """Return what stands behind each cell of an answer, by ``option.intent.document``.

    What several recommendations of one document rest on alike is told once.
    """
    cells: dict[str, list[PositionEvidence]] = {}
    for option in found.options:
        for one in option.positions:
            told = cells.setdefault(f"{option.option}.{one.intent}.{one.document}", [])
            same = (one.rests_on, one.contradicted_by, one.newer)
            if all(same != (o.rests_on, o.contradicted_by, o.newer) for o in told):
                told.append(one)
    return cells


def _view(one: Applicability, reader: Reader, speaking: Sequence[str]) -> TrialFor:
    trial = one.trial
    return TrialFor(
        trial.id,
        trial.name,
        trial.year,
        trial.phase,
        one.outcome,
        one.differs,
        one.unclear,
        _trees(one.failing, reader),
        _trees(one.open, reader),
        reader.asks(one.reading.missing) if one.outcome != "not eligible" else [],
        trial.not_expressed,
        trial.population,
        tuple(arm.label for arm in trial.arms),
        figure_views(main_figures(trial, speaking), reader.base),
    )


def _trees(parts: Sequence[Explanation], reader: Reader) -> list[Leaf | Branch]:
    return [reader.tree(part) for part in parts]


def _speaking(one: Applicability, said: Speaks, base: KnowledgeBase) -> SpeakingView:
    trial = one.trial
    return SpeakingView(
        trial.id,
        trial.name,
        trial.year,
        one.outcome,
        said.direction,
        figure_views(said.figures, base),
    )


def _positions(
    assessment: Assessment,
    base: KnowledgeBase,
    about: Sequence[Trial],
    parents: Mapping[str, str | None],
) -> dict[str, list[PositionEvidence]]:
    """Return the positions that hold or may hold, by option, in the order of the answer."""
    found: dict[str, list[PositionEvidence]] = {}
    for option, intent in assessment.rows():
        if base.options[option].kind != "treatment":
            continue
        told = found.setdefault(option, [])
        for name, document in assessment.documents.items():
            cell = document.cells.get((option, intent))
            if cell is None:
                continue
            head = document.document.file.document
            for reason in cell.reasons:
                stands = behind(reason.position, option, head.year, about, parents)
                told.append(
                    PositionEvidence(
                        name,
                        head.short,
                        head.year,
                        reason.judged.rule.full_id,
                        intent,
                        reason.position.position,
                        _studies(stands.rests_on, reason.position, base),
                        _studies(stands.contradicted_by, reason.position, base),
                        list(stands.newer),
                        stands.flagged,
                    )
                )
    return found


def _studies(names: Sequence[str], position: Position, base: KnowledgeBase) -> list[StudyBehind]:
    places = {one.study: one.locator for one in (*position.rests_on, *position.contradicted_by)}
    return [
        StudyBehind(
            name,
            base.sources[name].title,
            [trial.id for trial in trials_of(name, base.knowledge.trials)],
            places[name],
        )
        for name in names
    ]

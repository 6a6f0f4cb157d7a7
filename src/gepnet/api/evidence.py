"""Evidence: trials, curves and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gepnet.knowledge import need, refuse, write_atomically
from gepnet.tables import check_ending

if TYPE_CHECKING:
    from gepnet.charts import Chart
    from gepnet.evidence.reconstruct import Reconstruction
    from gepnet.evidence.survival import Survival
    from gepnet.guidelines import Assessment, KnowledgeBase
    from gepnet.knowledge.models import Trial
    from gepnet.record import Record
    from gepnet.report.evidence import Evidence, TrialFor
    from gepnet.report.trials import TrialLine, TrialView
    from gepnet.vocabulary import Question


def trial_list(base: KnowledgeBase) -> list[TrialLine]:
    """Return every trial with its main result, controlled ones first."""
    from gepnet.evidence.topics import Topics
    from gepnet.report.trials import trial_lines

    return trial_lines(base, Topics.read(base.knowledge.measures).speaking)


def trial_view(base: KnowledgeBase, name: str) -> TrialView:
    """Return a trial in full: arms, every figure with its source, what differs, who rests on it.

    Raises:
        InputError: for an unknown trial, naming the nearest.
    """
    from gepnet.report.trials import trial_view as view

    return view(_trial(base, name), base)


def trials_for_patient(
    record: Record, base: KnowledgeBase, question: Question | None = None
) -> list[TrialFor]:
    """Return each trial for a patient: eligible, not and why, or unknown and for which fact.

    Raises:
        InputError: if the region of the question is none.
    """
    from gepnet.report.evidence import trial_facts, trials_for

    return trials_for(trial_facts(record, base, question), base)


def evidence_view(
    record: Record,
    base: KnowledgeBase,
    question: Question | None = None,
    unverified: bool = False,
    assessment: Assessment | None = None,
) -> Evidence:
    """Return the trials for a patient, and what stands behind each position of the answer.

    Args:
        record: of the patient.
        base: the knowledge.
        question: dates and region.
        unverified: let unverified figures say which way a trial speaks.
        assessment: of the same record and question, where there is one already.

    Raises:
        InputError: if the region of the question is none.
    """
    from gepnet.api.assessing import assess_record
    from gepnet.report.evidence import evidence, trial_facts

    facts = trial_facts(record, base, question)
    assessed = assessment or assess_record(record, base, question)
    return evidence(assessed, facts, base, unverified)


def reconstruction(
    curve: Path,
    at_risk: Path,
    *,
    events: dict[str, int] | None = None,
    unit: str = "months",
    title: str | None = None,
) -> Reconstruction:
    """Return observations worked out from published curves (Guyot 2012).

    Args:
        curve: CSV of points: time, survival or survival_percent, and perhaps arm.
        at_risk: CSV of printed numbers: time, at_risk, and perhaps arm.
        events: in all, by arm, where they are published.
        unit: of time.
        title: of what; by default the name of the file.

    Raises:
        InputError: with every fault of the tables.
    """
    need("lifelines")
    from gepnet.evidence.reconstruct import reconstruct

    return reconstruct(curve, at_risk, events, title, unit)


def write_observations(found: Reconstruction, output: Path) -> None:
    """Write reconstructed observations as CSV; the file is there in full or not at all.

    Raises:
        InputError: for a name that does not end in .csv, or if the file cannot be written.
    """
    check_ending(output, ".csv")
    write_atomically(output, found.as_csv())


def survival_of_rebuilt(found: Reconstruction) -> Survival:
    """Return the arms of a reconstruction compared."""
    from gepnet.evidence.survival import survival_of

    return survival_of(found.observations())


def trial_curves(
    base: KnowledgeBase, name: str, endpoint: str = "pfs", unverified: bool = False
) -> Chart:
    """Return the curves of a trial: of its reconstruction, else models of its medians, dashed.

    Raises:
        InputError: for an unknown trial, or an endpoint without a median.
    """
    from gepnet.charts.trial_curves import of_trial

    need("matplotlib")
    return of_trial(base, _trial(base, name), endpoint, unverified)


def survival_chart(report: Survival) -> Chart:
    """Return the curves of a comparison with numbers at risk."""
    from gepnet.charts.trial_curves import of_report

    need("matplotlib")
    return of_report(report)


def _trial(base: KnowledgeBase, name: str) -> Trial:
    names = {trial.id: trial for trial in base.knowledge.trials}
    wanted = name.strip().casefold()
    for trial in base.knowledge.trials:
        if wanted in (trial.id, trial.name.casefold(), (trial.registry or "").casefold()):
            return trial
    known = [*names, *(trial.name for trial in base.knowledge.trials)]
    raise refuse("trial", name, "a trial of 'gepnet evidence trials'", known)


def survival_report(
    observations: Path,
    *,
    reference: str | None = None,
    landmarks: Sequence[float] = (),
    horizon: float | None = None,
    unit: str = "months",
    title: str | None = None,
) -> Survival:
    """Return the arms of a table of observations compared.

    Args:
        observations: CSV with the columns time, event and perhaps arm.
        reference: the arm to compare with; by default the last of the table.
        landmarks: times at which survival is told.
        horizon: of restricted means; by default as far as every curve goes.
        unit: of time.
        title: of what; by default the name of the file.

    Raises:
        InputError: with every fault of the table, or of what was asked.
    """
    need("lifelines")
    from gepnet.evidence.observations import read_observations
    from gepnet.evidence.survival import survival_of

    observed = read_observations(observations, title, unit)
    return survival_of(observed, reference, landmarks, horizon)

"""The time after PRRT: what was given in all, kidney, blood counts and next dates."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from gepnet.api.assessing import facts_of
from gepnet.api.course_plan import facts_on
from gepnet.facts import Facts
from gepnet.guidelines import KnowledgeBase, documents_in_force
from gepnet.io.laboratory import samples_with
from gepnet.knowledge import refuse
from gepnet.prrt.after.another import AnotherCycle, another_cycle, kidney_limits
from gepnet.prrt.after.cumulative import cumulated
from gepnet.prrt.after.doses import read_doses
from gepnet.prrt.after.monitoring import monitor
from gepnet.prrt.dosimetry.data import Physics
from gepnet.prrt.given import own_rows
from gepnet.prrt.plausible import Plausible
from gepnet.record import Record
from gepnet.tables import plain
from gepnet.vocabulary import Accepting, Question, how_to_accept


def cumulative_view(
    record: Record,
    base: KnowledgeBase,
    question: Question | None = None,
    doses: Path | None = None,
    accept: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the activity given so far, organ doses where known, and advisory limits.

    Args:
        record: the patient.
        base: the knowledge.
        question: its date and region.
        doses: organ doses, as ``gepnet prrt dosimetry`` writes them.
        accept: doses outside their usual range that are right, each
            ``[PATIENT:[REGION:]]QUANTITY=VALUE by WHO: WHY``.

    Raises:
        InputError: for a bad file of doses.
    """
    facts = facts_of(record, base, question)
    return dict(plain(cumulated(record, facts, base.knowledge, base.vocabulary, doses, accept)))


def monitoring_view(
    record: Record,
    base: KnowledgeBase,
    question: Question | None = None,
    profiles: Sequence[str] = (),
    labs: Path | None = None,
    accept: Iterable[str] = (),
) -> dict[str, Any]:
    """Return kidney slope, marrow signals, counts over time and the next dates after a course.

    Args:
        record: the patient.
        base: the knowledge.
        question: its date, region and day of the knowledge.
        profiles: only the dates of these.
        labs: more values of the patient, as the laboratory CSV of ``gepnet labs grade``.
        accept: values of it outside their plausible range that somebody stands by, each as
            ``QUANTITY=VALUE by WHO: WHY``; the result holds them.

    Raises:
        InputError: for an unknown profile or a bad file.
    """
    facts = facts_of(record, base, question)
    accepting = Accepting.of(accept)
    samples = samples_with(record, facts.at.last, labs, base.vocabulary, accepting)
    accepting.refuse_unused()
    known, _ = documents_in_force(base.documents, (question or Question()).knowledge_date)

    def on(day: datetime.date) -> Facts:
        return facts_on(record, base, day, question)

    in_force = {document.id for document in known}
    view = dict(plain(monitor(record, facts, samples, base, on, in_force, profiles)))
    return {**view, "accepted": plain(accepting.used)}


def _ask_activity(activity_gbq: float | None, usual: Plausible, accepting: Accepting) -> None:
    """Refuse the activity of a cycle that is likely to be in MBq or mCi, unless it is accepted."""
    band = usual.of("administered_gbq")
    if activity_gbq is None or band is None or band.holds(activity_gbq):
        return
    written = f"{activity_gbq:g}"
    if not accepting.find("administered_gbq", written):
        expected = band.doubt(activity_gbq) + how_to_accept("administered_gbq", written)
        raise refuse("activity-gbq", written, expected)


def another_cycle_view(
    base: KnowledgeBase,
    doses: Path,
    *,
    patient: str | None = None,
    limit: str | None = None,
    activity_gbq: float | None = None,
    cycles: int | None = None,
    accept: Sequence[str] = (),
) -> dict[str, Any]:
    """Return how likely another cycle keeps the kidney dose of a patient under a limit.

    Args:
        base: the knowledge.
        doses: organ doses of the cycles so far, as ``gepnet prrt dosimetry`` writes them.
        patient: whose, where the table has several.
        limit: an advisory limit of a kidney dose by its id, or an absorbed dose in Gy; None: all.
        activity_gbq: of the next cycle; by default the mean of those given.
        cycles: how many were given, where the table may lack some.
        accept: doses outside their usual range that are right, each
            ``[PATIENT:[REGION:]]QUANTITY=VALUE by WHO: WHY``.

    Raises:
        InputError: for a bad file, or one without a kidney dose of the patient.
    """
    measures = base.knowledge.measures
    if activity_gbq is not None and not 0 < activity_gbq < float("inf"):
        raise refuse("activity", activity_gbq, "an activity in GBq above 0")
    limits = kidney_limits(base.knowledge.advisory_limits, limit)
    usual = Plausible.read(measures)
    accepting = Accepting.read(accept, usual.quantities)
    _ask_activity(activity_gbq, usual, accepting)
    rows = read_doses(doses, Physics.read(measures), usual, accepting)
    accepting.refuse_unused()
    names = sorted({row.patient for row in rows})
    if patient is None and len(names) > 1:
        raise refuse("patient", "", f"one of {', '.join(names)}")
    chosen = patient or (names[0] if names else "")
    own = own_rows(chosen, rows, doses, "doses")
    settings = AnotherCycle.read(measures)
    accepted = accepting.used
    return dict(plain(another_cycle(chosen, own, limits, settings, activity_gbq, cycles, accepted)))

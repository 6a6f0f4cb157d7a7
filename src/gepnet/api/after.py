"""The time after PRRT: what was given in all, kidney, blood counts and next dates."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gepnet.api.assessing import facts_of
from gepnet.api.course_plan import facts_on
from gepnet.facts import Facts
from gepnet.guidelines import KnowledgeBase, documents_in_force
from gepnet.io.laboratory import samples_with
from gepnet.prrt.after.cumulative import cumulated
from gepnet.prrt.after.monitoring import monitor
from gepnet.record import Record
from gepnet.tables import plain
from gepnet.vocabulary import Question


def cumulative_view(
    record: Record, base: KnowledgeBase, question: Question | None = None, doses: Path | None = None
) -> dict[str, Any]:
    """Return the activity given so far, organ doses where known, and advisory limits.

    Raises:
        InputError: for a bad file of doses.
    """
    facts = facts_of(record, base, question)
    return dict(plain(cumulated(record, facts, base.knowledge, base.vocabulary, doses)))


def monitoring_view(
    record: Record,
    base: KnowledgeBase,
    question: Question | None = None,
    profiles: Sequence[str] = (),
    labs: Path | None = None,
) -> dict[str, Any]:
    """Return kidney slope, marrow signals, counts over time and the next dates after a course.

    Args:
        record: the patient.
        base: the knowledge.
        question: its date, region and day of the knowledge.
        profiles: only the dates of these.
        labs: more values of the patient, as the laboratory CSV of ``gepnet labs grade``.

    Raises:
        InputError: for an unknown profile or a bad file.
    """
    facts = facts_of(record, base, question)
    samples = samples_with(record, facts.at.last, labs, base.vocabulary)
    known, _ = documents_in_force(base.documents, (question or Question()).knowledge_date)

    def on(day: datetime.date) -> Facts:
        return facts_on(record, base, day, question)

    in_force = {document.id for document in known}
    return dict(plain(monitor(record, facts, samples, base, on, in_force, profiles)))

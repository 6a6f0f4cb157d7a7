"""The time after PRRT: what was given in all, kidney, blood counts and next dates."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gepnet.api.assessing import facts_of
from gepnet.api.course_plan import facts_on
from gepnet.guidelines import KnowledgeBase
from gepnet.prrt.after.cumulative import cumulated
from gepnet.prrt.after.kidney import Kidney
from gepnet.prrt.after.monitoring import kidney_of, monitor
from gepnet.prrt.after.samples import Sample, add_samples, samples_of
from gepnet.prrt.given import own_rows
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
    return dict(plain(cumulated(record, facts, base.knowledge, doses)))


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
    samples = _samples(record, base, facts.at.last, labs)
    found = monitor(record, facts, samples, base, lambda day: facts_on(record, base, day), profiles)
    return dict(plain(found))


def kidney_function(
    record: Record, base: KnowledgeBase, question: Question | None = None, labs: Path | None = None
) -> Kidney:
    """Return the clearances of a patient and their slope, as ``monitoring_view`` shows them.

    Raises:
        InputError: for a bad file.
    """
    facts = facts_of(record, base, question)
    samples = _samples(record, base, facts.at.last, labs)
    return kidney_of(facts, samples, base, lambda day: facts_on(record, base, day))


def _samples(
    record: Record, base: KnowledgeBase, today: datetime.date, labs: Path | None
) -> dict[str, list[Sample]]:
    """Return the values of a record, and with them those of a laboratory file."""
    samples = samples_of(record, today)
    if labs is not None:
        from gepnet.io.laboratory import read_laboratory

        rows = read_laboratory(labs, base.vocabulary)
        add_samples(
            samples,
            (
                Sample(row.date.first, row.analyte, row.value, row.lln, f"{labs.name}:{row.line}")
                for row in own_rows(record.patient, rows, labs, "values")
                if row.date.first == row.date.last <= today
            ),
        )
    return samples

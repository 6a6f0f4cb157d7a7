"""What PRRT has given in all, beside the limits that some advise."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from gepnet.api.assessing import facts_of
from gepnet.facts import Facts
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem, nearest
from gepnet.prrt.after.cumulative import (
    Against,
    OrganDose,
    against_limits,
    read_doses,
    to_mci,
    total_activity,
)
from gepnet.prrt.given import GivenCycle
from gepnet.record import Record
from gepnet.vocabulary import Interval, Question


def cumulative_view(
    record: Record, base: KnowledgeBase, question: Question | None = None, doses: Path | None = None
) -> dict[str, Any]:
    """Return the activity given so far, organ doses where known, and advisory limits.

    Raises:
        InputError: for a bad date or a bad file of doses.
    """
    facts = facts_of(record, base, question)
    today = facts.at.last
    cycles = [
        GivenCycle(cycle.cycle, cycle.date.first, cycle.activity_gbq)
        for cycle in record.cycles
        if cycle.date.last <= today
    ]
    activity = activity_given(facts)
    count = facts["prrt_cycles"].value
    number = int(count.low) if isinstance(count, Interval) and count.is_point else 0
    organ = [] if doses is None else _doses_of(record, doses)
    against = against_limits(activity, number, organ, base.knowledge.advisory_limits)
    return {
        "patient": record.patient,
        "at": str(facts.at),
        "cycles": [
            {
                "cycle": cycle.number,
                "date": cycle.day.isoformat(),
                "activity_gbq": float(cycle.activity_gbq),
                "sum_gbq": float(total_activity(cycles[: place + 1])),
            }
            for place, cycle in enumerate(cycles)
        ],
        "number": number or None,
        "total_gbq": None if activity is None else float(activity),
        "total_mci": in_mci(activity, base),
        "limits": [against_view(one) for one in against],
    }


def activity_given(facts: Facts) -> Decimal | None:
    """Return the activity given so far in GBq, or None where it is not known."""
    value = facts["prrt_cumulative_activity_gbq"].value
    return value.low if isinstance(value, Interval) and value.is_point else None


def in_mci(gbq: Decimal | None, base: KnowledgeBase) -> float | None:
    """Return an activity in mCi, to a tenth."""
    return None if gbq is None else round(float(to_mci(gbq, base.knowledge.measures)), 1)


def against_view(one: Against) -> dict[str, Any]:
    """Return a total beside a limit as plain data."""
    limit = one.limit
    return {
        "id": limit.id,
        "label": limit.label,
        "profile": limit.profile,
        "limit": float(limit.value),
        "unit": limit.unit,
        "total": None if one.total is None else float(one.total),
        "left": None if one.left is None else float(one.left),
        "standing": one.standing,
        "note": one_line(limit.note),
        "source": limit.source,
        "locator": limit.locator,
        "verification": limit.verification,
    }


def _doses_of(record: Record, path: Path) -> list[OrganDose]:
    doses = read_doses(path)
    own = [dose for dose in doses if dose.patient == record.patient]
    if doses and not own:
        names = sorted({dose.patient for dose in doses})
        expected = f"doses of {record.patient}; the file has {', '.join(names)}"
        close = nearest(record.patient, names)
        raise InputError([Problem(str(path), None, "", "patient_id", "", expected, close)])
    return own


def one_line(text: str | None) -> str | None:
    """Return text on one line."""
    return None if text is None else " ".join(text.split())

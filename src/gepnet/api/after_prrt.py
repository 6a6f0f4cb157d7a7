"""After a PRRT course: another course by each document, totals against limits, monitoring."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from gepnet.api.assessing import assess_record, facts_of
from gepnet.api.course_plan import profile_of, statements
from gepnet.criteria import facts_of as criteria_facts
from gepnet.facts import Facts, show
from gepnet.guidelines import Assessment, KnowledgeBase
from gepnet.knowledge import InputError, Problem, nearest
from gepnet.measures import cockcroft_gault
from gepnet.prrt.after.cumulative import (
    Against,
    OrganDose,
    against_limits,
    read_doses,
    to_mci,
    total_activity,
)
from gepnet.prrt.after.due import next_due
from gepnet.prrt.after.kidney import (
    Refused,
    Slope,
    against_references,
    clearances,
    slope,
)
from gepnet.prrt.after.marrow import signal
from gepnet.prrt.after.retreatment import BENEFIT_FACTS, Reading, read, totals_with
from gepnet.prrt.after.samples import Sample, samples_of, since
from gepnet.prrt.given import GivenCycle, course_given
from gepnet.prrt.plan import Settings, settings_of
from gepnet.record import Record
from gepnet.vocabulary import Interval, PartialDate, Value, exact, parse_date

RETREATMENT = "prrt_retreatment"
LABEL_RULE = "beyond-four-doses-rlt"
_WORDS = {True: "met", False: "not met", None: "open"}


def retreatment_view(
    record: Record,
    base: KnowledgeBase,
    at: str | None = None,
    doses: Path | None = None,
    knowledge_date: datetime.date | None = None,
) -> dict[str, Any]:
    """Return what each text asks of another course and what the record says to it.

    Args:
        record: the patient.
        base: the knowledge.
        at: date of the question; default: the record's own, else today.
        doses: organ doses of earlier cycles as CSV.
        knowledge_date: documents in force on this day; default: today.

    Raises:
        InputError: for a bad date or a bad file of doses.
    """
    assessment = assess_record(record, base, at, knowledge_date)
    facts = assessment.facts
    settings = settings_of(base.knowledge.measures)
    given = _activity(facts)
    cycle = _cycle_activity(base, record)
    totals = totals_with(
        given, cycle, settings.retreatment_cycles_shown, base.knowledge.advisory_limits
    )
    return {
        "patient": record.patient,
        "at": str(facts.at),
        "benefit": [_benefit(name, facts, base) for name in BENEFIT_FACTS],
        "documents": _positions(assessment, base),
        "not_read": [
            document.id
            for document in (d.document for d in assessment.documents.values())
            if _status(assessment, document.id) == "not_read"
        ],
        "rules": [
            {
                "id": rule.entry.id,
                "label": rule.entry.label,
                **_reading(read(rule.when, rule.when_broad, facts, base.vocabulary), base),
                "note": _line(rule.entry.note),
                "source": rule.entry.source,
                "locator": rule.entry.locator,
                "verification": rule.entry.verification,
            }
            for rule in base.retreatment
        ],
        "label": _label(assessment),
        "checks": _checks(assessment, base, settings),
        "lifetime": {
            "given_gbq": None if given is None else float(given),
            "given_mci": _mci(given, base),
            "cycle_gbq": float(cycle),
            "after": [
                {
                    "further_cycles": count,
                    "total_gbq": None if total is None else float(total),
                    "total_mci": _mci(total, base),
                    "limits": [_against(one) for one in limits],
                }
                for count, total, limits in totals
            ],
        },
        "cumulative": cumulative_view(record, base, str(facts.at), doses),
    }


def cumulative_view(
    record: Record, base: KnowledgeBase, at: str | None = None, doses: Path | None = None
) -> dict[str, Any]:
    """Return the activity given so far, organ doses where known, and advisory limits.

    Raises:
        InputError: for a bad date or a bad file of doses.
    """
    facts = facts_of(record, base, at)
    today = facts.at.last
    cycles = [
        GivenCycle(cycle.cycle, cycle.date.first, cycle.activity_gbq)
        for cycle in record.cycles
        if cycle.date.last <= today
    ]
    activity = _activity(facts)
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
        "total_mci": _mci(activity, base),
        "limits": [_against(one) for one in against],
    }


def monitoring_view(
    record: Record,
    base: KnowledgeBase,
    at: str | None = None,
    profiles: Sequence[str] = (),
    labs: Path | None = None,
) -> dict[str, Any]:
    """Return kidney slope, marrow signals, counts over time and the next dates after a course.

    Args:
        record: the patient.
        base: the knowledge.
        at: date of the question; default: the record's own, else today.
        profiles: only the dates of these.
        labs: more values of the patient, as the laboratory CSV of ``gepnet labs grade``.

    Raises:
        InputError: for a bad date, an unknown profile or a bad file.
    """
    facts = facts_of(record, base, at)
    today = facts.at.last
    settings = settings_of(base.knowledge.measures)
    samples = samples_of(record, today)
    if labs is not None:
        _add_labs(samples, record, base, labs, today)
    first, last = _dose(facts, "prrt_first_dose_date"), _dose(facts, "prrt_last_dose_date")
    baseline = None if first is None else first.first
    points, left_out = clearances(
        samples, _clearance(record, base), settings.kidney_slope.weight_within_days
    )
    if baseline is not None:
        before = [point for point in points if point.day <= baseline]
        points = before[-1:] + [point for point in points if point.day > baseline]
    found = slope(points, settings.kidney_slope)
    series = {name: since(values, baseline) for name, values in samples.items()}
    return {
        "patient": record.patient,
        "at": str(facts.at),
        "first_dose": None if first is None else str(first),
        "last_dose": None if last is None else str(last),
        "kidney": {
            "clearances": [
                {"date": p.day.isoformat(), "ml_min": round(float(p.value), 1), "how": p.how}
                for p in points
            ],
            "left_out": [{"date": x.day.isoformat(), "reason": x.reason} for x in left_out],
            **_slope(found, base),
        },
        "marrow": [
            {
                "id": result.signal.id,
                "label": result.signal.label,
                "signal": {True: "yes", False: "no", None: "open"}[result.truth],
                "because": list(result.because),
                "missing": list(result.missing),
                "action": result.signal.action,
                "note": _line(result.signal.note),
                "source": result.signal.source,
                "locator": result.signal.locator,
                "verification": result.signal.verification,
            }
            for rule in base.knowledge.marrow_signals
            for result in [signal(rule, series, settings.signal_least_samples)]
        ],
        "risks": [
            {
                "id": risk.id,
                "label": risk.label,
                "value": show(facts[risk.fact].value),
                "disputed": risk.disputed,
                "note": _line(risk.note),
                "source": risk.source,
                "locator": risk.locator,
                "verification": risk.verification,
            }
            for risk in base.knowledge.marrow_risks
        ],
        "statements": statements(base, settings.monitoring_statements),
        "series": {
            name: [_sample(sample) for sample in series[name]]
            for name in _analytes(base)
            if name in series
        },
        **_due(record, base, last, samples, today, profiles, settings),
        "notices": _monitoring_notices(record, first, last, today),
    }


def _add_labs(
    samples: dict[str, list[Sample]],
    record: Record,
    base: KnowledgeBase,
    path: Path,
    today: datetime.date,
) -> None:
    """Add the values of a laboratory file; a value of the record for the same day stays."""
    from gepnet.io.laboratory import read_laboratory

    rows = read_laboratory(path, base.vocabulary)
    own = [row for row in rows if row.patient == record.patient]
    if rows and not own:
        names = sorted({row.patient for row in rows})
        expected = f"values of {record.patient}; the file has {', '.join(names)}"
        close = nearest(record.patient, names)
        raise InputError([Problem(str(path), None, "", "patient_id", "", expected, close)])
    for row in own:
        day = row.date.first
        series = samples.setdefault(row.analyte, [])
        if day == row.date.last and day <= today and day not in {one.day for one in series}:
            event = f"{path.name}:{row.line}"
            series.append(Sample(day, row.analyte, row.value, row.lln, event))
    for series in samples.values():
        series.sort(key=lambda sample: sample.day)


def _activity(facts: Facts) -> Decimal | None:
    value = facts["prrt_cumulative_activity_gbq"].value
    return value.low if isinstance(value, Interval) and value.is_point else None


def _cycle_activity(base: KnowledgeBase, record: Record) -> Decimal:
    """The activity of one cycle, as the profile of the patient's region states it."""
    chosen = profile_of(base, record)
    schedules = [p.schedule for p in base.knowledge.plan_profiles if p.id == chosen]
    if not schedules or schedules[0] is None:
        expected = "a profile that states a schedule"
        file = "measures/course_plan.yaml"
        raise InputError([Problem(file, None, "", "default_profile", chosen, expected)])
    return schedules[0].activity_gbq.value


def _mci(gbq: Decimal | None, base: KnowledgeBase) -> float | None:
    return None if gbq is None else round(float(to_mci(gbq, base.knowledge.measures)), 1)


def _line(text: str | None) -> str | None:
    return None if text is None else " ".join(text.split())


def _benefit(name: str, facts: Facts, base: KnowledgeBase) -> dict[str, Any]:
    fact = facts[name]
    return {
        "fact": name,
        "label": base.vocabulary[name].entry.label,
        "months": None if fact.value is None else str(fact.value),
        "event": fact.event,
    }


def _reading(reading: Reading, base: KnowledgeBase) -> dict[str, Any]:
    return {
        "met": _WORDS[reading.truth],
        "ambiguous": reading.ambiguous,
        "missing": [base.vocabulary[name].entry.label for name in reading.missing],
        "thresholds": [
            {"fact": one.fact, "text": one.text, "met": _WORDS[one.truth]}
            for one in reading.thresholds
        ],
    }


def _status(assessment: Assessment, document: str) -> str | None:
    cells = assessment.documents[document].cells
    for row in cells:
        if row[0] == RETREATMENT:
            return str(cells[row].status.value)
    return None


def _positions(assessment: Assessment, base: KnowledgeBase) -> list[dict[str, Any]]:
    """Return the documents with a position on another course, with its thresholds."""
    found = []
    for document in assessment.documents.values():
        for item in document.document.recommendations:
            held = [p for p in item.entry.options if p.option == RETREATMENT]
            for position in held:
                cell = document.cells[RETREATMENT, position.intent]
                reading = read(item.when, item.when_broad, assessment.facts, base.vocabulary)
                found.append(
                    {
                        "document": document.document.id,
                        "title": document.document.file.document.short,
                        "entry": item.full_id,
                        "position": position.position,
                        "status": cell.status.value,
                        "possible": [status.value for status in cell.possible],
                        **_reading(reading, base),
                        "missing": [
                            base.vocabulary[name].entry.label
                            for name in assessment.facts.to_ask(cell.missing)
                        ],
                        "with": list(position.with_),
                        "note": _line(item.entry.note),
                        "source": item.entry.source,
                        "locator": _line(item.entry.locator),
                        "verification": item.entry.verification,
                    }
                )
    return found


def _label(assessment: Assessment) -> dict[str, Any] | None:
    for note in assessment.safety:
        if note.rule.entry.id == LABEL_RULE:
            entry = note.rule.entry
            return {
                "message": entry.message,
                "fires": note.fires,
                "source": entry.source,
                "verification": entry.verification,
            }
    return None


def _checks(
    assessment: Assessment, base: KnowledgeBase, settings: Settings
) -> list[dict[str, Any]]:
    """Return what is looked at again as for a first course: imaging, marrow, kidney, liver."""
    chosen = settings.retreatment_checks
    found = []
    for result in assessment.checklists:
        if result.checklist.entry.id != chosen.checklist:
            continue
        for item, state in zip(result.checklist.entry.items, result.results, strict=True):
            if item.id not in chosen.items:
                continue
            old = [
                name
                for name in criteria_facts(state.explanation.node)
                if assessment.facts[name].stale
            ]
            found.append(
                {
                    "id": item.id,
                    "label": item.label,
                    "met": {True: "met", False: "not met", None: "missing"}[state.truth],
                    "missing": [
                        base.vocabulary[name].entry.label
                        for name in assessment.facts.to_ask(state.missing)
                    ],
                    "stale": [base.vocabulary[name].entry.label for name in old],
                    "profile": result.checklist.entry.title,
                    "source": item.source,
                    "verification": item.verification,
                }
            )
    return found


def _against(one: Against) -> dict[str, Any]:
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
        "note": _line(limit.note),
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


def _dose(facts: Facts, name: str) -> PartialDate | None:
    value = facts[name].value
    return parse_date(value) if isinstance(value, str) else None


def _clearance(record: Record, base: KnowledgeBase) -> Any:
    """Return Cockcroft-Gault on a day, with the age and sex that the record gives for it."""
    known: dict[datetime.date, dict[str, Value]] = {}

    def on(day: datetime.date, weight: Decimal, creatinine: Decimal) -> Value:
        if day not in known:
            facts = facts_of(record, base, day.isoformat())
            known[day] = {name: facts[name].value for name in ("age_years", "sex")}
        values = {
            **known[day],
            "weight_kg": Interval(weight, weight),
            "creatinine_umol_l": Interval(creatinine, creatinine),
        }
        return cockcroft_gault(values, base.knowledge.measures, exact(day))

    return on


def _slope(found: Slope | Refused, base: KnowledgeBase) -> dict[str, Any]:
    if isinstance(found, Refused):
        return {"slope": None, "refused": found.reason, "references": []}
    return {
        "slope": {
            "percent_a_year": round(found.percent_a_year, 2),
            "low": round(found.low, 2),
            "high": round(found.high, 2),
            "confidence": found.confidence,
            "samples": found.samples,
            "first": found.first.isoformat(),
            "last": found.last.isoformat(),
        },
        "refused": None,
        "references": [
            {
                "id": one.reference.id,
                "label": one.reference.label,
                "fall_percent_a_year": float(one.reference.fall_percent_a_year),
                "faster": {True: "yes", False: "no", None: "open"}[one.faster],
                "source": one.reference.source,
                "locator": one.reference.locator,
                "verification": one.reference.verification,
            }
            for one in against_references(found, base.knowledge.kidney_references)
        ],
    }


def _sample(sample: Sample) -> dict[str, Any]:
    return {
        "date": sample.day.isoformat(),
        "value": float(sample.value),
        "lln": None if sample.lln is None else float(sample.lln),
        "low": {True: "yes", False: "no", None: "unknown"}[sample.low],
    }


def _analytes(base: KnowledgeBase) -> list[str]:
    names: dict[str, None] = {}
    for rule in base.knowledge.marrow_signals:
        names.update(dict.fromkeys((*rule.analytes, *filter(None, (rule.rising,)))))
    return list(names)


def _due(
    record: Record,
    base: KnowledgeBase,
    last: PartialDate | None,
    samples: dict[str, list[Sample]],
    today: datetime.date,
    profiles: Sequence[str],
    settings: Settings,
) -> dict[str, Any]:
    known = {profile.id: profile for profile in base.knowledge.plan_profiles}
    problems = [
        Problem(
            "command line",
            None,
            "",
            "profile",
            repr(name),
            f"one of {', '.join(known)}",
            nearest(name, known),
        )
        for name in profiles
        if name not in known
    ]
    if problems:
        raise InputError(problems)
    if last is None or last.first != last.last:
        reason = "no PRRT dose in the record" if last is None else f"last dose {last}: no full date"
        return {"due": [], "due_refused": reason}
    chosen = [known[name] for name in profiles] or list(known.values())
    return {
        "due": [
            {
                "profile": due.profile.id,
                "title": due.profile.title,
                "topic": due.topic,
                "label": _line(due.step.label),
                "last_sample": None if due.last_sample is None else due.last_sample.isoformat(),
                "due": due.due.isoformat(),
                "overdue": due.overdue,
                "source": due.step.source,
                "locator": due.step.locator,
                "verification": due.step.verification,
            }
            for profile in chosen
            for due in next_due(profile, last.first, samples, today, settings)
        ],
        "due_refused": None,
    }


def _monitoring_notices(
    record: Record,
    first: PartialDate | None,
    last: PartialDate | None,
    today: datetime.date,
) -> list[str]:
    found = []
    if first is None:
        found.append("No first PRRT dose in the record: every sample counts, not only later ones.")
    given = course_given(record, today)
    decided = {event.decision for event in given.releases if event.decision == "stop"}
    if given.cycles and last is not None and not decided:
        found.append(
            f"Counted from the last dose so far, cycle {given.cycles[-1].number} on {last}."
        )
    return found

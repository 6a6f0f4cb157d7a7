"""Kidney, blood counts and next dates after PRRT."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from gepnet.api.assessing import facts_of
from gepnet.api.course_plan_view import statements
from gepnet.api.cumulative import one_line
from gepnet.facts import Facts, show
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem, nearest
from gepnet.measures import cockcroft_gault
from gepnet.prrt.after.due import next_due
from gepnet.prrt.after.kidney import Refused, Slope, against_references, clearances, slope
from gepnet.prrt.after.marrow import signal
from gepnet.prrt.after.samples import Sample, samples_of, since
from gepnet.prrt.given import course_given
from gepnet.prrt.plan import Settings, settings_of
from gepnet.record import Record
from gepnet.vocabulary import Interval, PartialDate, Question, Value, exact, parse_date


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
        InputError: for a bad date, an unknown profile or a bad file.
    """
    facts = facts_of(record, base, question)
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
                "because": [_named(text, base) for text in result.because],
                "missing": [_named(text, base) for text in result.missing],
                "action": result.signal.action,
                "note": one_line(result.signal.note),
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
                "note": one_line(risk.note),
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
        "labels": {name: base.vocabulary[name].entry.label for name in _analytes(base)},
        **_due(record, base, last, samples, today, profiles, settings),
        "notices": _monitoring_notices(record, first, last, today),
    }


def _named(text: str, base: KnowledgeBase) -> str:
    """Return a text with each fact by its name as people say it."""
    return re.sub(
        r"[a-z0-9_]*_[a-z0-9_]+",
        lambda found: (
            base.vocabulary[found.group()].entry.label
            if found.group() in base.vocabulary
            else found.group()
        ),
        text,
    )


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


def _dose(facts: Facts, name: str) -> PartialDate | None:
    value = facts[name].value
    return parse_date(value) if isinstance(value, str) else None


def _clearance(record: Record, base: KnowledgeBase) -> Any:
    """Return Cockcroft-Gault on a day, with the age and sex that the record gives for it."""
    known: dict[datetime.date, dict[str, Value]] = {}

    def on(day: datetime.date, weight: Decimal, creatinine: Decimal) -> Value:
        if day not in known:
            facts = facts_of(record, base, Question(at=exact(day)))
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
                "label": one_line(due.step.label),
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

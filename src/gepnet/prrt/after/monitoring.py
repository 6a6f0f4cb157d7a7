"""What is watched after a course: kidney, blood counts, risks, and the next dates."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated

from gepnet.facts import Facts, show
from gepnet.knowledge import asked, refuse_all
from gepnet.knowledge.course_models import MarrowRisk, PlanProfile
from gepnet.measures import cockcroft_gault
from gepnet.prrt.after.due import Appointment, Due, next_due, timeline
from gepnet.prrt.after.kidney import ClearanceOn, Kidney, kidney_function
from gepnet.prrt.after.marrow import SignalResult, signal
from gepnet.prrt.after.samples import Sample, since
from gepnet.prrt.given import course_given
from gepnet.prrt.plan.settings import Settings
from gepnet.prrt.said import Said, statements
from gepnet.record import Record
from gepnet.rules import Rulebook
from gepnet.tables import Shown
from gepnet.vocabulary import Interval, PartialDate, Value, exact, parse_date

Samples = dict[str, list[Sample]]
FactsOn = Callable[[datetime.date], Facts]


@dataclass(frozen=True, slots=True)
class Risk:
    """What a text names as a risk, and what is known of it."""

    risk: Annotated[
        MarrowRisk, Shown(take="id label disputed note source locator verification", flat=True)
    ]
    value: str


@dataclass(frozen=True, slots=True)
class Monitoring:
    """Everything that is watched of one patient; ``labels`` are those of the counts."""

    patient: str
    at: PartialDate
    first_dose: PartialDate | None
    last_dose: PartialDate | None
    kidney: Kidney
    marrow: list[SignalResult]
    risks: list[Risk]
    statements: list[Said]
    series: Samples
    labels: dict[str, str]
    due: list[Due]
    timeline: list[Appointment]
    due_refused: str | None
    notices: list[str]


def monitor(
    record: Record,
    facts: Facts,
    samples: Samples,
    book: Rulebook,
    facts_on: FactsOn,
    in_force: Collection[str],
    profiles: Sequence[str] = (),
) -> Monitoring:
    """Return kidney slope, marrow signals, counts over time and the next dates after a course.

    Args:
        record: the patient.
        facts: of the patient, as of the date of the question.
        samples: the values of the patient up to that date, by analyte, oldest first.
        book: the knowledge.
        facts_on: gives the facts of the patient on another day.
        in_force: the documents whose word counts.
        profiles: only the dates of these; by default of all.

    Raises:
        InputError: for an unknown profile.
    """
    knowledge, today = book.knowledge, facts.at.last
    settings = Settings.read(knowledge.measures)
    first, last = dose(facts, "prrt_first_dose_date"), dose(facts, "prrt_last_dose_date")
    day = None if first is None else first.first
    series = {name: since(values, day) for name, values in samples.items()}
    analytes = dict.fromkeys(
        name
        for rule in knowledge.marrow_signals
        for name in (*rule.analytes, rule.rising)
        if name is not None
    )
    signals = (
        signal(rule, series, settings.signal_least_samples) for rule in knowledge.marrow_signals
    )
    chosen = _profiles(profiles, {profile.id: profile for profile in knowledge.plan_profiles})
    due: list[Due] = []
    dates: list[Appointment] = []
    refused = None if last is not None else "no PRRT dose in the record"
    if last is not None and last.first != last.last:
        refused = f"last dose {last}: no full date"
    elif last is not None:
        for profile in chosen:
            due += next_due(profile, last.first, samples, today, settings)
            dates += timeline(profile, last.first, samples, today, settings)
    return Monitoring(
        patient=record.patient,
        at=facts.at,
        first_dose=first,
        last_dose=last,
        kidney=kidney_of(facts, samples, book, facts_on),
        marrow=[_named(found, book) for found in signals],
        risks=[Risk(risk, show(facts[risk.fact].value)) for risk in knowledge.marrow_risks],
        statements=statements(settings.monitoring_statements, knowledge, in_force),
        series={name: series[name] for name in analytes if name in series},
        labels={name: book.vocabulary[name].entry.label for name in analytes},
        due=due,
        timeline=dates,
        due_refused=refused,
        notices=list(_notices(record, first, last, today)),
    )


def kidney_of(facts: Facts, samples: Samples, book: Rulebook, facts_on: FactsOn) -> Kidney:
    """Return clearances from the last one before the course on, with their slope."""
    first = dose(facts, "prrt_first_dose_date")
    return kidney_function(
        samples,
        None if first is None else first.first,
        _clearance(book, facts_on),
        Settings.read(book.knowledge.measures).kidney_slope,
        book.knowledge.kidney_references,
    )


def dose(facts: Facts, name: str) -> PartialDate | None:
    """Return the date of a dose."""
    value = facts[name].value
    return parse_date(value) if isinstance(value, str) else None


def _clearance(book: Rulebook, facts_on: FactsOn) -> ClearanceOn:
    """Return Cockcroft-Gault on a day, with the age and sex that the record gives for it."""
    known: dict[datetime.date, dict[str, Value]] = {}

    def on(day: datetime.date, weight: Decimal, creatinine: Decimal) -> Value:
        if day not in known:
            facts = facts_on(day)
            known[day] = {name: facts[name].value for name in ("age_years", "sex")}
        values = {
            **known[day],
            "weight_kg": Interval(weight, weight),
            "creatinine_umol_l": Interval(creatinine, creatinine),
        }
        return cockcroft_gault(values, book.knowledge.measures, exact(day))

    return on


def _named(found: SignalResult, book: Rulebook) -> SignalResult:
    """Return a signal whose texts name each fact as people say it."""

    def label(match: re.Match[str]) -> str:
        name = match.group()
        return book.vocabulary[name].entry.label if name in book.vocabulary else name

    def named(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(re.sub(r"[a-z0-9_]*_[a-z0-9_]+", label, text) for text in texts)

    return replace(found, because=named(found.because), missing=named(found.missing))


def _profiles(names: Sequence[str], known: Mapping[str, PlanProfile]) -> list[PlanProfile]:
    told = f"one of {', '.join(known)}"
    refuse_all(asked("profile", repr(name), told, known) for name in names if name not in known)
    return [known[name] for name in names] or list(known.values())


def _notices(
    record: Record, first: PartialDate | None, last: PartialDate | None, today: datetime.date
) -> Iterator[str]:
    if first is None:
        yield "No first PRRT dose in the record: every sample counts, not only later ones."
    given = course_given(record, today)
    stopped = any(event.decision == "stop" for event in given.releases)
    if given.cycles and last is not None and not stopped:
        yield f"Counted from the last dose so far, cycle {given.cycles[-1].number} on {last}."

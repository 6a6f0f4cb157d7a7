"""Charts of one patient: timeline, laboratory values and kidney function."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from gepnet.api.assessing import facts_of, read_patient
from gepnet.api.chart_inputs import only, read_events
from gepnet.api.laboratory import samples
from gepnet.api.monitoring import monitoring_view
from gepnet.charts import (
    Chart,
    GradeBand,
    KidneyData,
    KidneyPoint,
    KidneySlope,
    LabData,
    LabPanel,
    LabPoint,
    TimelineBar,
    TimelineData,
    TimelineMark,
    kidney,
    labs,
    timeline,
)
from gepnet.facts import show
from gepnet.guidelines import KnowledgeBase
from gepnet.io.laboratory import LabRow, read_laboratory
from gepnet.knowledge import InputError, Problem, nearest
from gepnet.measures.ctcae import Edition, bands, edition, grade
from gepnet.record import Observation, Progression, Record, Treatment
from gepnet.vocabulary import Interval, PartialDate, unit_words

PATIENT_FILES = (".yaml", ".yml", ".json")
DAYS_A_YEAR = 365.25
#: Kinds of event in the lanes of a timeline, with the fact that says most of each, if recorded.
LANES = {
    "pathology": ("ki67_percent", "grade_reported", "differentiation"),
    "sstr_imaging": ("sstr_uptake_vs_liver", "sstr_result"),
    "fdg_imaging": ("fdg_vs_sstr_worst", "fdg_result"),
    "stage": ("stage", "resectability"),
    "laboratory": (),
    "response": ("response",),
}


# --- timeline ------------------------------------------------------------------------------------


def timeline_chart(base: KnowledgeBase, source: Path, at: str | None = None) -> Chart:
    """Return the course of the patient of a patient file.

    Raises:
        InputError: with every problem of the file, or if it has no dated event.
    """
    record = read_patient(source, base)
    until = facts_of(record, base, at).at.last
    bars, undated = _bars(base, record, until)
    marks: list[TimelineMark] = []
    for event in record.events:
        if not isinstance(event, Observation) or event.withdrawn or event.kind not in LANES:
            continue
        if event.date is None:
            undated.append(event.kind.replace("_", " "))
        elif event.date.first <= until:
            text = _said(base, event)
            lane = event.kind.replace("_", " ").replace("sstr", "SSTR").replace("fdg", "FDG")
            marks.append(TimelineMark(lane, event.date.first, text, _rough(event.date)))
    order = {name.replace("_", " ").casefold(): n for n, name in enumerate(LANES)}
    marks.sort(key=lambda m: (order[m.lane.casefold()], m.day))
    cycles = tuple(
        TimelineMark("PRRT cycles", c.date.first, str(c.cycle), _rough(c.date))
        for c in record.cycles
        if c.date.first <= until
    )
    found = [e for e in record.events if isinstance(e, Progression) and not e.withdrawn]
    progressions = tuple(
        TimelineMark("progression", e.date.first, _progressed(base, e), _rough(e.date))
        for e in found
        if e.date is not None and e.types and e.date.first <= until
    )
    if not (bars or marks or cycles or progressions):
        expected = "at least one dated event"
        raise InputError([Problem(str(source), None, "", "events", "", expected)])
    data = TimelineData(
        record.patient, until, tuple(bars), cycles, tuple(marks), progressions, tuple(undated)
    )
    return timeline(data)


def _bars(
    base: KnowledgeBase, record: Record, until: datetime.date
) -> tuple[list[TimelineBar], list[str]]:
    bars: list[TimelineBar] = []
    undated: list[str] = []
    for course in record.treatments:
        label = base.options[course.option].label
        if course.start is None:
            undated.append(label)
            continue
        if course.start.first > until:
            continue
        known_stop = course.stop is not None and course.stop.first <= until
        stop = course.stop.last if course.stop is not None and known_stop else None
        rough = _rough(course.start) or (course.stop is not None and _rough(course.stop))
        bars.append(TimelineBar(label, course.start.first, stop, _outcome(course), rough))
    return bars, undated


def _outcome(course: Treatment) -> str:
    parts: list[str] = [course.best_response or ""]
    if course.stop_reason and course.stop_reason != "completed":
        parts.append(f"stopped: {course.stop_reason}")
    return ", ".join(part.replace("_", " ") for part in parts if part)


def _rough(date: PartialDate) -> bool:
    return date.first != date.last


def _said(base: KnowledgeBase, event: Observation) -> str:
    for name in LANES[event.kind]:
        value = event.values.get(name)
        if value is None:
            continue
        fact = base.vocabulary[name]
        unit = f" {unit_words(fact.entry.unit)}" if fact.entry.unit else ""
        label = "Ki-67 " if name == "ki67_percent" else ""
        return f"{label}{show(value).replace('_', ' ')}{unit}"
    return ""


def _progressed(base: KnowledgeBase, event: Progression) -> str:
    words = [
        kind.replace("radiological_recist", "RECIST").replace("_", " ") for kind in event.types
    ]
    on = [base.options[name].label if name in base.options else name for name in event.on]
    return ", ".join(words) + (f", on {' and '.join(on)}" if on else "")


# --- laboratory ----------------------------------------------------------------------------------


def labs_chart(
    base: KnowledgeBase,
    source: Path,
    patient: str | None = None,
    ctcae: str = "5",
    analytes: Sequence[str] = (),
    events: Path | None = None,
    baseline_date: datetime.date | None = None,
) -> Chart:
    """Return the values of one patient with grade bands, from a laboratory CSV or a patient file.

    Grades are those of ``gepnet labs grade``. In a patient file the latest sample up to the first
    cycle is the baseline; for a CSV ``events`` gives the cycles.

    Raises:
        InputError: with every problem of the files, or if a patient has to be chosen.
    """
    if source.suffix in PATIENT_FILES:
        record = read_patient(source, base)
        name, rows = record.patient, _rows_of(record)
        cycles = tuple(c.date.first for c in record.cycles)
        if baseline_date is None and cycles:
            baseline_date = min(cycles)
    else:
        every = read_laboratory(source, base.vocabulary)
        name = only(source, (row.patient for row in every), patient)
        rows = [row for row in every if row.patient == name]
        happened = read_events(events)
        cycles = tuple(e.day for e in happened if e.patient == name and e.event == "cycle")
    chosen = edition(base.knowledge.measures, ctcae)
    shown = _analytes(base, source, rows, analytes)
    panels = []
    graded = list(samples(rows, base, None if _marked(rows) else baseline_date))
    for analyte in shown:
        own = [(row, sample) for row, sample in graded if row.analyte == analyte]
        panels.append(_panel(base, analyte, own, chosen))
    data = LabData(name, tuple(panels), cycles, f"CTCAE {chosen.edition}")
    return labs(data)


def _marked(rows: Iterable[LabRow]) -> bool:
    return any(row.is_baseline or row.baseline is not None for row in rows)


def _rows_of(record: Record) -> list[LabRow]:
    """Return the exact, fully dated values of a record, oldest first."""
    rows = []
    for event in record.events:
        if not isinstance(event, Observation) or event.kind != "laboratory" or event.withdrawn:
            continue
        if event.date is None or _rough(event.date):
            continue
        for analyte, value in event.values.items():
            if not isinstance(value, Interval) or not value.is_point:
                continue
            limits = event.limits.get(analyte)
            lln, uln = (None, None) if limits is None else (limits.lln, limits.uln)
            rows.append(LabRow(0, record.patient, event.date, analyte, value.low, lln, uln))
    rows.sort(key=lambda row: row.date.first)
    return rows


def _analytes(
    base: KnowledgeBase, source: Path, rows: Sequence[LabRow], wanted: Sequence[str]
) -> list[str]:
    there = list(dict.fromkeys(row.analyte for row in rows))
    wrong = [name for name in wanted if name not in there]
    if wrong or not there:
        expected = f"an analyte of {source.name} ({', '.join(there)})" if there else "values"
        raise InputError(
            Problem("command line", None, "", "analyte", name, expected, nearest(name, there))
            for name in wrong or [""]
        )
    if wanted:
        return list(wanted)
    first = [n for n in base.knowledge.measures["charts"]["laboratory"]["first"] if n in there]
    return first or there


def _panel(
    base: KnowledgeBase, analyte: str, rows: Sequence[tuple[LabRow, Any]], chosen: Edition
) -> LabPanel:
    fact = base.vocabulary[analyte]
    terms = [term for term in chosen.of(analyte) if term.grades]
    points = []
    for row, sample in rows:
        grades = [grade(term, sample, chosen.edition).grade for term in terms]
        known = [g for g in grades if g is not None]
        mine = max(known) if known and len(known) == len(grades) else None
        points.append(LabPoint(row.date.first, float(row.value), mine, sample.before_treatment))
    last = rows[-1][0]
    found = [band for term in terms for band in bands(term, last.lln, last.uln)]
    return LabPanel(
        fact.entry.label,
        unit_words(fact.entry.unit),
        tuple(points),
        tuple(GradeBand(b.grade, _float(b.low), _float(b.high)) for b in found),
        _float(last.lln),
        _float(last.uln),
        falls=any(term.direction == "low" for term in terms),
    )


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


# --- kidney --------------------------------------------------------------------------------------


def kidney_chart(
    base: KnowledgeBase, source: Path, at: str | None = None, more: Path | None = None
) -> Chart:
    """Return the clearances of a patient file with their yearly change.

    The slope and its interval are those of ``gepnet prrt monitoring``; the line is drawn through
    the mean of the logarithms, as a least-squares line runs, and the band is what the interval of
    the slope leaves open around it.

    Raises:
        InputError: with every problem of the files, or if there is no clearance.
    """
    record = read_patient(source, base)
    view = monitoring_view(record, base, at, labs=more)["kidney"]
    values = [(datetime.date.fromisoformat(c["date"]), c["ml_min"]) for c in view["clearances"]]
    if not values:
        reasons = "; ".join(sorted({item["reason"] for item in view["left_out"]}))
        expected = f"at least one clearance{f' ({reasons})' if reasons else ''}"
        raise InputError([Problem(str(source), None, "", "creatinine", "", expected)])
    start = values[0][0]
    points = tuple(KidneyPoint((day - start).days / DAYS_A_YEAR, value) for day, value in values)
    found = view["slope"]
    slope = None
    if found is not None:
        curve = _curve(points, found["percent_a_year"], found["low"], found["high"])
        slope = KidneySlope(
            found["percent_a_year"], found["low"], found["high"], found["confidence"], curve
        )
    cycles = [(c.date.first - start).days / DAYS_A_YEAR for c in record.cycles]
    data = KidneyData(
        record.patient,
        base.vocabulary["creatinine_clearance_ml_min"].entry.label,
        "mL/min",
        points,
        slope,
        view["refused"],
        tuple(cycles),
    )
    return kidney(data)


def _curve(
    points: Sequence[KidneyPoint], percent: float, low: float, high: float
) -> tuple[tuple[float, float, float | None, float | None], ...]:
    mean_time = math.fsum(p.years for p in points) / len(points)
    mean_log = math.fsum(math.log(p.value) for p in points) / len(points)
    first, last = points[0].years, points[-1].years

    def at(years: float, change: float) -> float:
        return math.exp(mean_log + math.log1p(change / 100) * (years - mean_time))

    steps = 40
    curve = []
    for n in range(steps + 1):
        years = first + (last - first) * n / steps
        ends = sorted((at(years, low), at(years, high)))
        curve.append((years, at(years, percent), ends[0], ends[1]))
    return tuple(curve)

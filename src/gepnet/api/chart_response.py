"""Charts of response over time: spider, waterfall, swimmer and growth.

The response itself is assessed by ``gepnet.response``; here its results become plain data to draw.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gepnet.api.chart_inputs import (
    DatedEvent,
    months_between,
    only,
    read_events,
    read_json,
    refused,
)
from gepnet.charts import (
    Chart,
    GrowthData,
    GrowthInterval,
    SpiderData,
    SpiderLine,
    SpiderPoint,
    SwimmerData,
    SwimmerLane,
    SwimmerMark,
    WaterfallBar,
    WaterfallData,
    growth,
    spider,
    swimmer,
    waterfall,
)
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem
from gepnet.response.recist import (
    Patient,
    Role,
    Rules,
    assess,
    read_options,
    read_patients,
    read_rules,
)
from gepnet.response.recist.sums import see, states, target_sum
from gepnet.tables import plain

View = dict[str, Any]
PD = "PD"


def patients_in(base: KnowledgeBase, source: Path, patients: Path | None) -> list[Patient]:
    """Read a CSV of lesions or of responses, whichever its header says."""
    rules = read_rules(base.knowledge.measures)
    lesions, responses = (source, None) if _has_lesions(source) else (None, source)
    return list(read_patients(rules, lesions, responses, patients))


def _has_lesions(source: Path) -> bool:
    try:
        with source.open(encoding="utf-8-sig") as file:
            header = [cell.strip() for cell in file.readline().split(",")]
    except (OSError, UnicodeDecodeError) as error:
        raise refused(source, f"a readable CSV file ({error})") from error
    return "response" not in header or "lesion_id" in header


def results_in(base: KnowledgeBase, source: Path, patients: Path | None) -> list[View]:
    """Return results as ``gepnet response recist --format json`` prints them, read or computed."""
    if source.suffix == ".json":
        return _results_read(source)
    rules = read_rules(base.knowledge.measures)
    options = read_options(rules, None)
    found = []
    for patient in patients_in(base, source, patients):
        view = plain(assess(patient, rules, options))
        head = patient.head
        view["death_date"] = None if head.death is None else head.death.isoformat()
        found.append(view)
    return found


def _results_read(source: Path) -> list[View]:
    expected = "the output of 'gepnet response recist --format json'"
    data = read_json(source, expected)
    items = data if isinstance(data, list) else [data]
    needed = {"patient_id", "timepoints", "best_overall", "best_overall_confirmed"}
    for place, item in enumerate(items):
        lacking = needed - item.keys() if isinstance(item, dict) else needed
        if lacking:
            problem = (str(source), None, f"[{place}]", ", ".join(sorted(lacking)), "", expected)
            raise InputError([Problem(*problem)])
    return items


# --- waterfall -----------------------------------------------------------------------------------


def waterfall_chart(
    base: KnowledgeBase, source: Path, patients: Path | None = None, confirmed: bool = False
) -> Chart:
    """Return the best change of each patient up to progression, and the best overall response.

    Raises:
        InputError: with every problem of the files.
    """
    limits = _limits(read_rules(base.knowledge.measures))
    best = "best_overall_confirmed" if confirmed else "best_overall"
    bars, unmeasured = [], []
    for view in results_in(base, source, patients):
        points = _until_progression(view)
        changes = [p["change_from_baseline_pct"] for p in points]
        measured = [float(change) for change in changes if change is not None]
        name = str(view["patient_id"])
        if not measured:
            unmeasured.append(name)
            continue
        # A new lesion makes progression of a bar that by its length would be none.
        new = view[best] == PD and any(p["new_lesion"] for p in points)
        bars.append(WaterfallBar(name, min(measured), str(view[best]), "N" if new else None))
    if not bars:
        raise refused(source, "at least one patient with a measured change from baseline")
    return waterfall(WaterfallData(tuple(bars), *limits, tuple(unmeasured), confirmed))


def _until_progression(view: Mapping[str, Any]) -> list[View]:
    end = view.get("progression_date")
    return [p for p in view["timepoints"] if end is None or p["date"] <= end]


def _limits(rules: Rules) -> tuple[float, float]:
    limits = rules.response
    return -float(limits.partial_response_percent.value), float(limits.progression_percent.value)


# --- spider --------------------------------------------------------------------------------------


def spider_chart(
    base: KnowledgeBase,
    source: Path,
    patient: str | None = None,
    patients: Path | None = None,
) -> Chart:
    """Return the targets of one patient and their sum over time, in percent of baseline.

    From the JSON of responses, which has no lesions, the sums of all patients are drawn.

    Raises:
        InputError: with every problem of the files, or if a patient has to be chosen.
    """
    rules = read_rules(base.knowledge.measures)
    limits = _limits(rules)
    if source.suffix == ".json":
        return spider(_sums(source, limits, patient))
    found = {p.id: p for p in patients_in(base, source, patients)}
    name = only(source, found, patient)
    chosen = found[name]
    result = plain(assess(chosen, rules, read_options(rules, None)))
    start = chosen.baseline
    if start is None or not chosen.lesions:
        raise refused(source, "lesions with their diameters")
    lines, unmeasured = _lesion_lines(chosen, rules, start)
    total = [SpiderPoint(0.0, 0.0)] + [
        SpiderPoint(months_between(start, _day(p["date"])), float(change), p["overall"])
        for p in result["timepoints"]
        if (change := p["change_from_baseline_pct"]) is not None
    ]
    lines.append(SpiderLine("sum of targets", tuple(total), is_sum=True))
    progressed = result["progression_date"]
    reason = next((p["reason"] for p in result["timepoints"] if p["date"] == progressed), None)
    months = None if progressed is None else months_between(start, _day(progressed))
    data = SpiderData(f"patient {name}", tuple(lines), *limits, months, reason, unmeasured)
    return spider(data)


def _lesion_lines(
    patient: Patient, rules: Rules, start: datetime.date
) -> tuple[list[SpiderLine], tuple[str, ...]]:
    """Return one line a target, fragments of a split lesion added up under its name."""
    seen = see(patient)
    sizes: dict[str, dict[datetime.date, int]] = {}
    organs = {row.lesion: row.organ for row in patient.lesions}
    for day in patient.dates:
        for lesion, _, value in states(seen, Role.TARGET, day, rules):
            root = seen.lineage.root(lesion)
            if value.evaluated and value.counted:
                own = sizes.setdefault(root, {})
                own[day] = own.get(day, 0) + value.size
    lines, without = [], []
    for lesion, own in sizes.items():
        baseline = own.get(start)
        if not baseline:
            without.append(lesion)
            continue
        points = [
            SpiderPoint(months_between(start, day), 100 * (size - baseline) / baseline)
            for day, size in sorted(own.items())
        ]
        lines.append(SpiderLine(f"{lesion} {organs[lesion]}", tuple(points)))
    return lines, tuple(without)


def _sums(source: Path, limits: tuple[float, float], patient: str | None) -> SpiderData:
    views = _results_read(source)
    if patient is not None:
        name = only(source, [str(v["patient_id"]) for v in views], patient)
        views = [v for v in views if v["patient_id"] == name]
    lines, without = [], []
    for view in views:
        name, start = str(view["patient_id"]), _start(view, source)
        points = [
            SpiderPoint(months_between(start, _day(p["date"])), float(change), p["overall"])
            for p in view["timepoints"]
            if (change := p["change_from_baseline_pct"]) is not None
        ]
        if points:
            lines.append(SpiderLine(name, (SpiderPoint(0.0, 0.0), *points)))
        else:
            without.append(name)
    subject = "sums of each patient" if len(lines) != 1 else f"patient {lines[0].name}"
    return SpiderData(subject, tuple(lines), *limits, unmeasured=tuple(without))


def _start(view: Mapping[str, Any], source: Path) -> datetime.date:
    for key in ("baseline_date", "reference_date"):
        if view.get(key):
            return _day(view[key])
    problem = Problem(
        str(source),
        None,
        str(view["patient_id"]),
        "reference_date",
        "",
        "a date to count from: print the results with --details",
    )
    raise InputError([problem])


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


# --- swimmer -------------------------------------------------------------------------------------


def swimmer_chart(
    base: KnowledgeBase,
    source: Path,
    patients: Path | None = None,
    events: Path | None = None,
    confirmed: bool = False,
) -> Chart:
    """Return the time of each patient from the reference date, with what happened in it.

    A lane ends with death, else with the last thing that is known; it goes on where nothing says
    that the patient was lost.

    Raises:
        InputError: with every problem of the files.
    """
    best = "best_overall_confirmed" if confirmed else "best_overall"
    happened: dict[str, list[DatedEvent]] = {}
    for item in read_events(events):
        happened.setdefault(item.patient, []).append(item)
    views = results_in(base, source, patients)
    unknown = sorted(happened.keys() - {str(view["patient_id"]) for view in views})
    if unknown and events is not None:
        problems = [
            Problem(str(events), None, "", "patient_id", name, f"a patient of {source.name}")
            for name in unknown
        ]
        raise InputError(problems)
    lanes = [_lane(view, happened.get(str(view["patient_id"]), []), best, source) for view in views]
    return swimmer(SwimmerData(tuple(lanes), "reference date"))


def _lane(view: View, happened: Sequence[DatedEvent], best: str, source: Path) -> SwimmerLane:
    start = _day(view["reference_date"]) if view.get("reference_date") else _start(view, source)
    died = [item.day for item in happened if item.event == "death"]
    if view.get("death_date"):
        died.append(_day(view["death_date"]))
    seen = [item.day for item in happened]
    seen += [_day(point["date"]) for point in view["timepoints"]]
    last = min(died) if died else max(seen, default=start)
    progressed = view.get("progression_date")
    lost = any(item.event == "last_contact" for item in happened)
    return SwimmerLane(
        str(view["patient_id"]),
        months_between(start, last),
        "death" if died else "stopped" if lost else "ongoing",
        str(view[best]),
        tuple(
            SwimmerMark(months_between(start, _day(p["date"])), str(p["overall"]))
            for p in view["timepoints"]
        ),
        tuple(months_between(start, i.day) for i in happened if i.event == "cycle"),
        None if progressed is None else months_between(start, _day(progressed)),
    )


# --- growth --------------------------------------------------------------------------------------


def growth_chart(
    base: KnowledgeBase,
    source: Path,
    patient: str | None = None,
    patients: Path | None = None,
) -> Chart:
    """Return the sum of a patient's targets and its growth rate, with the published cut-offs.

    Raises:
        InputError: with every problem of the files, or if a patient has to be chosen.
    """
    from gepnet.response.growth import growth_of, read_growth_rules

    rules = read_rules(base.knowledge.measures)
    constants = read_growth_rules(base.knowledge.measures)
    found = {p.id: p for p in patients_in(base, source, patients)}
    name = only(source, found, patient)
    chosen = found[name]
    start = chosen.baseline
    if start is None or not chosen.lesions:
        raise refused(source, "lesions with their diameters")
    rates = list(growth_of(chosen, rules, constants))
    seen = see(chosen)
    sums = [
        (months_between(start, day), total.value / 100)
        for day in chosen.dates
        if (total := target_sum(seen, day, rules)) is not None and total.complete
    ]
    before = [(months_between(start, r.start), r.sum_start / 100) for r in rates if r.start < start]
    intervals = tuple(
        GrowthInterval(
            months_between(start, rate.start),
            months_between(start, rate.end),
            float(rate.rate),
            None
            if rate.doubling_days is None
            else float(rate.doubling_days) / float(constants.month_days.value),
            ", ".join(rate.names),
        )
        for rate in rates
        if rate.rate is not None
    )
    return growth(GrowthData(f"patient {name}", (*before, *sums), intervals, _cutoffs(constants)))


def _cutoffs(constants: Any) -> tuple[tuple[str, float], ...]:
    found: Iterable[Any] = constants.cut_offs
    limits = {
        float(cut.at_least if cut.at_least is not None else cut.above): f"{cut.name}, {cut.source}"
        for cut in found
    }
    return tuple((name, value) for value, name in sorted(limits.items()))

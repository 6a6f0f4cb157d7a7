"""Pictures from files: each kind is declared once, with its file, its options and its maker."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gepnet.api.assessing import facts_of, read_patient
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem, asked, need, refuse, write_atomically
from gepnet.tables import check_ending, read_grid
from gepnet.vocabulary import Question

if TYPE_CHECKING:
    from gepnet.charts import Chart
    from gepnet.io.laboratory import LabRow
    from gepnet.response.recist import AnyResult, Patient

#: Formats by the end of the file's name.
CHART_FORMATS = (".svg", ".png", ".pdf")
PATIENT_FILES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class ChartRequest:
    """What to draw of a file; what a kind has no use for is refused.

    ``patient`` chooses one of several, ``patients`` is the CSV of reference dates and deaths,
    ``events`` that of cycles, deaths and last contacts, ``labs`` more laboratory values.
    """

    patient: str | None = None
    patients: Path | None = None
    events: Path | None = None
    labs: Path | None = None
    at: str | None = None
    cycle: int | None = None
    confirmed: bool = False
    linear: bool = False
    ctcae: str | None = None
    analytes: tuple[str, ...] = ()
    baseline_date: datetime.date | None = None


@dataclass(frozen=True)
class ChartKind:
    """A kind of chart: what its file is, which fields of a request it uses, what makes it."""

    file: str
    uses: tuple[str, ...]
    make: Callable[[KnowledgeBase, Path, ChartRequest], Chart]


def _spider(base: KnowledgeBase, source: Path, asked: ChartRequest) -> Chart:
    from gepnet.charts.spider import spider, spider_of_patient, spider_of_results
    from gepnet.response.recist import assess, read_options, read_rules

    rules = read_rules(base.knowledge.measures)
    if source.suffix == ".json":
        results = _dated(_results(base, source, None), source)
        if asked.patient is not None:
            name = _only(source, [result.patient for result in results], asked.patient)
            results = [result for result in results if result.patient == name]
        return spider(spider_of_results(results, rules))
    patient = _one_patient(base, source, asked)
    result = assess(patient, rules, read_options(rules, None))
    return spider(spider_of_patient(patient, result, rules))


def _waterfall(base: KnowledgeBase, source: Path, asked: ChartRequest) -> Chart:
    from gepnet.charts.waterfall import waterfall, waterfall_of
    from gepnet.response.recist import read_rules

    limits = read_rules(base.knowledge.measures).response
    data = waterfall_of(_results(base, source, asked.patients), limits, asked.confirmed)
    if not data.bars:
        raise _refused(source, "at least one patient with a measured change from baseline")
    return waterfall(data)


def _swimmer(base: KnowledgeBase, source: Path, asked: ChartRequest) -> Chart:
    from gepnet.charts.swimmer import swimmer, swimmer_of
    from gepnet.io.dated_events import read_dated_events

    events = read_dated_events(asked.events)
    results = _results(base, source, asked.patients)
    unknown = sorted({event.patient for event in events} - {r.patient for r in results})
    if unknown:
        expected = f"a patient of {source.name}"
        raise InputError(
            Problem(str(asked.events), None, "", "patient_id", name, expected) for name in unknown
        )
    return swimmer(swimmer_of(_dated(results, source), events, asked.confirmed))


def _growth(base: KnowledgeBase, source: Path, asked: ChartRequest) -> Chart:
    from gepnet.charts.growth import growth, growth_of_patient
    from gepnet.response.growth import read_growth_rules
    from gepnet.response.recist import read_rules

    measures = base.knowledge.measures
    patient = _one_patient(base, source, asked)
    return growth(growth_of_patient(patient, read_rules(measures), read_growth_rules(measures)))


def _timeline(base: KnowledgeBase, source: Path, asked: ChartRequest) -> Chart:
    from gepnet.charts.timeline import timeline, timeline_of

    record = read_patient(source, base)
    until = facts_of(record, base, Question.read(asked.at)).at.last
    data = timeline_of(record, until, base.options, base.vocabulary)
    if not (data.bars or data.marks or data.cycles or data.progressions):
        raise InputError([Problem(str(source), None, "", "events", "", "at least one dated event")])
    return timeline(data)


def _labs(base: KnowledgeBase, source: Path, asked: ChartRequest) -> Chart:
    """Draw a laboratory file or a patient file, with the grades of ``gepnet labs grade``.

    In a patient file the latest sample up to the first cycle is the baseline; for a CSV the file
    of events gives the cycles.
    """
    from gepnet.charts.labs import labs, labs_of
    from gepnet.io.dated_events import read_dated_events
    from gepnet.io.laboratory import read_laboratory, recorded_values
    from gepnet.io.laboratory_grades import names_baselines, samples
    from gepnet.measures.ctcae import edition

    baseline_date = asked.baseline_date
    rows: Sequence[LabRow]
    if source.suffix in PATIENT_FILES:
        record = read_patient(source, base)
        name, rows = record.patient, recorded_values(record)
        cycles = [cycle.date.first for cycle in record.cycles]
        baseline_date = baseline_date or min(cycles, default=None)
    else:
        every = read_laboratory(source, base.vocabulary)
        name = _only(source, (row.patient for row in every), asked.patient)
        rows = [row for row in every if row.patient == name]
        happened = read_dated_events(asked.events)
        cycles = [e.day for e in happened if e.patient == name and e.event == "cycle"]
    shown = _analytes(base, source, rows, asked.analytes)
    graded = samples(rows, base.vocabulary, None if names_baselines(rows) else baseline_date)
    chosen = edition(base.knowledge.measures, asked.ctcae or "5")
    return labs(labs_of(name, graded, shown, chosen, base.vocabulary, cycles))


def _kidney(base: KnowledgeBase, source: Path, asked: ChartRequest) -> Chart:
    from gepnet.api.after import kidney_function
    from gepnet.charts.kidney import kidney, kidney_of

    record = read_patient(source, base)
    found = kidney_function(record, base, Question.read(asked.at), asked.labs)
    if not found.clearances:
        reasons = "; ".join(sorted({item.reason for item in found.left_out}))
        expected = f"at least one clearance{f' ({reasons})' if reasons else ''}"
        raise InputError([Problem(str(source), None, "", "creatinine", "", expected)])
    measure = base.vocabulary["creatinine_clearance_ml_min"].entry.label
    cycles = (cycle.date.first for cycle in record.cycles)
    return kidney(kidney_of(record.patient, found, measure, cycles))


def _dosimetry(base: KnowledgeBase, source: Path, asked: ChartRequest) -> Chart:
    need("numpy", "numbers")
    from gepnet.api.dosimetry import dose_report
    from gepnet.charts.dosimetry import dosimetry, dosimetry_of

    report = dose_report(base, source)
    name = _only(source, (curve.patient_id for curve in report.curves or ()), asked.patient)
    own = [curve for curve in report.curves or () if curve.patient_id == name]
    cycles = sorted({curve.cycle for curve in own})
    cycle = cycles[0] if asked.cycle is None and len(cycles) == 1 else asked.cycle
    if cycle not in cycles:
        expected = f"one cycle, by --cycle ({', '.join(map(str, cycles))})"
        told = "" if cycle is None else str(cycle)
        raise InputError([Problem(str(source), None, name, "cycle", told, expected)])
    curves = (curve for curve in own if curve.cycle == cycle)
    level = report.settings.confidence
    return dosimetry(dosimetry_of(f"{name}, cycle {cycle}", curves, level, not asked.linear))


def _forest(base: KnowledgeBase, source: Path, asked: ChartRequest) -> Chart:
    from gepnet.charts.forest import forest, forest_of
    from gepnet.response.fit import read_model

    need("numpy", "numbers")
    return forest(forest_of(read_model(source)))


def _calibration(base: KnowledgeBase, source: Path, asked: ChartRequest) -> Chart:
    from gepnet.charts.calibration import calibration, calibration_of
    from gepnet.response.fit import read_model

    need("numpy", "numbers")
    return calibration(calibration_of(read_model(source)))


#: Every kind of chart that is drawn from a file.
CHART_KINDS = {
    "spider": ChartKind(
        "CSV of lesions of one patient, or JSON of 'response recist'",
        ("patient", "patients"),
        _spider,
    ),
    "waterfall": ChartKind(
        "CSV of lesions, or JSON of 'response recist'", ("patients", "confirmed"), _waterfall
    ),
    "swimmer": ChartKind(
        "CSV of lesions or of responses, or JSON of 'response recist --details'",
        ("patients", "events", "confirmed"),
        _swimmer,
    ),
    "growth": ChartKind("CSV of lesions of one patient", ("patient", "patients"), _growth),
    "timeline": ChartKind("patient file", ("at",), _timeline),
    "labs": ChartKind(
        "laboratory CSV, or patient file",
        ("patient", "events", "ctcae", "analytes", "baseline_date"),
        _labs,
    ),
    "kidney": ChartKind("patient file", ("at", "labs"), _kidney),
    "dosimetry": ChartKind("time-activity CSV", ("patient", "cycle", "linear"), _dosimetry),
    "forest": ChartKind("model of 'response fit'", (), _forest),
    "calibration": ChartKind("model of 'response fit'", (), _calibration),
}


def draw_chart(
    base: KnowledgeBase, kind: str, source: Path, request: ChartRequest | None = None
) -> Chart:
    """Return a chart of a file.

    Args:
        base: the knowledge.
        kind: one of ``CHART_KINDS``.
        source: the file to draw.
        request: what to draw of it.

    Raises:
        InputError: for an unknown kind, an option that it has no use for, or a fault of the file.
    """
    chosen = request or ChartRequest()
    if kind not in CHART_KINDS:
        raise refuse("kind", kind, f"one of {', '.join(CHART_KINDS)}", CHART_KINDS)
    uses = CHART_KINDS[kind].uses
    names = ", ".join(uses).replace("_", "-") or "no option"
    expected = f"only what '{kind}' has a use for ({names})"
    useless = [
        asked(name.replace("_", "-"), value, expected)
        for name, value in vars(chosen).items()
        if value and name not in uses
    ]
    if useless:
        raise InputError(useless)
    need("matplotlib", "plots")
    return CHART_KINDS[kind].make(base, source, chosen)


def _results(base: KnowledgeBase, source: Path, patients: Path | None) -> Sequence[AnyResult]:
    """Read results from JSON, or work them out from a table."""
    from gepnet.response.recist import assess, read_options, read_results, read_rules

    if source.suffix == ".json":
        return read_results(source)
    rules = read_rules(base.knowledge.measures)
    options = read_options(rules, None)
    return [assess(patient, rules, options) for patient in _patients(base, source, patients)]


def _patients(base: KnowledgeBase, source: Path, patients: Path | None) -> Iterable[Patient]:
    """Read a CSV of lesions or of responses, whichever its header says."""
    from gepnet.response.recist import read_patients, read_rules

    header = read_grid(source, only_header=True).header
    has_lesions = "response" not in header or "lesion_id" in header
    lesions, responses = (source, None) if has_lesions else (None, source)
    return read_patients(read_rules(base.knowledge.measures), lesions, responses, patients)


def _one_patient(base: KnowledgeBase, source: Path, asked: ChartRequest) -> Patient:
    found = {patient.id: patient for patient in _patients(base, source, asked.patients)}
    chosen = found[_only(source, found, asked.patient)]
    if chosen.baseline is None or not chosen.lesions:
        raise _refused(source, "lesions with their diameters")
    return chosen


def _dated(results: Sequence[AnyResult], source: Path) -> Sequence[AnyResult]:
    """Return results after a look that each has a date to count from."""
    for result in results:
        if result.reference is None and result.baseline is None:
            expected = "a date to count from: print the results with --details"
            problem = (str(source), None, result.patient, "reference_date", "", expected)
            raise InputError([Problem(*problem)])
    return results


def _analytes(
    base: KnowledgeBase, source: Path, rows: Sequence[LabRow], wanted: Sequence[str]
) -> Sequence[str]:
    there = list(dict.fromkeys(row.analyte for row in rows))
    wrong = [name for name in wanted if name not in there]
    if wrong or not there:
        expected = f"an analyte of {source.name} ({', '.join(there)})" if there else "values"
        raise InputError(asked("analyte", name, expected, there) for name in wrong or [""])
    from gepnet.charts.files import ChartChoices

    first = ChartChoices.read(base.knowledge.measures).laboratory.first
    return wanted or [name for name in first if name in there] or there


def _only(path: Path, names: Iterable[str], wanted: str | None) -> str:
    """Return the patient to draw: the one asked for, or the only one there is."""
    known = list(dict.fromkeys(names))
    if wanted in known:
        return wanted
    if wanted is not None:
        raise refuse("patient", wanted, f"a patient of {path.name}", known)
    if len(known) == 1:
        return known[0]
    shown = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
    expected = f"one patient, by --patient ({shown})" if known else "at least one patient"
    raise InputError([Problem(str(path), None, "", "patient", f"{len(known)} patients", expected)])


def _refused(path: Path, expected: str) -> InputError:
    """Return that a file is not what a chart is drawn from."""
    return InputError([Problem(str(path), None, "", "file", path.name, expected)])


def write_chart(chart: Chart, output: Path, dpi: float = 150) -> dict[str, Any]:
    """Write a chart as its file's name ends, and return what it is.

    Args:
        chart: what to write.
        output: a file that ends in .svg, .png or .pdf; there in full or not at all.
        dpi: dots an inch of a PNG.

    Raises:
        InputError: for another ending, or if the file cannot be written.
    """
    check_output(output)
    from gepnet.charts import file_of

    content = {
        ".svg": lambda: file_of(chart).encode("utf-8"),
        ".png": lambda: chart.png(dpi),
        ".pdf": chart.pdf,
    }[output.suffix.casefold()]()
    write_atomically(output, content)
    return {**chart_view(chart), "file": str(output), "bytes": len(content)}


def check_output(output: Path) -> None:
    """Refuse a file whose name does not say what it is to be.

    Raises:
        InputError: naming the endings.
    """
    check_ending(output, *CHART_FORMATS)


def chart_view(chart: Chart) -> dict[str, Any]:
    """Return the twins of a chart as plain data: title, sentence, table."""
    return {
        "kind": chart.kind,
        "title": chart.title,
        "sentence": chart.sentence,
        "columns": list(chart.table.columns),
        "rows": [list(row) for row in chart.table.rows],
    }

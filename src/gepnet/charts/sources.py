"""What charts are drawn from: the files of a person, read into typed results."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gepnet.facts import Facts, facts_of_record
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, Problem, refuse
from gepnet.record import Record, read_record
from gepnet.response.recist import (
    AnyResult,
    Patient,
    Rules,
    assess,
    read_options,
    read_patients,
    read_results,
)
from gepnet.tables import read_grid
from gepnet.vocabulary import Accepting, Asking, PartialDate, Question, exact

PATIENT_FILES = (".yaml", ".yml", ".json")


@dataclass(frozen=True)
class ChartRequest:
    """What to draw of a file; what a kind has no use for is refused.

    ``patient`` chooses one of several, ``patients`` is the CSV of reference dates and deaths,
    ``events`` that of cycles, deaths and last contacts, ``labs`` more laboratory values, ``accept``
    values outside their plausible range that somebody stands by.
    """

    patient: str | None = None
    patients: Path | None = None
    events: Path | None = None
    labs: Path | None = None
    at: PartialDate | str | None = None
    cycle: int | None = None
    confirmed: bool = False
    linear: bool = False
    ctcae: str | None = None
    analytes: tuple[str, ...] = ()
    baseline_date: datetime.date | None = None
    accept: Accepting | tuple[str, ...] = ()


def record_in(
    base: KnowledgeBase, source: Path, at: PartialDate | str | None = None
) -> tuple[Record, Facts]:
    """Read a patient file, and work out its facts as of a date."""
    record = read_record(source, base.vocabulary)
    return record, facts_on(base, record, Question.read(at))


def facts_on(base: KnowledgeBase, record: Record, when: Question | datetime.date) -> Facts:
    """Return the facts of a record as of the date of a question, or on a day."""
    question = when if isinstance(when, Question) else Question(at=exact(when))
    return facts_of_record(record, base.knowledge, base.criteria, question, wanted=base.facts_named)


def results_in(
    base: KnowledgeBase,
    source: Path,
    patients: Path | None,
    deaths: Mapping[str, datetime.date] | None = None,
    accept: Accepting | Iterable[str] = (),
) -> Sequence[AnyResult]:
    """Read results of RECIST from JSON, or work them out from a table.

    ``deaths`` are those of a file of events, where the table of patients has none.
    """
    if source.suffix == ".json":
        return read_results(source)
    rules = Rules.read(base.knowledge.measures)
    options = read_options(rules, None)
    known = deaths or {}
    return [
        assess(_with_death(patient, known.get(patient.id)), rules, options)
        for patient in patients_in(base, source, patients, accept)
    ]


def _with_death(patient: Patient, death: datetime.date | None) -> Patient:
    if death is None or patient.head.death is not None:
        return patient
    return replace(patient, head=replace(patient.head, death=death))


def patients_in(
    base: KnowledgeBase,
    source: Path,
    patients: Path | None,
    accept: Accepting | Iterable[str] = (),
) -> Iterable[Patient]:
    """Read a CSV of lesions or of responses, whichever its header says."""
    header = read_grid(source, only_header=True).header
    has_lesions = "response" not in header or "lesion_id" in header
    lesions, responses = (source, None) if has_lesions else (None, source)
    asking = Asking.of(base.vocabulary.plausible, accept)
    rules = Rules.read(base.knowledge.measures)
    return read_patients(rules, lesions, responses, patients, asking)


def patient_in(base: KnowledgeBase, source: Path, request: ChartRequest) -> Patient:
    """Return the patient to draw, with a baseline and lesions."""
    found = {
        patient.id: patient
        for patient in patients_in(base, source, request.patients, request.accept)
    }
    chosen = found[only(source, found, request.patient)]
    if chosen.baseline is None or not chosen.lesions:
        raise unusable(source, "lesions with their diameters")
    return chosen


def dated(results: Sequence[AnyResult], source: Path) -> Sequence[AnyResult]:
    """Return results after a look that each has a date to count from."""
    for result in results:
        if result.reference is None and result.baseline is None:
            expected = "a date to count from: print the results with --details"
            problem = (str(source), None, result.patient, "reference_date", "", expected)
            raise InputError([Problem(*problem)])
    return results


def only(path: Path, names: Iterable[str], wanted: str | None) -> str:
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


def unusable(
    path: Path, expected: str, field: str = "file", value: str | None = None
) -> InputError:
    """Return that a file is not what a chart is drawn from."""
    told = path.name if value is None else value
    return InputError([Problem(str(path), None, "", field, told, expected)])

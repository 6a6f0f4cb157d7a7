"""The CTCAE grade of every value of a laboratory file, with the baseline that it needs.

The order of the rows tells nothing: a baseline is found by its date.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from gepnet.io.laboratory import LabRow
from gepnet.measures.ctcae import Baseline, Edition, Sample, grade
from gepnet.tables import Shown, number_or_text
from gepnet.vocabulary import Interval, PartialDate, Vocabulary, in_order, places, unit_words

#: Unit of values that are multiples of the upper limit of normal, which is then 1.
MULTIPLES = "{ULN}"
_ONE = Decimal(1)


def _value_of(baseline: Baseline | None) -> float | str | None:
    return None if baseline is None else number_or_text(baseline.value)


@dataclass(frozen=True, slots=True)
class GradedValue:
    """One value by one term of CTCAE; ``term`` is None where the edition grades no such value."""

    patient_id: str
    date: PartialDate
    analyte: str
    value: Annotated[Interval, Shown(by=number_or_text)]
    unit: str
    baseline: Annotated[Baseline | None, Shown(by=_value_of)]
    baseline_sample: bool
    term: str | None
    grade: int | None
    at_least: int | None
    at_most: int | None
    reason: str
    verification: str | None


@dataclass(frozen=True, slots=True)
class LaboratoryGrades:
    """The grades of a file, in its order."""

    ctcae: str
    baseline_date: datetime.date | None
    rows: tuple[GradedValue, ...]


def grades_of(
    rows: Sequence[LabRow],
    vocabulary: Vocabulary,
    edition: Edition,
    baseline_date: datetime.date | None = None,
    worst_case: bool = False,
) -> LaboratoryGrades:
    """Return the grade of each value by each term of an edition.

    Args:
        rows: as read.
        vocabulary: the facts, for their units.
        edition: of CTCAE.
        baseline_date: the latest sample up to this day is the baseline of its analyte.
        worst_case: take symptoms that a grade needs to be there.
    """
    graded = (
        one
        for row, sample in samples(rows, vocabulary, baseline_date)
        for one in _graded(row, sample, vocabulary, edition, worst_case)
    )
    return LaboratoryGrades(edition.edition, baseline_date, tuple(graded))


def _graded(
    row: LabRow, sample: Sample, vocabulary: Vocabulary, edition: Edition, worst_case: bool
) -> Iterator[GradedValue]:
    unit = unit_words(vocabulary[row.analyte].entry.unit)
    told = (row.patient, row.date, row.analyte, row.value, unit)
    told_baseline = (sample.baseline, sample.before_treatment)
    terms = edition.of(row.analyte)
    if not terms:
        reason = f"not encoded here: no term of CTCAE {edition.edition} that was read grades this"
        yield GradedValue(*told, *told_baseline, None, None, None, None, reason, None)
    for term in terms:
        found = grade(term, sample, edition.edition, worst_case)
        bounds = (found.grade, found.at_least, found.at_most)
        yield GradedValue(
            *told, *told_baseline, term.term, *bounds, found.reason, term.verification
        )


def samples(
    rows: Sequence[LabRow], vocabulary: Vocabulary, baseline_date: datetime.date | None = None
) -> Iterator[tuple[LabRow, Sample]]:
    """Yield each row with what its grade is worked out from."""
    series: dict[tuple[str, str], list[LabRow]] = {}
    for row in rows:
        series.setdefault((row.patient, row.analyte), []).append(row)
    placed = {key: places([row.date for row in values]) for key, values in series.items()}
    series = {key: in_order([(row.date, row) for row in rows]) for key, rows in series.items()}
    baselines = {key: _baseline(values, baseline_date) for key, values in series.items()}
    for row in rows:
        of_multiples = vocabulary[row.analyte].entry.unit == MULTIPLES
        uln = _ONE if of_multiples else row.uln
        chosen = baselines[row.patient, row.analyte]
        if row.baseline is not None:
            # A baseline given as a number is taken to have been measured against the same limits.
            first = series[row.patient, row.analyte][0]
            itself = row is first and row.value == row.baseline
            known = Baseline(row.baseline, row.lln, uln)
            yield row, Sample(row.value, row.lln, uln, known, itself)
        elif chosen is None:
            yield row, Sample(row.value, row.lln, uln)
        else:
            limit = _ONE if of_multiples else chosen.uln
            known = Baseline(chosen.value, chosen.lln, limit)
            place = placed[row.patient, row.analyte]
            before = place[row.date] <= place[chosen.date]
            yield row, Sample(row.value, row.lln, uln, known, before)


def _baseline(rows: Sequence[LabRow], day: datetime.date | None) -> LabRow | None:
    """Return the baseline of an analyte: the last up to a day, or the last that is marked."""
    if day is not None:
        return next((row for row in reversed(rows) if row.date.first <= day), None)
    return next((row for row in reversed(rows) if row.is_baseline), None)


@dataclass(frozen=True, slots=True)
class GradedEvent:
    """A sample that may have a grade from 1 on, as an adverse event."""

    patient_id: str
    term: str
    start: datetime.date
    grade: int
    at_most: int
    ctcae: str


def laboratory_events(
    rows: Sequence[LabRow],
    begun: Mapping[str, datetime.date],
    vocabulary: Vocabulary,
    edition: Edition,
) -> Iterator[GradedEvent]:
    """Yield an event for each sample after treatment began that may have a grade from 1 on.

    The baseline is the last sample of an analyte on or before the first day; it and earlier ones
    make no event. Of two samples of one day both are graded. ``grade`` is the least possible grade
    and ``at_most`` the greatest: they differ where a limit or a baseline is missing, or a value is
    only known to be below or above something.

    Args:
        rows: as read.
        begun: first day of treatment of each patient.
        vocabulary: the facts.
        edition: edition of CTCAE.
    """
    own: dict[str, list[LabRow]] = {}
    for row in rows:
        own.setdefault(row.patient, []).append(row)
    for patient, values in own.items():
        for row, sample in samples(values, vocabulary, begun[patient]):
            if row.date.first <= begun[patient]:
                continue
            for term in edition.of(row.analyte):
                found = grade(term, sample, edition.edition)
                if found.at_least is not None and found.at_most:
                    told = (found.at_least, found.at_most, edition.edition)
                    yield GradedEvent(patient, term.term, row.date.first, *told)


def names_baselines(rows: Iterable[LabRow]) -> bool:
    """Whether a file says itself which samples are the baseline."""
    return any(row.is_baseline or row.baseline is not None for row in rows)

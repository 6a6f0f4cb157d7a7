"""The CTCAE grade of every value of a laboratory file, with the baseline that it needs."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from gepnet.io.laboratory import LabRow
from gepnet.measures.ctcae import Baseline, Edition, Sample, grade
from gepnet.tables import Shown
from gepnet.vocabulary import PartialDate, Vocabulary, unit_words


@dataclass(frozen=True, slots=True)
class GradedValue:
    """One value by one term of CTCAE; ``term`` is None where the edition grades no such value."""

    patient_id: str
    date: PartialDate
    analyte: str
    value: Decimal
    unit: str
    baseline: Annotated[Baseline | None, Shown(by=lambda b: None if b is None else b.value)]
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
        reason = f"no laboratory term of CTCAE {edition.edition} grades this"
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
    baselines = {key: _baseline(values, baseline_date) for key, values in series.items()}
    for row in rows:
        fact = vocabulary[row.analyte]
        of_multiples = fact.entry.unit == "{ULN}"
        one = fact.round(row.value / row.value) if row.value else None
        uln = one if of_multiples else row.uln
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
            limit = one if of_multiples else chosen.uln
            known = Baseline(chosen.value, chosen.lln, limit)
            before = row.date.first <= chosen.date.first and row.line <= chosen.line
            yield row, Sample(row.value, row.lln, uln, known, before)


def _baseline(rows: Sequence[LabRow], day: datetime.date | None) -> LabRow | None:
    if day is not None:
        return next((row for row in reversed(rows) if row.date.first <= day), None)
    return next((row for row in reversed(rows) if row.is_baseline), None)


def names_baselines(rows: Iterable[LabRow]) -> bool:
    """Whether a file says itself which samples are the baseline."""
    return any(row.is_baseline or row.baseline is not None for row in rows)

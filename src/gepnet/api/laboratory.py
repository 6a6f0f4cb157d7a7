"""Grades of a laboratory file."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from gepnet.guidelines import KnowledgeBase
from gepnet.io.laboratory import LabRow, read_laboratory
from gepnet.knowledge import InputError, Problem
from gepnet.measures.ctcae import Baseline, Edition, Sample, edition, grade
from gepnet.vocabulary import unit_words

View = dict[str, Any]


def grade_laboratory(
    path: Path,
    base: KnowledgeBase,
    ctcae: str = "5",
    baseline_date: datetime.date | None = None,
    worst_case: bool = False,
) -> View:
    """Return the CTCAE grade of every value of a laboratory CSV.

    Args:
        path: the file; see ``gepnet.io.laboratory``.
        base: the knowledge.
        ctcae: edition, 5 or 6.
        baseline_date: the latest sample up to this day is the baseline of its analyte; it may not
            be given for a file with a ``baseline`` column.
        worst_case: take symptoms that a grade needs to be there.

    Raises:
        InputError: with every problem of the file.
    """
    chosen = edition(base.knowledge.measures, ctcae)
    rows = read_laboratory(path, base.vocabulary)
    if baseline_date is not None and any(r.is_baseline or r.baseline is not None for r in rows):
        expected = "either this option or a 'baseline' column, not both"
        told = ("command line", None, "", "baseline-date", str(baseline_date), expected)
        raise InputError([Problem(*told)])
    return {
        "ctcae": chosen.edition,
        "baseline_date": None if baseline_date is None else baseline_date.isoformat(),
        "rows": [
            view
            for row, sample in samples(rows, base, baseline_date)
            for view in _graded(row, sample, chosen, base, worst_case)
        ],
    }


def samples(
    rows: Sequence[LabRow], base: KnowledgeBase, baseline_date: datetime.date | None = None
) -> Iterable[tuple[LabRow, Sample]]:
    """Yield each row with what its grade is worked out from."""
    series: dict[tuple[str, str], list[LabRow]] = {}
    for row in rows:
        series.setdefault((row.patient, row.analyte), []).append(row)
    baselines = {key: _baseline(values, baseline_date) for key, values in series.items()}
    for row in rows:
        of_multiples = base.vocabulary[row.analyte].entry.unit == "{ULN}"
        one = base.vocabulary[row.analyte].round(row.value / row.value) if row.value else None
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


def _graded(
    row: LabRow, sample: Sample, chosen: Edition, base: KnowledgeBase, worst_case: bool
) -> Iterable[View]:
    unit = unit_words(base.vocabulary[row.analyte].entry.unit)
    told = {
        "patient_id": row.patient,
        "date": str(row.date),
        "analyte": row.analyte,
        "value": float(row.value),
        "unit": unit,
        "baseline": None if sample.baseline is None else float(sample.baseline.value),
        "baseline_sample": sample.before_treatment,
    }
    terms = chosen.of(row.analyte)
    if not terms:
        reason = f"no laboratory term of CTCAE {chosen.edition} grades this"
        yield {**told, "term": None, "grade": None, "at_least": None, "at_most": None,
               "reason": reason, "verification": None}  # fmt: skip
    for term in terms:
        found = grade(term, sample, chosen.edition, worst_case)
        yield {
            **told,
            "term": term.term,
            "grade": found.grade,
            "at_least": found.at_least,
            "at_most": found.at_most,
            "reason": found.reason,
            "verification": term.verification,
        }

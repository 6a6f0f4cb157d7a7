"""Results as plain data for JSON, tables and charts."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gepnet.response.recist.model import (
    BestResponse,
    Hundredths,
    Result,
    Survival,
    TimePoint,
)
from gepnet.response.recist.rules import NONE, Rules

View = dict[str, Any]


def result_view(result: Result) -> View:
    """Return a patient's result with the keys that other programs rely on."""
    return {
        "patient_id": result.patient,
        "timepoints": [timepoint_view(point) for point in result.timepoints],
        "best_overall": result.best.response,
        "best_overall_confirmed": result.best_confirmed.response,
        "progression_date": _text(result.progression),
    }


def timepoint_view(point: TimePoint) -> View:
    """Return one assessment; lengths in mm, changes in percent.

    The sum is None where a target was not assessed, except in the reason, which gives the bound.
    ``new_lesion`` is true, false, or None while a finding is equivocal.
    """
    return {
        "date": point.date.isoformat(),
        "sum_mm": length(point.sum) if point.complete else None,
        "nadir_mm": length(point.nadir),
        "change_from_baseline_pct": _number(point.from_baseline),
        "change_from_nadir_pct": _number(point.from_nadir),
        "target": point.target,
        "non_target": point.non_target,
        "new_lesion": point.new_lesion,
        "overall": point.overall,
        "reason": point.reason,
    }


def detail_view(result: Result) -> View:
    """Return a patient's result with dates, durations, PFS and findings as well."""
    view = result_view(result)
    for point, shown in zip(result.timepoints, view["timepoints"], strict=True):
        shown["overall_literal"] = point.literal
    return view | {
        "reference_date": _text(result.reference),
        "baseline_date": _text(result.baseline),
        "baseline_sum_mm": length(result.baseline_sum),
        "best_overall_detail": _best(result.best),
        "best_overall_confirmed_detail": _best(result.best_confirmed),
        "pfs": _survival(result.pfs),
        "duration_of_response": _survival(result.response_duration),
        "duration_of_confirmed_response": _survival(result.response_duration_confirmed),
        "duration_of_stable_disease": _survival(result.stable_duration),
        "findings": [
            {"date": _text(f.date), "lesion": f.lesion or None, "says": f.says}
            for f in result.findings
        ],
    }


def overall_rows(rules: Rules) -> list[View]:
    """Return every combination of target, non-target and new lesion with its overall response."""
    return [
        {
            "target": target,
            "non_target": non_target,
            "new": new,
            "overall": row.overall,
            "source": row.source,
            "locator": row.locator,
            "verification": row.verification,
        }
        for (target, non_target, new), row in rules.overall.table.items()
        if (target, non_target) != (NONE, NONE)
    ]


def summary_rows(results: Sequence[Result]) -> list[list[Any]]:
    """Return one row a patient for a printed table."""
    return [
        [r.patient, len(r.timepoints), r.best.response, r.best_confirmed.response, r.progression]
        for r in results
    ]


def length(value: Hundredths | None) -> int | float | None:
    """Return a length in mm as a JSON number."""
    if value is None:
        return None
    return value // 100 if value % 100 == 0 else float(Decimal(value) / 100)


def _number(change: Fraction | None) -> int | float | None:
    if change is None:
        return None
    return int(change) if change.denominator == 1 else round(float(change), 4)


def _best(best: BestResponse) -> View:
    return {
        "response": best.response,
        "date": _text(best.date),
        "confirmed_on": _text(best.confirmed_on),
        "reason": best.reason,
    }


def _survival(found: Survival | None) -> View | None:
    if found is None:
        return None
    return {
        "days": found.days,
        "event": found.event,
        "date": _text(found.date),
        "rule": found.rule,
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)

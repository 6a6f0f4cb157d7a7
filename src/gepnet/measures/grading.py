"""Bounds on Ki-67 from a reported grade."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from gepnet.vocabulary import Interval, PartialDate, Value


def ki67_from_reported_grade(
    values: Mapping[str, Value], measures: Mapping[str, Any], at: PartialDate
) -> Value:
    """Bounds on an unmeasured Ki-67 (percent) from ``grade_reported``.

    A grade may rest on mitoses, so it bounds Ki-67 only from above; only a report that says the
    grade rests on Ki-67 bounds it from below as well. G3 bounds nothing in an edition in which it
    meant two diseases. The bounds are data (``knowledge/measures/grading.yaml``).
    """
    grade = values.get("grade_reported")
    if not isinstance(grade, str):
        return None
    rests_on_ki67 = values.get("grade_basis") in {"ki67", "both"}
    rule = measures["grading"]["ki67_from_grade"].get(grade)
    if rule is not None:
        low = Decimal(str(rule["from"])) if rests_on_ki67 else Decimal(0)
        return Interval(low, Decimal(str(rule["to"])))
    rule = measures["grading"]["ki67_from_grade_resting_on_ki67"].get(grade)
    if rule is None or not rests_on_ki67:
        return None
    if values.get("grade_reported_edition") not in rule["editions"]:
        return None
    return Interval(Decimal(str(rule["from"])), Decimal(str(rule["to"])))

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
    grade rests on Ki-67 bounds it from below as well. G3 bounds nothing, and neither does a grade
    given in an edition in which G3 meant two diseases. The bounds are data
    (``knowledge/measures/grading.yaml``).
    """
    grade = values.get("grade_reported")
    rule = measures["grading"]["ki67_from_grade"].get(str(grade))
    if not isinstance(grade, str) or rule is None:
        return None
    basis = values.get("grade_basis")
    low = Decimal(str(rule["from"])) if basis in {"ki67", "both"} else Decimal(0)
    return Interval(low, Decimal(str(rule["to"])))

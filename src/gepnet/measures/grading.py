"""Bounds on Ki-67 from a reported grade."""

from __future__ import annotations

from collections.abc import Container
from decimal import Decimal

from pydantic import Field

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import Stated, Strict
from gepnet.measures.inputs import Measures, Values
from gepnet.vocabulary import Interval, PartialDate, Several, Value


class Ki67Bounds(Strict):
    """Bounds on Ki-67 in percent; where editions are named, only in those."""

    from_: Decimal = Field(alias="from")
    to: Decimal
    editions: tuple[str, ...] = ()


class Band(Strict):
    """The values of an index that belong to one grade."""

    grade: str
    from_: Decimal | None = Field(default=None, alias="from")
    to: Decimal | None = None
    below: Decimal | None = None
    above: Decimal | None = None


class Bands(Stated):
    """The bands of one edition of the WHO classification."""

    ki67_percent: tuple[Band, ...]
    mitoses_per_2mm2: tuple[Band, ...]
    cells_to_count: int
    decides: str
    decides_note: str
    poorly_differentiated: str


class Edition(Stated):
    """What an edition changed."""

    id: str
    note: str


class Grading(MeasureFile):
    """Bands of grades, and what a reported grade says of a Ki-67 that was not measured."""

    files = ("grading",)
    who_2022: Bands
    ki67_from_grade: dict[str, Ki67Bounds]
    ki67_from_grade_resting_on_ki67: dict[str, Ki67Bounds]
    ki67_from_grade_source: Stated
    editions: tuple[Edition, ...]


def ki67_from_reported_grade(values: Values, measures: Measures, at: PartialDate) -> Value:
    """Bounds on an unmeasured Ki-67 (percent) from ``grade_reported``.

    A grade may rest on mitoses, so it bounds Ki-67 only from above; only a report that says the
    grade rests on Ki-67 bounds it from below as well. G3 bounds nothing in an edition in which it
    meant two diseases. The bounds are data (``knowledge/measures/grading.yaml``).
    """
    grade = values.get("grade_reported")
    if not isinstance(grade, str | Several):
        return None
    rests_on_ki67 = _among(values.get("grade_basis"), {"ki67", "both"})
    grading = Grading.read(measures)
    found = []
    for one in grade.values if isinstance(grade, Several) else (grade,):
        bounds = grading.ki67_from_grade.get(one)
        if bounds is None:
            bounds = grading.ki67_from_grade_resting_on_ki67.get(one)
            told_apart = bounds is not None and _among(
                values.get("grade_reported_edition"), bounds.editions
            )
            if bounds is None or not (rests_on_ki67 and told_apart):
                return None  # what one of the grades that it may be does not bound is not bounded
        found.append(bounds)
    least = min(bounds.from_ for bounds in found) if rests_on_ki67 else Decimal(0)
    return Interval(least, max(bounds.to for bounds in found))


def _among(value: Value, wanted: Container[str]) -> bool:
    """Whether all that a value may be is one of some."""
    if isinstance(value, Several):
        return all(one in wanted for one in value.values)
    return isinstance(value, str) and value in wanted

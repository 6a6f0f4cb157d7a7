"""Sizes of lesions that are likely to be slips of a unit: asked about before anything is formed.

The first size of a target has to be one that can be measured; every size has to be one of a lesion;
and from one assessment to the next no target grows or shrinks as it would if one of the two were
written in another unit. The size that the rules give to what is too small to measure is no slip.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from gepnet.knowledge import Problem
from gepnet.response.recist.model import LesionRow, Patient, Role, Status
from gepnet.response.recist.rules import Rules
from gepnet.vocabulary import Asking, Interval, how_to_accept, plain

SIZE, FIRST, CHANGE = "lesion_diameter_mm", "target_first_diameter_mm", "target_size_ratio"
_SLICE, _DENSITY = "slice_mm", "attenuation_hu"
_THOUSANDTHS = 1000


def doubts_of_lesions(
    patient: Patient, asking: Asking, file: str, rules: Rules
) -> Iterator[Problem]:
    """Yield the sizes of a patient's lesions that are doubted and that nobody accepts."""
    before: dict[str, LesionRow] = {}
    for row in sorted(patient.lesions, key=lambda one: one.date):
        for quantity, field, number in _numbers(row, before.get(row.lesion)):
            told = asking.doubt(
                quantity,
                Interval(number, number),
                plain(number),
                patient=patient.id,
                part=row.lesion,
            )
            if told is not None:
                yield Problem(
                    file, row.line, f"{patient.id} {row.lesion}", field, plain(number), told
                )
        earlier = before.get(row.lesion)
        too_small = row.diameter == rules.limits.too_small_mm.thousandths
        if earlier is not None and row.role is Role.TARGET and row.diameter and not too_small:
            told = _change(row, earlier, patient.id, asking)
            if told is not None:
                size = plain(_mm(row.diameter))
                yield Problem(
                    file, row.line, f"{patient.id} {row.lesion}", "diameter_mm", size, told
                )
        if row.diameter:
            before[row.lesion] = row


def _mm(thousandths: int) -> Decimal:
    return Decimal(thousandths) / _THOUSANDTHS


def _numbers(row: LesionRow, before: LesionRow | None) -> Iterator[tuple[str, str, Decimal]]:
    if row.diameter:  # none is no size, and 0 is that of an absent lesion
        # A fragment is as small as it is: what was chosen by its size is the lesion it comes from.
        chosen = row.role is Role.TARGET and row.status is not Status.SPLIT_FROM
        first = before is None and chosen
        yield FIRST if first else SIZE, "diameter_mm", _mm(row.diameter)
    if row.slice is not None:
        yield _SLICE, "slice_mm", _mm(row.slice)
    if row.hu is not None:
        yield _DENSITY, "hu", row.hu


def _change(row: LesionRow, before: LesionRow, patient: str, asking: Asking) -> str | None:
    assert row.diameter and before.diameter
    ratio = Decimal(f"{Decimal(row.diameter) / before.diameter:.3g}")
    change = Interval(ratio, ratio)
    if not asking.doubt(CHANGE, change, plain(ratio), patient=patient, part=row.lesion):
        return None
    quantity = asking.plausible.get(CHANGE)
    assert quantity is not None
    low, high = map(plain, quantity.range)
    return (
        f"{low} to {high} times the {plain(_mm(before.diameter))} mm of {before.date}, and this is "
        f"{plain(ratio)} times: are both in the same unit?{how_to_accept(CHANGE, plain(ratio))}"
    )

"""The value of one lesion on one date: RECIST's rules for lesions that are hard to measure."""

from __future__ import annotations

from dataclasses import dataclass

from gepnet.response.recist.model import LesionRow, Status, Thousandths
from gepnet.response.recist.rules import Rules


@dataclass(frozen=True, slots=True)
class Value:
    """What a lesion brings to the assessment on one date.

    ``evaluated``: it was assessed. ``gone``: it is no disease any more (a node below the limit of a
    pathological node, anything else when absent). ``counted``: its state is its own, not that of
    the mass it merged into.
    """

    size: Thousandths
    evaluated: bool
    gone: bool
    counted: bool = True
    progressed: bool = False


NOT_EVALUATED = Value(0, evaluated=False, gone=False)
MERGED = Value(0, evaluated=True, gone=False, counted=False)


def value_of(row: LesionRow, rules: Rules) -> Value:
    """Return the value of a row.

    Too small to measure counts 5 mm and absent 0 mm (EORTC questions and clarifications); a node
    counts with its short axis whatever it is, and is gone below 10 mm (Eisenhauer 2009,
    doi 10.1016/j.ejca.2008.10.026); both limits are read from the rules.
    """
    if row.status is Status.NOT_EVALUATED:
        return NOT_EVALUATED
    if row.status is Status.MERGED_INTO:
        return MERGED
    if row.status is Status.ABSENT:
        return Value(rules.limits.absent_mm.thousandths, evaluated=True, gone=True)
    size = rules.limits.too_small_mm.thousandths if row.status is Status.TOO_SMALL else row.diameter
    if size is None:
        # Seen, but not measured: it is there.
        progressed = row.status is Status.UNEQUIVOCAL_PROGRESSION
        return Value(0, evaluated=True, gone=False, progressed=progressed)
    is_normal_node = row.nodal and size < rules.limits.pathological_node_mm.thousandths
    progressed = row.status is Status.UNEQUIVOCAL_PROGRESSION
    return Value(size, True, is_normal_node and not progressed, progressed=progressed)

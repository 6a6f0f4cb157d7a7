"""Whether a target was measurable at baseline. A doubt is a finding; no response changes by it."""

from __future__ import annotations

from gepnet.response.recist.model import LesionRow, Role, Status, millimetres
from gepnet.response.recist.rules import THOUSANDTHS, Rules


def not_measurable(row: LesionRow, rules: Rules) -> str | None:
    """Return why a lesion was not measurable at baseline, or None."""
    if row.kind in rules.not_lesions:
        return f"{row.kind} is no lesion"
    if row.kind in rules.never_measurable.kinds:
        return f"{row.kind} is never measurable"
    if row.method in rules.methods.refused:
        return f"{row.method} is not accepted for measuring"
    if row.locally_treated:
        return "locally treated: not measurable unless it has grown since"
    if row.status is Status.TOO_SMALL or row.diameter is None:
        return "too small to measure"
    least = smallest(row, rules)
    if row.diameter >= least:
        return None
    axis = "short axis" if row.nodal else "diameter"
    return f"{axis} {millimetres(row.diameter)} mm, at least {millimetres(least)} mm is measurable"


def smallest(row: LesionRow, rules: Rules) -> int:
    """Return the smallest measurable size for this lesion and method, in thousandths of a mm."""
    limits = rules.limits
    if row.nodal:
        return limits.target_node_mm.thousandths
    if row.method == "chest_xray":
        return limits.chest_xray_mm.thousandths
    if row.method == "caliper":
        return limits.caliper_mm.thousandths
    least = limits.target_non_nodal_mm.thousandths
    if row.slice is not None and row.slice > limits.slice_mm.thousandths:
        least = max(least, row.slice * limits.slice_factor.thousandths // THOUSANDTHS)
    return least


def is_normal_node(row: LesionRow, rules: Rules) -> bool:
    """Whether a node is too small to be disease, and so is not recorded at baseline."""
    size = rules.limits.too_small_mm.thousandths if row.status is Status.TOO_SMALL else row.diameter
    limit = rules.limits.pathological_node_mm.thousandths
    return row.nodal and size is not None and size < limit and row.role is not Role.TARGET

"""The swimmer plot of some courses of a registry: the picture of ``charts.swimmer``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gepnet.charts.base import Chart, made_up
from gepnet.charts.swimmer import SwimmerData, SwimmerLane, SwimmerMark, swimmer

if TYPE_CHECKING:
    from gepnet.registry.swimmer import Courses

_UNTOLD = "not recorded"


def courses_chart(found: Courses) -> Chart:
    """Return the swimmer plot; a best response that nobody recorded says so."""
    lanes = tuple(
        SwimmerLane(
            one.patient,
            one.months,
            one.end,
            one.best_response or _UNTOLD,
            tuple(SwimmerMark(seen.months, seen.response) for seen in one.responses),
            one.cycle_months,
            one.progression_months,
        )
        for one in found.courses
    )
    return swimmer(SwimmerData(lanes, f"the start of treatment{made_up(found)}"))

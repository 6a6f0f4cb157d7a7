"""Words for windows, places and steps, the same in tables, calendar and sheet."""

from __future__ import annotations

import datetime

from gepnet.knowledge.shapes import Stated
from gepnet.prrt.plan.model import PlannedStep, Window


def window_text(window: Window | None) -> str:
    """Return a window in words."""
    if window is None:
        return ""
    if window.first is None:
        return f"until {window.last}"
    if window.last is None:
        return f"from {window.first} on"
    return f"{window.first} to {window.last}"


def moved_text(days: int) -> str:
    """Return by how much a date was moved."""
    count = f"{abs(days)} day{'' if abs(days) == 1 else 's'}"
    return f"Moved {count} {'later' if days > 0 else 'earlier'}"


def place_of(stated: Stated) -> str:
    """Return source and locator."""
    return stated.source if stated.locator is None else f"{stated.source}, {stated.locator}"


def step_title(planned: PlannedStep) -> str:
    """Return what a calendar shows of a step."""
    step = planned.step
    label = " ".join(step.label.split())
    if planned.deadline and step.holds == "until":
        label = f"Until here: {label}"
    after = step.anchor == "last_cycle"
    return f"{label} (after cycle {planned.cycle})" if after else f"{label} (cycle {planned.cycle})"


def spoken(day: datetime.date) -> str:
    """Return a day that nobody can misread: ``Monday 2 February 2026``."""
    return f"{day:%A} {day.day} {day:%B %Y}"

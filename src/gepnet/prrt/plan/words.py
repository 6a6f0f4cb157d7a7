"""Words for windows, places and steps, the same in tables, calendar and sheet."""

from __future__ import annotations

import datetime


def moved_text(days: int) -> str:
    """Return by how much a date was moved."""
    count = f"{abs(days)} day{'' if abs(days) == 1 else 's'}"
    return f"Moved {count} {'later' if days > 0 else 'earlier'}"


def spoken(day: datetime.date) -> str:
    """Return a day that nobody can misread: ``Monday 2 February 2026``."""
    return f"{day:%A} {day.day} {day:%B %Y}"

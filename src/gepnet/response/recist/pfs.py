"""Progression-free survival and durations: event or censoring, each by a named rule."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from gepnet.response.recist.best import Assessment
from gepnet.response.recist.model import PatientRow, Survival
from gepnet.response.recist.rules import Options
from gepnet.response.recist.timepoint import NE, PD


def survival(
    course: Sequence[Assessment],
    start: datetime.date | None,
    head: PatientRow,
    options: Options,
) -> Survival:
    """Return time from ``start`` to progression or death, or to where observation ends.

    The rules are listed, in the order in which they are tried, under ``pfs`` in the data file.
    """
    progression = next((date for date, response in course if response == PD), None)
    ends = [date for date in (progression, head.death) if date is not None]
    end = min(ends, default=None)
    evaluable = [date for date, response in course if response not in (NE, PD)]
    is_past = _is_new_therapy_first(head, end, options)
    last_day = head.new_therapy if is_past and head.new_therapy is not None else end
    before = [d for d in evaluable if last_day is None or d <= last_day]
    last = max(before, default=start)
    if start is not None and end is not None and end < start:
        return Survival(None, False, None, "contradiction")
    if not evaluable and end is None:
        return _survival(start, start, False, "no_assessment")
    if is_past:
        return _survival(start, last, False, "new_therapy")
    gap = options.pfs_longest_gap_days
    if end is not None and last is not None and gap and (end - last).days > gap:
        return _survival(start, last, False, "gap")
    if end is not None:
        return _survival(start, end, True, "progression" if end == progression else "death")
    return _survival(start, last, False, "last_assessment")


def _is_new_therapy_first(head: PatientRow, end: datetime.date | None, options: Options) -> bool:
    if head.new_therapy is None or options.pfs_new_therapy == "ignore":
        return False
    return end is None or head.new_therapy < end


def _survival(
    start: datetime.date | None, end: datetime.date | None, event: bool, rule: str
) -> Survival:
    days = None if start is None or end is None else (end - start).days
    return Survival(days, event, end, rule)

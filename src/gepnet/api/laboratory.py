"""Grades of a laboratory file."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gepnet.guidelines import KnowledgeBase
from gepnet.io.laboratory import read_laboratory
from gepnet.io.laboratory_grades import grades_of, names_baselines
from gepnet.knowledge import refuse
from gepnet.measures.ctcae import edition
from gepnet.tables import plain
from gepnet.vocabulary import Accepting


def grade_laboratory(
    path: Path,
    base: KnowledgeBase,
    ctcae: str = "5",
    baseline_date: datetime.date | None = None,
    worst_case: bool = False,
    accept: Iterable[str] = (),
) -> dict[str, Any]:
    """Return the CTCAE grade of every value of a laboratory CSV.

    Args:
        path: the file; see ``gepnet.io.laboratory``.
        base: the knowledge.
        ctcae: edition, 5 or 6.
        baseline_date: the latest sample up to this day is the baseline of its analyte; it may not
            be given for a file with a ``baseline`` column.
        worst_case: take symptoms that a grade needs to be there.
        accept: values outside their plausible range that somebody stands by, each as
            ``QUANTITY=VALUE by WHO: WHY``; the result holds them.

    Raises:
        InputError: with every problem of the file.
    """
    chosen = edition(base.knowledge.measures, ctcae)
    accepting = Accepting.read(accept)
    rows = read_laboratory(path, base.vocabulary, accepting=accepting)
    accepting.refuse_unused()
    if baseline_date is not None and names_baselines(rows):
        expected = "either this option or a 'baseline' column, not both"
        raise refuse("baseline-date", baseline_date, expected)
    view = dict(plain(grades_of(rows, base.vocabulary, chosen, baseline_date, worst_case)))
    return {**view, "accepted": plain(accepting.used)}

"""Was each treatment one that a document of its time supports?

Each treatment is looked at on the day before it began, by what was known then, and by the documents
in force on that day. Documents are never merged: each has its own line, and what is told of all of
them together is only whether at least one says something.
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass

import polars as pl

from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.compiled import CompiledDocument
from gepnet.guidelines.status import Status
from gepnet.guidelines.statuses import CODES
from gepnet.guidelines.wide import Cohort
from gepnet.knowledge import check_known, refuse
from gepnet.registry.assess import Assessed, OfRegistry
from gepnet.registry.small import Smallness

#: What a document says of the treatment that was given, the strongest first.
CLASSES = ("supported", "option", "undecidable", "trial_only", "against", "outside")
_OF = {
    Status.RECOMMENDED: "supported",
    Status.IN_FAVOUR: "supported",
    Status.OPTION: "option",
    Status.FACT_MISSING: "undecidable",
    Status.TEXT_OPEN: "undecidable",
    Status.TRIAL_ONLY: "trial_only",
    Status.AGAINST: "against",
    Status.CONFLICTING: "undecidable",
}
#: By what the treatments can be told apart.
BY = ("line", "option", "centre", "region")
_TUMOUR = "tumour_control"


@dataclass(frozen=True)
class Counted:
    """How many treatments of a group are of a class; None where the count is hidden."""

    group: str
    treatments: int | None
    counts: dict[str, int | None]
    percents: dict[str, float | None]


@dataclass(frozen=True)
class Audit(OfRegistry):
    """The treatments of a registry beside the documents of their time."""

    by: str
    intent: str
    treatments: int
    groups: tuple[Counted, ...]
    by_document: tuple[Counted, ...]


def audit(
    base: KnowledgeBase,
    assessed: Assessed,
    by: str = "line",
    small: Smallness | None = None,
) -> Audit:
    """Return the audit of an assessment before each treatment.

    Args:
        base: the knowledge that it was assessed with.
        assessed: an assessment with the points ``treatments``.
        by: one of ``BY``.
        small: which counts are hidden.

    Raises:
        InputError: for another kind of assessment, or another knowledge.
    """
    check_known("by", [by], BY)
    assessed.check("treatments")
    if assessed.about["knowledge_digest"] != base.knowledge.digest:
        told = f"the knowledge of the assessment ({assessed.about['knowledge_digest'][:12]}…)"
        raise refuse("knowledge", base.knowledge.digest[:12], told)
    small = small or Smallness()
    day = datetime.date.fromisoformat(assessed.about["knowledge_date"])
    cohort = Cohort(base, day, [document.id for document in base.documents])
    groups: dict[str, Counter[str]] = {}
    documents: dict[str, Counter[str]] = {}
    total = 0
    for points, statuses in assessed.blocks(points=None, statuses=None):
        total += len(points)
        best = _judged(cohort, points, statuses, documents)
        names = points[by].cast(pl.String).fill_null("unknown")
        for group, found, count in (
            pl.DataFrame({"g": names, "c": best}).group_by("g", "c").len().iter_rows()
        ):
            groups.setdefault(group, Counter())[found] += count
    return Audit(
        *assessed.head,
        by,
        _TUMOUR,
        total,
        tuple(_counted(name, groups[name], small) for name in sorted(groups)),
        tuple(_counted(name, documents[name], small) for name in sorted(documents)),
    )


def _judged(
    cohort: Cohort,
    points: pl.DataFrame,
    statuses: pl.DataFrame,
    documents: dict[str, Counter[str]],
) -> pl.Series:
    """Return the strongest that any document of its time says of each treatment; count each."""
    rank = {name: place for place, name in enumerate(CLASSES)}
    of_code = pl.Series([rank[_OF.get(code.status, "outside")] for code in CODES], dtype=pl.Int8)
    outside = rank["outside"]
    best = pl.repeat(outside, len(points), dtype=pl.Int8, eager=True)
    options = points["option"].unique().drop_nulls().to_list()
    of_option = {option: (points["option"] == option).fill_null(False) for option in options}
    for document in cohort.documents:
        first, last = in_force_between(cohort.base, document)
        there = points["at"] >= first
        if last is not None:
            there &= points["at"] < last
        said = pl.repeat(None, len(points), dtype=pl.Int8, eager=True)
        for option, mine in of_option.items():
            column = cohort.column_of(document, option, _TUMOUR)
            code = (
                pl.repeat(outside, len(points), dtype=pl.Int8, eager=True)
                if column is None
                else of_code.gather(statuses[column])
            )
            said = code.zip_with(mine & there, said)
        for place, count in said.drop_nulls().value_counts().iter_rows():
            documents.setdefault(document.id, Counter())[CLASSES[place]] += count
        told = said.fill_null(outside)
        best = told.zip_with(told < best, best)
    return pl.Series(CLASSES, dtype=pl.String).gather(best)


def in_force_between(
    base: KnowledgeBase, document: CompiledDocument
) -> tuple[datetime.date, datetime.date | None]:
    """Return from which day a document is in force, and from which no longer."""
    later = [
        other.published.last
        for other in base.documents
        if document.id in other.file.document.supersedes
    ]
    return document.published.last, min(later, default=None)


def _counted(name: str, counts: Counter[str], small: Smallness) -> Counted:
    total = sum(counts.values())
    parts = small.parts({kind: counts.get(kind, 0) for kind in CLASSES})
    shares = {
        kind: None if count is None else round(100 * count / total, 1)
        for kind, count in parts.items()
    }
    return Counted(name, small.count(total), parts, shares)

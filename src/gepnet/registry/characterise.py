"""Who is in a registry: a table of the patients, by group, and where what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from gepnet.criteria.columns import low_column
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import check_known
from gepnet.registry.assess import Assessed, OfRegistry
from gepnet.registry.columns import FactColumns, middle
from gepnet.registry.small import Smallness
from gepnet.vocabulary import Fact

#: What a table of patients shows unless told otherwise.
FACTS = (
    "age_years",
    "sex",
    "site_group",
    "grade",
    "ki67_percent",
    "stage",
    "metastasis_liver",
    "metastasis_bone",
    "liver_burden_percent",
    "functioning",
    "sstr_gt_liver_all_lesions",
    "ecog",
    "systemic_lines_prior",
    "received_ssa",
    "received_prrt",
)
#: Columns of the points that patients can be grouped by, besides facts.
BESIDE = ("centre", "region", "option", "line")
_EVERYBODY = "all"


@dataclass(frozen=True)
class Characteristic:
    """One line of the table: a number's quartiles, or how many have a value."""

    fact: str
    label: str
    value: str | None
    group: str
    count: int | None
    known: int | None
    percent: float | None
    median: float | None = None
    lower: float | None = None
    upper: float | None = None
    unit: str | None = None


@dataclass(frozen=True)
class Gap:
    """How much is missing of a fact in one centre or group."""

    fact: str
    group: str
    patients: int | None
    missing: int | None
    percent: float | None


@dataclass(frozen=True)
class Characteristics(OfRegistry):
    """The table, and where what is missing."""

    by: str | None
    patients: int
    groups: dict[str, int | None]
    rows: tuple[Characteristic, ...]
    gaps: tuple[Gap, ...]


def characterise(
    base: KnowledgeBase,
    assessed: Assessed,
    by: str | None = None,
    facts: Sequence[str] = FACTS,
    small: Smallness | None = None,
    gaps_by: str = "centre",
) -> Characteristics:
    """Return the table of the patients of an assessment.

    Args:
        base: the knowledge.
        assessed: the assessment.
        by: a fact with words or truths, or ``centre``, ``region``, ``option``, ``line``.
        facts: the lines of the table.
        small: which counts are hidden.
        gaps_by: by what the missing values are told.

    Raises:
        InputError: for a fact that there is not.
    """
    small = small or Smallness()
    wanted = [base.vocabulary[name] for name in _known(base, facts)]
    points = assessed.table("points", BESIDE)
    beside = [name for name in (by, gaps_by) if name is not None and name not in BESIDE]
    check_known("by", [b for b in beside if b not in base.vocabulary], BESIDE)
    work = FactColumns(base, assessed.schema("facts"), [*facts, *beside])
    told = [work.of(table) for (table,) in assessed.blocks(facts=work.reads)]
    whole = pl.concat(told).with_columns(points.select(BESIDE))
    groups = _groups(whole, by)
    rows = [
        line
        for fact in wanted
        for group, part in groups.items()
        for line in _lines(fact, group, part, small)
    ]
    centres = _groups(whole, gaps_by)
    gaps = [
        _gap(fact, group, part, small)
        for fact in wanted
        for group, part in centres.items()
        if group != _EVERYBODY
    ]
    counts = {name: len(part) for name, part in groups.items() if name != _EVERYBODY}
    return Characteristics(
        *assessed.head,
        by,
        len(whole),
        small.parts(counts),
        tuple(rows),
        tuple(gaps),
    )


def _known(base: KnowledgeBase, facts: Sequence[str]) -> Sequence[str]:
    check_known("fact", facts, list(base.vocabulary))
    return facts


def _groups(table: pl.DataFrame, by: str | None) -> dict[str, pl.DataFrame]:
    found = {_EVERYBODY: table}
    if by is not None:
        text = table.with_columns(pl.col(by).cast(pl.String).fill_null("unknown").alias("__by"))
        parts = text.partition_by("__by", as_dict=True)
        found |= {str(name): part for (name,), part in sorted(parts.items())}
    return found


def _lines(fact: Fact, group: str, table: pl.DataFrame, small: Smallness) -> list[Characteristic]:
    known = table.drop_nulls(low_column(fact))
    total = len(known)
    if fact.type == "number":
        ends: list[Any] = [None] * 3
        if total and not small.hides(total):
            numbers = known.select(middle(fact).alias("x"))["x"]
            ends = [numbers.quantile(q, "linear") for q in (0.5, 0.25, 0.75)]
        count = small.count(total)
        line = Characteristic(fact.id, fact.entry.label, None, group, count, count, None)
        middle_, lower, upper = ends
        unit = fact.entry.unit
        return [replace(line, median=middle_, lower=lower, upper=upper, unit=unit)]
    column = known[fact.id].cast(pl.String)
    counted = column.value_counts().sort("count", fact.id, descending=[True, False])
    tally = dict(counted.iter_rows())
    if fact.type == "boolean":
        tally = {"true": tally.get("true", 0), "false": tally.get("false", 0)}
    parts = small.parts(tally)
    return [
        Characteristic(
            fact.id,
            fact.entry.label,
            name,
            group,
            count,
            small.count(total),
            None if count is None or not total else round(100 * count / total, 1),
        )
        for name, count in parts.items()
        if fact.type != "boolean" or name == "true"
    ]


def _gap(fact: Fact, group: str, table: pl.DataFrame, small: Smallness) -> Gap:
    missing = table[low_column(fact)].null_count()
    parts = small.parts({"missing": missing, "known": len(table) - missing})
    share = None if parts["missing"] is None else round(100 * missing / max(len(table), 1), 1)
    return Gap(fact.id, group, small.count(len(table)), parts["missing"], share)

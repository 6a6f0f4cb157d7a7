"""Which treatment follows which: the lines of the patients of a registry, in their order.

What is counted is what was recorded: a patient without a further treatment may have had none, or
one that nobody recorded, or be observed no longer; who died before another is told apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from gepnet.facts.events.schema import PATIENT
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import check_known, refuse
from gepnet.registry.assess import Assessed, OfRegistry
from gepnet.registry.small import Smallness

#: How treatments are named: each by itself, or by the class at the top of its tree.
LEVELS = ("class", "option")
#: What follows where no further treatment is recorded.
DIED, NOTHING = "died", "none recorded"
_MOST_LINES = 8


@dataclass(frozen=True)
class Step:
    """How many patients go from a treatment of a line to what follows; None where it is hidden."""

    line: int
    before: str
    after: str
    patients: int | None


@dataclass(frozen=True)
class Way:
    """A whole sequence, up to the last line looked at, and how many patients went it."""

    treatments: tuple[str, ...]
    patients: int
    percent: float


@dataclass(frozen=True)
class Sequences(OfRegistry):
    """The lines of treatment of a registry.

    ``hidden_ways`` patients went ways that too few went to be told.
    """

    level: str
    lines: int
    patients: int
    steps: tuple[Step, ...]
    ways: tuple[Way, ...]
    hidden_ways: int


def sequences(
    base: KnowledgeBase,
    assessed: Assessed,
    level: str = "class",
    lines: int = 4,
    small: Smallness | None = None,
) -> Sequences:
    """Return which treatment follows which.

    Treatments of one class in a row are one line where classes are counted: a change of dose or of
    product begins none.

    Args:
        base: the knowledge, for the tree of treatments.
        assessed: an assessment with the points ``treatments``.
        level: one of ``LEVELS``.
        lines: how many lines are looked at, from the first.
        small: which counts are hidden.

    Raises:
        InputError: for another kind of assessment, level or number of lines.
    """
    check_known("level", [level], LEVELS)
    if not 1 <= lines <= _MOST_LINES:
        raise refuse("lines", str(lines), f"a number from 1 to {_MOST_LINES}")
    assessed.check("treatments")
    small = small or Smallness()
    table = _lines(base, assessed.table("points", [PATIENT, "option", "line", "died"]), level)
    first = table.filter(pl.col("line") <= lines)
    steps: list[Step] = []
    for line in range(1, lines):
        flows = first.filter(pl.col("line") == line).group_by("option", "next").len()
        for before, group in sorted(flows.group_by("option"), key=lambda one: str(one[0])):
            counts = dict(zip(group["next"], group["len"], strict=True))
            for after, count in sorted(small.parts(counts).items()):
                steps.append(Step(line, str(before[0]), after, count))
    whole = first.group_by(PATIENT, maintain_order=True).agg("option")
    ways = (
        whole.group_by("option")
        .len()
        .sort(pl.col("len"), pl.col("option").list.join(" "), descending=[True, False])
    )
    shown = [
        Way(tuple(names), count, round(100 * count / len(whole), 1))
        for names, count in ways.iter_rows()
        if not small.hides(count)
    ]
    return Sequences(
        *assessed.head,
        level,
        lines,
        len(whole),
        tuple(steps),
        tuple(shown),
        len(whole) - sum(way.patients for way in shown),
    )


def _lines(base: KnowledgeBase, points: pl.DataFrame, level: str) -> pl.DataFrame:
    """Return a row a line: patient, treatment, number of the line, and what follows."""
    named = pl.col("option")
    if level == "class":
        tops = {name: base.options.lineage(name)[-1] for name in base.options}
        named = named.replace(tops)
    rows = points.drop_nulls("option").with_columns(option=named).sort(PATIENT, "line")
    if level == "class":
        again = pl.col("option") == pl.col("option").shift(1).over(PATIENT)
        rows = rows.filter(~again.fill_null(False))
    after = pl.when(pl.col("died").is_not_null()).then(pl.lit(DIED)).otherwise(pl.lit(NOTHING))
    return rows.with_columns(
        line=pl.int_range(1, pl.len() + 1).over(PATIENT),
        next=pl.col("option").shift(-1).over(PATIENT).fill_null(after),
    )

"""One comparison over several studies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from gepnet.evidence.synthesis.contrast_table import ContrastRow, ContrastTable
from gepnet.knowledge import Problem, refuse_all
from gepnet.numbers.meta import PooledFit, pool
from gepnet.numbers.meta.pairwise import TauMethod
from gepnet.tables import Shown


@dataclass(frozen=True)
class Ratio:
    """A pooled effect as people read it, with its interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Pooled:
    """A model with its effect on the scale of the table; ``fit`` is on that of pooling."""

    effect: Annotated[Ratio, Shown(flat=True, take="value low high")]
    predicted: Ratio | None
    fit: PooledFit


@dataclass(frozen=True)
class PairwiseResult:
    """What the studies of one comparison say together, by a model of each kind.

    Attributes:
        treat1: compared with ``treat2``; empty where the table names no treatments.
        common: one effect common to all studies.
        random: effects that vary between studies; the answer unless there is a single study.
        study_weights: of each study in the random-effects model, by name.
        notes: what to know before it is quoted.
    """

    file: str
    measure: str
    treat1: str
    treat2: str
    rows: tuple[ContrastRow, ...]
    common: Pooled
    random: Pooled
    study_weights: dict[str, float]
    assumed: tuple[str, ...]
    notes: tuple[str, ...]


def meta_analysis(
    table: ContrastTable,
    tau_method: TauMethod = "reml",
    knapp_hartung: bool = True,
    level: float = 0.95,
) -> PairwiseResult:
    """Pool a table of one comparison.

    Raises:
        InputError: if it compares more than two treatments, or a study twice.
    """
    rows = _turned(table)
    effects, errors = [row.effect for row in rows], [row.se for row in rows]
    common = pool(effects, errors, "common", level=level)
    random = pool(effects, errors, "random", tau_method, knapp_hartung, level)
    left = tuple(row for row in table.rows if row.left_out)
    weights = {row.study: weight for row, weight in zip(rows, random.weights, strict=True)}
    return PairwiseResult(
        file=table.file,
        measure=table.words,
        treat1=rows[0].treat1,
        treat2=rows[0].treat2,
        rows=(*rows, *left),
        common=_pooled(table, common),
        random=_pooled(table, random),
        study_weights=weights,
        assumed=table.assumed,
        notes=(*table.notes, *_notes(common, random, len(rows))),
    )


def _pooled(table: ContrastTable, fit: PooledFit) -> Pooled:
    shown = table.shown
    predicted = None
    if fit.predicted is not None:
        low, high = fit.predicted
        predicted = Ratio(shown(fit.effect), shown(low), shown(high))
    return Pooled(Ratio(shown(fit.effect), shown(fit.low), shown(fit.high)), predicted, fit)


def _turned(table: ContrastTable) -> list[ContrastRow]:
    """Return the rows with their treatments in the order of the first one."""
    first = table.used[0]
    rows, seen = [], dict[str, int]()
    problems = []
    for row in table.used:
        if (row.treat2, row.treat1) == (first.treat1, first.treat2) and row.treat1:
            row = _turn(row, table.is_ratio)
        if (row.treat1, row.treat2) != (first.treat1, first.treat2):
            told = (
                f"{first.treat1} against {first.treat2}, as in the first row; "
                "for more treatments: gepnet evidence nma"
            )
            value = f"{row.treat1} against {row.treat2}"
            problems.append(Problem(table.file, row.line, row.study, "treat1", value, told))
        if row.study in seen:
            told = f"each study once (first on line {seen[row.study]})"
            problems.append(Problem(table.file, row.line, row.study, "study", row.study, told))
        seen.setdefault(row.study, row.line)
        rows.append(row)
    refuse_all(problems)
    return rows


def _turn(row: ContrastRow, ratio: bool) -> ContrastRow:
    def turned(value: float | None) -> float | None:
        return None if value is None else 1 / value if ratio else -value

    value, low, high = turned(row.value), turned(row.high), turned(row.low)
    assert value is not None
    return replace(
        row,
        treat1=row.treat2,
        treat2=row.treat1,
        value=value,
        low=low,
        high=high,
        effect=-row.effect,
    )


def _notes(common: PooledFit, random: PooledFit, studies: int) -> list[str]:
    notes = []
    if studies == 1:
        notes.append("a single study: nothing was pooled")
    elif studies < 5:
        notes.append(
            f"{studies} studies: the variance between them can hardly be estimated, and a test of "
            "heterogeneity has little power"
        )
    narrower = random.high - random.low < common.high - common.low
    if studies > 1 and random.knapp_hartung and narrower:
        notes.append(
            "Hartung's and Knapp's interval is narrower than that of the common effect: the "
            "studies agree better than chance would have them; rather quote the wider one"
        )
    return notes

"""A registry beside what was published: the figures of a series, and of treatments most like its.

This is how far a made-up registry can be believed as a stand-in. The patients of a series were
chosen by more than a registry tells, so a difference is no finding about either.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import polars as pl

from gepnet.criteria.columns import low_column
from gepnet.facts.events.schema import CYCLES, PATIENT, with_defaults
from gepnet.guidelines import KnowledgeBase
from gepnet.numbers.proportions import wilson
from gepnet.registry.assess import Assessed, OfRegistry
from gepnet.registry.columns import FactColumns, middle
from gepnet.registry.outcomes import Chosen, Endpoint, treatments_asked
from gepnet.registry.recipe import Likened, Published, SyntheticRegistry
from gepnet.registry.small import Smallness
from gepnet.registry.store import Registry
from gepnet.registry.survival import Curve, survival

#: What a share is of, by criteria on the day before the treatment: who counts, and among whom.
_SHARES = {
    "grade_1_percent": ("grade = 'NET_G1'", "grade is not null"),
    "grade_2_percent": ("grade = 'NET_G2'", "grade is not null"),
    "grade_3_percent": ("grade = 'NET_G3'", "grade is not null"),
    "pancreas_percent": ("primary_site = 'pancreas'", "primary_site is not null"),
    "small_intestine_percent": ("primary_site = 'jejunum_ileum'", "primary_site is not null"),
}
_TWO_YEARS = 24.0
_KI67 = "ki67_percent"
_BY_RESPONSE = ("CR", "PR")


@dataclass(frozen=True)
class Beside:
    """A published figure and that of the registry; None where too few or nothing tells it.

    Attributes:
        treatments: of the registry, that the figure is of.
        value: of the registry, with its 95 % interval.
    """

    id: str
    series: str
    what: str
    published: float
    published_low: float | None
    published_high: float | None
    source: str
    verification: str
    note: str | None
    treatments: int | None
    value: float | None
    low: float | None
    high: float | None
    difference: float | None


@dataclass(frozen=True)
class BesidePublished(OfRegistry):
    """Every published figure of the recipe beside a registry."""

    figures: tuple[Beside, ...]
    note: str


_Told = tuple[int, float | None, float | None, float | None]


def beside_published(
    base: KnowledgeBase, assessed: Assessed, registry: Registry, small: Smallness | None = None
) -> BesidePublished:
    """Return the published figures of the recipe beside those of a registry.

    Args:
        base: the knowledge.
        assessed: its assessment with the points ``treatments``.
        registry: the registry, of which responses and cycles are read.
        small: below which number of treatments a figure is hidden.

    Raises:
        InputError: for another kind of assessment, or one of another registry.
    """
    assessed.check("treatments", registry)
    recipe = SyntheticRegistry.read(base.knowledge.measures)
    series = {
        name: _Series(base, assessed, like, recipe.cycles.planned)
        for name, like in recipe.groups.items()
    }
    treatments = _treatments(base, assessed, registry, recipe)
    found = [
        _beside(recipe.groups[one.of].label, one, series[one.of], treatments, small or Smallness())
        for one in recipe.published
    ]
    return BesidePublished(
        *assessed.head,
        tuple(found),
        "Treatments most like those of the series, as known on the day before; what else a series "
        "asked of its patients is not told by a registry, so a difference is no finding.",
    )


def _treatments(
    base: KnowledgeBase, assessed: Assessed, registry: Registry, recipe: SyntheticRegistry
) -> pl.DataFrame:
    """Return each treatment: of which series, what is known before, response and cycles."""
    criteria: dict[str, str] = {}
    for name, like in recipe.groups.items():
        if like.where is not None:
            criteria[f"of {name}"] = like.where
    for name, (counts, among) in _SHARES.items():
        criteria |= {f"is {name}": counts, f"known {name}": among}
    work = FactColumns(base, assessed.schema("facts"), [_KI67], criteria)
    parts = []
    for points, facts in assessed.blocks(points=None, facts=work.reads):
        known = work.of(facts).with_columns(middle(base.vocabulary[_KI67]).alias("__ki67"))
        parts.append(points.hstack(known.drop(PATIENT, "at", low_column(base.vocabulary[_KI67]))))
    table = pl.concat(parts)
    at = datetime.date.fromisoformat(assessed.about["at"])
    return table.join(_given(registry, at), on=[PATIENT, "option", "start"], how="left")


def _given(registry: Registry, at: datetime.date) -> pl.DataFrame:
    """Return best response and, where it has ended, the cycles of each treatment."""
    key = [PATIENT, "option", "start"]
    kinds = {"best_response": pl.String(), "stop": pl.Date()}
    none = {PATIENT: pl.String(), "option": pl.String(), "start": pl.Date(), **kinds}
    found = [pl.DataFrame(schema={**none, "cycles": pl.UInt32()})]
    for block in registry.manifest.blocks:
        tables = with_defaults(registry.tables(block))
        table = tables.get("treatment")
        if table is None or not set(key) <= set(table.columns):
            continue
        absent = {n: pl.lit(None, dtype=k) for n, k in kinds.items() if n not in table.columns}
        table = table.with_columns(**absent).select(*key, *kinds).unique(key, keep="last")
        table = table.with_columns(pl.when(pl.col("stop") <= at).then("stop"))
        cycles = tables.get(CYCLES)
        if cycles is None or "date" not in cycles.columns:
            found.append(table.with_columns(cycles=pl.lit(None, dtype=pl.UInt32)))
            continue
        given = (
            table.drop_nulls("stop")
            .join(cycles.select(PATIENT, "option", day="date"), on=[PATIENT, "option"])
            .filter(pl.col("day").is_between(pl.col("start"), pl.col("stop")))
            .group_by(key)
            .agg(cycles=pl.len())
        )
        found.append(table.join(given, on=key, how="left"))
    return pl.concat(found)


class _Series:
    """The treatments that a series is most like, and their curves, each worked out once."""

    def __init__(
        self, base: KnowledgeBase, assessed: Assessed, like: Likened, planned: int
    ) -> None:
        self.base, self.assessed, self.like, self.planned = base, assessed, like, planned
        self._curves: dict[str, Curve | None] = {}

    def of(self, name: str, table: pl.DataFrame) -> pl.DataFrame:
        """Return its rows of a table of treatments."""
        where = None if self.like.where is None else f"of {name}"
        return table.filter(treatments_asked(self.like.options, self.like.line, where))

    def curve(self, endpoint: Endpoint, rows: int) -> Curve | None:
        """Return how long its treatments held, or None where there is none."""
        if endpoint not in self._curves:
            like = self.like
            chosen = Chosen(endpoint, tuple(like.options), like.line, like.where)
            found = None
            if rows:
                curves = survival(self.base, self.assessed, chosen, small=Smallness(1)).curves
                found = curves[0]
            self._curves[endpoint] = found
        return self._curves[endpoint]


def _beside(
    label: str, one: Published, series: _Series, treatments: pl.DataFrame, small: Smallness
) -> Beside:
    size, value, low, high = _figure(one, series, series.of(one.of, treatments))
    if small.hides(size):
        value = low = high = None
    least, most = one.interval or (None, None)
    return Beside(
        id=one.id,
        series=label,
        what=one.what,
        published=float(one.value),
        published_low=None if least is None else float(least),
        published_high=None if most is None else float(most),
        source=one.source,
        verification=one.verification,
        note=one.note,
        treatments=small.count(size),
        value=_rounded(value),
        low=_rounded(low),
        high=_rounded(high),
        difference=None if value is None else round(value - float(one.value), 1),
    )


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 1)


def _figure(one: Published, series: _Series, rows: pl.DataFrame) -> _Told:
    what = one.what
    if what in _SHARES:
        among = rows.filter(pl.col(f"known {what}").fill_null(False))
        return _share(int(among[f"is {what}"].fill_null(False).sum()), len(among))
    if what == "ki67_median_percent":
        numbers = rows["__ki67"].drop_nulls()
        middle_ = numbers.median()
        return len(numbers), float(middle_) if isinstance(middle_, float) else None, None, None
    if what == "response_percent":
        told = rows["best_response"].drop_nulls()
        return _share(int(told.is_in(list(_BY_RESPONSE)).sum()), len(told))
    if what == "all_cycles_percent":
        cycles = rows.drop_nulls("stop")["cycles"].drop_nulls()
        return _share(int((cycles >= series.planned).sum()), len(cycles))
    curve = series.curve("os" if what == "os_median_months" else "pfs", len(rows))
    if curve is None:
        return 0, None, None, None
    size = curve.treatments or 0
    if what == "pfs_24_months_percent":
        before = [point for point in curve.points if point.months <= _TWO_YEARS]
        if not before:
            return size, 100.0, None, None
        last = before[-1]
        return size, 100 * last.share, 100 * last.low, 100 * last.high
    return size, curve.median_months, curve.median_low, curve.median_high


def _share(count: int, of: int) -> _Told:
    if not of:
        return 0, None, None, None
    low, high = wilson(count / of, of)
    return of, 100 * count / of, 100 * low, 100 * high

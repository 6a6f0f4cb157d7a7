"""Quality indicators of a registry, by centre, with the limits within which chance alone moves.

A criterion that cannot be decided is neither met nor missed: it is counted as unknown, and the
share that is met lies between the two numbers that are told. An event counts only when its window
has passed before the registry ends and while its patient was observed.

Spiegelhalter DJ. Funnel plots for comparing institutional performance. Stat Med 2005;24:1185-202,
doi 10.1002/sim.1970: limits from the binomial distribution around the share of all centres.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl
from scipy.stats import binom

from gepnet.facts.events.schema import PATIENT
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import check_known
from gepnet.numbers.proportions import wilson
from gepnet.registry.assess import Assessed, OfRegistry
from gepnet.registry.columns import FactColumns
from gepnet.registry.indicator_file import Found, Indicator, NotComputed, QualityIndicators
from gepnet.registry.small import Smallness
from gepnet.registry.store import Registry

BY = ("centre", "region")
ALL = "all"
#: Of the limits of a funnel: how much of chance lies between them.
LIMITS = (0.95, 0.998)
_COUNTS = ("met", "not_met", "unknown")


@dataclass(frozen=True)
class Measured:
    """An indicator in one group; None where a count is hidden.

    Attributes:
        percent: met, of all that count.
        low: of the 95 % interval of ``percent``; ``high`` likewise.
        at_most_percent: were everything unknown met as well.
        outside: ``below`` or ``above`` with the limit that is passed, such as ``below 95``.
    """

    group: str
    of: int | None
    met: int | None
    not_met: int | None
    unknown: int | None
    percent: float | None
    low: float | None
    high: float | None
    at_most_percent: float | None
    outside: str | None = None


@dataclass(frozen=True)
class Told:
    """An indicator over all and by group."""

    id: str
    label: str
    counts: str
    source: str
    locator: str
    verification: str
    note: str | None
    groups: tuple[Measured, ...]


@dataclass(frozen=True)
class Indicators(OfRegistry):
    """The indicators of a registry, and those that cannot be computed."""

    by: str | None
    indicators: tuple[Told, ...]
    not_computed: tuple[NotComputed, ...]
    note: str


def indicators(
    base: KnowledgeBase,
    assessed: Assessed,
    registry: Registry,
    by: str | None = None,
    chosen: Sequence[str] = (),
    small: Smallness | None = None,
) -> Indicators:
    """Return the quality indicators of a registry.

    Args:
        base: the knowledge; the indicators are in ``measures/quality_indicators.yaml``.
        assessed: its assessment on one day.
        registry: the registry, of which the days of events are read.
        by: ``centre`` or ``region``.
        chosen: these indicators alone.
        small: which counts are hidden.

    Raises:
        InputError: for another kind of assessment or registry, or names that there are not.
    """
    about = assessed.about
    assessed.check("day", registry)
    if by is not None:
        check_known("by", [by], BY)
    file = QualityIndicators.read(base.knowledge.measures)
    check_known("indicator", chosen, [one.id for one in file.indicators])
    wanted = [one for one in file.indicators if not chosen or one.id in chosen]
    people, truths = _truths(base, assessed, wanted)
    tables = _of_events(registry, wanted, people, datetime.date.fromisoformat(about["at"]))
    found = []
    for one in wanted:
        rows = tables[one.id] if one.event is not None else truths[one.id]
        groups = _measured(rows.join(people, on=PATIENT), by, small or Smallness())
        counts = "patients" if one.event is None else f"events: {one.event.kind}"
        found.append(
            Told(
                one.id, one.label, counts, one.source, one.locator, one.verification, one.note,
                groups,
            )
        )  # fmt: skip
    return Indicators(
        *assessed.head,
        by,
        tuple(found),
        file.not_computed,
        "A centre outside the limits is one to be looked at: patients differ between centres, and "
        "what was done and not recorded counts as unknown or not found.",
    )


def _truths(
    base: KnowledgeBase, assessed: Assessed, wanted: Sequence[Indicator]
) -> tuple[pl.DataFrame, dict[str, pl.DataFrame]]:
    """Return the patients, and whether each indicator by criterion is met by those it is of."""
    criteria = {f"met {one.id}": one.met for one in wanted if one.met is not None}
    criteria |= {f"among {one.id}": one.among for one in wanted if one.among is not None}
    work = FactColumns(base, assessed.schema("facts"), [], criteria)
    points, known = [], []
    for place, facts in assessed.blocks(points=[PATIENT, *BY, "seen", "died"], facts=work.reads):
        points.append(place)
        known.append(work.of(facts))
    whole = pl.concat(known)
    found = {}
    for one in wanted:
        if one.met is None:
            continue
        rows = whole if one.among is None else whole.filter(pl.col(f"among {one.id}"))
        found[one.id] = rows.select(PATIENT, met=pl.col(f"met {one.id}"))
    return pl.concat(points), found


def _of_events(
    registry: Registry, wanted: Sequence[Indicator], people: pl.DataFrame, at: datetime.date
) -> dict[str, pl.DataFrame]:
    """Return whether each event had what is looked for around it."""
    of_events = [one for one in wanted if one.event is not None]
    none = pl.DataFrame(schema={PATIENT: pl.String(), "met": pl.Boolean()})
    found: dict[str, list[pl.DataFrame]] = {one.id: [none] for one in of_events}
    seen = people.select(PATIENT, until=pl.min_horizontal("seen", "died", pl.lit(at)))
    for block in registry.manifest.blocks if of_events else ():
        tables = registry.tables(block)
        for one in of_events:
            if one.event is None or one.found is None:
                continue
            events = tables.get(one.event.kind)
            if events is None or "date" not in events.columns:
                continue
            days = events.select(PATIENT, day="date").drop_nulls().unique(maintain_order=True)
            days = days.filter(pl.col("day") <= at)
            if one.event.which != "each":
                end = pl.col("day").min() if one.event.which == "first" else pl.col("day").max()
                days = days.group_by(PATIENT, maintain_order=True).agg(end)
            found[one.id].append(_around(days, tables.get(one.found.kind), one.found, seen))
    return {name: pl.concat(parts) for name, parts in found.items()}


def _around(
    days: pl.DataFrame, table: pl.DataFrame | None, looked_for: Found, seen: pl.DataFrame
) -> pl.DataFrame:
    """Return of the events whose window was observed to its end whether something was found."""
    first, last = looked_for.days
    days = days.with_row_index("event").join(seen, on=PATIENT)
    end = pl.col("day") if last is None else pl.col("day").dt.offset_by(f"{last}d")
    whole = days.filter(end <= pl.col("until"))
    there = pl.lit(True)
    columns = set() if table is None else set(table.columns)
    needed = [*(_column(name, columns) for name in looked_for.has), *looked_for.is_true]
    if table is None or not {"date", *needed} <= columns:
        return whole.select(PATIENT, met=pl.lit(False))
    for name in looked_for.is_true:
        there &= pl.col(name).fill_null(False)
    for name in needed[: len(looked_for.has)]:
        there &= pl.col(name).is_not_null()
    near = (pl.col("date") - pl.col("day")).dt.total_days()
    inside = pl.col("date") <= pl.col("until")
    if first is not None:
        inside &= near >= first
    if last is not None:
        inside &= near <= last
    hits = table.filter(there).select(PATIENT, "date").join(whole, on=PATIENT).filter(inside)
    return whole.select(PATIENT, met=pl.col("event").is_in(hits["event"].unique().to_list()))


def _column(name: str, columns: set[str]) -> str:
    """Return the column of a value: a number that may be a range stands as its bounds."""
    low = f"{name}__lo"
    return low if low in columns else name


def _measured(rows: pl.DataFrame, by: str | None, small: Smallness) -> tuple[Measured, ...]:
    parts = {ALL: rows}
    if by is not None:
        named = rows.with_columns(pl.col(by).fill_null("unknown"))
        split = named.partition_by(by, as_dict=True)
        parts |= {str(name): part for (name,), part in sorted(split.items())}
    counts = {name: _counted(part["met"]) for name, part in parts.items()}
    whole = counts[ALL]
    size = sum(whole.values())
    share = whole["met"] / size if size else None
    sizes = {name: sum(found.values()) for name, found in counts.items()}
    told = small.parts({name: n for name, n in sizes.items() if name != ALL})
    told[ALL] = small.count(size)
    hidden = _hidden(counts, {name for name in told if told[name] is None}, small)
    return tuple(
        _one(name, found, None if name == ALL else share, hidden[name])
        if told[name] is not None
        else Measured(name, *[None] * 8)
        for name, found in counts.items()
    )


def _counted(met: pl.Series) -> dict[str, int]:
    yes, unknown = int(met.fill_null(False).sum()), met.null_count()
    return {"met": yes, "not_met": len(met) - yes - unknown, "unknown": unknown}


def _hidden(
    counts: dict[str, dict[str, int]], whole: set[str], small: Smallness
) -> dict[str, set[str]]:
    """Return which counts of each group are hidden: small ones, and what they would follow from.

    All counts of the groups ``whole`` are hidden. A count of one group alone would
    follow from that of all, so that of another goes with it.
    """
    hidden = {
        name: {k for k, v in small.parts(c).items() if v is None} for name, c in counts.items()
    }
    hidden |= {name: set(_COUNTS) for name in whole}
    groups = [name for name in counts if name != ALL]
    for _ in groups:
        before = {name: set(kinds) for name, kinds in hidden.items()}
        for kind in _COUNTS:
            alone = [name for name in groups if kind in hidden[name]]
            rest = [(counts[n][kind], n) for n in groups if kind not in hidden[n]]
            rest = [one for one in rest if one[0]]
            if len(alone) == 1 and rest and kind not in hidden[ALL]:
                hidden[min(rest)[1]].add(kind)
        for name in groups:
            left = [(counts[name][kind], kind) for kind in _COUNTS if kind not in hidden[name]]
            left = [one for one in left if one[0]]
            if len(hidden[name]) == 1 and left:
                hidden[name].add(min(left)[1])
        if before == hidden:
            break
    return hidden


def _one(name: str, counts: dict[str, int], share: float | None, hidden: set[str]) -> Measured:
    size = sum(counts.values())
    shown = {kind: None if kind in hidden else count for kind, count in counts.items()}
    found = Measured(
        name, size, shown["met"], shown["not_met"], shown["unknown"], None, None, None, None
    )
    if not size or shown["met"] is None:
        return found
    part = counts["met"] / size
    low, high = wilson(part, size)
    most = None if shown["unknown"] is None else (counts["met"] + counts["unknown"]) / size
    return replace(
        found,
        percent=round(100 * part, 1),
        low=round(100 * low, 1),
        high=round(100 * high, 1),
        at_most_percent=None if most is None else round(100 * most, 1),
        outside=None if share is None else _outside(counts["met"], size, share),
    )


def limits(size: int, share: float, inside: float) -> tuple[float, float]:
    """Return the counts of ``size`` between which chance leaves ``inside`` of all centres.

    Args:
        size: how many count.
        share: that is met over all centres.
        inside: from 0 to 1, such as 0.95.
    """
    tail = (1 - inside) / 2
    return float(binom.ppf(tail, size, share)), float(binom.ppf(1 - tail, size, share))


def _outside(met: int, size: int, share: float) -> str | None:
    found = None
    for inside in LIMITS:
        low, high = limits(size, share, inside)
        if met < low or met > high:
            found = f"{'below' if met < low else 'above'} {100 * inside:g}"
    return found

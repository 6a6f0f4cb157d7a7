"""Outliers and data quality of a registry: what is odd, row by row, and what is missing where.

A finding is a row to look at. The rows themselves are for the centre that has the files; what
leaves are counts, and of these small ones are hidden.

Iglewicz B, Hoaglin DC. How to detect and handle outliers. ASQC Quality Press 1993: the modified
z-score. Spiegelhalter DJ. Stat Med 2005;24:1185-202: limits around the mean of all centres.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import NormalDist

import numpy as np
import polars as pl

from gepnet.criteria.columns import high_column, low_column
from gepnet.facts.events.schema import PATIENT, PATIENTS
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, check_known
from gepnet.registry.quality_file import OF_NO_PATIENT, DataQuality, Method
from gepnet.registry.quality_rows import Finding, findings_of, found
from gepnet.registry.small import Smallness
from gepnet.registry.store import FILE, ROW, Block, Registry
from gepnet.vocabulary import Fact, Vocabulary

_ORIGIN = ("id", "source", FILE, ROW, "date")


@dataclass(frozen=True)
class Counted:
    """How often a check found something: rows, patients, and patients by centre (None hidden)."""

    id: str
    label: str
    rows: int | None
    patients: int | None
    by_centre: dict[str, int | None]


@dataclass(frozen=True)
class Missing:
    """A fact that somebody recorded: how many patients of a centre have none; None is hidden."""

    fact: str
    kind: str
    group: str
    patients: int | None
    missing: int | None
    percent: float | None


@dataclass(frozen=True)
class Quality:
    """What is odd in a registry, counted, and what is missing where."""

    title: str
    synthetic: bool
    patients: int
    rows: int
    centres: dict[str, int | None]
    checks: tuple[Counted, ...]
    missing: tuple[Missing, ...]
    methods: tuple[Method, ...]
    note: str


@dataclass
class _Gathered:
    """What is put together over the blocks."""

    findings: list[Finding] = field(default_factory=list)
    people: list[pl.DataFrame] = field(default_factory=list)
    values: dict[str, list[pl.DataFrame]] = field(default_factory=dict)
    known: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    same: list[pl.DataFrame] = field(default_factory=list)
    rows: int = 0


def quality(
    base: KnowledgeBase,
    registry: Registry,
    checks: Sequence[str] = (),
    small: Smallness | None = None,
) -> tuple[Quality, list[Finding]]:
    """Return what is odd in a registry as counts, and every finding with its row.

    Args:
        base: the knowledge; what is looked for is in ``measures/data_quality.yaml``.
        registry: whose rows are read.
        checks: these alone.
        small: which counts are hidden.

    Raises:
        InputError: for a check that there is not.
    """
    small = small or Smallness()
    asked = DataQuality.read(base.knowledge.measures)
    check_known("check", checks, [one.id for one in asked.checks])
    got = _Gathered()
    for block in registry.manifest.blocks:
        _read(registry, block, base.vocabulary, asked, got)
    people = pl.concat(got.people) if got.people else _nobody()
    centres = dict(people.select(PATIENT, "centre").iter_rows())
    got.findings += _outliers(got, base.vocabulary, asked, people)
    got.findings += _same_patients(got.same, asked)
    wanted = {one.id for one in asked.checks if not checks or one.id in checks}
    findings = [one for one in got.findings if one.check in wanted]
    order = {one.id: place for place, one in enumerate(asked.checks)}
    findings.sort(key=lambda one: (order[one.check], one.patient, one.kind, one.row, one.field))
    sizes = Counter(centres.values())
    told = small.parts(dict(sorted(sizes.items())))
    shown = [name for name, size in told.items() if size is not None]
    whole = Quality(
        registry.manifest.title,
        registry.manifest.synthetic,
        len(people),
        got.rows,
        told,
        tuple(
            _counted(
                one.id, one.label, [f for f in findings if f.check == one.id], centres, shown, small
            )
            for one in asked.checks
            if one.id in wanted
        ),
        tuple(_missing(got, sizes, shown, small)),
        (asked.outlier, asked.centre),
        "A finding is a row to look at, and no error: patients differ, and so do centres. Among "
        "many facts and centres some lie outside by chance alone.",
    )
    return whole, findings


def _nobody() -> pl.DataFrame:
    return pl.DataFrame(schema={PATIENT: pl.String(), "centre": pl.String()})


# --- a block --------------------------------------------------------------------------------------


def _read(
    registry: Registry, block: Block, vocabulary: Vocabulary, asked: DataQuality, got: _Gathered
) -> None:
    """Look at the rows of a block, and keep what is needed of them for all blocks together."""
    try:
        tables = registry.tables(block, origin=True)
    except InputError as error:
        for one in error.problems:
            told = ("", one.value, one.expected)
            got.findings.append(found("unreadable", "", {FILE: one.file}, told))
        return
    if PATIENTS not in tables:
        return
    got.rows += sum(map(len, tables.values()))
    heads = tables[PATIENTS]
    centre = pl.col("source") if "source" in heads.columns else pl.lit(None, dtype=pl.String)
    people = heads.select(PATIENT, centre=centre.fill_null("unknown"))
    people = people.unique(PATIENT, keep="last", maintain_order=True)
    got.people.append(people)
    got.findings += findings_of(tables, vocabulary)
    for kind, table in tables.items():
        if kind == PATIENTS:
            continue
        rows = table.join(people, on=PATIENT, how="left")
        for name, fact in vocabulary.of_event(kind).items():
            if low_column(fact) in table.columns and high_column(fact) in table.columns:
                _gather(got, kind, name, fact, rows)
    got.same.append(_identity(tables, asked))


def _gather(got: _Gathered, kind: str, name: str, fact: Fact, rows: pl.DataFrame) -> None:
    low, high = low_column(fact), high_column(fact)
    known = rows.filter(pl.col(low).is_not_null())
    counts = known.group_by("centre").agg(pl.col(PATIENT).n_unique())
    for centre, count in counts.iter_rows():
        got.known[kind, name, str(centre)] += count
    if fact.type != "number":
        return
    beside = [pl.col(one) for one in _ORIGIN if one in rows.columns]
    value = (pl.col(low) + pl.col(high)) / 2
    got.values.setdefault(f"{kind}.{name}", []).append(
        known.select(PATIENT, "centre", *beside, __value=value)
    )


def _identity(tables: Mapping[str, pl.DataFrame], asked: DataQuality) -> pl.DataFrame:
    """Return what makes a patient who they are, of those of whom all of it is known."""
    found_ = tables[PATIENTS].select(PATIENT, FILE, ROW).unique(PATIENT, keep="last")
    for name in asked.same_patient:
        table = next((t for t in tables.values() if name in t.columns), None)
        if table is None:
            return pl.DataFrame()
        last = table.select(PATIENT, name).drop_nulls().unique(PATIENT, keep="last")
        found_ = found_.join(last, on=PATIENT)
    return found_


# --- over all blocks ------------------------------------------------------------------------------


def _outliers(
    got: _Gathered, vocabulary: Vocabulary, asked: DataQuality, people: pl.DataFrame
) -> Iterator[Finding]:
    """Yield values far from those of everybody, and centres whose patients differ from all."""
    method = asked.outlier
    for name, parts in got.values.items():
        kind, _, fact = name.partition(".")
        rows = pl.concat(parts, how="diagonal")
        values = rows["__value"].to_numpy()
        unit = vocabulary[fact].entry.unit or ""
        if len(values) < method.least_values:
            continue
        scaled, is_log = scale(values)
        middle = float(np.median(scaled))
        spread = float(np.median(np.abs(scaled - middle)))
        if not spread:
            continue
        score = method.factor * (scaled - middle) / spread
        reach = method.above * spread / method.factor
        ends = [math.exp(one) if is_log else one for one in (middle - reach, middle + reach)]
        expected = f"a value from {ends[0]:.3g} to {ends[1]:.3g} {unit}".rstrip()
        far = rows.with_columns(__score=pl.Series(np.abs(score))).filter(
            pl.col("__score") > method.above
        )
        for row in far.iter_rows(named=True):
            told = (fact, f"{row['__value']:g}", f"{expected}, by those of all patients")
            yield found("outlier", kind, row, told)
        held = rows.with_columns(__held=pl.Series(np.clip(scaled, middle - reach, middle + reach)))
        yield from _centres(kind, fact, held, asked, is_log)


def scale(values: np.typing.NDArray[np.float64]) -> tuple[np.typing.NDArray[np.float64], bool]:
    """Return values as they are or their logarithms, whichever lies more evenly, and which."""
    if not (values > 0).all():
        return values, False

    def skew(some: np.typing.NDArray[np.float64]) -> float:
        low, middle, high = np.percentile(some, [10, 50, 90])
        return abs(float((high + low - 2 * middle) / (high - low))) if high > low else math.inf

    logs = np.log(values)
    return (logs, True) if skew(logs) < skew(values) else (values, False)


def _centres(
    kind: str, fact: str, rows: pl.DataFrame, asked: DataQuality, is_log: bool
) -> Iterator[Finding]:
    """Yield centres whose mean lies outside the limits around that of all patients."""
    each = rows.group_by(PATIENT, "centre").agg(pl.col("__held").median())
    middle, spread = each["__held"].mean(), each["__held"].std()
    by = each.group_by("centre").agg(size=pl.len(), mean=pl.col("__held").mean()).sort("centre")
    if not isinstance(middle, float) or not isinstance(spread, float) or len(by) < 2:
        return
    z = NormalDist().inv_cdf((1 + asked.centre.inside) / 2)
    for centre, size, mean in by.iter_rows():
        reach = z * spread / math.sqrt(size)
        if size < asked.centre.least_patients or abs(mean - middle) <= reach:
            continue
        ends = [math.exp(v) if is_log else v for v in (mean, middle - reach, middle + reach)]
        expected = f"a mean from {ends[1]:.3g} to {ends[2]:.3g}, by chance around that of all"
        told = (fact, f"{ends[0]:.3g} in {size} patients of {centre}", expected)
        yield Finding("centre_differs", "", kind, "", 0, str(centre), None, *told)


def _same_patients(parts: Sequence[pl.DataFrame], asked: DataQuality) -> Iterator[Finding]:
    """Yield patients who agree in all that makes a patient who they are."""
    told = [part for part in parts if len(part)]
    if not told:
        return
    names = list(asked.same_patient)
    people = pl.concat(told, how="diagonal_relaxed")
    several = people.filter(pl.struct(names).is_duplicated()).sort(*names, PATIENT)
    for key, group in several.group_by(names, maintain_order=True):
        first = group[PATIENT][0]
        words = ", ".join(str(one) for one in key)
        for row in group[1:].iter_rows(named=True):
            expected = f"another person than {first}: {', '.join(names)} are the same"
            yield found("duplicate_patient", PATIENTS, row, (PATIENT, words, expected))


# --- what is told ---------------------------------------------------------------------------------


def _counted(
    name: str,
    label: str,
    findings: Sequence[Finding],
    centres: Mapping[str, str],
    shown: Sequence[str],
    small: Smallness,
) -> Counted:
    patients = {one.patient for one in findings if one.patient}
    by = Counter(centres.get(patient, "unknown") for patient in patients)
    if name in OF_NO_PATIENT:  # of a centre or a file, of no patient
        own = Counter(one.source or "" for one in findings)
        by_centre = {c: own[c] for c in shown if own[c]}
        return Counted(name, label, len(findings), None, dict(by_centre))
    total = small.count(len(patients))
    parts = small.parts({centre: by[centre] for centre in shown if by[centre]})
    rows = None if total is None and len(findings) else len(findings)
    return Counted(name, label, rows, total, parts)


def _missing(
    got: _Gathered, sizes: Mapping[str, int], shown: Sequence[str], small: Smallness
) -> Iterator[Missing]:
    """Yield how much of each fact is missing in each centre; facts that somebody recorded."""
    facts = dict.fromkeys((kind, fact) for kind, fact, _ in got.known)
    for kind, fact in facts:
        for centre in shown:
            size = sizes[centre]
            gap = max(0, size - got.known[kind, fact, centre])
            hidden = small.hides(gap) or small.hides(size - gap)
            count, percent = (None, None) if hidden else (gap, round(100 * gap / size, 1))
            yield Missing(fact, kind, centre, size, count, percent)

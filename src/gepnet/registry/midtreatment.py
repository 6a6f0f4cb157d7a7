"""Response in the middle of courses of radioligand therapy, and at their end, over a registry.

The response of a course after its second cycle is read as for one patient
(``response.midtreatment``). Only courses that went on to a further cycle count: in the others
nothing is the middle. Who stopped, progressed or died before is counted and left out, so that what
is found speaks of courses that went on, and never of when to stop.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from gepnet.criteria.columns import low_column
from gepnet.facts.events.rows import record_of_rows
from gepnet.facts.events.schema import CYCLES, PATIENT
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, refuse
from gepnet.numbers.proportions import wilson
from gepnet.registry.assess import Assessed, OfRegistry
from gepnet.registry.columns import FactColumns
from gepnet.registry.courses import KEY, SCANS, courses
from gepnet.registry.small import Smallness
from gepnet.registry.store import Registry
from gepnet.response.fit import Spec, StoredModel
from gepnet.response.fit.cohort import MADE_UP, ORIGIN, Cohort
from gepnet.response.fit.fitting import fit
from gepnet.response.fit.spec import Predictor
from gepnet.response.fit.stored import Data
from gepnet.response.midtreatment import Evidence, read_course
from gepnet.vocabulary import exact

#: What became of a course here, in the order in which it is asked.
PLACES = (
    "no second cycle",
    "no further cycle",
    "no response in the middle",
    "no response at the end",
    "counted",
)
_RESPONDED = ("CR", "PR")
_MID, _END = "mid_response", "end_response"


@dataclass(frozen=True)
class Row:
    """Courses of one response in the middle, by their response at the end; None is hidden.

    ``better_percent`` reached a better category later, with its 95 % interval.
    """

    middle: str
    courses: int | None
    end: dict[str, int | None]
    better: int | None
    better_percent: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Share:
    """One figure of the published series beside that of the registry."""

    id: str
    text: str
    counts: str
    published: str | None
    percent: float | None
    low: float | None
    high: float | None
    of: int | None


@dataclass(frozen=True)
class Odds:
    """One odds ratio of the model of further response, None where a bound was not found."""

    name: str
    courses: int | None
    better: int | None
    ratio: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class MidTreatments(OfRegistry):
    """The courses of a registry in the middle and at the end.

    ``places`` says what became of the courses that were begun; ``not_fitted`` why there is no
    model.
    """

    least_cycles: int | None
    begun: int
    places: dict[str, int | None]
    rows: tuple[Row, ...]
    shares: tuple[Share, ...]
    odds: tuple[Odds, ...]
    not_fitted: str | None
    weaknesses: tuple[str, ...]
    source: str
    verification: str
    limits: tuple[str, ...]
    never: tuple[str, ...]
    note: str


def mid_treatments(
    base: KnowledgeBase,
    assessed: Assessed,
    registry: Registry,
    least_cycles: int | None = None,
    seed: int = 1,
    small: Smallness | None = None,
) -> tuple[MidTreatments, pl.DataFrame]:
    """Return how courses responded in the middle and at the end, and the table of the courses.

    The table is one that ``gepnet response fit`` reads.

    Args:
        base: the knowledge.
        assessed: its assessment with the points ``treatments``.
        registry: the registry, of which cycles and scans are read.
        least_cycles: count only courses of so many cycles, as the published series did.
        seed: of the resamples of the model.
        small: which counts are hidden.

    Raises:
        InputError: for another kind of assessment or registry, or where no course can be counted.
    """
    assessed.check("treatments", registry)
    small = small or Smallness()
    measures = base.knowledge.measures
    evidence, spec = Evidence.read(measures), Spec.read(measures)
    table = _table(base, assessed, registry, evidence, spec, least_cycles)
    counted = table.filter(pl.col("place") == PLACES[-1])
    if counted.is_empty():
        told = "a course with a response after its second cycle, a further cycle, and one later"
        raise refuse("courses", "none", told)
    about = assessed.about
    places = table["place"].value_counts()
    sizes = dict.fromkeys(PLACES, 0) | dict(places.iter_rows())
    cohort = _cohort(counted, evidence, spec, about)
    odds, reason, weak = _model(cohort, counted, spec, about, seed, small)
    found = MidTreatments(
        *assessed.head,
        least_cycles,
        len(table),
        small.parts(sizes),
        tuple(_rows(counted, evidence, small)),
        tuple(_shares(counted, evidence, small)),
        odds,
        reason,
        weak,
        evidence.source,
        evidence.verification,
        evidence.limits,
        evidence.never,
        "The response at the end is the best on CT or MRI after that in the middle, or without one "
        "the best that was recorded of the treatment; of a course with progression in the middle "
        "that tells nothing of later. Courses that went on were chosen by how they did until then.",
    )
    return found, cohort


# --- each course ----------------------------------------------------------------------------------


def _table(
    base: KnowledgeBase,
    assessed: Assessed,
    registry: Registry,
    evidence: Evidence,
    spec: Spec,
    least_cycles: int | None,
) -> pl.DataFrame:
    """Return each course that was begun: its place, its responses and the predictors."""
    facts = [p.fact for p in spec.predictors if p.column != _MID]
    work = FactColumns(base, assessed.schema("facts"), facts)
    parts = []
    for points, known in assessed.blocks(points=None, facts=work.reads):
        words = work.of(known).select(low_column(base.vocabulary[name]) for name in facts)
        parts.append(points.hstack(words))
    at = datetime.date.fromisoformat(assessed.about["at"])
    rows: list[dict[str, Any]] = []
    for treatments, events in courses(pl.concat(parts), registry, at):
        if CYCLES not in events:
            continue
        beside = {
            (one[PATIENT], one["start"]): one
            for one in treatments.join(
                events[CYCLES].select(KEY).unique(), on=KEY, how="semi"
            ).iter_rows(named=True)
        }
        for key, grouped in _grouped(events).items():
            if CYCLES in grouped:
                one = beside[key]
                place, middle, end = _read(base, one, grouped, evidence, least_cycles)
                predictors = {
                    p.column: _level(p, one[p.fact]) for p in spec.predictors if p.column != _MID
                }
                told = {PATIENT: key[0], "place": place, _MID: middle, _END: end}
                rows.append({**told, **predictors})
    names = [PATIENT, "place", _MID, _END, *(p.column for p in spec.predictors if p.column != _MID)]
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String()))


def _grouped(
    events: Mapping[str, pl.DataFrame],
) -> dict[tuple[str, datetime.date], dict[str, list[dict[str, Any]]]]:
    found: dict[tuple[str, datetime.date], dict[str, list[dict[str, Any]]]] = {}
    for kind in (CYCLES, SCANS):
        for row in events[kind].iter_rows(named=True) if kind in events else ():
            start = row.pop("start")
            found.setdefault((row[PATIENT], start), {}).setdefault(kind, []).append(row)
    return found


def _level(predictor: Predictor, value: str | None) -> str | None:
    """Return the level of a value; None of several that are possible, or of one without a level."""
    if value is None or ";" in value:
        return None
    level = predictor.level_of(value)
    return level if level in predictor.levels else None


def _read(
    base: KnowledgeBase,
    treatment: Mapping[str, Any],
    rows: Mapping[str, list[dict[str, Any]]],
    evidence: Evidence,
    least_cycles: int | None,
) -> tuple[str, str | None, str | None]:
    """Return the place of a course, its response in the middle and at the end."""
    until: datetime.date = treatment["until"]
    try:
        record = record_of_rows(treatment[PATIENT], rows, base.vocabulary, until)
    except InputError:
        return PLACES[2], None, None
    read = read_course(record, exact(until), evidence)
    if read.reference is None:
        return PLACES[0], None, None
    if read.following is None or len(read.cycles) < (least_cycles or 0):
        return PLACES[1], None, None
    if read.category not in evidence.categories:
        return PLACES[2], None, None
    end = _end(read.category, _later(rows, read.ct.date), treatment["best_response"], evidence)
    return PLACES[4 if end is not None else 3], read.category, end


def _later(rows: Mapping[str, list[dict[str, Any]]], scan: str | None) -> list[str]:
    """Return the categories on CT or MRI after the scan in the middle."""
    day = datetime.date.fromisoformat(str(scan))
    found = [(row["date"], row.get("response_ct")) for row in rows.get(SCANS, ())]
    return [str(one) for when, one in found if one is not None and when > day]


def _end(middle: str, later: list[str], best: str | None, evidence: Evidence) -> str | None:
    """Return the best category after that in the middle; None where nothing tells it."""
    order = evidence.categories
    known = [one for one in later if one in order]
    if known:
        return min(known, key=order.index)
    if best not in order or (middle == evidence.progressive and best != middle):
        return None
    return best


# --- what is told of them -------------------------------------------------------------------------


def _rows(table: pl.DataFrame, evidence: Evidence, small: Smallness) -> Iterator[Row]:
    order = evidence.categories
    sizes = {name: int((table[_MID] == name).sum()) for name in order}
    told = small.parts({name: size for name, size in sizes.items() if size})
    for middle, whole in told.items():
        part = table.filter(pl.col(_MID) == middle)
        counts = {end: int((part[_END] == end).sum()) for end in order}
        shown = small.parts(counts)
        better = sum(counts[end] for end in order[: order.index(middle)])
        size = len(part)
        if whole is None:
            yield Row(middle, None, dict.fromkeys(order), None, None, None, None)
            continue
        known = not (small.hides(better) or small.hides(size - better))
        yield Row(middle, size, shown, better if known else None, *_percent(better, size, known))


def _percent(
    count: int, of: int, known: bool = True
) -> tuple[float | None, float | None, float | None]:
    if not of or not known:
        return None, None, None
    low, high = wilson(count / of, of)
    return round(100 * count / of, 1), round(100 * low, 1), round(100 * high, 1)


def _shares(table: pl.DataFrame, evidence: Evidence, small: Smallness) -> Iterator[Share]:
    early, late = table[_MID].is_in(_RESPONDED), table[_END].is_in(_RESPONDED)
    asked = {
        "responders_early": (int((early & late).sum()), int(late.sum()), "of responses at the end"),
        "later_responses": (int((~early & late).sum()), len(table), "of all courses counted"),
    }
    for finding in evidence.findings:
        if finding.id in asked:
            count, of, words = asked[finding.id]
            known = not (small.hides(count) or small.hides(of - count) or small.hides(of))
            percents = _percent(count, of, known)
            yield Share(finding.id, finding.text, words, finding.figure, *percents, small.count(of))


def _cohort(
    table: pl.DataFrame, evidence: Evidence, spec: Spec, about: Mapping[str, Any]
) -> pl.DataFrame:
    """Return the table that a model is fitted on; a further course of a patient has a number."""
    rank = {name: place for place, name in enumerate(evidence.categories)}
    middle, end = (
        pl.col(name).replace_strict(rank, return_dtype=pl.Int64) for name in (_MID, _END)
    )
    number = pl.int_range(1, pl.len() + 1).over(PATIENT)
    name = pl.when(number > 1).then(pl.format("{}/{}", PATIENT, number)).otherwise(PATIENT)
    made_up = {ORIGIN: pl.lit(MADE_UP)} if about["synthetic"] else {}
    outcome = {spec.outcome.column: (end < middle).cast(pl.Int64)}
    columns = {p.column: pl.col(p.column) for p in spec.predictors}
    return table.select(patient_id=name, **columns, **outcome, **made_up)


def _model(
    cohort: pl.DataFrame,
    table: pl.DataFrame,
    spec: Spec,
    about: Mapping[str, Any],
    seed: int,
    small: Smallness,
) -> tuple[tuple[Odds, ...], str | None, tuple[str, ...]]:
    """Return the odds ratios, or why there are none; and what makes the model weak."""
    outcome, names = spec.outcome.column, [p.column for p in spec.predictors]
    words = [
        pl.col(p.column).str.to_lowercase().replace(p.words).alias(p.column)
        for p in spec.predictors
    ]
    whole = cohort.with_columns(words).drop_nulls()
    better = pl.col(outcome).sum().cast(pl.Int64)
    others = (1 - pl.col(outcome)).sum().cast(pl.Int64)
    patterns = whole.group_by(names).agg(events=better, others=others).sort(names)
    data = Data(
        file=about["registry"],
        sha256=about["registry_digest"],
        patients=len(table),
        complete=len(whole),
        events=int(whole[outcome].sum()),
        missing={name: cohort[name].null_count() for name in names},
        made_up=about["synthetic"],
    )
    found = fit(Cohort(patterns, data, ()), spec, seed)
    if not isinstance(found, StoredModel):
        return (), found.reason, ()
    odds = tuple(
        Odds(
            one.label, small.count(one.patients), small.count(one.events), one.odds_ratio,
            one.low, one.high,
        )
        for one in found.coefficients
    )  # fmt: skip
    return odds, None, found.weaknesses

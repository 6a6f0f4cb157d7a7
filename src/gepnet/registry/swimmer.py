"""Some courses of a registry, each from its start to death or the last day known.

These are single patients: numbers stand for names, and no date is told, only months from the start
of the treatment. Even so a course can be recognised by who knows the patient.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from gepnet.facts.events.schema import CYCLES, PATIENT
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import check_known, refuse
from gepnet.registry.assess import Assessed, OfRegistry
from gepnet.registry.columns import FactColumns
from gepnet.registry.courses import KEY, SCANS, courses
from gepnet.registry.outcomes import treatments_asked
from gepnet.registry.small import LEAST
from gepnet.registry.store import Registry
from gepnet.vocabulary import DAYS_PER_MONTH

#: More bars than this nobody reads.
MOST = 60


@dataclass(frozen=True)
class Seen:
    """A response on CT or MRI, and when."""

    months: float
    response: str


@dataclass(frozen=True)
class Course:
    """One course in months from its start.

    ``months`` is how long its patient was observed from then on; ``end`` is ``death`` or
    ``ongoing`` (seen alive last).
    """

    patient: str
    option: str
    line: int
    months: float
    end: str
    best_response: str | None
    progression_months: float | None
    cycle_months: tuple[float, ...]
    responses: tuple[Seen, ...]


@dataclass(frozen=True)
class Courses(OfRegistry):
    """Courses drawn at random from ``of``, the longest first."""

    option: tuple[str, ...]
    line: int | None
    where: str | None
    of: int
    seed: int
    courses: tuple[Course, ...]
    note: str


def sampled_courses(
    base: KnowledgeBase,
    assessed: Assessed,
    registry: Registry,
    options: tuple[str, ...] = (),
    line: int | None = None,
    where: str | None = None,
    patients: int = 25,
    seed: int = 1,
    names: bool = False,
) -> Courses:
    """Return some courses of patients, one of each.

    Args:
        base: the knowledge.
        assessed: an assessment with the points ``treatments``.
        registry: the registry, of which cycles and responses are read.
        options: the treatments; all without.
        line: their number; all without.
        where: a criterion on the day before the treatment.
        patients: how many are drawn.
        seed: of the random numbers.
        names: whether the names of the registry are told.

    Raises:
        InputError: for another kind of assessment or registry, names that there are not, or where
            so few can be chosen from that each would be known.
    """
    assessed.check("treatments", registry)
    check_known("option", options, list(base.options))
    if not LEAST <= patients <= MOST:
        told = f"a number from {LEAST} to {MOST}: more bars than that nobody reads"
        raise refuse("patients", str(patients), told)
    about = assessed.about
    at = datetime.date.fromisoformat(about["at"])
    treatments = _treatments(base, assessed, options, line, where)
    first = treatments.filter("__chosen").unique(PATIENT, keep="first", maintain_order=True)
    first = first.filter(pl.col("seen") >= pl.col("start")).sort(PATIENT)
    if len(first) < LEAST:
        raise refuse("treatments", str(len(first)), f"at least {LEAST} patients to choose from")
    count = min(patients, len(first))
    places = np.random.default_rng(seed).choice(len(first), count, replace=False)
    drawn = first[sorted(places)].select(KEY)
    found = _found(treatments, drawn, registry, at, names)
    return Courses(
        *assessed.head,
        options,
        line,
        where,
        len(first),
        seed,
        tuple(sorted(found, key=lambda one: (-one.months, one.patient))),
        "Single patients, in months from the start of the treatment: for those who may see them. "
        "A bar ends with death or the last day known, whatever was given later.",
    )


def _treatments(
    base: KnowledgeBase,
    assessed: Assessed,
    options: tuple[str, ...],
    line: int | None,
    where: str | None,
) -> pl.DataFrame:
    """Return every treatment, and whether it is one that was asked for."""
    criteria = {} if where is None else {"__where": where}
    work = FactColumns(base, assessed.schema("facts"), [], criteria)
    parts = []
    for points, facts in assessed.blocks(points=None, facts=work.reads):
        known = work.of(facts)
        parts.append(points if where is None else points.hstack(known.select("__where")))
    chosen = treatments_asked(options, line, None if where is None else "__where")
    return pl.concat(parts).with_columns(__chosen=chosen)


def _found(
    treatments: pl.DataFrame,
    drawn: pl.DataFrame,
    registry: Registry,
    at: datetime.date,
    names: bool,
) -> list[Course]:
    mine = treatments.filter(pl.col(PATIENT).is_in(drawn[PATIENT].implode()))
    wide = len(str(len(drawn)))
    found: list[Course] = []
    for rows, events in courses(mine, registry, at):
        kept = rows.join(drawn, on=KEY, how="semi")
        for row in kept.iter_rows(named=True):
            number = f"patient {len(found) + 1:0{wide}d}"
            told = row[PATIENT] if names else number
            found.append(_course(told, row, events, at))
    return found


def _course(
    name: str, row: Mapping[str, object], events: Mapping[str, pl.DataFrame], at: datetime.date
) -> Course:
    start, died, seen = (row[key] for key in ("start", "died", "seen"))
    assert isinstance(start, datetime.date) and isinstance(seen, datetime.date)
    own = (pl.col(PATIENT) == row[PATIENT]) & (pl.col("start") == start)

    def months(day: object) -> float:
        assert isinstance(day, datetime.date)
        return round((day - start).days / float(DAYS_PER_MONTH), 2)

    cycles: list[object] = []
    if CYCLES in events:
        cycles = events[CYCLES].filter(own)["date"].sort().to_list()
    responses = []
    if SCANS in events and "response_ct" in events[SCANS].columns:
        scans = events[SCANS].filter(own).drop_nulls("response_ct").sort("date")
        responses = [Seen(months(day), str(word)) for day, word in
                     scans.select("date", "response_ct").iter_rows()]  # fmt: skip
    is_dead = isinstance(died, datetime.date) and died <= at
    grew = row["progressed"]
    has_grown = isinstance(grew, datetime.date) and grew <= at
    best, option, line = row["best_response"], row["option"], row["line"]
    assert isinstance(line, int)
    return Course(
        name,
        str(option),
        line,
        months(died if is_dead else min(seen, at)),
        "death" if is_dead else "ongoing",
        None if best is None else str(best),
        months(grew) if has_grown else None,
        tuple(map(months, cycles)),
        tuple(responses),
    )

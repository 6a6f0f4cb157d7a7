"""What a centre shares: counts and risk-set tables on a grid, never a row of a patient.

A centre sees the file before it sends it. Small counts are hidden in it; pooled, they become the
interval of all that they can be, so that what is pooled lies between two numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import prod
from typing import Any

import numpy as np
import polars as pl

from gepnet.knowledge import refuse, unusable
from gepnet.registry.outcomes import OneStep, stepped
from gepnet.registry.small import Smallness

FORMAT = 1


@dataclass(frozen=True)
class Step:
    """A stretch of the grid: at risk at its start, events and censored within; None: hidden."""

    until_months: float
    events: int | None
    censored: int | None


@dataclass(frozen=True)
class Shared:
    """What one centre shares of one question."""

    centre: str
    synthetic: bool
    question: Mapping[str, Any]
    least: int
    groups: Mapping[str, tuple[Step, ...]]
    cox: OneStep | None
    format: int = FORMAT


def shared(
    centre: str,
    synthetic: bool,
    question: Mapping[str, Any],
    table: pl.DataFrame,
    grid_months: Sequence[float],
    cox: OneStep | None,
    small: Smallness,
) -> Shared:
    """Return what a centre shares of a table of outcomes.

    A model of fewer events than ten for each covariate, or of so few patients, is not shared.
    """
    if small.least > 1 and cox is not None and cox.events < 10 * len(cox.names):
        cox = None
    groups = {}
    for (name,), part in sorted(table.partition_by("group", as_dict=True).items()):
        groups[str(name)] = tuple(_steps(part, grid_months, small))
    return Shared(centre, synthetic, dict(question), small.least, groups, cox)


def _steps(part: pl.DataFrame, grid: Sequence[float], small: Smallness) -> Iterable[Step]:
    months, cause = part["months"].to_numpy(), part["cause"].to_numpy()
    ends = [*grid, float("inf")]
    place = np.searchsorted(ends, months, side="left")
    for index, end in enumerate(ends):
        here = place == index
        events = int((here & (cause == 1)).sum())
        censored = int((here & (cause != 1)).sum())
        until = end if np.isfinite(end) else -1.0
        yield Step(until, small.count(events), small.count(censored))


def as_json(one: Shared) -> str:
    """Return what is shared as the text of its file."""
    return json.dumps(asdict(one), indent=1, ensure_ascii=False) + "\n"


def read_shared(text: str, name: str) -> Shared:
    """Read a file that a centre shares.

    Raises:
        InputError: if it is none.
    """
    try:
        data = json.loads(text)
        groups = {
            group: tuple(Step(**step) for step in steps) for group, steps in data["groups"].items()
        }
        cox = data["cox"]
        if cox is not None:
            lists = {name: tuple(cox[name]) for name in ("names", "at", "score")}
            cox = OneStep(**{**cox, **lists, "information": tuple(map(tuple, cox["information"]))})
        return Shared(**{**data, "groups": groups, "cox": cox})
    except (ValueError, KeyError, TypeError) as error:
        told = "a file as 'gepnet registry share' writes"
        raise unusable(name, told, value=str(error)[:60]) from error


@dataclass(frozen=True)
class PooledStep:
    """A time of the grid: the share without the event by then, at least and at most."""

    until_months: float
    at_risk_least: int
    at_risk_most: int
    events_least: int
    events_most: int
    survival_least: float
    survival_most: float


@dataclass(frozen=True)
class PooledTerm:
    """One coefficient of the pooled model, stratified by centre, after one step."""

    name: str
    coefficient: float
    error: float
    ratio: float
    low: float
    high: float


@dataclass(frozen=True)
class Pooled:
    """What the centres know together."""

    question: Mapping[str, Any]
    synthetic: bool
    centres: tuple[str, ...]
    groups: Mapping[str, tuple[PooledStep, ...]]
    terms: tuple[PooledTerm, ...]
    without_model: tuple[str, ...]


def combine(parts: Sequence[Shared]) -> Pooled:
    """Pool what several centres share of the same question.

    Raises:
        InputError: if they answer different questions, or one centre is there twice.
    """
    first = parts[0]
    for one in parts[1:]:
        if one.question != first.question:
            told = f"the question of {first.centre}: {json.dumps(first.question)}"
            raise refuse("question", json.dumps(one.question), told)
    centres = [one.centre for one in parts]
    twice = next((name for name in centres if centres.count(name) > 1), None)
    if twice is not None:
        raise refuse("centre", twice, "each centre once")
    names = sorted({name for one in parts for name in one.groups})
    groups = {name: _pooled([p for p in parts if name in p.groups], name) for name in names}
    models = [one.cox for one in parts if one.cox is not None]
    terms: list[PooledTerm] = []
    if models:
        values, errors = stepped(models)
        for name, value, error in zip(models[0].names, values, errors, strict=True):
            low, high = (np.exp(value + sign * 1.959964 * error) for sign in (-1, 1))
            ratio = float(np.exp(value))
            terms.append(PooledTerm(name, value, error, ratio, float(low), float(high)))
    without = tuple(p.centre for p in parts if p.cox is None) if models else ()
    synthetic = any(one.synthetic for one in parts)
    return Pooled(first.question, synthetic, tuple(centres), groups, tuple(terms), without)


def _range(count: int | None, least: int) -> tuple[int, int]:
    return (1, least - 1) if count is None else (count, count)


def _pooled(parts: Sequence[Shared], name: str) -> tuple[PooledStep, ...]:
    """Return the life table of a group over all centres, as an interval."""
    ends = [step.until_months for step in parts[0].groups[name]]
    events, censored = [], []
    for index in range(len(ends)):
        told = [(p.groups[name][index], p.least) for p in parts]
        events.append(np.sum([_range(step.events, n) for step, n in told], axis=0))
        censored.append(np.sum([_range(step.censored, n) for step, n in told], axis=0))
    found = []
    shares: list[tuple[float, float]] = []
    for index, end in enumerate(ends[:-1]):
        risk_low, risk_high = (
            int(sum(events[i][side] + censored[i][side] for i in range(index, len(ends))))
            for side in (0, 1)
        )
        dead_low, dead_high = map(int, events[index])
        lost_low, lost_high = map(int, censored[index])
        # Whoever is lost within a stretch counts as at risk for half of it (life table).
        worst = dead_high / max(risk_low - dead_low + dead_high - lost_high / 2, dead_high, 1)
        best = dead_low / max(risk_high - lost_low / 2, 1)
        shares.append((max(0.0, 1 - min(1.0, worst)), 1 - min(1.0, best)))
        found.append(
            PooledStep(
                end,
                risk_low,
                risk_high,
                dead_low,
                dead_high,
                prod(low for low, _ in shares),
                prod(high for _, high in shares),
            )
        )
    return tuple(found)

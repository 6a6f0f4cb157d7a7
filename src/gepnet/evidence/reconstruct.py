"""Observations worked out from published curves: points read off a picture, numbers at risk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from gepnet.evidence.observations import ALL, Observations
from gepnet.knowledge import InputError, Problem, refuse, unusable
from gepnet.numbers import Rebuilt, rebuild
from gepnet.tables import Column, Shown, Table, as_csv, number, text, whole
from gepnet.vocabulary import ValueProblem

_LARGE_GAP = 0.02  # of survival: what a careful reading of a printed curve stays within
_TIME = Column("time", lambda cell: float(number("a time of 0 or more", least=0)(cell)))
_ARM = Column("arm", text("the name of an arm"), needed=False, default=ALL)


def _up_to(most: int, expected: str) -> Callable[[str], float]:
    read = number(expected, least=0)

    def share(cell: str) -> float:
        value = read(cell)
        if value > most:
            raise ValueProblem(cell, expected)
        return float(value / most)

    return share


_POINTS: Table[tuple[float, float | None, str]] = Table(
    columns=(
        _TIME,
        Column("survival", _up_to(1, "a share from 0 to 1"), needed=False),
        Column("survival_percent", _up_to(100, "percent from 0 to 100"), needed=False),
        _ARM,
    ),
    make=lambda cells: (
        cells["time"],
        cells["survival"] if cells["survival"] is not None else cells["survival_percent"],
        cells["arm"],
    ),
    naming="{arm}",
)
_AT_RISK: Table[tuple[float, int, str]] = Table(
    columns=(_TIME, Column("at_risk", whole("a whole number of 0 or more")), _ARM),
    make=lambda cells: (cells["time"], cells["at_risk"], cells["arm"]),
    naming="{arm}",
)


@dataclass(frozen=True)
class Reached:
    """The number at risk that is printed, and what the observations come to."""

    time: float
    printed: int
    rebuilt: int


@dataclass(frozen=True)
class RebuiltArm:
    """How well the observations of an arm stand for its curve."""

    arm: str
    patients: int
    events: int
    points: int
    largest_gap: float
    at_risk: tuple[Reached, ...]
    rows: Annotated[tuple[tuple[float, int], ...], Shown(hidden=True)]


@dataclass(frozen=True)
class Reconstruction:
    """Observations of all arms, with how well they stand for the curves."""

    title: str
    unit: str
    arms: tuple[RebuiltArm, ...]
    notes: tuple[str, ...]

    def observations(self) -> Observations:
        """Return the observations."""
        rows = [(time, event, arm.arm) for arm in self.arms for time, event in arm.rows]
        time, event, names = zip(*rows, strict=True)
        return Observations(self.title, time, event, names, self.unit)

    def as_csv(self) -> str:
        """Return the observations as a table that ``gepnet evidence km`` reads."""
        rows = [(f"{time:.6g}", event, arm.arm) for arm in self.arms for time, event in arm.rows]
        return as_csv(("time", "event", "arm"), rows)


def reconstruct(
    curve: Path,
    at_risk: Path,
    events: Mapping[str, int] | None = None,
    title: str | None = None,
    unit: str = "months",
) -> Reconstruction:
    """Return the observations behind published curves.

    Args:
        curve: CSV of points: time, survival (0 to 1) or survival_percent, and perhaps arm.
        at_risk: CSV of the printed numbers: time, at_risk, and perhaps arm.
        events: in all, by arm, where they are published.
        title: of what.
        unit: of time.

    Raises:
        InputError: with every fault of the tables, or for an arm that one of them lacks.
    """
    points, printed = _POINTS.read(curve).rows, _AT_RISK.read(at_risk).rows
    unread = [time for time, survival, _ in points if survival is None]
    if unread or not points:
        expected = "a column 'survival' (0 to 1) or 'survival_percent' with a value in each row"
        raise unusable(curve, expected, field="survival")
    arms = tuple(dict.fromkeys(arm for *_, arm in points))
    for arm in arms:
        if not any(name == arm for *_, name in printed):
            expected = f"numbers at risk of the arm {arm}"
            raise InputError([Problem(str(at_risk), None, arm, "arm", "", expected)])
    for name in events or {}:
        if name not in arms:
            raise refuse("events", name, f"one of the arms {', '.join(arms)}", arms)
    found = tuple(
        _arm(
            arm,
            [(t, s) for t, s, name in points if name == arm and s is not None],
            [(t, n) for t, n, name in printed if name == arm],
            (events or {}).get(arm),
            curve,
        )
        for arm in arms
    )
    rebuilt = tuple(one for one, _ in found)
    notes = tuple(note for one, corrected in found for note in _notes(one, corrected))
    return Reconstruction(title or curve.stem, unit, rebuilt, (*notes, _ABOUT))


_ABOUT = (
    "Worked out from a picture, with people lost evenly between the printed numbers: nobody's "
    "data. Subgroups, strata and reasons for leaving cannot be told from it."
)


def _arm(
    name: str,
    points: Sequence[tuple[float, float]],
    printed: Sequence[tuple[float, int]],
    events: int | None,
    file: Path,
) -> tuple[RebuiltArm, int]:
    times, shares = zip(*points, strict=True)
    begins, counts = zip(*printed, strict=True)
    try:
        found = rebuild(times, shares, begins, counts, events)
    except ValueError as error:
        raise InputError([Problem(str(file), None, name, "", "", str(error))]) from error
    return _told(name, found, len(points), begins, counts), found.corrected


def _told(
    name: str, found: Rebuilt, points: int, begins: Sequence[float], counts: Sequence[int]
) -> RebuiltArm:
    rows = tuple(
        (float(time), int(event)) for time, event in zip(found.time, found.event, strict=True)
    )
    reached = tuple(map(Reached, begins, counts, found.at_risk))
    total = int(found.event.sum())
    return RebuiltArm(name, len(rows), total, points, found.largest_gap, reached, rows)


def _notes(arm: RebuiltArm, corrected: int) -> list[str]:
    found = []
    if corrected:
        found.append(
            f"{arm.arm}: {corrected} point{'s' if corrected > 1 else ''} stood above an earlier "
            "one and were brought down to it, as a survival curve never rises."
        )
    if arm.largest_gap > _LARGE_GAP:
        found.append(
            f"{arm.arm}: the observations are up to {100 * arm.largest_gap:.0f} points of percent "
            "away from the curve: look at the points and the numbers at risk again."
        )
    missed = [one for one in arm.at_risk if one.printed != one.rebuilt]
    if missed:
        told = ", ".join(f"{one.rebuilt} for {one.printed} at {one.time:g}" for one in missed)
        found.append(f"{arm.arm}: numbers at risk that do not come out: {told}.")
    return found

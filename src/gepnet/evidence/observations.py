"""Observations of survival from a table: how long, with the event or not, in which arm."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gepnet.knowledge import unusable
from gepnet.tables import Column, Table, coded, number, text

#: Whose column nobody has to give: one group without a name.
ALL = "all"
_EVENTS = {"1": 1, "0": 0, "true": 1, "false": 0, "yes": 1, "no": 0, "1.0": 1, "0.0": 0}
_TABLE: Table[tuple[float, int, str]] = Table(
    columns=(
        Column("time", lambda cell: float(number("a time of 0 or more", least=0)(cell))),
        Column("event", coded(_EVENTS, "1 (event) or 0 (last seen without it)", fold=True)),
        Column("arm", text("the name of an arm"), needed=False, default=ALL),
    ),
    make=lambda cells: (cells["time"], cells["event"], cells["arm"]),
    open=True,
    naming="{arm}",
)


@dataclass(frozen=True)
class Observations:
    """Who was observed for how long; the lists are as long as each other.

    Attributes:
        title: what they are of.
        time: in ``unit``.
        event: 1 with the event, 0 last seen without it.
        arm: of each.
        unit: of time.
        ignored: columns of the table that were left aside.
    """

    title: str
    time: tuple[float, ...]
    event: tuple[int, ...]
    arm: tuple[str, ...]
    unit: str = "months"
    ignored: tuple[str, ...] = ()

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms, in the order in which they first stand."""
        return tuple(dict.fromkeys(self.arm))

    def of(self, arm: str) -> tuple[list[float], list[int]]:
        """Return times and events of one arm."""
        places = [place for place, name in enumerate(self.arm) if name == arm]
        return [self.time[p] for p in places], [self.event[p] for p in places]


def read_observations(source: Path, title: str | None = None, unit: str = "months") -> Observations:
    """Read a CSV with the columns time, event and, for several arms, arm.

    Raises:
        InputError: with every faulty cell, or for a table without a row.
    """
    reading = _TABLE.read(source)
    if not reading.rows:
        raise unusable(source, "at least one observation")
    time, event, arm = zip(*reading.rows, strict=True)
    return Observations(title or source.stem, time, event, arm, unit, reading.ignored)

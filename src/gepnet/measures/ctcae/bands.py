"""The bands of a term on the axis of its analyte, for charts."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from gepnet.measures.ctcae.model import GRADES, Limit, Term


@dataclass(frozen=True, slots=True)
class Band:
    """The values of one grade, from ``low`` to ``high``; None is without end."""

    grade: int
    low: Decimal | None
    high: Decimal | None


def bands(term: Term, lln: Decimal | None = None, uln: Decimal | None = None) -> tuple[Band, ...]:
    """Return the bands of a term from grade 1 up, for a patient with a normal baseline.

    Limits that need a baseline, symptoms or a limit of normal that is not given draw no band.
    """
    starts = [(step, _start(term.grades.get(step, ()), lln, uln)) for step in sorted(GRADES)]
    known = [(step, start) for step, start in starts if start is not None]
    found = []
    for place, (step, start) in enumerate(known):
        further = known[place + 1][1] if place + 1 < len(known) else None
        ends = (further, start) if term.direction == "low" else (start, further)
        if ends[0] is None or ends[1] is None or ends[0] < ends[1]:
            found.append(Band(step, *ends))
    return tuple(found)


def _start(limits: tuple[Limit, ...], lln: Decimal | None, uln: Decimal | None) -> Decimal | None:
    for limit in limits:
        if limit.needs is not None or limit.also is not None or limit.of == "baseline":
            continue
        reference = {"lln": lln, "uln": uln}.get(limit.of or "", Decimal(1))
        if reference is not None:
            return limit.number * reference + limit.plus
    return None

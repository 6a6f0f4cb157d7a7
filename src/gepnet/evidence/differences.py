"""Figures of one trial that are of the same thing and differ: by source, analysis or assessor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from gepnet.knowledge.models import Trial
from gepnet.knowledge.trial_models import Figure


@dataclass(frozen=True)
class Differing:
    """Figures of the same thing with several values, and what is said of it (None: nothing yet).

    Attributes:
        metric: of the figures.
        of: the arm or contrast.
        figures: at least two, in the order of the trial.
        by_assessor: each assessor has one value, and they differ.
        says: the explanation of the knowledge.
    """

    metric: str
    of: str
    figures: tuple[Figure, ...]
    by_assessor: bool
    says: str | None


def differing(trial: Trial) -> Iterator[Differing]:
    """Yield each group of figures that differ beyond the rounding of what is printed."""
    groups: dict[tuple[object, ...], list[Figure]] = {}
    for one in trial.figures:
        if one.value is not None:
            where = (one.subgroup, one.event, one.months, one.line, one.cycle)
            groups.setdefault((one.metric, one.of, *where), []).append(one)
    told = {(said.metric, said.of): said.says for said in trial.disagreements}
    for (metric, of, *_), found in groups.items():
        values = [one.value for one in found if one.value is not None]
        if all(same(values[0], value) for value in values[1:]):
            continue
        judged = {
            one.assessor: {f.value for f in found if f.assessor == one.assessor} for one in found
        }
        by_assessor = len(judged) > 1 and all(len(values) == 1 for values in judged.values())
        key = (str(metric), str(of))
        yield Differing(*key, tuple(found), by_assessor, told.get(key))


def same(one: Decimal, other: Decimal) -> bool:
    """Whether two printed numbers are one number, the coarser of them rounded."""
    digits = max(places(one), places(other))
    unit = Decimal(1).scaleb(digits)
    return abs(one - other) <= unit / 2


def places(number: Decimal) -> int:
    """Return the power of ten of the last digit that is printed."""
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0

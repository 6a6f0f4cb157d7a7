"""Which question is worth asking first: the one that settles most, expected over such patients.

Of each question the patients of the reference mix who are like this one tell which answers are
likely, how many open positions each of them would settle, and how many bits are learned about the
others. Both are added: a question that settles nothing by itself may be the way to one that does.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gepnet.guidelines.ask.mix import Mix, Walks
from gepnet.guidelines.ask.rows import Questionnaire
from gepnet.guidelines.pathway.walk import Allowed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Patients who have given all these answers, below whom those who have given most are asked.
_FEW = 30
#: How much less a patient counts for each answer that is another.
_UNLIKE = 0.3


@dataclass(frozen=True)
class Worth:
    """What a question is worth.

    Attributes:
        level: the variable.
        settles: open positions that its answer is expected to settle.
        bits: learned about the open positions.
    """

    level: int
    settles: float
    bits: float

    @property
    def score(self) -> float:
        """By which questions are put in order."""
        return self.settles + self.bits


class Chooser:
    """Weighs questions by the patients of a mix."""

    def __init__(self, asking: Questionnaire, mix: Mix) -> None:
        """Lead the diagrams of all positions out as arrays."""
        import numpy as np

        self._at, self._places = asking.diagrams, mix.places
        self._walks = Walks(self._at, [row.statuses for row in asking.rows])
        statuses = [self._at.value(end)[0] for end in self._walks.ends]  # type: ignore[index]
        # Ends with the same status are one kind: which of them it is, no answer has to tell.
        self._kinds = np.array([statuses.index(one) for one in statuses], dtype=np.int32)

    def worths(
        self, allowed: Allowed, open_rows: Sequence[int], levels: Collection[int]
    ) -> list[Worth]:
        """Return what each of some questions is worth, the best first, ties in clinical order."""
        import numpy as np

        places, weights = self._alike(allowed)
        ends = self._kinds[self._walks.of(places, open_rows)]
        asked = sorted(levels)
        answers = _marked(places[:, asked])
        outcomes = _marked(ends)
        counts = (answers.marks * weights[:, None]).T @ outcomes.marks
        given = weights @ answers.marks
        total = weights.sum()
        told = np.add.reduceat(_entropy_part(counts), outcomes.starts, axis=1)
        most = np.maximum.reduceat(counts, outcomes.starts, axis=1)
        settles = (most >= given[:, None] * (1 - 1e-9)).sum(axis=1) * (given > 0)
        prior = np.add.reduceat(_entropy_part(weights @ outcomes.marks), outcomes.starts)
        found = []
        for place, level in enumerate(asked):
            mine = slice(answers.starts[place], answers.ends[place])
            shares = given[mine] / total
            bits = _bits(prior, total, told[mine], given[mine])
            found.append(Worth(level, float(shares @ settles[mine]), bits))
        return sorted(found, key=lambda one: (-round(one.score, 9), one.level))

    def may_settle(
        self, allowed: Allowed, open_rows: Sequence[int], level: int
    ) -> dict[int, list[int]]:
        """Return for each value of a variable the open positions that it may settle.

        Left out are those of which patients of the mix who give these answers differ still: they
        are possible patients, so that the answer cannot settle them.
        """
        import numpy as np

        alive = self._places[self._unlike(allowed) == 0]
        kinds = self._kinds[self._walks.of(alive, open_rows)]
        found = {}
        for place in range(self._at.sizes[level]):
            mine = kinds[alive[:, level] == place]
            same = (mine == mine[:1]).all(axis=0) if len(mine) else np.ones(len(open_rows), bool)
            found[place] = [row for row, one in zip(open_rows, same, strict=True) if one]
        return found

    def may_follow(self, allowed: Allowed) -> list[int]:
        """Return the variables on which patients of the mix who give these answers do not differ.

        No other follows from the answers.
        """
        import numpy as np

        alive = self._places[self._unlike(allowed) == 0]
        same = (alive == alive[:1]).all(axis=0) if len(alive) else np.ones(alive.shape[1], bool)
        return [int(level) for level in np.flatnonzero(same)]

    def _unlike(self, allowed: Allowed) -> NDArray[np.int32]:
        """Return how many of these answers each patient does not give."""
        import numpy as np

        unlike = np.zeros(len(self._places), dtype=np.int32)
        for level, left in allowed.items():
            is_other = np.ones(self._at.sizes[level], dtype=bool)
            is_other[list(left)] = False
            unlike += is_other[self._places[:, level]]
        return unlike

    def _alike(self, allowed: Allowed) -> tuple[NDArray[np.int16], NDArray[np.float64]]:
        """Return patients who give these answers, or as many of them as some do.

        Where few give all of them the others count too, as if they had given these answers, the
        less the more of theirs are others.
        """
        import numpy as np

        unlike = self._unlike(allowed)
        if (unlike == 0).sum() >= _FEW:
            found = self._places[unlike == 0]
            return found, np.ones(len(found))
        kept = np.argsort(unlike, kind="stable")[: 10 * _FEW]
        found = self._places[kept].copy()
        for level, left in allowed.items():
            wrong = ~np.isin(found[:, level], list(left))
            found[wrong, level] = min(left)
        return found, _UNLIKE ** (unlike[kept] - unlike[kept].min()).astype(float)


@dataclass(frozen=True)
class _Marked:
    """Columns of numbers as columns of noughts and ones, one for each number of each column."""

    marks: NDArray[np.float64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def _marked(columns: NDArray[np.integer[Any]]) -> _Marked:
    import numpy as np

    parts, widths = [], []
    for place in range(columns.shape[1]):
        column = columns[:, place]
        found = np.unique(column)
        parts.append(column[:, None] == found[None, :])
        widths.append(len(found))
    ends = np.cumsum(widths, dtype=np.int64)
    return _Marked(np.concatenate(parts, axis=1).astype(float), ends - widths, ends)


def _entropy_part(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return c log2 c, nought for nought."""
    import numpy as np

    return counts * np.log2(np.where(counts > 0, counts, 1))


def _bits(
    prior: NDArray[np.float64],
    total: float,
    told: NDArray[np.float64],
    given: NDArray[np.float64],
) -> float:
    """Return the bits that an answer tells of all outcomes together, each looked at by itself.

    The entropy of an outcome among n patients is log n - sum(c log c) / n.
    """
    import numpy as np

    rows = len(prior)
    before = rows * np.log2(total) - prior.sum() / total
    here = given > 0
    shares = given[here] / total
    after = shares @ (rows * np.log2(given[here]) - told[here].sum(axis=1) / given[here])
    return float(max(0.0, before - after))

"""How far two documents are apart: the share of a sample on which their stated positions differ.

For one option and purpose, the patients that count for a pair of documents are those of whom both
state one clear position (recommended, option, trial only, against). Their **distance** is the share
of these patients for whom the two positions are not the same; **opposed** is the share for whom one
of them is against and the other is not. Over all options, a patient counts once: the distance is
the share of patients, among those for whom the pair can be compared on at least one option, for
whom they differ on at least one. Where nothing can be compared there is no distance, not nought.

Silence, what was not read, what is out of scope and what is open are no positions. Computed from
the status columns of the cohort engine, as arrays; no loop over patients.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.status import STATED, Status
from gepnet.guidelines.statuses import CODES

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class PairDistance:
    """Two documents on one option, or on all of them if ``option`` is None.

    ``patients`` of the sample are those who can be compared; on ``differing`` of them the positions
    differ and on ``opposed`` one document is against what the other is for.
    """

    first: str
    second: str
    option: str | None
    intent: str | None
    patients: int
    differing: int
    opposed: int

    @property
    def distance(self) -> float | None:
        """The share on whom they differ, None if nobody can be compared."""
        return self.differing / self.patients if self.patients else None


@dataclass(frozen=True, slots=True)
class Distances:
    """Every pair that can be compared on some patient of a sample of ``rows``."""

    rows: int
    documents: tuple[str, ...]
    overall: tuple[PairDistance, ...]
    by_option: tuple[PairDistance, ...]

    def options(self) -> tuple[tuple[str, str], ...]:
        """Return each option and purpose on which some pair can be compared, in tree order."""
        return tuple(dict.fromkeys((p.option or "", p.intent or "") for p in self.by_option))

    def of(self, option: str, intent: str) -> tuple[PairDistance, ...]:
        """Return the pairs on one option."""
        return tuple(p for p in self.by_option if (p.option, p.intent) == (option, intent))


def distances(
    base: KnowledgeBase,
    table: pl.LazyFrame,
    knowledge_date: datetime.date,
    at: datetime.date,
    progress: Callable[[int, int], None] | None = None,
) -> Distances:
    """Return the distances between the documents in force on a table of facts.

    Args:
        base: the knowledge.
        table: facts, one row a patient, as the cohort engine reads them.
        knowledge_date: of the documents.
        at: the date of the facts.
        progress: called with the options done and their number.
    """
    import numpy as np

    from gepnet.guidelines.cohort import CohortPlan

    facts = table.collect(engine="streaming")
    plan = CohortPlan(base, dict(facts.schema), knowledge_date, at)
    statuses = plan.statuses(facts.lazy()).collect(engine="streaming")
    documents = [document.id for document in plan.cohort.documents]
    # Of each pair the patients who can be compared, on whom it differs, and on whom it is opposed.
    anywhere: dict[tuple[int, int], NDArray[np.bool_]] = {}
    by_option: list[PairDistance] = []

    def pair_distance(
        pair: tuple[int, int], masks: NDArray[np.bool_], option: str | None, intent: str | None
    ) -> PairDistance:
        first, second = (documents[place] for place in pair)
        counts = [int(np.count_nonzero(mask)) for mask in masks]
        return PairDistance(first, second, option, intent, *counts)

    for done, (option, intent) in enumerate(base.rows):
        codes, places = _codes(plan.cohort, statuses, option, intent)
        for i, first in enumerate(places):
            for j in range(i + 1, len(places)):
                pair = (first, places[j])
                both = codes[i].stated & codes[j].stated
                if not both.any():
                    continue
                differ = both & (codes[i].code != codes[j].code)
                opposed = differ & (codes[i].against | codes[j].against)
                masks = np.array([both, differ, opposed])
                by_option.append(pair_distance(pair, masks, option, intent))
                if pair in anywhere:
                    anywhere[pair] |= masks
                else:
                    anywhere[pair] = masks
        if progress is not None:
            progress(done + 1, len(base.rows))
    overall = tuple(pair_distance(pair, anywhere[pair], None, None) for pair in sorted(anywhere))
    named = {name for pair in overall for name in (pair.first, pair.second)}
    shown = tuple(name for name in documents if name in named)
    return Distances(len(statuses), shown, overall, tuple(by_option))


@dataclass(frozen=True, slots=True)
class _Column:
    code: NDArray[np.uint8]
    stated: NDArray[np.bool_]
    against: NDArray[np.bool_]


_CODES_STATED = [code.code for code in CODES if code.status in STATED]
_AGAINST = next(code.code for code in CODES if code.status is Status.AGAINST)


def _codes(
    cohort: Any, statuses: pl.DataFrame, option: str, intent: str
) -> tuple[list[_Column], list[int]]:
    """Return the columns of the documents that ever state a position, and their places."""
    import numpy as np

    columns, places = [], []
    for place, document in enumerate(cohort.documents):
        if (option, intent) not in cohort.base.held_by_document[document.id]:
            continue
        code = statuses[cohort.column_of(document, option, intent)].to_numpy()
        stated = np.isin(code, _CODES_STATED)
        if stated.any():
            columns.append(_Column(code, stated, code == _AGAINST))
            places.append(place)
    return columns, places

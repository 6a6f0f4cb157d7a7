"""Who changes, from what to what, when a document, a label or a criterion changes.

Before and after are read on the same facts: what differs is the knowledge alone.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from gepnet.facts.events import AT
from gepnet.facts.events.schema import PATIENT
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.assess import documents_in_force, in_force
from gepnet.guidelines.cohort import CohortPlan
from gepnet.guidelines.regions import region_lineage
from gepnet.guidelines.statuses import CODES
from gepnet.knowledge import refuse
from gepnet.knowledge.models import LabelEntry
from gepnet.registry.assess import Assessed
from gepnet.registry.columns import FactColumns
from gepnet.registry.small import Smallness
from gepnet.rules import Rule

NOT_THERE = "not_there"
_COMPLETE = "__complete_"
Statuses = dict[str, pl.Series]


@dataclass(frozen=True)
class Side:
    """One state of the knowledge: with which files, on which day."""

    base: KnowledgeBase
    day: datetime.date


@dataclass(frozen=True)
class Flow:
    """How many go from one status to another; None where the count is hidden."""

    before: str
    after: str
    patients: int | None


@dataclass(frozen=True)
class Change:
    """What changes of one option in one document, label or criterion."""

    what: str
    name: str
    option: str | None
    intent: str | None
    changed: int | None
    flows: tuple[Flow, ...]


@dataclass(frozen=True)
class Impact:
    """Everything that changes, and what stayed."""

    title: str
    synthetic: bool
    at: str
    before: str
    after: str
    of: str
    patients: int
    patients_changed: int | None
    changes: tuple[Change, ...]
    unchanged: tuple[str, ...]
    hidden: str


def impact(
    assessed: Assessed,
    before: Side,
    after: Side,
    option: str | None = None,
    region: str | None = None,
    small: Smallness | None = None,
) -> Impact:
    """Return who changes when one state of the knowledge takes the place of another.

    Args:
        assessed: the assessment; its facts are read.
        before: one state.
        after: the other.
        option: look at this option alone.
        region: look at the labels of this region, and of those that hold in it.
        small: which counts are hidden.

    Raises:
        InputError: for an option that there is not.
    """
    if option is not None and option not in before.base.options:
        raise refuse("option", option, "an option", list(before.base.options))
    sides = [_Sided(side, assessed, option, region) for side in (before, after)]
    names = dict.fromkeys(name for side in sides for name in side.names)
    tally: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in names}
    patients = touched = 0
    for (facts,) in assessed.blocks("facts"):
        patients += len(facts)
        found = [side.of(facts) for side in sides]
        any_change = pl.repeat(False, len(facts), eager=True)
        for name in names:
            old, new = (
                one.get(name, pl.repeat(NOT_THERE, len(facts), dtype=pl.String, eager=True))
                for one in found
            )
            pair = pl.DataFrame({"old": old, "new": new})
            for *way, count in pair.group_by("old", "new").len().iter_rows():
                tally[name][way[0], way[1]] += count
            any_change |= (old != new) & (old != NOT_THERE) & (new != NOT_THERE)
        touched += int(any_change.sum())
    small = small or Smallness()
    changes = [_change(name, counts, small) for name, counts in tally.items()]
    moved = [c for c in changes if any(f.before != f.after for f in c.flows)]
    about = assessed.about
    return Impact(
        about["registry"],
        about["synthetic"],
        about["at"],
        str(before.day),
        str(after.day),
        looked_at(about["points"]),
        patients,
        small.count(touched),
        tuple(sorted(moved, key=lambda c: (-(c.changed or 0), c.what, c.name))),
        tuple(c.name for c in changes if c not in moved),
        f"counts from 1 to {small.least - 1}" if small.least > 1 else "nothing",
    )


def looked_at(points: str) -> str:
    """Return what is counted: patients on a day, or treatments on the day before each."""
    return "treatments" if points == "treatments" else "patients"


def _change(name: str, counts: Mapping[tuple[str, str], int], small: Smallness) -> Change:
    what, _, rest = name.partition(":")
    told, option, intent = (*rest.split("/"), None, None)[:3]
    parts = small.parts({f"{a}>{b}": n for (a, b), n in counts.items()})
    flows = [
        Flow(before, after, parts[f"{before}>{after}"])
        for (before, after), _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]
    moved = sum(n for (a, b), n in counts.items() if a != b and NOT_THERE not in (a, b))
    return Change(what, str(told), option, intent, small.count(moved), tuple(flows))


class _Sided:
    """The statuses that one state of the knowledge gives."""

    def __init__(
        self, side: Side, assessed: Assessed, option: str | None, region: str | None
    ) -> None:
        self.base, self.day = side.base, side.day
        schema = assessed.schema("facts")
        silences = {n.removeprefix(_COMPLETE): n for n in schema if n.startswith(_COMPLETE)}
        documents, _ = documents_in_force(self.base.documents, self.day)
        only = [document.id for document in documents]
        self.plan = CohortPlan(self.base, schema, self.day, AT, None, silences, only)
        self.columns = [
            column.name
            for column in self.plan.cohort.columns
            if column.option is not None and option in (None, column.option)
        ]
        self.labels = list(self._labels(option, region))
        criteria = {
            f"{label.full_id} {reading}": node
            for label in self.labels
            for reading, node in (("narrow", label.when), ("broad", label.broadest))
        }
        self.readings = FactColumns(self.base, schema, (), criteria) if criteria else None

    @property
    def names(self) -> list[str]:
        """What there is a status of, each with what it is of."""
        labels = dict.fromkeys(self._label_name(label) for label in self.labels)
        return [*labels, *(f"document:{self._line(name)}" for name in self.columns)]

    def _line(self, name: str) -> str:
        """Return a column under the document whose place a later version has taken."""
        document, _, rest = name.partition("/")
        older = next(d for d in self.plan.cohort.documents if d.id == document)
        first = older.file.document.supersedes
        return f"{first[0] if len(first) == 1 else document}/{rest}"

    def _label_name(self, label: Rule[LabelEntry]) -> str:
        entry = label.entry
        return f"label:{entry.region}/{entry.option}"

    def _labels(self, option: str | None, region: str | None) -> Iterator[Rule[LabelEntry]]:
        lineage = region_lineage(self.base, region) if region else None
        for label in self.base.labels:
            entry = label.entry
            holds = in_force(label, self.day) and option in (None, entry.option)
            if holds and (lineage is None or entry.region in lineage):
                yield label

    def of(self, facts: pl.DataFrame) -> Statuses:
        """Return the statuses of a block, by name."""
        found: Statuses = {}
        words = pl.Series([code.status.value for code in CODES], dtype=pl.String)
        if self.columns:
            codes = self.plan.statuses(facts.lazy()).select(self.columns).collect()
            found = {f"document:{self._line(n)}": words.gather(codes[n]) for n in self.columns}
        if self.readings is not None:
            found |= self._of_labels(self.readings.of(facts))
        return found

    def _of_labels(self, truths: pl.DataFrame) -> Statuses:
        groups: dict[str, list[str]] = {}
        for label in self.labels:
            groups.setdefault(self._label_name(label), []).append(label.full_id)
        return {name: on_label(truths, ids) for name, ids in groups.items()}


def on_label(truths: pl.DataFrame, ids: Iterable[str]) -> pl.Series:
    """Return whether any of some labels includes each patient, by both readings of each."""
    narrow = broad = pl.lit(False)
    for one in ids:
        narrow = narrow | pl.col(f"{one} narrow")
        broad = broad | pl.col(f"{one} broad")
    told = (
        pl.when(narrow)
        .then(pl.lit("on_label"))
        .when(~broad)
        .then(pl.lit("off_label"))
        .when(broad & ~narrow)
        .then(pl.lit("text_open"))
        .otherwise(pl.lit("fact_missing"))
    )
    return truths.select(told.alias("status"))["status"]


def criterion_impact(
    base: KnowledgeBase,
    assessed: Assessed,
    before: str,
    after: str,
    small: Smallness | None = None,
) -> Impact:
    """Return who changes when one criterion takes the place of another.

    Raises:
        InputError: for a criterion that cannot be read.
    """
    small = small or Smallness()
    work = FactColumns(base, assessed.schema("facts"), (), {"before": before, "after": after})
    counts: Counter[tuple[str, str]] = Counter()
    words = {True: "included", False: "not_included", None: "fact_missing"}
    for (facts,) in assessed.blocks("facts"):
        truths = work.of(facts).drop(PATIENT)
        for old, new, count in truths.group_by("before", "after").len().iter_rows():
            counts[words[old], words[new]] += count
    change = _change("criterion:criterion", counts, small)
    about = assessed.about
    return Impact(
        about["registry"],
        about["synthetic"],
        about["at"],
        before,
        after,
        looked_at(about["points"]),
        sum(counts.values()),
        change.changed,
        (change,),
        (),
        f"counts from 1 to {small.least - 1}" if small.least > 1 else "nothing",
    )

"""Who changes, from what to what, when a document, a label or a criterion changes.

Before and after are read on the same facts: what differs is the knowledge alone.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from gepnet.facts.events import AT
from gepnet.facts.events.schema import PATIENT
from gepnet.facts.table import ROW
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.assess import documents_in_force, in_force
from gepnet.guidelines.cohort import CohortPlan
from gepnet.guidelines.compiled import CompiledDocument
from gepnet.guidelines.regions import region_lineage
from gepnet.guidelines.status import Status
from gepnet.guidelines.statuses import CODES
from gepnet.guidelines.wide import Cohort
from gepnet.knowledge import refuse
from gepnet.knowledge.models import LabelEntry
from gepnet.registry.assess import Assessed, OfRegistry
from gepnet.registry.columns import FactColumns, silences_in
from gepnet.registry.small import Smallness
from gepnet.rules import Rule

NOT_THERE = "not_there"
#: Every status that something can have, of a document or of a label.
_WORDS = (
    NOT_THERE,
    *(status.value for status in Status),
    *("on_label", "off_label"),  # or a fact is missing, or the text leaves it open, as above
)
#: Of each code of a status column the place of its status among them.
_PLACES = pl.Series([_WORDS.index(code.status.value) for code in CODES], dtype=pl.UInt8)
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
class Impact(OfRegistry):
    """Everything that changes, and what stayed."""

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
    sides = _sides(before, after, assessed, option, region)
    names = list(dict.fromkeys(name for side in sides for name in side.names))
    tally: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in names}
    patients = touched = 0
    reads = dict.fromkeys(column for side in sides for column in side.reads)
    for (facts,) in assessed.blocks(facts=reads or [PATIENT]):
        patients += len(facts)
        old, new = (side.of(facts) for side in sides)
        touched += _counted(names, old, new, tally)
    small = small or Smallness()
    changes = [_change(name, counts, small) for name, counts in tally.items()]
    moved = [c for c in changes if any(f.before != f.after for f in c.flows)]
    about = assessed.about
    return Impact(
        *assessed.head,
        str(before.day),
        str(after.day),
        looked_at(about["points"]),
        patients,
        small.count(touched),
        tuple(sorted(moved, key=lambda c: (-(c.changed or 0), c.what, c.name))),
        (*(c.name for c in changes if c not in moved), *sides[0].alike),
        small.hidden,
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


def _sides(
    before: Side, after: Side, assessed: Assessed, option: str | None, region: str | None
) -> tuple[_Sided, _Sided]:
    """Return what each state says where they differ: nothing else can change for anybody."""
    sides = before, after
    documents = [documents_in_force(side.base.documents, side.day)[0] for side in sides]
    labels = [tuple(_labels(side, option, region)) for side in sides]
    alike: list[str] = []
    unchanged: list[str] = []
    if _same_facts(before.base, after.base):
        others = {document.id: document for document in documents[1]}
        alike = [one.id for one in documents[0] if others.get(one.id) == one]
        if labels[0] == labels[1]:
            same = dict.fromkeys((one.entry.region, one.entry.option) for one in labels[0])
            unchanged = [region for region, _ in same]
            labels = [(), ()]
    one, other = (
        _Sided(side, assessed, option, [d.id for d in there if d.id not in alike], mine)
        for side, there, mine in zip(sides, documents, labels, strict=True)
    )
    other.lines = _lines(documents[0], documents[1], after.base.documents)
    held = _held(Cohort(before.base, before.day, alike), option)
    one.alike = (*unchanged, *(name.partition("/")[0] for name in held))
    return one, other


def _lines(
    before: Sequence[CompiledDocument],
    after: Sequence[CompiledDocument],
    every: Sequence[CompiledDocument],
) -> dict[str, str]:
    """Return of each document that alone takes the place of an older one which one that is.

    Where several papers take the place of one, none of them is compared with the whole of it.
    """
    replaced = {document.id: document.file.document.supersedes for document in every}

    def older(name: str) -> set[str]:
        return {one for direct in replaced.get(name, ()) for one in (direct, *older(direct))}

    gone = {document.id for document in before} - {document.id for document in after}
    places = {document.id: older(document.id) & gone for document in after}
    taken = Counter(name for names in places.values() for name in names)
    return {
        name: next(iter(names))
        for name, names in places.items()
        if len(names) == 1 and all(taken[one] == 1 for one in names)
    }


def _same_facts(one: KnowledgeBase, other: KnowledgeBase) -> bool:
    """Whether facts are worked out in the same way, over the same options."""
    names = ("facts", "families", "sites", "options", "limits", "measures")
    parts = ((getattr(base.knowledge, name) for name in names) for base in (one, other))
    return one is other or all(old == new for old, new in zip(*parts, strict=True))


def _labels(side: Side, option: str | None, region: str | None) -> Iterator[Rule[LabelEntry]]:
    lineage = region_lineage(side.base, region) if region else None
    for label in side.base.labels:
        entry = label.entry
        holds = in_force(label, side.day) and option in (None, entry.option)
        if holds and (lineage is None or entry.region in lineage):
            yield label


def _held(cohort: Cohort, option: str | None) -> Iterator[str]:
    """Yield the columns of documents that hold a position on an option, or on any."""
    for column in cohort.columns:
        if column.option is not None and option in (None, column.option):
            yield column.name


class _Sided:
    """The statuses that one state of the knowledge gives."""

    def __init__(
        self,
        side: Side,
        assessed: Assessed,
        option: str | None,
        documents: list[str],
        labels: tuple[Rule[LabelEntry], ...],
    ) -> None:
        self.base = side.base
        self.labels = labels
        #: Whose labels, and of which document each column, are the same on the other side.
        self.alike: tuple[str, ...] = ()
        #: Of a document that takes the place of one on the other side which one that is.
        self.lines: Mapping[str, str] = {}
        schema = assessed.schema("facts")
        self.plan = CohortPlan(
            self.base, schema, side.day, AT, None, silences_in(schema), documents
        )
        self.columns = list(_held(self.plan.cohort, option))
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

    @property
    def reads(self) -> list[str]:
        """The columns of the facts that are looked at."""
        reader = self.plan.reader
        own = [n for n in (*reader.kept, *reader.sources) if n != ROW] if self.columns else []
        return own if self.readings is None else [*own, *self.readings.reads]

    def _line(self, name: str) -> str:
        """Return a column under the document whose place a later version has taken."""
        document, _, rest = name.partition("/")
        return f"{self.lines.get(document, document)}/{rest}"

    def _label_name(self, label: Rule[LabelEntry]) -> str:
        entry = label.entry
        return f"label:{entry.region}/{entry.option}"

    def of(self, facts: pl.DataFrame) -> Statuses:
        """Return the statuses of some rows, by name, each as its place among the words."""
        found: Statuses = {}
        if self.columns:
            codes = self.plan.statuses(facts.lazy()).select(self.columns).collect()
            found = {f"document:{self._line(n)}": _PLACES.gather(codes[n]) for n in self.columns}
        if self.readings is not None:
            truths = self.readings.of(facts)
            groups: dict[str, list[str]] = {}
            for label in self.labels:
                groups.setdefault(self._label_name(label), []).append(label.full_id)
            kind = pl.Enum(_WORDS)
            for name, ids in groups.items():
                found[name] = on_label(truths, ids).cast(kind).to_physical().cast(pl.UInt8)
        return found


def _counted(
    names: Iterable[str], old: Statuses, new: Statuses, tally: dict[str, Counter[tuple[str, str]]]
) -> int:
    """Count of each name who goes from which status to which; return how many change somewhere."""
    columns = {f"old {name}": found for name, found in old.items()}
    both = pl.DataFrame(columns | {f"new {name}": found for name, found in new.items()})
    nowhere = pl.lit(_WORDS.index(NOT_THERE), dtype=pl.UInt8)
    ways, changed = {}, [pl.lit(False)]
    for name in names:
        before = pl.col(f"old {name}") if name in old else nowhere
        after = pl.col(f"new {name}") if name in new else nowhere
        way = before.cast(pl.UInt16) * len(_WORDS) + after
        ways[name] = way.value_counts(name="count").struct.rename_fields(["way", "count"]).implode()
        if name in old and name in new:
            changed.append(before != after)
    told = both.select(**ways, __changed=pl.any_horizontal(changed).sum()).row(0, named=True)
    touched: int = told.pop("__changed")
    for name, counts in told.items():
        for one in counts:
            way = divmod(one["way"], len(_WORDS))
            tally[name][_WORDS[way[0]], _WORDS[way[1]]] += one["count"]
    return touched


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
    for (facts,) in assessed.blocks(facts=work.reads):
        truths = work.of(facts).drop(PATIENT)
        for old, new, count in truths.group_by("before", "after").len().iter_rows():
            counts[words[old], words[new]] += count
    change = _change("criterion:criterion", counts, small)
    about = assessed.about
    return Impact(
        *assessed.head,
        before,
        after,
        looked_at(about["points"]),
        sum(counts.values()),
        change.changed,
        (change,),
        (),
        small.hidden,
    )

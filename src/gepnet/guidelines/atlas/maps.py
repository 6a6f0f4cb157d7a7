"""Maps: what each document says of an option where two facts of a made-up patient vary.

Each cell is a whole patient who is assessed as any other, so that what follows from the two facts
(a grade from Ki-67, a line from the treatments) follows here too. Neighbouring values of a number
for which every document says the same are one band; nothing changes within a band, as the values
are those next to every limit that a criterion names.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby, product
from typing import Any

from gepnet.criteria import Compare, atoms
from gepnet.facts import facts_of_record
from gepnet.guidelines.assess import assess
from gepnet.guidelines.atlas.plan import AtlasPlan, Axis, MapPlan, Step
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.model import Cell
from gepnet.guidelines.status import SPOKEN
from gepnet.record import record_of
from gepnet.vocabulary import Accepted, Accepting, Question, plain


@dataclass(frozen=True, slots=True)
class DocumentMap:
    """One document on one option: a status a cell, ``[down][across]``.

    ``possible`` says for an open cell what it may be.
    """

    document: str
    option: str
    statuses: tuple[tuple[str, ...], ...]
    possible: tuple[tuple[str, ...], ...]

    @property
    def speaks(self) -> bool:
        """Whether some cell has a position, or may have one."""
        loud = {status.value for status in SPOKEN}
        return any(
            status in loud or bool(loud & set(maybe.split(" or ")))
            for row, open_row in zip(self.statuses, self.possible, strict=True)
            for status, maybe in zip(row, open_row, strict=True)
        )


@dataclass(frozen=True, slots=True)
class MapView:
    """One map in one setting: its axes and every document on every option."""

    plan: MapPlan
    setting: str
    across: tuple[str, ...]
    down: tuple[str, ...]
    documents: tuple[DocumentMap, ...]

    def on(self, option: str) -> tuple[DocumentMap, ...]:
        """Return the documents that speak on an option somewhere in the map."""
        return tuple(d for d in self.documents if d.option == option and d.speaks)


def map_views(
    base: KnowledgeBase,
    plan: AtlasPlan,
    item: MapPlan,
    knowledge_date: datetime.date,
    progress: Callable[[], None] | None = None,
) -> tuple[MapView, ...]:
    """Return a map in each of its settings; ``progress`` is called after each patient."""
    return tuple(
        _view(base, plan, item, setting, knowledge_date, progress) for setting in item.settings
    )


def patients_of(base: KnowledgeBase, item: MapPlan) -> int:
    """Return how many patients a map asks about."""
    return len(item.settings) * len(_steps(base, item.across)) * len(_steps(base, item.down))


def _view(
    base: KnowledgeBase,
    plan: AtlasPlan,
    item: MapPlan,
    setting: Step,
    day: datetime.date,
    progress: Callable[[], None] | None,
) -> MapView:
    across, down = _steps(base, item.across), _steps(base, item.down)
    cells: dict[tuple[int, int], dict[tuple[str, str], Cell]] = {}
    for (i, below), (j, right) in product(enumerate(down), enumerate(across)):
        cells[i, j] = _ask(base, plan, (setting, below, right), day)
        if progress is not None:
            progress()
    keys = list(cells[0, 0])
    if item.across.limits:
        bands = _bands([[cells[i, j] for i in range(len(down))] for j in range(len(across))], keys)
        names = tuple(_band_name(across, band) for band in bands)
    else:
        bands = [[j] for j in range(len(across))]
        names = tuple(step.label for step in across)

    def table(key: tuple[str, str], said: Callable[[Cell], str]) -> tuple[tuple[str, ...], ...]:
        places = [[(i, band[0]) for band in bands] for i in range(len(down))]
        return tuple(tuple(said(cells[place][key]) for place in row) for row in places)

    found = tuple(DocumentMap(*key, table(key, _status), table(key, _possible)) for key in keys)
    return MapView(item, setting.label, names, tuple(step.label for step in down), found)


def _status(cell: Cell) -> str:
    return cell.status.value


def _possible(cell: Cell) -> str:
    return " or ".join(status.value for status in cell.possible)


def _steps(base: KnowledgeBase, axis: Axis) -> tuple[Step, ...]:
    """Return the steps of an axis; those of a number are next to every limit of the criteria."""
    if axis.limits is None or axis.event is None:
        return axis.steps
    fact = base.vocabulary[axis.limits]
    limits = {Decimal(str(value)) for value in axis.also}
    rules = (rule for document in base.documents for rule in document.recommendations)
    for atom in (atom for rule in rules for node in rule.nodes for atom in atoms(node)):
        if isinstance(atom, Compare) and [t.fact for t in atom.terms] == [fact.id]:
            limits.add(atom.constant / atom.terms[0].factor)
    step = fact.precision
    least, greatest = (Decimal(str(end)) for end in fact.entry.range or (0, max(limits)))
    values = {near for limit in limits for near in (limit - step, limit, limit + step)}
    inside = sorted(v for v in {*values, least, greatest} if least <= v <= greatest)
    return tuple(
        Step(label=str(plain(value)), set={axis.event: {fact.id: str(plain(value))}})
        for value in inside
    )


def _ask(
    base: KnowledgeBase, plan: AtlasPlan, steps: Sequence[Step], day: datetime.date
) -> dict[tuple[str, str], Cell]:
    data: dict[str, Any] = deepcopy(plan.patient)
    events = {event["id"]: event for event in data["events"]}
    for step in steps:
        events |= {event["id"]: deepcopy(event) for event in step.add}
    for step in steps:
        for name, values in step.set.items():
            events[name] = {**events[name], **values}
    # A made-up patient may stand at a limit where nobody would be believed unasked.
    parts = [part for step in steps for part in step.set.values()]
    given = [(name, str(value)) for part in parts for name, value in part.items()]
    accepting = Accepting(tuple(Accepted(n, value, "gepnet", "made up") for n, value in given))
    record = record_of(
        {**data, "events": list(events.values())}, base.vocabulary, accepting=accepting
    )
    facts = facts_of_record(record, base.knowledge, base.criteria, wanted=base.facts_named)
    assessment = assess(base, facts, Question(knowledge_date=day))
    return {
        (name, option): document.cells[option, plan.intent]
        for name, document in assessment.documents.items()
        for option in plan.options
    }


def _bands(
    columns: Sequence[Sequence[dict[tuple[str, str], Cell]]], keys: Sequence[tuple[str, str]]
) -> list[list[int]]:
    """Return neighbouring columns in which every document says the same."""

    def said(place: int) -> list[Any]:
        return [(cell[key].status, cell[key].possible) for cell in columns[place] for key in keys]

    return [list(band) for _, band in groupby(range(len(columns)), said)]


def _band_name(steps: Sequence[Step], band: Sequence[int]) -> str:
    first, last = steps[band[0]].label, steps[band[-1]].label
    return first if first == last else f"{first}\N{EN DASH}{last}"

"""Made-up patients as facts, drawn from the reference mix of patients."""

import datetime
from collections.abc import Iterator
from copy import copy
from decimal import Decimal
from functools import cache
from typing import Any

from gepnet import api
from gepnet.criteria.columns import absent_column, high_column, low_column
from gepnet.facts import Facts, facts_of_values
from gepnet.facts.derive import needed_for
from gepnet.facts.sample import Sampler
from gepnet.guidelines import KnowledgeBase
from gepnet.vocabulary import exact

DAY = datetime.date(2026, 1, 1)


@cache
def base() -> KnowledgeBase:
    """Return the packaged knowledge."""
    return api.base()


def patients(count: int, seed: int, names: frozenset[str]) -> Iterator[dict[str, Any]]:
    """Yield what is known of made-up patients of whom each of some facts is known."""
    knowledge = base().knowledge
    wanted = tuple(sorted(names, key=base().vocabulary.order))
    sampler = Sampler(base().criteria, knowledge.measures, wanted, DAY, seed, complete=True)
    columns = sampler.table(count).collect()
    kept = {name.split("__")[0] for name in columns.columns} & set(base().vocabulary)
    for row in columns.iter_rows(named=True):
        told = {name: _told(name, row) for name in kept}
        yield {name: value for name, value in told.items() if value is not None}


def _told(name: str, row: dict[str, Any]) -> Any:
    fact = base().vocabulary[name]
    absent = absent_column(fact)
    if absent is not None and row.get(absent):
        return "not applicable"
    if fact.type != "number":
        return row.get(name)
    low, high = row.get(low_column(fact)), row.get(high_column(fact))
    if low is None:
        return None
    ends = [str(fact.round(Decimal(str(end)))) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else "-".join(ends)


def facts(given: dict[str, Any], names: frozenset[str] | None = None) -> Facts:
    """Return the facts that follow from what is known, or only those that some need."""
    only = None if names is None else _with_inputs(names)
    knowledge, criteria = base().knowledge, base().criteria
    return facts_of_values(given, knowledge, criteria, "made up", exact(DAY), only)


@cache
def _with_inputs(names: frozenset[str]) -> frozenset[str]:
    return needed_for(names, base().criteria)


def only(*documents: str) -> KnowledgeBase:
    """Return the packaged knowledge with some documents only, so that assessing is quick."""
    found = copy(base())
    found.documents = tuple(one for one in base().documents if one.id in documents)
    found.labels, found.safety, found.checklists = (), (), ()
    return found

"""The kinds of entry, as the fields of Knowledge declare them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from gepnet.knowledge.models import Knowledge
from gepnet.knowledge.rule_models import RuleEntry
from gepnet.knowledge.shapes import Ageing, Entry, Kind

#: Every kind by its field of Knowledge, with the model of its entries.
KINDS: dict[str, tuple[Kind, type[BaseModel]]] = {
    name: (kind, get_args(info.annotation)[0])
    for name, info in Knowledge.model_fields.items()
    for kind in info.metadata
    if isinstance(kind, Kind)
}


@cache
def entries_in(model: type[BaseModel]) -> tuple[tuple[str, type[BaseModel], bool], ...]:
    """Return the fields of a model that hold entries, with their model and whether as a list."""
    found = []
    for name, info in model.model_fields.items():
        many = get_origin(info.annotation) is tuple
        kind = get_args(info.annotation)[0] if many else info.annotation
        if isinstance(kind, type) and issubclass(kind, Entry):
            found.append((name, kind, many))
    return tuple(found)


def members(entry: BaseModel) -> dict[str, tuple[Entry, ...]]:
    """Return the entries that stand in another, by the name of their list."""
    return {name: getattr(entry, name) for name, _, many in entries_in(type(entry)) if many}


def ids(knowledge: Knowledge) -> dict[str, frozenset[str]]:
    """Return the ids of each kind, and of the statements in documents with that of their own."""
    found = {
        name: frozenset(getattr(entry, "id", "") for entry in getattr(knowledge, name))
        for name in KINDS
    }
    statements = (f"{d.id}/{one.id}" for d in knowledge.documents for one in d.statements)
    return {**found, "statements": frozenset(statements)}


def rules_of(knowledge: Knowledge) -> Iterator[tuple[str, RuleEntry, Any]]:
    """Yield every entry with a criterion, with its owner and the entry that it stands in, if any.

    The owner is a document, a checklist, or the word for its kind.
    """
    for name, (kind, _) in KINDS.items():
        for entry in getattr(knowledge, name):
            if isinstance(entry, RuleEntry):
                yield kind.owner, entry, None
            yield from ((entry.id, rule, entry) for rule in _rules_in(entry))


def ageing(knowledge: Knowledge) -> Iterator[tuple[str, Ageing]]:
    """Yield whatever has to be looked at again some day, with the name of its kind."""
    for name in KINDS:
        for entry in getattr(knowledge, name):
            kind: type[BaseModel] = type(entry)
            for one in (entry, *(getattr(entry, part) for part, _, _ in entries_in(kind))):
                if isinstance(one, Ageing) and one.ages:
                    yield name, one


def _rules_in(entry: BaseModel) -> list[RuleEntry]:
    inner = (one for group in members(entry).values() for one in group)
    return [one for one in inner if isinstance(one, RuleEntry)]


def carried_facts(knowledge: Knowledge) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield everything that carries identifiers of fact collections, by its full id."""
    for name, (kind, _) in KINDS.items():
        for entry in getattr(knowledge, name):
            start = "/".join(filter(None, (kind.owner, getattr(entry, "id", ""))))
            yield from _carried(entry, start, "")


def _carried(value: Any, start: str, own: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if isinstance(value, tuple):
        for item in value:
            yield from _carried(item, start, getattr(item, "id", own))
    elif isinstance(value, BaseModel):
        facts = getattr(value, "fact_ids", ())
        if facts:
            yield (f"{start}/{own}" if own else start), facts
        for name in type(value).model_fields:
            yield from _carried(getattr(value, name), start, name)


def counts(knowledge: Knowledge) -> dict[str, int]:
    """Return how much there is of each kind that is counted."""
    found: dict[str, int] = {}
    for name, (kind, _) in KINDS.items():
        entries = getattr(knowledge, name)
        rules = [rule for entry in entries for rule in _rules_in(entry)]
        for word, number in zip(kind.counted, (len(entries), len(rules)), strict=True):
            if word:
                found[word] = found.get(word, 0) + number
    return found

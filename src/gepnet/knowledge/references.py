"""Ids are used once, and everything that is named exists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from gepnet.knowledge.kinds import KINDS, members
from gepnet.knowledge.problems import Problem, nearest
from gepnet.knowledge.shapes import Entry, Names

#: What a message calls one of a kind, where it is not the name of the kind.
_WORDS = {
    "vocabulary": "a fact",
    "sources": "a source of the bibliography",
    "regions": "a region (of measures/regions.yaml)",
}


@dataclass
class Found:
    """What the files hold: valid models by kind, and every id that was declared, valid or not.

    An entry with a fault of its own still exists: naming it is no second problem.
    """

    models: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in KINDS})
    declared: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in KINDS})
    recommendations: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Recommendations as they are written, by their full id."""
    texts: dict[str, str] = field(default_factory=dict)
    """What each limit puts into a criterion that names it."""

    def declare(self, kind: str, item: Any) -> None:
        """Remember the id of an entry as it was written."""
        if isinstance(item, dict) and item.get("id") is not None:
            self.declared[kind].add(str(item["id"]))


def check_unique(found: Found) -> Iterator[Problem]:
    """Yield a problem for every id that is used twice."""
    for items in found.models.values():
        yield from _duplicates(items)
        for item in items:
            for entries in members(item).values():
                yield from _duplicates(entries)


def _duplicates(entries: Iterable[Any]) -> Iterator[Problem]:
    first: dict[str, Any] = {}
    for entry in (getattr(entry, "document", entry) for entry in entries):
        name = str(getattr(entry, "id", ""))
        if name and name in first:
            other = first[name]
            where = f"{getattr(other, 'file', '')}:{getattr(other, 'line', '')}"
            expected = f"an id that is used once (first used at {where})"
            yield Problem.at(entry, "id", name, expected)
        first.setdefault(name, entry)


def check_references(found: Found) -> Iterator[Problem]:
    """Yield a problem for every id that names nothing."""
    known = {**found.declared, "recommendations": found.recommendations}
    for items in found.models.values():
        for item in items:
            yield from unknown_names(item, known)


def unknown_names(
    model: BaseModel, known: Mapping[str, Collection[str]], owner: object = None
) -> Iterator[Problem]:
    """Yield a problem for every id in a model, and in what stands in it, that names nothing.

    Args:
        model: what to look through.
        known: the ids of each kind; a kind that is not there is not looked at.
        owner: what a problem is about; entries within the model are that themselves.
    """
    for entry, path, names, value in _references(model, owner or model, ()):
        if not all(kind in known for kind in names.kinds):
            continue
        ids = {name for kind in names.kinds for name in known[kind]}
        if value not in ids:
            expected = f"the id of {_one_of(names.kinds[0])}"
            yield Problem.at(entry, ".".join(path), repr(value), expected, nearest(value, ids))


def _one_of(kind: str) -> str:
    word = kind.removesuffix("s").replace("_", " ")
    return _WORDS.get(kind) or f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


_Path = tuple[str, ...]


def _references(
    value: Any, owner: object, path: _Path, names: Names | None = None
) -> Iterator[tuple[object, _Path, Names, str]]:
    """Yield entry, field, what may be named there and the name, for everything below a value."""
    if isinstance(value, BaseModel):
        if isinstance(value, Entry):
            owner, path = value, ()
        for name, (alias, marked, keys) in _fields(type(value)).items():
            here = path if marked is not None and marked.by_holder else (*path, alias)
            yield from _references(getattr(value, name), owner, here, marked)
            if keys is not None:
                yield from ((owner, here, keys, key) for key in getattr(value, name))
    elif isinstance(value, tuple | list):
        for item in value:
            own = getattr(item, "id", None) if isinstance(item, BaseModel) else None
            yield from _references(item, owner, path if own is None else (str(own),), names)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _references(item, owner, (*path, str(key)), names)
    elif names is not None and isinstance(value, str):
        yield owner, path, names, value


@cache
def _fields(model: type[BaseModel]) -> dict[str, tuple[str, Names | None, Names | None]]:
    """Return the fields of a model: key in a file, what it names, and what keys in it name."""
    found = {}
    for name, info in model.model_fields.items():
        parts: tuple[Any, ...] = (*info.metadata, info.annotation)
        keys = None
        if get_origin(info.annotation) is dict:
            key, inner = get_args(info.annotation)
            parts, keys = (inner,), _marked((key,))
        found[name] = (info.alias or name, _marked(parts), keys)
    return found


def _marked(parts: Iterable[Any]) -> Names | None:
    for part in parts:
        inner = getattr(part, "__metadata__", ()) if not isinstance(part, Names) else (part,)
        found = next((one for one in inner if isinstance(one, Names)), None)
        found = found or _marked(get_args(part))
        if found is not None:
            return found
    return None

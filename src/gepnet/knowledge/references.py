"""Ids are used once, and everything that is named exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from gepnet.knowledge.problems import Problem, nearest


@dataclass
class Found:
    """What the files hold: valid models by kind, and every id that was declared, valid or not.

    An entry with a fault of its own still exists: naming it is no second problem.
    """

    models: dict[str, list[Any]]
    declared: dict[str, set[str]] = field(default_factory=dict)

    def declare(self, kind: str, item: Any) -> None:
        """Remember the id of an entry as it was written."""
        if isinstance(item, dict) and item.get("id") is not None:
            self.declared.setdefault(kind, set()).add(str(item["id"]))

    def ids(self, kind: str) -> set[str]:
        """Return every declared id of a kind."""
        return self.declared.get(kind, set())


def check_unique(found: Found) -> Iterator[Problem]:
    """Yield a problem for every id that is used twice."""
    for name, items in found.models.items():
        yield from _duplicates([doc.document for doc in items] if name == "documents" else items)
    for document in found.models["documents"]:
        yield from _duplicates(document.recommendations)
        yield from _duplicates(document.statements)


def _duplicates(entries: Iterable[Any]) -> Iterator[Problem]:
    first: dict[str, Any] = {}
    for entry in entries:
        name = str(getattr(entry, "id", ""))
        if name and name in first:
            other = first[name]
            where = f"{getattr(other, 'file', '')}:{getattr(other, 'line', '')}"
            yield Problem(
                getattr(entry, "file", ""),
                getattr(entry, "line", None),
                name,
                "id",
                name,
                f"an id that is used once (first used at {where})",
            )
        first.setdefault(name, entry)


@dataclass(frozen=True)
class _Reference:
    """One id named by an entry, and the kinds of entry that it may be."""

    entry: Any
    field: str
    value: str | None
    kinds: tuple[str, ...]


_WORDS = {
    "sources": "a source of the bibliography",
    "options": "an option",
    "documents": "a document",
    "facts": "a fact",
    "plan_profiles": "a plan profile",
}


def check_references(found: Found) -> Iterator[Problem]:
    """Yield a problem for every id that names nothing."""
    for reference in _references(found):
        known = {name for kind in reference.kinds for name in found.ids(kind)}
        if reference.value is None or reference.value in known:
            continue
        entry = reference.entry
        yield Problem(
            entry.file,
            entry.line,
            str(getattr(entry, "id", "") or getattr(entry, "pattern", "")),
            reference.field,
            repr(reference.value),
            f"the id of {_WORDS[reference.kinds[0]]}",
            nearest(reference.value, known),
        )


def _references(found: Found) -> Iterator[_Reference]:
    sources, options = ("sources",), ("options",)
    release = ("release_rules", "release_items", "release_amounts")
    for kind in ("facts", "families", "options", "labels", "safety", "checklists", *release):
        for entry in found.models[kind]:
            yield _Reference(entry, "source", entry.source, sources)
            yield _Reference(entry, "read_in", getattr(entry, "read_in", None), sources)
    for entry in found.models["options"]:
        yield _Reference(entry, "parent", entry.parent, options)
        for toxicity in entry.toxicities:
            yield _Reference(entry, "toxicities.source", toxicity.source, sources)
    for entry in found.models["labels"]:
        yield _Reference(entry, "option", entry.option, options)
    for entry in found.models["safety"]:
        for option in entry.options:
            yield _Reference(entry, "options", option, options)
    for checklist in found.models["checklists"]:
        yield _Reference(checklist, "option", checklist.option, options)
        for item in checklist.items:
            yield _Reference(item, "source", item.source, sources)
            yield _Reference(item, "read_in", item.read_in, sources)
    after = ("advisory_limits", "kidney_references", "marrow_signals", "marrow_risks")
    for kind in ("plan_profiles", "retreatment_rules", *after):
        for entry in found.models[kind]:
            yield _Reference(entry, "source", entry.source, sources)
    for entry in found.models["marrow_signals"]:
        for analyte in (*entry.analytes, entry.rising):
            yield _Reference(entry, "analytes", analyte, ("facts",))
    for entry in found.models["plan_profiles"]:
        for other in entry.beside:
            yield _Reference(entry, "beside", other, ("plan_profiles",))
        numbers = () if entry.schedule is None else tuple(entry.schedule)
        for name, stated in (*numbers, *((step.id, step) for step in entry.steps)):
            if stated is not None:
                yield _Reference(entry, f"{name}.source", stated.source, sources)
                yield _Reference(entry, f"{name}.read_in", stated.read_in, sources)
    for document in found.models["documents"]:
        yield from _of_document(document)


def _of_document(document: Any) -> Iterator[_Reference]:
    sources, options = ("sources",), ("options",)
    head = document.document
    yield _Reference(head, "source", head.source, sources)
    for other in head.supersedes:
        yield _Reference(head, "supersedes", other, ("documents", "sources"))
    for option in head.covers or ():
        yield _Reference(head, "covers", option, options)
    for entry in (*document.recommendations, *document.statements):
        yield _Reference(entry, "source", entry.source, sources)
        yield _Reference(entry, "read_in", entry.read_in, sources)
    for entry in document.recommendations:
        for position in entry.options:
            named = (
                position.option,
                *position.with_,
                *position.preferred_over,
                *position.equivalent_to,
            )
            for option in named:
                yield _Reference(entry, "options", option, options)

"""What is not known and would matter: each unknown fact with what each result would bring."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gepnet.facts import Facts
from gepnet.guidelines.alternatives import Band
from gepnet.guidelines.changes import StatusChange
from gepnet.guidelines.compare import standing
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.deciding import deciding
from gepnet.guidelines.model import Assessment
from gepnet.guidelines.positions import DocumentPosition, document_positions
from gepnet.guidelines.status import OPEN, QUIET, Status
from gepnet.guidelines.variants import Truths, Variants
from gepnet.vocabulary import Interval, Several, Value


@dataclass(frozen=True)
class Result:
    """A result that a test could have, and the positions that it would change."""

    values: tuple[Value, ...]
    band: Band | None
    changes: tuple[StatusChange, ...]


@dataclass(frozen=True)
class MissingFact:
    """An unknown fact.

    ``ask`` are the recorded facts to ask for: the fact itself, or the inputs that it is worked out
    from. ``open_positions`` counts the positions that wait for it, alone or with others;
    ``changed_positions`` those that it alone could change.
    """

    fact: str
    ask: tuple[str, ...]
    open_positions: int
    changed_positions: int
    results: tuple[Result, ...]


# A position, the options that share it and its status, and that status now.
_Concerned = tuple[DocumentPosition, tuple[str, ...], Status]


def missing(base: KnowledgeBase, assessment: Assessment) -> list[MissingFact]:
    """Return the unknown facts that open positions wait for, the most influential first.

    A position that several options inherit from their class is counted once.
    """
    facts = assessment.facts
    concerned = list(_concerned(base, assessment))
    waiting = _waiting(base, assessment, concerned)
    search = deciding(base, facts)
    influences = search.influences
    looked_at = influences.looked_at(node for one, *_ in concerned for node in one.nodes)
    things = [
        (name, value)
        for name in waiting
        for value in influences.candidates(name, looked_at.get(name, {}))
        if name in looked_at and _within(value, facts.values.get(name))
    ]
    outcomes = _outcomes(base, facts, things, concerned, search.truths)
    found = []
    for name, open_positions in waiting.items():
        by_outcome: dict[tuple[StatusChange, ...], list[Value]] = {}
        for (fact, value), changes in zip(things, outcomes, strict=True):
            if fact == name:
                by_outcome.setdefault(changes, []).append(value)
        results = tuple(
            Result(run, band, changes)
            for changes, values in by_outcome.items()
            for run, band in influences.bands(
                name, values, (v for fact, v in things if fact == name), looked_at[name]
            )
        )
        changed = {(c.document, c.options, c.intent) for r in results for c in r.changes}
        ask = facts.to_ask((name,))
        found.append(MissingFact(name, ask, open_positions, len(changed), results))
    order = base.vocabulary.order
    return sorted(found, key=lambda m: (-m.changed_positions, -m.open_positions, order(m.fact)))


def _concerned(base: KnowledgeBase, assessment: Assessment) -> Iterable[_Concerned]:
    """Yield every position that counts, with the options that share it and how it stands."""
    positions = document_positions(base).by_document
    options: dict[tuple[DocumentPosition, Status], list[str]] = {}
    for name, document in assessment.documents.items():
        for (option, intent), cell in document.cells.spoken.items():
            position = positions[name].get((option, intent))
            if position is not None:
                options.setdefault((position, standing(cell)), []).append(option)
    for (position, status), names in options.items():
        yield position, tuple(names), status


def _waiting(
    base: KnowledgeBase, assessment: Assessment, concerned: Sequence[_Concerned]
) -> dict[str, int]:
    """Return the facts that open positions wait for, with the number of those positions."""
    found: dict[str, int] = {}
    for position, options, status in concerned:
        if status is not Status.FACT_MISSING:
            continue
        cells = assessment.documents[position.document.id].cells
        cell = cells[options[0], position.intent]
        for name in dict.fromkeys(n for m in cell.missing for n in _leaves(base, assessment, m)):
            found[name] = found.get(name, 0) + 1
    return found


def _leaves(base: KnowledgeBase, assessment: Assessment, name: str) -> list[str]:
    """Return a fact, or instead of one worked out by rules the inputs that it lacks."""
    lacking = assessment.facts.lacking.get(name, ())
    if not base.vocabulary[name].entry.derived or not lacking:
        return [name]
    return [leaf for source in lacking for leaf in _leaves(base, assessment, source)]


def _within(value: Value, now: Value) -> bool:
    """Whether a value agrees with what is known already."""
    if isinstance(now, Interval) and isinstance(value, Interval):
        return now.low <= value.low and value.high <= now.high
    return not isinstance(now, Several) or value in now.values


def _outcomes(
    base: KnowledgeBase,
    facts: Facts,
    things: Sequence[tuple[str, Value]],
    concerned: Sequence[_Concerned],
    truths: Truths,
) -> list[tuple[StatusChange, ...]]:
    """Return, for each fact with a value, the positions that this alone would change."""
    changes: dict[str, list[tuple[Value, int]]] = {}
    for index, (name, value) in enumerate(things):
        changes.setdefault(name, []).append((value, 1 << index))
    variants = Variants(base, facts, len(things), changes, truths)
    found: list[list[StatusChange]] = [[] for _ in things]
    for position, options, before in concerned:
        for after, where in position.statuses(variants.truth).items():
            if after is before or (before in QUIET and after in QUIET | OPEN):
                continue
            place = (position.document.id, options, position.intent)
            change = StatusChange(*place, before, after)
            for index in range(len(things)):
                if where >> index & 1:
                    found[index].append(change)
    return [tuple(changes) for changes in found]

"""What documents say of an option, or say at all, beside the course of a patient."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from gepnet.criteria import conjunction, interpret
from gepnet.facts import Facts
from gepnet.knowledge import InputError, Knowledge, Problem
from gepnet.knowledge.models import Recommendation, Statement
from gepnet.rules import Reading, Rulebook
from gepnet.tables import Shown
from gepnet.vocabulary import Truth

_BADGE = "source locator verification"


@dataclass(frozen=True, slots=True)
class Position:
    """A position of a document on an option, for which intents, and whether on this patient."""

    entry: str
    position: str
    intents: list[str]
    concerns_patient: Truth
    text_ambiguous: bool
    recommendation: Annotated[Recommendation, Shown(take=f"note {_BADGE}", flat=True)]


@dataclass(frozen=True, slots=True)
class Said:
    """A statement that takes no position; shown as a position is, of nobody in particular."""

    entry: str
    statement: Annotated[Statement, Shown(take=f"text:note {_BADGE}", flat=True)]
    position: str = "statement"
    intents: tuple[str, ...] = ()
    concerns_patient: Truth = None
    text_ambiguous: bool = False


def positions_on(
    option: str, book: Rulebook, in_force: Collection[str], facts: Facts | None
) -> list[Position]:
    """Return what documents in force say of an option, and whether they speak of this patient."""
    found = []
    for rule in (rule for rule in book.of(Recommendation) if rule.owner in in_force):
        held: dict[str, list[str]] = {}
        for position in rule.entry.options:
            if position.option == option:
                held.setdefault(position.position, []).append(position.intent)
        truth, ambiguous = None, False
        if held and facts is not None:
            scope = True if rule.scope is None else interpret(rule.scope, facts.values)
            reading = Reading.of(rule, facts)
            truth = conjunction((scope, reading.truth))
            ambiguous = scope is True and reading.ambiguous
        for stance, intents in held.items():
            found.append(Position(rule.full_id, stance, intents, truth, ambiguous, rule.entry))
    return found


def statements(names: Sequence[str], knowledge: Knowledge, in_force: Collection[str]) -> list[Said]:
    """Return statements of documents in force, named as ``document/statement``.

    Raises:
        InputError: if the knowledge has no such statement.
    """
    known = {f"{file.id}/{one.id}": one for file in knowledge.documents for one in file.statements}
    for name in names:
        if name not in known:
            expected = "document/statement of the knowledge"
            raise InputError([Problem("measures/course_plan.yaml", None, "", "", name, expected)])
    return [Said(name, known[name]) for name in names if name.split("/")[0] in in_force]


def labels_of(names: Iterable[str], book: Rulebook) -> list[str]:
    """Return the labels of facts."""
    return [book.vocabulary[name].entry.label for name in names]

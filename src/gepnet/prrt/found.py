"""What the review of a cycle comes upon: rules that fire, and what is open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from gepnet.knowledge.rule_models import ChecklistItem, ReleaseItem, ReleaseRule

Effect = Literal["stop", "hold", "reduce", "warn"]
CONTESTED = "; another sample of that day disagrees and no time says which came last"
Entry = ChecklistItem | ReleaseItem | ReleaseRule


@dataclass(frozen=True)
class Fired:
    """A rule that fired, what it does to the proposal, and why."""

    id: str
    effect: Effect
    label: str
    because: str
    source: str
    locator: str | None
    verification: str


@dataclass(frozen=True)
class Open:
    """Something that has to be settled and is not: missing, too old, or ambiguous in its text."""

    id: str
    label: str
    facts: tuple[str, ...]
    why: str
    source: str
    verification: str


@dataclass(frozen=True)
class Found:
    """What a review comes upon, in the order in which it looks; what is open once, by its id."""

    fired: list[Fired] = field(default_factory=list)
    missing: dict[str, Open] = field(default_factory=dict)
    ambiguous: dict[str, Open] = field(default_factory=dict)


def firing(entry: Entry, effect: Effect, because: str, name: str = "") -> Fired:
    """Return that an entry fired, under its own name or another."""
    read = (entry.source, entry.locator, entry.verification)
    return Fired(name or entry.id, effect, entry.label, because, *read)


def leave_open(
    found: dict[str, Open], entry: Entry, facts: tuple[str, ...], why: str, name: str = ""
) -> None:
    """Add that an entry is open, once under its name."""
    one = Open(name or entry.id, entry.label, facts, why, entry.source, entry.verification)
    found.setdefault(one.id, one)

"""Facts as of a date, with everything that a reader may ask about each."""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, NamedTuple, Self

from gepnet.vocabulary import Interval, PartialDate, Several, Value

#: The note of a value that a question assumes: nothing that follows from others stands against it.
ASSUMED = "assumed"
Origin = Literal["recorded", "derived", "bounded", "declared_absent", "unknown"]


class Observed(NamedTuple):
    """One value of one fact as a record gives it; a tuple, since a long record makes very many."""

    fact: str
    value: Value
    date: PartialDate | None
    event: str
    order: int
    author: str | None = None
    kind: str | None = None


@dataclass(frozen=True, slots=True)
class FactValue:
    """The value of a fact as of a date, where it comes from and what was set aside for it.

    ``lasting`` is one of which the highest of all reports counts: no later report takes it back.
    """

    fact: str
    value: Value
    origin: Origin
    date: PartialDate | None = None
    event: str | None = None
    author: str | None = None
    alternatives: tuple[Observed, ...] = ()
    stale: bool = False
    age_days: int | None = None
    conflict: Value = None
    note: str | None = None
    inputs: tuple[str, ...] = ()
    lasting: bool = False

    @property
    def is_known(self) -> bool:
        """Whether anything is known."""
        return self.value is not None


@lru_cache(maxsize=4096)
def _unknown(name: str) -> FactValue:
    """Return a fact that nothing is known about; criteria ask for the same ones again and again."""
    return FactValue(name, None, "unknown")


@dataclass(frozen=True, slots=True)
class Beside:
    """A course (``option`` names its therapy) or words in an event (``note``), with its date."""

    event: str
    kind: str
    date: PartialDate | None
    option: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Facts:
    """All facts of one patient as of ``at``; ``values`` is what criteria are evaluated on."""

    patient: str
    at: PartialDate
    region: str | None
    entries: Mapping[str, FactValue]
    values: Mapping[str, Value] = field(default_factory=dict)
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # What silence means for facts whose domain the record declares complete.
    absences: Mapping[str, FactValue] = field(default_factory=dict)
    # What a reader has to know of the dates of the record, such as events that do not count yet.
    notes: tuple[str, ...] = ()
    # Courses of treatment and words of people, which are no values of facts.
    beside: tuple[Beside, ...] = ()

    @classmethod
    def of(
        cls,
        patient: str,
        at: PartialDate,
        entries: Mapping[str, FactValue],
        lacking: Mapping[str, tuple[str, ...]],
        absences: Mapping[str, FactValue],
        notes: tuple[str, ...] = (),
        beside: tuple[Beside, ...] = (),
    ) -> Self:
        """Return the facts that ``entries`` are, with their values and their region."""
        values: dict[str, Value] = {name: entry.value for name, entry in entries.items()}
        region = values.get("region")
        where = region if isinstance(region, str) else None
        return cls(patient, at, where, entries, values, lacking, absences, notes, beside)

    def __getitem__(self, name: str) -> FactValue:
        """Return a fact; one that nothing is known about is there as unknown."""
        return self.entries.get(name) or _unknown(name)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the facts about which something is known."""
        return iter(self.entries)

    def __contains__(self, name: object) -> bool:
        """Whether something is known about a fact."""
        return name in self.entries

    def __len__(self) -> int:
        """Return the number of facts about which something is known."""
        return len(self.entries)

    def items(self) -> ItemsView[str, FactValue]:
        """Return the facts about which something is known."""
        return self.entries.items()

    def to_ask(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the recorded facts whose knowledge could settle ``names``.

        A derived fact is replaced by the inputs that it lacks, down to facts that can be asked for.
        """
        found: dict[str, None] = {}
        for name in names:
            inputs = self.lacking.get(name, ())
            found.update(dict.fromkeys(self.to_ask(inputs) if inputs else (name,)))
        return tuple(found)

    def behind(self, name: str) -> tuple[FactValue, ...]:
        """Return the recorded facts that a fact was worked out from; none for a recorded one."""
        found: dict[str, FactValue] = {}
        for source in self[name].inputs:
            deeper = self.behind(source)
            entry = self[source]
            for item in deeper or ((entry,) if entry.origin == "recorded" else ()):
                found[item.fact] = item
        return tuple(found.values())

    def stale(self) -> list[FactValue]:
        """Return the facts older than they should be."""
        return [fact for fact in self.entries.values() if fact.stale]


def show(value: Value) -> str:
    """Return a value as text for a screen."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = str(value)
    return text.replace("_", " ") if isinstance(value, str | Several) else text


def is_range(value: Value) -> bool:
    """Whether a number is known only within bounds."""
    return isinstance(value, Interval) and not value.is_point

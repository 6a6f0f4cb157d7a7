"""Collect facts from the words of a case, then hand them out as events of a record.

Each phrase is looked up in ``knowledge/cases/words.yaml``, and one that is not there is read by the
rules of ``phrases.yaml``. What a phrase means as facts is kept with the event kind that carries it;
whatever cannot be carried becomes a loss in words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gepnet.io.case_file import table
from gepnet.io.phrases import read_phrase
from gepnet.record import AnyEvent, Observation, Progression
from gepnet.vocabulary import PartialDate, Value, ValueProblem, Vocabulary

_NUMBER = re.compile(r"[<>=~ -]*\d+(?:\.\d+)?(?:-\d+(?:\.\d+)?)?")
RESERVED = frozenset(
    {"loss", "functioning", "signs", "no_signs", "before_operation", "arose_later", "later"}
)
# Kinds of which every value of one date and note stands in one event.
Group = tuple[str, str | None, str | None]
#: A date and a note.
When = tuple[PartialDate | None, str | None]
Report = Callable[[str, object, str, str | None], None]


@dataclass
class Findings:
    """Facts of one decision point in the making.

    Attributes:
        vocabulary: the facts.
        report: called with field, value, expectation and nearest spelling for a value that a fact
            cannot have.
        functioning: whether the tumour is stated to be functioning.
        operated: whether the history holds an operation.
    """

    vocabulary: Vocabulary
    report: Report
    functioning: bool | None
    operated: bool
    losses: list[str] = field(default_factory=list)
    signs: list[str] = field(default_factory=list)
    no_signs: list[str] = field(default_factory=list)
    progressed_on: tuple[str, ...] = ()
    _groups: dict[Group, dict[str, Value]] = field(default_factory=dict)
    _dates: dict[str, PartialDate] = field(default_factory=dict)
    _seen: dict[str, Value] = field(default_factory=dict)

    def lose(self, field: str, phrase: object | None, reason: str) -> None:
        """Note that ``phrase`` of ``field`` could not be carried.

        A phrase that tells what became known only later is not quoted: give None.
        """
        self.losses.append(
            f"{field}: {reason}" if phrase is None else f"{field} '{phrase}': {reason}"
        )

    def fact(
        self,
        name: str,
        raw: Any,
        field: str,
        date: PartialDate | None = None,
        note: str | None = None,
    ) -> None:
        """Add one value; the first value of a fact stands, another one is a loss."""
        value = self.value(name, raw, field)
        if value is None:
            return
        if name in self._seen:
            if self._seen[name] != value:
                self.lose(field, raw, f"contradicts another statement of {name}")
            return
        self._seen[name] = value
        text = None if date is None else str(date)
        if date is not None:
            self._dates[str(date)] = date
        kind = str(self.vocabulary[name].entry.event)
        self._groups.setdefault((kind, text, note), {})[name] = value

    def value(self, name: str, raw: Any, field: str) -> Value:
        """Return what ``raw`` is as a value of the fact; None, and a problem, if it is none.

        A word where a value is expected is a loss: only a number can be out of range.
        """
        try:
            return self.vocabulary[name].parse(raw)
        except ValueProblem as problem:
            if isinstance(raw, str) and not _NUMBER.fullmatch(raw):
                self.lose(field, raw, f"no value of {name}")
                return None
            self.report(field, problem.value, problem.expected, problem.suggestion)
            return None

    def has(self, name: str) -> bool:
        """Whether the fact has a value already."""
        return name in self._seen

    def read(self, name: str, phrase: str) -> Mapping[str, Any] | None:
        """Return what a phrase means by the words of ``name``, or else by its rules, if anything.

        What an operation brings to light is read only of a case that had one.
        """
        known: Mapping[str, Mapping[str, Any] | None] = table("words").get(name, {})
        if phrase in known:
            return known[phrase] or {}
        reading = read_phrase(name, phrase, self.vocabulary, self.operated)
        if reading.entry is not None and reading.entry in known:
            return known[reading.entry]
        return None if reading.is_empty else reading.as_entry()

    def entry(self, entry: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a table entry says now, before or after an operation."""
        if not self.operated and "before_operation" in entry:
            chosen: Mapping[str, Any] = entry["before_operation"]
            return chosen
        return entry

    def phrase(
        self,
        name: str,
        phrase: str | None,
        when: When = (None, None),
        field: str = "",
        without: frozenset[str] = frozenset(),
    ) -> None:
        """Add the facts that ``phrase`` means by the words of ``name``, save those ``without``."""
        if phrase is None:
            return
        known = self.read(name, phrase)
        if known is None:
            self.lose(field or name, phrase, "no fact")
            return
        entry = self.entry(known)
        shown = phrase if entry is known and "arose_later" not in known else None
        self.apply(entry, field or name, shown, when, without)

    def apply(
        self,
        entry: Mapping[str, Any],
        field: str,
        phrase: str | None,
        when: When = (None, None),
        without: frozenset[str] = frozenset(),
    ) -> None:
        """Add the facts of one table entry."""
        for name, raw in entry.items():
            if name not in RESERVED and name not in without:
                self.fact(name, raw, field, *when)
        self.signs.extend(entry.get("signs", ()))
        self.no_signs.extend(entry.get("no_signs", ()))
        if "loss" in entry:
            self.lose(field, phrase, entry["loss"])
        if "functioning" in entry:
            if self.functioning is True:
                for name, raw in entry["functioning"].items():
                    self.fact(name, raw, field, *when)
            else:
                self.lose(field, phrase, "not stated to come from a functioning tumour")

    def events(self, date: PartialDate | None) -> list[AnyEvent]:
        """Return the events, progression last; ids are the kind, numbered from the second on."""
        events: list[AnyEvent] = []
        count: dict[str, int] = {}
        for (kind, text, note), values in self._groups.items():
            if kind == "progression":
                continue
            count[kind] = count.get(kind, 0) + 1
            name = kind if count[kind] == 1 else f"{kind}-{count[kind]}"
            day = None if text is None else self._dates[text]
            events.append(Observation(id=name, kind=kind, date=day, note=note, values=values))
        return [*events, *self._progression(date)]

    def _progression(self, date: PartialDate | None) -> list[AnyEvent]:
        values: dict[str, Value] = {}
        for (kind, _, _), found in self._groups.items():
            if kind == "progression":
                values.update(found)
        if not self.signs and not self.no_signs:
            # An event without any sign would say that all of them were looked for and absent.
            for name, value in values.items():
                self.lose("progression", f"{name} {value}", "no sign of progression is stated")
            return []
        types = tuple(dict.fromkeys(self.signs))
        excluded = tuple(sign for sign in dict.fromkeys(self.no_signs) if sign not in types)
        told = {"id": "progression", "date": date, "types": types, "excluded": excluded}
        if types:
            told["on"] = self.progressed_on
        return [Progression.model_validate({**told, "values": values})]

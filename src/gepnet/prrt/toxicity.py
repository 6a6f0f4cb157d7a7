"""Which toxicities occurred after which dose, and what follows for the next one.

A toxicity counts at any time since the last dose, also if the last sample is better. The rows are
those of a dose-modification table; two rules of one row are one toxicity. A toxicity recurs if it
comes back after a dose that was reduced since it first occurred, or after a reduced dose whose
cause the record does not tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gepnet.facts import FactValue
from gepnet.prrt.context import CourseSoFar, Window
from gepnet.prrt.known import look_at
from gepnet.prrt.protocol import Rule
from gepnet.vocabulary import PartialDate


@dataclass(frozen=True)
class Occurrence:
    """A toxicity in one window: first and last day seen, values then, and when it was over."""

    rule: Rule
    first: PartialDate
    last: PartialDate
    values: tuple[FactValue, ...]
    resolved: PartialDate | None


@dataclass(frozen=True)
class History:
    """The toxicities of a course, window by window, the present one last."""

    course: CourseSoFar
    windows: tuple[Mapping[str, Occurrence], ...]

    @property
    def now(self) -> Mapping[str, Occurrence]:
        """What occurred since the last dose, by rule."""
        return self.windows[-1] if self.windows else {}

    def recurred(self, row: str) -> bool:
        """Whether a toxicity of this row since the last dose is a recurrence after reduction."""
        protocols = self.course.protocols
        reduced = [protocols.is_reduced(cycle.activity_gbq) for cycle in self.course.cycles]
        earlier = [
            place
            for place, window in enumerate(self.windows[:-1])
            if any(o.rule.entry.row == row for o in window.values())
        ]
        if any(any(reduced[place + 1 :]) for place in earlier):
            return True
        # A reduced dose had a cause; where the record does not tell it, it may have been this one.
        for place, is_reduced in enumerate(reduced):
            if is_reduced and not any(self.windows[:place]):
                return True
        return False


def history(course: CourseSoFar) -> History:
    """Return the toxicities of a course up to the review."""
    rules = [rule for rule in course.protocols.rules if rule.entry.effect == "toxicity"]
    return History(course, tuple(_window(course, window, rules) for window in course.windows))


def _window(course: CourseSoFar, window: Window, rules: list[Rule]) -> Mapping[str, Occurrence]:
    found: dict[str, Occurrence] = {}
    over: dict[str, PartialDate | None] = {}
    for day in course.days(window):
        facts = course.facts(window, day)
        for rule in rules:
            known = look_at(rule.when, facts)
            name = rule.entry.id
            before = found.get(name)
            if known.truth is True:
                first = day if before is None else before.first
                worst = before.values if before is not None else known.values
                found[name] = Occurrence(rule, first, day, worst, None)
                over[name] = None
            elif known.truth is False and before is not None and over[name] is None:
                over[name] = day
                found[name] = Occurrence(rule, before.first, before.last, before.values, day)
    return found


__all__ = ["History", "Occurrence", "history"]

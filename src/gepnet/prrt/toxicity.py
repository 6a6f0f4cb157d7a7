"""Which toxicities occurred after which dose, and what follows for the next one.

A toxicity counts at any time since the last dose, also if the last sample is better. The rows are
those of a dose-modification table; two rules of one row are one toxicity. A toxicity recurs if it
comes back after a dose that was reduced since it first occurred, or after a reduced dose whose
cause the record does not tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gepnet.criteria import Compare, Node, atoms
from gepnet.facts import Facts, FactValue
from gepnet.knowledge.rule_models import ReleaseRule
from gepnet.prrt.conditions import Condition, look_at
from gepnet.prrt.context import CourseSoFar, Window
from gepnet.record import Observation
from gepnet.rules import Rule
from gepnet.vocabulary import Interval, PartialDate


@dataclass(frozen=True)
class Occurrence:
    """A toxicity in one window: first and last day seen, its worst values, when it was over."""

    rule: Rule[ReleaseRule]
    first: PartialDate
    last: PartialDate
    values: tuple[FactValue, ...]
    resolved: PartialDate | None
    #: Samples of the last day disagree, and nothing says which of them came last.
    contested: bool = False


@dataclass(frozen=True)
class History:
    """The toxicities of a course, window by window, the present one last.

    ``doubts``: what may have occurred, by window and rule. A value was only known as a range with
    the limit inside, such as ``<100``, and a better one later does not tell.
    """

    course: CourseSoFar
    windows: tuple[Mapping[str, Occurrence], ...]
    doubts: tuple[Mapping[str, Condition], ...]

    @property
    def now(self) -> Mapping[str, Occurrence]:
        """What occurred since the last dose, by rule."""
        return self.windows[-1] if self.windows else {}

    @property
    def unsure(self) -> Mapping[str, Condition]:
        """What may have occurred since the last dose, by rule."""
        return self.doubts[-1] if self.doubts else {}

    def recurred(self, row: str) -> bool | None:
        """Whether a toxicity of this row since the last dose is a recurrence after reduction.

        Unknown where it only may have occurred before a dose that was reduced.
        """
        protocols = self.course.protocols
        told = (cycle.activity_gbq for cycle in self.course.cycles)
        # A review is refused where a cycle does not tell its activity.
        reduced = [one is not None and protocols.is_reduced(one) for one in told]
        earlier = [
            place
            for place, window in enumerate(self.windows[:-1])
            if any(o.rule.entry.row == row for o in window.values())
        ]
        certain = any(any(reduced[place + 1 :]) for place in earlier)
        # A reduced dose had a cause; where the record does not tell it, it may have been this one.
        if certain or any(
            is_reduced and not any(self.windows[:place]) for place, is_reduced in enumerate(reduced)
        ):
            return True
        return None if self.doubted_before(row) else False

    def doubted_before(self, row: str) -> tuple[Condition, ...]:
        """Return what leaves open whether a toxicity of this row led to a reduced dose."""
        protocols = self.course.protocols
        rows = {rule.entry.id: rule.entry.row for rule in protocols.rules}
        told = [cycle.activity_gbq for cycle in self.course.cycles]
        return tuple(
            doubt
            for place, window in enumerate(self.doubts[:-1])
            if any(one is not None and protocols.is_reduced(one) for one in told[place + 1 :])
            for name, doubt in window.items()
            if rows.get(name) == row
        )


def history(course: CourseSoFar) -> History:
    """Return the toxicities of a course up to the review."""
    rules = [rule for rule in course.protocols.rules if rule.entry.effect == "toxicity"]
    found = [_window(course, window, rules) for window in course.windows]
    occurred, doubts = (tuple(part) for part in zip(*found, strict=True)) if found else ((), ())
    return History(course, occurred, doubts)


def _window(
    course: CourseSoFar, window: Window, rules: list[Rule[ReleaseRule]]
) -> tuple[Mapping[str, Occurrence], Mapping[str, Condition]]:
    """Return what occurred in a window by rule, and what may have."""
    found: dict[str, Occurrence] = {}
    unsure: dict[str, Condition] = {}
    for day, looks in _looks(course, window):
        for rule in rules:
            seen = [look_at(rule, facts) for facts in looks]
            name, before = rule.entry.id, found.get(rule.entry.id)
            for known in seen:
                if known.truth is None and any(map(_is_range, known.values)):
                    unsure.setdefault(name, known)
            for known in (known for known in seen if known.truth is True):
                worst = known.values
                if before is not None and not _worse(rule.when, known.values, before.values):
                    worst = before.values
                first = day if before is None else before.first
                before = Occurrence(rule, first, day, worst, None)
            if before is None:
                continue
            if all(known.truth is not True for known in seen):
                if before.resolved is None and any(known.truth is False for known in seen):
                    before = replace(before, resolved=day, contested=False)
            elif any(known.truth is False for known in seen):
                before = replace(before, contested=True)
            found[name] = before
    return found, unsure


def _is_range(known: FactValue) -> bool:
    return isinstance(known.value, Interval) and not known.value.is_point


def _looks(course: CourseSoFar, window: Window) -> Iterator[tuple[PartialDate, tuple[Facts, ...]]]:
    """Yield what was known after each sample of a window.

    Samples of one day that give the same analyte are looked at one by one, lest one of them hides
    the other: in order where each has a time, together where nothing says which came last.
    """
    for events in course.sampled_days(window):
        dates = [event.date for event in events if event.date is not None]
        looks = _readings(course, window, events, dates[-1])
        if len(looks) == len(dates) and all(date.moment is not None for date in dates):
            yield from ((date, (facts,)) for date, facts in zip(dates, looks, strict=True))
        else:
            yield dates[-1], looks


def _readings(
    course: CourseSoFar, window: Window, events: Sequence[Observation], at: PartialDate
) -> tuple[Facts, ...]:
    """Return the facts with each sample of a day for itself, or once if none rivals another."""
    rivals = [
        tuple(o for o in events if o is not e and e.values.keys() & o.values.keys()) for e in events
    ]
    if not any(rivals):
        return (course.facts(window, at),)
    return tuple(course.facts(window, at, without) for without in rivals)


def contested_readings(course: CourseSoFar) -> tuple[Facts, ...]:
    """Return the facts of a review by each sample of the last day, if nothing orders them."""
    days = course.sampled_days(course.window)
    if not days or all(e.date is not None and e.date.moment is not None for e in days[-1]):
        return ()
    found = _readings(course, course.window, days[-1], course.at)
    return found if len(found) > 1 else ()


def _worse(when: Node, values: tuple[FactValue, ...], before: tuple[FactValue, ...]) -> bool:
    """Whether values lie further on the firing side of the first limit of a rule than others."""
    limit = next((node for node in atoms(when) if isinstance(node, Compare)), None)
    if limit is None:
        return False
    name = limit.terms[0].fact
    now, then = (next((v.value for v in vs if v.fact == name), None) for vs in (values, before))
    if not isinstance(now, Interval) or not isinstance(then, Interval):
        return isinstance(now, Interval)
    return now.low < then.low if limit.operator in ("<", "<=") else now.high > then.high

"""CTCAE grades of the laboratory values around one cycle: the nadir apart from the last value.

The worst value since the last dose and the latest one are two lines, because a sample of week 7 or
8 can miss the nadir. Each is graded in the edition that was asked for and in the other one; where
the two differ the line says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Annotated, Any, Literal

from gepnet.measures.ctcae import Baseline, Grade, Sample, Term, edition, editions, grade
from gepnet.prrt.context import CourseSoFar, Window
from gepnet.record import Measured, Observation, measured
from gepnet.tables import Shown, also_shown, number_or_text
from gepnet.vocabulary import Interval, Vocabulary

MULTIPLES = "{ULN}"
_ONE = Decimal(1)
_Role = Literal["nadir", "pre_cycle", "baseline"]


def _shown(line: Measured) -> dict[str, Any]:
    return {
        "date": str(line.date),
        "analyte": line.analyte,
        "value": number_or_text(line.value),
    }


def _value_of(line: Measured | None) -> float | str | None:
    return None if line is None else number_or_text(line.value)


@dataclass(frozen=True)
class GradeLine:
    """A value around a cycle with its grade in the edition asked for and in the other."""

    role: _Role
    measured: Annotated[Measured, Shown(by=_shown, flat=True)]
    baseline: Annotated[Measured | None, Shown(by=_value_of)]
    grade: Annotated[
        Grade, Shown(take="term edition:ctcae grade at_least at_most reason", flat=True)
    ]
    other: Annotated[Grade | None, Shown("other_edition", take="edition:ctcae term grade")]
    previous: Annotated[Measured | None, Shown(hidden=True)]

    @property
    @also_shown
    def differs(self) -> bool:
        """Whether the two editions give different grades."""
        if self.other is None or self.other.at_least is None or self.grade.at_least is None:
            return False
        ends = (self.grade.at_least, self.grade.at_most)
        return ends != (self.other.at_least, self.other.at_most)

    @property
    @also_shown
    def trend(self) -> str | None:
        """Against the sample before: rising, falling or unchanged; None where that is not known."""
        if self.previous is None:
            return None
        now, before = self.measured.value, self.previous.value
        if now.low > before.high:
            return "rising"
        if now.high < before.low:
            return "falling"
        return "unchanged" if now == before and now.is_point else None


def _by_analyte(events: Sequence[Observation], vocabulary: Vocabulary) -> dict[str, list[Measured]]:
    """Return the values of laboratory events by analyte, in order of date."""
    found: dict[str, list[Measured]] = {}
    for event in events:
        for one in measured([event]):
            lln, uln = _limits(event, one.analyte, vocabulary)
            line = replace(one, lln=lln, uln=uln)
            found.setdefault(one.analyte, []).append(line)
    return found


def _limits(
    event: Observation, name: str, vocabulary: Vocabulary
) -> tuple[Decimal | None, Decimal | None]:
    """Return the limits of normal of a value; a multiple of the upper limit is its own measure."""
    if vocabulary[name].entry.unit == MULTIPLES:
        return None, _ONE
    given = event.limits.get(name)
    if given is not None:
        return given.lln, given.uln
    limit = event.values.get(vocabulary.upper_limits.get(name, ""))
    return None, limit.low if isinstance(limit, Interval) else None


def grade_lines(course: CourseSoFar, ctcae: str) -> tuple[GradeLine, ...]:
    """Return the grades of all values that the edition grades, nadir first."""
    protocols = course.protocols
    vocabulary = protocols.criteria.vocabulary
    measures = protocols.knowledge.measures
    chosen = edition(measures, ctcae)
    other = next(e for e in editions(measures) if e.edition != chosen.edition)
    now = _by_analyte(course.samples(course.window), vocabulary)
    earlier = _by_analyte(_up_to_first_dose(course), vocabulary)
    found: list[GradeLine] = []
    for analyte in dict.fromkeys((*chosen.analytes, *other.analytes)):
        values = now.get(analyte, [])
        if not values:
            continue
        baseline = earlier[analyte][-1] if course.cycles and analyte in earlier else None
        for term in chosen.of(analyte):
            twin = next((t for t in other.of(analyte) if t.direction == term.direction), None)
            lines = _of_term(course, term, twin, values, baseline, chosen.edition, other.edition)
            found.extend(lines)
    return tuple(found)


def _up_to_first_dose(course: CourseSoFar) -> list[Observation]:
    until = [Window(None, cycle.date) for cycle in course.cycles[:1]]
    return [event for window in until for event in course.samples(window)]


def _of_term(
    course: CourseSoFar,
    term: Term,
    twin: Term | None,
    values: Sequence[Measured],
    baseline: Measured | None,
    name: str,
    other: str,
) -> Iterator[GradeLine]:
    if term.direction == "low":
        nadir = min(values, key=lambda line: (line.value.low, line.value.high))
    else:
        nadir = max(values, key=lambda line: (line.value.high, line.value.low))
    last = values[-1]
    before = not course.cycles
    roles: list[tuple[_Role, Measured]]
    roles = [("baseline", last)] if before else [("nadir", nadir), ("pre_cycle", last)]
    known = None if baseline is None else Baseline(baseline.value, baseline.lln, baseline.uln)
    for role, line in roles:
        sample = Sample(line.value, line.lln, line.uln, known, before)
        place = values.index(line)
        previous = values[place - 1] if place else baseline
        yield GradeLine(
            role,
            line,
            baseline,
            grade(term, sample, name),
            None if twin is None else grade(twin, sample, other),
            previous,
        )

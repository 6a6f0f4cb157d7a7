"""What a record tells beside values of facts: courses of treatment, and words of a person.

Whoever shows what nothing reads of a record asks here, so that a course or a note is looked for in
one way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from gepnet.facts.model import Beside
from gepnet.facts.treatments import count_systemic_lines, count_systemic_lines_excluding_ssa
from gepnet.record import (
    AdverseEvent,
    Note,
    Record,
    Treatment,
    covering_courses,
    first_dose,
    group_cycles,
    in_words,
)
from gepnet.vocabulary import OptionTree, PartialDate, Vocabulary

#: Functions that count courses whatever their therapy.
_COUNTING = {one.__name__ for one in (count_systemic_lines, count_systemic_lines_excluding_ssa)}


def courses(record: Record) -> Iterator[tuple[Treatment, Beside]]:
    """Yield every course of treatment that stands."""
    for event in record.treatments:
        yield event, Beside(event.id, event.kind, event.start or event.date, event.option)


def _courses_of_cycles(record: Record, options: OptionTree) -> Iterator[Beside]:
    """Yield the courses that only their cycles tell of."""
    for group in group_cycles(record.cycles):
        if not covering_courses(group, record.treatments, options):
            last = group[-1]
            yield Beside(last.id, last.kind, first_dose(group), last.option)


def notes(record: Record) -> Iterator[Beside]:
    """Yield what people wrote in their own words, which no rule can read."""
    for event in record.events:
        if event.withdrawn:
            continue
        date = event.start if type(event) is Treatment else event.date
        if type(event) is Note or type(event) is AdverseEvent:
            yield Beside(event.id, event.kind, date, note=in_words(event))
        if event.note:
            yield Beside(event.id, event.kind, date, note=event.note)


def known_by(record: Record, at: PartialDate, options: OptionTree) -> tuple[Beside, ...]:
    """Return the courses and notes of a record that are not after ``at``.

    A note as an event of its own is kept whatever its date: it may speak of what is planned.
    """
    given = (*(one for _, one in courses(record)), *_courses_of_cycles(record, options))
    told = (*given, *notes(record))
    return tuple(
        one for one in told if one.date is None or one.date.first <= at.last or one.kind == "note"
    )


def therapies_asked(read: Iterable[str], vocabulary: Vocabulary) -> Callable[[str], bool]:
    """Return whether rules that read some facts ask for a therapy, or count it as a line."""
    facts = [vocabulary[name] for name in read]
    subjects = {fact.subject for fact in facts}
    counted = any(fact.entry.function in _COUNTING for fact in facts)
    options = vocabulary.options

    def asked(option: str) -> bool:
        named = not subjects.isdisjoint(options.lineage(option))
        return named or (counted and options[option].systemic)

    return asked

"""What is recorded of a patient and read by nothing that an assessment rests on.

An assessment that keeps silent on what somebody has recorded would pass for one that weighed it.
What is read follows from the criteria of the knowledge, never from a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from gepnet.facts import Facts, FactValue
from gepnet.facts.beside import therapies_asked
from gepnet.facts.observe import SUPERSEDED
from gepnet.facts.treatments import RECORD_FUNCTIONS
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.vocabulary import PartialDate, in_order

#: Facts by which a record is read, so that they need no criterion.
_OF_THE_RECORD = frozenset({SUPERSEDED, "region"})


@dataclass
class Unread:
    """What nothing reads of one event.

    Attributes:
        event: its id.
        date: of the event, where it is known.
        kind: what sort of event it is; None where the facts do not tell.
        values: facts that no criterion of a document, label, safety rule or checklist names.
        course: those among them that the review of a PRRT cycle or an eligibility profile reads.
        option: the therapy of a course of treatment that nothing asks for.
        note: words of a person.
    """

    event: str
    date: PartialDate | None
    kind: str | None = None
    values: list[FactValue] = field(default_factory=list)
    course: list[str] = field(default_factory=list)
    option: str | None = None
    note: str | None = None


def unread(base: KnowledgeBase, facts: Facts) -> list[Unread]:
    """Return what is recorded and read by nothing, event by event, oldest first."""
    found: dict[str, Unread] = {}
    for value in _values(base, facts):
        name = value.event or "values"
        one = found.setdefault(name, Unread(name, value.date))
        one.values.append(value)
        if value.fact in base.facts_read_in_course:
            one.course.append(value.fact)
    asked = therapies_asked(base.facts_read, base.vocabulary)
    for beside in facts.beside:
        if beside.option is not None and asked(beside.option):
            continue
        one = found.setdefault(beside.event, Unread(beside.event, beside.date))
        one.kind = beside.kind
        one.option, one.note = beside.option or one.option, beside.note or one.note
    # Undated events come last, as nothing tells when they were.
    dated = [(one.date, one) for one in found.values() if one.date is not None]
    undated = [one for one in found.values() if one.date is None]
    return [*in_order(dated), *undated]


def _values(base: KnowledgeBase, facts: Facts) -> Iterator[FactValue]:
    """Yield the recorded values that no criterion reads, in the order of the vocabulary."""
    courses = {one.event for one in facts.beside if one.option is not None}
    # The limit of a laboratory is no finding by itself.
    known = {*base.facts_read, *base.vocabulary.upper_limits.values(), *_OF_THE_RECORD}
    for name in sorted(set(facts) - known, key=base.vocabulary.order):
        fact, value = base.vocabulary[name], facts[name]
        if value.origin != "recorded" or "{therapy}" in (fact.family or ""):
            continue  # what a course says is told with it
        counted = fact.entry.function in RECORD_FUNCTIONS
        stated = fact.entry.event is not None and value.event not in courses
        if not counted or (stated and value.event is not None):
            yield value  # what is counted over courses and dates is stated by nobody

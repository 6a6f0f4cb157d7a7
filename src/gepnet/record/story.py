"""The happenings of a patient file, for the chronology: what is dated, and by which field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gepnet.record.chronology import (
    BOUNDS,
    LATE,
    Bound,
    Disorder,
    Happening,
    disorders,
    is_beyond,
)
from gepnet.record.model import AdverseEvent, AnyEvent, Note, Progression, Record, Treatment
from gepnet.vocabulary import OptionTree, PartialDate, Vocabulary, parse_date

# What is told and does not make a record wrong: it may be asked about an earlier day.
_ONLY_TOLD = frozenset({"after_as_of", "after_last_contact"})
_TOLD = tuple(bound for bound in BOUNDS if bound.id in _ONLY_TOLD)
#: The bounds that a record is refused beyond.
REFUSED = tuple(bound for bound in BOUNDS if bound.id not in _ONLY_TOLD)
_BIRTH, _RESECTION = "birth_date", "primary_resection"
_IN_PLACE, _OPINION, _REMOVED = "primary_in_place", "resectability_primary", "removed"
# Nobody meets the patient to write these.
_ON_PAPER = frozenset({"prrt_release", "access", "assertion"})


def out_of_order(
    events: Mapping[int, AnyEvent],
    vocabulary: Vocabulary,
    as_of: PartialDate | None = None,
    only: Iterable[Bound] = BOUNDS,
) -> Iterator[Disorder]:
    """Yield what cannot have happened in this order; a withdrawn event tells nothing.

    The place of a happening is that of its event among ``events``, and the field.
    """
    found = [
        one
        for index, event in events.items()
        if not event.withdrawn
        for one in _happenings(index, event, vocabulary)
    ]
    if as_of is not None:
        found.append(Happening("as_of", as_of, "the date of the question"))
    return disorders(found, only)


def told(record: Record, vocabulary: Vocabulary, at: PartialDate) -> tuple[str, ...]:
    """Return what a reader has to know of a record when asking as of a day.

    That is what its dates say, and which words were read as what.
    """
    events = _late(record, vocabulary, at)
    later: dict[str, None] = {}
    lines = []
    for one in out_of_order(events, vocabulary, at, _TOLD):
        place = one.happening.place
        if one.bound.id == "after_as_of" and isinstance(place, tuple):
            later[events[place[0]].id] = None
        elif one.bound.id == "after_last_contact":
            lines.append(str(one))
    if later:
        count = f"{len(later)} event{'s' * (len(later) > 1)}"
        named = ", ".join([*later][:_MOST]) + (", ..." if len(later) > _MOST else "")
        lines.insert(0, f"{count} after {at} not counted: {named}")
    lines.extend(record.readings)
    died = next((e for e in record.events if e.kind == "death" and not e.withdrawn), None)
    if died is not None and died.date is not None and died.date.last < at.first:
        lines.insert(0, f"the patient died on {died.date}, before {at}")
    elif died is None:
        lines[:0] = _fatal(record, at)
    return tuple(lines)


def _fatal(record: Record, at: PartialDate) -> Iterator[str]:
    """Say which adverse events before a day were a death that is not on record as one."""
    for event in record.events:
        if isinstance(event, AdverseEvent) and event.is_fatal and not event.withdrawn:
            over = event.resolved or event.date
            when = "" if over is None else f" on {over}"
            if over is None or over.first <= at.last:
                told = f"{event.term} of grade {event.grade}{when}: the patient died of it"
                after = [] if event.resolved is None else _of_the_living(record, event.resolved)
                yield told + (f", and on record after it: {', '.join(after)}" if after else "")


def _of_the_living(record: Record, died: PartialDate) -> list[str]:
    """Return what was seen or done after a day, by name: nobody is followed who has died."""
    begun = ((e, e.start if isinstance(e, Treatment) else e.date) for e in record.events)
    return [
        event.id
        for event, day in begun
        if day is not None
        and is_beyond(day, died, "after")
        and not event.withdrawn
        and event.kind not in {*LATE, *_ON_PAPER, "death"}
    ]


def _late(record: Record, vocabulary: Vocabulary, at: PartialDate) -> dict[int, AnyEvent]:
    """Return the events that may lie after a day or a last contact, and the contacts, by place.

    Of a long record these are few: only they are worth words.
    """
    contacts = [e.date for e in record.events if e.kind == "last_contact" and not e.withdrawn]
    limit = min([at.last, *(day.last for day in contacts if day is not None)])
    return {
        place: event
        for place, event in enumerate(record.events)
        if event.kind in ("treatment", "last_contact")
        or (event.date is not None and event.date.first > limit)
        or not vocabulary.dated.isdisjoint(event.values)
    }


_MOST = 8  # ids named


def in_words(event: Note | AdverseEvent) -> str:
    """Return what an event says that no rule reads."""
    if isinstance(event, Note):
        return event.text
    grade = "" if event.grade is None else f" grade {event.grade}"
    on = f" on {', '.join(event.on)}" if event.on else ""
    over = f", over by {event.resolved}" if event.resolved else ""
    return f"{event.term}{grade}{on}{over}"


def _happenings(index: int, event: AnyEvent, vocabulary: Vocabulary) -> Iterator[Happening]:
    values, day = event.values, event.date
    if type(event) is Treatment:
        yield from _course(index, event, vocabulary.options)
    elif day is None:
        pass
    elif type(event) is Progression:
        of = frozenset(event.on)
        yield Happening("progression", day, f"progression '{event.id}'", (index, "date"), of)
    else:
        sort = "paper" if event.kind in _ON_PAPER else event.kind
        name = event.kind.replace("_", " ")
        says = f"the {name}" if event.kind in ("death", "last_contact") else f"{name} '{event.id}'"
        yield Happening(sort, day, says, (index, "date"), _NONE)
        if values.get(_IN_PLACE) is True:
            yield Happening(_IN_PLACE, day, "the primary in place", (index, _IN_PLACE), _NONE)
        if values.get(_OPINION) not in (None, _REMOVED):
            yield Happening(_IN_PLACE, day, "the primary in place", (index, _OPINION), _NONE)
    for name, value in values.items():
        if name in vocabulary.dated and isinstance(value, str):
            label = vocabulary[name].entry.label
            sort, says = ("birth", "the birth") if name == _BIRTH else ("fact", label)
            yield Happening(sort, parse_date(value), says, (index, name), _NONE)


_NONE: frozenset[str] = frozenset()


def _course(index: int, event: Treatment, options: OptionTree) -> Iterator[Happening]:
    """Yield start, stop, last dose and the day on which a course was told of.

    It belongs to itself and, for what arose on a therapy, to its option and each class of it.
    """
    lineage = set(options.lineage(event.option)) if event.option in options else {event.option}
    own = f"event {index}"
    start = f"the start of {event.option}"
    if event.start is not None:
        of = frozenset({own, *lineage})
        yield Happening("start", event.start, start, (index, "start"), of)
    dated = (("stop", "stop", event.stop), ("last_dose", "last_dose", event.last_dose))
    for sort, field, day in (*dated, ("told", "date", event.date)):
        if day is not None:
            says = f"{field.replace('_', ' ')} of {event.option}"
            yield Happening(sort, day, says, (index, field), frozenset({own}))
    done = event.stop or event.start or event.date
    if _RESECTION in lineage and done is not None:
        yield Happening(_RESECTION, done, f"the surgery '{event.id}'", (index, "start"))

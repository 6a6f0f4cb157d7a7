"""Read a patient file, collecting every problem before refusing it.

The file is YAML or JSON (which is YAML). Events are flat: besides a few reserved keys every key of
an event is a fact of the vocabulary that this kind of event carries.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Container, Hashable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gepnet.knowledge import Document, InputError, Problem, nearest, read_text, read_yaml
from gepnet.record.accepted import FORM, take_accepted
from gepnet.record.checks import EventChecks, Path
from gepnet.record.cycles import check_cycles, read_activity, undated
from gepnet.record.domains import read_domains
from gepnet.record.doubts import doubts_of
from gepnet.record.elsewhere import split
from gepnet.record.expected import of_field, of_other_fact, of_unknown_key, written_fields
from gepnet.record.limits import as_written, read_limits
from gepnet.record.model import (
    EVENT_MODELS,
    FORMAT,
    Acceptance,
    Answers,
    AnyEvent,
    Cycle,
    Limits,
    Note,
    Observation,
    Record,
    Release,
    Treatment,
)
from gepnet.record.spelling import SPELLED, Speller
from gepnet.record.unplaced import CHOICES, Unplaced, read_note
from gepnet.record.write import FACTS, NONE, event_to_plain
from gepnet.vocabulary import (
    NOT_APPLICABLE,
    Accepting,
    Fact,
    PartialDate,
    Several,
    Value,
    ValueProblem,
    Vocabulary,
    exact,
    how_to_accept,
    parse_date,
)

_RECORD_KEYS = ("gepnet", *Record.model_fields, "unplaced")
Model = TypeVar("Model", bound=BaseModel)


def read_record(
    path: FilePath, vocabulary: Vocabulary, today: datetime.date | None = None
) -> Record:
    """Read the patient file at ``path``.

    Raises:
        InputError: with every problem of the file, each with its line.
    """
    return parse_record(read_text(path, "patient file"), str(path), vocabulary, today)


def parse_record(
    text: str, name: str, vocabulary: Vocabulary, today: datetime.date | None = None
) -> Record:
    """Read a patient file from its text; see ``read_record``."""
    return _Reader(read_yaml(text, name), vocabulary, today or datetime.date.today()).record()


def record_of(
    data: Mapping[str, Any] | Document,
    vocabulary: Vocabulary,
    today: datetime.date | None = None,
    accepting: Accepting | None = None,
) -> Record:
    """Return the record of data that a program put together; they are checked as a file is.

    Args:
        data: the keys of a patient file; ``events`` are mappings, or events of another record. As a
            document they also say where each of them comes from.
        vocabulary: the facts.
        today: nothing may be dated later.
        accepting: values outside their plausible range that are accepted besides, for data that
            cannot say so themselves.

    Raises:
        InputError: with every problem of the data.
    """
    document = data if isinstance(data, Document) else Document(str(data.get("patient", "")), data)
    events = document.data.get("events")
    if isinstance(events, Sequence) and not isinstance(events, str):
        events = [event_to_plain(e) if isinstance(e, AnyEvent) else e for e in events]
    whole = replace(document, data={"gepnet": FORMAT, **document.data, "events": events})
    return _Reader(whole, vocabulary, today or datetime.date.today(), accepting).record()


def _free_name(index: int, given: Container[str]) -> str:
    """Return the name of an event that has none, by its place; ``given`` are those of others."""
    free = (f"e{index + 1}{'_' * tail}" for tail in itertools.count())
    return next(name for name in free if name not in given)


class _Reader:
    def __init__(
        self,
        document: Document,
        vocabulary: Vocabulary,
        today: datetime.date,
        accepting: Accepting | None = None,
    ) -> None:
        self.document = document
        self.accepting = accepting
        self.vocabulary = vocabulary
        self.today = today
        self.names: dict[str | int, str] = {}  # of the events, by place
        self.beside: list[AnyEvent] = []  # of the facts of other kinds that events gave
        self.problems: list[Problem] = []
        # A long record repeats its values: how they are written, and what they were read as.
        self.parsed: dict[Hashable, Value] = {}
        self.believed: dict[Hashable, Value] = {}  # of those of which nothing was told
        self.limits: dict[Hashable, Limits] = {}
        self.speller = Speller(vocabulary)
        self.checks = EventChecks(vocabulary, today, self.fault, self.value)
        head = document.data if isinstance(document.data, dict) else {}
        self.unplaced = Unplaced(vocabulary, head.get("unplaced") == CHOICES[1])

    def fault(
        self,
        path: Path,
        value: object,
        expected: str,
        near: str | None = None,
        named: tuple[str, str] | None = None,
    ) -> None:
        """Note a fault at a path; entry and field follow from it where they are not ``named``."""
        shown = "" if value is None or isinstance(value, dict | list) else repr(value)
        if hasattr(value, "as_tuple"):
            shown = str(value)
        if named is None and len(path) > 2 and path[0] == "events":
            named = self.names.get(path[1], ""), ".".join(map(str, path[2:]))
        entry, field = named or ("", ".".join(map(str, path)))
        place = self.document.place(path)
        self.problems.append(Problem(*place, entry, field, shown, expected, near))

    def record(self) -> Record:
        data = self.document.data
        if not isinstance(data, dict):
            self.fault((), None, "a patient file: a mapping with 'patient' and 'events'")
            raise InputError(self.problems)
        for key in data:
            if key not in _RECORD_KEYS:
                told = f"one of {', '.join(_RECORD_KEYS)}"
                self.fault((key,), None, told, nearest(key, _RECORD_KEYS))
        if data.get("gepnet") not in (FORMAT, str(FORMAT)):
            self.fault(("gepnet",), data.get("gepnet"), f"format {FORMAT}")
        if data.get("unplaced", CHOICES[0]) not in CHOICES:
            told = f"one of {', '.join(CHOICES)}"
            self.fault(("unplaced",), data["unplaced"], told)
        self.day = self.of_record(data.get("as_of"))
        events = self.events(data.get("events"))
        head = {
            key: data[key]
            for key in ("patient", "as_of", "title", "source", "losses", "readings")
            if data.get(key) is not None
        }
        head["region"] = self.region(data.get("region"))
        complete, told_open = self.unplaced.left(
            read_domains(data.get("complete"), self.vocabulary, self.fault, self.checks.future)
        )
        head["complete"] = complete
        record = self.model(Record, head, ())
        if record is not None:
            self.checks.future(record.as_of, ("as_of",))
        self.checks.order(events)
        for fault in check_cycles(events, self.vocabulary):
            self.fault(("events", fault.index, fault.field), fault.value, fault.expected)
        if record is None or self.problems:
            raise InputError(self.problems)
        readings = dict.fromkeys((*record.readings, *self.speller.readings, *told_open))
        found = (*events.values(), *self.beside, *self.unplaced.notes)
        return record.model_copy(update={"events": found, "readings": tuple(readings)})

    def of_record(self, as_of: Any) -> PartialDate:
        """Return the day that the file speaks of, by which an age is counted."""
        try:
            return exact(self.today) if as_of is None else parse_date(str(as_of))
        except ValueError:  # told with the head of the file
            return exact(self.today)

    def events(self, data: Any) -> dict[int, AnyEvent]:
        """Return the events by their place in the file."""
        if not isinstance(data, list):
            self.fault(("events",), None, "a list of events")
            return {}
        events: dict[int, AnyEvent] = {}
        given = {str(item["id"]) for item in data if isinstance(item, dict) and item.get("id")}
        used: set[str] = set()
        for index, item in enumerate(data):
            if not isinstance(item, dict):
                told = "a mapping for each event"
                self.fault(("events", index), item, told, named=("", "events"))
                continue
            name = str(item.get("id") or _free_name(index, given))
            if isinstance(item.get("id"), dict | list):
                self.fault(("events", index, "id"), item["id"], "a word")
            is_used = name in used
            self.names[index] = name
            used.add(name)
            if is_used:
                self.fault(("events", index, "id"), name, "an id used once in the file")
            event = self.event({**item, "id": name}, ("events", index))
            if event is not None:
                if event.kind != "note":  # which may speak of what is planned
                    self.checks.future(event.date, ("events", index, "date"))
                events[index] = event
        return events

    def event(self, item: dict[str, Any], path: Path) -> AnyEvent | None:
        name = str(item["id"])
        kind = self.speller.kind(item.get("kind"), name)
        if not isinstance(kind, str) or not (
            kind in EVENT_MODELS or self.vocabulary.of_event(kind)
        ):
            if isinstance(kind, str) and self.unplaced.word(kind, "kind"):
                rest = {key: raw for key, raw in item.items() if key not in ("id", "kind", "date")}
                self.unplaced.keep(item, kind, rest)
                return None
            kinds = dict.fromkeys((*EVENT_MODELS, *self.vocabulary.event_kinds()))
            told = f"one of {', '.join(kinds)}"
            self.fault((*path, "kind"), kind, told, nearest(str(kind), kinds))
            return None
        if kind == "note":
            return self.note({**item, "kind": kind}, path)
        if kind == "answers":
            return self.answers({**item, "kind": kind}, path)
        item, others = split({**item, "kind": kind}, kind, self.vocabulary)
        for other in others:
            self.of_other_kind(other, name, path)
        item, accepted = take_accepted(item, path, self.fault)
        model = EVENT_MODELS.get(kind, Observation)
        own = written_fields(model)
        facts = self.vocabulary.of_event(kind)
        item = self.speller.keys(item, facts, own, name)
        item = self.speller.together(item, facts, name)
        values: dict[str, Any] = {}
        left: dict[str, Any] = {}  # what has no place
        fresh: dict[str, Hashable] = {}  # what is to be looked at closely
        for key, raw in item.items():
            if key in own:
                continue
            if key in facts:
                written = as_written(key, raw)
                if written is not None and written in self.believed:
                    values[key] = self.believed[written]
                    continue
                before = self.told()
                said = self.speller.value(facts[key], raw, name)
                if facts[key].type == "enum" and self.has_no_place(said, key, facts[key].values):
                    left[key] = raw
                    continue
                values[key] = self.value(facts[key], said, (*path, key))
                is_quiet = facts[key].type != "date" and before == self.told()
                fresh[key] = written if is_quiet else None
            elif self.unplaced.key(key, [*own, *facts]):
                left[key] = raw
            else:
                meant = of_unknown_key(key, kind, [*own, *facts], raw, self.vocabulary)
                self.fault((*path, key), None, *meant)
        if model is Treatment:
            item = self.speller.dosed(item, name)
        for key in SPELLED:
            if key in item and key in own:
                item[key] = self.speller.field(key, item[key], name)
        options = self.vocabulary.options
        if "option" in own and self.has_no_place(item.get("option"), "option", options):
            rest = {key: raw for key, raw in item.items() if key not in ("id", "kind", "note")}
            self.unplaced.keep(item, kind, rest)
            return None
        if isinstance(item.get("on"), list):
            unnamed = [one for one in item["on"] if self.has_no_place(one, "option", options)]
            if unnamed:
                left["on"] = unnamed
                item["on"] = [one for one in item["on"] if one not in unnamed]
        if left:
            self.unplaced.keep(item, kind, left)
        chosen = {key: raw for key, raw in item.items() if raw is not None and key in own}
        if model is Cycle and "date" not in chosen:
            chosen["date"] = self.undated(chosen, name)
        if model in (Cycle, Release) and "activity_gbq" in chosen:
            try:
                chosen["activity_gbq"] = read_activity(chosen["activity_gbq"], self.vocabulary)
            except ValueProblem as fault:
                where = (*path, "activity_gbq")
                self.fault(where, fault.value, fault.expected, fault.suggestion)
                return None
        if "limits" in chosen:
            where = (*path, "limits")
            given = chosen["limits"]
            chosen["limits"] = read_limits(given, kind, facts, where, self.fault, self.limits)
        event = self.model(model, {**chosen, "values": values}, path)
        if event is None:
            return None
        if model is not Observation:
            self.checks.event(event, path)
        return self.questioned(event, item, accepted, path, fresh)

    def of_other_kind(self, item: dict[str, Any], name: str, path: Path) -> None:
        """Keep the facts of another kind of event that an event gave."""
        given = ", ".join(key for key in item if key in self.vocabulary)
        self.speller.readings.append(f"{name}: {given} kept as an event of kind {item['kind']}")
        event = self.event(item, path)
        if event is not None:
            self.beside.append(event)

    def told(self) -> tuple[int, int]:
        """Return how much was told so far of readings and of faults."""
        return len(self.speller.readings), len(self.problems)

    def undated(self, cycle: dict[str, Any], name: str) -> PartialDate:
        """Return the time within which a cycle without a date was given, and tell of it."""
        same = [e for e in self.cycles if e.get("course") == cycle.get("course")]
        found = undated(cycle.get("cycle"), same, self.day)
        self.speller.readings.append(f"{name}: cycle without a date, taken as {found}")
        return found

    @cached_property
    def cycles(self) -> list[dict[str, Any]]:
        """The cycles that stand, as they are written."""
        others = [e for e in self.document.data["events"] if isinstance(e, dict)]
        return [e for e in others if e.get("kind") == "prrt_cycle" and not e.get("withdrawn")]

    def note(self, item: dict[str, Any], path: Path) -> AnyEvent | None:
        """Return an event of kind note; what it was written as may leave a domain open."""
        event = self.model(Note, read_note(item, self.vocabulary), path)
        if isinstance(event, Note) and event.of is not None and not event.withdrawn:
            self.unplaced.leaves_open(event.of, event.text, item)
        return event

    def answers(self, item: dict[str, Any], path: Path) -> AnyEvent | None:
        """Return an event of kind answers: below ``facts`` any fact of the vocabulary."""
        said = item.pop(FACTS, None)
        where = (*path, FACTS)
        if not isinstance(said, dict) or not said:
            self.fault(where, said, "facts, each with its answer")
            return None
        values: dict[str, Value] = {}
        for name, raw in said.items():
            if name not in self.vocabulary:
                near = self.vocabulary.nearest(str(name))
                self.fault((*where, name), None, "the id of a fact", near)
            elif raw == NONE:
                values[name] = NOT_APPLICABLE
            else:
                values[name] = self.value(self.vocabulary[name], raw, (*where, name))
        event = self.model(Answers, {**item, "values": values}, path)
        return None if event is None else self.questioned(event, said, {}, where)

    def has_no_place(self, word: object, subject: str, known: Container[str]) -> bool:
        """Whether a word is none of a subject, and is to be kept as a note."""
        return isinstance(word, str) and word not in known and self.unplaced.word(word, subject)

    def questioned(
        self,
        event: AnyEvent,
        item: dict[str, Any],
        accepted: dict[str, Acceptance],
        path: Path,
        fresh: dict[str, Hashable] | None = None,
    ) -> AnyEvent:
        """Return an event with what is accepted of it; other values that are doubted are faults.

        ``fresh`` are the facts to look at, where the others are believed, each as it is written if
        it is to be believed of other events as well.
        """
        doubted: set[str | int] = set()
        for doubt in doubts_of(event, item, self.vocabulary, self.day, fresh):
            doubted.add(doubt.path[0])
            if doubt.key in accepted:
                continue
            one = self.accepting and self.accepting.find(
                doubt.quantity, doubt.written, patient=str(self.document.data.get("patient", ""))
            )
            if one:
                accepted[doubt.key] = Acceptance(by=one.accepted_by, reason=one.reason)
                continue
            how = f"; {FORM}"
            if self.accepting is not None:
                how = how_to_accept(doubt.quantity, doubt.written)
            self.fault((*path, *doubt.path), doubt.written, doubt.expected + how)
        for name, written in (fresh or {}).items():
            if written is not None and name not in doubted and not event.withdrawn:
                self.believed[written] = event.values[name]
        return event.model_copy(update={"accepted": accepted}) if accepted else event

    def region(self, raw: Any) -> Value:
        """Return where the patient is cared for: one region, as labels and payers hang on it."""
        fact = self.vocabulary.get("region")
        found = raw if fact is None else self.value(fact, raw, ("region",))
        if fact is not None and isinstance(found, Several):
            self.fault(("region",), None, f"one of {', '.join(fact.values)}")
            return None
        return found

    def value(self, fact: Fact, raw: Any, path: Path) -> Value:
        written = as_written(fact.id, raw)
        if written is not None and written in self.parsed:
            return self.parsed[written]
        try:
            value = fact.parse(raw)
        except ValueProblem as fault:
            expected = fault.expected
            is_unit = isinstance(raw, Mapping) and fault.value == raw.get("unit")
            if fact.type == "number" and not is_unit:
                expected += self.vocabulary.slip(fact, raw)
            near = fault.suggestion
            if fact.type == "enum" and isinstance(fault.value, str):
                meant = self.vocabulary.words.of(fact.id).suggest(fault.value)
                other = of_other_fact(fact, fault.value, self.vocabulary)
                near = meant or other or near
            self.fault(path, fault.value, expected, near)
            return None
        if fact.type != "date" and written is not None:
            self.parsed[written] = value
        if fact.type == "date" and isinstance(value, str):
            self.checks.future(parse_date(value), path)
        return value

    def model(self, kind: type[Model], data: dict[str, Any], path: Path) -> Model | None:
        """Return the model, on a fault what is left of it without the faulty keys, or None."""
        try:
            return kind.model_validate(data)
        except ValidationError as error:
            faults = error.errors(include_url=False)
        names = written_fields(kind)
        for fault in faults:
            self.fault((*path, *fault["loc"]), fault["input"], *of_field(fault, names))
        faulty = {fault["loc"][0] for fault in faults}
        try:
            return kind.model_validate({key: data[key] for key in data if key not in faulty})
        except ValidationError:
            return None

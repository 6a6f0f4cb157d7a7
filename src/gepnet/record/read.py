"""Read a patient file, collecting every problem before refusing it.

The file is YAML or JSON (which is YAML). Events are flat: besides a few reserved keys every key of
an event is a fact of the vocabulary that this kind of event carries.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gepnet.knowledge import Document, InputError, Problem, nearest, read_yaml
from gepnet.record.model import AnyEvent, Observation, Progression, Record, Treatment
from gepnet.vocabulary import PartialDate, ValueProblem, Vocabulary, parse_date

FORMAT = 1
_MODELS: dict[str, type[AnyEvent]] = {"treatment": Treatment, "progression": Progression}
_RECORD_KEYS = (
    "gepnet",
    "patient",
    "region",
    "as_of",
    "title",
    "source",
    "complete",
    "events",
    "losses",
)
Model = TypeVar("Model", bound=BaseModel)


def read_record(path: Path, vocabulary: Vocabulary, today: datetime.date | None = None) -> Record:
    """Read the patient file at ``path``.

    Raises:
        InputError: with every problem of the file, each with its line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            [Problem(str(path), None, "", "", "", f"a readable patient file ({reason})")]
        ) from error
    return parse_record(text, str(path), vocabulary, today)


def parse_record(
    text: str, name: str, vocabulary: Vocabulary, today: datetime.date | None = None
) -> Record:
    """Read a patient file from its text; see ``read_record``."""
    reader = _Reader(read_yaml(text, name), vocabulary, today or datetime.date.today())
    return reader.record()


class _Reader:
    def __init__(self, document: Document, vocabulary: Vocabulary, today: datetime.date) -> None:
        self.document = document
        self.vocabulary = vocabulary
        self.today = today
        self.problems: list[Problem] = []

    def problem(
        self,
        path: tuple[str | int, ...],
        entry: str,
        field: str,
        value: object,
        expected: str,
        suggestion: str | None = None,
    ) -> None:
        shown = "" if value is None or isinstance(value, dict | list) else repr(value)
        if hasattr(value, "as_tuple"):
            shown = str(value)
        line = self.document.line(path)
        self.problems.append(
            Problem(self.document.file, line, entry, field, shown, expected, suggestion)
        )

    def record(self) -> Record:
        data = self.document.data
        if not isinstance(data, dict):
            self.problem((), "", "", None, "a patient file: a mapping with 'patient' and 'events'")
            raise InputError(self.problems)
        for key in data:
            if key not in _RECORD_KEYS:
                self.problem(
                    (key,),
                    "",
                    key,
                    None,
                    f"one of {', '.join(_RECORD_KEYS)}",
                    nearest(key, _RECORD_KEYS),
                )
        if data.get("gepnet") not in (FORMAT, str(FORMAT)):
            self.problem(("gepnet",), "", "gepnet", data.get("gepnet"), f"format {FORMAT}")
        events = self.events(data.get("events"))
        head = {
            key: data[key]
            for key in ("patient", "region", "as_of", "title", "source", "losses")
            if data.get(key) is not None
        }
        head["complete"] = self.complete(data.get("complete"))
        self.region(data.get("region"))
        record = self.model(Record, head, (), "")
        if record is None or self.problems:
            raise InputError(self.problems)
        self.check_future(record.as_of, ("as_of",), "", "as_of")
        self.check_story(events)
        if self.problems:
            raise InputError(self.problems)
        return record.model_copy(update={"events": tuple(events)})

    def region(self, region: object) -> None:
        fact = self.vocabulary.get("region")
        if region is None or fact is None:
            return
        try:
            fact.parse(region)
        except ValueProblem as fault:
            self.problem(("region",), "", "region", region, fault.expected, fault.suggestion)

    def complete(self, data: Any) -> dict[str, PartialDate | None]:
        domains = {fact.entry.complete for fact in self.vocabulary.values() if fact.entry.complete}
        found: dict[str, PartialDate | None] = {}
        if isinstance(data, list):
            data = dict.fromkeys(data)
        for domain, day in (data or {}).items():
            if domain not in domains:
                self.problem(
                    ("complete", domain),
                    "",
                    "complete",
                    domain,
                    f"one of {', '.join(sorted(domains))}",
                    nearest(str(domain), domains),
                )
                continue
            try:
                found[domain] = None if day in (None, True) else parse_date(str(day))
            except ValueError:
                self.problem(("complete", domain), "", domain, day, "a date")
        return found

    def events(self, data: Any) -> list[AnyEvent]:
        if not isinstance(data, list):
            self.problem(("events",), "", "events", None, "a list of events")
            return []
        events: list[AnyEvent] = []
        seen: dict[str, int] = {}
        for index, item in enumerate(data):
            if not isinstance(item, dict):
                self.problem(("events", index), "", "events", item, "a mapping for each event")
                continue
            name = str(item.get("id") or f"e{index + 1}")
            if name in seen:
                self.problem(("events", index), name, "id", name, "an id used once in the file")
            seen[name] = index
            event = self.event({**item, "id": name}, ("events", index))
            if event is not None:
                self.check_future(event.date, ("events", index, "date"), name, "date")
                events.append(event)
        return events

    def event(self, item: dict[str, Any], path: tuple[str | int, ...]) -> AnyEvent | None:
        kind = item.get("kind")
        kinds = dict.fromkeys(("treatment", "progression", *self.vocabulary.event_kinds()))
        if kind not in kinds:
            self.problem(
                (*path, "kind"),
                item["id"],
                "kind",
                kind,
                f"one of {', '.join(kinds)}",
                nearest(str(kind), kinds),
            )
            return None
        model: type[AnyEvent] = _MODELS.get(str(kind), Observation)
        own = [name for name in model.model_fields if name != "values"]
        facts = self.vocabulary.of_event(str(kind))
        values: dict[str, Any] = {}
        for key, raw in item.items():
            if key in own:
                continue
            if key in facts:
                try:
                    values[key] = facts[key].parse(raw)
                except ValueProblem as fault:
                    self.problem(
                        (*path, key), item["id"], key, fault.value, fault.expected, fault.suggestion
                    )
            else:
                self.unknown_key(key, item, path, [*own, *facts])
        chosen = {key: item[key] for key in own if item.get(key) is not None}
        event = self.model(model, {**chosen, "values": values}, path, item["id"])
        if isinstance(event, Progression):
            self.check_options(event.on, (*path, "on"), event.id, "on")
        if isinstance(event, Treatment):
            self.check_treatment(event, path)
        return event

    def unknown_key(
        self, key: str, item: dict[str, Any], path: tuple[str | int, ...], known: list[str]
    ) -> None:
        fact = self.vocabulary.get(key)
        if fact is not None and fact.entry.event:
            expected = f"this fact in an event of kind '{fact.entry.event}'"
            self.problem((*path, key), item["id"], key, None, expected)
        elif fact is not None:
            expected = "a recorded fact (this one is always worked out from others)"
            self.problem((*path, key), item["id"], key, None, expected)
        else:
            expected = f"a fact of '{item['kind']}' events"
            suggestion = nearest(key, known) or self.vocabulary.nearest(key)
            self.problem((*path, key), item["id"], key, None, expected, suggestion)

    def check_treatment(self, event: Treatment, path: tuple[str | int, ...]) -> None:
        self.check_options((event.option,), (*path, "option"), event.id, "option")
        for name in ("start", "stop"):
            self.check_future(getattr(event, name), (*path, name), event.id, name)
        if event.start and event.stop and event.stop.last < event.start.first:
            self.problem((*path, "stop"), event.id, "stop", str(event.stop), "a day after start")

    def check_options(
        self, options: tuple[str, ...], path: tuple[str | int, ...], entry: str, field: str
    ) -> None:
        for option in options:
            if option not in self.vocabulary.options:
                self.problem(
                    path,
                    entry,
                    field,
                    option,
                    "an option of the therapy tree",
                    nearest(option, self.vocabulary.options),
                )

    def check_future(
        self, day: PartialDate | None, path: tuple[str | int, ...], entry: str, field: str
    ) -> None:
        if day is not None and day.first > self.today:
            self.problem(path, entry, field, str(day), f"a date not after {self.today}")

    def check_story(self, events: list[AnyEvent]) -> None:
        """Refuse what cannot have happened in this order."""
        starts: dict[str, PartialDate] = {}
        for event in events:
            if isinstance(event, Treatment) and event.start is not None:
                for option in self.vocabulary.options.lineage(event.option):
                    first = starts.get(option)
                    if first is None or event.start.first < first.first:
                        starts[option] = event.start
        for index, event in enumerate(events):
            if not isinstance(event, Progression) or event.date is None:
                continue
            for option in event.on:
                start = starts.get(option)
                if start is not None and event.date.last < start.first:
                    self.problem(
                        ("events", index, "date"),
                        event.id,
                        "date",
                        str(event.date),
                        f"a date after the start of {option} ({start})",
                    )

    def model(
        self, kind: type[Model], data: dict[str, Any], path: tuple[str | int, ...], entry: str
    ) -> Model | None:
        try:
            return kind.model_validate(data)
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                location = tuple(part for part in fault["loc"] if part != "values")
                field = ".".join(str(part) for part in location)
                names = [name for name in kind.model_fields if name != "values"]
                extra = fault["type"] == "extra_forbidden"
                suggestion = nearest(str(location[-1]), names) if extra and location else None
                if fault["type"] == "literal_error":
                    allowed = str(fault["ctx"]["expected"]).split("'")[1::2]
                    suggestion = nearest(str(fault["input"]), allowed)
                expected = f"one of {', '.join(names)}" if extra else fault["msg"]
                self.problem((*path, *location), entry, field, fault["input"], expected, suggestion)
            return None

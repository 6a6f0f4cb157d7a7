"""Entering facts of a patient: forms from the vocabulary, pasted tables, uploaded files."""

from __future__ import annotations

import datetime
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.asked import Letters
from gepnet.io import published_records
from gepnet.knowledge import InputError, Problem
from gepnet.record import EVENT_MODELS, Record, parse_record, record_of
from gepnet.tables import plain
from gepnet.vocabulary import Fact, parse_date

View = dict[str, Any]
#: Kinds of events in the order in which people enter them; their facts come from the vocabulary.
EVENT_KINDS = (
    "diagnosis", "pathology", "stage", "sstr_imaging", "fdg_imaging", "morphological_imaging",
    "laboratory", "biomarker", "symptoms", "clinical", "body", "comorbidity", "demographics",
    "assertion", "access", "progression", "treatment", "prrt_cycle",
    "response_assessment", "adverse_event", "note",
)  # fmt: skip
#: Most lines of a pasted table, and most characters of an upload.
MOST_LINES, MOST_CHARACTERS = 500, 1_000_000
_SPLIT = re.compile(r"\t|;|\s{2,}|,(?!\d)")
_UNIT = re.compile(r"^(.*?)\s*[\[(]([^\])]+)[\])]\s*$")


def event_form(base: KnowledgeBase, kind: str) -> list[View]:
    """Return the fields of a kind of event: {id, label, type, unit, low, high, values, help}.

    ``type`` is boolean, enum, number, date or text; ``low`` and ``high`` the range of a number.
    Fields of the event come first, then facts that some rule reads, then the others; each by how
    often a referral letter holds them.
    """
    fields: list[View] = []
    model = EVENT_MODELS.get(kind)
    if kind in ("progression", "treatment", "prrt_cycle", "adverse_event", "note") and model:
        fields += [_field_of_model(base, name, model) for name in _own(model)]
    vocabulary = base.vocabulary
    letters = Letters.read(base.knowledge.measures)
    often = ("usually", "sometimes", "seldom")

    def place(fact: Fact) -> tuple[bool, int]:
        """Put first what some rule reads, and of it what a letter holds."""
        is_read = fact.id in base.facts_read or fact.id in base.facts_read_in_course
        return not is_read, often.index(letters.held(fact.id))

    facts = sorted(vocabulary.of_event(kind).values(), key=place)
    for fact in facts:  # with the members of families
        entry = fact.entry
        if getattr(entry, "function", None):
            continue
        if any(one["id"] == fact.id for one in fields):
            continue
        low, high = getattr(entry, "range", None) or (None, None)
        field = _field(fact.id, entry.label, entry.type, getattr(entry, "unit", None) or "")
        field["low"] = None if low is None else float(low)
        field["high"] = None if high is None else float(high)
        field["values"] = [{"id": v.id, "label": v.label or v.id} for v in entry.values]
        field["help"] = " ".join((entry.definition or "").split())
        fields.append(field)
    return fields


def _field(name: str, label: str, kind: str, unit: str) -> View:
    ends = {"low": None, "high": None}
    empty = {"values": [], "help": "", "several": False}
    return {"id": name, "label": label, "type": kind, "unit": unit, **ends, **empty}


def field_words(base: KnowledgeBase, name: str) -> str:
    """Return how a field that an event has by itself is called, in the language of the base."""
    return base.vocabulary.phrases.fields.get(name) or name.replace("_", " ")


def value_words(base: KnowledgeBase, name: str, value: str) -> str:
    """Return a value of such a field: as the fact is called that it makes, or that has it."""
    vocabulary = base.vocabulary
    for fact in (f"progression_{value}", f"progression_{value}_observed", value):
        if name in ("types", "excluded") and fact in vocabulary:
            return vocabulary[fact].entry.label
    made = (one for one in vocabulary.families if one.pattern == f"{name}_{{therapy}}")
    words = {v.id: v.label for family in made for v in family.values}
    return words.get(value) or value.replace("_", " ")


_SKIPPED = {"id", "kind", "date", "author", "source", "note", "withdrawn", "values", "accepted"}


def _own(model: Any) -> list[str]:
    return [name for name in model.model_fields if name not in _SKIPPED]


def _field_of_model(base: KnowledgeBase, name: str, model: Any) -> View:
    """Return a field that an event has by itself, not by the vocabulary."""
    told = str(model.model_fields[name].annotation)
    literal = re.findall(r"'([^']+)'", told) if "Literal" in told else []
    kind = "text"
    if name in ("option", "on"):
        kind = "option"
    elif literal:
        kind = "enum"
    elif "bool" in told:
        kind = "boolean"
    elif "Date" in told:
        kind = "date"
    elif any(word in told for word in ("float", "Decimal", "int")):
        kind = "number"
    unit = {"mg": "mg", "gbq": "GBq", "days": "d", "months": "mo"}.get(name.rpartition("_")[2], "")
    values = [{"id": one, "label": value_words(base, name, one)} for one in literal]
    field = _field(name, field_words(base, name), kind, unit)
    return {**field, "values": values, "several": "tuple" in told}


def date_problems(events: Sequence[Mapping[str, Any]]) -> list[Problem]:
    """Return the dates of notes that are none.

    In a file such a date becomes part of the words of the note, so that nothing is lost; where a
    person stands before a form it is told.
    """
    found = []
    for event in events:
        told = str(event.get("date") or "")
        try:
            if told and event.get("kind") == "note":
                parse_date(told)
        except ValueError as error:
            expected = f"a date such as 2024-05-17, 2024-05 or 2024 ({error})"
            found.append(Problem("form", None, "", "date", told, expected))
    return found


def check_events(
    base: KnowledgeBase, events: Sequence[Mapping[str, Any]], today: datetime.date | None = None
) -> list[Problem]:
    """Return what is wrong with events by themselves, before they are saved anywhere."""
    named = [{"id": f"entered-{n}", **one} for n, one in enumerate(events, 1)]
    data = {"gepnet": 1, "patient": "entered", "events": named}
    try:
        record_of(data, base.vocabulary, today)
    except InputError as error:
        return [*date_problems(events), *error.problems]
    return date_problems(events)


def paste_laboratory(base: KnowledgeBase, text: str, date: str = "") -> View:
    """Read a pasted table of laboratory values; nothing is guessed and nothing dropped in silence.

    Three forms are read: a row for each value (name, value, unit, date), a row for each day with
    the names on top, and a row for each name with the days on top. A unit may stand behind a name
    in brackets.

    Args:
        base: the knowledge.
        text: the table, its cells parted by tabs, semicolons or several spaces.
        date: of the values of rows without one.

    Returns:
        ``events``, one for each day, as a patient file has them; and ``unread``: {line, text, why}
        of everything that was not read.

    Raises:
        InputError: if there are too many lines.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) > MOST_LINES or len(text) > MOST_CHARACTERS:
        size, most = f"{len(lines)} lines", f"at most {MOST_LINES} lines"
        raise InputError([Problem("pasted table", None, "", "", size, most)])
    rows = [[cell.strip() for cell in _SPLIT.split(line.strip())] for line in lines]
    unread: list[View] = []
    found: list[tuple[int, str, str, str, str]] = []
    if rows:
        days = [_day(cell) for cell in rows[0]]
        heads = [d or c.casefold() in ("unit", "units") for c, d in zip(rows[0], days, strict=True)]
        if len(rows) > 1 and any(days[1:]) and all(heads[1:]):
            found = _by_name(rows, days)
        elif any(_day(row[0]) for row in rows[1:]):
            found = _by_day(rows)
        else:
            found = _by_value(rows)
    events: dict[str, View] = {}
    for line, name, value, unit, day in found:
        if value in ("", "-", "\N{EN DASH}"):
            continue
        when = day or date
        told: Any = {"value": value, "unit": unit} if unit else value
        one = {"kind": "laboratory", "date": when, name: told}
        problems = check_events(base, [one])
        if not when:
            why = "a date: in the table, or beside it"
            unread.append({"line": line, "text": f"{name} {value} {unit}".strip(), "why": why})
        elif problems:
            why = "; ".join(
                p.expected + (f"; did you mean {p.nearest}?" if p.nearest else "") for p in problems
            )
            unread.append({"line": line, "text": f"{name} {value} {unit}".strip(), "why": why})
        else:
            event = events.setdefault(when, {"kind": "laboratory", "date": when})
            if event.get(name, told) != told:
                why = "one value of each name on a day"
                unread.append({"line": line, "text": f"{name} {value}", "why": why})
            else:
                event[name] = told
    return {"events": list(events.values()), "unread": unread}


def _day(cell: str) -> str:
    """Return a day as a patient file has it; empty where a cell is none."""
    european = re.fullmatch(r"(\d{1,2})[./](\d{1,2})[./](\d{4})", cell)
    text = f"{european[3]}-{int(european[2]):02}-{int(european[1]):02}" if european else cell
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return ""
    try:
        return str(parse_date(text))
    except ValueError:
        return ""


def _name(cell: str) -> tuple[str, str]:
    """Return the name of a value and its unit, where one stands behind it in brackets."""
    found = _UNIT.match(cell)
    name, unit = (found[1], found[2]) if found else (cell, "")
    return name.strip(), unit.strip()


def _by_name(rows: list[list[str]], days: list[str]) -> list[tuple[int, str, str, str, str]]:
    found = []
    unit_at = next((i for i, c in enumerate(rows[0]) if c.casefold() in ("unit", "units")), None)
    for line, row in enumerate(rows[1:], 2):
        name, unit = _name(row[0])
        if unit_at is not None and unit_at < len(row):
            unit = row[unit_at]
        for place, day in enumerate(days):
            if day and place < len(row):
                found.append((line, name, row[place], unit, day))
    return found


def _by_day(rows: list[list[str]]) -> list[tuple[int, str, str, str, str]]:
    heads = [_name(cell) for cell in rows[0]]
    return [
        (line, *heads[place][:1], cell, heads[place][1], _day(row[0]))
        for line, row in enumerate(rows[1:], 2)
        for place, cell in enumerate(row)
        if 0 < place < len(heads)
    ]


def _by_value(rows: list[list[str]]) -> list[tuple[int, str, str, str, str]]:
    found = []
    for line, row in enumerate(rows, 1):
        if len(row) < 2 or (line == 1 and row[1].casefold() in ("value", "result")):
            continue
        name, unit = _name(row[0])
        rest = row[2:]
        day = next((d for d in map(_day, rest) if d), "")
        unit = next((c for c in rest if c and not _day(c)), unit)
        found.append((line, name, row[1], unit, day))
    return found


def read_upload(base: KnowledgeBase, name: str, content: bytes) -> list[Record]:
    """Return the records of an uploaded file: a patient file, or one of published cases.

    Raises:
        InputError: with every problem of the file.
    """
    if len(content) > MOST_CHARACTERS:
        told = f"{len(content)} bytes"
        raise InputError([Problem(name, None, "", "", told, f"at most {MOST_CHARACTERS} bytes")])
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise InputError([Problem(name, line, "", "", "", "a text in UTF-8")]) from error
    if not re.search(r"^cases\s*:", text, re.MULTILINE):
        return [parse_record(text, name, base.vocabulary)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.yaml"
        path.write_text(text, encoding="utf-8")
        return [case.record for case in published_records(base.vocabulary, path)]


def told_of(record: Record) -> View:
    """Return what an import did with a record: events kept, words read otherwise, and losses."""
    return {
        "patient": record.patient,
        "events": len(record.events),
        "losses": list(record.losses),
        "readings": list(plain(record.readings)),
    }

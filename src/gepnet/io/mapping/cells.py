"""The cells of a mapped column: from what somebody wrote to a value of the patient file.

One way for all sources: texts that say nothing, words that the mapping gives, numbers with comma,
sign and unit, dates, and else the words of the vocabulary. What cannot be read says what was
expected; nothing is guessed. A value is returned as the text that an event table holds, its unit
behind a mark where it is not that of the fact.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gepnet.io.mapping.dates import read_date
from gepnet.io.mapping.model import PATIENTS, ColumnMap, TableMap, as_given
from gepnet.io.mapping.words import missing
from gepnet.knowledge import nearest
from gepnet.record import EVENT_MODELS, Speller
from gepnet.record.doubts import date_doubt
from gepnet.record.model import UNMEASURED
from gepnet.vocabulary import (
    Accepting,
    Fact,
    Interval,
    Several,
    ValueProblem,
    Vocabulary,
    exact,
    how_to_accept,
    parse_date,
)
from gepnet.vocabulary.words import OPTION, SIGN, without_dose

#: Between a number and its unit in the cells of events in the making.
UNIT = "\x1f"
_DATES = ("start", "stop", "last_dose", "date", "resolved", "planned", "as_of")
_LISTS = ("types", "excluded", "on")
_OPTIONS = ("option", "on")
_WORDED = ("best_response", "stop_reason")
_NOT_A_NUMBER = re.compile(r"[^\W\d_]")
_FROM = re.compile(r"(\d+(?:[.,]\d+)?)\s*\+")
_GROUPED = re.compile(r"(?<=\d)\.(?=\d{3}(?:\D|$))")
_ZEROS = re.compile(r"^0+(?=\d)")
# Signs of other writings: wide ones, a minus, two hyphens and a space that does not break.
_SIGNS = str.maketrans(
    {0xFF1C: "<", 0xFF1E: ">", 0x2212: "-", 0x2010: "-", 0x2011: "-", 0x00A0: " "}
)
Reader = Callable[[str, str], str | None]


@dataclass
class CellReaders:
    """Makes the reader of a column for the field that it goes to.

    Attributes:
        vocabulary: the facts.
        accepting: values outside their plausible range that somebody stands by.
        today: the day by which an age is counted.
        readings: what was read as something else, by column.
    """

    vocabulary: Vocabulary
    accepting: Accepting
    today: datetime.date = field(default_factory=datetime.date.today)
    readings: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Prepare the reader of words."""
        self.speller = Speller(self.vocabulary)

    def reader(self, table: TableMap, column: ColumnMap, kind: str, name: str) -> Reader:
        """Return what reads a cell, and its unit, for a field of an event.

        The reader returns None for a cell that says nothing.

        Raises:
            ValueProblem: when the reader cannot read a cell.
        """
        plain = self._plain(table, column, kind, name)
        silent = missing() | {text.casefold() for text in (*table.missing, *column.missing)}

        def read(text: str, unit: str) -> str | None:
            given, meant = as_given(column.values, text)
            if given:
                if meant is None:
                    return None
                return plain(word_of(meant), unit)
            if text.casefold() in silent:
                return None
            if column.otherwise == "nothing":
                return None
            if column.otherwise == "quarantine":
                near = nearest(text, column.values)
                raise ValueProblem(text, f"one of {', '.join(column.values)}", near)
            return plain(text, unit)

        return read

    def _plain(
        self, table: TableMap, column: ColumnMap, kind: str, name: str
    ) -> Callable[..., str]:
        order = column.dates or table.dates
        fact = self.vocabulary.get(name)
        if kind == PATIENTS and name == "region" and fact is not None:
            return lambda text, unit: self._word(fact, text, column)
        if fact is not None and fact.entry.event == kind:
            if fact.type == "number":
                return lambda text, unit: self._number(fact, text, unit, table)
            if fact.type == "date":
                return lambda text, unit: self._day(fact, text, order, table.short_years)
            return lambda text, unit: self._word(fact, text, column)
        if name in _DATES:
            return lambda text, unit: read_date(text, order, table.short_years)
        if name in _OPTIONS or name in _WORDED:
            subject = OPTION if name in _OPTIONS else name
            return lambda text, unit: self._meant(subject, name, text, column)
        if name in _LISTS:
            return lambda text, unit: self._signs(text, column)
        model = EVENT_MODELS.get(kind)
        if model is not None and name in model.model_fields:
            adapter: TypeAdapter[Any] = TypeAdapter(model.model_fields[name].annotation)  # type: ignore[arg-type]
            return lambda text, unit: self._field(adapter, model, name, text, table)
        return lambda text, unit: text

    def _word(self, fact: Fact, text: str, column: ColumnMap) -> str:
        """Return the value of an enumerated fact or of a yes-or-no."""
        if fact.type == "boolean" and text in ("0", "1"):
            raise ValueProblem(text, "yes or no; if 1 is yes: values: {'0': no, '1': yes}")
        self.speller.readings.clear()
        said = self.speller.value(fact, text, "")
        try:
            value = fact.parse(said)
        except ValueProblem as fault:
            near = fault.suggestion
            if fact.type == "enum":
                near = self.vocabulary.words.of(fact.id).suggest(text) or near
            raise ValueProblem(text, fault.expected, near) from fault
        if isinstance(value, bool):
            return "true" if value else "false"
        told = text
        if value is None or (isinstance(said, str) and said in fact.values):
            told = str(said)
        elif isinstance(value, str | Several):
            told = ";".join(fact.candidates(value))
        if told != text:
            self._told(column, text, told)
        return told

    def _number(self, fact: Fact, text: str, unit: str, table: TableMap) -> str:
        said = self._spoken(fact, number_text(text, table.decimal), text)
        own = said.get("unit") if isinstance(said, dict) else None
        number = said["value"] if isinstance(said, dict) else said
        unit = own or unit
        if unit and (unit == fact.entry.unit or not fact.entry.unit):
            unit = ""
        try:
            value = fact.parse({"value": number, "unit": unit} if unit else number)
        except ValueProblem as fault:
            slip = "" if fault.value == unit else self.vocabulary.slip(fact, number)
            raise ValueProblem(text, fault.expected + slip, fault.suggestion) from fault
        if isinstance(value, Interval):
            self._believe(fact, value, number)
        return f"{number}{UNIT}{unit}" if unit else str(number)

    def _spoken(self, fact: Fact, text: str, written: str) -> Any:
        said = self.speller.value(fact, text, "")
        if isinstance(said, dict) or _NOT_A_NUMBER.search(text) is None:
            return said
        if fact.takes_range or not _NOT_A_NUMBER.match(text):
            return said
        raise ValueProblem(
            written, f"a number{f' in {fact.entry.unit}' if fact.entry.unit else ''}"
        )

    def _believe(self, fact: Fact, value: Interval, written: object) -> None:
        """Refuse a number that is likely to be a slip and that nobody accepts."""
        told = self.vocabulary.doubt(fact, value, written)
        quantity = fact.family or fact.id
        if told is not None and not self.accepting.find(quantity, written):
            raise ValueProblem(written, told + how_to_accept(quantity, written))

    def _day(self, fact: Fact, text: str, order: Any, short: bool) -> str:
        day = str(fact.parse(read_date(text, order, short)))
        doubt = date_doubt(fact, day, self.vocabulary, exact(self.today))
        if doubt is not None and not self.accepting.find(doubt.quantity, day):
            raise ValueProblem(day, doubt.expected + how_to_accept(doubt.quantity, day))
        return day

    def _meant(self, subject: str, name: str, text: str, column: ColumnMap) -> str:
        """Return the option, or the word of a field, that a text means; several in a list."""
        meanings = self.vocabulary.words.of(subject)
        between = {"on": r"[;|]", SIGN: r"[;,|]"}.get(name)
        parts = re.split(between, text) if between else [text]
        found = []
        for part in (part.strip() for part in parts):
            meant = meanings.read(part)
            if meant is None and subject == OPTION:
                meant = meanings.read(without_dose(part))
            if meant is None:
                expected = "an option of the therapy tree"
                if subject != OPTION:
                    expected = f"one of {', '.join(meanings.ids)}"
                raise ValueProblem(part, expected, meanings.suggest(part))
            if meant != part:
                self._told(column, part, meant)
            found.append(meant)
        return ";".join(found)

    def _signs(self, text: str, column: ColumnMap) -> str:
        """Return signs of progression; a plain yes is growth whose measure is not said."""
        flag = self.vocabulary.words.flag(text)
        if flag:
            return UNMEASURED
        return self._meant(SIGN, SIGN, text, column)

    def _field(
        self, adapter: TypeAdapter[Any], model: Any, name: str, text: str, table: TableMap
    ) -> str:
        """Return the text of a field of an event that is no fact, held to its own type."""
        said: Any = text
        flag = self.vocabulary.words.flag(text)
        kinds = str(model.model_fields[name].annotation)
        if "bool" in kinds and flag is not None:
            said = "true" if flag else "false"
        elif any(kind in kinds for kind in ("int", "float", "Decimal")):
            said = re.sub(r"\s*(GBq|mg|months?|cycles?)$", "", number_text(text, table.decimal))
            said = re.sub(r"^(-?\d+)\.0+$", r"\1", said)
        field_info = model.model_fields[name]
        try:
            value = adapter.validate_python(said)
            for bound in field_info.metadata:
                low, high = getattr(bound, "ge", None), getattr(bound, "lt", None)
                above = getattr(bound, "gt", None)
                wrong = (
                    (low is not None and value < low)
                    or (high is not None and value >= high)
                    or (above is not None and value <= above)
                )
                if wrong:
                    raise ValueProblem(text, "a number that this field can have")
        except ValidationError as error:
            told = error.errors(include_url=False)[0]["msg"].removeprefix("Input should be ")
            raise ValueProblem(text, told) from error
        return str(said)

    def _told(self, column: ColumnMap, text: str, meant: str) -> None:
        self.readings.setdefault(column.name, {})[text] = meant


def number_text(text: str, decimal: str) -> str:
    """Return a number with a decimal point and no other mark, as far as it can mean one only."""
    said = text.translate(_SIGNS).strip()
    if decimal == ",":
        said = _GROUPED.sub("", said).replace(",", ".") if "," in said else said
    said = _ZEROS.sub("", said)
    if match := _FROM.fullmatch(said):
        said = f">={match[1].replace(',', '.')}"
    return said


def word_of(value: Any) -> str:
    """Return what a mapping says a cell means as the cell would say it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ";".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def check_day(text: str, today: Any) -> None:
    """Refuse a date that is to come.

    Raises:
        ValueProblem: naming today.
    """
    if parse_date(text).first > today:
        raise ValueProblem(text, f"a date not after {today}")

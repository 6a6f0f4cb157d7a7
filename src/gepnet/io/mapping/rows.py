"""The rows of one table as events, column by column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from gepnet.io.mapping.cells import Reader, check_day, word_of
from gepnet.io.mapping.columns import Values, days_after, lines_of, texts_of, values_of
from gepnet.io.mapping.courses import joined_courses
from gepnet.io.mapping.found import (
    DATE,
    FILE,
    LINE,
    PATIENT_COLUMN,
    Found,
)
from gepnet.io.mapping.keeping import RowKeeper
from gepnet.io.mapping.long import LongReader
from gepnet.io.mapping.model import (
    CODED,
    NOTHING,
    PATIENT,
    PATIENTS,
    ColumnMap,
    EventMap,
    LongMap,
    targets,
)
from gepnet.io.mapping.words import Code, code_list, missing
from gepnet.record import EVENT_MODELS
from gepnet.tables import ROW_LINE
from gepnet.vocabulary import ValueProblem, parse_date

_SPLIT = re.compile(r"\s*(?:[;,|/+&]|\band\b|\bund\b|\be\b|\by\b|\bet\b)\s*")
_SITE = ("primary_site", "non_gep_site")
#: Kinds of which the day alone is what is said.
_ONLY_DATED = ("death", "last_contact")
NO_MEANING = "no cell of this row has a meaning here"


@dataclass
class _Event:
    """One event of each row in the making: its fields, its date, and the rows it cannot be of."""

    name: str
    kind: str
    entry: EventMap
    fields: dict[str, pl.Series] = field(default_factory=dict)
    date: pl.Series | None = None
    bad: list[pl.Series] = field(default_factory=list)


class TableReader(RowKeeper):
    """Reads one table by its entry of a mapping."""

    def read(self) -> Found:
        """Return what came of the table."""
        self._told_by_the_file()
        self._keep_rows_of_patients()
        self.anchor = self._anchor()
        events = self._events()
        for column in self.table.columns:
            self._column(column, events)
        for event in events.values():
            self._finish(event)
        if self.table.long is not None:
            self._long(self.table.long)
        if self.table.rows == "patient":
            self.found.heads |= set(self.frame[ROW_LINE].to_list())
            self._add(PATIENTS, self._base().with_columns(self._head_fields(events)))
        self._tell_columns()
        return self.found

    # Columns -------------------------------------------------------------------------------------

    def _events(self) -> dict[str, _Event]:
        """Return the events that a row may make, by name: those declared, and those named."""
        found = {n: _Event(n, entry.kind, entry) for n, entry in self.table.events.items()}
        for column in self.table.columns:
            for name, _ in targets(column):
                if name not in found:
                    found[name] = _Event(name, name, EventMap(kind=name))
        for event in found.values():
            entry = event.entry
            if entry.date is not None and entry.date in self.frame.columns:
                self._date(event, self._column_of(entry.date), entry)
        return found

    def _column_of(self, name: str) -> ColumnMap:
        """Return the entry of a column that holds dates, or one that only names it."""
        found = (c for c in self.table.columns if c.column == (name,))
        return next(found, ColumnMap(column=(name,)))

    def _date(self, event: _Event, column: ColumnMap, entry: EventMap | None = None) -> None:
        values = self._dates(column, event.kind, entry)
        self._tell(values, column, left=f", so the {event.kind} of this row is left out")
        event.bad.append(values.faulty())
        event.date = values.values

    def _dates(self, column: ColumnMap, kind: str, entry: EventMap | None = None) -> Values:
        texts = texts_of(self.frame, column.column, column.join)
        if entry is not None and entry.months is not None:
            parts = [n for n in (entry.months, entry.days) if n in self.frame.columns]
            texts = _parts(self.frame, texts, [str(part) for part in parts])
        if column.days_from is not None:
            return days_after(texts, self._day_of(column.days_from), self._whole)
        return values_of(texts, None, self._past(self._reader(column, "last_contact", DATE)))

    def _day_of(self, name: str) -> pl.Series:
        """Return the day that offsets count from, of each row."""
        if name == "anchor":
            return self.anchor
        texts = texts_of(self.frame, (name,))
        return values_of(texts, None, self._reader(self._column_of(name), "death", DATE)).values

    def _whole(self, text: str) -> int:
        try:
            return round(float(text.replace(",", ".")))
        except (ValueError, OverflowError) as error:
            raise ValueProblem(text, "a whole number of days") from error

    def _anchor(self) -> pl.Series:
        anchor = self.table.anchor
        if anchor is None or anchor in self.frame.columns:
            return self._day_of(anchor) if anchor else _nothing(len(self.frame))
        return pl.Series([anchor], dtype=pl.String).new_from_index(0, len(self.frame))

    def _reader(self, column: ColumnMap, kind: str, name: str) -> Reader:
        return self.readers.reader(self.table, column, kind, name)

    def _past(self, read: Reader) -> Reader:
        def checked(text: str, unit: str) -> str | None:
            found = read(text, unit)
            if found is not None:
                check_day(found, self.today)
            return found

        return checked

    def _column(self, column: ColumnMap, events: dict[str, _Event]) -> None:
        there = tuple(name for name in column.column if name in self.frame.columns)
        if not there or (column.join is not None and len(there) < len(column.column)):
            return
        column = column.model_copy(update={"column": there})
        if CODED in column.to and column.codes:
            self._codes(column, events)
        told: set[str] = set()
        for name, target in targets(column):
            event = events[name]
            values = self._values(column, event.kind, target)
            needed = self._is_needed(event.kind, target)
            left = f", so the {event.kind} of this row is left out" if needed else ""
            self._tell(values, column, told, left)
            told |= set(values.faults) | set(values.others)
            if target == DATE and event.kind != PATIENTS:
                event.date = values.values
                event.bad.append(values.faulty())
                continue
            if target in event.fields:
                first = event.fields[target]
                event.fields[target] = first.zip_with(first.is_not_null(), values.values)
            else:
                event.fields[target] = values.values
            if needed:
                event.bad.append(values.faulty())

    def _values(self, column: ColumnMap, kind: str, target: str) -> Values:
        read = self._reader(column, kind, target)
        texts = texts_of(self.frame, column.column, column.join)
        fact = self.readers.vocabulary.get(target)
        is_date = (fact is not None and fact.type == "date" and fact.entry.event == kind) or (
            fact is None and target in _date_fields(kind)
        )
        if is_date and column.days_from is not None:
            return days_after(texts, self._day_of(column.days_from), self._whole)
        if is_date:
            return values_of(texts, None, self._past(read))
        units = texts_of(self.frame, (column.unit_column,)) if column.unit_column else None
        if units is None and column.unit:
            unit = column.unit
            return values_of(texts, None, lambda text, _: read(text, unit), target in _SITE)
        return values_of(texts, units, read, target in _SITE)

    def _is_needed(self, kind: str, target: str) -> bool:
        """Whether an event that has this cell at fault cannot be told without it."""
        model = EVENT_MODELS.get(kind)
        return (
            model is not None
            and kind != "note"
            and target in model.model_fields
            and (model.model_fields[target].is_required() or target in ("start", "stop", "on"))
        )

    def _codes(self, column: ColumnMap, events: dict[str, _Event]) -> None:
        """Read a column of codes: the facts that each code is, or that it is no GEP-NET."""
        codes = code_list(str(column.codes))
        meant: dict[str, list[Code]] = {}
        silent = missing() | {one.casefold() for one in (*self.table.missing, *column.missing)}

        def read(text: str, unit: str) -> str | None:
            del unit
            if text.casefold() in silent:
                return None
            parts = _SPLIT.split(text) if column.split else [text]
            found = [codes.find(part) for part in parts if part and part.casefold() not in silent]
            if None in found:
                raise ValueProblem(text, f"a code of the list {column.codes}")
            meant[text] = [one for one in found if one is not None]
            return text

        texts = texts_of(self.frame, column.column, column.join)
        values = values_of(texts, None, read)
        self._tell(values, column)
        for text, found in meant.items():
            for code in (one for one in found if one.not_gep):
                said = f"{column.name} {text} ({code.label or code.not_gep})"
                for line in lines_of(self.frame, texts == text):
                    self.found.other_tumour(line, said)
        means = {
            text: {to: v for one in found for to, v in one.means.items()}
            for text, found in meant.items()
        }
        for to in dict.fromkeys(to for said_of_text in means.values() for to in said_of_text):
            kind, _, name = to.partition(".")
            event = next((e for e in events.values() if e.kind == kind), None)
            if event is None:
                event = events[kind] = _Event(kind, kind, EventMap(kind=kind))
            said_of = {text: word_of(facts[to]) for text, facts in means.items() if to in facts}
            cells = values.values.replace_strict(said_of, default=None, return_dtype=pl.String)
            own = event.fields.get(name)
            if own is not None:  # what a person wrote comes before a code
                cells = own.zip_with(own.is_not_null(), cells)
            event.fields[name] = cells

    # Events --------------------------------------------------------------------------------------

    def _base(self) -> pl.DataFrame:
        return pl.DataFrame(
            {
                PATIENT_COLUMN: self.patients,
                LINE: self.frame[ROW_LINE],
                FILE: pl.Series([self.sheet.file]).new_from_index(0, len(self.frame)),
            }
        )

    def _head_fields(self, events: dict[str, _Event]) -> list[pl.Series]:
        named = [e for e in events.values() if e.kind == PATIENTS]
        return [column.alias(name) for event in named for name, column in event.fields.items()]

    def _finish(self, event: _Event) -> None:
        """Make the events of a kind: where a cell says something and nothing needed lacks."""
        if event.kind == PATIENTS and self.table.rows == "patient":
            return
        made = self._base()
        if event.date is not None:
            made = made.with_columns(event.date.alias(DATE))
        made = made.with_columns(cells.alias(name) for name, cells in event.fields.items())
        said = [name for name in event.fields]
        if event.date is not None and event.kind in _ONLY_DATED:
            said.append(DATE)
        there = pl.any_horizontal(pl.col(n).is_not_null() for n in said) if said else pl.lit(True)
        mask = made.select(there.alias("there")).to_series()
        if len(mask) != len(made):
            mask = mask.new_from_index(0, len(made))
        mask &= self._when(event, mask)
        for name, value in event.entry.fields.items():
            constant = pl.lit(word_of(value)).alias(name)
            if name in event.fields:
                constant = pl.coalesce(name, pl.lit(word_of(value))).alias(name)
            made = made.with_columns(constant)
        if not said and not event.entry.when:
            return  # none of its columns is in this table
        for bad in event.bad:
            mask &= ~bad
        whole = self._complete(event, made, mask)
        if event.entry.join_days is not None and len(whole):
            whole, lines = joined_courses(whole, event.entry.join_days)
            self.found.merged.append((event.kind, lines))
        self._add(event.kind, whole)

    def _complete(self, event: _Event, made: pl.DataFrame, mask: pl.Series) -> pl.DataFrame:
        """Return the events of which nothing that their kind needs is missing; tell the others."""
        model = EVENT_MODELS.get(event.kind)
        needed = [] if model is None else [
            name for name, about in model.model_fields.items()
            if about.is_required() and name not in ("id", "kind")
        ]  # fmt: skip
        for name in needed:
            absent = pl.Series([True]).new_from_index(0, len(made))
            if name in made.columns:
                absent = made[name].is_null()
            lacking = mask & absent
            for line, patient in zip(
                lines_of(made, lacking), self.patients.filter(lacking), strict=True
            ):
                told = f"expected '{name}': an event of kind '{event.kind}' needs it"
                self._fault(line, patient, f"{event.name}.{name}", "", told)
            mask &= ~lacking
        return made.filter(mask)

    def _when(self, event: _Event, there: pl.Series) -> pl.Series:
        """Return the rows of which an event is made; those that say it was not are told."""
        mask = pl.Series([True]).new_from_index(0, len(self.frame))
        for name, words in event.entry.when.items():
            mask &= self._holds(name, words)
        for name, words in event.entry.unless.items():
            holds = self._holds(name, words)
            for line, patient, cell in zip(
                lines_of(self.frame, holds & there),
                self.patients.filter(holds & there),
                texts_of(self.frame, (name,)).filter(holds & there),
                strict=True,
            ):
                self._fault(line, patient, name, cell, f"no {event.kind} is made of such a row")
            mask &= ~holds
        return mask

    def _holds(self, name: str, words: Iterable[str]) -> pl.Series:
        folded = [word.casefold() for word in words]
        return texts_of(self.frame, (name,)).str.to_lowercase().is_in(folded).fill_null(False)

    def _add(self, kind: str, made: pl.DataFrame) -> None:
        if len(made):
            self.found.events.append((kind, made))

    def _long(self, long: LongMap) -> None:
        """Read the rows that say in a column what they are of."""
        names = [name for name in long.date if name in self.frame.columns]
        dates = Values(_nothing(len(self.frame)), _nothing(len(self.frame)), {}, {})
        if names:
            column = self._column_of(names[0])
            if column.days_from is None:
                column = ColumnMap(column=tuple(names))
            dates = self._dates(column, "laboratory")
            self._tell(dates, column)
        reader = LongReader(self.table, long, self.readers, self.sheet.file, self.found)
        reader.read(self.frame, self.patients, dates)

    def _tell_columns(self) -> None:
        """Note the columns of the file that are not used, and those of the mapping not there."""
        table = self.table
        named = set(table.patient) | {e.date for e in table.events.values()}
        named |= {m for e in table.events.values() for m in (e.months, e.days)}
        named |= {n for e in table.events.values() for n in (*e.when, *e.unless)}
        named |= {table.anchor, *table.only}
        left: dict[str, str] = {}
        for column in table.columns:
            if set(column.to) == {NOTHING}:
                left |= dict.fromkeys(column.column, column.saw or "")
            elif PATIENT in column.to or targets(column) or CODED in column.to:
                named |= {*column.column, column.unit_column, column.days_from}
        if table.long is not None:
            long = table.long
            named |= {*long.key, *long.value, *long.unit, *long.date}
        names = self.sheet.names
        counted = self.found.counted
        counted.unused_columns = {n: left.get(n, "") for n in names if n not in named}
        wanted = [str(name) for name in named if name and name not in names and name != "anchor"]
        day = table.anchor
        counted.absent_columns = {
            name: "" for name in sorted(wanted) if not (name == day and _is_day(name))
        }


def _parts(frame: pl.DataFrame, years: pl.Series, parts: list[str]) -> pl.Series:
    """Return dates whose year, month and day stand in columns of their own."""
    made = pl.DataFrame({"y": years, **{part: frame[part] for part in parts}})
    text = pl.col("y")
    whole = pl.lit(True)
    for part in parts:
        number = pl.col(part).cast(pl.Int32, strict=False)
        whole &= number.is_not_null() & number.is_between(1, 31)
        text = pl.when(whole).then(text + "-" + number.cast(pl.String).str.zfill(2)).otherwise(text)
    return made.select(text.alias("y")).to_series()


def _date_fields(kind: str) -> Iterator[str]:
    model = EVENT_MODELS.get(kind)
    dated = ("start", "stop", "last_dose", "date", "resolved")
    return (name for name in dated if model is None or name in model.model_fields)


def _nothing(count: int) -> pl.Series:
    return pl.Series([None], dtype=pl.String).new_from_index(0, count)


def _is_day(text: str) -> bool:
    try:
        parse_date(text)
    except ValueError:
        return False
    return True

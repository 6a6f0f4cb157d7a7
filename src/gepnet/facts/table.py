"""A table from outside: its columns in gepnet's own types, and every cell that cannot be used.

A cell that a fact cannot have (an unknown spelling, a number out of range, one bound without the
other) is unknown for the assessment and an error in the report: never a crash, never silence.
Batches are read column by column, and what is only needed for a faulty column is only done there.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

from gepnet.criteria.columns import (
    absent_column,
    all_bits,
    bits_of,
    cells,
    columns_of,
    high_column,
    low_column,
)
from gepnet.criteria.polars import mask_type
from gepnet.facts.cells import days_of, doubted_birth, gathered, hidden, no_one_number, rounded
from gepnet.facts.frame import column_type, divided
from gepnet.facts.given import first_day_column, last_day_column, supplied_columns
from gepnet.measures.columns import as_steps
from gepnet.vocabulary import (
    SEPARATOR,
    Asking,
    Fact,
    Interval,
    ValueProblem,
)
from gepnet.vocabulary.words import Words

ROW = "__row"
Schema = Mapping[str, pl.DataType]
_DAYS = (first_day_column, last_day_column)
# Days of a year, to find the few dates that are looked at closely.
_YEAR = 365


@dataclass(frozen=True, order=True)
class Fault:
    """A cell that cannot be used, and why where its value is only doubted; rows count from 0."""

    row: int
    column: str
    value: str
    why: str = ""


class Reader:
    """Reads batches of one schema into the columns of some facts."""

    def __init__(
        self,
        facts: Iterable[Fact],
        schema: Schema,
        kept: Iterable[str] = (),
        asking: Asking | None = None,
        words: Words | None = None,
        on: datetime.date | None = None,
    ) -> None:
        """Note what the table gives.

        Args:
            facts: to read.
            schema: of the table.
            kept: other columns to pass on as they are.
            asking: asks about numbers that are likely to be slips; None asks about none.
            words: reads other words for values than their ids; None reads ids alone.
            on: the day of the question, by which an age is counted; None asks about no date.
        """
        self.on = on
        self.words = words
        #: By column, the texts that were read as something else.
        self.readings: dict[str, dict[str, str]] = {}
        self.kept = tuple(kept)
        self.facts = tuple(fact for fact in facts if supplied_columns([fact], schema))
        days = {day(f) for f in self.facts if f.type == "date" for day in _DAYS}
        self.given = supplied_columns(self.facts, schema) | days
        self.sources = tuple(
            name
            for fact in self.facts
            for name in dict.fromkeys([*columns_of(fact), fact.id])
            if name in schema
        )
        self.schema = {name: schema[name] for name in self.kept}
        for fact in self.facts:
            names = [name for name in columns_of(fact) if name in self.given]
            self.schema |= {name: column_type(fact, name) for name in names}
            if fact.type == "date":
                self.schema |= {day(fact): pl.Date() for day in _DAYS}
        self.asking = asking
        self._bits = {
            fact.id: pl.Series(
                [_bits(fact, word) for word in kind.categories], dtype=mask_type(fact)
            )
            for fact in self.facts
            if fact.type == "enum" and isinstance(kind := schema.get(fact.id), pl.Enum)
        }
        checks = {fact.id: _is_sound(fact, schema, asking) for fact in self.facts}
        self._checks = [e.alias(name) for name, e in checks.items() if e is not None]

    def read(self, batch: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
        """Return a batch in gepnet's own types, and its faults (rows from column ``__row``)."""
        sound = batch.select_seq(self._checks).row(0, named=True) if self._checks else {}
        whole = frozenset(name for name, is_sound in sound.items() if is_sound)
        work = _Batch(
            batch, whole, self.asking, self.words, self.readings, on=self.on, bits=self._bits
        )
        for fact in self.facts:
            work.read(fact, self.given)
        kept = [batch[name] for name in self.kept]
        columns = [work.columns[name] for name in self.schema if name not in self.kept]
        return pl.DataFrame([*kept, *columns]), work.faults


@dataclass
class _Batch:
    table: pl.DataFrame
    sound: frozenset[str] = frozenset()
    asking: Asking | None = None
    words: Words | None = None
    readings: dict[str, dict[str, str]] = field(default_factory=dict)
    columns: dict[str, pl.Series] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    on: datetime.date | None = None
    #: Of a column with a type of words, what each of them means.
    bits: Mapping[str, pl.Series] = field(default_factory=dict)

    def read(self, fact: Fact, given: frozenset[str]) -> None:
        if fact.type == "number":
            found = self._number(fact)
        elif fact.type == "enum":
            found = {fact.id: self._enum(fact)}
        elif fact.type == "boolean":
            found = {fact.id: self._boolean(fact.id)}
        else:
            found = self._date(fact)
        absent = absent_column(fact)
        if absent is not None and absent in given:
            found = self._absence(fact, absent, found)
        self.columns |= {name: column.rename(name) for name, column in found.items()}

    @property
    def _rows(self) -> pl.Series:
        named = ROW in self.table.columns
        return self.table[ROW] if named else pl.int_range(len(self.table), eager=True)

    def _patient(self, place: int) -> str:
        return str(self.table["patient"][place]) if "patient" in self.table.columns else ""

    def _fault(
        self, name: str, bad: pl.Series, value: pl.Series, why: Callable[[str], str] = lambda _: ""
    ) -> pl.Series:
        """List the cells of ``name`` where ``bad`` is true, and make them unknown."""
        bad = bad.fill_null(False)
        if not bad.any():
            return value
        for row, cell in zip(self._rows.filter(bad), self.table[name].filter(bad), strict=True):
            self.faults.append(Fault(row, name, str(cell), why(str(cell))))
        return hidden(value, bad)

    def _unread(
        self, name: str, value: pl.Series, why: Callable[[str], str] = lambda _: ""
    ) -> pl.Series:
        """Return ``value``, each cell a fault that says something there and could not be read."""
        return self._fault(name, self.table[name].is_not_null() & value.is_null(), value, why)

    def _nothing(self, name: str, dtype: type[pl.DataType]) -> pl.Series:
        """Return that no cell of a column can be read."""
        return self._unread(name, pl.Series(name, [None] * len(self.table), dtype=dtype))

    def _number(self, fact: Fact) -> dict[str, pl.Series]:
        names = [low_column(fact), high_column(fact)]
        sources = _sources(fact, self.table.columns)
        if fact.id in self.sound:
            columns = [self.table[name] for name in sources]
            return dict(zip(names, columns * (3 - len(columns)), strict=True))
        if len(sources) == 1 and self.table[fact.id].dtype == pl.String and fact.entry.interval:
            low, high = self._ranges(fact)
            return dict(zip(names, self._believed(fact, low, high, [fact.id]), strict=True))
        if len(sources) == 1:
            one = self._measured(fact, fact.id)
            return dict.fromkeys(names, self._believed(fact, one, one, [fact.id])[0])
        low, high = (self._measured(fact, name) for name in names)
        if low.null_count() or high.null_count():
            alone = low.is_null() != high.is_null()
            low = self._fault(names[0], alone & low.is_not_null(), low)
            high = self._fault(names[1], alone & high.is_not_null(), high)
        disordered = low > high
        if disordered.any():
            low, high = self._fault(names[0], disordered, low), hidden(high, disordered)
        return dict(zip(names, self._believed(fact, low, high, names), strict=True))

    def _believed(
        self, fact: Fact, low: pl.Series, high: pl.Series, names: Collection[str]
    ) -> tuple[pl.Series, pl.Series]:
        """Hide and tell the numbers that are likely to be slips and that nobody accepts."""
        quantity = None if self.asking is None else self.asking.plausible.get(_quantity(fact))
        if self.asking is None or quantity is None:
            return low, high
        least, greatest = map(float, quantity.bounds())
        odd = ((high < least) | (low > greatest)).fill_null(False)
        if quantity.zero:
            odd &= ~((low == 0) & (high == 0)).fill_null(False)
        if not odd.any():
            return low, high
        rows = self.table[ROW] if ROW in self.table.columns else pl.int_range(len(odd), eager=True)
        patients = self.table["patient"] if "patient" in self.table.columns else None
        refused = [False] * len(odd)
        said: dict[tuple[object, ...], str | None] = {}
        for place in odd.arg_true().to_list():
            # A whole column may be in another unit: each value is asked about once.
            of = "" if patients is None or not self.asking.accepting.given else patients[place]
            ends = (low[place], high[place])
            value = Interval(*(Decimal(format(end, ".15g")) for end in ends))
            if (*ends, of) not in said:
                said[(*ends, of)] = self.asking.doubt(
                    _quantity(fact), value, str(value), unit=fact.entry.unit, patient=str(of)
                )
            told = said[(*ends, of)]
            if told is not None:
                refused[place] = True
                self.faults.append(Fault(rows[place], next(iter(names)), str(value), told))
        where = pl.Series(refused)
        return hidden(low, where), hidden(high, where)

    def _ranges(self, fact: Fact) -> tuple[pl.Series, pl.Series]:
        """Return the bounds of numbers written as texts: ``5``, ``<5``, ``2-5``, ``>60``."""
        column = self.table[fact.id]
        bounds: dict[str, tuple[float, float]] = {}
        wrong: dict[str, str] = {}
        for text in column.unique().drop_nulls():
            try:
                value = fact.parse(text)
            except ValueProblem as problem:
                wrong[text] = problem.expected
                continue
            if isinstance(value, Interval):
                bounds[text] = (float(fact.kept(value.low)), float(fact.kept(value.high)))
        low, high = (
            column.replace_strict(
                {text: ends[end] for text, ends in bounds.items()},
                default=None,
                return_dtype=pl.Float64,
            )
            for end in (0, 1)
        )
        if wrong:
            bad = column.is_in(list(wrong)).fill_null(False)
            rows = (
                self.table[ROW] if ROW in self.table.columns else pl.int_range(len(bad), eager=True)
            )
            for row, cell in zip(rows.filter(bad), column.filter(bad), strict=True):
                self.faults.append(Fault(row, fact.id, str(cell), wrong[cell]))
        return low, high

    def _measured(self, fact: Fact, name: str) -> pl.Series:
        """Return a number on a fine step of its fact, free of binary noise."""
        column = self.table[name]
        if not (column.dtype.is_numeric() or column.dtype == pl.String):
            return self._nothing(name, pl.Float64)
        value = column.cast(pl.Float64, strict=False)
        if column.dtype == pl.String:
            value = self._unread(name, value, lambda cell: no_one_number(fact, cell))
        value = rounded(fact, value)
        assert fact.entry.range is not None
        least, greatest = (float(end) for end in fact.entry.range)
        return self._fault(name, ~value.is_between(least, greatest), value)

    def _enum(self, fact: Fact) -> pl.Series:
        """Return the bits of what each cell says: a word, or several with a mark between them."""
        column, kind = self.table[fact.id], mask_type(fact)
        bits = self.bits.get(fact.id)
        if bits is not None:
            value = gathered(bits, column.to_physical())
            # What holds of the words of a type holds of every cell: nothing has to be looked for.
            if bits.has_nulls() or (bits == all_bits(fact)).any():
                value = _without_all(fact, self._unread(fact.id, value))
            return value
        if column.dtype == kind:
            wrong = (column == 0) | (column > bits_of(fact, fact.members))
            return _without_all(fact, self._fault(fact.id, wrong, column))
        if column.dtype == pl.Null:
            return column.cast(kind)
        if column.dtype == pl.List(pl.String):
            column = column.list.join(SEPARATOR)
        elif column.dtype != pl.String:
            column = column.cast(pl.String, strict=False)
        words = column.unique().drop_nulls()
        bits = pl.Series([self._meant(fact, word) for word in words], dtype=kind)
        value = column.replace_strict(words, bits, default=None, return_dtype=kind)
        return _without_all(fact, self._unread(fact.id, value))

    def _meant(self, fact: Fact, text: str) -> int | None:
        """Return the bits of a cell: of ids, and else of words that mean one value each."""
        found = _bits(fact, text)
        if found is not None or self.words is None:
            return found
        meanings = self.words.of(fact.id)
        meant = [meanings.read(part.strip()) for part in text.split(SEPARATOR)]
        if None in meant:
            return None
        said = SEPARATOR.join(filter(None, meant))
        self.readings.setdefault(fact.id, {})[text] = said
        return _bits(fact, said)

    def _flagged(self, name: str, column: pl.Series) -> pl.Series:
        """Return a column in which other words for yes and no are true and false."""
        words = self.words
        if words is None:
            return column
        texts = (text for text in column.unique().drop_nulls() if text not in ("true", "false"))
        flags = {text: flag for text in texts if (flag := words.flag(text)) is not None}
        if not flags:
            return column
        said = {text: "true" if flag else "false" for text, flag in flags.items()}
        self.readings.setdefault(name, {}).update(said)
        return column.replace(said)

    def _boolean(self, name: str) -> pl.Series:
        column = self.table[name]
        if column.dtype == pl.Boolean:
            return column
        if column.dtype != pl.String:
            return self._nothing(name, pl.Boolean)
        text = self._flagged(name, column.str.to_lowercase())
        value = hidden(text == "true", ~text.is_in(["true", "false"]))
        return self._unread(name, value)

    def _date(self, fact: Fact) -> dict[str, pl.Series]:
        column = self.table[fact.id]
        if column.dtype == pl.Date:
            odd = self._odd(fact, column, column)
            days = column if odd is None else hidden(column, odd)
            return _dated(fact, days.dt.to_string("%Y-%m-%d"), days, days)
        if column.dtype != pl.String:
            text = self._nothing(fact.id, pl.String)
            return _dated(fact, text, *[text.cast(pl.Null).cast(pl.Date)] * 2)
        first, last = days_of(column)
        text = column
        if first.null_count() != column.null_count():
            text = self._fault(fact.id, column.is_not_null() & first.is_null(), column)
        odd = self._odd(fact, first, last)
        if odd is not None:
            text, first, last = (hidden(one, odd) for one in (text, first, last))
        return _dated(fact, text, first, last)

    def _odd(self, fact: Fact, first: pl.Series, last: pl.Series) -> pl.Series | None:
        """Tell the dates that are likely to be slips, by the age that they make; None: none is."""
        asking, on = self.asking, self.on
        quantity = None if asking is None else asking.plausible.from_date(fact.id)
        if asking is None or on is None or quantity is None:
            return None
        least, most = quantity.bounds()
        # By whole years, a little wider: what lies in between is asked about one by one.
        young = first > on - datetime.timedelta(days=int((least + 1) * _YEAR))
        old = last < on - datetime.timedelta(days=int(most * _YEAR))
        places = (young | old).fill_null(False).arg_true().to_list()
        refused = [False] * len(first)
        rows = self._rows
        for place in places:
            written = str(self.table[fact.id][place])
            told = doubted_birth(asking, quantity.of, written, on, self._patient(place))
            if told is not None:
                refused[place] = True
                self.faults.append(Fault(rows[place], fact.id, written, told))
        return pl.Series(refused) if any(refused) else None

    def _absence(
        self, fact: Fact, absent: str, found: dict[str, pl.Series]
    ) -> dict[str, pl.Series]:
        """Add "not applicable", which a value beside it contradicts."""
        marked = self._boolean(absent).fill_null(False)
        both = marked & found[low_column(fact)].is_not_null()
        if both.any():
            marked = self._fault(absent, both, marked).fill_null(False)
            found = {name: hidden(column, both) for name, column in found.items()}
        return {**found, absent: marked}


def _bits(fact: Fact, text: str) -> int | None:
    """Return the bits of a cell; None if it cannot be read."""
    try:
        value = fact.parse(text)
    except ValueProblem:
        return None
    return all_bits(fact) if value is None else cells(fact, value)[fact.id]  # type: ignore[return-value]


def _without_all(fact: Fact, value: pl.Series) -> pl.Series:
    """Return sets of values in which all that there are is unknown."""
    whole = value == all_bits(fact)
    return hidden(value, whole) if whole.any() else value


def _sources(fact: Fact, given: Collection[str]) -> list[str]:
    """Return the columns of a number in a table: both of its bounds, or one for both."""
    bounds = dict.fromkeys([low_column(fact), high_column(fact)])
    return list(bounds) if len(bounds) == 2 and set(bounds) <= set(given) else [fact.id]


def _is_sound(fact: Fact, schema: Schema, asking: Asking | None = None) -> pl.Expr | None:
    """Return whether a batch gives every number of a fact just as it is stored; None: look closer.

    One question for all numbers of a batch: most tables need nothing more.
    """
    if fact.type != "number":
        return None
    names = _sources(fact, schema)
    if any(schema[name] != pl.Float64() for name in names):
        return None
    assert fact.entry.range is not None
    least, greatest = (float(end) for end in fact.entry.range)
    step, places = as_steps(fact.fine)
    low, high = pl.col(names[0]), pl.col(names[-1])
    ends = [low, high][: len(names)]
    truths = [_on_step(end, step, places) for end in ends]
    truths += [low >= least, high <= greatest]
    quantity = None if asking is None else asking.plausible.get(_quantity(fact))
    if quantity is not None:
        most, fewest = map(float, reversed(quantity.bounds()))
        truths += [high >= fewest, low <= most]
    if len(names) == 2:
        truths += [low <= high, low.is_null() == high.is_null()]
    return pl.all_horizontal(truth.all() for truth in truths)


def _on_step(column: pl.Expr, step: int, places: int) -> pl.Expr:
    """Return whether numbers are whole steps of some size as they are stored."""
    if step == 1:
        # Polars multiplies, rounds and divides as below, four times as fast.
        return column.round(places) == column
    steps = (column * (10**places / step)).round() * step
    return divided(steps, 10**places) == column


def _quantity(fact: Fact) -> str:
    return fact.family or fact.id


def _dated(fact: Fact, *columns: pl.Series) -> dict[str, pl.Series]:
    names = (fact.id, first_day_column(fact), last_day_column(fact))
    return dict(zip(names, columns, strict=True))

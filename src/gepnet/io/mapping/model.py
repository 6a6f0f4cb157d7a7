"""The shape of a mapping file: what each column of somebody's tables says, as data.

A person reads and edits it, so it is flat: one entry a column, which says where its values go, as
``event.field``. An event is a kind of the patient file with its date; several columns that go to
one event make one event of each row.
"""

from __future__ import annotations

from collections.abc import Mapping as Pairs
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from gepnet.knowledge import Document, InputError, Problem, nearest, read_text
from gepnet.knowledge.read import faults
from gepnet.knowledge.yaml_io import read_yaml

#: Of mapping files.
FORMAT = 1
#: Where a column goes that is not used, and whose column the patients are.
NOTHING, PATIENT, PATIENTS = "nothing", "patient", "patients"
#: Where a column goes whose codes say by themselves which facts they are.
CODED = "codes"
Order = Literal["iso", "dmy", "mdy", "ymd"]


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _texts(value: Any) -> Any:
    """Return the keys of a mapping as texts: YAML reads 1 as a number and yes as a truth."""
    if not isinstance(value, dict):
        return value
    return {_said(key): item for key, item in value.items()}


def _said(key: Any) -> str:
    return {True: "true", False: "false"}.get(key, str(key)) if isinstance(key, bool) else str(key)


def _cells(value: Any) -> Any:
    items = [value] if not isinstance(value, list | tuple) else value
    return [_said(item) for item in items]


def _offset(value: Any) -> Any:
    return None if value is None else str(value)


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Cells = Annotated[tuple[str, ...], BeforeValidator(_cells)]
ByText = Annotated[dict[str, Any], BeforeValidator(_texts)]


class Shape(BaseModel):
    """What all parts of a mapping share: no unknown key, and no change after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class EventMap(Shape):
    """One event that a row makes.

    Attributes:
        kind: of the patient file: pathology, treatment, laboratory and so on.
        date: the column of its date; none where it has no date.
        months: the column of its month, where ``date`` is a year alone; ``days`` that of its day.
        when: the event is made only where these columns hold one of these texts.
        unless: the event is not made where these columns hold one of these texts.
        fields: what every event of this kind says, whatever the row.
        join_days: courses of one option that begin at most so many days after the last one are
            one: for tables with a row for each dose. An assumption of the mapping.
    """

    kind: str
    date: str | None = None
    months: str | None = None
    days: str | None = None
    when: Annotated[dict[str, Cells], BeforeValidator(_texts)] = Field(default_factory=dict)
    unless: Annotated[dict[str, Cells], BeforeValidator(_texts)] = Field(default_factory=dict)
    fields: dict[str, Any] = Field(default_factory=dict)
    join_days: int | None = Field(default=None, gt=0)


class ColumnMap(Shape):
    """One column, or several that are read as one: where it goes and how its cells are read.

    Attributes:
        column: its name, or several names whose first cell that says something counts; with
            ``join`` their cells together.
        join: what stands between the cells of several columns that are read as one.
        to: ``event.field``, several of them, ``patient``, ``codes`` or ``nothing``.
        unit: in which its numbers are, as ``mg/dL``.
        unit_column: the column that gives the unit of each row.
        values: what words mean, in words of the vocabulary; null: the cell says nothing. They
            come before everything else.
        otherwise: of words that ``values`` does not have: read them as the vocabulary does,
            pass over them, or quarantine them.
        codes: the list of codes by which its cells are read.
        split: whether a cell may list several codes.
        dates: the order of day and month, where it is another than that of the table.
        days_from: the column of the day that its cells count days from; ``anchor`` for that of
            the table.
        missing: texts that say nothing, besides those of the table.
        confidence: of the suggestion.
        saw: what the suggestion rests on.
    """

    column: Texts
    join: str | None = None
    to: Texts = (NOTHING,)
    unit: str | None = None
    unit_column: str | None = None
    values: ByText = Field(default_factory=dict)
    otherwise: Literal["read", "nothing", "quarantine"] = "read"
    codes: str | None = None
    split: bool = False
    dates: Order | None = None
    days_from: str | None = None
    missing: Cells = ()
    confidence: Literal["high", "medium", "low"] | None = None
    saw: str | None = None

    @property
    def name(self) -> str:
        """The column as messages name it."""
        return (self.join or " / ").join(self.column)


class LongMap(Shape):
    """Rows that say in one column what they are about: a laboratory value, a code.

    Attributes:
        key: the column, or several whose first cell that is known counts.
        value: the column of the value, or several whose first cell that says something counts.
        unit: the column of the unit, or several.
        date: the column of the date, or several.
        keys: what a key means, as ``event.field``; with ``{to:, unit:, values:, value:}`` more.
        codes: a list of codes by which keys are read besides.
        words: whether a key that is not in ``keys`` is read as the vocabulary reads words.
    """

    key: Texts
    value: Texts = ()
    unit: Texts = ()
    date: Texts = ()
    keys: ByText = Field(default_factory=dict)
    codes: str | None = None
    words: bool = True


class TableMap(Shape):
    """One table: how it is read and what its columns say.

    Attributes:
        file: its name, or a pattern such as ``data_timeline_*.txt``; the first that fits counts.
        rows: whether each patient has one row, or several.
        anchor: the column of the day that offsets count from, or that day itself.
        made_up: whether the anchor is a day that was made up: only distances count.
        complete: what is recorded in full, so that what is not there did not happen; say so only
            if it is true.
        only: rows are read only where these columns hold one of these texts; "" is an empty cell.
    """

    file: str = "*"
    sheet: str | None = None
    separator: str | None = None
    encoding: str | None = None
    comment: str | None = None
    rows: Literal["patient", "event"] = "event"
    patient: Texts
    decimal: Literal[".", ",", "auto"] = "auto"
    dates: Order = "iso"
    short_years: bool = False
    missing: Cells = ()
    anchor: Annotated[str | None, BeforeValidator(_offset)] = None
    made_up: bool = False
    region: str | None = None
    complete: Texts = ()
    only: Annotated[dict[str, Cells], BeforeValidator(_texts)] = Field(default_factory=dict)
    events: dict[str, EventMap] = Field(default_factory=dict)
    columns: tuple[ColumnMap, ...] = ()
    long: LongMap | None = None


class Mapping(Shape):
    """A mapping file: the tables of a source, and what each of their columns says."""

    gepnet_mapping: Literal[1] = 1
    title: str | None = None
    note: str | None = None
    source: str | None = None
    locator: str | None = None
    verification: Literal["primary", "secondary", "unverified"] | None = None
    tables: tuple[TableMap, ...] = Field(min_length=1)


def read_mapping(path: Path) -> tuple[Mapping, Document]:
    """Read a mapping file; the document knows the line of each of its keys.

    Raises:
        InputError: with every fault of its shape, each with its line.
    """
    document = read_yaml(read_text(path, "mapping file"), str(path))
    if not isinstance(document.data, dict):
        told = "a mapping file: 'gepnet_mapping: 1' and 'tables'"
        raise InputError([Problem(str(path), 1, "", "", "", told)])
    if "gepnet_mapping" not in document.data:
        near = nearest("gepnet_mapping", document.data)
        told = "'gepnet_mapping: 1' at the top of a mapping file"
        raise InputError([Problem(str(path), 1, "", "gepnet_mapping", "", told, near)])
    try:
        return Mapping.model_validate(document.data), document
    except ValidationError as error:
        found = faults(error, Mapping, document.data, str(path), document.line)
        raise InputError(found) from error


def targets(column: ColumnMap) -> list[tuple[str, str]]:
    """Return the events and fields that a column goes to."""
    pairs = (to.partition(".") for to in column.to if to not in (NOTHING, PATIENT, CODED))
    return [(event, field) for event, _, field in pairs]


def kind_of(table: TableMap, event: str) -> str:
    """Return the kind of an event by its name in a table: that of the entry, or the name."""
    found = table.events.get(event)
    return event if found is None else found.kind


def as_given(pairs: Pairs[str, Any], text: str) -> tuple[bool, Any]:
    """Return whether a mapping of words has a text, whatever its case, and what it means."""
    if text in pairs:
        return True, pairs[text]
    folded = text.casefold()
    for key, value in pairs.items():
        if key.casefold() == folded:
            return True, value
    return False, None

"""Whether a mapping says only what there is: events, fields, units, lists of codes, values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gepnet.io.mapping.cells import CellReaders
from gepnet.io.mapping.model import (
    CODED,
    NOTHING,
    PATIENT,
    PATIENTS,
    ColumnMap,
    Mapping,
    TableMap,
    kind_of,
)
from gepnet.io.mapping.words import VOCABULARY, code_list
from gepnet.knowledge import Document, InputError, Problem, nearest, refuse_all
from gepnet.knowledge.yaml_io import Path
from gepnet.record import EVENT_MODELS, UNWRITTEN, Observation
from gepnet.vocabulary import Accepting, ValueProblem, Vocabulary

_HEAD = ("region", "as_of", "title", "source", "complete")


def check_mapping(mapping: Mapping, document: Document, vocabulary: Vocabulary) -> None:
    """Refuse a mapping that names what there is not.

    Raises:
        InputError: with every fault, each with its line and the nearest name.
    """
    refuse_all(_Checker(mapping, document, vocabulary).problems())


class _Checker:
    def __init__(self, mapping: Mapping, document: Document, vocabulary: Vocabulary) -> None:
        self.mapping, self.document, self.vocabulary = mapping, document, vocabulary
        self.readers = CellReaders(vocabulary, Accepting())

    def problems(self) -> Iterator[Problem]:
        for number, table in enumerate(self.mapping.tables):
            yield from self._table(table, ("tables", number))

    def _fault(self, path: Path, value: object, expected: str, near: str | None = None) -> Problem:
        field = ".".join(str(step) for step in path if not isinstance(step, int))
        file, line = self.document.file, self.document.line(path)
        return Problem(file, line, "", field, str(value), expected, near)

    def _one_of(
        self, path: Path, name: str, known: Sequence[str], shown: str = ""
    ) -> Iterator[Problem]:
        if name not in known:
            told = f"one of {', '.join(known)}"
            yield self._fault(path, shown or name, told, nearest(name, known))

    def _table(self, table: TableMap, path: Path) -> Iterator[Problem]:
        domains = {f.entry.complete for f in self.vocabulary.values() if f.entry.complete}
        for domain in table.complete:
            name = domain.partition("=")[0]
            yield from self._one_of((*path, "complete"), name, sorted(domains), domain)
        for name, event in table.events.items():
            here = (*path, "events", name)
            if event.kind not in self._kinds():
                yield from self._one_of((*here, "kind"), event.kind, self._kinds())
                continue
            for field, value in event.fields.items():
                yield from self._field(event.kind, field, (*here, "fields", field), name)
                yield from self._value(table, event.kind, field, value, (*here, "fields", field))
        for place, column in enumerate(table.columns):
            yield from self._column(table, column, (*path, "columns", place))
        if table.long is not None:
            for key, said in table.long.keys.items():
                yield from self._key(table, said, (*path, "long", "keys", key))
            if table.long.codes:
                yield from self._codes(table.long.codes, (*path, "long", "codes"))

    def _column(self, table: TableMap, column: ColumnMap, path: Path) -> Iterator[Problem]:
        if column.codes:
            yield from self._codes(column.codes, (*path, "codes"))
        if CODED in column.to and not column.codes:
            yield self._fault((*path, "codes"), "", "the list by which the codes are read")
        for to in column.to:
            if to in (NOTHING, PATIENT, CODED):
                continue
            event, dot, field = to.partition(".")
            kind = kind_of(table, event)
            here = (*path, "to")
            if kind not in self._kinds():
                known = [*table.events, *self._kinds()]
                told = "an event of this table or a kind, and a field, as pathology.ki67_percent"
                yield self._fault(here, to, told, nearest(event, known))
                continue
            if not dot:
                yield self._fault(here, to, "an event and a field, as pathology.ki67_percent")
                continue
            found = list(self._field(kind, field, here, event))
            yield from found
            if found:
                continue
            fact = self.vocabulary.get(field)
            if column.unit and fact is not None and fact.entry.unit != column.unit:
                yield from self._unit(column.unit, field, (*path, "unit"))
            for word, value in column.values.items():
                if value is not None:
                    yield from self._value(table, kind, field, value, (*path, "values", word))

    def _unit(self, unit: str, field: str, path: Path) -> Iterator[Problem]:
        from gepnet.vocabulary.units import UnitProblem

        fact = self.vocabulary[field]
        try:
            fact.units.read(unit, field, fact.entry.unit)
        except UnitProblem as fault:
            told = f"a unit of {field} ({fact.entry.unit}): {fault}"
            yield self._fault(path, unit, told, fault.suggestion)

    def _key(self, table: TableMap, said: object, path: Path) -> Iterator[Problem]:
        if said is None or said == NOTHING:
            return
        if isinstance(said, str):
            said = {"to": said}
        if not isinstance(said, dict):
            yield self._fault(path, said, "event.field, or 'to', 'unit', 'values', 'facts'")
            return
        known = ("to", "unit", "values", "facts", "not_gep")
        for name in said:
            yield from self._one_of((*path, name), name, known)
        for to in [said.get("to"), *(said.get("facts") or {})]:
            if to is None:
                continue
            kind, _, field = str(to).partition(".")
            if kind not in self._kinds():
                near = nearest(kind, self._kinds())
                yield self._fault(path, to, "a kind of event and a field", near)
                continue
            yield from self._field(kind, field, path, kind)
        if said.get("unit") and said.get("to"):
            field = str(said["to"]).partition(".")[2]
            if field in self.vocabulary and self.vocabulary[field].entry.unit != said["unit"]:
                yield from self._unit(said["unit"], field, (*path, "unit"))

    def _codes(self, name: str, path: Path) -> Iterator[Problem]:
        if name == VOCABULARY:
            return
        try:
            code_list(name)
        except InputError as error:
            problem = error.problems[0]
            yield self._fault(path, name, problem.expected, problem.nearest)

    def _kinds(self) -> list[str]:
        return [PATIENTS, *EVENT_MODELS, *self.vocabulary.event_kinds()]

    def _field(self, kind: str, field: str, path: Path, event: str) -> Iterator[Problem]:
        own: list[str] = list(_HEAD)
        if kind != PATIENTS:
            model = EVENT_MODELS.get(kind, Observation)
            own = [name for name in model.model_fields if name not in {"kind", "id", *UNWRITTEN}]
        facts = () if kind == PATIENTS else self.vocabulary.of_event(kind)
        if field in own or field in facts:
            return
        fact = self.vocabulary.get(field)
        if fact is not None and fact.entry.event:
            yield self._fault(path, f"{event}.{field}", f"this fact in an event of kind "
                              f"'{fact.entry.event}'", f"{fact.entry.event}.{field}")  # fmt: skip
            return
        near = nearest(field, [*own, *facts]) or self.vocabulary.nearest(field)
        yield self._fault(path, f"{event}.{field}", f"a field or fact of '{kind}' events", near)

    def _value(
        self, table: TableMap, kind: str, field: str, value: object, path: Path
    ) -> Iterator[Problem]:
        column = ColumnMap(column=("constant",), to=(f"{kind}.{field}",))
        said = "true" if value is True else "false" if value is False else value
        text = ";".join(map(str, said)) if isinstance(said, list) else str(said)
        try:
            self.readers.reader(table, column, kind, field)(text, "")
        except ValueProblem as fault:
            yield self._fault(path, text, fault.expected, fault.suggestion)

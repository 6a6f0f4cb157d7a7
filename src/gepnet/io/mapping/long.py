"""Tables with a row for each value: a column says what the value is of."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from gepnet.io.mapping.cells import CellReaders, Reader, word_of
from gepnet.io.mapping.columns import Values, lines_of, texts_of, values_of
from gepnet.io.mapping.found import DATE, FILE, LINE, PATIENT_COLUMN, Found, Unused
from gepnet.io.mapping.model import ColumnMap, LongMap, TableMap, as_given
from gepnet.io.mapping.words import VOCABULARY, code_list, missing
from gepnet.record import EVENT_MODELS
from gepnet.record.spelling import says_unit
from gepnet.tables import ROW_LINE
from gepnet.vocabulary import ValueProblem, Vocabulary
from gepnet.vocabulary.words import OPTION


@dataclass(frozen=True)
class Key:
    """What the rows of one key say.

    Attributes:
        to: the kind of event and the field that the value goes to; none where only ``facts`` are
            said.
        unit: of the values, where no column says it.
        values: what words mean, before all else.
        facts: what the key itself says, whatever the value.
        not_gep: what the key says the tumour is, if it is no GEP-NET.
        only: texts of the value of which the key is said at all.
    """

    to: tuple[str, str] | None = None
    unit: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    not_gep: str | None = None


@dataclass(frozen=True)
class LongReader:
    """Reads the rows of a long table; ``found`` takes what came of them."""

    table: TableMap
    long: LongMap
    readers: CellReaders
    file: str
    found: Found

    def read(self, frame: pl.DataFrame, patients: pl.Series, dates: Values) -> None:
        """Read rows."""
        work = frame.with_columns(patients.alias("__patient"), dates.values.alias("__date"))
        work = work.with_columns(
            texts_of(frame, self.long.value).alias("__value"),
            texts_of(frame, self.long.unit).alias("__unit"),
        )
        work = work.filter(~dates.faulty())
        keyed, meant, unknown = self._keys(work)
        self._tell_unknown(keyed, unknown)
        parts: dict[str, list[pl.DataFrame]] = {}
        for text, key in meant.items():
            rows = keyed.filter(pl.col("__key") == text)
            for kind, made in self._said(rows, key, text):
                parts.setdefault(kind, []).append(made)
        for kind, made_parts in parts.items():
            self._merge(kind, pl.concat(made_parts, how="diagonal"))

    # Keys ----------------------------------------------------------------------------------------

    def _keys(self, work: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, Key], dict[str, str]]:
        """Return the rows with the first key that is known, what keys mean, and unknown ones."""
        names = [name for name in self.long.key if name in work.columns]
        meant: dict[str, Key] = {}
        unknown: dict[str, str] = {}
        chosen = pl.lit(None, dtype=pl.String)
        for name in names:
            for text in work[name].unique(maintain_order=True).drop_nulls():
                if text in meant or text in unknown:
                    continue
                key, near = self._key(text)
                if key is None:
                    unknown[text] = near
                else:
                    meant[text] = key
            known = pl.col(name).is_in([text for text in work[name].unique() if text in meant])
            chosen = pl.coalesce(chosen, pl.when(known).then(pl.col(name)))
        shown = pl.coalesce(names) if names else pl.lit(None, dtype=pl.String)
        keyed = work.with_columns(chosen.alias("__key"), shown.alias("__shown"))
        return keyed, meant, unknown

    def _key(self, text: str) -> tuple[Key | None, str]:
        """Return what a key means; None and the nearest that there is if it means nothing."""
        vocabulary = self.readers.vocabulary
        given, said = as_given(self.long.keys, text)
        if given:
            return self._given(said), ""
        if text.casefold() in missing():
            return None, ""
        if self.long.codes:
            found = _coded(self.long.codes, text, vocabulary)
            if found is not None:
                return found, ""
        if self.long.words:
            target = fact_called(text, vocabulary)
            if target is not None:
                return Key(target), ""
            option = vocabulary.words.of(OPTION).read(text)
            if option is not None and not self.long.value:
                return Key(facts={"treatment.option": option}), ""
        return None, vocabulary.words.likely_fact(text) or ""

    def _given(self, said: Any) -> Key | None:
        if said is None or said == "nothing":
            return Key()
        if isinstance(said, str):
            return Key(_target(said))
        to = said.get("to")
        return Key(
            None if to is None else _target(to),
            said.get("unit"),
            {str(k): v for k, v in (said.get("values") or {}).items()},
            said.get("facts") or {},
            said.get("not_gep"),
        )

    def _tell_unknown(self, keyed: pl.DataFrame, unknown: dict[str, str]) -> None:
        rows = keyed.filter(pl.col("__key").is_null())
        columns = (ROW_LINE, "__patient", "__shown")
        name = " / ".join(self.long.key)
        for line, patient, text in rows.select(columns).iter_rows():
            told = "expected a name or code that has a meaning here (keys of the mapping)"
            self._fault(line, patient, name, text or "", told, unknown.get(text or "", ""))

    # Values --------------------------------------------------------------------------------------

    def _said(self, rows: pl.DataFrame, key: Key, text: str) -> list[tuple[str, pl.DataFrame]]:
        """Return the events of the rows of one key."""
        name = " / ".join(self.long.key)
        if key.not_gep:
            for line in rows[ROW_LINE]:
                self.found.other_tumour(line, f"{name} {text} ({key.not_gep})")
            return []
        made: list[tuple[str, pl.DataFrame]] = []
        base = pl.DataFrame(
            {
                PATIENT_COLUMN: rows["__patient"],
                DATE: rows["__date"],
                LINE: rows[ROW_LINE],
                FILE: pl.Series([self.file]).new_from_index(0, len(rows)),
            },
            schema_overrides={DATE: pl.String, FILE: pl.String},
        )
        by_kind: dict[str, dict[str, str]] = {}
        for to, value in key.facts.items():
            kind, _, field_name = to.partition(".")
            by_kind.setdefault(kind, {})[field_name] = word_of(value)
        for kind, constants in by_kind.items():
            made.append((kind, base.with_columns(pl.lit(v).alias(n) for n, v in constants.items())))
        if key.to is not None:
            kind, field_name = key.to
            column = ColumnMap(
                column=self.long.value or (text,), to=(".".join(key.to),), values=key.values
            )
            read = self._measured(self.readers.reader(self.table, column, kind, field_name), key)
            values = values_of(rows["__value"], rows["__unit"], read)
            self._tell(values, rows, text)
            filled = base.with_columns(values.values.alias(field_name))
            made.append((kind, filled.filter(pl.col(field_name).is_not_null())))
            self._tell_silent(values, rows, text)
        return [(kind, part) for kind, part in made if len(part)]

    def _measured(self, read: Reader, key: Key) -> Reader:
        """Return a reader that takes a number only with its unit: from the row, key or cell."""
        assert key.to is not None
        fact = self.readers.vocabulary.get(key.to[1])
        if fact is None or fact.type != "number":
            return lambda text, unit: read(text, "")

        def checked(text: str, unit: str) -> str | None:
            said = unit or key.unit or ""
            if not said and not says_unit(fact, text) and text.casefold() not in missing():
                known = f"{fact.entry.unit} or another unit of {fact.id}"
                raise ValueProblem(text, f"a unit beside the value ({known})")
            return read(text, said)

        return checked

    def _tell(self, values: Values, rows: pl.DataFrame, key: str) -> None:
        for said, fault in values.faults.items():
            where = values.texts == said
            found = zip(lines_of(rows, where), rows["__patient"].filter(where), strict=True)
            for line, patient in found:
                told = f"expected {fault.expected}"
                shown = " ".join(said.split("\x1e")).strip()
                self._fault(line, patient, key, shown, told, fault.suggestion or "")

    def _tell_silent(self, values: Values, rows: pl.DataFrame, key: str) -> None:
        """Tell the rows that say nothing: they are counted, and nothing came of them."""
        silent = values.values.is_null() & ~values.faulty()
        for line, patient, value in zip(
            lines_of(rows, silent),
            rows["__patient"].filter(silent),
            rows["__value"].filter(silent),
            strict=True,
        ):
            self._fault(line, patient, key, value or "", "expected a value: the cell says nothing")

    def _merge(self, kind: str, made: pl.DataFrame) -> None:
        """Make one event of the values of a patient, a day and a kind that only observes.

        A second value of the same fact on the day is an event of its own.
        """
        own = [PATIENT_COLUMN, DATE, FILE]
        fields = [name for name in made.columns if name not in (*own, LINE)]
        if kind in EVENT_MODELS:
            self.found.events.append((kind, made))
            return
        made = made.sort(LINE, maintain_order=True)
        turn = pl.max_horizontal(
            pl.when(pl.col(n).is_not_null()).then(
                pl.col(n).is_not_null().cum_sum().over(PATIENT_COLUMN, DATE)
            )
            for n in fields
        )
        numbered = made.with_columns(turn.alias("__turn"))
        groups = [*own, "__turn"]
        whole = numbered.group_by(groups, maintain_order=True).agg(
            pl.col(LINE).min().alias(LINE), *(pl.col(n).drop_nulls().first() for n in fields)
        )
        first = whole.select(*groups, pl.col(LINE).alias("__of"))
        lines = numbered.select(*groups, LINE).join(first, on=groups, nulls_equal=True)
        self.found.merged.append((kind, lines.select(LINE, "__of")))
        self.found.events.append((kind, whole.drop("__turn")))

    def _fault(
        self, line: int, patient: str, column: str, value: str, reason: str, near: str = ""
    ) -> None:
        told = Unused(self.file, line, patient, column, value, reason, near, "row")
        self.found.faults.append(told)


def fact_called(text: str, vocabulary: Vocabulary) -> tuple[str, str] | None:
    """Return the kind of event and the fact that a name means, if it means one."""
    recorded = [fact.id for fact in vocabulary.values() if fact.entry.event]
    name = text if text in recorded else vocabulary.words.fact(text, recorded)
    return None if name is None else (str(vocabulary[name].entry.event), name)


def _coded(name: str, text: str, vocabulary: Vocabulary) -> Key | None:
    if name == VOCABULARY:
        return _of_vocabulary(text, vocabulary)
    code = code_list(name).find(text)
    if code is None:
        return None
    if code.not_gep:
        return Key(not_gep=code.label or code.not_gep)
    to = code.means.get("value")
    facts = {key: value for key, value in code.means.items() if key not in ("value", "unit")}
    return Key(None if to is None else _target(str(to)), code.means.get("unit"), {}, facts)


def _of_vocabulary(text: str, vocabulary: Vocabulary) -> Key | None:
    """Return the fact that has a code of LOINC, perhaps behind the name of the system."""
    code = re.split(r"[ |]", text.strip())[-1]
    for fact in vocabulary.values():
        if fact.entry.event and any(
            one.system == "LOINC" and one.code == code for one in fact.entry.codes
        ):
            return Key((str(fact.entry.event), fact.id))
    return None


def _target(to: str) -> tuple[str, str]:
    kind, _, name = to.partition(".")
    return kind, name

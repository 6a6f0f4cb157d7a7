"""Suggest a mapping for a table: for each column what it may be, how sure that is, and why.

A suggestion is read and edited by a person. It never hides what it did not understand: every column
has an entry, and one that is not used says what was seen in it.
"""

from __future__ import annotations

from typing import Any

from gepnet.io.mapping.guess import guess, icd_o_3, lists_sites, organ_of
from gepnet.io.mapping.headers import header_of, is_called, part_of
from gepnet.io.mapping.long import fact_called
from gepnet.io.mapping.model import CODED, NOTHING, Order
from gepnet.io.mapping.seen import Seen, has_decimal_comma, order_of, seen
from gepnet.io.mapping.suggest_treatments import HALF, MOSTLY, Suggested, TreatmentSuggester
from gepnet.io.mapping.words import words
from gepnet.tables import Sheet
from gepnet.vocabulary import Vocabulary
from gepnet.vocabulary.words import fold


def suggest_table(
    sheet: Sheet, vocabulary: Vocabulary, file: str, labels: dict[str, str] | None = None
) -> Suggested:
    """Return what the columns of a table most likely are.

    Args:
        sheet: the table.
        vocabulary: the facts.
        file: the name of the table in the mapping.
        labels: what columns are called besides their names.
    """
    return _Suggester(sheet, vocabulary, file, labels or {}).run()


class _Suggester(TreatmentSuggester):
    def __init__(
        self, sheet: Sheet, vocabulary: Vocabulary, file: str, labels: dict[str, str]
    ) -> None:
        super().__init__(vocabulary)
        self.sheet = sheet
        self.seen = seen(sheet.columns, sheet.names, labels)
        order, short, told = order_of(self.seen)
        self.order: Order = order
        patient = self._patient()
        self.patient = patient
        self.made = Suggested({"file": file, "patient": patient.name if patient else "?"})
        head = self.made.head
        unique = patient is not None and patient.is_unique and patient.filled == patient.rows
        head["rows"] = "patient" if unique else "event"
        head["dates"] = order
        if short:
            head["short_years"] = True
            self.made.notes.append("years of two digits are taken as the last such year")
        if told:
            self.made.notes.append(told)
        head["decimal"] = "," if has_decimal_comma(self.seen) else "auto"
        self.dates: dict[str, str] = {}  # kind of event: column of its date
        self.visit: str | None = None

    def run(self) -> Suggested:
        if self.patient is None:
            self.made.notes.append("no column says whose row it is: write its name at 'patient'")
        left = [c for c in self.seen if c is not self.patient]
        if not self._long(left):
            left = self._days(left)
            left = self._treatments(left)
            for column in left:
                self._fact(column)
            self._date_events()
        self._order_columns()
        return self.made

    # Whose row it is -----------------------------------------------------------------------------

    def _patient(self) -> Seen | None:
        named = [c for c in self.seen if c.filled and is_called(c.name, words().patient)]
        exact = [fold(word) for word in words().patient]
        named.sort(key=lambda c: exact.index(fold(header_of(c.name).text))
                   if fold(header_of(c.name).text) in exact else len(exact))  # fmt: skip
        if named:
            return named[0]
        keys = [c for c in self.seen if c.is_unique and c.filled == c.rows and c.rows > 1]
        return keys[0] if keys and self.seen and keys[0] is self.seen[0] else None

    # A row for each value ------------------------------------------------------------------------

    def _long(self, left: list[Seen]) -> bool:
        """Suggest a table with a row for each value, if there is a column of names of facts."""
        if self.patient is None or self.made.head["rows"] == "patient":
            return False
        values = [c for c in left if is_called(c.name, words().value)]
        keys = []
        for column in left:
            known = column.share(lambda text: fact_called(text, self.vocabulary) is not None)
            if known >= HALF and column.numeric < 0.1:
                keys.append((is_called(column.name, words().key), known, column))
        if not keys or not values:
            return False
        _, share, key = max(keys, key=lambda one: (one[0], one[1]))
        value = values[0]
        unit = next((c for c in left if is_called(c.name, words().unit)), None)
        date = self._only_date([c for c in left if c not in (key, value, unit)])
        said: dict[str, Any] = {"key": key.name, "value": value.name}
        if unit is not None:
            said["unit"] = unit.name
        if date is not None:
            said["date"] = date.name
            if date.dated("dmy") < HALF and date.numeric >= MOSTLY:
                self._offset(date)
        unknown = [t for t in key.counts if fact_called(t, self.vocabulary) is None]
        said["keys"] = {}
        self.made.long = said
        self.made.notes.append(
            f"a row for each value: '{key.name}' says of what ({share:.0%} of its names are known"
            + (f"; give the others under keys: {', '.join(unknown[:8])})" if unknown else ")")
        )
        used = {c.name for c in (key, value, unit, date) if c is not None}
        for column in left:
            if column.name not in used:
                self._leave(column)
        return True

    def _only_date(self, left: list[Seen]) -> Seen | None:
        dated = [c for c in left if self._is_dated(c)]
        named = [c for c in dated if is_called(c.name, (*words().visit, *words().date))]
        offsets = [c for c in left if is_called(c.name, words().days) and c.numeric >= MOSTLY]
        return next(iter([*named, *dated, *offsets]), None)

    def _offset(self, column: Seen) -> None:
        self.made.head["anchor"] = "2000-01-01"
        self.made.head["made_up"] = True
        saw = [f"days from a day that is not told ({column.told(3)}): day 0 is made up"]
        self._add(column, {"to": NOTHING, "days_from": "anchor"}, "medium", saw)

    # Days ----------------------------------------------------------------------------------------

    def _days(self, left: list[Seen]) -> list[Seen]:
        """Suggest what each column of days is of; return the columns that are none."""
        rest: list[Seen] = []
        for column in left:
            if not self._is_dated(column):
                rest.append(column)
                continue
            if not self._day(column):
                rest.append(column)
        return rest

    def _day(self, column: Seen) -> bool:
        saw = [f"{column.filled} dates"]
        for target, names in words().days_of.items():
            if is_called(column.name, names) or (column.label and is_called(column.label, names)):
                self._add(column, {"to": target}, "high", saw)
                return True
        if self._treatment_part(column) is not None:
            return False
        dated = part_of(column.name, {"date": words().date})
        bare = dated[1] if dated else column.name
        for text in dict.fromkeys([bare, column.name]):
            kind = self._kind_called(text)
            if kind is not None and kind not in self.dates:
                self.dates[kind] = column.name
                self._add(column, {"to": NOTHING}, "high", [*saw, f"the date of the {kind}"])
                return True
        if is_called(column.name, words().visit) and self.visit is None:
            self.visit = column.name
            self._add(
                column, {"to": NOTHING}, "medium", [*saw, "the date of events without their own"]
            )
            return True
        fact = guess(column, self.vocabulary)
        if fact is not None and fact.fact.type == "date":
            return False
        self._add(column, {"to": NOTHING}, "low", [*saw, "a date, of what is not known"])
        return True

    def _kind_called(self, text: str) -> str | None:
        for kind, names in words().events.items():
            if is_called(text, names):
                return kind
        parts = header_of(text).words()
        for kind, names in words().events.items():
            if any(fold(part) in {fold(n) for n in names} for part in parts):
                return kind
        return None

    # Facts ---------------------------------------------------------------------------------------

    def _fact(self, column: Seen) -> None:
        head = header_of(column.name)
        sites = part_of(head.bare, {"sites": words().sites})
        # A header that names one organ is that organ: 'SI' below it is Italian for yes.
        named = guess(column, self.vocabulary)
        is_one = named is not None and named.sure > 0.9
        if sites is not None and not is_one and column.counts and lists_sites(column):
            saw = [f"organs such as {column.told()}", "an organ that is not named may be free"]
            coded = {"to": CODED, "codes": "metastatic_sites", "split": True}
            self._add(column, coded, "high", saw)
            return
        codes = icd_o_3(column)
        if codes is not None:
            saw = [f"codes of ICD-O-3, {column.filled} of them"]
            self._add(column, {"to": CODED, "codes": codes}, "high", saw)
            return
        found = guess(column, self.vocabulary)
        organ = (
            None if found is not None and found.sure > 0.9 else organ_of(column, self.vocabulary)
        )
        if organ is not None:
            to, values = organ
            said: dict[str, Any] = {"to": to, **({"values": values} if values else {})}
            self._add(column, said, "medium", [f"yes and no as {column.told()}"])
            return
        if found is None:
            self._leave(column)
            return
        kind = str(found.fact.entry.event)
        entry: dict[str, Any] = {"to": f"{kind}.{found.fact.id}"}
        if found.fact.id == "region":
            entry["to"] = "patients.region"
        if found.unit and found.unit != found.fact.entry.unit:
            entry["unit"] = found.unit
        if found.values:
            entry["values"] = found.values
        if found.sure < 0.6 and found.read < MOSTLY:
            self._leave(column, f"perhaps {kind}.{found.fact.id}", found)
            return
        self._add(column, entry, found.confidence, found.saw)

    def _date_events(self) -> None:
        """Give every kind of event its date: its own column, or that of the visit."""
        kinds: dict[str, None] = {}
        for entry in self.entries.values():
            to = str(entry["to"])
            kind = to.partition(".")[0]
            if (
                "." in to
                and kind not in self.made.events
                and kind not in ("death", "last_contact", "patients")
            ):
                kinds[kind] = None
            if entry.get("codes") == "metastatic_sites":
                kinds["stage"] = None
        for kind in kinds:
            date = self.dates.get(kind) or self.visit
            if date is None and kind in ("stage", "sstr_imaging"):
                date = self.dates.get("morphological_imaging")
            if date is not None and kind not in ("demographics",):
                self.made.events[kind] = {"kind": kind, "date": date}
            elif kind not in ("demographics", "diagnosis", "access"):
                self.made.notes.append(
                    f"{kind}: no column was taken for its date, so its values are undated"
                )

    def _order_columns(self) -> None:
        self.made.columns = [self.entries[c.name] for c in self.seen if c.name in self.entries]

"""The treatments of a table: a column for each, or columns for its drug, days and outcome."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from gepnet.io.mapping.guess import Guess, guess
from gepnet.io.mapping.headers import header_of, is_called, line_of, part_of
from gepnet.io.mapping.model import NOTHING, Order
from gepnet.io.mapping.seen import Seen, flags
from gepnet.io.mapping.words import words
from gepnet.vocabulary import Vocabulary
from gepnet.vocabulary.words import OPTION

#: Which share of cells is most of them, and which is enough.
MOSTLY, HALF = 0.8, 0.5
_ORDER: tuple[Order, ...] = ("iso", "dmy", "mdy")


@dataclass
class Suggested:
    """A mapping of one table in the making.

    Attributes:
        head: how the table is read.
        events: by name.
        columns: an entry for each column of the table.
        long: for a table with a row for each value.
        notes: what a person has to look at.
    """

    head: dict[str, Any]
    events: dict[str, dict[str, Any]] = field(default_factory=dict)
    columns: list[dict[str, Any]] = field(default_factory=list)
    long: dict[str, Any] | None = None
    notes: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """Return the table as an entry of a mapping file."""
        found = dict(self.head)
        if self.events:
            found["events"] = self.events
        found["columns"] = self.columns
        if self.long:
            found["long"] = self.long
        return found


def without_dose(text: str) -> str:
    """Return the name of a drug without the dose behind it, as in ``lanreotide 120 mg``."""
    return _DOSE.sub("", text).strip() or text


_DOSE = re.compile(r"[\s,]+\d+([.,]\d+)?\s*(mg|mcg|µg|g|GBq)\b.*$", re.IGNORECASE)


class TreatmentSuggester:
    """Suggests what columns about treatments are, and keeps an entry for each column."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Begin without an entry."""
        self.vocabulary = vocabulary
        self.made = Suggested({})
        self.entries: dict[str, dict[str, Any]] = {}

    def _is_dated(self, column: Seen) -> bool:
        return (
            bool(column.counts)
            and max(column.dated(o) for o in _ORDER) >= MOSTLY
            and (column.numeric < MOSTLY or max(len(t) for t in column.counts) >= 4)
            and not self._is_count(column)
        )

    def _is_count(self, column: Seen) -> bool:
        """Whether the cells are small or large numbers and no years."""
        years = [n for n in column.numbers if 1900 <= n <= 2100 or n > 18_000_000]
        return (
            bool(column.numbers) and column.numeric >= MOSTLY and len(years) < len(column.numbers)
        )

    def _treatment_part(self, column: Seen) -> tuple[str, str, str | None] | None:
        """Return group, field and option of a column that is about a treatment."""
        parts = {**words().treatment}
        parts["start"] = (*words().start, *parts["start"])
        parts["stop"] = (*words().stop, *parts["stop"])
        head = header_of(column.name)
        text = head.bare
        every = [name for names in parts.values() for name in names]
        inside = [one for one in head.brackets if is_called(one, every)]
        if inside:  # as in 'PRRT (n. cycles)'
            text = f"{text} {inside[0]}"
        part: str | None = None
        rest = text
        dated = part_of(rest, {"date": words().date})
        is_day = dated is not None and self._is_dated(column)
        if is_day and dated is not None:
            rest = dated[1]
        said = {name: names for name, names in parts.items() if name != "option"}
        named = part_of(rest, said) or part_of(rest, {"option": parts["option"]})
        whole = self._option(rest)
        if whole is None and named is not None:
            part, rest = named
        option = whole or self._option(rest)
        number = line_of(text)
        if number is None and part is not None and rest.strip().isdigit():
            number = int(rest)
        if option is not None:
            return option, part or ("start" if is_day else ""), option
        if number is not None:
            if part in (None, "option"):
                part = "option"
            return f"line_{number}", "start" if part == "option" and is_day else part, None
        if part in ("start", "stop") and not rest.strip():
            named_so = is_called(text, words().treatment[part])
            return ("treatment", part, None) if named_so else None
        if part is not None and (not rest.strip() or is_called(rest, parts["option"])):
            return "treatment", part, None
        return None

    def _option(self, text: str) -> str | None:
        """Return the treatment that a text names; tests and follow-up are none."""
        found = self.vocabulary.words.of(OPTION).read(text) if text.strip() else None
        if found is None or self.vocabulary.options[found].kind != "treatment":
            return None
        return found

    def _treatments(self, left: list[Seen]) -> list[Seen]:
        groups: dict[str, list[tuple[Seen, str, str | None]]] = {}
        rest: list[Seen] = []
        for column in left:
            found = None
            known = guess(column, self.vocabulary)
            if known is None or known.sure < 0.94 or known.fact.family:
                found = self._treatment_part(column)
            if found is None:
                rest.append(column)
            else:
                groups.setdefault(found[0], []).append((column, found[1], found[2]))
        for name, columns in groups.items():
            rest += self._treatment(name, columns)
        return rest

    def _treatment(self, name: str, columns: list[tuple[Seen, str, str | None]]) -> list[Seen]:
        """Suggest one event of treatment; return the columns that are no part of it."""
        event: dict[str, Any] = {"kind": "treatment"}
        option = next((o for _, _, o in columns if o is not None), None)
        meanings = self.vocabulary.words.of(OPTION)
        left: list[Seen] = []
        made: list[tuple[Seen, dict[str, Any], str, list[str]]] = []
        for column, part, _ in columns:
            meant = flags(column, self.vocabulary)
            named = column.share(lambda text: meanings.read(without_dose(text)) is not None)
            if part in ("", "option") and option is None and named >= 0.4:
                odd = [t for t in column.counts if meanings.read(t) is None]
                dosed = {t: found for t in odd if (found := self._option(without_dose(t)))}
                odd = [t for t in odd if t not in dosed]
                told = [f"treatments such as {column.told()}"]
                if dosed:
                    told.append(f"doses are left out: {', '.join(map(repr, list(dosed)[:6]))}")
                if odd:
                    near = [f"'{t}'" + (f" ({meanings.suggest(t)}?)" if meanings.suggest(t) else "")
                            for t in odd[:6]]  # fmt: skip
                    told.append(f"not understood, to be added to values: {', '.join(near)}")
                sure = "high" if named >= MOSTLY else "medium"
                entry = {"to": f"{name}.option", **({"values": dosed} if dosed else {})}
                made.append((column, entry, sure, told))
            elif part == "" and option is not None and named >= HALF and meant is None:
                made.append(
                    (
                        column,
                        {"to": f"{name}.option"},
                        "high",
                        [f"treatments such as {column.told()}"],
                    )
                )
            elif part == "" and meant is not None and option is not None:
                yes = [text for text, flag in meant.items() if flag]
                event["when"] = {column.name: yes or ["yes"]}
                shown = " or ".join(map(repr, yes or ["yes"]))
                saw = [f"the {name} is made where it is {shown}"]
                made.append((column, {"to": NOTHING}, "medium", saw))
            elif part in ("", "option") or (part == "" and not column.counts):
                left.append(column)
            else:
                entry, sure, told = self._part(name, part, column)
                made.append((column, entry, sure, told))
        if not any(entry["to"] != NOTHING for _, entry, _, _ in made) and "when" not in event:
            return [*left, *(column for column, *_ in made)]
        has_option = any(entry["to"] == f"{name}.option" for _, entry, _, _ in made)
        if option is not None and not has_option:
            event["fields"] = {"option": option}
        if not has_option and option is None:
            for column, *_ in made:
                self._leave(column, "part of a treatment whose name is in no column")
            return left
        self.made.events[name] = event
        for column, entry, sure, told in made:
            self._add(column, entry, sure, told)
        return left

    def _part(self, name: str, part: str, column: Seen) -> tuple[dict[str, Any], str, list[str]]:
        told = [f"{column.filled} values"]
        entry: dict[str, Any] = {"to": f"{name}.{part}"}
        if part in ("best_response", "stop_reason"):
            meanings = self.vocabulary.words.of(part)
            odd = [t for t in column.counts if meanings.read(t) is None]
            if odd:
                shown = ", ".join(map(repr, odd[:6]))
                told.append(
                    f"not understood, to be added to values ({', '.join(meanings.ids)}): {shown}"
                )
            return entry, "medium" if odd else "high", told
        if part in ("start", "stop") and not self._is_dated(column):
            return (
                {"to": NOTHING},
                "low",
                [*told, f"no dates, though the header speaks of a {part}"],
            )
        if part == "ongoing":
            meant = flags(column, self.vocabulary) or {}
            entry["values"] = {
                t: f for t, f in meant.items() if self.vocabulary.words.flag(t) is None
            }
        return {k: v for k, v in entry.items() if v != {}}, "high", told

    def _leave(self, column: Seen, why: str = "", found: Guess | None = None) -> None:
        saw = [why] if why else []
        if found is not None:
            saw += found.saw
        elif column.counts:
            saw.append(column.shape())
        else:
            saw.append("no cell says anything")
        self._add(column, {"to": NOTHING}, None, saw)

    def _add(
        self, column: Seen, entry: dict[str, Any], confidence: str | None, saw: list[str]
    ) -> None:
        said: dict[str, Any] = {"column": column.name, **entry}
        if confidence:
            said["confidence"] = confidence
        said["saw"] = "; ".join(saw)
        self.entries[column.name] = said

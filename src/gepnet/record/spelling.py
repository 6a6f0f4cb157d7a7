"""What a patient file says in other words than the ids of the vocabulary, read as what it means.

Only a word of one meaning is read (``gepnet.vocabulary.words``), and each reading is told. A number
is taken from a key that does not name its unit only where the value names it, so that nobody's
mg/dL become umol/L in silence.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from gepnet.record.model import EVENT_MODELS
from gepnet.vocabulary import Fact, Vocabulary
from gepnet.vocabulary.words import OPTION, SIGN, fold, without_dose

#: Fields of events that name options, and those that the facts of a therapy have words for.
OPTIONS = ("option", "on")
WORDED = ("best_response", "stop_reason")
SIGNS = ("types", "excluded")
SPELLED = (*OPTIONS, *WORDED, *SIGNS)
_NUMBER = r"\d+(?:[.,]\d+)?"
_MEASURED = re.compile(
    rf"^([<>=≤≥~]*\s*{_NUMBER}(?:\s*[-\u2013]\s*{_NUMBER})?)\s*(?!to\b|e\d)([^\W\d].*|/.*|\[.*)?$"
)
# A dose in milligrams of one administration; per square metre or kilogram it is another thing.
_DOSE = re.compile(r"(?<![\w.,])(\d+(?:[.,]\d{1,2})?)\s*mg\b(?!\s*/)", re.IGNORECASE)
_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}(?!\d))")  # of decimals: three digits may be thousands
_EITHER = re.compile(
    r"\s*[/\u2013-]\s*|\s+(?:or|to)\s+"
)  # between two values of which one is meant
# Units that the name of a fact says anyway, or that are none.
_SAID = ("%", "a", "wk", "/d")


class Speller:
    """Reads the events of one file; ``readings`` are what was read as something else."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Start without readings."""
        self.vocabulary = vocabulary
        self.words = vocabulary.words
        self.readings: list[str] = []

    def kind(self, kind: object, event: str) -> object:
        """Return the kind of event that a word means; the word itself if it means none."""
        if not isinstance(kind, str) or kind in EVENT_MODELS or self.vocabulary.of_event(kind):
            return kind
        own = {fold(name): name for name in EVENT_MODELS}
        found = own.get(fold(kind)) or self.words.of("kind").read(kind)
        return self._told(event, "kind", kind, found)

    def keys(
        self, item: Mapping[str, Any], facts: Mapping[str, Fact], own: Collection[str], event: str
    ) -> dict[str, Any]:
        """Return an event under the names of the vocabulary; what means none keeps its own."""
        if all(key in own or key in facts for key in item):
            return dict(item)  # as most events are
        found: dict[str, Any] = {}
        for key, raw in item.items():
            name = key
            if key not in own and key not in facts and isinstance(key, str):
                meant = self.words.fact(key, facts)
                if meant and meant not in item and says_unit(facts[meant], raw):
                    name = str(self._told(event, "key", key, meant))
            found[name] = raw
        return found

    def together(
        self, item: Mapping[str, Any], facts: Mapping[str, Fact], event: str
    ) -> dict[str, Any]:
        """Return an event with all that its words say; what it says itself of a fact stands."""
        found = dict(item)
        for key, raw in item.items():
            if not isinstance(raw, str) or key not in facts:
                continue
            said = self.words.together(key, raw)
            new = {name: said[name] for name in said if name == key or name not in item}
            if len(new) > 1 and new.keys() <= facts.keys():
                told = ", ".join(f"{name} {value}" for name, value in new.items())
                self.readings.append(f"{event}, {key}: {raw} read as {told}")
                found |= new
        return found

    def value(self, fact: Fact, raw: Any, event: str) -> Any:
        """Return a value as the vocabulary has it; one of no meaning as it is."""
        if isinstance(raw, list):
            return [self.value(fact, item, event) for item in raw]
        if fact.type == "boolean" and isinstance(raw, str):
            flag = self.words.flag(raw)
            return raw if flag is None else flag
        if fact.type == "number":
            return self._number(fact, raw, event)
        if fact.type != "enum" or isinstance(raw, bool) or not isinstance(raw, str | int):
            return raw
        return self._either(fact.id, raw, event) or self._meant(fact.id, raw, fact.id, event)

    def _either(self, fact: str, raw: str | int, event: str) -> list[str] | None:
        """Return the values that one word leaves open, as in ``G1/G2``; None if it is no such."""
        meanings = self.words.of(fact)
        named = _EITHER.split(str(raw).strip())
        if len(named) < 2 or not meanings.ids or meanings.knows(str(raw)):
            return None
        found = [value for part in named if (value := meanings.read(part)) is not None]
        values = list(dict.fromkeys(found))
        if len(found) < len(named) or len(values) < 2:
            return None
        self.readings.append(f"{event}, {fact}: {raw} read as {' or '.join(values)}")
        return values

    def field(self, name: str, raw: Any, event: str) -> Any:
        """Return one of the fields that name options or have words of their own."""
        if isinstance(raw, list | tuple):
            return [self.field(name, item, event) for item in raw]
        if not isinstance(raw, str):
            return raw
        if name in WORDED:
            return self._meant(name, raw, name, event)
        if name in SIGNS:
            return self._meant(SIGN, raw, name, event)
        named = self.words.of(OPTION)
        found = named.read(raw)
        return self._told(event, name, raw, found or named.read(without_dose(raw)))

    def dosed(self, item: Mapping[str, Any], event: str) -> dict[str, Any]:
        """Return a treatment with the dose behind its name, as in ``lanreotide 120 mg``."""
        raw = item.get("option")
        named = self.words.of(OPTION)
        if not isinstance(raw, str) or "dose_mg" in item or named.read(raw) is not None:
            return dict(item)
        doses = _DOSE.findall(raw)
        if len(doses) != 1 or named.read(without_dose(raw)) is None:
            return dict(item)
        dose = float(doses[0].replace(",", "."))
        self.readings.append(f"{event}, option: {raw} read with dose_mg {dose:g}")
        return {**item, "dose_mg": dose}

    def _number(self, fact: Fact, raw: Any, event: str) -> Any:
        """Return a number with its unit apart, and with a point where it has a decimal comma."""
        if isinstance(raw, Mapping):
            value = self._number(fact, raw.get("value"), event)
            return raw if isinstance(value, Mapping) else {**raw, "value": value}
        found = _MEASURED.match(raw.strip()) if isinstance(raw, str) else None
        if found is None or found[2] == fact.entry.unit == "%":
            return raw
        number = _COMMA.sub(".", found[1])
        if "," in number:
            return raw
        if number != found[1]:
            self.readings.append(f"{event}, {fact.id}: {raw} read as {number}")
        return number if found[2] is None else {"value": number, "unit": found[2].strip()}

    def _meant(self, subject: str, raw: object, field: str, event: str) -> object:
        meanings = self.words.of(subject)
        if not meanings.ids:  # a vocabulary of somebody's own
            return raw
        return self._told(event, field, raw, meanings.read(str(raw)))

    def _told(self, event: str, field: str, raw: object, found: str | None) -> object:
        if found is None:
            return raw
        if fold(str(raw)) != fold(found):
            self.readings.append(f"{event}, {field}: {raw} read as {found}")
        return found


def says_unit(fact: Fact, raw: Any) -> bool:
    """Whether a value can stand under a key without a unit: it needs none, or names it."""
    unit = fact.entry.unit
    needs = fact.type == "number" and unit not in _SAID and not str(unit).startswith("{")
    if not needs or isinstance(raw, Mapping):
        return not needs or raw.get("unit") is not None
    found = _MEASURED.match(raw.strip()) if isinstance(raw, str) else None
    return found is not None and found[2] is not None

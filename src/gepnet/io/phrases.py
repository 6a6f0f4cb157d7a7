"""Phrases of published cases that no table holds, read by rules (``knowledge/cases/phrases.yaml``).

A rule reads a part of a phrase, and what no rule reads is told. A part that says no, maybe, or that
something was so before is not read: a wrong fact is worse than a lost one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from gepnet.io.case_file import table
from gepnet.vocabulary import Vocabulary

# "and" and commas join parts; a comma within a number, or a slash, does not.
_PARTS = re.compile(r"\s*(?:;|,(?!\d)|\band\b|\bwith\b|\+)\s*")
_FILLING = re.compile(r"\b(?:the|of|in|on|at|a|an|to|multiple|several|metastas[ei]s|disease)\b|\W+")


# What frames the word for a site, a syndrome or a tracer, and is none of it.
_FRAME = re.compile(
    r"\b(?:primary|tumou?r|NET|neoplasm|syndrome|PET(?:[/-]CT)?|scan|scintigraphy|"
    r"\d+ ?(?:mm|cm))\b",
    re.IGNORECASE,
)


@dataclass
class Reading:
    """What the rules make of one phrase: an entry like those of words.yaml, and the rest.

    ``later`` are fields of the case that the phrase shows to be known only after an operation.
    """

    facts: dict[str, Any] = field(default_factory=dict)
    functioning: dict[str, Any] = field(default_factory=dict)
    signs: list[str] = field(default_factory=list)
    entry: str | None = None
    rest: list[str] = field(default_factory=list)
    later: set[str] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        """Whether no rule read anything."""
        return not (self.facts or self.functioning or self.signs or self.entry or self.later)

    def as_entry(self) -> dict[str, Any]:
        """Return it as an entry of the table of words."""
        told: dict[str, Any] = dict(self.facts)
        if self.functioning:
            told["functioning"] = self.functioning
        if self.signs:
            told["signs"] = self.signs
        if self.later:
            told["arose_later"] = sorted(self.later)
            told["loss"] = "a part is known only after an operation, left out"
        elif self.rest:
            told["loss"] = f"not read: {'; '.join(self.rest)}"
        return told


def read_phrase(
    field_name: str, phrase: str, vocabulary: Vocabulary, operated: bool = False
) -> Reading:
    """Return what the rules of a field make of a phrase.

    Args:
        field_name: of the case file, as in the tables of words.
        phrase: as it is written.
        vocabulary: the facts, and the words for their values.
        operated: whether what an operation found can be known.
    """
    found = Reading()
    for part in _PARTS.split(phrase.replace("_", " ").strip()):
        if part:
            _read_part(field_name, part, vocabulary, operated, found)
    return found


def _read_part(
    field_name: str, part: str, vocabulary: Vocabulary, operated: bool, found: Reading
) -> None:
    hedged = _hedges().search(part) is not None
    left = part
    for rule in _rules().get(field_name, ()):
        if hedged and not rule.get("hedged"):
            continue
        if rule.get("operated") and not operated:
            continue
        later = rule.get("before_operation")
        if later is not None:
            if not operated and rule["compiled"].search(part):
                found.later.update(later)
                return
            continue
        if "asks" in rule:
            value = _asked(rule["asks"], left, vocabulary)
            if value is not None and _agrees(found.facts, {rule["asks"]: value}):
                found.facts[rule["asks"]] = value
                left = ""
            continue
        match = rule["compiled"].search(part if rule.get("looks") else left)
        if match is None or (rule.get("alone") and _compares(left, match)):
            continue
        filled = {name: _filled(value, match) for name, value in rule.get("facts", {}).items()}
        facts = {name: value for name, value in filled.items() if value is not None}
        if not rule.get("wins") and not _agrees(found.facts, facts):
            continue
        found.facts.update(facts)
        found.functioning.update(rule.get("functioning", {}))
        found.signs.extend(rule.get("signs", ()))
        found.entry = found.entry or rule.get("entry")
        if not rule.get("looks"):
            left = left[: match.start()] + " " + left[match.end() :]
    if _FILLING.sub("", left):
        found.rest.append(" ".join(left.split()))


def _asked(subject: str, part: str, vocabulary: Vocabulary) -> str | None:
    """Return the value that a whole part means, without words that only frame it."""
    bare = _FRAME.sub(" ", part)
    meanings = vocabulary.words.of(subject)
    return meanings.read(part) or (meanings.read(bare) if bare.strip() else None)


def _agrees(known: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether nothing that a part says contradicts what another part said."""
    return all(known.get(name, value) == value for name, value in new.items())


def _compares(part: str, match: re.Match[str]) -> bool:
    """Whether a number is one end of a comparison or a range."""
    before, after = part[: match.start(1)].rstrip(), part[match.end(1) :].lstrip()
    return bool(re.search(r"(?:[<>\u2264\u2265-]|than|over|under|above|below|\d|to)$", before)) or (
        after[:1] in "-\u2013"
    )


def _filled(value: Any, match: re.Match[str]) -> Any:
    """Return a value with the groups of a match in it; None where a group is not there."""
    if not isinstance(value, str) or "{" not in value:
        return value
    named = {**{str(n): group for n, group in enumerate(match.groups(), 1)}, **match.groupdict()}
    asked = re.findall(r"\{(\w+)\}", value)
    return None if any(named[name] is None for name in asked) else _put(value, named)


def _put(value: str, named: Mapping[str, str | None]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: str(named[found[1]]), value)


@lru_cache(maxsize=1)
def _hedges() -> re.Pattern[str]:
    return re.compile(re.sub(r"\s+", "", table("phrases")["hedges"]), re.IGNORECASE)


@lru_cache(maxsize=1)
def _rules() -> dict[str, list[dict[str, Any]]]:
    return {name: list(_compiled(rules)) for name, rules in table("phrases")["fields"].items()}


def _compiled(rules: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for rule in rules:
        if "pattern" in rule:
            yield {**rule, "compiled": re.compile(rule["pattern"], re.IGNORECASE)}
        else:
            yield rule

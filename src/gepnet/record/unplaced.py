"""What a patient file holds and the vocabulary has no place for, kept as notes where that is asked.

A file that says ``unplaced: note`` loses nothing: an unknown kind of event, key, value or treatment
becomes a note in the words of the file. What may be a misspelling stays an error, since a fact that
was meant must not end as a note. A domain to which the unplaced thing may belong is no longer
complete: an unknown treatment may be one of those that the domain says were not given.
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from gepnet.record.model import Note
from gepnet.vocabulary import PartialDate, Vocabulary, parse_date
from gepnet.vocabulary.words import fold

#: What a file may say of things without a place.
CHOICES = ("error", "note")
_TREATMENTS = "treatments"
_RESERVED = ("id", "kind", "date", "note", "author", "source", "withdrawn", "text", "of")
# How alike a key is to a known one that it may be a misspelling of.
_ALIKE = 0.8


class Unplaced:
    """Gathers the notes of one file, and the domains that they leave open."""

    def __init__(self, vocabulary: Vocabulary, keeps: bool) -> None:
        """Start empty; without ``keeps`` everything stays an error."""
        self.vocabulary = vocabulary
        self.keeps = keeps
        self.notes: list[Note] = []
        self.open: dict[str, str] = {}  # domains, each with what leaves it open
        self._ids = itertools.count(1)

    def key(self, key: str, known: Iterable[str]) -> bool:
        """Whether a key that no fact has is kept: it is not one that was misspelt."""
        if not self.keeps or key in self.vocabulary:
            return False
        words = self.vocabulary.words
        alike = difflib.get_close_matches(fold(key), [fold(name) for name in known], 1, _ALIKE)
        return not alike and words.likely_fact(key) is None

    def word(self, word: object, subject: str) -> bool:
        """Whether a value, option or kind that is none is kept: it is not one that was misspelt."""
        if not self.keeps or not isinstance(word, str):
            return False
        known = self.vocabulary.words.of(subject)
        return known.is_part(word) or known.suggest(word) is None

    def keep(self, item: Mapping[str, Any], kind: str, what: Mapping[str, Any]) -> None:
        """Keep parts of an event as a note of its own, in the words of the file.

        Args:
            item: the event, for its date, author and id.
            kind: of the event.
            what: the parts that have no place.
        """
        words = "; ".join(f"{key}: {_plain(value)}" for key, value in what.items())
        self.notes.append(
            Note(
                id=f"{item.get('id')}-note-{next(self._ids)}",
                date=_day(item.get("date") or item.get("start")),
                author=item.get("author") if isinstance(item.get("author"), str) else None,
                withdrawn=item.get("withdrawn") is True,
                text=f"{kind.replace('_', ' ')}: {words}",
                of=kind,
            )
        )
        if item.get("withdrawn") is not True:
            self.leaves_open(kind, words, item)

    def leaves_open(self, kind: str, what: str, item: Mapping[str, Any]) -> None:
        """Note the domains that something without a place may belong to."""
        facts = self.vocabulary.of_event(kind).values()
        domains = {fact.entry.complete for fact in facts if fact.entry.complete}
        if kind == "treatment" or (not facts and {"option", "start", "stop"} & set(item)):
            domains.add(_TREATMENTS)
        for domain in domains:
            self.open.setdefault(domain, what)

    def left(
        self, complete: Mapping[str, PartialDate | None]
    ) -> tuple[dict[str, PartialDate | None], list[str]]:
        """Return what is still complete, and what is told of the domains that are not."""
        still = {domain: day for domain, day in complete.items() if domain not in self.open}
        told = [
            f"complete {domain}: not counted, since this has no place: {self.open[domain]}"
            for domain in complete
            if domain in self.open
        ]
        return still, told


def read_note(item: Mapping[str, Any], vocabulary: Vocabulary) -> dict[str, Any]:
    """Return the fields of an event of kind ``note``: nothing of it is refused and nothing lost.

    Keys that a note does not have, and a date that is none, become part of its text.
    """
    fields = {key: item[key] for key in _RESERVED if item.get(key) is not None}
    day = _day(item.get("date"))
    beside = {key: value for key, value in item.items() if key not in _RESERVED}
    if day is None and item.get("date") is not None:
        beside = {"date": item["date"], **beside}
        fields.pop("date")
    words = "; ".join(f"{key}: {_plain(value)}" for key, value in beside.items())
    said = [_plain(fields["text"])] if "text" in fields else []
    if not said and "note" in fields:
        said = [_plain(fields.pop("note"))]
    text = "; ".join(part for part in (*said, words) if part)
    plain = {key: value if key == "withdrawn" else str(value) for key, value in fields.items()}
    return {**plain, **({"text": text} if text else {})}


def _day(raw: object) -> PartialDate | None:
    try:
        return None if raw is None else parse_date(str(raw))
    except ValueError:
        return None


def _plain(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items())
    if isinstance(value, Collection) and not isinstance(value, str):
        return ", ".join(map(_plain, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)

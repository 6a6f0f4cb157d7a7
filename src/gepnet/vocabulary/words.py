"""What people write for facts, values and options, and what they mean by it.

The words are data: synonyms of an option stand with it in the tree, all others in
``knowledge/measures/synonyms.yaml``. A word is read only where it means one thing. What means none
or several is answered by meaning: the nearest word is sought among everything that a thing is
called, so that a misspelt "apendicectomy" leads to the appendectomy and not to another operation
that is spelled alike.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from pydantic import Field

from gepnet.knowledge import MeasureFile
from gepnet.vocabulary.fact import Fact
from gepnet.vocabulary.options import OptionTree

#: What an option of the tree is looked up under, and a sign of progression.
OPTION = "option"
SIGN = "types"
_KIND, _FACT, _FLAG = "kind", "fact", "boolean"
# How alike two words are that may be one misspelt, and how many letters it has to have.
_ALIKE = 0.8
_ALIKE_IN_PART = 0.85
_LETTERS = 4
# Of how many things a word may be a part, that they are all named.
_FEW = 4
_NOT = ("in", "im", "ir", "un", "non", "not", "no", "nicht")
_BETWEEN = re.compile(r"[\s,;()/]+")
_NO_LETTER = re.compile(r"[^a-z0-9+<>=]+")
# An article, and what joins the medicines of a combination, say nothing by themselves.
_ARTICLE = re.compile(r"(?<=\w)[\s-]+the[\s-]+(?=\w)")
_JOINED = re.compile(r"(?<=\w)(?:[\s-]*[+&][\s-]*|[\s-]+(?:plus|and)[\s-]+)(?=\w)")
_JOINER = re.compile(r"\s*[+&/]\s*|\s+(?:plus|and|with)\s+", re.IGNORECASE)
_LIGATURES = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o"})


@lru_cache(maxsize=1 << 14)
def fold(word: str) -> str:
    """Return a word without what only its writing tells: case, accents, hyphens and spaces.

    Nor with articles, or with what joins the parts of a combination: ``A + B`` is ``A and B``.
    """
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_LIGATURES))
    bare = "".join(mark for mark in plain if not unicodedata.combining(mark))
    return _NO_LETTER.sub("", _JOINED.sub("", _ARTICLE.sub(" ", bare)))


_DOSE_BEFORE = re.compile(r"^\s*\d[\d.,]*\s*(?:mg|g|ug|mcg|µg|ml|gbq|mbq)\b\s*", re.IGNORECASE)
_DOSE = re.compile(
    r"[\s,(]+(?=\d)|\s+(?:injection|tablets?|capsules?|infusion|depot)\b", re.IGNORECASE
)


def without_dose(text: str) -> str:
    """Return the name of a medicine without its dose and form: ``octreotide LAR 30 mg``."""
    bare = _DOSE_BEFORE.sub("", text)
    return _DOSE.split(bare, maxsplit=1)[0].strip(" ,(")


def _parts(said: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the words of the names of several words, each with the things so called."""
    found: dict[str, dict[str, None]] = {}
    for name, words in said:
        several = _BETWEEN.split(words.strip())
        for part in map(fold, several if len(several) > 1 else ()):
            if len(part) >= _LETTERS:
                found.setdefault(part, {})[name] = None
    return {part: tuple(sorted(names)) for part, names in found.items()}


def _negates(one: str, other: str) -> bool:
    """Whether two words are spelled alike and say the opposite: ``operable``, ``inoperable``."""
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return any(longer == before + shorter for before in _NOT)


class SynonymFile(MeasureFile):
    """Words for facts, for values by fact or field, for kinds of event and for yes and no.

    ``several`` are words that mean one of several things: they are asked about and never read.
    ``beside`` are words that may stand before another one and change nothing of what it means.
    ``together`` are words for a fact that say other facts of the same event as well.
    """

    files = ("synonyms",)
    optional = True
    facts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    kinds: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    values: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    several: dict[str, dict[str, tuple[str, ...]]] = Field(default_factory=dict)
    beside: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    together: dict[str, dict[str, dict[str, str]]] = Field(default_factory=dict)


@dataclass(frozen=True)
class Meanings:
    """The words of one subject (an enumerated fact, the options) and what each of them means.

    ``said`` are the words as they are written, each with what it means; ``open`` those of several
    meanings; ``beside`` those that may stand before another and change nothing of what it means.
    ``parts`` are the words of names of several, such as the stent of a biliary stent: who writes
    one of them wrote no other word wrong. ``combined`` are what several of the things together
    are, such as two medicines in one regimen.
    """

    ids: tuple[str, ...]
    called: Mapping[str, frozenset[str]]
    said: tuple[tuple[str, str], ...] = ()
    open: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    beside: frozenset[str] = frozenset()
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    combined: Mapping[frozenset[str], str] = field(default_factory=dict)

    def read(self, word: str) -> str | None:
        """Return the one thing that a word means; None if it means none or several.

        Words of ``beside`` before it, as in ``laparoscopic appendicectomy``, change nothing of it.
        """
        return self._one(word) or self._combination(word)

    def _combination(self, word: str) -> str | None:
        """Return what is made up of the things that a word joins, whatever each is called."""
        named = _JOINER.split(word) if self.combined else ()
        if len(named) < 2:
            return None
        return self.combined.get(frozenset(self._one(part) or part for part in named))

    def _one(self, word: str) -> str | None:
        if word in self.ids:
            return word
        found = self.called.get(fold(word))
        while found is None and fold(word) not in self.open:
            first, _, word = word.strip().partition(" ")
            if fold(first) not in self.beside or not word:
                return None
            found = self.called.get(fold(word))
        return next(iter(found)) if found is not None and len(found) == 1 else None

    def suggest(self, word: str) -> str | None:
        """Return what a word may mean, in the ids of this subject; several are all named.

        By what it says before how it is spelled: a stent is no misspelt Sutent.
        """
        folded = fold(word)
        meant = self._meant(folded)
        if not meant and len(folded) >= _LETTERS:
            meant = self._meant(self._spelled_alike(folded))
        return "' or '".join(meant) if 0 < len(meant) <= max(_FEW, self._most_open) else None

    def knows(self, word: str) -> bool:
        """Whether a word is said of something, be it of one thing or of several."""
        return word in self.ids or fold(word) in self.called or fold(word) in self.open

    def is_part(self, word: str) -> bool:
        """Whether a word is one of those of a longer name, and so not misspelt."""
        folded = fold(word)
        return folded in self.parts and not (folded in self.called or folded in self.open)

    def _spelled_alike(self, folded: str) -> str:
        """Return the known word that one may be misspelt of, or nothing.

        One word of a longer name is less than its name, and has to be more alike.
        """
        known = (*self.called, *self.open, *self.parts)
        words = (word for word in known if len(word) >= _LETTERS and not _negates(word, folded))
        near = next(iter(difflib.get_close_matches(folded, words, 1, _ALIKE)), "")
        if near in self.called or near in self.open:
            return near
        alike = difflib.SequenceMatcher(None, near, folded).ratio()
        return near if alike >= _ALIKE_IN_PART else ""

    def _meant(self, folded: str) -> tuple[str, ...]:
        called = self.open.get(folded) or tuple(sorted(self.called.get(folded, ())))
        return called or self.parts.get(folded, ())

    @property
    def _most_open(self) -> int:
        return max(map(len, self.open.values()), default=0)


class Words:
    """Reads what people write; see the module."""

    def __init__(
        self, measures: Mapping[str, Any], facts: Mapping[str, Fact], options: OptionTree
    ) -> None:
        """Keep what is needed; the words of a subject are gathered when it is first asked for."""
        self._file = SynonymFile.read(measures)
        signs = measures.get("progression", {}).get("signs", ())
        self._signs = tuple(sign["id"] for sign in signs)
        self._facts = facts
        self._options = options
        self._known: dict[str, Meanings] = {}

    def of(self, subject: str) -> Meanings:
        """Return the words of a fact, a field of an event, ``option``, or ``kind``."""
        if subject not in self._known:
            self._known[subject] = self._gather(subject)
        return self._known[subject]

    def fact(self, word: str, among: Iterable[str]) -> str | None:
        """Return the fact, of those ``among``, that a key means."""
        folded, chosen = fold(word), set(among)
        found = {name for name in self._fact_words.get(folded, ()) if name in chosen}
        return found.pop() if len(found) == 1 else None

    def likely_fact(self, word: str, among: Iterable[str] | None = None) -> str | None:
        """Return the fact, of those ``among``, that a key may be a misspelling of."""
        chosen = set(self._facts if among is None else among)
        words = [said for said, names in self._fact_words.items() if names & chosen]
        near = difflib.get_close_matches(fold(word), words, 1, _ALIKE)
        found = self._fact_words[near[0]] & chosen if near else set[str]()
        return next(iter(sorted(found)), None)

    def together(self, fact: str, word: str) -> Mapping[str, str]:
        """Return what a word for a fact says of it and of others, each with its value."""
        return self._together.get((fact, fold(word)), {})

    def flag(self, word: str) -> bool | None:
        """Return what a word for yes or no means."""
        folded = fold(word)
        return True if folded in self._yes else False if folded in self._no else None

    def doubles(self) -> Iterator[tuple[str, str, tuple[str, ...]]]:
        """Yield each word that is said of two things: subject, word, and what it would mean."""
        for subject in (OPTION, _KIND, *self._file.values):
            meanings = self.of(subject)
            for word, found in meanings.called.items():
                if len(found) > 1 or (word in meanings.open and found):
                    yield subject, word, tuple(sorted(found))
        for word, names in self._fact_words.items():
            if len(names) > 1:
                yield _FACT, word, tuple(sorted(names))
        for word in sorted(self._yes & self._no):
            yield _FLAG, word, ("yes", "no")

    def unknown(self) -> Iterator[tuple[str, str]]:
        """Yield each subject or thing of the file that there is not: where, and its name."""
        for name in self._file.facts:
            if name not in self._facts:
                yield _FACT, name
        kinds = self.of(_KIND).ids
        yield from ((_KIND, name) for name in self._file.kinds if kinds and name not in kinds)
        for (fact, _), said in self._together.items():
            if fact not in said:
                yield "together", fact
            for name, value in said.items():
                if value not in self._ids(name):
                    yield name, value
        for part in (self._file.values, self._file.several):
            for subject, things in part.items():
                known = self._ids(subject)
                if not known:
                    yield "values", subject
                named = [*things] if part is self._file.values else sum(things.values(), ())
                yield from ((subject, name) for name in named if known and name not in known)

    @property
    def subjects(self) -> tuple[str, ...]:
        """Facts and fields of events of which values have words of their own."""
        return tuple(self._file.values)

    @cached_property
    def _fact_words(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for name in self._facts:
            found.setdefault(fold(name), set()).add(name)
        for name, words in self._file.facts.items():
            for word in words:
                found.setdefault(fold(word), set()).add(name)
        return found

    @cached_property
    def _together(self) -> dict[tuple[str, str], Mapping[str, str]]:
        return {
            (fact, fold(word)): said
            for fact, words in self._file.together.items()
            for word, said in words.items()
        }

    @cached_property
    def _yes(self) -> frozenset[str]:
        return frozenset(map(fold, ("true", *self._file.yes)))

    @cached_property
    def _no(self) -> frozenset[str]:
        return frozenset(map(fold, ("false", *self._file.no)))

    def _ids(self, subject: str) -> tuple[str, ...]:
        if subject == OPTION:
            return tuple(self._options)
        if subject == SIGN:
            return self._signs
        if subject == _KIND:
            events = (fact.entry.event for fact in self._facts.values())
            return tuple(dict.fromkeys(kind for kind in events if kind))
        known = self._fact(subject)
        return () if known is None else known.values

    def _fact(self, subject: str) -> Fact | None:
        """Return a fact; for a field of a treatment one of those that are made from it."""
        family = f"{subject}_{{therapy}}"
        made = (fact for fact in self._facts.values() if fact.family == family)
        return self._facts.get(subject) or next(made, None)

    def _gather(self, subject: str) -> Meanings:
        ids = self._ids(subject)
        called: dict[str, set[str]] = {}
        for name in ids:
            called.setdefault(fold(name), set()).add(name)
        said = tuple(self._said(subject))
        for name, word in said:
            called.setdefault(fold(word), set()).add(name)
        left = {fold(word): ids for word, ids in self._file.several.get(subject, {}).items()}
        meant = {word: frozenset(found) for word, found in called.items()}
        beside = frozenset(map(fold, self._file.beside.get(subject, ())))
        return Meanings(ids, meant, said, left, beside, _parts(said), self._combined(subject))

    def _combined(self, subject: str) -> dict[frozenset[str], str]:
        """Return the options that are several others together, where one is."""
        found: dict[frozenset[str], list[str]] = {}
        for name, option in self._options.items() if subject == OPTION else ():
            if len(option.contains) > 1:
                found.setdefault(frozenset(option.contains), []).append(name)
        return {parts: names[0] for parts, names in found.items() if len(names) == 1}

    def _said(self, subject: str) -> Iterator[tuple[str, str]]:
        """Yield what each thing of a subject is called besides its id."""
        if subject == OPTION:
            for name, option in self._options.items():
                yield name, option.label
                yield from ((name, word) for word in option.synonyms)
            return
        fact = self._fact(subject)
        for value in () if fact is None else fact.entry.values:
            if value.label:
                yield value.id, value.label
        words = self._file.kinds if subject == _KIND else self._file.values.get(subject, {})
        for name, said in words.items():
            yield from ((name, word) for word in said)

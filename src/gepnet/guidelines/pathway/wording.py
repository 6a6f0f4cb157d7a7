"""The page of words for facts and options: how they are asked, and how they stand in a sentence."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import FactId, OptionId, Strict
from gepnet.rules import Rulebook
from gepnet.vocabulary import Fact

_NAMED = 4  # options by which a part of a question is called


class Wording(Strict):
    """How a fact is asked, and how its answers stand among conditions.

    ``says_not`` is for the many values that are named by the few others; ``turned`` is for a fact
    that holds where its question is answered with no.
    """

    ask: str
    yes: str | None = Field(default=None, alias="yes")
    no: str | None = Field(default=None, alias="no")
    says: str = "{}"
    says_not: str | None = None
    turned: bool = False


class FactWording(Wording):
    """The wording of one fact."""

    fact: FactId


class FamilyWording(Wording):
    """The wording of the facts of a family; ``{}`` stands for the therapy or the site."""

    family: str


class ShortName(Strict):
    """An option as it is called within a sentence."""

    option: OptionId
    short: str


class Group(Strict):
    """Values that together have one name."""

    fact: FactId
    values: tuple[str, ...]
    called: str


class PathwayWords(MeasureFile):
    """The whole page ``measures/pathway_words.yaml``."""

    files = ("pathway_words",)
    facts: tuple[FactWording, ...] = ()
    families: tuple[FamilyWording, ...] = ()
    options: tuple[ShortName, ...] = ()
    groups: tuple[Group, ...] = ()


class Wordings:
    """How the facts and options of a knowledge base are called."""

    def __init__(self, book: Rulebook) -> None:
        """Read the wording."""
        page = PathwayWords.read(book.knowledge.measures)
        self._vocabulary = book.vocabulary
        self.phrases = book.vocabulary.phrases
        self._options = book.vocabulary.options
        self._facts = {one.fact: one for one in page.facts}
        self._families = {one.family: one for one in page.families}
        self._short = {one.option: one.short for one in page.options}
        self._groups = page.groups

    def option(self, name: str) -> str:
        """Return the short name of an option."""
        return self._short[name] if name in self._short else low(self._options[name].label)

    def title(self, name: str) -> str:
        """Return the short name of an option as it stands by itself."""
        short = self.option(name)
        return capital(short.removeprefix("a ").removeprefix("an "))

    def titles(self, names: Iterable[str]) -> str:
        """Return the short names of options, those left out that a class among them holds."""
        wanted, options = frozenset(names), self._options
        tops = [
            one
            for one in options
            if one in wanted and not any(up in wanted for up in options.lineage(one) if up != one)
        ]
        more = len(tops) - _NAMED
        named = tops if more < 2 else tops[:_NAMED]
        return ", ".join([*map(self.title, named), *([f"{more} more"] if more > 1 else [])])

    def wording(self, fact: Fact) -> Wording | None:
        """Return how a fact is worded; None where only its label says it."""
        own = self._facts.get(fact.id)
        if own is not None:
            return own
        family = self._families.get(fact.family or "")
        if family is None or fact.subject is None:
            return None
        subject = fact.subject
        name = self.option(subject) if subject in self._options else self._site(subject)
        said = (one.replace("{}", name) if one else None for one in (family.yes, family.no))
        yes, no = said
        return Wording(ask=capital(family.ask.replace("{}", name)), yes=yes, no=no)

    def _site(self, subject: str) -> str:
        found = next((s.label or s.id for s in self._vocabulary.sites if s.id == subject), subject)
        return low(found)


def low(text: str) -> str:
    """Return a label within a sentence: small, unless it begins with an abbreviation or a name."""
    first = text.split(" ", maxsplit=1)[0]
    is_word = all(letter.islower() or not letter.isalnum() for letter in first[1:])
    return text[:1].lower() + text[1:] if is_word and first[:1].isalpha() else text


def capital(text: str) -> str:
    """Return a text with a capital letter."""
    return text[:1].upper() + text[1:]

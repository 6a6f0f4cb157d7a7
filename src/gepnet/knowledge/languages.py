"""The wording of the knowledge in other languages, as data: ``measures/words_LANGUAGE_*.yaml``.

English stands with the entries themselves. A language says how facts, values, options, sites,
orders, questions and phrases are called; ``spoken`` puts its words in their place, so that whatever
is shown of knowledge in a language is in that language, without another code path. Ids, criteria,
limits and sources stay as they are; notes, messages and places of documents stay in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import Field

from gepnet.knowledge.measure_files import MeasureFile
from gepnet.knowledge.models import Knowledge
from gepnet.knowledge.phrases import Phrases
from gepnet.knowledge.problems import InputError, Problem, nearest, refuse
from gepnet.knowledge.shapes import Strict
from gepnet.knowledge.vocabulary_models import EnumValue, FactShape

#: In which the entries themselves are written.
ENGLISH = "en"
#: Languages with words of their own, and the parts in which they are written.
OTHERS = ("it",)
_PARTS = (
    "options", "patient", "disease", "imaging", "laboratory", "treatment", "orders", "pathways",
    "phrases",
)  # fmt: skip
_PLACE = re.compile(r"\{\w*\}")
_SAID = ("ask", "yes", "no", "says", "says_not")
#: Fields of entries that are texts, by file and list of entries.
_TEXTS: dict[str, dict[str, tuple[str, ...]]] = {
    "pathways": {"questions": ("title",), "lines": ("title",)},
    "board_preparation": {"domains": ("label", "ask")},
    "patient_weights": {"matters": ("label", "question"), "methods": ("label", "told")},
}


class FactWords(Strict):
    """A fact and its values."""

    label: str
    values: dict[str, str] = Field(default_factory=dict)


class OptionWords(Strict):
    """An option by itself, and within a sentence."""

    label: str
    short: str | None = None


class SaidWords(Strict):
    """How a fact is asked, and how its answers stand among conditions."""

    ask: str | None = None
    yes: str | None = None
    no: str | None = None
    says: str | None = None
    says_not: str | None = None


class LanguageWords(MeasureFile):
    """One part of the words of a language.

    Attributes:
        language: its code.
        facts: by id; families by their pattern.
        options: by id.
        sites: of metastases, by id.
        orders: tests and questions, which have no id: by the English words.
        said: facts and families in a pathway, by id or pattern.
        called: values that have one name together, by the English name.
        pages: texts of entries of other files, by file, list of entries, id and field.
        phrases: by name.
    """

    files = tuple(f"words_{language}_{part}" for language in OTHERS for part in _PARTS)
    language: str
    facts: dict[str, FactWords] = Field(default_factory=dict)
    options: dict[str, OptionWords] = Field(default_factory=dict)
    sites: dict[str, str] = Field(default_factory=dict)
    orders: dict[str, str] = Field(default_factory=dict)
    said: dict[str, SaidWords] = Field(default_factory=dict)
    called: dict[str, str] = Field(default_factory=dict)
    pages: dict[str, dict[str, dict[str, dict[str, str]]]] = Field(default_factory=dict)
    phrases: dict[str, Any] = Field(default_factory=dict)


class Word(NamedTuple):
    """One text of the knowledge: its section, key, English, and in the language (None: lacking)."""

    section: str
    key: str
    english: str
    given: str | None


def languages(knowledge: Knowledge) -> tuple[str, ...]:
    """Return the languages that the knowledge can be told in, English first."""
    found = [name for name in OTHERS if _stems(knowledge, name)]
    return (ENGLISH, *found)


def _stems(knowledge: Knowledge, language: str) -> list[str]:
    names = (f"words_{language}_{part}" for part in _PARTS)
    return [name for name in names if name in knowledge.measures]


def words_of(knowledge: Knowledge, language: str) -> LanguageWords:
    """Return the words of a language, its parts joined.

    Raises:
        InputError: for a language that there is none of, and with every fault of its files.
    """
    if language not in languages(knowledge)[1:]:
        raise refuse("language", language, f"one of {', '.join(languages(knowledge))}")
    joined: dict[str, Any] = {"language": language}
    for stem in _stems(knowledge, language):
        part = LanguageWords.read(knowledge.measures, stem)
        for name in _SECTIONS:
            joined.setdefault(name, {}).update(getattr(part, name))
    return LanguageWords.model_construct(**joined)


_SECTIONS = tuple(
    name for name in LanguageWords.model_fields
    if name not in (*MeasureFile.model_fields, "language")
)  # fmt: skip


# --- the knowledge in a language ------------------------------------------------------------------


def spoken(knowledge: Knowledge, language: str) -> Knowledge:
    """Return the same knowledge with the words of a language; what it lacks stays in English.

    The digest is that of the knowledge: no word changes what is assessed.

    Raises:
        InputError: for a language that there is none of.
    """
    if language == ENGLISH:
        return knowledge
    words = words_of(knowledge, language)
    measures = dict(knowledge.measures)
    if "pathway_words" in measures:
        measures["pathway_words"] = _pathway_words(measures["pathway_words"], words)
    for stem, told in words.pages.items():
        if stem in measures:
            measures[stem] = _entries_told(measures[stem], told)
    measures["phrases"] = words.phrases
    facts = tuple(e.model_copy(update=_fact(e, e.id, words)) for e in knowledge.facts)
    families = tuple(e.model_copy(update=_fact(e, e.pattern, words)) for e in knowledge.families)
    options = tuple(
        e.model_copy(update={"label": words.options[e.id].label}) if e.id in words.options else e
        for e in knowledge.options
    )
    sites = _values(knowledge.sites, words.sites)
    entries = {"facts": facts, "families": families, "options": options, "sites": sites}
    return knowledge.model_copy(update={**entries, "measures": measures})


def _fact(entry: FactShape, name: str, words: LanguageWords) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if entry.order is not None:
        told["order"] = words.orders.get(entry.order, entry.order)
    if (found := words.facts.get(name)) is not None:
        told |= {"label": found.label, "values": _values(entry.values, found.values)}
    return told


def _values(values: Iterable[EnumValue], words: Mapping[str, str]) -> tuple[EnumValue, ...]:
    return tuple(
        value.model_copy(update={"label": words[value.id]}) if value.id in words else value
        for value in values
    )


def _pathway_words(page: dict[str, Any], words: LanguageWords) -> dict[str, Any]:
    told = dict(page)
    for section, key in (("facts", "fact"), ("families", "family")):
        told[section] = [_said(one, words.said.get(one[key])) for one in page.get(section, ())]
    short = {name: one.short for name, one in words.options.items() if one.short}
    named = [one["option"] for one in page.get("options", ())]
    told["options"] = [
        {"option": name, "short": short[name]} if name in short else one
        for name, one in zip(named, page.get("options", ()), strict=True)
    ]
    told["options"] += [{"option": n, "short": s} for n, s in short.items() if n not in named]
    told["groups"] = [
        {**one, "called": words.called.get(one["called"], one["called"])}
        for one in page.get("groups", ())
    ]
    return told


def _said(entry: dict[str, Any], found: SaidWords | None) -> dict[str, Any]:
    if found is None:
        return entry
    given = {name: getattr(found, name) for name in _SAID}
    return {**entry, **{name: text for name, text in given.items() if text is not None}}


def _entries_told(
    page: dict[str, Any], told: Mapping[str, Mapping[str, Mapping[str, str]]]
) -> dict[str, Any]:
    return {
        **page,
        **{
            section: [{**one, **found.get(one["id"], {})} for one in page[section]]
            for section, found in told.items()
            if section in page
        },
    }


# --- what a language lacks, and what it says of nothing -------------------------------------------


def texts(knowledge: Knowledge, language: str) -> list[Word]:
    """Return every text of the knowledge that a language can say, with what it says.

    Raises:
        InputError: for a language that there is none of.
    """
    words = words_of(knowledge, language)
    return [*_entries(knowledge, words), *_pages(knowledge, words), *_phrases(words)]


def _entries(knowledge: Knowledge, words: LanguageWords) -> Iterator[Word]:
    orders: dict[str, None] = {}
    shapes: list[tuple[str, FactShape]] = [(one.id, one) for one in knowledge.facts]
    shapes += [(one.pattern, one) for one in knowledge.families]
    for name, shape in shapes:
        found = words.facts.get(name)
        yield Word("facts", name, shape.label, found.label if found else None)
        for value in shape.values:
            text = value.label or value.id.replace("_", " ")
            said = found.values.get(value.id) if found else None
            # A code, such as G2 or T1a, is the same in every language.
            plain = said if said is not None or value.label or value.id.islower() else value.id
            yield Word("facts", f"{name}.{value.id}", text, plain)
        if shape.order:
            orders[shape.order] = None
    for option in knowledge.options:
        known = words.options.get(option.id)
        yield Word("options", option.id, option.label, known.label if known else None)
    for site in knowledge.sites:
        yield Word("sites", site.id, site.label or site.id, words.sites.get(site.id))
    yield from (Word("orders", order, order, words.orders.get(order)) for order in orders)


def _pages(knowledge: Knowledge, words: LanguageWords) -> Iterator[Word]:
    page = knowledge.measures.get("pathway_words", {})
    for section, key in (("facts", "fact"), ("families", "family")):
        for one in page.get(section, ()):
            found = words.said.get(one[key])
            for name in _SAID:
                if name in one:
                    yield Word("said", f"{one[key]}.{name}", one[name], getattr(found, name, None))
    for one in page.get("options", ()):
        known = words.options.get(one["option"])
        short = known.short if known else None
        yield Word("options", f"{one['option']}.short", one["short"], short)
    for one in page.get("groups", ()):
        yield Word("called", one["called"], one["called"], words.called.get(one["called"]))
    for stem, lists in _TEXTS.items():
        for section, fields in lists.items():
            given = words.pages.get(stem, {}).get(section, {})
            for one in knowledge.measures.get(stem, {}).get(section, ()):
                for name in fields:
                    key = f"{stem}.{section}.{one['id']}.{name}"
                    yield Word("pages", key, one[name], given.get(one["id"], {}).get(name))


def _phrases(words: LanguageWords) -> Iterator[Word]:
    for name, field in Phrases.model_fields.items():
        if isinstance(field.default, str):
            yield Word("phrases", name, field.default, words.phrases.get(name))


def check_languages(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield every word of what there is not, and every word with other places in braces."""
    for language in languages(knowledge)[1:]:
        try:
            words, found = words_of(knowledge, language), texts(knowledge, language)
            Phrases.model_validate(words.phrases)
        except InputError:
            continue  # told by the shape of the files
        except ValueError as error:
            yield Problem(_file(language), None, "phrases", "", "", str(error))
            continue
        for one in found:
            places = [sorted(_PLACE.findall(text)) for text in (one.english, one.given or "")]
            if one.given is not None and places[0] != places[1]:
                expected = f"the places in braces of {one.english!r}"
                yield Problem(_file(language), None, one.section, one.key, one.given, expected)
        yield from _unknown(language, words, found)


def _unknown(language: str, words: LanguageWords, found: Iterable[Word]) -> Iterator[Problem]:
    known: dict[str, set[str]] = {name: set() for name in _SECTIONS}
    for one in found:
        known[one.section] |= {one.key}
        if one.section == "said":
            known[one.section] |= {one.key.rpartition(".")[0]}
    pages = {
        f"{stem}.{section}.{name}.{field}": text
        for stem, lists in words.pages.items()
        for section, entries in lists.items()
        for name, fields in entries.items()
        for field, text in fields.items()
    }
    for section in (name for name in _SECTIONS if name != "phrases"):
        told = pages if section == "pages" else getattr(words, section)
        for name, given in told.items():
            found_in = given.values if isinstance(given, FactWords) else ()
            below = [f"{name}.{value}" for value in found_in]
            if section == "said":
                below = [f"{name}.{one}" for one in _SAID if getattr(given, one) is not None]
            for key in (name, *below):
                if key not in known[section]:
                    guess = nearest(key, known[section])
                    expected = "something that the knowledge has words for"
                    yield Problem(_file(language), None, section, key, "", expected, guess)


def _file(language: str) -> str:
    return f"measures/words_{language}_*.yaml"

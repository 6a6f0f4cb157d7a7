"""The words of a language: complete, of what there is, and the same knowledge behind them."""

from __future__ import annotations

from typing import Any

import pytest

from gepnet import api
from gepnet.knowledge import InputError, Knowledge, load_knowledge
from gepnet.knowledge.languages import OTHERS, check_languages, languages, spoken, texts
from gepnet.knowledge.phrases import Phrases


def changed(stem: str, section: str, **entries: Any) -> Knowledge:
    """Return the knowledge with other words in one section of a file."""
    knowledge = load_knowledge()
    page = dict(knowledge.measures[stem])
    page[section] = {**page[section], **entries}
    return knowledge.model_copy(update={"measures": {**knowledge.measures, stem: page}})


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_has_its_words(language: str) -> None:
    """Options, facts with their values, orders, pathways, domains, phrases: none is lacking."""
    knowledge = load_knowledge()
    assert language in languages(knowledge)
    found = texts(knowledge, language)
    assert [f"{one.section}: {one.key}" for one in found if one.given is None] == []
    sections = {one.section for one in found}
    assert sections == {
        "facts", "options", "sites", "orders", "said", "called", "pages", "phrases",
    }  # fmt: skip


def test_words_that_are_right_are_no_problem() -> None:
    assert list(check_languages(load_knowledge())) == []


@pytest.mark.parametrize(
    ("stem", "section", "key", "words", "value", "expected"),
    [
        ("words_it_disease", "facts", "metastatc", {"label": "x"}, "", "words for"),
        ("words_it_disease", "facts", "stage", {"label": "x", "values": {"far": "y"}}, "", "words"),
        ("words_it_options", "options", "everolimo", {"label": "x"}, "", "words for"),
        ("words_it_orders", "orders", "Blood cuont", "Emocromo", "", "words for"),
        ("words_it_pathways", "said", "ecog", {"ask": "ECOG?", "yes": "x"}, "", "words for"),
        ("words_it_pathways", "said", "ecog", {"ask": "ECOG?", "says": "ECOG"}, "ECOG", "{}"),
        ("words_it_phrases", "phrases", "at_least", "almeno", "almeno", "at least {}"),
        ("words_it_phrases", "phrases", "at_lest", "almeno {}", "", "at_lest"),
    ],
)  # fmt: skip
def test_words_of_nothing_and_lost_places_are_told(
    stem: str, section: str, key: str, words: Any, value: str, expected: str
) -> None:
    problems = list(check_languages(changed(stem, section, **{key: words})))
    assert len(problems) == 1, problems
    assert problems[0].value == value and expected in str(problems[0])


def test_a_word_that_lacks_is_english_and_is_counted() -> None:
    knowledge = changed("words_it_options", "options")
    del knowledge.measures["words_it_options"]["options"]["everolimus"]
    lacking = [one.key for one in texts(knowledge, "it") if one.given is None]
    assert lacking == ["everolimus", "everolimus.short"]
    told = {one.id: one.label for one in spoken(knowledge, "it").options}
    assert told["everolimus"] == "Everolimus" and told["surgery"] == "Chirurgia"


def test_a_language_that_there_is_none_of_is_refused() -> None:
    with pytest.raises(InputError, match="one of en, it"):
        spoken(load_knowledge(), "fr")


def test_english_phrases_are_those_of_the_programme() -> None:
    """No file gives them: what a language does not say is said as the programme says it."""
    assert "phrases" not in load_knowledge().measures
    assert Phrases.read(load_knowledge().measures) == Phrases()


def test_the_same_knowledge_in_other_words() -> None:
    base = api.base()
    told = api.in_language(base, "it")
    assert api.in_language(base, "en") is base and api.in_language(told, "en") is base
    assert api.in_language(told, "it") is told is api.in_language(base, "it")
    assert told.knowledge.digest == base.knowledge.digest
    assert list(told.vocabulary) == list(base.vocabulary) and list(told.options) == [*base.options]
    assert [r.when for r in told.rules] == [r.when for r in base.rules]
    fact = told.vocabulary["progressed_on_everolimus"].entry
    assert fact.label == "Progressione durante Everolimus"
    assert told.vocabulary["metastasis_liver"].entry.label == "Metastasi: Fegato"
    grade = base.vocabulary["grade"].among(["NET_G1", "NET_G2"])
    assert told.vocabulary["grade"].label_of(grade) == "NET G1 o G2"  # type: ignore[arg-type]

"""The words of the first screen, by language."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gepnet.knowledge import InputError, MeasureFile, Problem, refuse
from gepnet.knowledge.languages import languages as told_in
from gepnet.rules import Rulebook

_FILE = "measures/answer_words.yaml"
_PLACE = re.compile(r"\{(\w+)\}")


class AnswerWords(MeasureFile):
    """The whole page ``measures/answer_words.yaml``: texts by language and key."""

    files = ("answer_words",)
    languages: dict[str, dict[str, str]]


def words_in(measures: Mapping[str, object], language: str) -> dict[str, str]:
    """Return the texts of a language.

    Raises:
        InputError: for a language that there is none of.
    """
    known = AnswerWords.read(measures).languages
    if language not in known:
        raise refuse("language", language, f"one of {', '.join(known)}", list(known))
    return known[language]


def check_words(book: Rulebook) -> Iterator[Problem]:
    """Yield every text that a language lacks, or has with other places in braces than the first."""
    try:
        languages = AnswerWords.read(book.knowledge.measures).languages
    except InputError:
        return  # told by the shape of the file
    for language in told_in(book.knowledge):
        if language not in languages:
            yield Problem(_FILE, None, language, "", "", "the words of each language")
    (first, wanted), *others = languages.items()
    for language, texts in others:
        for key in dict.fromkeys((*wanted, *texts)):
            places = [sorted(_PLACE.findall(t[key])) if key in t else None for t in (wanted, texts)]
            if places[0] != places[1]:
                expected = f"the same keys and places in braces as {first}"
                yield Problem(_FILE, None, language, key, texts.get(key, "nothing"), expected)

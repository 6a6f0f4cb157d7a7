"""The knowledge in another language: the same rules, with the words of that language."""

from __future__ import annotations

from copy import copy
from functools import lru_cache

from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge.languages import languages as _languages
from gepnet.knowledge.languages import spoken
from gepnet.vocabulary import Vocabulary


def languages(base: KnowledgeBase) -> tuple[str, ...]:
    """Return the languages that the knowledge can be told in, English first."""
    return _languages(base.knowledge)


def in_language(base: KnowledgeBase, language: str) -> KnowledgeBase:
    """Return the same knowledge in the words of a language, for whatever shows it to people.

    Rules, criteria and digest are the same, so that an assessment made with either is one of both.

    Raises:
        InputError: for a language that there is none of.
    """
    written = base.written or base
    if base.language == language:
        return base
    return written if written.language == language else _spoken(written, language)


@lru_cache(maxsize=8)
def _spoken(base: KnowledgeBase, language: str) -> KnowledgeBase:
    told = copy(base)
    told.knowledge = spoken(base.knowledge, language)
    told.vocabulary = Vocabulary(told.knowledge)
    told.options = told.vocabulary.options
    told.language, told.written = language, base
    return told

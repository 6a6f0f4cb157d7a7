"""Whether the files that guidelines are shown, compared and proved by are as they are read."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.guidelines.answer.questions import Answers, check_answers
from gepnet.guidelines.answer.quick import QuickCheck, check_quick
from gepnet.guidelines.answer.words import AnswerWords, check_words
from gepnet.guidelines.asked import Letters
from gepnet.guidelines.atlas.plan import AtlasPlan, NamedPatients
from gepnet.guidelines.corrections import Corrections
from gepnet.guidelines.coverage import Coverage, check_unread
from gepnet.guidelines.due import check_ageing
from gepnet.guidelines.figures import Figures
from gepnet.guidelines.pathway.check import check_pathways
from gepnet.guidelines.pathway.questions import PathwayQuestions
from gepnet.guidelines.pathway.wording import PathwayWords
from gepnet.guidelines.preparation import BoardPreparation, check_preparation
from gepnet.guidelines.regions import Regions, check_regions
from gepnet.guidelines.verify.dependencies import Dependencies, check_laws
from gepnet.guidelines.verify.judgements import Judgements, KnownRows
from gepnet.guidelines.verify.one_fact_apart import Questions
from gepnet.knowledge import MeasureFile, Problem, check_files
from gepnet.knowledge.languages import LanguageWords, check_languages
from gepnet.rules import Rulebook

FILES: tuple[type[MeasureFile], ...] = (
    AnswerWords,
    Answers,
    AtlasPlan,
    BoardPreparation,
    Corrections,
    Coverage,
    Dependencies,
    Figures,
    Judgements,
    KnownRows,
    LanguageWords,
    Letters,
    NamedPatients,
    PathwayQuestions,
    QuickCheck,
    PathwayWords,
    Questions,
    Regions,
)


def check(book: Rulebook) -> Iterator[Problem]:
    """Yield every fault of these files, and what has no day to be looked at again."""
    yield from check_files(book.knowledge, book.vocabulary, FILES)
    yield from check_ageing(book.knowledge)
    yield from check_regions(book.knowledge)
    yield from check_unread(book.knowledge)
    yield from check_laws(book.knowledge)
    yield from check_pathways(book)
    yield from check_answers(book)
    yield from check_quick(book)
    yield from check_words(book)
    yield from check_languages(book.knowledge)
    if "board_preparation" in book.knowledge.measures:
        preparation = BoardPreparation.read(book.knowledge.measures)
        yield from check_preparation(preparation, book.vocabulary)

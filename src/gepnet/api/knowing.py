"""The knowledge, compiled, and its checks."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gepnet.guidelines import KnowledgeBase, load_base
from gepnet.knowledge import InputError, Problem, check_all_read
from gepnet.tables import plain
from gepnet.vocabulary import Question

if TYPE_CHECKING:
    from gepnet.rules.check import CheckReport


def base(*extra: Path) -> KnowledgeBase:
    """Return the packaged knowledge with that of the files or folders in ``extra``.

    Raises:
        InputError: with every problem found.
    """
    return load_base(*extra)


def check_knowledge(*extra: Path, mutate: bool = True) -> CheckReport:
    """Check the knowledge: shape, references, criteria, example patients, mutation.

    Every room checks what it reads, from the lowest floor up.

    Raises:
        InputError: if it cannot even be compiled, with every problem found.
    """
    from gepnet.rules import check as rules
    from gepnet.rules.check import report

    book = base(*extra)
    vocabulary, measures, facts, *reading = rooms = rooms_with_files()
    models = [model for room in rooms for model in room.FILES]
    checks = (
        check_all_read(book.knowledge, models),
        vocabulary.check(book.knowledge, book.vocabulary),
        measures.check(book.knowledge, book.vocabulary),
        facts.check(book.knowledge, book.criteria),
        *(room.check(book) for room in (rules, *reading)),
    )
    problems = dict.fromkeys(problem for check in checks for problem in _found(check))
    return report(book, problems, mutate)


def rooms_with_files() -> tuple[Any, ...]:
    """Return the checks of every room that has files of ``measures/``, from the lowest floor up."""
    from gepnet.charts import check as charts
    from gepnet.evidence import check as evidence
    from gepnet.facts import check as facts
    from gepnet.guidelines import check as guidelines
    from gepnet.io import check as io
    from gepnet.measures import check as measures
    from gepnet.prrt import check as prrt
    from gepnet.registry import check as registry
    from gepnet.response import check as response
    from gepnet.store import check as store
    from gepnet.vocabulary import check as vocabulary

    above_rules = (guidelines, prrt, response, evidence, registry, io, charts, store)
    return (vocabulary, measures, facts, *above_rules)


def _found(check: Iterator[Problem]) -> Iterator[Problem]:
    """Yield what a check finds, also where a file is so faulty that the check cannot go on."""
    try:
        yield from check
    except InputError as error:
        yield from error.problems


def fact_coverage(*extra: Path) -> list[dict[str, Any]]:
    """Return each identifier of the fact collections with its entries or the reason for none."""
    from gepnet.guidelines.coverage import coverage

    return list(plain(coverage(base(*extra))))


def due_entries(base: KnowledgeBase, question: Question) -> dict[str, Any]:
    """Return what should have been looked at again before the day of the question (today).

    Returns:
        ``day``, and ``due``: each entry with kind, date, source, the day to look again and how
        many days ago that was.

    Raises:
        InputError: where the question is of a month or a year.
    """
    from gepnet.guidelines.due import due

    day = question.day() or datetime.date.today()
    return {"day": day, "due": due(base.knowledge, day)}

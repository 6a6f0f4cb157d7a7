"""Decisions of published cases against what the documents say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gepnet.evaluation import evaluate, evaluation_view
from gepnet.guidelines import KnowledgeBase
from gepnet.io import published_records
from gepnet.vocabulary import Question


def evaluate_cases(
    file: Path | None, base: KnowledgeBase, question: Question | None = None
) -> dict[str, Any]:
    """Assess each decision point of a case file blind and compare it with what was decided.

    Args:
        file: published cases in YAML; by default the packaged ones.
        base: the knowledge.
        question: its day of the knowledge, by default today: later than any decision.

    Raises:
        InputError: with every problem of the file.
    """
    cases = published_records(base.vocabulary, file)
    return evaluation_view(evaluate(cases, base, question or Question()))

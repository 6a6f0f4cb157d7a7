"""Decisions that were taken, compared with what documents say of the same patient."""

from gepnet.evaluation.decisions import Decisions
from gepnet.evaluation.run import ERAS, Evaluation, evaluate
from gepnet.evaluation.verdict import Stance, Verdict, stance_of, verdict_of
from gepnet.evaluation.view import evaluation_view

__all__ = [
    "ERAS",
    "Decisions",
    "Evaluation",
    "Stance",
    "Verdict",
    "evaluate",
    "evaluation_view",
    "stance_of",
    "verdict_of",
]

"""Decisions that were taken, compared with what documents say of the same patient."""

from gepnet.evaluation.decisions import Decisions, Part
from gepnet.evaluation.intervals import Proportion, clustered_proportion, design_effect, wilson
from gepnet.evaluation.run import ERAS, Evaluation, Judgement, Row, evaluate
from gepnet.evaluation.verdict import Stance, Verdict, stance_of, verdict_of
from gepnet.evaluation.view import evaluation_view

__all__ = [
    "ERAS",
    "Decisions",
    "Evaluation",
    "Judgement",
    "Part",
    "Proportion",
    "Row",
    "Stance",
    "Verdict",
    "clustered_proportion",
    "design_effect",
    "evaluate",
    "evaluation_view",
    "stance_of",
    "verdict_of",
    "wilson",
]

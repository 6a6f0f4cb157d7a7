"""Published scores of a patient: what the facts say, and the range that missing facts leave."""

from gepnet.response.scores.model import Scores
from gepnet.response.scores.netpet import netpet_of_lesions
from gepnet.response.scores.scoring import (
    RecordedResult,
    ScoreResult,
    names_of,
    patient_scores,
    relative_hazard,
    score_facts,
)

__all__ = [
    "RecordedResult",
    "ScoreResult",
    "Scores",
    "names_of",
    "netpet_of_lesions",
    "patient_scores",
    "relative_hazard",
    "score_facts",
]

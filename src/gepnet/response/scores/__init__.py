"""Published scores of a patient: what the facts say, and the range that missing facts leave."""

from gepnet.response.scores.model import (
    Category,
    Effect,
    Item,
    Level,
    RecordedTest,
    Score,
    Scores,
)
from gepnet.response.scores.netpet import netpet_of_lesions
from gepnet.response.scores.scoring import (
    ItemResult,
    PatientScores,
    RecordedResult,
    ScoreResult,
    names_of,
    patient_scores,
    relative_hazard,
    score_facts,
)

__all__ = [
    "Category",
    "Effect",
    "Item",
    "ItemResult",
    "Level",
    "PatientScores",
    "RecordedResult",
    "RecordedTest",
    "Score",
    "ScoreResult",
    "Scores",
    "names_of",
    "netpet_of_lesions",
    "patient_scores",
    "relative_hazard",
    "score_facts",
]

"""What each document says of a patient, and why."""

from gepnet.guidelines.assess import assess, documents_in_force, region_lineage
from gepnet.guidelines.compiled import KnowledgeBase, knowledge_base
from gepnet.guidelines.model import (
    Assessment,
    Cell,
    ChecklistResult,
    DocumentAssessment,
    Judged,
    LabelAssessment,
    Reason,
    SafetyNote,
)
from gepnet.guidelines.status import TABLE, Status, lookup, possible_statuses

__all__ = [
    "TABLE",
    "Assessment",
    "Cell",
    "ChecklistResult",
    "DocumentAssessment",
    "Judged",
    "KnowledgeBase",
    "LabelAssessment",
    "Reason",
    "SafetyNote",
    "Status",
    "assess",
    "documents_in_force",
    "knowledge_base",
    "lookup",
    "possible_statuses",
    "region_lineage",
]

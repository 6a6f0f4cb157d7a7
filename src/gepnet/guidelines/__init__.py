"""What each document says of a patient, and why."""

from gepnet.guidelines.alternatives import Band
from gepnet.guidelines.assess import assess, documents_in_force
from gepnet.guidelines.changes import StatusChange
from gepnet.guidelines.compare import Agreement, Pair, agreement, compare
from gepnet.guidelines.compiled import KnowledgeBase, knowledge_base
from gepnet.guidelines.deciding import Change, Deciding, DecidingFacts, Verdict, deciding
from gepnet.guidelines.missing import MissingFact, Result, missing
from gepnet.guidelines.model import (
    Assessment,
    Cell,
    ChecklistResult,
    DocumentAssessment,
    LabelAssessment,
    Reason,
    SafetyNote,
)
from gepnet.guidelines.regions import region_lineage
from gepnet.guidelines.status import QUIET, SPOKEN, STATED, TABLE, Status, lookup
from gepnet.guidelines.whatif import WhatIf, what_if

__all__ = [
    "QUIET",
    "SPOKEN",
    "STATED",
    "TABLE",
    "Agreement",
    "Assessment",
    "Band",
    "Cell",
    "Change",
    "ChecklistResult",
    "Deciding",
    "DecidingFacts",
    "DocumentAssessment",
    "KnowledgeBase",
    "LabelAssessment",
    "MissingFact",
    "Pair",
    "Reason",
    "Result",
    "SafetyNote",
    "Status",
    "StatusChange",
    "Verdict",
    "WhatIf",
    "agreement",
    "assess",
    "compare",
    "deciding",
    "documents_in_force",
    "knowledge_base",
    "lookup",
    "missing",
    "region_lineage",
    "what_if",
]

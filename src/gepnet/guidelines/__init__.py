"""What each document says of a patient, and why."""

from gepnet.guidelines.alternatives import Band
from gepnet.guidelines.assess import assess, documents_in_force
from gepnet.guidelines.changes import StatusChange
from gepnet.guidelines.compare import Agreement, Pair, compare
from gepnet.guidelines.compiled import KnowledgeBase, knowledge_base, load_base
from gepnet.guidelines.deciding import Change, DecidingFacts, Verdict, deciding
from gepnet.guidelines.missing import MissingFact, Result, missing
from gepnet.guidelines.model import (
    Assessment,
    Cell,
    ChecklistResult,
    DocumentAssessment,
    FundingAssessment,
    LabelAssessment,
    Reason,
)
from gepnet.guidelines.regions import region_lineage
from gepnet.guidelines.status import ABSENT, FOR, OPEN, QUIET, SPOKEN, Status, lookup
from gepnet.guidelines.unread import Unread, unread
from gepnet.guidelines.whatif import what_if

__all__ = [
    "ABSENT",
    "FOR",
    "OPEN",
    "QUIET",
    "SPOKEN",
    "Agreement",
    "Assessment",
    "Band",
    "Cell",
    "Change",
    "ChecklistResult",
    "DecidingFacts",
    "DocumentAssessment",
    "FundingAssessment",
    "KnowledgeBase",
    "LabelAssessment",
    "MissingFact",
    "Pair",
    "Reason",
    "Result",
    "Status",
    "StatusChange",
    "Unread",
    "Verdict",
    "assess",
    "compare",
    "deciding",
    "documents_in_force",
    "knowledge_base",
    "load_base",
    "lookup",
    "missing",
    "region_lineage",
    "unread",
    "what_if",
]

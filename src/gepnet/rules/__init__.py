"""An entry with its criterion, narrow and broad, and its one reading for a patient."""

from gepnet.rules.book import Checklist, Rulebook
from gepnet.rules.reading import Met, Reading, rule_truth
from gepnet.rules.rule import Rule
from gepnet.rules.safety import Excluding, SafetyNote, excluding, safety_notes

__all__ = [
    "Checklist",
    "Excluding",
    "Met",
    "Reading",
    "Rule",
    "Rulebook",
    "SafetyNote",
    "excluding",
    "rule_truth",
    "safety_notes",
]

"""An entry with its criterion, narrow and broad, and its one reading for a patient."""

from gepnet.rules.book import Checklist, Rulebook
from gepnet.rules.reading import Met, Reading, rule_truth
from gepnet.rules.rule import Rule

__all__ = [
    "Checklist",
    "Met",
    "Reading",
    "Rule",
    "Rulebook",
    "rule_truth",
]

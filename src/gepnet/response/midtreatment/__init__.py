"""Response after the second cycle, beside what a published series found and its limits."""

from gepnet.response.midtreatment.assessment import MidTreatment, Reading, assess_midtreatment
from gepnet.response.midtreatment.model import Evidence, Finding, Position

__all__ = [
    "Evidence",
    "Finding",
    "MidTreatment",
    "Position",
    "Reading",
    "assess_midtreatment",
]

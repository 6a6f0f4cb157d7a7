"""Response after the second cycle, beside what a published series found and its limits."""

from gepnet.response.midtreatment.assessment import (
    MidTreatment,
    assess_midtreatment,
    read_course,
)
from gepnet.response.midtreatment.model import Evidence

__all__ = [
    "Evidence",
    "MidTreatment",
    "assess_midtreatment",
    "read_course",
]

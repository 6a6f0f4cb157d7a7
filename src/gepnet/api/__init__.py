"""What gepnet offers to programs: the command line and every other front end call only this."""

from gepnet.api.assessing import assess_record, facts_of, read_patient
from gepnet.api.knowing import base, check_knowledge
from gepnet.api.showing import (
    assessment_view,
    explain_recommendation,
    facts_view,
    list_documents,
    list_facts,
    show_entry,
    show_fact,
)

__all__ = [
    "assess_record",
    "assessment_view",
    "base",
    "check_knowledge",
    "explain_recommendation",
    "facts_of",
    "facts_view",
    "list_documents",
    "list_facts",
    "read_patient",
    "show_entry",
    "show_fact",
]

"""From tables of events to the facts of many patients: the same facts as from single records.

A patient whose events are dated to the day and contradict each other nowhere is worked out by
columns; every other one by the engine for one patient (``gepnet.facts.gather``), which columns are
held to. So speed depends on how plain the records are, and results do not.
"""

from gepnet.facts.events.many import AT, EventFacts, complete_column
from gepnet.facts.events.rows import record_of_rows

__all__ = ["AT", "EventFacts", "complete_column", "record_of_rows"]

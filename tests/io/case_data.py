"""A small published case, and what a test asks of a record."""

from collections.abc import Callable
from typing import Any

from gepnet.io import CaseRecord
from gepnet.record import Record

Read = Callable[..., list[CaseRecord]]
POINT: dict[str, Any] = {
    "dp_id": "XX01-dp1",
    "date": "2015-03",
    "decision": {"classes": ["SSA"], "text": "lanreotide"},
    "outcome": {"best_response": "SD"},
}
CASE: dict[str, Any] = {
    "case_id": "XX01",
    "source": {"title": "A case", "kind": "case_report", "year": 2016, "extent_read": "full_text"},
    "patient": {"age": 60, "sex": "F"},
    "tumour": {"primary_site": "pancreas"},
    "decision_points": [],
}


def values(record: Record, kind: str | None = None) -> dict[str, Any]:
    """Return the facts of a record (of one event kind), numbers and the rest as text."""
    return {
        name: value if isinstance(value, bool) else str(value)
        for event in record.events
        if kind is None or event.kind == kind
        for name, value in event.values.items()
    }


def lost(record: Record, *words: str) -> bool:
    """Whether one loss holds all the words."""
    return any(all(word in loss for word in words) for loss in record.losses)

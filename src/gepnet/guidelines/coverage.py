"""Whether every identifier of the underlying fact collections has an entry or a stated reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge import Knowledge
from gepnet.knowledge.course_models import (
    AdvisoryLimit,
    KidneyReference,
    MarrowRisk,
    MarrowSignal,
)


@dataclass(frozen=True)
class CoverageLine:
    """One identifier, the entries that carry it, or the reason why none does."""

    document: str
    fact_id: str
    entries: tuple[str, ...]
    reason: str | None

    @property
    def is_covered(self) -> bool:
        """Whether there is an entry or a reason."""
        return bool(self.entries) or self.reason is not None


def coverage(base: KnowledgeBase) -> list[CoverageLine]:
    """Return every identifier that belongs to a document, in the order of ``coverage.yaml``."""
    listed = base.knowledge.measures["coverage"]
    carried: dict[str, list[str]] = defaultdict(list)
    reasons: dict[str, str] = dict(listed.get("reasons") or {})
    for document in base.documents:
        for recommendation in document.file.recommendations:
            _carry(carried, recommendation.fact_ids, f"{document.id}/{recommendation.id}")
        for statement in document.file.statements:
            _carry(carried, statement.fact_ids, f"{document.id}/{statement.id}")
        for left in document.file.not_encoded:
            reasons.setdefault(left.fact_id, left.reason)
    for label in base.labels:
        _carry(carried, label.entry.fact_ids, f"label/{label.entry.id}")
    for name, fact_ids in course_entries(base.knowledge):
        _carry(carried, fact_ids, name)
    for rule in base.safety:
        _carry(carried, rule.entry.fact_ids, f"safety/{rule.entry.id}")
    for release in base.release:
        _carry(carried, release.entry.fact_ids, f"release/{release.entry.id}")
    for amount in base.knowledge.release_amounts:
        _carry(carried, amount.fact_ids, f"release/{amount.id}")
    for checklist in (*base.checklists, *base.profiles):
        for item in checklist.entry.items:
            _carry(carried, item.fact_ids, f"{checklist.entry.id}/{item.id}")
    return [
        CoverageLine(document, name, tuple(carried.get(name, ())), reasons.get(name))
        for document, names in listed["documents"].items()
        for name in names
    ]


def course_entries(knowledge: Knowledge) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield what is encoded of giving a course and of the time after it, with its identifiers."""
    for profile in knowledge.plan_profiles:
        figures = () if profile.schedule is None else tuple(profile.schedule)
        for name, stated in (*figures, *((step.id, step) for step in profile.steps)):
            if stated is not None:
                yield f"plan/{profile.id}/{name}", stated.fact_ids
    for rule in knowledge.retreatment_rules:
        yield f"retreatment/{rule.id}", rule.fact_ids
    after: list[AdvisoryLimit | KidneyReference | MarrowRisk | MarrowSignal]
    after = [*knowledge.advisory_limits, *knowledge.kidney_references]
    after += [*knowledge.marrow_signals, *knowledge.marrow_risks]
    for entry in after:
        yield f"after/{entry.id}", entry.fact_ids


def _carry(carried: dict[str, list[str]], fact_ids: Iterable[Any], entry: str) -> None:
    for name in fact_ids:
        carried[str(name)].append(entry)

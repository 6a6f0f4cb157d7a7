"""What the solver finds of the packaged knowledge: each question asked once for all tests.

What is found hangs on the day through the documents and labels in force on it. Findings are about
one document, two documents, or two rules, so that it is enough to ask each pair that is in force
together on some day once.
"""

from __future__ import annotations

import datetime
from functools import cache
from itertools import combinations

from gepnet import api
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.assess import documents_in_force, in_force
from gepnet.guidelines.verify.between import clashes
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.findings import Finding
from gepnet.guidelines.verify.judgements import JUDGED, judgements
from gepnet.guidelines.verify.thresholds import met, thresholds
from gepnet.guidelines.verify.units import answer
from gepnet.guidelines.verify.within import within
from gepnet.vocabulary import parse_date


def days_of_change(base: KnowledgeBase) -> list[datetime.date]:
    """Every day on which other documents or labels are in force than on the day before."""
    days = {document.published.last for document in base.documents}
    for label in base.labels:
        begin, end = label.entry.from_, label.entry.to
        days |= {parse_date(begin).last} if begin is not None else set()
        days |= {parse_date(end).first} if end is not None else set()
    return sorted(days)


def since_when(base: KnowledgeBase, day: datetime.date) -> datetime.date:
    """The first day since which the same documents and labels are in force as on a day."""
    return max(change for change in days_of_change(base) if change <= day)


def pairs_ever_in_force(base: KnowledgeBase) -> set[tuple[str, str]]:
    """The documents that are in force together on some day."""
    pairs = set()
    for day in days_of_change(base):
        in_force = [document.id for document in documents_in_force(base.documents, day)[0]]
        pairs |= set(combinations(in_force, 2))
    return pairs


def days_of_labels(base: KnowledgeBase) -> list[datetime.date]:
    """Days so that all labels ever in force together are so on one of them."""
    held = {
        frozenset(label.entry.id for label in base.labels if in_force(label, day)): day
        for day in days_of_change(base)
    }
    return [day for labels, day in held.items() if not any(labels < other for other in held)]


def on_the_last_day(base: KnowledgeBase) -> Context:
    """Every document is published on it; of two, neither sets the other aside."""
    return Context(base, days_of_change(base)[-1])


def at_limits(context: Context, name: str) -> list[Finding]:
    """What is found exactly at the limits of a document."""
    listed = met(context.base, name).items()
    return [found for limit, pairs in listed for found in thresholds(context, limit, pairs)]


def unjudged(base: KnowledgeBase, found: list[Finding]) -> list[str]:
    """The findings that nobody judged."""
    ids = {finding.id for finding in found if finding.kind in JUDGED}
    return sorted(ids - set(judgements(base.knowledge.measures)))


@cache
def of_rules_on(day: datetime.date) -> tuple[Finding, ...]:
    """What is found of packaged rules outside documents, on one day."""
    return tuple(answer(Context(api.base(), day), ("rules",)))


@cache
def packaged() -> Context:
    return on_the_last_day(api.base())


@cache
def of_two(first: str, second: str) -> tuple[Finding, ...]:
    """The clashes of two packaged documents."""
    return tuple(clashes(packaged(), first, second))


@cache
def of_one(name: str) -> tuple[Finding, ...]:
    """What is found of one packaged document."""
    return (*within(packaged(), name), *at_limits(packaged(), name))

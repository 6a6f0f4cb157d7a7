"""Another course: what each text asks for, and what the record says to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from gepnet.criteria import Compare, facts_of, interpret, prose, walk
from gepnet.facts import Facts
from gepnet.knowledge.course_models import AdvisoryLimit
from gepnet.prrt.limits import Against, Total
from gepnet.rules import Rule
from gepnet.tables import Shown
from gepnet.vocabulary import Truth, Vocabulary

#: The words for a condition that holds, does not, or is open.
MET = {True: "met", False: "not met", None: "open"}
BENEFIT_FACTS = ("prrt_benefit_months_from_first_dose", "prrt_benefit_months_from_last_dose")


@dataclass(frozen=True, slots=True)
class Threshold:
    """One comparison of a benefit with a number, as a text makes it; ``fact`` says from where."""

    fact: str
    text: str
    truth: Annotated[Truth, Shown("met", by=MET)]


def thresholds(rule: Rule[Any], facts: Facts, vocabulary: Vocabulary) -> tuple[Threshold, ...]:
    """Return each comparison of a benefit that a rule makes, in either of its readings."""
    found: dict[str, Threshold] = {}
    for part in (part for node in rule.nodes for part in walk(node)):
        if isinstance(part, Compare):
            names = [name for name in facts_of(part) if name in BENEFIT_FACTS]
            if names:
                text = prose(part, vocabulary)
                found.setdefault(text, Threshold(names[0], text, interpret(part, facts.values)))
    return tuple(found.values())


def totals_with(
    given: Total, cycle_gbq: Decimal, most: int, limits: Iterable[AdvisoryLimit]
) -> list[tuple[int, Total, list[Against]]]:
    """Return the lifetime activity after 0, 1, ... further cycles, beside each activity limit."""
    activity = [limit for limit in limits if limit.quantity == "activity"]
    found = []
    for count in range(most + 1):
        total = given.plus(count * cycle_gbq)
        found.append((count, total, [Against(limit, None, total) for limit in activity]))
    return found

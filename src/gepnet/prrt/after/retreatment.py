"""Another course: what each text asks for, and what the record says to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from gepnet.criteria import Compare, Node, explain, facts_of, interpret, prose, walk
from gepnet.facts import Facts
from gepnet.knowledge.course_models import AdvisoryLimit
from gepnet.prrt.after.cumulative import Against, standing
from gepnet.vocabulary import Truth, Vocabulary

BENEFIT_FACTS = ("prrt_benefit_months_from_first_dose", "prrt_benefit_months_from_last_dose")


@dataclass(frozen=True, slots=True)
class Threshold:
    """One comparison of a benefit with a number, as a text makes it; ``fact`` says from where."""

    fact: str
    text: str
    truth: Truth


@dataclass(frozen=True, slots=True)
class Reading:
    """A criterion on a patient: true, false or open; ``ambiguous`` between its two readings."""

    truth: Truth
    ambiguous: bool
    missing: tuple[str, ...]
    thresholds: tuple[Threshold, ...]


def read(when: Node, broad: Node | None, facts: Facts, vocabulary: Vocabulary) -> Reading:
    """Return what a criterion says of a patient, with each of its thresholds of benefit."""
    narrow = explain(when, facts.values)
    truth, ambiguous, missing = narrow.truth, False, narrow.missing
    if truth is not True and broad is not None:
        wide = explain(broad, facts.values)
        if wide.truth is False:
            truth, missing = False, ()
        elif narrow.truth is False and wide.truth is True:
            truth, ambiguous = None, True
        else:
            truth, missing = None, tuple(dict.fromkeys((*missing, *wide.missing)))
    nodes = [when] if broad is None else [when, broad]
    return Reading(
        truth,
        ambiguous,
        facts.to_ask(missing) if truth is None else (),
        tuple(_thresholds(nodes, facts, vocabulary)),
    )


def _thresholds(nodes: Iterable[Node], facts: Facts, vocabulary: Vocabulary) -> Iterable[Threshold]:
    seen: dict[str, Threshold] = {}
    for node in nodes:
        for part in walk(node):
            if not isinstance(part, Compare):
                continue
            names = [name for name in facts_of(part) if name in BENEFIT_FACTS]
            if names:
                text = prose(part, vocabulary)
                seen.setdefault(text, Threshold(names[0], text, interpret(part, facts.values)))
    return seen.values()


def totals_with(
    given_gbq: Decimal | None, cycle_gbq: Decimal, most: int, limits: Iterable[AdvisoryLimit]
) -> list[tuple[int, Decimal | None, list[Against]]]:
    """Return the lifetime activity after 0, 1, ... further cycles, beside each activity limit."""
    activity = [limit for limit in limits if limit.quantity == "activity"]
    found = []
    for count in range(most + 1):
        total = None if given_gbq is None else given_gbq + count * cycle_gbq
        found.append((count, total, [standing(total, limit) for limit in activity]))
    return found

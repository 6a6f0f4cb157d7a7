"""Missing facts with what each result would bring, and a patient before and after a change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gepnet.guidelines import (
    QUIET,
    Assessment,
    KnowledgeBase,
    MissingFact,
    Result,
    Status,
    StatusChange,
    missing,
    what_if,
)
from gepnet.guidelines.whatif import parse_settings
from gepnet.report.assessment import head_view
from gepnet.report.differences import values_text
from gepnet.report.facts import plain_value, value_text
from gepnet.report.words import intent_words, status_word
from gepnet.tables import plain, taken

View = dict[str, Any]


def missing_view(
    assessment: Assessment, base: KnowledgeBase, found: Sequence[MissingFact] | None = None
) -> View:
    """Return every unknown fact that positions wait for, the most influential first.

    Args:
        assessment: of one patient.
        base: the knowledge that it was made with.
        found: what ``missing`` says of it, where that is known already.
    """
    lacking = missing(base, assessment) if found is None else found
    return {
        **head_view(assessment),
        "missing": [fact_view(one, assessment, base) for one in lacking],
    }


def requests(view: View) -> list[View]:
    """Return the missing facts by test or question, since one test may bring several."""
    found: dict[str, list[View]] = {}
    for fact in view["missing"]:
        found.setdefault(fact["request"], []).append(fact)
    return [
        {
            "request": request,
            "changed_positions": _count(facts),
            "open_positions": max(fact["open_positions"] for fact in facts),
            "facts": facts,
        }
        for request, facts in found.items()
    ]


def _count(facts: Sequence[View]) -> int:
    """Return how many positions one of the facts alone would change."""
    return len(
        {
            (change["document"], *change["options"], change["intent"])
            for fact in facts
            for result in fact["results"]
            for change in result["changes"]
        }
    )


def fact_view(found: MissingFact, assessment: Assessment, base: KnowledgeBase) -> View:
    """Return one unknown fact with the test to order and what each result would bring."""
    entry = base.vocabulary[found.fact].entry
    asked = [base.vocabulary[name].entry for name in found.ask]
    orders = dict.fromkeys(ask.order or ask.label for ask in asked)
    return {
        "fact": found.fact,
        "label": entry.label,
        "known": plain_value(assessment.facts.values.get(found.fact)),
        "request": entry.order or "; ".join(orders),
        "ask": list(found.ask),
        "open_positions": found.open_positions,
        "changed_positions": found.changed_positions,
        "results": [_result(found.fact, result, assessment, base) for result in found.results],
    }


def _result(fact: str, result: Result, assessment: Assessment, base: KnowledgeBase) -> View:
    return {
        "values": [plain_value(value) for value in result.values],
        "text": values_text(fact, result.values, result.band, base),
        "summary": _summary(result.changes, assessment, base),
        "changes": [status_change_view(change, assessment, base) for change in result.changes],
    }


def _summary(
    changes: Iterable[StatusChange], assessment: Assessment, base: KnowledgeBase
) -> list[str]:
    """Return the positions that a result brings, a line a document and status, then the rest."""
    brought: dict[tuple[str, Status], dict[str, None]] = {}
    dropped = 0
    for change in changes:
        if change.after in QUIET:
            dropped += 1
        else:
            short = assessment.documents[change.document].document.file.document.short
            names = brought.setdefault((short, change.after), {})
            names[_named(change, base)] = None
    said = base.vocabulary.phrases
    lines = [
        said.status_for.format(
            document=short, status=status_word(status, said), options=", ".join(names)
        )
        for (short, status), names in brought.items()
    ]
    if dropped:
        lines.append((said.falls_away if dropped == 1 else said.fall_away).format(n=dropped))
    return lines


def _named(change: StatusChange, base: KnowledgeBase) -> str:
    label = base.options[change.option].label
    intent = intent_words(change.intent, base.vocabulary.phrases)
    return f"{label} {intent}" if intent else label


def status_change_view(change: StatusChange, assessment: Assessment, base: KnowledgeBase) -> View:
    """Return one position before and after."""
    short = assessment.documents[change.document].document.file.document.short
    told = taken(change, "document option options intent before after")
    return {**told, "short": short, "label": base.options[change.option].label}


def whatif_view(assessment: Assessment, base: KnowledgeBase, settings: Sequence[str]) -> View:
    """Return what would differ if facts were as ``settings`` ("fact=value") say.

    Raises:
        InputError: with every setting that is no fact, or no value of it.
    """
    found = what_if(base, assessment, parse_settings(settings, assessment, base))
    return {
        **head_view(found.before),
        "facts": [
            {
                "fact": change.before.fact,
                "label": base.vocabulary[change.before.fact].entry.label,
                "assumed": change.assumed,
                "before": plain_value(change.before.value),
                "after": plain_value(change.after.value),
                "before_text": value_text(change.before, base),
                "after_text": value_text(change.after, base),
            }
            for change in found.facts
        ],
        "positions": [status_change_view(change, found.before, base) for change in found.positions],
        "labels": plain(found.labels),
        "funding": plain(found.funding),
        "safety": plain(found.safety),
        "checklists": plain(found.items),
    }

"""Another course of PRRT: what each text asks, side by side, and what the record says."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from gepnet.api.assessing import assess_record
from gepnet.api.course_plan import profile_of
from gepnet.api.cumulative import activity_given, against_view, cumulative_view, in_mci, one_line
from gepnet.criteria import facts_of as criteria_facts
from gepnet.facts import Facts
from gepnet.guidelines import Assessment, KnowledgeBase
from gepnet.knowledge import InputError, Problem
from gepnet.prrt.after.retreatment import BENEFIT_FACTS, thresholds, totals_with
from gepnet.prrt.plan import Settings, settings_of
from gepnet.record import Record
from gepnet.rules import Reading
from gepnet.vocabulary import Question

RETREATMENT = "prrt_retreatment"
LABEL_RULE = "beyond-four-doses-rlt"
_WORDS = {True: "met", False: "not met", None: "open"}


def retreatment_view(
    record: Record,
    base: KnowledgeBase,
    question: Question | None = None,
    doses: Path | None = None,
) -> dict[str, Any]:
    """Return what each text asks of another course and what the record says to it.

    Args:
        record: the patient.
        base: the knowledge.
        question: its date, region and day of the knowledge.
        doses: organ doses of earlier cycles as CSV.

    Raises:
        InputError: for a bad date or a bad file of doses.
    """
    assessment = assess_record(record, base, question)
    facts = assessment.facts
    settings = settings_of(base.knowledge.measures)
    given = activity_given(facts)
    cycle = _cycle_activity(base, record)
    totals = totals_with(
        given, cycle, settings.retreatment_cycles_shown, base.knowledge.advisory_limits
    )
    return {
        "patient": record.patient,
        "at": str(facts.at),
        "benefit": [_benefit(name, facts, base) for name in BENEFIT_FACTS],
        "documents": _positions(assessment, base),
        "not_read": [
            document.id
            for document in (d.document for d in assessment.documents.values())
            if _status(assessment, document.id) == "not_read"
        ],
        "rules": [
            {
                "id": rule.entry.id,
                "label": rule.entry.label,
                **_reading(Reading.of(rule, facts), facts, base),
                "note": one_line(rule.entry.note),
                "source": rule.entry.source,
                "locator": rule.entry.locator,
                "verification": rule.entry.verification,
            }
            for rule in base.retreatment
        ],
        "label": _label(assessment),
        "checks": _checks(assessment, base, settings),
        "lifetime": {
            "given_gbq": None if given is None else float(given),
            "given_mci": in_mci(given, base),
            "cycle_gbq": float(cycle),
            "after": [
                {
                    "further_cycles": count,
                    "total_gbq": None if total is None else float(total),
                    "total_mci": in_mci(total, base),
                    "limits": [against_view(one) for one in limits],
                }
                for count, total, limits in totals
            ],
        },
        "cumulative": cumulative_view(record, base, question, doses),
    }


def _cycle_activity(base: KnowledgeBase, record: Record) -> Decimal:
    """The activity of one cycle, as the profile of the patient's region states it."""
    chosen = profile_of(base, record)
    schedules = [p.schedule for p in base.knowledge.plan_profiles if p.id == chosen]
    if not schedules or schedules[0] is None:
        expected = "a profile that states a schedule"
        file = "measures/course_plan.yaml"
        raise InputError([Problem(file, None, "", "default_profile", chosen, expected)])
    return schedules[0].activity_gbq.value


def _benefit(name: str, facts: Facts, base: KnowledgeBase) -> dict[str, Any]:
    fact = facts[name]
    return {
        "fact": name,
        "label": base.vocabulary[name].entry.label,
        "months": None if fact.value is None else str(fact.value),
        "event": fact.event,
    }


def _reading(reading: Reading[Any], facts: Facts, base: KnowledgeBase) -> dict[str, Any]:
    return {
        "met": _WORDS[reading.truth],
        "ambiguous": reading.ambiguous,
        "missing": [base.vocabulary[name].entry.label for name in facts.to_ask(reading.missing)],
        "thresholds": [
            {"fact": one.fact, "text": one.text, "met": _WORDS[one.truth]}
            for one in thresholds(reading.rule, facts, base.vocabulary)
        ],
    }


def _status(assessment: Assessment, document: str) -> str | None:
    cells = assessment.documents[document].cells
    for row in cells:
        if row[0] == RETREATMENT:
            return str(cells[row].status.value)
    return None


def _positions(assessment: Assessment, base: KnowledgeBase) -> list[dict[str, Any]]:
    """Return the documents with a position on another course, with its thresholds."""
    found = []
    for document in assessment.documents.values():
        for item in document.document.recommendations:
            held = [p for p in item.entry.options if p.option == RETREATMENT]
            for position in held:
                cell = document.cells[RETREATMENT, position.intent]
                found.append(
                    {
                        "document": document.document.id,
                        "title": document.document.file.document.short,
                        "entry": item.full_id,
                        "position": position.position,
                        "status": cell.status.value,
                        "possible": [status.value for status in cell.possible],
                        **_reading(document.judged[item.entry.id], assessment.facts, base),
                        "missing": [
                            base.vocabulary[name].entry.label
                            for name in assessment.facts.to_ask(cell.missing)
                        ],
                        "with": list(position.with_),
                        "note": one_line(item.entry.note),
                        "source": item.entry.source,
                        "locator": one_line(item.entry.locator),
                        "verification": item.entry.verification,
                    }
                )
    return found


def _label(assessment: Assessment) -> dict[str, Any] | None:
    for note in assessment.safety:
        if note.rule.entry.id == LABEL_RULE:
            entry = note.rule.entry
            return {
                "message": entry.message,
                "fires": note.fires,
                "source": entry.source,
                "verification": entry.verification,
            }
    return None


def _checks(
    assessment: Assessment, base: KnowledgeBase, settings: Settings
) -> list[dict[str, Any]]:
    """Return what is looked at again as for a first course: imaging, marrow, kidney, liver."""
    chosen = settings.retreatment_checks
    found = []
    for result in assessment.checklists:
        if result.checklist.entry.id != chosen.checklist:
            continue
        for item, state in zip(result.checklist.entry.items, result.results, strict=True):
            if item.id not in chosen.items:
                continue
            old = [
                name
                for name in criteria_facts(state.explanation.node)
                if assessment.facts[name].stale
            ]
            found.append(
                {
                    "id": item.id,
                    "label": item.label,
                    "met": state.met,
                    "missing": [
                        base.vocabulary[name].entry.label
                        for name in assessment.facts.to_ask(state.missing)
                    ],
                    "stale": [base.vocabulary[name].entry.label for name in old],
                    "profile": result.checklist.entry.title,
                    "source": item.source,
                    "verification": item.verification,
                }
            )
    return found

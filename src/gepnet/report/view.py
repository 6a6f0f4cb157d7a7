"""An assessment as plain data: what JSON output holds and what every page is drawn from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from gepnet.criteria import Always, And, Explanation, Not, Or, facts_of, prose
from gepnet.facts import Facts, FactValue, show
from gepnet.guidelines import (
    SPOKEN,
    Assessment,
    Cell,
    ChecklistResult,
    KnowledgeBase,
    LabelAssessment,
    Reason,
    SafetyNote,
    Status,
)
from gepnet.knowledge.models import Recommendation
from gepnet.knowledge.shapes import Sourced
from gepnet.vocabulary import Interval, Truth, unit_words

View = dict[str, Any]
TRUTH_WORDS: dict[Truth, str] = {True: "yes", False: "no", None: "unknown"}
SCOPE_WORDS: dict[Truth, str] = {True: "", False: "out of scope", None: "scope open"}
# Facts that a board wants to see as reasons to treat, in this order.
REASONS_TO_TREAT = (
    "symptomatic",
    "highly_symptomatic",
    "hormone_symptoms",
    "mass_symptoms",
    "high_burden",
    "bulky",
    "progression_radiological_or_clinical",
    "hormone_symptoms_worse",
    "rapid_growth",
)


def assessment_view(assessment: Assessment, base: KnowledgeBase, every_row: bool = False) -> View:
    """Return everything a reader may want of an assessment as JSON-ready data.

    Args:
        assessment: of one patient.
        base: the knowledge it was made with.
        every_row: include options on which no document says anything for this patient.
    """
    rows, hidden = matrix_rows(assessment, base, every_row)
    documents = reading_order(assessment)
    return {
        **head_view(assessment),
        "facts": fact_groups(assessment.facts, base),
        "reasons_to_treat": reasons_to_treat(assessment.facts, base),
        "stale": [fact_view(fact, base) for fact in assessment.facts.stale()],
        "documents": [document_view(assessment, name, base) for name in documents],
        "not_in_force": assessment.not_in_force,
        "rows": rows,
        "options_without_position": hidden,
        "missing": missing_view(assessment, base),
        "labels": [label_view(item, assessment, base) for item in assessment.labels],
        "safety": [safety_view(item, assessment, base) for item in assessment.safety],
        "checklists": [
            checklist_view(result, assessment, base) for result in assessment.checklists
        ],
    }


def head_view(assessment: Assessment) -> View:
    """Return whom an assessment is of, and what it was made with."""
    return {
        "patient": assessment.patient,
        "at": assessment.at,
        "region": assessment.region,
        "knowledge_date": assessment.knowledge_date.isoformat(),
        "gepnet_version": assessment.gepnet_version,
        "knowledge_digest": assessment.knowledge_digest,
    }


def fact_groups(facts: Facts, base: KnowledgeBase) -> list[View]:
    """Return what is known, by heading, in vocabulary order."""
    groups: dict[str, list[View]] = {}
    order = base.vocabulary.order
    for name in sorted(facts, key=order):
        fact = facts[name]
        if fact.value is not None:
            heading = base.vocabulary[name].entry.group
            groups.setdefault(heading, []).append(fact_view(fact, base))
    return [{"group": name, "facts": members} for name, members in groups.items()]


def fact_view(fact: FactValue, base: KnowledgeBase) -> View:
    """Return one fact with its date, origin and what was set aside for it."""
    definition = base.vocabulary[fact.fact]
    entry = definition.entry
    unit = "" if entry.unit is None or entry.unit.startswith("{") else entry.unit
    return {
        "id": fact.fact,
        "label": entry.label,
        "value": plain_value(fact.value),
        "text": value_text(fact, base),
        "unit": unit,
        "origin": fact.origin,
        "date": None if fact.date is None else str(fact.date),
        "event": fact.event,
        "author": fact.author,
        "stale": fact.stale,
        "age_days": fact.age_days,
        "alternatives": [
            {
                "value": show(o.value),
                "date": None if o.date is None else str(o.date),
                "event": o.event,
            }
            for o in fact.alternatives
        ],
        "conflict": None if fact.conflict is None else show(fact.conflict),
        "note": fact.note,
        "family": definition.family is not None,
    }


def value_text(fact: FactValue, base: KnowledgeBase) -> str:
    """Return the value in words, with its unit."""
    definition = base.vocabulary[fact.fact]
    if isinstance(fact.value, str) and definition.type == "enum":
        labels = {value.id: value.label for value in definition.entry.values}
        return labels.get(fact.value) or show(fact.value)
    text = show(fact.value)
    unit = unit_words(definition.entry.unit)
    return f"{text} {unit}" if unit and isinstance(fact.value, Interval) else text


def plain_value(value: Any) -> Any:
    """Return a value as JSON has it: a number, a pair for a range, a word or a boolean."""
    if isinstance(value, Interval):
        low, high = float(value.low), float(value.high)
        return low if value.is_point else [low, high]
    return value if isinstance(value, bool | str) or value is None else str(value)


def reasons_to_treat(facts: Facts, base: KnowledgeBase) -> list[View]:
    """Return the reasons to treat that are known to hold, or known not to."""
    known = [facts[name] for name in REASONS_TO_TREAT if name in base.vocabulary]
    return [fact_view(fact, base) for fact in known if isinstance(fact.value, bool)]


def document_view(assessment: Assessment, name: str, base: KnowledgeBase) -> View:
    """Return a document: identity, age, what was read of it, whether it is about the patient."""
    item = assessment.documents[name]
    head = item.document.file.document
    source = base.sources[head.source]
    return {
        "id": head.id,
        "short": head.short,
        "title": head.title,
        "body": head.body,
        "kind": head.kind,
        "region": list(head.region),
        "year": head.year,
        "age_years": item.age_years,
        "in_scope": TRUTH_WORDS[item.scope.truth],
        "in_scope_word": SCOPE_WORDS[item.scope.truth],
        "scope": explanation_view(item.scope, assessment.facts, base),
        "scope_note": head.scope_note,
        "coverage": item.coverage,
        "reviewers": list(head.reviewers),
        "read": source.read,
        "url": source.url,
        "doi": source.doi,
    }


def matrix_rows(
    assessment: Assessment, base: KnowledgeBase, every_row: bool
) -> tuple[list[View], list[str]]:
    """Return the rows worth reading, and the options of the others.

    A row is left out where no document says anything for this patient, and where an option only
    repeats its class.
    """
    shown: list[View] = []
    rows = assessment.rows() if every_row else speaking_rows(assessment, base)
    documents = [assessment.documents[name] for name in reading_order(assessment)]
    for option, intent in rows:
        cells = [document.cells[option, intent] for document in documents]
        entry = base.options[option]
        shown.append(
            {
                "option": option,
                "label": entry.label,
                "intent": intent,
                "kind": entry.kind,
                "level": entry.level,
                "depth": len(base.options.ancestors(option)),
                "root": base.options.lineage(option)[-1],
                "settled": any(cell.status in SPOKEN for cell in cells),
                "history": history(option, assessment.facts),
                "alerts": alerts(option, assessment, base),
                "cells": [cell_view(cell, assessment, base) for cell in cells],
            }
        )
    left_out = set(assessment.rows()) - set(rows)
    hidden = [base.options[row[0]].label for row in assessment.rows() if row in left_out]
    return shown, list(dict.fromkeys(hidden))


def history(option: str, facts: Facts) -> list[str]:
    """Return what the patient has had of an option: being given, progressed on, not tolerated."""
    words = {
        "on": "being given",
        "progressed_on": "progressed on it",
        "intolerant_to": "not tolerated",
        "received": "received",
    }
    found = [word for name, word in words.items() if facts[f"{name}_{option}"].value is True]
    return found if found == ["received"] else [word for word in found if word != "received"]


def alerts(option: str, assessment: Assessment, base: KnowledgeBase) -> list[View]:
    """Return the safety rules that fire and concern an option, those that stop it first."""
    return [
        {"severity": note.rule.entry.severity, "message": note.rule.entry.message}
        for note in assessment.safety
        if note.fires
        and any(base.options.covers(holder, option) for holder in note.rule.entry.options)
    ]


def speaking_rows(assessment: Assessment, base: KnowledgeBase) -> list[tuple[str, str]]:
    """Return the rows on which a document says something that its class does not say already."""
    return [
        row
        for row in assessment.rows()
        if _speaks(document.cells[row] for document in assessment.documents.values())
        and not _repeats_class(*row, assessment, base)
    ]


def reading_order(assessment: Assessment) -> list[str]:
    """Return the documents, those that are not about the patient last."""
    names = list(assessment.documents)
    return sorted(names, key=lambda name: assessment.documents[name].scope.truth is False)


def _speaks(cells: Iterable[Cell]) -> bool:
    return any(
        cell.status in SPOKEN or cell.is_open or cell.dissent or cell.unverified for cell in cells
    )


def _repeats_class(option: str, intent: str, assessment: Assessment, base: KnowledgeBase) -> bool:
    parents = [a for a in base.options.ancestors(option) if (a, intent) in base.rows]
    if not parents:
        return False
    for document in assessment.documents.values():
        cell, above = document.cells[option, intent], document.cells[parents[0], intent]
        own = [r for r in (*cell.reasons, *cell.dissent, *cell.unverified) if not r.by_class]
        if own or cell.status != above.status:
            return False
    return True


def cell_view(cell: Cell, assessment: Assessment, base: KnowledgeBase) -> View:
    """Return one cell with its reasons."""
    return {
        "document": cell.document,
        "status": cell.status.value,
        "possible": [status.value for status in cell.possible],
        "open": cell.is_open,
        "missing": [ask_view(name, base) for name in assessment.facts.to_ask(cell.missing)],
        "text_ambiguous": cell.ambiguous,
        "badge": cell.badge,
        "reasons": [reason_view(reason, assessment, base) for reason in cell.reasons],
        "dissent": [reason_view(reason, assessment, base) for reason in cell.dissent],
        "unverified": [reason_view(reason, assessment, base) for reason in cell.unverified],
    }


def reason_view(reason: Reason, assessment: Assessment, base: KnowledgeBase) -> View:
    """Return one position behind a cell: what it says, where, and why it applies."""
    recommendation = reason.judged.recommendation
    entry = recommendation.entry
    position = reason.position
    return {
        "recommendation": recommendation.full_id,
        "position": position.position,
        "intent": position.intent,
        "option": position.option,
        "with": list(position.with_),
        "preferred_over": list(position.preferred_over),
        "equivalent_to": list(position.equivalent_to),
        "by_class": base.options[position.option].label if reason.by_class else None,
        "applies": TRUTH_WORDS[reason.judged.truth],
        "text_ambiguous": reason.judged.ambiguous,
        "awaits_approval": list(reason.awaits_approval),
        "note": entry.note,
        "position_note": position.note,
        "strength": strength_text(entry),
        **source_view(entry, base),
        "explanation": explanation_view(reason.judged.explanation, assessment.facts, base),
        "because": because(reason.judged.explanation, assessment.facts, base),
        "missing": [
            ask_view(name, base) for name in assessment.facts.to_ask(reason.judged.missing)
        ],
    }


def strength_text(entry: Recommendation) -> str | None:
    """Return the strength as printed by the document."""
    if entry.strength is None:
        return None
    parts = [entry.strength.level, entry.strength.grade]
    return " ".join(part for part in parts if part) or None


def source_view(entry: Sourced, base: KnowledgeBase) -> View:
    """Return where an entry was read and how far that was verified."""
    source = base.sources[entry.source]
    read_in = base.sources[entry.read_in] if entry.read_in else None
    return {
        "source": entry.source,
        "source_title": source.title,
        "locator": entry.locator,
        "url": (read_in or source).url,
        "doi": source.doi,
        "read_in": None if read_in is None else read_in.title,
        "verification": entry.verification,
    }


def explanation_view(explanation: Explanation, facts: Facts, base: KnowledgeBase) -> View:
    """Return a criterion's own tree with truths and the facts behind each atom."""
    view: View = {
        "text": prose(explanation.node, base.vocabulary),
        "truth": TRUTH_WORDS[explanation.truth],
    }
    leaf = not explanation.parts
    negated_leaf = isinstance(explanation.node, Not) and not explanation.parts[0].parts
    if leaf or negated_leaf:
        names = () if isinstance(explanation.node, Always) else facts_of(explanation.node)
        view["facts"] = [behind_view(name, facts, base) for name in names]
    else:
        view["operator"] = type(explanation.node).__name__.lower()
        view["parts"] = [explanation_view(part, facts, base) for part in explanation.parts]
    return view


def because(explanation: Explanation, facts: Facts, base: KnowledgeBase) -> list[View]:
    """Return an explanation as a short list: each condition, its truth and the facts behind it.

    Of a choice that is settled only the alternatives that settle it are listed.
    """
    node = explanation.node
    if isinstance(node, And):
        return [line for part in explanation.parts for line in because(part, facts, base)]
    if isinstance(node, Or) and explanation.truth is not None:
        deciding = [part for part in explanation.parts if part.truth is explanation.truth]
        return [line for part in deciding for line in because(part, facts, base)]
    known = [name for name in facts_of(node) if facts[name].value is not None]
    return [
        {
            "truth": TRUTH_WORDS[explanation.truth],
            "text": prose(node, base.vocabulary),
            "facts": [behind_view(name, facts, base) for name in known],
        }
    ]


def behind_view(name: str, facts: Facts, base: KnowledgeBase) -> View:
    """Return a fact of an explanation; a worked-out one with the recorded facts behind it."""
    fact = facts[name]
    return {
        "id": name,
        "text": value_text(fact, base),
        "date": None if fact.date is None else str(fact.date),
        "event": fact.event,
        "behind": [
            {
                "id": item.fact,
                "label": base.vocabulary[item.fact].entry.label,
                "text": value_text(item, base),
                "date": None if item.date is None else str(item.date),
                "event": item.event,
            }
            for item in facts.behind(name)
        ],
    }


def ask_view(name: str, base: KnowledgeBase) -> View:
    """Return a missing fact with the test or question that would bring it."""
    entry = base.vocabulary[name].entry
    return {"id": name, "label": entry.label, "order": entry.order}


def missing_view(assessment: Assessment, base: KnowledgeBase) -> list[View]:
    """Return what to order or ask, the request that would touch most open positions first.

    Facts that one test brings (uptake, score and extent of an SSTR-PET) are one request.
    """
    counts: Counter[str] = Counter()
    wanted: dict[str, dict[str, None]] = {}
    for document in assessment.documents.values():
        for cell in document.cells.values():
            if not cell.is_open:
                continue
            requests = set()
            for name in assessment.facts.to_ask(cell.missing):
                entry = base.vocabulary[name].entry
                request = entry.order or entry.label
                wanted.setdefault(request, {})[name] = None
                requests.add(request)
            counts.update(requests)
    order = {request: index for index, request in enumerate(wanted)}
    ranked = sorted(counts.items(), key=lambda item: (-item[1], order[item[0]]))
    return [
        {
            "request": request,
            "open_positions": count,
            "facts": [ask_view(name, base) for name in wanted[request]],
        }
        for request, count in ranked
    ]


def label_view(item: LabelAssessment, assessment: Assessment, base: KnowledgeBase) -> View:
    """Return whether a medicine is used within its indication in a region."""
    entry = item.label.entry
    return {
        "id": entry.id,
        "option": entry.option,
        "option_label": base.options[entry.option].label,
        "region": entry.region,
        "authority": entry.authority,
        "status": item.status,
        "text_ambiguous": item.ambiguous,
        "indication": entry.indication,
        "missing": [ask_view(name, base) for name in assessment.facts.to_ask(item.missing)],
        "against": unmet(item.explanation, base),
        **source_view(entry, base),
        "explanation": explanation_view(item.explanation, assessment.facts, base),
    }


def unmet(explanation: Explanation, base: KnowledgeBase) -> list[str]:
    """Return the parts of a conjunction that fail, in words."""
    if explanation.truth is not False:
        return []
    parts = explanation.parts or (explanation,)
    return [prose(part.node, base.vocabulary) for part in parts if part.truth is False]


def safety_view(note: SafetyNote, assessment: Assessment, base: KnowledgeBase) -> View:
    """Return a safety rule that fires or cannot be excluded."""
    entry = note.rule.entry
    return {
        "id": entry.id,
        "fires": note.fires,
        "text_ambiguous": note.ambiguous,
        "severity": entry.severity,
        "message": entry.message,
        "options": [base.options[name].label for name in entry.options],
        "concerns_a_position": _concerns_a_position(entry.options, assessment, base),
        "missing": [ask_view(name, base) for name in assessment.facts.to_ask(note.missing)],
        **source_view(entry, base),
        "explanation": explanation_view(note.explanation, assessment.facts, base),
    }


def _concerns_a_position(
    options: Sequence[str], assessment: Assessment, base: KnowledgeBase
) -> bool:
    """Whether a rule is about the whole patient or about an option that some document is for."""
    in_favour = {Status.RECOMMENDED, Status.OPTION, Status.TRIAL_ONLY, Status.CONFLICTING}
    return not options or any(
        document.cells[row].status in in_favour
        for row in base.rows
        if any(base.options.covers(holder, row[0]) for holder in options)
        for document in assessment.documents.values()
    )


def checklist_view(result: ChecklistResult, assessment: Assessment, base: KnowledgeBase) -> View:
    """Return a checklist: met, not met, missing or text ambiguous, item by item."""
    entry = result.checklist.entry
    return {
        "id": entry.id,
        "title": entry.title,
        "option": entry.option,
        "items": [
            {
                "id": item.id,
                "label": item.label,
                "result": found.met,
                "text_ambiguous": found.ambiguous,
                "missing": [
                    ask_view(name, base) for name in assessment.facts.to_ask(found.missing)
                ],
                "facts": explanation_facts(found.explanation, assessment.facts, base),
                **source_view(item, base),
            }
            for item, found in zip(entry.items, result.results, strict=True)
        ],
    }


def explanation_facts(explanation: Explanation, facts: Facts, base: KnowledgeBase) -> list[View]:
    """Return the known facts that an explanation rests on."""
    return [
        fact_view(facts[name], base)
        for name in facts_of(explanation.node)
        if facts[name].value is not None
    ]

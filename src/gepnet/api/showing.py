"""Knowledge and explanations as plain data for front ends."""

from __future__ import annotations

import datetime
from typing import Any

from gepnet.criteria import explain, prose
from gepnet.facts import Facts
from gepnet.guidelines import Assessment, KnowledgeBase, documents_in_force
from gepnet.guidelines.compiled import CompiledDocument, CompiledRecommendation
from gepnet.knowledge import InputError, Problem, nearest
from gepnet.report import Matrix, quiet_documents, split_matrix
from gepnet.report import view as views
from gepnet.rules import Reading
from gepnet.vocabulary import Question

View = dict[str, Any]

__all__ = [
    "assessment_view",
    "explain_recommendation",
    "facts_view",
    "find_recommendation",
    "list_documents",
    "list_entries",
    "list_facts",
    "matrix_parts",
    "quiet_documents",
    "show_entry",
    "show_fact",
]


def assessment_view(assessment: Assessment, base: KnowledgeBase, every_row: bool = False) -> View:
    """Return an assessment as JSON-ready data."""
    return views.assessment_view(assessment, base, every_row)


def matrix_parts(view: View) -> list[Matrix]:
    """Return the matrix of an assessment view in the parts in which a board reads it."""
    return split_matrix(view)


def facts_view(facts: Facts, base: KnowledgeBase) -> list[View]:
    """Return the facts of a patient by heading."""
    return views.fact_groups(facts, base)


def _unknown(kind: str, name: str, known: list[str]) -> InputError:
    return InputError(
        [
            Problem(
                "command line", None, "", kind, repr(name), f"a known {kind}", nearest(name, known)
            )
        ]
    )


def list_facts(base: KnowledgeBase) -> list[View]:
    """Return the facts of the vocabulary, families as patterns."""
    facts = [
        {
            "id": f.id,
            "label": f.entry.label,
            "type": f.type,
            "unit": f.entry.unit,
            "group": f.entry.group,
        }
        for f in base.vocabulary.base_facts()
    ]
    families = [
        {"id": f.pattern, "label": f.label, "type": f.type, "unit": f.unit, "group": f.group}
        for f in base.vocabulary.families
    ]
    return facts + families


def show_fact(base: KnowledgeBase, name: str) -> View:
    """Return one fact in full.

    Raises:
        InputError: if there is no such fact.
    """
    if name not in base.vocabulary:
        raise _unknown("fact", name, list(base.vocabulary))
    entry = base.vocabulary[name].entry
    view: View = entry.model_dump(mode="json", exclude={"file", "line"}, exclude_none=True)
    view["values"] = [f"{v.id}" + (f" ({v.label})" if v.label else "") for v in entry.values]
    view["source_title"] = base.sources[entry.source].title if entry.source else None
    return {key: value for key, value in view.items() if value not in (None, [], {}, "")}


def list_documents(base: KnowledgeBase, day: datetime.date | None = None) -> list[View]:
    """Return the documents with how much of each was read."""
    in_force, _ = documents_in_force(base.documents, day or datetime.date.today())
    names = {document.id for document in in_force}
    return [
        {
            "id": document.id,
            "short": document.file.document.short,
            "title": document.file.document.title,
            "year": document.file.document.year,
            "region": list(document.file.document.region),
            "read": base.sources[document.file.document.source].read,
            "recommendations": len(document.recommendations),
            "unverified": sum(
                r.entry.verification == "unverified" for r in document.recommendations
            ),
            "in_force": document.id in names,
        }
        for document in base.documents
    ]


def list_entries(base: KnowledgeBase) -> list[View]:
    """Return every recommendation of every document."""
    return [
        _recommendation(r, base) for document in base.documents for r in document.recommendations
    ]


def show_entry(base: KnowledgeBase, name: str) -> View:
    """Return a document, or a recommendation by ``document/recommendation``.

    Raises:
        InputError: if there is no such entry.
    """
    documents = {document.id: document for document in base.documents}
    if name in documents:
        return _document(documents[name], base)
    return _recommendation(find_recommendation(base, name), base)


def find_recommendation(base: KnowledgeBase, name: str) -> CompiledRecommendation:
    """Return a recommendation by its full id.

    Raises:
        InputError: if there is no such recommendation.
    """
    found = {r.full_id: r for document in base.documents for r in document.recommendations}
    if name not in found:
        raise _unknown("recommendation", name, [*found, *(d.id for d in base.documents)])
    return found[name]


def _document(document: CompiledDocument, base: KnowledgeBase) -> View:
    head = document.file.document
    return {
        "id": head.id,
        "title": head.title,
        "body": head.body,
        "year": head.year,
        "kind": head.kind,
        "regions": ", ".join(head.region),
        "scope": prose(document.scope, base.vocabulary),
        "scope_note": head.scope_note,
        "source": base.sources[head.source].title,
        "read": base.sources[head.source].read,
        "coverage": [c.model_dump(mode="json") for c in head.coverage],
        "entries": [_recommendation(r, base) for r in document.recommendations],
        "statements": [
            s.model_dump(mode="json", exclude={"file", "line"}) for s in document.file.statements
        ],
    }


def _recommendation(item: CompiledRecommendation, base: KnowledgeBase) -> View:
    entry = item.entry
    positions = [
        f"{p.position.replace('_', ' ')}: {base.options[p.option].label}" for p in entry.options
    ]
    return {
        "id": item.full_id,
        "positions": "; ".join(positions),
        "when": prose(item.when, base.vocabulary),
        "criterion": entry.when,
        "broad": None if item.when_broad is None else prose(item.when_broad, base.vocabulary),
        "criterion_broad": entry.when_broad,
        "note": entry.note,
        "strength": views.strength_text(entry),
        "dissent": entry.dissent,
        "requires_approval": ", ".join(entry.requires_approval or ()),
        **views.source_view(entry, base),
        "fact_ids": ", ".join(entry.fact_ids),
        "file": f"{entry.file}:{entry.line}",
    }


def explain_recommendation(
    facts: Facts, base: KnowledgeBase, name: str, question: Question | None = None
) -> View:
    """Return why a recommendation applies, does not apply or stays open.

    ``applies`` is about its own criterion; beside it stand whether the document is about the
    patient and why, if so, it is not in force on the day of the question (default: today).

    Raises:
        InputError: if there is no such recommendation.
    """
    when = (question or Question()).knowledge_date
    item = find_recommendation(base, name)
    judged = Reading.of(item, facts)
    document = next(d for d in base.documents if d.id == item.owner)
    scope = explain(document.scope, facts.values)
    return {
        "recommendation": name,
        "patient": facts.patient,
        "knowledge_date": when.isoformat(),
        "not_in_force": documents_in_force(base.documents, when)[1].get(item.owner),
        "dissent": item.entry.dissent,
        "applies": views.TRUTH_WORDS[judged.truth],
        "text_ambiguous": judged.ambiguous,
        "note": item.entry.note,
        "positions": [
            {
                "position": p.position,
                "option": p.option,
                "label": base.options[p.option].label,
                "intent": p.intent,
            }
            for p in item.entry.options
        ],
        "strength": views.strength_text(item.entry),
        **views.source_view(item.entry, base),
        "scope": views.explanation_view(scope, facts, base),
        "explanation": views.explanation_view(judged.explanation, facts, base),
        "settled_by": [prose(part.node, base.vocabulary) for part in judged.explanation.settled_by],
        "missing": [base.vocabulary[fact].entry.label for fact in facts.to_ask(judged.missing)],
    }

"""The knowledge itself for a reader: facts of the vocabulary, documents, recommendations."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Annotated, Any

from gepnet.criteria import explain, prose
from gepnet.facts import Facts
from gepnet.guidelines import KnowledgeBase, Status, documents_in_force
from gepnet.guidelines.compiled import CompiledDocument, CompiledRecommendation
from gepnet.knowledge import refuse
from gepnet.knowledge.models import DocumentHeader, Position, Recommendation
from gepnet.knowledge.vocabulary_models import FactShape
from gepnet.report.explanations import (
    Branch,
    Leaf,
    Reader,
    SourceView,
    as_text,
    may_turn_with,
    source_of,
    strength_text,
)
from gepnet.report.words import status_word
from gepnet.rules import Reading
from gepnet.tables import Shown, plain, view_class
from gepnet.vocabulary import TRUTH_WORDS, Question, Truth

View = dict[str, Any]


def _unknown(kind: str, name: str, known: Iterable[str]) -> Exception:
    return refuse(kind, repr(name), f"a known {kind}", known)


@view_class
class ListedFact:
    """A fact of the vocabulary, or a family of facts as a pattern."""

    id: str
    entry: Annotated[FactShape, Shown(take="label type unit group", flat=True)]

    def mentions(self, word: str) -> bool:
        """Whether the id, label or group contains a word, or a value or code in words does."""
        entry = self.entry
        values = (word for value in entry.values for word in (value.id, value.label))
        codes = (code.display for code in entry.codes)
        texts = (self.id, entry.label, entry.group, *values, *codes)
        return any(word.casefold() in text.casefold() for text in texts if text)


def list_facts(base: KnowledgeBase, word: str = "", group: str = "") -> list[View]:
    """Return the facts of the vocabulary, families as patterns.

    Args:
        base: the knowledge.
        word: only what contains it in its id, label, group, values or codes.
        group: only groups that contain this.
    """
    vocabulary = base.vocabulary
    facts = [ListedFact(fact.id, fact.entry) for fact in vocabulary.base_facts()]
    facts += [ListedFact(family.pattern, family) for family in vocabulary.families]
    wanted = [fact for fact in facts if fact.mentions(word)]
    return [plain(f) for f in wanted if group.casefold() in f.entry.group.casefold()]


def show_fact(base: KnowledgeBase, name: str) -> View:
    """Return one fact in full.

    Raises:
        InputError: if there is no such fact.
    """
    if name not in base.vocabulary:
        raise _unknown("fact", name, base.vocabulary)
    entry = base.vocabulary[name].entry
    view: View = entry.model_dump(mode="json", exclude={"file", "line"}, exclude_none=True)
    view["values"] = [f"{v.id}" + (f" ({v.label})" if v.label else "") for v in entry.values]
    view["source_title"] = base.sources[entry.source].title if entry.source else None
    return {key: value for key, value in view.items() if value not in (None, [], {}, "")}


@view_class
class ListedDocument:
    """A document with how much of it was read."""

    head: Annotated[DocumentHeader, Shown(take="id short title year region", flat=True)]
    read: str
    recommendations: int
    unverified: int
    in_force: bool


def list_documents(base: KnowledgeBase, day: datetime.date | None = None) -> list[View]:
    """Return the documents with how much of each was read."""
    in_force, _ = documents_in_force(base.documents, day or datetime.date.today())
    names = {document.id for document in in_force}
    listed = []
    for document in base.documents:
        head, entries = document.file.document, document.recommendations
        unverified = sum(r.entry.verification == "unverified" for r in entries)
        read = base.sources[head.source].read
        listed.append(ListedDocument(head, read, len(entries), unverified, document.id in names))
    return list(plain(listed))


def list_entries(base: KnowledgeBase) -> list[View]:
    """Return every recommendation of every document."""
    return [plain(_entry(r, base)) for d in base.documents for r in d.recommendations]


def show_entry(base: KnowledgeBase, name: str) -> View:
    """Return a document, or a recommendation by ``document/recommendation``.

    Raises:
        InputError: if there is no such entry.
    """
    documents = {document.id: document for document in base.documents}
    if name in documents:
        return _document(documents[name], base)
    return dict(plain(_entry(find_recommendation(base, name), base)))


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
    source = base.sources[head.source]
    return {
        **{name: getattr(head, name) for name in ("id", "title", "body", "year", "kind")},
        "regions": ", ".join(head.region),
        "scope": prose(document.scope, base.vocabulary),
        "scope_note": head.scope_note,
        "source": source.title,
        "read": source.read,
        "coverage": [c.model_dump(mode="json") for c in head.coverage],
        "entries": [plain(_entry(r, base)) for r in document.recommendations],
        "statements": plain(document.file.statements),
    }


@view_class
class EntryView:
    """A recommendation in words, with its criterion as it is written."""

    id: str
    positions: str
    when: str
    criterion: str
    broad: str | None
    criterion_broad: str | None
    note: str | None
    refers: Annotated[str | None, Shown("as")]
    strength: str | None
    dissent: bool
    requires_approval: str
    source: Annotated[SourceView, Shown(flat=True)]
    fact_ids: str
    file: str


def _entry(item: CompiledRecommendation, base: KnowledgeBase) -> EntryView:
    entry = item.entry
    positions = (
        f"{status_word(p.position, base.vocabulary.phrases)}: {base.options[p.option].label}"
        for p in entry.options
    )
    return EntryView(
        item.full_id,
        "; ".join(positions),
        prose(item.when, base.vocabulary),
        entry.when,
        None if item.when_broad is None else prose(item.when_broad, base.vocabulary),
        entry.when_broad,
        entry.note,
        as_text(entry, base),
        strength_text(entry),
        entry.dissent,
        ", ".join(entry.requires_approval or ()),
        source_of(entry, base),
        ", ".join(entry.fact_ids),
        f"{entry.file}:{entry.line}",
    )


@view_class
class StatedPosition:
    """What a recommendation says of one option."""

    position: Annotated[Position, Shown(take="position option intent", flat=True)]
    label: str


@view_class
class Explained:
    """Why a recommendation applies to a patient, does not apply or stays open."""

    recommendation: str
    patient: str
    knowledge_date: datetime.date
    not_in_force: str | None
    truth: Annotated[Truth, Shown("applies", by=TRUTH_WORDS)]
    open: Status | None
    text_ambiguous: bool
    entry: Annotated[Recommendation, Shown(take="dissent note", flat=True)]
    positions: list[StatedPosition]
    refers: Annotated[str | None, Shown("as")]
    strength: str | None
    source: Annotated[SourceView, Shown(flat=True)]
    scope: Leaf | Branch
    explanation: Leaf | Branch
    settled_by: list[str]
    missing: list[str]
    may_turn_with: list[str]


def _open(judged: Reading[Recommendation], facts: Facts) -> Status | None:
    """Return by which of the two kinds a recommendation is open, if it is."""
    if judged.truth is not None:
        return None
    broad = explain(judged.rule.broadest, facts.values)
    by_text = judged.explanation.lasting is False and broad.lasting is True
    return Status.TEXT_OPEN if by_text else Status.FACT_MISSING


def explain_recommendation(
    facts: Facts, base: KnowledgeBase, name: str, question: Question | None = None
) -> View:
    """Return why a recommendation applies, does not apply or stays open.

    ``applies`` is about its own criterion; beside it stand whether the document is about the
    patient and why, if so, it is not in force on the day of the question (default: today).

    Raises:
        InputError: if there is no such recommendation.
    """
    day = (question or Question()).knowledge_date
    item = find_recommendation(base, name)
    judged = Reading.of(item, facts)
    document = next(d for d in base.documents if d.id == item.owner)
    entry, reader = item.entry, Reader(base, facts)
    found = Explained(
        name,
        facts.patient,
        day,
        documents_in_force(base.documents, day)[1].get(item.owner),
        judged.truth,
        _open(judged, facts),
        judged.ambiguous,
        entry,
        [StatedPosition(p, base.options[p.option].label) for p in entry.options],
        as_text(entry, base),
        strength_text(entry),
        source_of(entry, base),
        reader.tree(explain(document.scope, facts.values)),
        reader.tree(judged.explanation),
        [reader.words(part.node) for part in judged.explanation.settled_by],
        [ask.label for ask in reader.asks(judged.missing)],
        [ask.label for ask in reader.asks(may_turn_with(judged))],
    )
    return dict(plain(found))

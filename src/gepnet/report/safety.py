"""Safety rules of a patient for a reader: what fires, and what would exclude the rest."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from gepnet.guidelines import Assessment, KnowledgeBase
from gepnet.guidelines.safety import InQuestion
from gepnet.knowledge.rule_models import SafetyRule
from gepnet.report.explanations import Asks, Branch, Leaf, Reader, SourceView, source_of
from gepnet.rules import Excluding, SafetyNote, excluding
from gepnet.tables import Shown, view_class

#: How many lines the head of a page has room for; what stops or withholds is never left out.
HEAD_LINES = 3


@view_class
class SafetyView:
    """A safety rule that fires or cannot be excluded; ``in_head`` if it stands above everything."""

    entry: Annotated[SafetyRule, Shown(take="id severity message off_label", flat=True)]
    fires: bool
    text_ambiguous: bool
    options: list[str]
    concerns_a_position: bool
    in_head: bool
    missing: Asks
    source: Annotated[SourceView, Shown(flat=True)]
    explanation: Leaf | Branch


@view_class
class ExcludingView:
    """What to order or ask, and the safety rules that it alone would exclude."""

    order: str
    concerns_a_position: bool
    facts: Asks
    rules: Annotated[list[SafetyRule], Shown(take="id severity message")]


def safety_views(assessment: Assessment, base: KnowledgeBase) -> list[SafetyView]:
    """Return the rules of a patient, what fires on an option in question first."""
    asked = InQuestion.of(assessment, base)
    views = [_view(note, asked, Reader(base, assessment.facts)) for note in assessment.safety]
    views.sort(key=lambda view: not (view.fires and view.concerns_a_position))
    lines = 0
    for index, view in enumerate(views):
        # What is outside a label is one line together; what stops or withholds is always one.
        line = view.entry.severity != "warn" or (lines < HEAD_LINES and not view.entry.off_label)
        if view.fires and view.concerns_a_position and line:
            views[index] = replace(view, in_head=True)
            lines += 1
    return views


def not_excluded(assessment: Assessment, base: KnowledgeBase) -> list[ExcludingView]:
    """Return the rules that missing facts leave open by the one order that would exclude them."""
    asked, reader = InQuestion.of(assessment, base), Reader(base, assessment.facts)
    groups = excluding(assessment.safety, assessment.facts, base.vocabulary)
    views = [_group(one, asked, reader) for one in groups]
    return sorted(views, key=lambda view: not view.concerns_a_position)


def _view(note: SafetyNote, asked: InQuestion, reader: Reader) -> SafetyView:
    entry, base = note.rule.entry, reader.base
    return SafetyView(
        entry,
        note.fires,
        note.ambiguous,
        [base.options[name].label for name in entry.options],
        asked.is_about(entry),
        False,
        reader.asks(note.missing),
        source_of(entry, base),
        reader.tree(note.explanation),
    )


def _group(one: Excluding, asked: InQuestion, reader: Reader) -> ExcludingView:
    rules = [note.rule.entry for note in one.notes]
    said = reader.base.vocabulary.phrases
    return ExcludingView(
        f" {said.and_word} ".join(one.orders) or said.text_leaves_open,
        any(asked.is_about(rule) for rule in rules),
        reader.asks(one.facts),
        rules,
    )

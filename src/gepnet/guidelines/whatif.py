"""What would be different if some facts were: one patient before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from gepnet.facts import FactValue, facts_with, inputs_of, is_given
from gepnet.guidelines.assess import assess
from gepnet.guidelines.changes import StatusChange
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.model import Assessment
from gepnet.knowledge import InputError, Problem, asked
from gepnet.tables import Shown
from gepnet.vocabulary import TRUTH_WORDS, Truth, Value, ValueProblem

_UNKNOWN = {"unknown", "null", ""}


@dataclass(frozen=True)
class LabelChange:
    """The status of an authorised indication before and after."""

    label: str
    option: str
    option_label: str
    region: str
    before: str
    after: str


@dataclass(frozen=True)
class FundingChange:
    """What a payer's decision says of the patient before and after."""

    decision: str
    short: str
    option: str
    option_label: str
    region: str
    before: str
    after: str


@dataclass(frozen=True)
class SafetyChange:
    """A safety rule before and after: it fires, cannot be excluded, or does not apply."""

    rule: str
    severity: str
    message: str
    before: str
    after: str


@dataclass(frozen=True)
class ItemChange:
    """A checklist item before and after."""

    checklist: str
    title: str
    item: str
    label: str
    before: Annotated[Truth, Shown(by=TRUTH_WORDS)]
    after: Annotated[Truth, Shown(by=TRUTH_WORDS)]


@dataclass(frozen=True)
class FactChange:
    """A fact before and after, changed by hand or worked out anew."""

    before: FactValue
    after: FactValue
    assumed: bool


@dataclass(frozen=True)
class WhatIf:
    """Everything that differs between two assessments of one patient."""

    before: Assessment
    after: Assessment
    facts: tuple[FactChange, ...]
    positions: tuple[StatusChange, ...]
    labels: tuple[LabelChange, ...]
    funding: tuple[FundingChange, ...]
    safety: tuple[SafetyChange, ...]
    items: tuple[ItemChange, ...]


def what_if(base: KnowledgeBase, assessment: Assessment, changes: Mapping[str, Value]) -> WhatIf:
    """Return what differs if ``changes`` were so; None as a value makes a fact unknown."""
    facts = facts_with(assessment.facts, changes, base.knowledge, base.criteria)
    after = assess(base, facts, assessment.question)
    return WhatIf(
        assessment,
        after,
        _facts(base, assessment, after, changes),
        _positions(base, assessment, after),
        _labels(base, assessment, after),
        _funding(base, assessment, after),
        _safety(base, assessment, after),
        _items(assessment, after),
    )


def _facts(
    base: KnowledgeBase, before: Assessment, after: Assessment, changes: Mapping[str, Value]
) -> tuple[FactChange, ...]:
    names = sorted({*before.facts, *after.facts, *changes}, key=base.vocabulary.order)
    return tuple(
        FactChange(before.facts[name], after.facts[name], name in changes)
        for name in names
        if name in changes or before.facts[name].value != after.facts[name].value
    )


def _positions(
    base: KnowledgeBase, before: Assessment, after: Assessment
) -> tuple[StatusChange, ...]:
    """Return the statuses that changed; options below another with the same change go with it."""
    found: list[StatusChange] = []
    for name, document in before.documents.items():
        joined: dict[tuple[str, str, str, str], list[str]] = {}
        for (option, intent), cell in document.cells.items():
            now = after.documents[name].cells[option, intent].status
            if now is not cell.status:
                key = (
                    intent,
                    cell.status,
                    now,
                    _widest(base, document.document.id, option, intent),
                )
                joined.setdefault(key, []).append(option)
        found.extend(
            StatusChange(
                name,
                tuple(options),
                intent,
                document.cells[options[0], intent].status,
                after.documents[name].cells[options[0], intent].status,
            )
            for (intent, *_), options in joined.items()
        )
    return tuple(found)


def _widest(base: KnowledgeBase, document: str, option: str, intent: str) -> str:
    """Return the option from which this one has its position, or the option itself."""
    held = base.held_by_document[document].get((option, intent), ())
    return option if any(not h.by_class for h in held) or not held else held[0].position.option


def _labels(base: KnowledgeBase, before: Assessment, after: Assessment) -> tuple[LabelChange, ...]:
    now = {label.label.entry.id: label.status for label in after.labels}
    pairs = [(x.label.entry, x.status, now[x.label.entry.id]) for x in before.labels]
    return tuple(
        LabelChange(e.id, e.option, base.options[e.option].label, e.region, old, new)
        for e, old, new in pairs
        if old != new
    )


def _funding(
    base: KnowledgeBase, before: Assessment, after: Assessment
) -> tuple[FundingChange, ...]:
    pairs = [
        (old.entry, old.status, new.status)
        for old, new in zip(before.funding, after.funding, strict=True)
    ]
    return tuple(
        FundingChange(e.id, e.short, e.option, base.options[e.option].label, e.region, old, new)
        for e, old, new in pairs
        if old != new
    )


def _safety(base: KnowledgeBase, before: Assessment, after: Assessment) -> tuple[SafetyChange, ...]:
    def states(assessment: Assessment) -> dict[str, str]:
        return {n.rule.entry.id: "fires" if n.fires else "open" for n in assessment.safety}

    was, now = states(before), states(after)
    rules = [rule.entry for rule in base.safety]
    pairs = [(e, was.get(e.id, "not met"), now.get(e.id, "not met")) for e in rules]
    return tuple(
        SafetyChange(e.id, e.severity, e.message, old, new) for e, old, new in pairs if old != new
    )


def _items(before: Assessment, after: Assessment) -> tuple[ItemChange, ...]:
    return tuple(
        ItemChange(head.id, head.title, item.id, item.label, old.truth, new.truth)
        for was, now in zip(before.checklists, after.checklists, strict=True)
        for head in (was.checklist.entry,)
        for item, old, new in zip(head.items, was.results, now.results, strict=True)
        if old.truth is not new.truth
    )


def parse_settings(
    settings: Sequence[str], assessment: Assessment, base: KnowledgeBase
) -> dict[str, Value]:
    """Return the facts and values that settings such as ``ki67_percent=9`` name.

    Raises:
        InputError: with every fault.
    """
    found: dict[str, Value] = {}
    problems: list[Problem] = []
    for setting in settings:
        name, equals, text = (part.strip() for part in setting.partition("="))
        try:
            if not equals:
                raise ValueProblem(setting, "fact=value, such as ki67_percent=9")
            found[name] = _value(name, text, assessment, base)
        except KeyError:
            problems.append(asked("--set", repr(name), "a fact", base.vocabulary))
        except ValueProblem as fault:
            field = f"--set {name}" if equals else "--set"
            told = asked(field, repr(fault.value), fault.expected)
            problems.append(replace(told, nearest=fault.suggestion))
    if problems:
        raise InputError(problems)
    return found


def _value(name: str, text: str, assessment: Assessment, base: KnowledgeBase) -> Value:
    fact = base.vocabulary[name]
    flag = base.vocabulary.words.flag(text) if fact.type == "boolean" else None
    if flag is not None:
        return flag
    if text.lower() not in _UNKNOWN or text in fact.values:
        return fact.parse(text)
    if fact.is_derived and not is_given(assessment.facts, name, base.vocabulary):
        behind = ", ".join(inputs_of(fact, base.criteria))
        expected = "a value, since it is worked out" + (f" from {behind}" if behind else "")
        raise ValueProblem(text, expected)
    return None

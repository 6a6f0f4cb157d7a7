"""Two documents, or two states of the knowledge: entries that changed, and patients concerned."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gepnet.criteria.smt import conj, disj
from gepnet.guidelines.assess import in_force
from gepnet.guidelines.compiled import CompiledDocument, CompiledLabel, KnowledgeBase
from gepnet.guidelines.positions import DocumentPositions
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.diff import changes
from gepnet.guidelines.verify.draft import Draft
from gepnet.guidelines.verify.findings import Finding
from gepnet.guidelines.verify.labels import label_source
from gepnet.guidelines.verify.prover import Part
from gepnet.guidelines.verify.regions import deciding_facts
from gepnet.rules import Rule
from gepnet.rules.rule import E_co

Entries = list[dict[str, Any]]


def compare_documents(
    base: KnowledgeBase, before: str, after: str, day: datetime.date
) -> tuple[Entries, list[Finding]]:
    """Return the entries of two documents that differ, and the patients whose status does."""
    context = Context(base, day)
    stands = context.positions.by_document
    documents = context.documents
    entries = _entries(documents[before], documents[after])
    return entries, list(changes(context, stands[before], stands[after], (before, after)))


def compare_states(
    old: KnowledgeBase, new: KnowledgeBase, without: frozenset[str], day: datetime.date
) -> tuple[Entries, list[Finding]]:
    """Return what differs between two states: document by document, labels, payers."""
    context = Context(new, day)
    before = DocumentPositions(old).by_document
    after = context.positions.by_document
    ours = {d.id: d for d in new.documents}
    theirs = {d.id: d for d in old.documents}
    entries: Entries = []
    findings: list[Finding] = []
    for name in dict.fromkeys([*theirs, *ours]):
        entries += _entries(theirs.get(name), ours.get(name))
        names = (f"{name} before", f"{name} after")
        findings += changes(context, before.get(name, {}), after.get(name, {}), names)
    one = [label for label in old.labels if in_force(label, day)]
    two = [label for label in new.labels if in_force(label, day) and label.entry.id not in without]
    changed = _label_entries(one, two)
    entries += changed
    if changed:
        findings += _label_changes(context, one, two)
    was, now = ({x.entry.id: x for x in base.funding if in_force(x, day)} for base in (old, new))
    said = ["when", "when_broad", "decision", "draft", "conditions_read"]
    entries += _differences(was, now, said)
    return entries, findings


def _entries(before: CompiledDocument | None, after: CompiledDocument | None) -> Entries:
    old, new = (
        {} if one is None else {r.entry.id: r for r in one.recommendations}
        for one in (before, after)
    )
    found = _differences(old, new, _FIELDS)
    if before is not None and after is not None and before.scope != after.scope:
        found.append({"change": "changed", "entry": after.id, "what": "scope"})
    return found


_FIELDS = (
    "when", "when_broad", "options", "strength", "dissent", "requires_approval", "verification"
)  # fmt: skip


def _differences(
    old: Mapping[str, Rule[E_co]], new: Mapping[str, Rule[E_co]], fields: Sequence[str]
) -> Entries:
    """Return the rules that are in one of two states only, or differ in some fields."""
    found: Entries = []
    for name in dict.fromkeys([*old, *new]):
        one, other = old.get(name), new.get(name)
        if one is not None and other is not None:
            what = [f for f in fields if getattr(one.entry, f) != getattr(other.entry, f)]
            told, said = "changed", ", ".join(what)
        else:
            told = "added" if one is None else "removed"
            said = next(rule.entry.when for rule in (one, other) if rule is not None)
        if said:
            entry = next(rule.full_id for rule in (other, one) if rule is not None)
            found.append({"change": told, "entry": entry, "what": said})
    return found


def _label_entries(before: list[CompiledLabel], after: list[CompiledLabel]) -> Entries:
    old, new = ({label.entry.id: label for label in labels} for labels in (before, after))
    return _differences(old, new, ["when"])


def _label_changes(
    context: Context, before: list[CompiledLabel], after: list[CompiledLabel]
) -> Iterator[Finding]:
    """Yield who is on label in a region that was not, and the other way round."""
    prover = context.prover
    places = dict.fromkeys((x.entry.option, x.entry.region) for x in [*before, *after])
    for option, region in places:
        old, new = (
            [x for x in labels if (x.entry.option, x.entry.region) == (option, region)]
            for labels in (before, after)
        )
        if [x.when for x in old] == [x.when for x in new]:
            continue
        names = f"label {region} before", f"label {region} after"
        for first, second, words in ((old, new, ("off", "on")), (new, old, ("on", "off"))):
            on = disj(prover.holds((x.when, True)) for x in second)
            # A label that is open by its text is not off label: neither reading may hold.
            outside: list[Part] = [(node, False) for x in first for node in x.nodes]
            off = conj(map(prover.holds, outside))
            nodes = [node for x in [*first, *second] for node in x.nodes]
            # The record must settle the labels too, not only what makes them come out so.
            settled: list[Part] = [*outside]
            settled += [(x.when, True) for x in second] if len(second) == 1 else []
            draft = Draft(context, "superseded", names, (option,))
            parts = draft.spread(conj([on, off]), nodes, settled)
            yield from draft.done(
                dict(zip(names, (f"{word}_label" for word in words), strict=True)),
                sources=tuple(label_source(x) for x in [*first, *second]),
                deciding=deciding_facts(parts),
                detail=_waiting(context, option, region),
                about=f"{words[0]}>{words[1]}",
            )


def _waiting(context: Context, option: str, region: str) -> str:
    """Say which positions wait for an approval in the region."""
    waiting = [
        item.full_id
        for document in context.base.documents
        for item in document.recommendations
        if region in (item.entry.requires_approval or ())
        and any(context.base.options.covers(p.option, option) for p in item.entry.options)
    ]
    return f"waiting for an approval in {region}: {', '.join(waiting)}" if waiting else ""

"""Two documents on one option: opposed, kept to trials, ranked, or under another condition."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from gepnet.facts import facts_of_values
from gepnet.guidelines.positions import SUPPORT, DocumentPosition, Holding
from gepnet.guidelines.status import FOR, WITHOUT_POSITION
from gepnet.guidelines.verify.context import (
    Context,
    applies,
    claim,
    excluded,
    none_of,
    statuses_of,
)
from gepnet.guidelines.verify.draft import Draft
from gepnet.guidelines.verify.findings import Finding, Region
from gepnet.guidelines.verify.prover import Part
from gepnet.guidelines.verify.regions import deciding_facts, fewest, parts_of, stated, words

#: Groups of facts that say in which line of treatment a patient is.
HISTORY = frozenset({"lines of treatment", "treatments", "PRRT"})
# A finding lists so many regions; more of them say nothing new.
MOST_REGIONS = 3


def between(context: Context, first: str, second: str) -> Iterator[Finding]:
    """Yield how two documents disagree on the options on which both speak."""
    for one, other, _ in context.positions.shared(first, second):
        yield from on_shared(context, one, other)
    for name, against in ((first, second), (second, first)):
        for position in context.positions.of_document(name):
            yield from rankings(context, position, against)


def on_shared(
    context: Context, one: DocumentPosition, other: DocumentPosition
) -> Iterator[Finding]:
    """Yield how two documents disagree on the options that two of their positions share."""
    theirs = context.positions.by_document[other.document.id]
    options = [option for option in one.options if theirs.get((option, one.intent)) is other]
    context.prover.tally.pairs += len(options)
    for left, right in ((one, other), (other, one)):
        yield from _opposite(context, left, right, options)
        yield from _conditions(context, left, right, options)


def clashes(context: Context, first: str, second: str) -> Iterator[Finding]:
    """Yield only where one of two documents supports what the other is against or keeps to trials.

    These are the fewest and the gravest, and cost a fraction of the rest.
    """
    for one, other, options in context.positions.shared(first, second):
        for left, right in ((one, other), (other, one)):
            yield from _opposite(context, left, right, options)


def _opposite(
    context: Context, left: DocumentPosition, right: DocumentPosition, options: Sequence[str]
) -> Iterator[Finding]:
    """One document supports an option that the other is against, or keeps to trials."""
    for name, kind in (("opposed", "against"), ("trial_only", "trial_only")):
        claims = (claim(left, options[0], *FOR), claim(right, options[0], kind))
        draft = Draft.on(
            context, name, left, right, options=options, most=MOST_REGIONS, claims=claims
        )
        kinds: dict[str, str] = {}
        for mine, theirs in product(left.of_kind(*SUPPORT), right.of_kind(kind)):
            core = applies(mine.recommendation, theirs.recommendation)
            also = [*excluded(left, mine.kind), *excluded(right, kind)]
            if draft.show(core, also, (mine, theirs)):
                kinds.setdefault(left.document.id, mine.kind)
        yield from draft.done({**kinds, right.document.id: kind})


def _conditions(
    context: Context, left: DocumentPosition, right: DocumentPosition, options: Sequence[str]
) -> Iterator[Finding]:
    """Find what the second document asks for in addition.

    The first supports an option for a patient of whom every part but one of a criterion of the
    second is true, and for whom the second takes no position at all. Such differences are many:
    one in the line of treatment is described in full, others when they are asked for.
    """
    prover = context.prover
    quiet = [(right.document.scope, True), *none_of(right.holdings)]
    here = prover.world.status(left, *FOR)
    claims = (claim(left, options[0], *FOR), claim(right, options[0], *WITHOUT_POSITION))
    drafts = {
        kind: Draft.on(context, kind, left, right, options=options, claims=claims)
        for kind in ("sequence", "condition")
    }
    found: dict[str, dict[Part, Holding]] = {}
    if drafts["condition"].ask(quiet, here).found:
        for theirs in right.of_kind(*SUPPORT):
            needed = parts_of([(theirs.recommendation.when, True)])
            for part in needed:
                kind = _kind(context, part)
                if part in found.get(kind, {}):
                    continue
                rest = [other for other in needed if other != part]
                lacking = (part[0], not part[1])
                if drafts[kind].ask([*quiet, *rest, lacking], here).found:
                    found.setdefault(kind, {})[part] = theirs
    for kind, draft in drafts.items():
        yield from draft.done({})
        if kind not in found:
            continue
        parts = found[kind]
        asks = [w for part in parts for w in words([part], context.base.vocabulary)]
        mine = left.of_kind(*SUPPORT)
        draft.rest_on(*(holding.recommendation for holding in (*mine, *parts.values())))
        finding = draft.finding(
            {left.document.id: mine[0].kind, right.document.id: "none for this patient"},
            deciding=deciding_facts(parts),
            detail=f"{right.document.file.document.short} asks in addition for: "
            + "; ".join(dict.fromkeys(asks)),
        )
        yield described(context, finding, most=1) if kind == "sequence" else finding


def described(context: Context, finding: Finding, most: int = MOST_REGIONS) -> Finding:
    """Return a difference in a condition with its regions and their witnesses.

    There is one region for each part that the second document asks for in addition.
    """
    stands = context.positions.by_document
    row = finding.options[0], finding.intent
    left, right = (stands[name][row] for name in finding.documents)
    regions: list[Region] = []
    seen: set[Part] = set()
    for theirs, mine in product(right.of_kind(*SUPPORT), left.of_kind(*SUPPORT)):
        needed = parts_of([(theirs.recommendation.when, True)])
        for part in needed:
            if part in seen or len(regions) >= most or _kind(context, part) != finding.kind:
                continue
            core = [
                *applies(mine.recommendation),
                *(other for other in needed if other != part),
                (right.document.scope, True),
                (part[0], not part[1]),
            ]
            also = [*excluded(left, mine.kind), *none_of(right.holdings)]
            answer = context.ask([*core, *also])
            if not answer.found:
                continue
            region = context.region(answer, core, also, [mine.id, theirs.id], finding.claims)
            if region is not None:
                seen.add(part)
                if finding.kind == "sequence":
                    linked = _other_time(context, region, theirs, right, finding.options[0])
                    region = replace(region, linked=linked)
                regions.append(region)
    if finding.kind != "sequence":
        return replace(finding, regions=tuple(regions))
    then = (claim(right, finding.options[0], *FOR),)
    return replace(finding, regions=tuple(regions), linked_claims=then)


def _other_time(
    context: Context, region: Region, theirs: Holding, right: DocumentPosition, option: str
) -> Region | None:
    """Return the same patient with another history, whom the second document treats so as well.

    Every fact of the first witness but those of the history is the same; None if no such patient
    is possible: then more than the history keeps the two documents apart.
    """
    base = context.base
    facts = facts_of_values(dict(region.witness), base.knowledge, base.criteria, "witness")
    kept: list[Part] = []
    for name in region.witness:
        value = facts.values.get(name)
        if base.vocabulary[name].entry.group not in HISTORY:
            kept += stated(name, value)
    core = applies(theirs.recommendation)
    wanted = [*core, *kept, *excluded(right, theirs.kind)]
    answer = context.ask(wanted)
    if not answer.found:
        return None
    parts = fewest(context.prover, core)
    claims = [claim(right, option, *FOR)]
    return context.described(answer, parts, wanted, [theirs.id], claims)


def _kind(context: Context, part: Part) -> str:
    groups = {context.base.vocabulary[name].entry.group for name in deciding_facts([part])}
    return "sequence" if groups <= HISTORY else "condition"


def preferred(position: DocumentPosition) -> list[tuple[Holding, str]]:
    """Return what a document supports by name, with each option that it prefers it to."""
    return [
        (mine, over)
        for option in position.options
        for mine in position.of_kind(*SUPPORT)
        if mine.position.option == option
        for over in mine.position.preferred_over
    ]


def rankings(context: Context, position: DocumentPosition, second: str) -> Iterator[Finding]:
    """The first prefers an option to what the second supports without naming that option."""
    theirs = context.positions.by_document[second]
    seen: set[tuple[DocumentPosition, str]] = set()
    for mine, over in preferred(position):
        other = theirs.get((over, position.intent))
        if other is None or (other, mine.id) in seen:
            continue
        seen.add((other, mine.id))
        context.prover.tally.pairs += 1
        here = theirs.get((mine.position.option, position.intent))
        yield from _ranked(context, position, mine, other, over, here)


def _ranked(
    context: Context,
    stand: DocumentPosition,
    mine: Holding,
    other: DocumentPosition,
    over: str,
    here: DocumentPosition | None,
) -> Iterator[Finding]:
    option = mine.position.option
    also = [] if here is None else none_of(here.of_kind(*SUPPORT))
    claims = (
        claim(stand, option, *statuses_of(mine.kind)),
        claim(other, over, *FOR, "conflicting"),
    )
    draft = Draft.on(context, "ranking", stand, other, options=(option, over), claims=claims)
    for theirs in other.of_kind(*SUPPORT):
        core = applies(mine.recommendation, theirs.recommendation)
        if draft.show(core, [*excluded(stand, mine.kind), *also], (mine, theirs)):
            name = context.base.options[over].label
            yield from draft.done(
                {stand.document.id: mine.kind, other.document.id: theirs.kind},
                detail=f"{stand.document.file.document.short} prefers this to {name}",
                about=f"{mine.recommendation.entry.id}/{theirs.recommendation.entry.id}",
            )
            return
    yield from draft.done({})

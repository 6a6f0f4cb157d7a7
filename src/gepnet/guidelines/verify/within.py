"""Inside one document: idle entries, contradictions, open texts, minorities."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from gepnet.guidelines.positions import SUPPORT, DocumentPosition, Holding
from gepnet.guidelines.verify.context import (
    Context,
    applies,
    claim,
    excluded,
    none_of,
    source_of,
    sources,
    unfinished,
)
from gepnet.guidelines.verify.findings import Finding, Region
from gepnet.guidelines.verify.prover import Part
from gepnet.guidelines.verify.regions import deciding_facts, parts_of

MOST_REGIONS = 4


def within(context: Context, name: str) -> Iterator[Finding]:
    """Yield what can be proved about one document."""
    yield from _idle(context, name)
    for stand in context.positions.of_document(name):
        yield from _implied(context, stand)
        yield from _contradictions(context, stand)
        yield from _open_texts(context, stand)
    yield from _minorities(context, name)


def _idle(context: Context, name: str) -> Iterator[Finding]:
    document = context.documents[name]
    for item in document.recommendations:
        answer = context.ask(applies(item, document))
        if answer.verdict == "none" and item.when_broad is not None:
            answer = context.ask([(document.scope, True), (item.broadest, True)])
        options = [position.option for position in item.entry.options]
        intent = item.entry.options[0].intent if item.entry.options else ""
        yield from unfinished(answer, "never_applies", [name], options, intent)
        if answer.verdict == "none":
            yield Finding(
                "never_applies",
                (name,),
                tuple(options),
                intent,
                {},
                (),
                (source_of(item),),
                deciding_facts([(item.when, True)]),
                detail=f"{item.full_id} applies to no possible patient",
                about=item.entry.id,
            )


def _implied(context: Context, stand: DocumentPosition) -> Iterator[Finding]:
    """An entry that applies only where another with the same position on the same does."""
    for one, other in product(stand.holdings, stand.holdings):
        if one is other or one.kind != other.kind or one.position.option != other.position.option:
            continue
        if one.recommendation.when_broad is not None or one.id == other.id:
            continue
        core = applies(one.recommendation, stand.document)
        parts = [*map(context.prover.holds, core)]
        parts.append(context.prover.fails((other.recommendation.when, True)))
        answer = context.prover.ask(parts)
        yield from unfinished(answer, "implied", [stand.document.id], stand.options, stand.intent)
        if answer.verdict == "none" and context.ask(core).found:
            yield Finding(
                "implied",
                (stand.document.id,),
                stand.options,
                stand.intent,
                {stand.document.id: one.kind},
                (),
                sources([one, other]),
                detail=f"{one.id} applies only where {other.id} does",
                about=f"{one.recommendation.entry.id}/{other.recommendation.entry.id}",
            )


def _contradictions(context: Context, stand: DocumentPosition) -> Iterator[Finding]:
    for kind in ("contradiction", "possible_contradiction"):
        regions: list[Region] = []
        held: list[Holding] = []
        statuses = ("conflicting",) if kind == "contradiction" else ("undetermined",)
        claims = (claim(stand, stand.options[0], *statuses),)
        for pro, con in product(stand.of_kind(*SUPPORT), stand.of_kind("against")):
            core: list[Part] = applies(pro.recommendation, stand.document)
            also: list[Part] = []
            if kind == "contradiction":
                core.append((con.recommendation.when, True))
            else:
                core, also = _broadly(stand, pro, con)
                if not core:
                    continue
            answer = context.ask([*core, *also])
            yield from unfinished(answer, kind, [stand.document.id], stand.options, stand.intent)
            if not answer.found or len(regions) >= MOST_REGIONS:
                continue
            region = context.region(answer, core, also, [pro.id, con.id], claims)
            if region is not None:
                regions.append(region)
                held += [pro, con]
        if regions:
            yield Finding(
                kind,
                (stand.document.id,),
                stand.options,
                stand.intent,
                {stand.document.id: "for and against"},
                tuple(regions),
                sources(held),
                claims=claims,
            )


def _broadly(stand: DocumentPosition, pro: Holding, con: Holding) -> tuple[list[Part], list[Part]]:
    """Return that both apply if an ambiguous text is read broadly, and not all if narrowly."""
    one, other = pro.recommendation, con.recommendation
    if one.when_broad is None and other.when_broad is None:
        return [], []
    core: list[Part] = [(stand.document.scope, True), (one.broadest, True)]
    core.append((other.broadest, True))
    closed = one if one.when_broad is not None else other
    also: list[Part] = [(closed.when, False)]
    rest = [h for h in stand.holdings if h.id not in {pro.id, con.id}]
    return core, [*also, *none_of(rest)]


def _open_texts(context: Context, stand: DocumentPosition) -> Iterator[Finding]:
    """Everything is known, and still the text does not say whether a recommendation applies."""
    regions: list[Region] = []
    held: list[Holding] = []
    claims = (claim(stand, stand.options[0], "undetermined"),)
    parts: list[Part] = []
    for holding in stand.holdings:
        item = holding.recommendation
        if item.when_broad is None:
            continue
        core = [(stand.document.scope, True), (item.when_broad, True), (item.when, False)]
        also = none_of(h for h in stand.holdings if h.id != holding.id)
        answer = context.ask([*core, *also])
        yield from unfinished(answer, "ambiguous", [stand.document.id], stand.options, stand.intent)
        if not answer.found or len(regions) >= MOST_REGIONS:
            continue
        region = context.region(answer, core, also, [holding.id], claims)
        if region is not None:
            regions.append(region)
            held.append(holding)
            broad = set(parts_of([(item.when_broad, True)]))
            parts += [p for p in parts_of([(item.when, True)]) if p not in broad]
    if regions:
        yield Finding(
            "ambiguous",
            (stand.document.id,),
            stand.options,
            stand.intent,
            {stand.document.id: "undetermined, the text is ambiguous"},
            tuple(regions),
            sources(held),
            deciding_facts(parts),
            claims,
        )


def _minorities(context: Context, name: str) -> Iterator[Finding]:
    document = context.documents[name]
    for item in document.recommendations:
        if not item.entry.dissent:
            continue
        for position in item.entry.options:
            stand = context.positions.by_document[name].get((position.option, position.intent))
            core = applies(item, document)
            answer = context.ask(core)
            yield from unfinished(answer, "dissent", [name], [position.option], position.intent)
            if not answer.found:
                continue
            region = context.region(answer, core, [], [item.full_id])
            if region is None:
                continue
            own = () if stand is None else stand.holdings
            yield Finding(
                "dissent",
                (name,),
                (position.option,),
                position.intent,
                {name: f"minority: {position.position}"},
                (region,),
                (source_of(item), *sources(own)),
                about=item.entry.id,
            )


__all__ = ["excluded", "within"]

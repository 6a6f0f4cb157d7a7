"""Documents against labels by region, and labels that no document of the region takes up."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.criteria.smt import conj
from gepnet.guidelines.assess import in_force
from gepnet.guidelines.compiled import CompiledLabel
from gepnet.guidelines.positions import NOTHING, SUPPORT, DocumentPosition
from gepnet.guidelines.status import FOR
from gepnet.guidelines.verify.context import (
    Context,
    applies,
    claim,
    excluded,
    nothing_of,
    said_in,
)
from gepnet.guidelines.verify.draft import Draft
from gepnet.guidelines.verify.findings import Finding
from gepnet.guidelines.verify.regions import deciding_facts, parts_of
from gepnet.guidelines.verify.within import left_open

MOST_REGIONS = 1


def labels_by_region(context: Context, option: str) -> dict[str, list[CompiledLabel]]:
    """Return the labels in force of an option, or of a class that it belongs to, by region."""
    found: dict[str, list[CompiledLabel]] = {}
    for label in context.base.labels:
        if not in_force(label, context.day):
            continue
        if context.base.options.covers(label.entry.option, option):
            found.setdefault(label.entry.region, []).append(label)
    return found


def off_label(context: Context, position: DocumentPosition) -> Iterator[Finding]:
    """Yield the patients for whom a document supports what no label of a region includes."""
    groups: dict[tuple[str, tuple[str, ...]], tuple[list[CompiledLabel], list[str]]] = {}
    for option in position.options:
        for region, labels in labels_by_region(context, option).items():
            key = region, tuple(label.entry.id for label in labels)
            groups.setdefault(key, (labels, []))[1].append(option)
    for (region, _), (labels, options) in groups.items():
        context.prover.tally.pairs += len(options)
        yield from _off(context, position, tuple(options), region, labels)


def _off(
    context: Context,
    stand: DocumentPosition,
    options: tuple[str, ...],
    where: str,
    labels: list[CompiledLabel],
) -> Iterator[Finding]:
    outside = nothing_of(labels)
    claims = (claim(stand, options[0], *FOR),)
    draft = Draft.on(context, "off_label", stand, options=options, most=MOST_REGIONS, claims=claims)
    deciding: dict[str, None] = {}
    kinds: list[str] = []
    for mine in stand.of_kind(*SUPPORT):
        core = applies(mine.recommendation)
        also = excluded(stand, mine.kind)
        if draft.ask([*core, *also, *outside]).verdict == "none":
            continue
        # One region for each part of the indication that may fail by itself.
        for part in parts_of([(labels[0].broadest, True)]):
            lacking = (part[0], not part[1])
            answer = draft.ask([*core, *also, *outside, lacking])
            if not answer.found:
                continue
            deciding.update(dict.fromkeys(deciding_facts([part])))
            if len(draft.regions) < MOST_REGIONS:
                wanted = [*core, lacking], [*also, *outside]
                region = context.region(answer, *wanted, [mine.id], claims)
                kinds += [mine.kind] if draft.add(region, mine) else []
    names = [f"label/{label.entry.id}" for label in labels]
    yield from draft.done(
        {stand.document.id: kinds[0] if kinds else "", **dict.fromkeys(names, "off_label")},
        sources=(*draft.sources.values(), *map(label_source, labels)),
        deciding=tuple(deciding),
        detail=f"supported but off label in {where}",
        about=where,
    )


def label_source(label: CompiledLabel) -> dict[str, str | None]:
    """Return where a label was read."""
    entry = label.entry
    return {"label": entry.id} | said_in(
        entry, "region", "source", "locator", "verification", "note"
    )


def label_texts(context: Context, name: str) -> Iterator[Finding]:
    """Yield what the words of a label leave open, and whom no document of its region takes up."""
    for label in context.base.labels:
        if label.entry.id != name or not in_force(label, context.day):
            continue
        if label.when_broad is not None:
            draft = _draft(context, "ambiguous", label)
            draft.show([(label.when_broad, True), (label.when, False)])
            yield from draft.done(
                {f"label/{name}": "text open"},
                sources=(label_source(label),),
                deciding=deciding_facts(left_open(label)),
            )
        yield from _unplaced(context, label)


def _draft(context: Context, kind: str, label: CompiledLabel, intent: str = "") -> Draft:
    entry = label.entry
    return Draft(context, kind, (f"label/{entry.id}",), (entry.option,), intent)


def _unplaced(context: Context, label: CompiledLabel) -> Iterator[Finding]:
    entry = label.entry
    draft = _draft(context, "unplaced_label", label, "tumour_control")
    of_region = [
        context.documents[name]
        for name in context.in_force
        if entry.region in context.documents[name].file.document.region
    ]
    if not of_region:
        return
    row = entry.option, draft.intent
    positions = [context.positions.by_document[d.id].get(row) for d in of_region]
    taken = [one for one in positions if one is not None]
    world = context.prover.world
    silent = [world.status(one, *NOTHING) for one in taken]
    nodes = [label.when]
    for one in taken:
        nodes += [one.document.scope, *(h.recommendation.broadest for h in one.holdings)]
    on_label = context.prover.holds((label.when, True))
    parts = draft.spread(conj([on_label, *silent]), nodes, [(label.when, True)])
    without = [
        d.file.document.short for d, one in zip(of_region, positions, strict=True) if one is None
    ]
    yield from draft.done(
        {f"label/{entry.id}": "on_label"},
        sources=(label_source(label),),
        deciding=deciding_facts(parts),
        detail=f"{len(taken)} of {len(of_region)} documents of {entry.region} take a position on "
        f"it for anybody; none on it: {', '.join(without) or 'no document'}",
    )

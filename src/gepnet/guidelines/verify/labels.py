"""Documents against labels by region, and labels that no document of the region takes up."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.criteria.smt import conj
from gepnet.guidelines.assess import label_in_force
from gepnet.guidelines.compiled import CompiledLabel
from gepnet.guidelines.positions import SUPPORT, DocumentPosition, Holding
from gepnet.guidelines.verify.context import (
    Context,
    applies,
    claim,
    excluded,
    not_any,
    sources,
    unfinished,
)
from gepnet.guidelines.verify.findings import Finding, Region
from gepnet.guidelines.verify.gaps import quiet
from gepnet.guidelines.verify.regions import deciding_facts, implicant, parts_of

MOST_REGIONS = 1


def labels_by_region(context: Context, option: str) -> dict[str, list[CompiledLabel]]:
    """Return the labels in force of an option, or of a class that it belongs to, by region."""
    found: dict[str, list[CompiledLabel]] = {}
    for label in context.base.labels:
        if not label_in_force(label, context.day):
            continue
        if context.base.options.covers(label.entry.option, option):
            found.setdefault(label.entry.region, []).append(label)
    return found


def off_label(context: Context, name: str) -> Iterator[Finding]:
    """Yield the patients for whom a document supports what no label of a region includes."""
    for stand in context.positions.of_document(name):
        by_labels: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        known: dict[tuple[str, tuple[str, ...]], list[CompiledLabel]] = {}
        for option in stand.options:
            for region, labels in labels_by_region(context, option).items():
                key = region, tuple(label.entry.id for label in labels)
                by_labels.setdefault(key, []).append(option)
                known[key] = labels
        for key, options in by_labels.items():
            context.prover.tally.pairs += len(options)
            yield from _off(context, stand, tuple(options), key[0], known[key])


def _off(
    context: Context,
    stand: DocumentPosition,
    options: tuple[str, ...],
    where: str,
    labels: list[CompiledLabel],
) -> Iterator[Finding]:
    outside = not_any(labels)
    regions: list[Region] = []
    held: list[Holding] = []
    deciding: dict[str, None] = {}
    claims = (claim(stand, options[0], *SUPPORT),)
    for mine in stand.of_kind(*SUPPORT):
        core = applies(mine.recommendation, stand.document)
        also = excluded(stand, mine.kind)
        if context.ask([*core, *also, *outside]).verdict == "none":
            continue
        # One region for each part of the indication that may fail by itself.
        for part in parts_of([(labels[0].broadest, True)]):
            lacking = (part[0], not part[1])
            answer = context.ask([*core, *also, *outside, lacking])
            yield from unfinished(answer, "off_label", [stand.document.id], options, stand.intent)
            if not answer.found:
                continue
            deciding.update(dict.fromkeys(deciding_facts([part])))
            if len(regions) >= MOST_REGIONS:
                continue
            wanted = [*core, lacking]
            region = context.region(answer, wanted, [*also, *outside], [mine.id], claims)
            if region is not None:
                regions.append(region)
                held.append(mine)
    if regions:
        ids = [label.entry.id for label in labels]
        yield Finding(
            "off_label",
            (stand.document.id,),
            options,
            stand.intent,
            {stand.document.id: held[0].kind, **{f"label/{name}": "off_label" for name in ids}},
            tuple(regions),
            (*sources(held), *(label_source(label) for label in labels)),
            tuple(deciding),
            claims,
            detail=f"supported but off label in {where}",
            about=where,
        )


def label_source(label: CompiledLabel) -> dict[str, str | None]:
    """Return where a label was read."""
    entry = label.entry
    return {
        "label": entry.id,
        "region": entry.region,
        "source": entry.source,
        "locator": entry.locator,
        "verification": entry.verification,
        "note": entry.note,
    }


def label_texts(context: Context, name: str) -> Iterator[Finding]:
    """Yield what the words of a label leave open, and whom no document of its region takes up."""
    for label in context.base.labels:
        if label.entry.id != name or not label_in_force(label, context.day):
            continue
        entry = label.entry
        if label.when_broad is not None:
            core = [(label.when_broad, True), (label.when, False)]
            answer = context.ask(core)
            yield from unfinished(answer, "ambiguous", [f"label/{entry.id}"], [entry.option], "")
            region = context.region(answer, core) if answer.found else None
            if region is not None:
                broad = set(parts_of([(label.when_broad, True)]))
                open_parts = [p for p in parts_of([(label.when, True)]) if p not in broad]
                yield Finding(
                    "ambiguous",
                    (f"label/{entry.id}",),
                    (entry.option,),
                    "",
                    {f"label/{entry.id}": "undetermined, the text is ambiguous"},
                    (region,),
                    (label_source(label),),
                    deciding_facts(open_parts),
                )
        yield from _unplaced(context, label)


def _unplaced(context: Context, label: CompiledLabel) -> Iterator[Finding]:
    entry = label.entry
    prover = context.prover
    row = entry.option, "tumour_control"
    of_region = [
        context.documents[name]
        for name in context.in_force
        if entry.region in context.documents[name].file.document.region
    ]
    stands = [context.positions.by_document[d.id].get(row) for d in of_region]
    silent = [quiet(context, stand) for stand in stands if stand is not None]
    if not of_region:
        return
    answer = prover.ask([prover.holds((label.when, True)), *silent])
    yield from unfinished(answer, "unplaced_label", [f"label/{entry.id}"], [entry.option], row[1])
    if not answer.found:
        return
    nodes = [label.when]
    for stand in stands:
        if stand is not None:
            nodes.append(stand.document.scope)
            nodes += [h.recommendation.broadest for h in stand.holdings]
    wanted = conj([prover.holds((label.when, True)), *silent])
    assert answer.model is not None
    parts = implicant(prover, answer.model, nodes, wanted)
    region = context.described(answer, parts, [(label.when, True), *parts])
    if region is not None:
        without = [d.file.document.short for d, s in zip(of_region, stands, strict=True) if not s]
        spoken = sum(stand is not None for stand in stands)
        yield Finding(
            "unplaced_label",
            (f"label/{entry.id}",),
            (entry.option,),
            row[1],
            {f"label/{entry.id}": "on_label"},
            (region,),
            (label_source(label),),
            deciding_facts(parts),
            detail=f"{spoken} of {len(of_region)} documents of {entry.region} take a position on "
            f"it for anybody; none on it: {', '.join(without) or 'no document'}",
        )


__all__ = ["label_texts", "labels_by_region", "off_label"]

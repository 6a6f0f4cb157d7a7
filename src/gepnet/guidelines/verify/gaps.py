"""Patients within a document's scope for whom it takes no position on anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gepnet.criteria import Node
from gepnet.criteria.smt import Formula, conj, disj, neg
from gepnet.guidelines.compiled import CompiledDocument
from gepnet.guidelines.positions import NOTHING, DocumentPosition
from gepnet.guidelines.verify.context import Context, unfinished
from gepnet.guidelines.verify.findings import Claim, Finding, Region
from gepnet.guidelines.verify.prover import Part
from gepnet.guidelines.verify.regions import deciding_facts, implicant

MOST_REGIONS = 4
_NOTHING = ("silent", "not_read")


def gaps(context: Context, name: str) -> Iterator[Finding]:
    """Yield the gaps of one document; where it was not read completely they are our own."""
    document = context.documents[name]
    world = context.prover.world
    complete = _level(context, document, "complete")
    nothing = conj(world.applies(item).false for item in document.recommendations if item.counts)
    nodes = _nodes([document])
    claims = tuple(
        Claim(name, stand.options[0], stand.intent, _NOTHING)
        for stand in context.positions.of_document(name)
    )
    none = [(document.scope, True), *_none(document)]
    for kind, level in (("gap", complete), ("encoding_gap", neg(complete))):
        said = "says nothing" if kind == "gap" else "nothing was encoded; read on here"
        wanted = conj([world.true(document.scope), level, nothing])
        yield from _regions(context, kind, (name,), wanted, nodes, claims, said, none)


def _level(context: Context, document: CompiledDocument, wanted: str) -> Formula:
    """Return when the first topic of a document that fits was read at a level."""
    world = context.prover.world
    before: list[Formula] = []
    found: list[Formula] = []
    for level, node in document.coverage:
        if level == wanted:
            found.append(conj([*before, world.true(node)]))
        before.append(neg(world.true(node)))
    return disj(found)


def _nodes(documents: Iterable[CompiledDocument]) -> list[Node]:
    found: list[Node] = []
    for document in documents:
        found.append(document.scope)
        found += [node for _, node in document.coverage]
        for item in document.recommendations:
            found += item.nodes if item.counts else ()
    return found


def _regions(
    context: Context,
    kind: str,
    documents: tuple[str, ...],
    wanted: Formula,
    nodes: list[Node],
    claims: tuple[Claim, ...],
    detail: str,
    none: list[Part],
) -> Iterator[Finding]:
    """Describe a set by regions that hold no other patient, one after the other."""
    prover = context.prover
    regions: list[Region] = []
    parts: list[Part] = []
    blocked: list[Formula] = []
    for _ in range(MOST_REGIONS):
        answer = prover.ask([wanted, *blocked])
        yield from unfinished(answer, kind, documents, (), "")
        if not answer.found or answer.model is None:
            break
        region_parts = implicant(prover, answer.model, nodes, wanted)
        blocked.append(neg(conj(map(prover.holds, region_parts))))
        region = context.described(answer, region_parts, [*region_parts, *none], claims=claims)
        if region is not None:
            regions.append(region)
            parts += region_parts
    if regions:
        more = prover.ask([wanted, *blocked]).verdict
        rest = "" if more == "none" else "; there are more such patients"
        yield Finding(
            kind,
            documents,
            (),
            "",
            {name: "nothing" for name in documents},
            tuple(regions),
            deciding=deciding_facts(parts),
            claims=claims,
            detail=detail + rest,
        )


def unplaced(context: Context) -> Iterator[Finding]:
    """Yield patients in some document's scope for whom no document in force says anything."""
    world = context.prover.world
    documents = [context.documents[name] for name in context.in_force]
    about = disj(world.true(d.scope) for d in documents if d.recommendations)
    silent = []
    claims = []
    for document in documents:
        applies = [world.applies(item).false for item in document.recommendations if item.counts]
        silent.append(disj([world.false(document.scope), conj(applies)]))
        for stand in context.positions.of_document(document.id)[:1]:
            claims.append(
                Claim(document.id, stand.options[0], stand.intent, (*_NOTHING, "out_of_scope"))
            )
    wanted = conj([about, *silent])
    detail = "no document in force has any position"
    yield from _regions(
        context, "no_position", (), wanted, _nodes(documents), tuple(claims), detail, []
    )


def _none(document: CompiledDocument) -> list[Part]:
    """Return that no recommendation that counts applies."""
    counting = (item for item in document.recommendations if item.counts)
    return [(node, False) for item in counting for node in item.nodes]


def quiet(context: Context, stand: DocumentPosition) -> Formula:
    """Return that a document takes no position on an option, or is not about the patient."""
    return context.prover.world.status(stand, *NOTHING)


__all__ = ["gaps", "quiet", "unplaced"]

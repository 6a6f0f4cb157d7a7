"""Patients within a document's scope for whom it takes no position on anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gepnet.criteria import Node
from gepnet.criteria.smt import conj, disj
from gepnet.guidelines.asking import how_well_read
from gepnet.guidelines.compiled import CompiledDocument
from gepnet.guidelines.status import WITHOUT_POSITION
from gepnet.guidelines.verify.context import Context, claim, nothing_of
from gepnet.guidelines.verify.draft import Draft
from gepnet.guidelines.verify.findings import Finding
from gepnet.guidelines.verify.prover import Part
from gepnet.guidelines.verify.regions import deciding_facts

MOST_REGIONS = 4


def gaps(context: Context, name: str) -> Iterator[Finding]:
    """Yield the gaps of one document; where it was not read completely they are our own."""
    document = context.documents[name]
    world = context.prover.world
    counting = [rule for rule in document.recommendations if rule.counts]
    level = how_well_read(world.logic, document.coverage, world.truth)
    nothing = conj(world.applies(rule).false for rule in counting)
    claims = tuple(
        claim(stand, stand.options[0], *WITHOUT_POSITION)
        for stand in context.positions.of_document(name)
    )
    none = [(document.scope, True), *nothing_of(counting)]
    not_complete = world.logic.outside(level.true)
    for kind, where in (("gap", level.true), ("encoding_gap", not_complete)):
        said = "says nothing" if kind == "gap" else "nothing was encoded; read on here"
        wanted = conj([world.true(document.scope), where, nothing])
        draft = Draft(context, kind, (name,), most=MOST_REGIONS, claims=claims)
        yield from _found(draft, draft.spread(wanted, _nodes([document]), none), said)


def _nodes(documents: Iterable[CompiledDocument]) -> list[Node]:
    found: list[Node] = []
    for document in documents:
        found += [document.scope, *(node for _, node in document.coverage)]
        found += [n for rule in document.recommendations if rule.counts for n in rule.nodes]
    return found


def _found(draft: Draft, parts: list[Part], said: str) -> Iterator[Finding]:
    rest = "; there are more such patients" if draft.more else ""
    positions = dict.fromkeys(draft.documents, "nothing")
    yield from draft.done(positions, deciding=deciding_facts(parts), detail=said + rest)


def unplaced(context: Context) -> Iterator[Finding]:
    """Yield patients in some document's scope for whom no document in force says anything."""
    world = context.prover.world
    documents = [context.documents[name] for name in context.in_force]
    about = disj(world.true(d.scope) for d in documents if d.recommendations)
    silent = []
    claims = []
    for document in documents:
        applies = [world.applies(r).false for r in document.recommendations if r.counts]
        silent.append(disj([world.false(document.scope), conj(applies)]))
        for stand in context.positions.of_document(document.id)[:1]:
            claims.append(claim(stand, stand.options[0], *WITHOUT_POSITION, "out_of_scope"))
    draft = Draft(context, "no_position", (), most=MOST_REGIONS, claims=tuple(claims))
    parts = draft.spread(conj([about, *silent]), _nodes(documents))
    yield from _found(draft, parts, "no document in force has any position")

"""Positions that rest on second-hand or remembered text only."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.criteria.smt import conj, disj
from gepnet.guidelines.compiled import HeldPosition
from gepnet.guidelines.verify.context import Context, source_of, unfinished
from gepnet.guidelines.verify.findings import Finding


def basis(context: Context) -> Iterator[Finding]:
    """Yield the options for which some patient has a position, but none that was read itself."""
    world = context.prover.world
    base = context.base
    for option, intent in base.rows:
        held = [
            item
            for name in context.in_force
            for item in base.held_by_document[name].get((option, intent), ())
            if not item.recommendation.entry.dissent
            and base.is_covered(context.documents[name], option)
        ]
        read_itself = [h for h in held if h.recommendation.entry.verification == "primary"]
        for kind, level in (("secondary_only", "secondary"), ("unverified_only", "unverified")):
            ours = [h for h in held if h.recommendation.entry.verification == level]
            better = read_itself
            if level == "unverified":
                better = [h for h in held if h.recommendation.counts]
            if not ours:
                continue
            applies = disj(
                conj([_scope(context, h), world.applies(h.recommendation).true]) for h in ours
            )
            without = [
                disj([world.false(_node(context, h)), world.applies(h.recommendation).false])
                for h in better
            ]
            answer = context.prover.ask([applies, *without])
            yield from unfinished(answer, kind, [], [option], intent)
            if answer.found:
                documents = tuple(dict.fromkeys(h.recommendation.owner for h in ours))
                yield Finding(
                    kind,
                    documents,
                    (option,),
                    intent,
                    {h.recommendation.owner: h.position.position for h in ours},
                    (),
                    tuple(source_of(h.recommendation) for h in ours),
                    detail="no position that was read in the document itself"
                    if better
                    else "nobody has a position that was read in the document itself",
                )


def _node(context: Context, held: HeldPosition):  # type: ignore[no-untyped-def]
    return context.documents[held.recommendation.owner].scope


def _scope(context: Context, held: HeldPosition):  # type: ignore[no-untyped-def]
    return context.prover.world.true(_node(context, held))

"""Positions that rest on second-hand or remembered text only."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.criteria.smt import conj, disj
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.draft import Draft
from gepnet.guidelines.verify.findings import Finding


def basis(context: Context) -> Iterator[Finding]:
    """Yield the options for which some patient has a position, but none that was read itself."""
    world, base = context.prover.world, context.base
    for option, intent in base.rows:
        held = [
            item
            for name in context.in_force
            for item in base.held_by_document[name].get((option, intent), ())
            if not item.recommendation.entry.dissent
            and base.is_covered(context.documents[name], option)
        ]
        for kind, levels in (
            ("secondary_only", ("secondary", "primary")),
            ("unverified_only", ("unverified", "primary", "secondary")),
        ):
            ours = [h for h in held if h.recommendation.entry.verification == levels[0]]
            better = [h for h in held if h.recommendation.entry.verification in levels[1:]]
            if not ours:
                continue
            rules = [h.recommendation for h in (*ours, *better)]
            scopes = [world.truth(context.documents[rule.owner].scope) for rule in rules]
            truths = list(zip(scopes, map(world.applies, rules), strict=True))
            some = disj(conj([scope.true, rule.true]) for scope, rule in truths[: len(ours)])
            without = [disj([scope.false, rule.false]) for scope, rule in truths[len(ours) :]]
            documents = tuple(dict.fromkeys(h.recommendation.owner for h in ours))
            draft = Draft(context, kind, documents, (option,), intent)
            if draft.ask([], some, *without).found:
                draft.rest_on(*(h.recommendation for h in ours))
                yield draft.finding(
                    {h.recommendation.owner: h.position.position for h in ours},
                    detail="no position that was read in the document itself"
                    if better
                    else "nobody has a position that was read in the document itself",
                )
            yield from draft.done({})

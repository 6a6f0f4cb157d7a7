"""Which patients a document has another position for than another document, or than it had."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from gepnet.criteria.smt import Formula, conj
from gepnet.guidelines.positions import NOTHING, DocumentPosition
from gepnet.guidelines.status import Status
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.draft import Draft
from gepnet.guidelines.verify.findings import Finding
from gepnet.guidelines.verify.regions import deciding_facts

STATUSES = ("recommended", "option", "trial_only", "against", "conflicting", "none")
MOST_REGIONS = 2


def changes(
    context: Context,
    old: dict[tuple[str, str], DocumentPosition],
    new: dict[tuple[str, str], DocumentPosition],
    names: tuple[str, str],
    kind: str = "superseded",
    only_both: bool = False,
) -> Iterator[Finding]:
    """Yield, for each option and change of status, the patients that it concerns.

    Args:
        context: of the newer knowledge, whose world knows the facts of both.
        old: stands by (option, intent) before.
        new: the same after.
        names: what to call the two.
        kind: of the findings.
        only_both: leave out options on which one of them takes no position for anybody.
    """
    groups: dict[tuple[DocumentPosition | None, DocumentPosition | None, str], list[str]] = {}
    for row in dict.fromkeys([*old, *new]):
        before, after = old.get(row), new.get(row)
        if only_both and (before is None or after is None):
            continue
        groups.setdefault((before, after, row[1]), []).append(row[0])
    for (before, after, intent), options in groups.items():
        if _same(before, after):
            continue
        context.prover.tally.pairs += len(options)
        for first, second in product(STATUSES, STATUSES):
            if first == second or (before is None and first != "none"):
                continue
            if after is None and second != "none":
                continue
            draft = Draft(context, kind, names, tuple(options), intent, MOST_REGIONS)
            yield from _moved(draft, before, after, first, second)


def _same(before: DocumentPosition | None, after: DocumentPosition | None) -> bool:
    """Whether two stands are the same criteria: nobody can change status."""
    if before is None or after is None:
        return before is after
    return _criteria(before) == _criteria(after)


def _criteria(stand: DocumentPosition) -> tuple[object, ...]:
    held = [(h.kind, h.recommendation.nodes) for h in stand.holdings]
    return (stand.document.scope, tuple(held))


def has(context: Context, stand: DocumentPosition | None, status: str) -> Formula:
    """Return that a document has a status; ``none`` is silence, being out of scope or unread."""
    if stand is None:
        return status == "none"
    wanted = NOTHING if status == "none" else {Status(status)}
    return context.prover.world.status(stand, *wanted)


def _moved(
    draft: Draft,
    before: DocumentPosition | None,
    after: DocumentPosition | None,
    first: str,
    second: str,
) -> Iterator[Finding]:
    context = draft.context
    wanted = conj([has(context, before, first), has(context, after, second)])
    nodes = [node for one in (before, after) if one is not None for node in one.nodes]
    parts = draft.spread(wanted, nodes)
    for stand, status in ((before, first), (after, second)):
        if stand is not None and status != "none":
            held = stand.of_kind(status) if status != "conflicting" else stand.holdings
            draft.rest_on(*(holding.recommendation for holding in held))
    rest = "; there are more such patients" if draft.more else ""
    yield from draft.done(
        dict(zip(draft.documents, (first, second), strict=True)),
        deciding=deciding_facts(parts),
        detail=f"{first} before, {second} after{rest}",
        about=f"{first}>{second}",
    )

"""Which patients a document has another position for than another document, or than it had."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from gepnet.criteria.smt import Formula, conj, neg
from gepnet.guidelines.positions import NOTHING, DocumentPosition, Holding
from gepnet.guidelines.status import Status
from gepnet.guidelines.verify.context import Context, sources, unfinished
from gepnet.guidelines.verify.findings import Finding, Region
from gepnet.guidelines.verify.regions import deciding_facts, implicant

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
            yield from _moved(
                context, before, after, first, second, names, tuple(options), intent, kind
            )


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
    context: Context,
    before: DocumentPosition | None,
    after: DocumentPosition | None,
    first: str,
    second: str,
    names: tuple[str, str],
    options: tuple[str, ...],
    intent: str,
    kind: str,
) -> Iterator[Finding]:
    prover = context.prover
    wanted = conj([has(context, before, first), has(context, after, second)])
    blocked: list[Formula] = []
    regions: list[Region] = []
    facts: dict[str, None] = {}
    more = "none"
    for count in range(MOST_REGIONS + 1):
        answer = prover.ask([wanted, *blocked])
        more = answer.verdict
        yield from unfinished(answer, kind, names, options, intent)
        if not answer.found or answer.model is None or count == MOST_REGIONS:
            break
        parts = implicant(
            prover,
            answer.model,
            [node for one in (before, after) if one is not None for node in one.nodes],
            wanted,
        )
        blocked.append(neg(conj(map(prover.holds, parts))))
        region = context.described(answer, parts, parts)
        if region is not None:
            regions.append(region)
            facts.update(dict.fromkeys(deciding_facts(parts)))
    if regions:
        held: list[Holding] = []
        for stand, status in ((before, first), (after, second)):
            if stand is not None and status != "none":
                held += stand.of_kind(status) if status != "conflicting" else stand.holdings
        rest = "; there are more such patients" if more == "found" else ""
        yield Finding(
            kind,
            names,
            options,
            intent,
            {names[0]: first, names[1]: second},
            tuple(regions),
            sources(held),
            tuple(facts),
            detail=f"{first} before, {second} after{rest}",
            about=f"{first}>{second}",
        )

"""How large a region is: its share of a made-up sample of patients about whom all is known."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from gepnet.criteria import And, Node, facts_of
from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.guidelines.verify.findings import Finding

ROWS = 20_000
SEED = 1
#: What the shares are of; made-up patients, so that a share tells nothing of real ones.
SAMPLE = f"made-up sample, seed {SEED}, {ROWS} patients, nothing hidden"


def with_shares(
    base: KnowledgeBase,
    findings: Iterable[Finding],
    day: datetime.date,
    known: Mapping[tuple[str, ...], float] = MappingProxyType({}),
) -> list[Finding]:
    """Return findings with the share of the sample that lies in each region.

    Args:
        base: the knowledge.
        findings: without shares.
        day: of the sample.
        known: shares that were measured before.
    """
    listed = [finding.with_shares(known) for finding in findings]
    texts = dict.fromkeys(r.criteria for f in listed for r in f.regions if r.share is None)
    if not texts:
        return listed
    shares = shares_of(base, list(texts), day)
    return [finding.with_shares(shares) for finding in listed]


def shares_of(
    base: KnowledgeBase, regions: list[tuple[str, ...]], day: datetime.date
) -> dict[tuple[str, ...], float]:
    """Return the share of each region, given by criteria that are all true in it."""
    import polars as pl

    from gepnet.facts.frame import PolarsAlgebra
    from gepnet.facts.given import Source
    from gepnet.facts.sample import Sampler
    from gepnet.facts.table import ROW, Reader
    from gepnet.facts.wide import WidePlan

    nodes: dict[tuple[str, ...], Node] = {}
    for texts in regions:
        parts = [base.criteria(text) for text in texts]
        node = parts[0] if len(parts) == 1 else And(tuple(parts)) if parts else None
        if node is not None:
            nodes[texts] = node
    wanted = tuple(dict.fromkeys(name for node in nodes.values() for name in facts_of(node)))
    measures = base.knowledge.measures
    table = Sampler(base.criteria, measures, wanted, day, SEED, complete=True).table(ROWS)
    schema = dict(table.collect_schema())
    needed = Source(base.criteria, measures, frozenset(), day).needed(wanted)
    facts = [base.vocabulary[name] for name in needed]
    reader = Reader(facts, {ROW: pl.UInt32(), **schema}, [ROW])
    source = Source(base.criteria, measures, reader.given, day)
    plan = WidePlan(source, PolarsAlgebra(base.vocabulary), tuple(nodes.values()))
    batch = table.with_row_index(ROW).select(ROW, *reader.sources).collect()
    computed = reader.read(batch)[0].lazy()
    for stage in plan.stages:
        computed = computed.with_columns(**stage)
    counted = computed.select(
        plan.truth(node).fill_null(value=False).sum().alias(str(index))
        for index, node in enumerate(nodes.values())
    ).collect()
    row = counted.row(0)
    return {texts: row[index] / ROWS for index, texts in enumerate(nodes)}

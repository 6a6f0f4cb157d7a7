"""The sample on which documents are compared: made-up patients of whom every fact is known."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from gepnet.guidelines.compiled import KnowledgeBase

if TYPE_CHECKING:
    import polars as pl


def complete_sample(base: KnowledgeBase, rows: int, seed: int, at: datetime.date) -> pl.LazyFrame:
    """Return made-up patients as columns, nothing hidden and no number given as a range."""
    from gepnet.facts.sample import Sampler

    wanted = tuple(sorted(base.facts_named, key=base.vocabulary.order))
    measures = base.knowledge.measures
    return Sampler(base.criteria, measures, wanted, at, seed, complete=True).table(rows)

"""The sample on which documents are compared: made-up patients of whom every fact is known."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from gepnet.guidelines.compiled import KnowledgeBase

if TYPE_CHECKING:
    import polars as pl


def complete_sample(base: KnowledgeBase, rows: int, seed: int, at: datetime.date) -> pl.LazyFrame:
    """Return made-up patients as columns, nothing hidden and no number given as a range."""
    from gepnet.facts.sample import Sampler

    measures = dict(base.knowledge.measures)
    measures["sample"] = _told(measures["sample"])
    wanted = tuple(sorted(base.facts_named, key=base.vocabulary.order))
    return Sampler(base.criteria, measures, wanted, at, seed).table(rows)


def _told(spec: Any) -> Any:
    """Return how to draw without how to hide."""
    if isinstance(spec, dict):
        return {k: _told(v) for k, v in spec.items() if k not in ("missing", "ranged")}
    return [_told(item) for item in spec] if isinstance(spec, list) else spec

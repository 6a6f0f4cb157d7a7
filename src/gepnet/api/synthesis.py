"""Meta-analysis of one comparison and of a network of treatments, with their pictures."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from gepnet.knowledge import need

if TYPE_CHECKING:
    from gepnet.charts import Chart
    from gepnet.evidence.synthesis import ContrastTable, NetworkResult, PairwiseResult
    from gepnet.guidelines import KnowledgeBase


def meta_analysis(
    table: Path,
    base: KnowledgeBase | None = None,
    *,
    include: Collection[str] = (),
    exclude: Collection[str] = (),
    same: Collection[str] = (),
    tau_method: Literal["reml", "dl"] = "reml",
    knapp_hartung: bool = True,
    level: float = 0.95,
) -> PairwiseResult:
    """Pool the studies of one comparison.

    Args:
        table: CSV or Parquet, see ``gepnet.evidence.synthesis.read_contrasts``; or, with ``base``,
            the name of a network that comes with gepnet.
        base: the knowledge with its trials.
        include: studies whose unverified figures are pooled all the same.
        exclude: studies to leave out.
        same: treatments to take for one, as ``octreotide60=octreotide30``.
        tau_method: how the variance between studies is estimated.
        knapp_hartung: Hartung's and Knapp's interval of the random-effects model.
        level: of the intervals.

    Raises:
        InputError: with every fault of the table, or of what was asked.
    """
    need("numpy", "scipy")
    from gepnet.evidence.synthesis import meta_analysis as pooled

    rows = _contrasts(table, base, include, exclude, same, needs_treatments=False)
    return pooled(rows, tau_method, knapp_hartung, level)


def network_meta_analysis(
    table: Path,
    base: KnowledgeBase | None = None,
    *,
    reference: str | None = None,
    model: Literal["common", "random"] = "random",
    small_is_good: bool = True,
    include: Collection[str] = (),
    exclude: Collection[str] = (),
    same: Collection[str] = (),
    populations: Path | None = None,
    tolerance: float | None = None,
    level: float = 0.95,
) -> NetworkResult:
    """Fit a network of treatments to a table of contrasts.

    Args:
        table: CSV or Parquet, see ``gepnet.evidence.synthesis.read_contrasts``; or, with ``base``,
            the name of a network that comes with gepnet.
        base: the knowledge with its trials.
        reference: the treatment that others are shown against.
        model: ``common`` or ``random`` effects.
        small_is_good: whether a smaller effect is a better one.
        include: studies whose unverified figures are pooled all the same.
        exclude: studies to leave out.
        same: treatments to take for one, as ``octreotide60=octreotide30``.
        populations: a table of what the studies state of their patients: ``study``, and a column
            for each characteristic; by default what the trials of ``base`` ask for.
        tolerance: by how much the contrasts of a trial of several arms may miss adding up.
        level: of the intervals.

    Raises:
        InputError: with every fault of the tables, or of what was asked; for a network that falls
            apart, with its components.
    """
    need("numpy", "scipy")
    from gepnet.evidence.synthesis import network_meta_analysis as fitted
    from gepnet.evidence.synthesis import read_populations

    rows = _contrasts(table, base, include, exclude, same)
    stated = None
    if populations is not None:
        stated = read_populations(populations)
    elif base is not None:
        from gepnet.evidence.synthesis.packaged import populations_of

        studies = [row.study for row in rows.used]
        stated = populations_of(base.knowledge, base.criteria, studies)
        base.criteria.store()
    return fitted(rows, reference, model, small_is_good, stated, tolerance, level)


def _contrasts(
    table: Path,
    base: KnowledgeBase | None,
    include: Collection[str],
    exclude: Collection[str],
    same: Collection[str],
    needs_treatments: bool = True,
) -> ContrastTable:
    from gepnet.evidence.synthesis import read_contrasts

    if base is not None and not table.exists() and not table.suffix:
        from gepnet.evidence.synthesis.packaged import packaged_network

        return packaged_network(str(table), base.knowledge, include, exclude, same)
    return read_contrasts(table, include, exclude, same, needs_treatments)


def meta_chart(result: PairwiseResult) -> Chart:
    """Return the forest plot of a meta-analysis."""
    need("matplotlib")
    from gepnet.charts.synthesis import pairwise_forest

    return pairwise_forest(result)


def network_chart(result: NetworkResult, kind: Literal["forest", "network"]) -> Chart:
    """Return a picture of a network meta-analysis: every treatment, or who was compared."""
    need("matplotlib")
    from gepnet.charts.synthesis import network_forest, network_plot

    return network_forest(result) if kind == "forest" else network_plot(result)

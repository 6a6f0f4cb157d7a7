"""Questions that are asked of an assessed registry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import need
from gepnet.tables import plain

if TYPE_CHECKING:
    from gepnet.charts import Chart
    from gepnet.registry.small import Smallness

View = dict[str, Any]


def characterise_registry(
    base: KnowledgeBase,
    assessed: str,
    by: str | None = None,
    facts: Sequence[str] = (),
    show_small: bool = False,
    plot: Path | None = None,
) -> View:
    """Return who is in an assessed registry, by group, and where what is missing.

    Args:
        base: the knowledge.
        assessed: folder or URL of the assessment.
        by: what to group by: a fact, or ``centre``, ``region``, ``option``, ``line``.
        facts: lines of the table, by default those that papers show first.
        show_small: show counts below five as well.
        plot: file for the map of what is missing (SVG, PNG or PDF).

    Raises:
        InputError: for a fact that there is not, or without an assessment.
    """
    need("polars")
    from gepnet.registry.assess import Assessed
    from gepnet.registry.characterise import FACTS, characterise

    _check(plot)
    small = _smallness(show_small)
    found = characterise(base, Assessed(assessed), by, tuple(facts) or FACTS, small)

    def drawn() -> Chart:
        from gepnet.charts.registry.gaps import gaps_map

        return gaps_map(found)

    return _view(found, plot, drawn)


def _smallness(show_small: bool) -> Smallness:
    from gepnet.registry.small import Smallness

    return Smallness(1) if show_small else Smallness()


def _check(plot: Path | None) -> None:
    """Refuse a picture that cannot be written before long work begins."""
    if plot is not None:
        from gepnet.api.charting import check_output

        need("matplotlib")
        check_output(plot)


def _view(found: object, plot: Path | None, drawn: Callable[[], Chart]) -> View:
    """Return a result as plain data, its picture written if it is asked for."""
    view: View = plain(found)
    if plot is not None:
        from gepnet.api.charting import write_chart

        chart = drawn()
        write_chart(chart, plot)
        return {**view, "plot": str(plot), "sentence": chart.sentence}
    return {**view, "plot": None, "sentence": None}

"""Questions that are asked of an assessed registry."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gepnet.charts import registry as pictures
from gepnet.guidelines import KnowledgeBase, load_base
from gepnet.knowledge import need, read_text, refuse, write_atomically
from gepnet.tables import plain
from gepnet.vocabulary import Question

if TYPE_CHECKING:
    from gepnet.charts import Chart
    from gepnet.registry.assess import Assessed
    from gepnet.registry.outcomes import Endpoint
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
    from gepnet.registry.characterise import FACTS, characterise

    place, small = asked_of(assessed, show_small, plot)
    found = characterise(base, place, by, tuple(facts) or FACTS, small)
    return view_of(found, plot, lambda: pictures.gaps_map(found))


def registry_impact(
    base: KnowledgeBase,
    assessed: str,
    question: Question,
    change: Sequence[Path] = (),
    then: datetime.date | None = None,
    option: str | None = None,
    region: str | None = None,
    criteria: tuple[str, str] | None = None,
    show_small: bool = False,
    plot: Path | None = None,
) -> View:
    """Return who changes, from what to what, when the knowledge changes.

    Args:
        base: the knowledge before.
        assessed: folder or URL of the assessment, whose facts are read.
        question: the day of the knowledge before, and its further files.
        change: files of knowledge that come with the change.
        then: the day of the knowledge after, by default that before.
        option: look at this option alone.
        region: look at the labels of this region alone.
        criteria: instead, one criterion and the one that takes its place.
        show_small: show counts below five as well.
        plot: file for the flow of the greatest change.

    Raises:
        InputError: for a file that cannot be read, or where nothing is changed.
    """
    need("polars")
    from gepnet.registry.impact import Side, criterion_impact, impact

    place, small = asked_of(assessed, show_small, plot)
    if criteria is not None:
        found = criterion_impact(base, place, *criteria, small)
    else:
        if not change and then is None:
            told = "--change FILE, --then DATE, or --criterion with --instead"
            raise refuse("change", "none", told)
        day = question.knowledge_date
        files = (*question.with_files, *change)
        new = load_base(*files) if change else base
        sides = (Side(base, day), Side(new, then or day))
        found = impact(place, *sides, option, region, small)

    def drawn() -> Chart:
        if not found.changes:
            raise refuse("plot", "nothing to draw", "a change that somebody is touched by")
        return pictures.flow_chart(found, found.changes[0])

    return view_of(found, plot, drawn)


def registry_audit(
    base: KnowledgeBase,
    assessed: str,
    by: str = "line",
    show_small: bool = False,
    plot: Path | None = None,
) -> View:
    """Return whether each treatment was one that a document of its time supports.

    Args:
        base: the knowledge of the assessment.
        assessed: an assessment with the points ``treatments``.
        by: ``line``, ``option``, ``centre`` or ``region``.
        show_small: show counts below five as well.
        plot: file for a bar of each group.

    Raises:
        InputError: for another kind of assessment.
    """
    need("polars")
    from gepnet.registry.audit import audit

    place, small = asked_of(assessed, show_small, plot)
    found = audit(base, place, by, small)
    return view_of(found, plot, lambda: pictures.audit_chart(found))


def registry_sequence(
    base: KnowledgeBase,
    assessed: str,
    level: str = "class",
    lines: int = 4,
    show_small: bool = False,
    plot: Path | None = None,
) -> View:
    """Return which treatment follows which.

    Args:
        base: the knowledge, for the tree of treatments.
        assessed: an assessment with the points ``treatments``.
        level: ``class`` or ``option``.
        lines: how many lines, from the first.
        show_small: show counts below five as well.
        plot: file for the flow from line to line.

    Raises:
        InputError: for another kind of assessment, or where nothing is to be drawn.
    """
    need("polars")
    from gepnet.registry.sequence import sequences

    place, small = asked_of(assessed, show_small, plot)
    found = sequences(base, place, level, lines, small)

    def drawn() -> Chart:
        if not any(step.patients for step in found.steps):
            raise refuse("plot", "nothing to draw", "treatments that follow each other")
        return pictures.sequence_chart(found)

    return view_of(found, plot, drawn)


def registry_survival(
    base: KnowledgeBase,
    assessed: str,
    endpoint: Endpoint = "pfs",
    by: str | None = None,
    option: Sequence[str] = (),
    line: int | None = None,
    where: str | None = None,
    covariate: Sequence[str] = (),
    landmark_months: float = 0.0,
    by_centre: bool = False,
    show_small: bool = False,
    plot: Path | None = None,
) -> View:
    """Return how long treatments held: curves with numbers at risk, medians, a Cox model.

    Args:
        base: the knowledge.
        assessed: an assessment with the points ``treatments``.
        endpoint: ``pfs``, ``os``, or ``progression`` with death competing.
        by: a fact known before the treatment, or ``option``, ``line``, ``centre``, ``region``.
        option: the treatments; all without.
        line: their number; all without.
        where: a criterion on the day before the treatment.
        covariate: of a Cox model: a fact, ``log2:FACT`` or ``option=NAME``.
        landmark_months: count from here on only who was free of the event until then.
        by_centre: let each centre have a baseline hazard of its own.
        show_small: show counts below five as well.
        plot: file for the curves.

    Raises:
        InputError: for names that there are not, or nothing to estimate.
    """
    need("polars", "numpy")
    from gepnet.registry.outcomes import Chosen
    from gepnet.registry.survival import survival

    place, small = asked_of(assessed, show_small, plot)
    chosen = Chosen(endpoint, tuple(option), line, where, by, tuple(covariate), landmark_months)
    found = survival(base, place, chosen, by_centre, small)
    return view_of(found, plot, lambda: pictures.curves_chart(found))


def registry_beside_published(
    base: KnowledgeBase, assessed: str, registry: str, show_small: bool = False
) -> View:
    """Return the published figures of the recipe, each beside that of a registry.

    Args:
        base: the knowledge; the figures are in ``measures/registry_synthetic.yaml``.
        assessed: its assessment with the points ``treatments``.
        registry: folder or URL of the registry.
        show_small: show figures of fewer than five treatments as well.

    Raises:
        InputError: for another kind of assessment, or one of another registry.
    """
    need("polars", "numpy")
    from gepnet.registry.published import beside_published
    from gepnet.registry.store import Registry

    place, small = asked_of(assessed, show_small)
    view: View = plain(beside_published(base, place, Registry.open(registry), small))
    return view


def registry_indicators(
    base: KnowledgeBase,
    assessed: str,
    registry: str,
    by: str | None = None,
    indicator: Sequence[str] = (),
    show_small: bool = False,
    plot: Path | None = None,
) -> View:
    """Return the quality indicators of a registry, over all and by centre.

    Args:
        base: the knowledge; the indicators are in ``measures/quality_indicators.yaml``.
        assessed: its assessment on one day.
        registry: folder or URL of the registry.
        by: ``centre`` or ``region``.
        indicator: these alone.
        show_small: show counts below five as well.
        plot: file for the funnel of one indicator.

    Raises:
        InputError: for another kind of assessment or registry, or names that there are not.
    """
    need("polars", "numpy", "scipy")
    from gepnet.registry.indicators import indicators
    from gepnet.registry.store import Registry

    place, small = asked_of(assessed, show_small, plot)
    if plot is not None and (len(indicator) != 1 or by is None):
        raise refuse("plot", str(plot), "one --indicator and --by: a funnel shows one by centre")
    found = indicators(base, place, Registry.open(registry), by, indicator, small)
    return view_of(found, plot, lambda: pictures.funnel_chart(found))


#: Months at which a centre tells how many are left.
GRID_MONTHS = (3, 6, 9, 12, 18, 24, 36, 48, 60, 84)


def share_registry(
    base: KnowledgeBase,
    assessed: str,
    output: Path,
    centre: str,
    endpoint: Endpoint = "pfs",
    by: str | None = None,
    option: Sequence[str] = (),
    line: int | None = None,
    where: str | None = None,
    covariate: Sequence[str] = (),
    at: Sequence[float] = (),
    landmark_months: float = 0.0,
    show_small: bool = False,
) -> View:
    """Write what a centre shares of a question: a file to look at before it is sent.

    Args:
        base: the knowledge.
        assessed: an assessment with the points ``treatments``.
        output: the JSON file to write.
        centre: the name that the centre goes by; of an assessment of several, the one meant.
        endpoint: ``pfs``, ``os`` or ``progression``.
        by: a fact known before the treatment, or ``option``, ``line``, ``centre``, ``region``.
        option: the treatments; all without.
        line: their number; all without.
        where: a criterion on the day before the treatment.
        covariate: of a Cox model, of which score and information are shared.
        at: its coefficients so far, in the same order; 0 at first.
        landmark_months: count from here on only who was free of the event until then.
        show_small: do not hide counts below five.

    Raises:
        InputError: for names that there are not, or a file that is there already.
    """
    need("polars", "numpy")
    from gepnet.registry.federated import as_json, shared
    from gepnet.registry.outcomes import Chosen, one_step, outcomes

    place, small = asked_of(assessed, show_small)
    names = tuple(covariate)
    chosen = Chosen(endpoint, tuple(option), line, where, by, names, landmark_months)
    if at and len(at) != len(names):
        raise refuse("at", ", ".join(map(str, at)), f"{len(names)} numbers, one a covariate")
    table = outcomes(base, place, chosen)
    if centre in table["centre"]:  # of an assessment of several centres its own rows
        table = table.filter(table["centre"] == centre)
    start = list(at) or [0.0] * len(names)
    model = one_step(table, names, start) if names else None
    found = shared(
        centre, place.about["synthetic"], plain(chosen), table, GRID_MONTHS, model, small
    )
    text = as_json(found)
    write_atomically(output, lambda draft: draft.write_text(text, encoding="utf-8"))
    return {"file": str(output), **plain(found)}


def combine_shared(files: Sequence[Path]) -> View:
    """Pool what several centres share of the same question.

    Raises:
        InputError: for a file that is none, other questions, or a centre that is there twice.
    """
    need("polars", "numpy")
    from gepnet.registry.federated import combine, read_shared

    parts = [read_shared(read_text(path, "shared file"), str(path)) for path in files]
    view: View = plain(combine(parts))
    return view


def asked_of(
    assessed: str, show_small: bool, plot: Path | None = None
) -> tuple[Assessed, Smallness]:
    """Return an assessment and which counts are hidden; refuse a picture that cannot be written."""
    from gepnet.registry.assess import Assessed

    check_plot(plot)
    return Assessed(assessed), smallness(show_small)


def smallness(show_small: bool) -> Smallness:
    """Return which counts are hidden."""
    from gepnet.registry.small import Smallness

    return Smallness(1) if show_small else Smallness()


def check_plot(plot: Path | None) -> None:
    """Refuse a picture that cannot be written before long work begins."""
    if plot is not None:
        from gepnet.api.charting import check_output

        need("matplotlib")
        check_output(plot)


def view_of(found: object, plot: Path | None, drawn: Callable[[], Chart]) -> View:
    """Return a result as plain data, its picture written if it is asked for."""
    view: View = plain(found)
    if plot is not None:
        from gepnet.api.charting import write_chart

        chart = drawn()
        write_chart(chart, plot)
        return {**view, "plot": str(plot), "sentence": chart.sentence}
    return {**view, "plot": None, "sentence": None}

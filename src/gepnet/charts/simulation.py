"""Pictures of a simulation: survival, states over time, costs against effects, acceptability."""

from __future__ import annotations

from textwrap import wrap

import numpy as np
from matplotlib.figure import Figure

from gepnet.charts.base import Chart, TableTwin, chart_of, counted
from gepnet.charts.drawing import CORNER, SMALL, beside, draw_mark, headline
from gepnet.charts.style import GRID, INK, SEQUENTIAL, SOFT, line_look, on
from gepnet.evidence.simulation.result import Simulation, StrategyResult

_YEAR = 12
_HATCHES = ("", "////", "", "....", "", "xxxx", "", "\\\\\\\\")
_POINTS = 500  # draws that are drawn as points


def survival(found: Simulation) -> Chart:
    """Return survival by strategy; dashed where most of those alive rest on extrapolation."""
    months = [m for m in range(0, int(found.horizon_years * _YEAR), _YEAR)]
    rows = tuple(
        (one.label, month // _YEAR, _at(one, month), _mostly(one, month))
        for one in found.strategies
        for month in months
    )
    columns = ("strategy", "year", "alive", "mostly beyond follow-up")
    said = [f"{found.title}: simulated survival of {_size(found)}."]
    for one in found.strategies:
        median = one.median_survival_months
        told = "not reached" if median is None else f"{median:.1f} months"
        said.append(f"{one.label}: median {told}.")
    said.append("Dashed where most of those alive are beyond the follow-up of their source.")
    table = TableTwin(columns, rows)
    return chart_of("simulated-survival", found, " ".join(said), table, (9, 5.2), _survival)


def _survival(figure: Figure, found: Simulation) -> None:
    axes = figure.add_subplot()
    for place, one in enumerate(found.strategies):
        look, curves = line_look(place), one.curves
        years = curves.months / _YEAR
        known = one.mostly_extrapolated_from_months
        solid = years <= (np.inf if known is None else known / _YEAR)
        axes.fill_between(
            curves.coarse_months / _YEAR,
            curves.survival_low,
            curves.survival_high,
            color=look.colour,
            alpha=0.14,
            lw=0,
        )
        axes.plot(years[solid], curves.survival[solid], color=look.colour, lw=2.2)
        beyond = ~solid | (np.cumsum(~solid) == 1)
        axes.plot(years[beyond], curves.survival[beyond], color=look.colour, lw=1.8, ls=(0, (4, 2)))
        marked = slice(place * 4 + 6, None, 36)
        axes.plot(
            years[marked],
            curves.survival[marked],
            look.marker,
            color=look.colour,
            ms=7,
            label=one.label,
        )
    axes.axhline(0.5, color=GRID, lw=1, zorder=0)
    axes.set(xlabel="years", ylabel="alive", ylim=(0, 1.02), xlim=(0, found.horizon_years))
    axes.legend(loc="upper right", title="band: 95 % of parameter draws", title_fontsize=SMALL)
    beside(
        axes,
        "dashed: most of those alive are beyond the follow-up of their source",
        (0.02, 0.02),
        (0, 2),
        CORNER,
        color=SOFT,
        ha="left",
    )
    headline(figure, "\n".join([*wrap(found.title, 84), _simulated(found)]), 10.5)


def states(found: Simulation) -> Chart:
    """Return where patients are over time: an area for each state, a panel for each strategy."""
    rows = tuple(
        (one.label, found.states[state], int(month) // _YEAR, float(values[int(month)]))
        for one in found.strategies
        for state, values in one.curves.states.items()
        if values.any()
        for month in range(0, len(values), _YEAR)
    )
    said = [f"{found.title}: share of patients in each state over time, {_size(found)}."]
    for one in found.strategies:
        spent = ", ".join(
            f"{found.states[s]} {v.sum() / _YEAR:.2f}"
            for s, v in one.curves.states.items()
            if v.any()
        )
        said.append(f"{one.label}, mean years in each: {spent}.")
    table = TableTwin(("strategy", "state", "year", "share"), rows)
    height = 1.1 + 2.6 * len(found.strategies)
    return chart_of("simulated-states", found, " ".join(said), table, (9.5, height), _states)


def _states(figure: Figure, found: Simulation) -> None:
    panels = figure.subplots(len(found.strategies), 1, sharex=True, squeeze=False)[:, 0]
    used = [s for s in found.states if any(o.curves.states[s].any() for o in found.strategies)]
    shades = {s: SEQUENTIAL[(1 + 2 * k) % len(SEQUENTIAL)] for k, s in enumerate(used)}
    for axes, one in zip(panels, found.strategies, strict=True):
        order = [*(line.line for line in one.lines), *used]
        order = [s for s in dict.fromkeys(order) if one.curves.states[s].any()]
        years = one.curves.months / _YEAR
        below = np.zeros(len(years))
        for state in order:
            top = below + one.curves.states[state]
            place = used.index(state)
            axes.fill_between(
                years,
                below,
                top,
                facecolor=shades[state],
                hatch=_HATCHES[place % len(_HATCHES)],
                edgecolor=on(shades[state]) if _HATCHES[place % len(_HATCHES)] else INK,
                lw=0.4,
                label=found.states[state],
            )
            below = top
        known = one.mostly_extrapolated_from_months
        if known is not None:
            axes.axvline(known / _YEAR, color=INK, lw=1.2, ls=(0, (4, 2)))
            beside(axes, "mostly beyond follow-up", (known / _YEAR, 0.93), (5, 0))
        axes.set(ylabel="share", ylim=(0, 1), xlim=(0, found.horizon_years))
        axes.set_title(one.label)
        axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=SMALL)
    panels[-1].set_xlabel("years")
    headline(figure, "\n".join([*wrap(found.title, 84), _simulated(found)]), 10.5)


def plane(found: Simulation) -> Chart:
    """Return incremental costs against incremental QALYs of every draw."""
    rows = tuple(
        (o.strategy, o.qalys.mean if o.qalys else None, o.cost.mean if o.cost else None, o.icer)
        for o in found.increments
    )
    said = [f"{found.title}: costs against quality-adjusted years, {_size(found)}."]
    for one in found.increments:
        if one.qalys is not None and one.cost is not None:
            ratio = "" if one.icer is None else f", {one.icer:,.0f} {found.currency}"
            said.append(
                f"{one.strategy} against {one.against}: {one.qalys.mean:+.2f} QALYs, "
                f"{one.cost.mean:+,.0f} {found.currency}{ratio} {one.told}."
            )
    table = TableTwin(("strategy", "QALYs more", "cost more", "cost a QALY"), rows)
    return chart_of("cost-effectiveness", found, " ".join(said), table, (8, 5.6), _plane)


def _plane(figure: Figure, found: Simulation) -> None:
    axes = figure.add_subplot()
    first = found.strategies[0]
    for place, one in enumerate(found.strategies[1:]):
        look = line_look(place)
        effect = one.draws["qalys_discounted"] - first.draws["qalys_discounted"]
        cost = one.draws["cost_discounted"] - first.draws["cost_discounted"]
        size = 2.6
        draw_mark(
            axes,
            effect[:_POINTS].tolist(),
            cost[:_POINTS].tolist(),
            look.marker,
            size,
            look.colour,
            look.colour,
            alpha=0.45,
        )
        draw_mark(
            axes,
            float(effect.mean()),
            float(cost.mean()),
            look.marker,
            11,
            look.colour,
            INK,
            label=one.label,
        )
    axes.axhline(0, color=SOFT, lw=1)
    axes.axvline(0, color=SOFT, lw=1)
    axes.grid(color=GRID)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set(xlabel="QALYs more, discounted", ylabel=f"costs more, discounted ({found.currency})")
    axes.legend(loc="best", title=f"against {first.label}; large: mean", title_fontsize=SMALL)
    headline(figure, "\n".join([*wrap(found.title, 84), _simulated(found)]), 10.5)


def acceptability(found: Simulation) -> Chart:
    """Return how often each strategy has the greatest net benefit, by what a QALY may cost."""
    curves = found.acceptability
    rows = (
        ()
        if curves is None
        else tuple(
            (one.label, threshold, share)
            for one in found.strategies
            for threshold, share in zip(curves.thresholds, curves.shares[one.id], strict=True)
        )
    )
    said = [f"{found.title}: how often each strategy is the most cost-effective, {_size(found)}."]
    if curves is not None:
        for one in found.strategies:
            last = curves.shares[one.id][-1]
            said.append(
                f"{one.label}: {last * 100:.0f} % of draws at {curves.thresholds[-1]:,.0f} "
                f"{found.currency} a QALY."
            )
    table = TableTwin(("strategy", "threshold", "share"), rows)
    return chart_of("acceptability", found, " ".join(said), table, (8.5, 4.8), _acceptability)


def _acceptability(figure: Figure, found: Simulation) -> None:
    axes = figure.add_subplot()
    curves = found.acceptability
    if curves is not None:
        for place, one in enumerate(found.strategies):
            look = line_look(place)
            axes.plot(
                curves.thresholds,
                curves.shares[one.id],
                color=look.colour,
                ls=look.dash,
                marker=look.marker,
                markevery=max(1, len(curves.thresholds) // 8),
                label=one.label,
            )
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set(
        xlabel=f"what a QALY may cost ({found.currency})",
        ylabel="share of draws in which it is best",
        ylim=(0, 1.02),
    )
    axes.grid(color=GRID)
    axes.legend(loc="best")
    headline(figure, "\n".join([*wrap(found.title, 84), _simulated(found)]), 10.5)


def _at(one: StrategyResult, month: int) -> float:
    return float(one.curves.survival[month])


def _mostly(one: StrategyResult, month: int) -> bool:
    known = one.mostly_extrapolated_from_months
    return known is not None and month >= known


def _size(found: Simulation) -> str:
    return f"{counted(found.patients, 'patient')} in each of {counted(found.draws, 'draw')}"


def _simulated(found: Simulation) -> str:
    return f"A simulation, no observation: {_size(found)}"

"""``gepnet registry share`` and ``combine``: centres that keep their patients to themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import say, table
from gepnet.cli.registry.outcomes import (
    Before,
    Covariates,
    Endpoint,
    Landmark,
    Line,
    OfEndpoint,
    Options,
    Where,
)
from gepnet.cli.registry.questions import Assessed, ShowSmall

View = dict[str, Any]


@command
def share(
    assessed: Assessed,
    output: Annotated[Path, "JSON file to write."],
    centre: Annotated[str, typer.Option("--centre", help="The name that the centre goes by.")],
    base: Base,
    endpoint: OfEndpoint = Endpoint.PFS,
    by: Before = None,
    option: Options = None,
    line: Line = None,
    where: Where = None,
    covariate: Covariates = None,
    coefficient: Annotated[
        list[float] | None, "Of each covariate so far; 0 at first. Repeatable."
    ] = None,
    landmark: Landmark = 0.0,
    show_small: ShowSmall = False,
) -> Result:
    """Write what a centre shares of a question: counts on a grid of months, never a patient.

    Look at the file before you send it; 'gepnet registry combine' pools those of several centres.
    """
    view = api.share_registry(
        base,
        assessed,
        output,
        centre,
        endpoint.value,
        by,
        option or (),
        line,
        where,
        covariate or (),
        coefficient or (),
        landmark,
        show_small,
    )
    return Result(view, _print_shared)


def _print_shared(view: View) -> None:
    say(f"{view['centre']} shares, and nothing else: {view['file']}")
    for group, steps in view["groups"].items():
        rows = [
            [_until(step), _hidden(step["events"]), _hidden(step["censored"])] for step in steps
        ]
        table(group, ["until month", "events", "censored"], rows)
    if view["cox"] is not None:
        names = ", ".join(view["cox"]["names"])
        say(f"Score and information of {names} in {view['cox']['size']} treatments")


def _until(step: View) -> str:
    return "later" if step["until_months"] < 0 else f"{step['until_months']:g}"


def _hidden(count: int | None) -> str:
    return "<5" if count is None else str(count)


@command
def combine(
    files: Annotated[list[Path], typer.Argument(help="Files that centres share.", exists=True)],
) -> Result:
    """Pool what several centres share; where counts are hidden, between two numbers."""
    return Result(api.combine_shared(files), _print_combined)


def _print_combined(view: View) -> None:
    say(f"{len(view['centres'])} centres: {', '.join(view['centres'])}")
    for group, steps in view["groups"].items():
        rows = [
            [
                f"{step['until_months']:g}",
                _between(step["at_risk_least"], step["at_risk_most"]),
                _between(step["events_least"], step["events_most"]),
                _percent(step),
            ]
            for step in steps
        ]
        table(group, ["until month", "at risk", "events", "without event, %"], rows)
    rows = [
        [t["name"], f"{t['ratio']:.2f}", f"{t['low']:.2f}-{t['high']:.2f}"] for t in view["terms"]
    ]
    if rows:
        table("Cox model stratified by centre, one step", ["term", "hazard ratio", "95 %"], rows)
    if view["without_model"]:
        say(f"Too few events to share a model: {', '.join(view['without_model'])}")


def _between(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}-{high}"


def _percent(step: View) -> str:
    low, high = 100 * step["survival_least"], 100 * step["survival_most"]
    return f"{low:.1f}" if abs(high - low) < 0.05 else f"{low:.1f}-{high:.1f}"

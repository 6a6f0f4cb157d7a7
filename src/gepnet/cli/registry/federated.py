"""``gepnet registry share`` and ``combine``: centres that keep their patients to themselves."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import listing, say
from gepnet.cli.registry.outcomes import (
    TERM,
    Before,
    Covariates,
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
    endpoint: OfEndpoint = "pfs",
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
        endpoint,
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
        counts = ("events: events | <5", "censored: censored | <5")
        listing(group, steps, ("until month", _until), *counts)
    if view["cox"] is not None:
        names = ", ".join(view["cox"]["names"])
        say(f"Score and information of {names} in {view['cox']['size']} treatments")


def _until(step: View) -> str:
    return "later" if step["until_months"] < 0 else f"{step['until_months']:g}"


@command
def combine(
    files: Annotated[list[Path], typer.Argument(help="Files that centres share.", exists=True)],
) -> Result:
    """Pool what several centres share; where counts are hidden, between two numbers."""
    return Result(api.combine_shared(files), _print_combined)


def _print_combined(view: View) -> None:
    say(f"{len(view['centres'])} centres: {', '.join(view['centres'])}")
    for group, steps in view["groups"].items():
        counts = [
            (told.replace("_", " "), partial(_between, told)) for told in ("at_risk", "events")
        ]
        left = ("without event, %", _percent)
        listing(group, steps, "until month: {until_months:g}", *counts, left)
    if view["terms"]:
        listing("Cox model stratified by centre, one step", view["terms"], *TERM)
    if view["without_model"]:
        say(f"Too few events to share a model: {', '.join(view['without_model'])}")


def _between(name: str, step: View) -> str:
    low, high = step[f"{name}_least"], step[f"{name}_most"]
    return str(low) if low == high else f"{low}-{high}"


def _percent(step: View) -> str:
    low, high = 100 * step["survival_least"], 100 * step["survival_most"]
    return f"{low:.1f}" if abs(high - low) < 0.05 else f"{low:.1f}-{high:.1f}"

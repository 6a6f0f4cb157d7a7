"""``gepnet registry mid-treatment`` and ``swimmer``: single courses, in the middle and whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import say, table
from gepnet.cli.registry.outcomes import Line, Options, Where
from gepnet.cli.registry.questions import Assessed, Plot, ShowSmall, told

View = dict[str, Any]
Registry = Annotated[str, "Folder or URL of the registry assessed."]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the random numbers.")]


@command
def mid_treatment(
    assessed: Assessed,
    registry: Registry,
    base: Base,
    cycles: Annotated[
        int | None, typer.Option("--cycles", min=3, help="Only courses of at least so many cycles.")
    ] = None,
    output: Annotated[Path | None, "Table of the courses, for 'gepnet response fit'."] = None,
    seed: Seed = 1,
    show_small: ShowSmall = False,
    plot: Plot = None,
) -> Result:
    """Show how courses of radioligand therapy responded after cycle 2, and at their end.

    The assessment is one with --points treatments. Courses that went on to a third cycle count.
    What one published series found stands beside; it is never a rule to stop or to go on.
    """
    view = api.registry_mid_treatment(
        base, assessed, registry, cycles, output, seed, show_small, plot
    )
    return Result(view, _print_middle)


def _print_middle(view: View) -> None:
    told(view)
    say(f"{view['begun']} courses begun: " + ", ".join(
        f"{place} {_count(count)}" for place, count in view["places"].items()
    ))  # fmt: skip
    ends = list(view["rows"][0]["end"])
    rows = [
        [
            row["middle"],
            _count(row["courses"]),
            *(_count(row["end"][end]) for end in ends),
            _interval(row["better_percent"], row["low"], row["high"]),
        ]
        for row in view["rows"]
    ]
    heads = ["after cycle 2", "courses", *(f"{end} at the end" for end in ends), "better, %"]
    table("Response in the middle and at the end", heads, rows)
    rows = [
        [
            f"{one['text']} ({one['counts']})",
            one["published"] or "",
            _interval(one["percent"], one["low"], one["high"]),
            _count(one["of"]),
        ]
        for one in view["shares"]
    ]
    source = f"{view['source']} ({view['verification']})"
    table(f"Beside {source}", ["", "published", "registry, %", "of"], rows)
    if view["not_fitted"]:
        say(f"No model: {view['not_fitted']}.")
    rows = [
        [one["name"], f"{_count(one['better'])}/{_count(one['courses'])}", f"{one['ratio']:.2f}",
         f"{_bound(one['low'])} to {_bound(one['high'])}"]
        for one in view["odds"]
    ]  # fmt: skip
    if rows:
        table("Odds of a better category later", ["term", "better", "odds ratio", "95 %"], rows)
    for weakness in view["weaknesses"]:
        say(f"weak: {weakness}")
    say(view["note"])
    for line in view["never"]:
        say(f"- {line}")
    if view["file"]:
        say(f"table of the courses: {view['file']}")


def _count(count: int | None) -> str:
    return "hidden" if count is None else str(count)


def _bound(value: float | None) -> str:
    return "not found" if value is None else f"{value:.2f}"


def _interval(value: float | None, low: float | None, high: float | None) -> str:
    return "-" if value is None else f"{value:g} ({low:g} to {high:g})"


@command
def swimmer(
    assessed: Assessed,
    registry: Registry,
    base: Base,
    option: Options = None,
    line: Line = None,
    where: Where = None,
    patients: Annotated[int, "How many are drawn, 5 to 60."] = 25,
    seed: Seed = 1,
    names: Annotated[bool, "Names of the registry in place of numbers."] = False,
    plot: Plot = None,
) -> Result:
    """Show some courses, drawn at random, from their start to death or the last day known.

    The assessment is one with --points treatments. These are single patients, by number and in
    months: for those who may see them.
    """
    view = api.registry_swimmer(
        base, assessed, registry, option or (), line, where, patients, seed, names, plot
    )
    return Result(view, _print_swimmer)


def _print_swimmer(view: View) -> None:
    told(view)
    rows = [
        [
            one["patient"],
            one["option"],
            str(one["line"]),
            f"{one['months']:.1f} ({one['end']})",
            one["best_response"] or "",
            "" if one["progression_months"] is None else f"{one['progression_months']:.1f}",
            str(len(one["cycle_months"]) or ""),
        ]
        for one in view["courses"]
    ]
    heads = ["", "treatment", "line", "months", "best", "progression", "cycles"]
    table(f"{len(rows)} of {view['of']} patients, at random (seed {view['seed']})", heads, rows)
    say(view["note"])

"""``gepnet registry mid-treatment`` and ``swimmer``: single courses, in the middle and whole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import bounds, listing, say
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
    ends = (f"{end} at the end: {{end[{end}]}} | hidden" for end in view["rows"][0]["end"])
    better = "better, %: {better_percent:g} ({low:g} to {high:g}) | -"
    title = "Response in the middle and at the end"
    first = ("after cycle 2: middle", "courses: courses | hidden")
    listing(title, view["rows"], *first, *ends, better)
    shown = (
        ": {text} ({counts})",
        "published",
        "registry, %: {percent:g} ({low:g} to {high:g}) | -",
    )
    source = f"{view['source']} ({view['verification']})"
    listing(f"Beside {source}", view["shares"], *shown, "of: of | hidden")
    if view["not_fitted"]:
        say(f"No model: {view['not_fitted']}.")
    if view["odds"]:
        listing(
            "Odds of a better category later",
            view["odds"],
            "term: name",
            ("better", lambda one: f"{_count(one['better'])}/{_count(one['courses'])}"),
            *("odds ratio: {ratio:.2f}", ("95 %", bounds)),
        )
    for weakness in view["weaknesses"]:
        say(f"weak: {weakness}")
    say(view["note"])
    for line in view["never"]:
        say(f"- {line}")
    if view["file"]:
        say(f"table of the courses: {view['file']}")


def _count(count: int | None) -> str:
    return "hidden" if count is None else str(count)


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
    courses = view["courses"]
    listing(
        f"{len(courses)} of {view['of']} patients, at random (seed {view['seed']})",
        courses,
        *(": patient", "treatment: option", "line", "months: {months:.1f} ({end})"),
        *("best: best_response", "progression: {progression_months:.1f}"),
        ("cycles", lambda one: len(one["cycle_months"]) or ""),
    )
    say(view["note"])

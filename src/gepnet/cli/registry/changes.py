"""``gepnet registry impact``, ``audit`` and ``sequence``: what a change does, what was done."""

from __future__ import annotations

import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from gepnet import api
from gepnet.cli.command import Base, KnowledgeQuestion, Result, command
from gepnet.cli.output import listing, say
from gepnet.cli.registry.questions import Assessed, Plot, ShowSmall, told

View = dict[str, Any]
SHOWN = 12


@command
def impact(
    assessed: Assessed,
    question: KnowledgeQuestion,
    change: Annotated[
        list[Path] | None,
        typer.Option("--change", exists=True, help="Knowledge that comes. Repeatable."),
    ] = None,
    then: Annotated[datetime.date | None, "Day of the knowledge after the change."] = None,
    option: Annotated[str | None, "This option alone."] = None,
    label_region: Annotated[
        str | None, typer.Option("--labels-of", help="Labels of this region alone.")
    ] = None,
    criterion: Annotated[str | None, "A criterion, to be changed."] = None,
    instead: Annotated[str | None, "The criterion that takes its place."] = None,
    show_small: ShowSmall = False,
    plot: Plot = None,
) -> Result:
    """Show who changes, from what to what: by a new label or document, a day, or a criterion."""
    base = api.base(*question.with_files)
    if (criterion is None) != (instead is None):
        raise api.refuse("criterion", str(criterion or instead), "--criterion with --instead")
    both = None if criterion is None or instead is None else (criterion, instead)
    view = api.registry_impact(
        base, assessed, question, change or (), then, option, label_region, both, show_small, plot
    )
    return Result(view, _print_impact)


def _print_impact(view: View) -> None:
    told(view)
    changed = _count(view["patients_changed"])
    say(f"{view['patients']} {view['of']} up to {view['at']}: {changed} change somewhere")
    for change in view["changes"][:SHOWN]:
        parts = (change["name"], change["option"], change["intent"])
        name = " ".join(part for part in parts if part)
        title = f"{change['what']} {name}: {_count(change['changed'])} change"
        shown = ("before: {before!w}", "after: {after!w}", f"{view['of']}: patients | <5")
        listing(title, change["flows"], *shown)
    if len(view["changes"]) > SHOWN:
        say(f"{len(view['changes']) - SHOWN} further changes: --format json")
    say(f"{len(view['unchanged'])} others stay as they are. Hidden: {view['hidden']}.")


def _count(count: int | None) -> str:
    return "<5" if count is None else str(count)


@command
def audit(
    assessed: Assessed,
    base: Base,
    by: Annotated[
        Literal["line", "option", "centre", "region"], "Tell the treatments apart."
    ] = "line",
    show_small: ShowSmall = False,
    plot: Plot = None,
) -> Result:
    """Show whether each treatment was one that a document of its time supports.

    The assessment is one with --points treatments: each treatment is looked at on the day before it
    began, by the documents in force then.
    """
    view = api.registry_audit(base, assessed, by, show_small, plot)
    return Result(view, _print_audit)


def _print_audit(view: View) -> None:
    told(view)
    classes = list(view["groups"][0]["counts"]) if view["groups"] else []
    shares = [(name.replace("_", " "), partial(_share, name)) for name in classes]
    said = f"{view['treatments']} treatments, by what at least one document says, per cent"
    counted = "n: treatments | <5"
    listing(said, view["groups"], f"{view['by']}: group", counted, *shares)
    title = "By each document that was in force, per cent"
    listing(title, view["by_document"], "document: group", counted, *shares)


def _share(name: str, group: View) -> str:
    share = group["percents"][name]
    if share is None:
        return "<5" if group["counts"][name] is None else ""
    return f"{share:g}" if share else ""


@command
def sequence(
    assessed: Assessed,
    base: Base,
    level: Annotated[Literal["class", "option"], "How treatments are named."] = "class",
    lines: Annotated[int, typer.Option("--lines", min=1, max=8, help="Lines, from the first.")] = 4,
    show_small: ShowSmall = False,
    plot: Plot = None,
) -> Result:
    """Show which treatment follows which, line by line, and the ways most patients went.

    The assessment is one with --points treatments. Treatments of one class in a row are one line.
    """
    view = api.registry_sequence(base, assessed, level, lines, show_small, plot)
    return Result(view, _print_sequence)


def _print_sequence(view: View) -> None:
    told(view)
    ways = ("ways", lambda way: " > ".join(way["treatments"]).replace("_", " "))
    title = f"{view['patients']} patients with a treatment"
    listing(title, view["ways"][:SHOWN], ways, "patients", "per cent: {percent:g}")
    say(f"Ways that too few went to be told: {view['hidden_ways']} patients.")
    for line in range(1, view["lines"]):
        steps = [one for one in view["steps"] if one["line"] == line]
        steps.sort(key=lambda one: (one["before"], -(one["patients"] or 0)))
        shown = ("treatment: {before!w}", "what follows: {after!w}", "patients: patients | <5")
        listing(f"After line {line}", steps, *shown)

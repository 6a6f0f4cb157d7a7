"""``gepnet registry``: who is in it, and what is asked of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import say, table

View = dict[str, Any]
Assessed = Annotated[str, "Folder or URL of an assessment."]
By = Annotated[str | None, "Group by a fact, or by centre, region, option or line."]
ShowSmall = Annotated[bool, "Show counts below five; they tell who somebody is."]
Plot = Annotated[Path | None, "Picture to write: .svg, .png or .pdf."]


@command
def characterise(
    assessed: Assessed,
    base: Base,
    by: By = None,
    fact: Annotated[list[str] | None, "A line of the table. Repeatable."] = None,
    show_small: ShowSmall = False,
    plot: Plot = None,
) -> Result:
    """Show who is in a registry: table 1 of a paper, and a map of what is missing."""
    view = api.characterise_registry(base, assessed, by, fact or (), show_small, plot)
    return Result(view, _print_characteristics)


def told(view: View) -> None:
    """Print what a result is of, and the sentence of its picture."""
    if view["synthetic"]:
        say(view["title"])
    if view["plot"]:
        say(f"{view['sentence']} Written: {view['plot']}")


def _print_characteristics(view: View) -> None:
    told(view)
    groups = ["all", *view["groups"]]
    cells: dict[tuple[str, str], dict[str, str]] = {}
    for row in view["rows"]:
        unit = f", {row['unit']}" if row["unit"] and row["unit"] != "{score}" else ""
        line = (f"{row['label']}{unit}", row["value"] or "median (quartiles)")
        cells.setdefault(line, {})[row["group"]] = _cell(row)
    rows = [[*line, *(by.get(group, "") for group in groups)] for line, by in cells.items()]
    title = f"{view['patients']} patients as of {view['at']}"
    table(title, ["", "value", *groups], rows)


def _cell(row: View) -> str:
    if row["median"] is not None:
        return f"{row['median']:.3g} ({row['lower']:.3g}-{row['upper']:.3g})"
    if row["count"] is None:
        return "<5"
    return f"{row['count']}" if row["percent"] is None else f"{row['count']} ({row['percent']:g} %)"

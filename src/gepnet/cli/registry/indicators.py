"""``gepnet registry indicators``: the quality of care that a registry can tell of."""

from __future__ import annotations

from typing import Annotated, Any

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import say, table
from gepnet.cli.registry.questions import Assessed, Plot, ShowSmall, told

View = dict[str, Any]


@command
def indicators(
    assessed: Assessed,
    registry: Annotated[str, "Folder or URL of the registry assessed."],
    base: Base,
    by: Annotated[str | None, "centre or region."] = None,
    indicator: Annotated[list[str] | None, "This one alone. Repeatable."] = None,
    show_small: ShowSmall = False,
    plot: Plot = None,
) -> Result:
    """Show quality indicators with their sources, by centre, and who lies outside chance.

    It needs an assessment on one day. `--plot` draws the funnel of one indicator.
    """
    view = api.registry_indicators(base, assessed, registry, by, indicator or (), show_small, plot)
    return Result(view, _print_indicators)


def _print_indicators(view: View) -> None:
    told(view)
    if view["by"] is None:
        rows = [
            [one["label"], *_cells(one["groups"][0]), _source(one)] for one in view["indicators"]
        ]
        title = f"Quality indicators as of {view['at']}"
        table(title, ["indicator", "met", "of", "unknown", "per cent", "source"], rows)
    else:
        for one in view["indicators"]:
            rows = [[g["group"], *_cells(g), g["outside"] or ""] for g in one["groups"]]
            title = f"{one['label']}, {_source(one)}"
            columns = [view["by"], "met", "of", "unknown", "per cent", "outside the limits"]
            table(title, columns, rows)
    for one in view["not_computed"]:
        say(f"not computed: {one['label']} ({one['source']}): needs {one['needs']}")
    say(view["note"])


def _cells(group: View) -> list[str]:
    counts = [_count(group[name]) for name in ("met", "of", "unknown")]
    if group["percent"] is None:
        return [*counts, "-"]
    share = f"{group['percent']:g} ({group['low']:g} to {group['high']:g})"
    if group["unknown"] and group["at_most_percent"] is not None:
        share += f"; at most {group['at_most_percent']:g}"
    return [*counts, share]


def _count(count: int | None) -> str:
    return "hidden" if count is None else str(count)


def _source(one: View) -> str:
    return f"{one['source']} ({one['verification']})"

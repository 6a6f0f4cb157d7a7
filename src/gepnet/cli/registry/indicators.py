"""``gepnet registry indicators``: the quality of care that a registry can tell of."""

from __future__ import annotations

from typing import Annotated, Any

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import listing, say
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
        rows = [{**one, **one["groups"][0]} for one in view["indicators"]]
        title, source = (
            f"Quality indicators as of {view['at']}",
            "source: {source} ({verification})",
        )
        listing(title, rows, "indicator: label", *_COUNTS, ("per cent", _share), source)
    else:
        for one in view["indicators"]:
            title = f"{one['label']}, {one['source']} ({one['verification']})"
            share, outside = ("per cent", _share), "outside the limits: outside"
            listing(title, one["groups"], f"{view['by']}: group", *_COUNTS, share, outside)
    for one in view["not_computed"]:
        say(f"not computed: {one['label']} ({one['source']}): needs {one['needs']}")
    say(view["note"])


_COUNTS = [f"{name}: {name} | hidden" for name in ("met", "of", "unknown")]


def _share(group: View) -> str:
    if group["percent"] is None:
        return "-"
    share = f"{group['percent']:g} ({group['low']:g} to {group['high']:g})"
    if group["unknown"] and group["at_most_percent"] is not None:
        share += f"; at most {group['at_most_percent']:g}"
    return share

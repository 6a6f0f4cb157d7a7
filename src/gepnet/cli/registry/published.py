"""``gepnet registry published``: a registry beside what was published."""

from __future__ import annotations

from typing import Annotated, Any

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import say, table
from gepnet.cli.registry.questions import Assessed, ShowSmall

View = dict[str, Any]


@command
def published(
    assessed: Assessed,
    registry: Annotated[str, "Folder or URL of the registry assessed."],
    base: Base,
    show_small: ShowSmall = False,
) -> Result:
    """Show published figures, each beside that of the most similar treatments of a registry.

    It needs an assessment with `--points treatments`. For a registry that was made up this tells
    how far it is like what was published.
    """
    view = api.registry_beside_published(base, assessed, registry, show_small)
    return Result(view, _print_published)


def _print_published(view: View) -> None:
    say(view["title"])
    series = dict.fromkeys(one["series"] for one in view["figures"])
    for name in series:
        rows = [
            [
                one["what"].replace("_", " "),
                _figure(one["published"], one["published_low"], one["published_high"]),
                _figure(one["value"], one["low"], one["high"]),
                "<5" if one["treatments"] is None else str(one["treatments"]),
                f"{one['source']} ({one['verification']})",
            ]
            for one in view["figures"]
            if one["series"] == name
        ]
        table(name, ["", "published", "registry", "n", "source"], rows)
    say(view["note"])


def _figure(value: float | None, low: float | None, high: float | None) -> str:
    if value is None:
        return "-"
    if low is None and high is None:
        return f"{value:g}"
    ends = ("?" if end is None else f"{end:g}" for end in (low, high))
    return f"{value:g} ({' to '.join(ends)})"

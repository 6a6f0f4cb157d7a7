"""``gepnet registry published``: a registry beside what was published."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import listing, say
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
        listing(
            name,
            [one for one in view["figures"] if one["series"] == name],
            *(": {what!w}", ("published", partial(_figure, "published", "published_"))),
            *(("registry", partial(_figure, "value", "")), "n: treatments | <5"),
            "source: {source} ({verification})",
        )
    say(view["note"])


def _figure(name: str, before: str, one: View) -> str:
    value, low, high = one[name], one[f"{before}low"], one[f"{before}high"]
    if value is None:
        return "-"
    if low is None and high is None:
        return f"{value:g}"
    ends = ("?" if end is None else f"{end:g}" for end in (low, high))
    return f"{value:g} ({' to '.join(ends)})"

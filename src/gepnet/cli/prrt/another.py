"""``gepnet prrt another-cycle``: the kidney dose with one cycle more."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Accept, Base, Result, command
from gepnet.cli.output import listing, say

_SURE = 0.995


@command
def another_cycle(
    base: Base,
    doses: Annotated[Path, "Organ doses so far: what 'prrt dosimetry -o' wrote."],
    patient: Annotated[str | None, "Whose, where the table has several."] = None,
    limit: Annotated[str | None, "Id of an advisory limit, or an absorbed dose in Gy."] = None,
    activity_gbq: Annotated[float | None, "Of the next cycle; default: the mean so far."] = None,
    cycles: Annotated[
        int | None,
        typer.Option("--cycles", min=1, help="How many were given, if the table lacks some."),
    ] = None,
    accept: Accept = None,
) -> Result:
    """Show how likely another cycle keeps the kidney dose under a limit.

    The probability follows from the intervals of the doses so far and from how the dose per
    activity differs between cycles. A cycle without a dose makes it an upper bound.
    """
    view = api.another_cycle_view(
        base,
        doses,
        patient=patient,
        limit=limit,
        activity_gbq=activity_gbq,
        cycles=cycles,
        accept=tuple(accept or ()),
    )
    return Result(view, _print)


def _print(view: dict[str, Any]) -> None:
    listing(
        f"Another cycle and the kidneys of {view['patient']}",
        view["outlooks"],
        "organ",
        "limit: {label}, {limit:g} {unit}",
        ("so far, Gy", lambda one: _sum(one, "so_far_gy")),
        ("next, Gy", lambda one: _gray(one["next_gy"])),
        ("in all, Gy", lambda one: _sum(one, "total_gy")),
        ("under it", lambda one: _share(one, "probability")),
        ("with shared error", lambda one: _share(one, "with_shared")),
        "verification",
    )
    for one in view["outlooks"]:
        say(one["sentence"])
    between, shared = view["between_cycles"], view["shared"]
    say(
        f"Dose per activity between cycles: the patient's own spread and {between['value']:g} % "
        f"({between['source']}, {between['verification']}). Shared by all cycles: "
        f"{shared['value']:g} % ({shared['source']}, {shared['verification']})."
    )


def _gray(item: dict[str, float] | None) -> str:
    if item is None:
        return ""
    return f"{item['value']:.3g} ({item['low']:.3g}-{item['high']:.3g})"


def _sum(one: dict[str, Any], name: str) -> str:
    """Say a sum over cycles: the least that it is where one of them has no dose."""
    told = _gray(one[name])
    return f"at least {told}" if told and one["cycles_without_dose"] else told


def _share(one: dict[str, Any], name: str) -> str:
    if one[name] is None:
        return "unknown"
    most = "at most " if one["at_most"] else ""
    if one[name] > _SURE:
        return f"{most}> 99 %"
    return f"{most}< 1 %" if one[name] < 1 - _SURE else f"{most}{100 * one[name]:.0f} %"

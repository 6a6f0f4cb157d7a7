"""``gepnet registry quality``: what is odd in a registry, and what is missing where."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import listing, say, table
from gepnet.cli.registry.questions import Plot, ShowSmall, told
from gepnet.cli.registry.store import Registry

View = dict[str, Any]
SHOWN = 15


@command
def quality(
    registry: Registry,
    base: Base,
    check: Annotated[list[str] | None, "This check alone. Repeatable."] = None,
    output: Annotated[Path | None, "Table of the findings: patient, file, row, reason."] = None,
    show_small: ShowSmall = False,
    plot: Plot = None,
) -> Result:
    """Show implausible values, unit slips, contradictions, disorder, doubles and outliers.

    What is printed are counts by centre. The rows themselves go to a table for those who have the
    files; a finding is a row to look at, no error.
    """
    view = api.registry_quality(base, registry, check or (), output, show_small, plot)
    return Result(view, _print)


def _print(view: View) -> None:
    told(view)
    title = f"{view['patients']} patients, {view['rows']} rows"
    counts = ("findings: rows | -", "patients: patients | -", ("most in", _most))
    listing(title, view["checks"], "what is odd: label", "--check: id", *counts)
    gaps: dict[tuple[str, str], list[tuple[float, str]]] = {}
    for one in view["missing"]:
        if one["percent"] is not None:
            gaps.setdefault((one["fact"], one["kind"]), []).append((one["percent"], one["group"]))
    ranked = sorted(gaps.items(), key=lambda item: max(item[1]), reverse=True)
    rows = [
        [fact, kind, f"{min(found)[0]:g} to {max(found)[0]:g}", max(found)[1]]
        for (fact, kind), found in ranked[:SHOWN]
        if max(found)[0]
    ]
    heads = ["fact", "in", "per cent of patients, by centre", "most in"]
    table("Missing, of what somebody recorded", heads, rows)
    say(view["note"])
    if view["file"]:
        say(f"every finding with its row: {view['file']}")


def _most(one: View) -> str:
    known = [(count, name) for name, count in one["by_centre"].items() if count]
    if not known:
        return ""
    count, name = max(known)
    return f"{name} ({count})"

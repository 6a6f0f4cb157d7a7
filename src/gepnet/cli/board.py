"""``gepnet board``: reports over what boards thought."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import listing, say
from gepnet.cli.progress import progress_of
from gepnet.cli.store import StoreOption, opened_store


@command
def agreement(
    base: Base,
    store: StoreOption = None,
    last_round: Annotated[bool, "Of the last round of cards, not the first."] = False,
    figures_only: Annotated[bool, "Do not look for what explains differences."] = False,
) -> Result:
    """Say where people differ over cases, disciplines and centres, and what explains it."""
    with opened_store(store) as (open_, actor):
        view = api.board_agreement(open_, actor, base, not last_round, not figures_only)
    return Result(view, _print_agreement)


def _print_agreement(view: dict[str, Any]) -> None:
    say(f"{view['items']} questions, {view['people']} people.")
    rows = [
        {"among": "all", **view["overall"]},
        *({"among": f"cases of {one['centre']}", **one} for one in view["by_centre"]),
        *({"among": one["discipline"], **one} for one in view["by_discipline"]),
        *({"among": " and ".join(one["centres"]), **one} for one in view["between_centres"]),
    ]
    listing(
        "Agreement beyond chance (Fleiss' kappa, 95 % interval)",
        rows,
        "among",
        "kappa: {kappa:.2f} | not measurable",
        "interval: {low:.2f} to {high:.2f}",
        "pairs that agree: {observed:.0%}",
        "questions: cases",
        "cards",
    )
    for case in view["cases"]:
        if len(case["groups"]) < 2:
            continue
        say(f"\n{case['case']} ({case['centre']}): {case['question']}", "bold")
        for group in case["groups"]:
            who = ", ".join(one["discipline"] for one in group["opinions"])
            say(f"  {group['label']}: {who}")
        for difference in case["differences"]:
            say(f"  {' or '.join(difference['labels'])}")
            for reason in difference["explained_by"]:
                say(f"    {reason['text']}")
                if reason["kind"] == "documents" and reason["facts"]:
                    say(f"    would bring them together: {'; '.join(reason['facts'])}")


@command
def demo(
    output: Annotated[str, "Address of an empty store."],
    base: Base,
    cases: Annotated[int | None, typer.Option("--cases", min=1, help="Published ones.")] = None,
) -> Result:
    """Fill a store to try the board with: published cases, made-up people, cards and outcomes."""
    with progress_of("Filling") as tell:
        filled = api.fill_demo(output, base, cases, progress=tell)

    def show(view: dict[str, Any]) -> None:
        say(f"{view['cases']} cases in {view['store']}")
        say(f"Sign in as {', '.join(view['names'])}; password: {view['password']}")

    return Result(filled, show)


@command
def worklist(
    base: Base,
    meeting: Annotated[str | None, "Id of one meeting."] = None,
    store: StoreOption = None,
) -> Result:
    """Show what the cases of a list lack, whom to ask, and which are ready."""
    with opened_store(store) as (open_, actor), progress_of("Preparing") as tell:
        found = api.worklist(open_, actor, base, meeting, tell)
    return Result({"items": found}, _print_worklist)


def _print_worklist(view: dict[str, Any]) -> None:
    listing(
        "Worklist",
        view["items"],
        ("case", lambda one: one["item"]["case"]["pseudonym"]),
        ("lane", lambda one: one["lane"].replace("_", " ")),
        ("question", lambda one: one["item"]["question"]),
        ("facts", _known),
        ("before the meeting", _first),
    )


def _known(one: dict[str, Any]) -> str:
    view = one["preparation"]
    return "" if view is None else f"{view['known']}/{view['wanted']}"


def _first(one: dict[str, Any]) -> str:
    view = one["preparation"]
    if view is None:
        return "no record" if one["lane"] == "not_ready" else ""
    core = [todo for todo in view["to_do"] if todo["core"]]
    named = dict.fromkeys(f"{todo['request']} ({todo['ask']})" for todo in core or view["to_do"])
    return "; ".join(list(named)[:2])

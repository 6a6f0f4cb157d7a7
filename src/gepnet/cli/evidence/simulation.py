"""``gepnet evidence simulate``: sequences of treatments, line by line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import listing, say, show, with_ends
from gepnet.cli.progress import progress_of

View = dict[str, Any]
_PICTURE = "to write: .svg, .png or .pdf."


@command
def simulate(
    scenario: Annotated[
        Path, typer.Argument(help="YAML, or the name of a packaged scenario.", metavar="SCENARIO")
    ],
    base: Base,
    patients: Annotated[
        int, typer.Option("--patients", min=1, max=10_000_000, help="Patients of each draw.")
    ] = 1000,
    draws: Annotated[
        int,
        typer.Option("--draws", min=1, max=100_000, help="Draws of the parameters; 1 for none."),
    ] = 1000,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the random numbers.")] = 1,
    workers: Annotated[
        int, typer.Option("--workers", min=1, max=64, help="Threads; results do not change.")
    ] = 2,
    costs: Annotated[
        Path | None,
        "CSV: country, item, cost, currency, source, verification; perhaps se, year. Or "
        "the name of a packaged table.",
    ] = None,
    country: Annotated[str | None, "Country of the table of costs."] = None,
    threshold: Annotated[
        list[float] | None, "What a QALY may cost, for the acceptability curve; may be repeated."
    ] = None,
    include: Annotated[
        list[str] | None,
        typer.Option("--include", metavar="INPUT", help="Use its unverified figure. Repeatable."),
    ] = None,
    survival: Annotated[Path | None, f"Survival, a picture {_PICTURE}"] = None,
    states: Annotated[Path | None, f"States over time, a picture {_PICTURE}"] = None,
    plane: Annotated[Path | None, f"Costs against QALYs, a picture {_PICTURE}"] = None,
    acceptability: Annotated[Path | None, f"The acceptability curve, a picture {_PICTURE}"] = None,
) -> Result:
    """Simulate sequences of treatments: survival, states, QALYs, costs, with every assumption.

    Each number of the scenario has a source or is an assumption in words; one that is missing is
    refused, an unverified one unless it is named by --include. Eligibility along the way is a
    criterion over the facts of each simulated patient. A simulation decides nothing.
    """
    pictures = {
        "survival": survival,
        "states": states,
        "plane": plane,
        "acceptability": acceptability,
    }
    for path in pictures.values():
        api.check_output(path)
    with progress_of("simulating") as tell:
        found = api.simulate_sequences(
            base,
            scenario,
            patients=patients,
            draws=draws,
            seed=seed,
            workers=workers,
            costs=costs,
            country=country,
            thresholds=sorted(threshold or ()),
            include=include or (),
            progress=tell,
        )
    charts = {
        name: (api.simulation_chart(found, name), path)  # type: ignore[arg-type]
        for name, path in pictures.items()
        if path is not None
    }
    files = {name: api.write_chart(chart, path)["file"] for name, (chart, path) in charts.items()}
    return Result({**api.plain(found), "files": files}, _print)


def _interval(one: View | None, digits: int = 2) -> str:
    if one is None:
        return ""
    if one["low"] is None or one["low"] != one["low"]:
        return f"{one['mean']:,.{digits}f}"
    return f"{one['mean']:,.{digits}f} ({one['low']:,.{digits}f} to {one['high']:,.{digits}f})"


def _print(view: View) -> None:
    show(f"[bold]{view['title']}[/]")
    say(
        f"A simulation, no observation: {view['patients']:,} patients in each of "
        f"{view['draws']:,} draws of the parameters, {view['horizon_years']:g} years, seed "
        f"{view['seed']}. In brackets: 95 % of the draws."
    )
    listing(
        "Strategies",
        view["strategies"],
        "strategy: label",
        ("median survival", _median),
        ("life years", lambda one: _interval(one["life_years"])),
        ("QALYs", lambda one: _interval(one["qalys"])),
        (
            f"cost ({view['currency']})" if view["currency"] else "cost",
            lambda one: _interval(one["cost"], 0),
        ),
        ("beyond follow-up", _beyond),
    )
    for one in view["strategies"]:
        _print_lines(one)
    if view["increments"]:
        listing(
            "Against the first, discounted",
            view["increments"],
            "strategy",
            ("life years", lambda one: _interval(one["life_years"])),
            ("QALYs", lambda one: _interval(one["qalys"])),
            ("cost", lambda one: _interval(one["cost"], 0)),
            ("cost a QALY", _ratio),
        )
    listing(
        "Beside what was published (nothing was fitted to it)",
        view["calibration"],
        "figure: label",
        ("published, months", lambda one: with_ends(one, "published", "published_")),
        "simulated: {simulated:.1f} | not reached",
        ("inside", lambda o: {True: "yes", False: "no", None: ""}[o["inside"]]),
    )
    show("[bold]Figures with their sources[/]")
    for one in view["inputs"]:
        if one["source"]:
            grey = "dim" if one["verification"] == "unverified" else None
            say(f"- {one['place']} = {with_ends(one)}: {_read_in(one)}", grey)
    show("[bold]Assumptions[/]")
    for text in view["assumptions"]:
        say(f"- {text}")
    if view["held_fixed"]:
        say(f"Held fixed, no uncertainty given: {', '.join(view['held_fixed'])}.")
    for text in view["not_computed"]:
        show(f"[yellow]not computed:[/] {text}")
    for name, path in view["files"].items():
        say(f"{name}: {path}")


def _print_lines(one: View) -> None:
    listing(
        one["label"],
        one["lines"],
        "line: label",
        ("came to it", lambda o: f"{o['reached'] * 100:.0f} %"),
        ("began it", lambda o: f"{o['began'] * 100:.0f} %"),
        ("not known", lambda o: f"{o['unknown'] * 100:.0f} %" if o["unknown"] else ""),
        "median: {median_months:.1f} mo | not reached",
    )
    if one["follow_up_not_given"]:
        say(f"Follow-up not given: {', '.join(one['follow_up_not_given'])}.")
    for name, share in one["toxicity"].items():
        say(f"{name.replace('/', ', ').replace('_', ' ')}: {share * 100:.1f} % of all patients")


def _median(one: View) -> str:
    found = one["median_survival_months"]
    return "not reached" if found is None else f"{found:.1f} mo"


def _beyond(one: View) -> str:
    least = "at least " if one["follow_up_not_given"] else ""
    return f"{least}{one['extrapolated_share'] * 100:.0f} %"


def _read_in(one: View) -> str:
    place = f", {one['locator']}" if one["locator"] else ""
    return f"{one['source']} ({one['verification']}){place}"


def _ratio(one: View) -> str:
    if one["icer"] is None:
        return str(one["told"])
    return f"{one['icer']:,.0f} {one['told']}"

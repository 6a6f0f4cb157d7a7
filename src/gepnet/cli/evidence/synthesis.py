"""``gepnet evidence meta`` and ``nma``: published results put together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import listing, say, show, with_ends

View = dict[str, Any]
Contrasts = Annotated[
    Path,
    typer.Argument(
        help="CSV: study, treat1, treat2, one of hr, or, rr, md, and ci_low, ci_high or se; "
        "perhaps ci_level, source, verification. Or a network of the packaged trials: "
        "pancreas-pfs, gastrointestinal-pfs.",
        metavar="TABLE",
    ),
]
Include = Annotated[
    list[str] | None,
    typer.Option("--include", metavar="STUDY", help="Pool its unverified figure. Repeatable."),
]
Exclude = Annotated[
    list[str] | None, typer.Option("--exclude", metavar="STUDY", help="Leave out. Repeatable.")
]
Same = Annotated[
    list[str] | None,
    typer.Option(
        "--same",
        metavar="A=B",
        help="Take treatment A for B: an assumption, printed with the result. Repeatable.",
    ),
]
Level = Annotated[
    float, typer.Option("--level", min=50, max=99.99, help="Percent of the intervals.")
]


_NAMED = ("trials", lambda row: ", ".join(row["studies"]))


@command
def meta(
    table: Contrasts,
    base: Base,
    include: Include = None,
    exclude: Exclude = None,
    same: Same = None,
    tau: Annotated[
        Literal["reml", "dl"], "Variance between studies: REML or moments (DL)."
    ] = "reml",
    wald: Annotated[bool, "Wald's interval instead of Hartung's and Knapp's."] = False,
    level: Level = 95,
    output: Annotated[Path | None, "Forest plot to write: .svg, .png or .pdf."] = None,
) -> Result:
    """Pool the studies of one comparison: common effect, random effects, heterogeneity.

    An unverified figure is left out unless it is named by --include.
    """
    api.check_output(output)
    result = api.meta_analysis(
        table,
        base,
        include=include or (),
        exclude=exclude or (),
        same=same or (),
        tau_method=tau,
        knapp_hartung=not wald,
        level=level / 100,
    )
    view = api.plain(result)
    if output is not None:
        view["forest"] = api.write_chart(api.meta_chart(result), output)["file"]
    return Result(view, _print_meta)


@command
def nma(
    table: Contrasts,
    base: Base,
    reference: Annotated[str | None, "Treatment to compare with; by default the commonest."] = None,
    model: Annotated[
        Literal["random", "common"], "Effects that vary between trials, or common ones."
    ] = "random",
    large_is_good: Annotated[bool, "A larger effect is the better one."] = False,
    include: Include = None,
    exclude: Exclude = None,
    same: Same = None,
    populations: Annotated[
        Path | None,
        "CSV of what the trials state of their patients: study, and a column for each "
        "characteristic; by default what the packaged trials of these names ask for.",
    ] = None,
    tolerance: Annotated[
        float | None,
        typer.Option(
            "--tolerance",
            min=0,
            help="By how much contrasts of a trial of several arms may miss adding up; by default "
            "what their rounding allows.",
        ),
    ] = None,
    level: Level = 95,
    forest: Annotated[Path | None, "Forest plot to write: .svg, .png or .pdf."] = None,
    network: Annotated[Path | None, "Plot of the network: .svg, .png or .pdf."] = None,
) -> Result:
    """Network meta-analysis: league table, P-scores, inconsistency, and who was enrolled.

    An unverified figure is left out unless it is named by --include. A network that falls apart is
    refused. Populations are compared along every indirect path, and differences are told.
    """
    for path in (forest, network):
        api.check_output(path)
    result = api.network_meta_analysis(
        table,
        base,
        reference=reference,
        model=model,
        small_is_good=not large_is_good,
        include=include or (),
        exclude=exclude or (),
        same=same or (),
        populations=populations,
        tolerance=tolerance,
        level=level / 100,
    )
    view = api.plain(result)
    if forest is not None:
        view["forest"] = api.write_chart(api.network_chart(result, "forest"), forest)["file"]
    if network is not None:
        view["network"] = api.write_chart(api.network_chart(result, "network"), network)["file"]
    return Result(view, _print_nma)


def _triple(one: View, key: str = "value", low: str = "low", high: str = "high") -> str:
    return f"{one[key]:.2f} ({one[low]:.2f} to {one[high]:.2f})"


def _read_in(row: View) -> str:
    told = [row["verification"], row["source"]]
    return ": ".join(one for one in told if one)


def _printed(row: View) -> str:
    return with_ends(row) + (f", se {row['se']:g}" if row["low"] is None else "")


def _print_meta(view: View) -> None:
    pair = f"{view['treat1']} against {view['treat2']}" if view["treat1"] else "Studies"
    _print_rows(f"{pair}: {view['measure']}", view, view["study_weights"])
    lines = [
        {"model": "common effect", **view["common"]},
        {"model": "random effects", **view["random"]},
    ]
    listing(
        "Together",
        lines,
        "model",
        (view["measure"], _triple),
        ("p", lambda one: f"{one['fit']['p_value']:.2g}"),
        ("interval", lambda o: "Hartung-Knapp" if o["fit"]["knapp_hartung"] else "Wald"),
    )
    fit = view["random"]["fit"]
    say(
        f"Heterogeneity: tau2 {fit['tau2']:.4f} ({fit['tau_method']}), I2 {fit['i2'] * 100:.0f} %, "
        f"Q {fit['q']:.2f} on {fit['df']} degrees of freedom (p = {fit['q_p_value']:.2g})."
    )
    if view["random"]["predicted"] is not None:
        say(f"A further study is expected between {_ends(view['random']['predicted'])}.")
    _print_end(view, ("forest",))


def _ends(one: View) -> str:
    return f"{one['low']:.2f} and {one['high']:.2f}"


def _print_rows(title: str, view: View, weights: dict[str, float] | None = None) -> None:
    def weight(row: View) -> str:
        if row["left_out"]:
            return str(row["left_out"])
        return "" if weights is None else f"{weights[row['study']] * 100:.0f} %"

    contrast = () if weights is not None else ("treatment: treat1", "against: treat2")
    listing(
        title,
        view["rows"],
        "study",
        *contrast,
        (view["measure"], _printed),
        ("weight" if weights is not None else "left out", weight),
        ("verification", _read_in),
        faint=lambda row: row["left_out"],
    )


def _print_nma(view: View) -> None:
    _print_rows(f"Trials: {view['measure']}", view)
    listing(
        f"Against {view['reference']}",
        view["against"],
        "treatment: treat1",
        (view["measure"], _triple),
        ("direct", lambda one: f"{one['direct_share'] * 100:.0f} %" if one["studies"] else "none"),
        ("P-score", lambda one: f"{view['p_scores'][one['treat1']]:.2f}"),
    )
    if len(view["treatments"]) > 2:
        listing(
            "Every two treatments",
            view["league"],
            *("treatment: treat1", "against: treat2"),
            (view["measure"], _triple),
            "trials: studies",
        )
    found, split = view["heterogeneity"], view["inconsistency"]
    say(
        f"{found['model'].capitalize()} effects: tau2 {found['tau2']:.4f}, I2 "
        f"{found['i2'] * 100:.0f} %, Q {found['q']:.2f} on {found['df']} degrees of freedom"
        + (f" (p = {found['q_p_value']:.2g})." if found["df"] else ".")
    )
    if split["between_df"]:
        say(
            f"Within designs Q {split['within']:.2f} on {split['within_df']} "
            f"(p = {split['within_p']:.2g}); between designs {split['between']:.2f} on "
            f"{split['between_df']} (p = {split['between_p']:.2g}), with heterogeneity allowed for "
            f"{split['between_random']:.2f} (p = {split['between_random_p']:.2g})."
        )
    if view["splits"]:
        listing(
            "Direct beside indirect",
            view["splits"],
            *("treatment: treat1", "against: treat2"),
            ("direct", lambda one: _triple(one, "direct", "direct_low", "direct_high")),
            ("indirect", lambda one: _triple(one, "indirect", "indirect_low", "indirect_high")),
            "p: {p_value:.2g}",
        )
    _print_transitivity(view["transitivity"])
    _print_end(view, ("forest", "network"))


def _print_transitivity(found: View) -> None:
    if not found["paths"]:
        say("No indirect comparison in this network.")
        return
    if not found["populations"]:
        say(
            "Transitivity: nothing is known here of whom these trials enrolled (--populations); "
            f"{len(found['paths'])} indirect paths rest on an assumption that nobody looked at."
        )
        return
    rows = [
        {"name": one["characteristic"] if place == 0 else "", "value": value, "studies": studies}
        for one in found["populations"]
        for place, (value, studies) in enumerate(
            [*one["values"].items(), *([("not stated", one["unknown"])] if one["unknown"] else [])]
        )
    ]
    listing("Whom the trials enrolled", rows, "characteristic: name", "value", _NAMED)
    listing(
        f"Transitivity: {found['flagged']} of {len(found['paths'])} indirect paths join trials "
        "of different patients",
        found["paths"],
        ("path", lambda one: " - ".join(one["steps"])),
        ("differs in", lambda one: ", ".join(d["characteristic"] for d in one["differences"])),
    )
    if found["not_stated"]:
        say(f"Nothing is known here of {', '.join(found['not_stated'])}.")


def _print_end(view: View, files: tuple[str, ...]) -> None:
    for assumption in view["assumed"]:
        show(f"[yellow]assumed:[/] {assumption}")
    for note in view["notes"]:
        say(f"note: {note}")
    for name in files:
        if name in view:
            say(f"{name} plot: {view[name]}")

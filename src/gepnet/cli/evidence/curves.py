"""``gepnet evidence km``: curves of survival with what follows from them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Files, Result, command
from gepnet.cli.output import listing, say

Observed = Annotated[
    Path | None,
    typer.Argument(help="CSV of observations: time, event (1 or 0), arm.", metavar="[INPUT]"),
]
Picture = Annotated[Path | None, "Picture to write: .svg, .png or .pdf."]
Dpi = Annotated[float, typer.Option(min=30, max=1200, help="Dots an inch of a PNG.")]


@command
def km(
    question: Files,
    observations: Observed = None,
    trial: Annotated[
        str | None, "A trial instead: its reconstruction, or models of medians."
    ] = None,
    endpoint: Annotated[str | None, "Of the trial: pfs (default), os, ttp."] = None,
    unverified: Annotated[bool, "Of the trial: use unverified figures too."] = False,
    reference: Annotated[str | None, "Arm to compare with; by default the last."] = None,
    landmark: Annotated[
        list[float] | None,
        typer.Option("--landmark", metavar="TIME", help="Survival at this time; repeatable."),
    ] = None,
    horizon: Annotated[
        float | None,
        typer.Option(
            "--horizon",
            metavar="TIME",
            help="Up to where restricted means count; by default as far as every curve goes.",
        ),
    ] = None,
    unit: Annotated[str, "Unit of time."] = "months",
    title: Annotated[str | None, "What the curves are of."] = None,
    output: Picture = None,
    dpi: Dpi = 150,
) -> Result:
    """Kaplan-Meier curves: medians, rates, restricted means, hazard ratio and its check.

    Of a table of observations, or with --trial of a trial: of its reconstruction where one comes
    with gepnet; otherwise dashed models of its published medians, which are no observations.
    """
    api.check_output(output)
    if (observations is None) == (trial is None):
        raise api.refuse("INPUT", observations or "nothing", "a table of observations or --trial")
    base = api.base(*question.with_files) if question.with_files or trial else None
    if trial is not None and base is not None:
        asked = (("reference", reference), ("landmark", landmark), ("horizon", horizon))
        for name, given in (*asked, ("title", title)):
            if given:
                raise api.refuse(name, given, "nothing beside --trial")
        drawn = api.trial_curves(base, trial, endpoint or "pfs", unverified)
        view = api.chart_view(drawn) if output is None else api.write_chart(drawn, output, dpi)
        return Result(view, _print_trial_curves)
    if endpoint or unverified:
        raise api.refuse("endpoint", endpoint or "unverified", "--trial beside it")
    assert observations is not None
    report = api.survival_report(
        observations,
        reference=reference,
        landmarks=landmark or (),
        horizon=horizon,
        unit=unit,
        title=title,
    )
    if output is not None:
        api.write_chart(api.survival_chart(report), output, dpi)
        return Result(report, _print_km, notes=(f"Chart: {output.resolve()}",))
    return Result(report, _print_km)


def _events(told: list[str]) -> dict[str, int]:
    """Read ``ARM=NUMBER`` of the command line."""
    found = {}
    for one in told:
        arm, sign, count = one.rpartition("=")
        if not sign or not count.isdigit():
            raise api.refuse("events", one, "ARM=NUMBER, such as placebo=60")
        found[arm] = int(count)
    return found


@command
def reconstruct(
    curve: Annotated[Path, "CSV of points: time, survival (0-1) or survival_percent, arm."],
    at_risk: Annotated[Path, "CSV of the printed numbers at risk: time, at_risk, arm."],
    question: Files,
    events: Annotated[
        list[str] | None,
        typer.Option("--events", metavar="ARM=N", help="Published number of events; repeatable."),
    ] = None,
    observations: Annotated[Path | None, "CSV to write, as 'evidence km' reads it."] = None,
    unit: Annotated[str, "Unit of time."] = "months",
    title: Annotated[str | None, "What the curves are of."] = None,
    output: Picture = None,
    dpi: Dpi = 150,
) -> Result:
    """Work out observations from published curves and their numbers at risk (Guyot 2012)."""
    api.check_output(output)
    if question.with_files:
        api.base(*question.with_files)
    found = api.reconstruction(curve, at_risk, events=_events(events or []), unit=unit, title=title)
    notes = []
    if observations is not None:
        api.write_observations(found, observations)
        notes.append(f"Observations: {observations.resolve()}")
    if output is not None:
        api.write_chart(api.survival_chart(api.survival_of_rebuilt(found)), output, dpi)
        notes.append(f"Chart: {output.resolve()}")
    return Result(found, _print_rebuilt, notes=tuple(notes))


def _print_rebuilt(found: dict[str, Any]) -> None:
    listing(
        found["title"],
        found["arms"],
        *("arm", "patients", "events", "points"),
        ("largest gap, %", lambda arm: f"{100 * arm['largest_gap']:.1f}"),
        ("at risk, printed", lambda arm: ", ".join(str(r["printed"]) for r in arm["at_risk"])),
        ("rebuilt", lambda arm: ", ".join(str(r["rebuilt"]) for r in arm["at_risk"])),
    )
    for note in found["notes"]:
        say(note)


def _print_trial_curves(view: dict[str, Any]) -> None:
    say(view["sentence"])
    if "file" in view:
        typer.echo(f"Chart: {Path(view['file']).resolve()}")


def interval(found: dict[str, Any], digits: int = 1, times: float = 1) -> str:
    """Return a value with its interval, or why there is none."""
    if found["value"] is None:
        bounds = [found["low"], found["high"]]
        told = " to ".join("?" if b is None else f"{b * times:.{digits}f}" for b in bounds)
        why = found.get("why") or "not known"
        return why if bounds == [None, None] else f"{why} ({told})"
    ends = ("?" if found[e] is None else f"{found[e] * times:.{digits}f}" for e in ("low", "high"))
    return f"{found['value'] * times:.{digits}f} ({' to '.join(ends)})"


def _print_km(report: dict[str, Any]) -> None:
    unit = report["unit"]
    listing(
        report["title"],
        report["arms"],
        *("arm", "patients", "events"),
        (f"median, {unit}", lambda arm: interval(arm["median"])),
        (f"mean to {report['horizon']:g}", lambda arm: interval(arm["restricted_mean"])),
        ("follow-up", lambda arm: interval(arm["median_follow_up"])),
    )
    rates = [{**arm, **one} for arm in report["arms"] for one in arm["landmarks"]]
    if rates:
        listing(
            "Without the event",
            rates,
            *(f"{unit}: {{time:g}}", "arm", "at risk: at_risk"),
            ("%", lambda row: interval(row["survival"], times=100)),
        )
    if report["against"]:
        listing(
            f"Against {report['reference']}",
            report["against"],
            "arm",
            ("hazard ratio", lambda row: interval(row["hazard_ratio"], 3)),
            *("p: {p:.2g}", "proportional, p: {proportional_p:.2g}"),
            (
                f"longer by, {unit}, to {report['horizon']:g}",
                lambda row: interval(row["restricted_mean_difference"]),
            ),
        )
    for note in report["notes"]:
        say(note)

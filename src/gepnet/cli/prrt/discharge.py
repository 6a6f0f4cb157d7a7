"""``gepnet prrt discharge``: from the measured dose rate to discharge and times of contact."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Accept, CourseQuestion, Result, command
from gepnet.cli.output import listing, say


@command
def discharge(
    question: CourseQuestion,
    given: Annotated[
        str, typer.Option("--given", help="Day and time of the treatment: '2026-02-03 10:30'.")
    ],
    readings: Annotated[
        Path | None,
        typer.Argument(help="CSV: time_h, value, unit (uSv/h, MBq, ...), distance_m."),
    ] = None,
    patient: Annotated[str, "Name or number on the sheet."] = "patient",
    half_life: Annotated[
        str | None, "Effective half-life after the last reading, h: 60 or 40-90."
    ] = None,
    two_phases: Annotated[str | None, "Fast share and both half-lives, h: 0.44:7.4:95."] = None,
    uncertainty: Annotated[float | None, "Of each reading, in percent."] = None,
    constraints: Annotated[str | None, "Set of dose constraints; default: the region's."] = None,
    cycles_a_year: Annotated[int | None, "Cycles that share a yearly constraint."] = None,
    scenario: Annotated[list[str] | None, "Only this pattern of contact."] = None,
    own_limit: Annotated[str | None, "The place's own limit: '10 uSv/h' at 1 m, '400 MBq'."] = None,
    accept: Accept = None,
    sheet: Annotated[Path | None, "Write the patient's sheet (.pdf or .html)."] = None,
) -> Result:
    """Show when limits of discharge are met after Lu-177, and until when contact is restricted.

    Every number is an interval: of the readings, and of how fast the dose rate falls after the last
    one. What the readings cannot tell is open and never a yes. A named person releases.
    """
    base = api.base(*question.with_files)
    wish = api.DischargeQuestion(
        given=given,
        patient=patient,
        half_life=half_life,
        two_phases=two_phases,
        uncertainty_percent=uncertainty,
        constraints=constraints,
        cycles_a_year=cycles_a_year,
        scenarios=tuple(scenario or ()),
        own_limit=own_limit,
    )
    found = api.discharge_report(base, readings, wish, question.region, accept or ())
    api.write_discharge_sheet(found, sheet)

    def show(data: dict[str, Any]) -> None:
        _print(data)
        if sheet is not None:
            typer.echo(f"Sheet: {sheet}")

    return Result(api.discharge_view(found), show)


def _print(view: dict[str, Any]) -> None:
    tail = view["tail"]
    if tail is not None:
        say(f"Half-life after the last reading: {_span(tail['half_life_h'])} h ({tail['how']})")
    listing(
        f"Discharge of {view['patient']}, treated {_time(view['given'])}",
        view["discharge"],
        *(
            "limit: label",
            ("at the last reading", _value),
            "state",
            ("met from", lambda limit: _until(limit["met_from"])),
        ),
        *("reason", "source", "verification"),
    )
    shared = view["constraints"]
    listing(
        f"Contact: {shared['title']} ({shared['id']})",
        view["contacts"],
        *("contact: label", "for: group"),
        "mSv a cycle: {for_a_cycle_msv:g} | unknown",
        ("mSv if not restricted", lambda c: _span(c["unrestricted_msv"])),
        *("state", ("until", lambda c: _until(c["until"])), "reason"),
        *((name, partial(_both, name)) for name in ("source", "verification")),
    )
    value = ("", lambda n: f"{n['value']:g}" if n["unit"] == "1" else f"{n['value']:g} {n['unit']}")
    rests = ("number: label", value, "source", "locator", "verification")
    listing("Rests on", view["rests_on"], *rests)
    for notice in view["notices"]:
        say(notice)


def _span(span: dict[str, float] | None) -> str:
    if span is None:
        return ""
    low, high = (f"{span[end]:.3g}" for end in ("low", "high"))
    return low if low == high else f"{low} to {high}"


def _value(limit: dict[str, Any]) -> str:
    return f"{_span(limit['value'])} {limit['unit']}" if limit["value"] else ""


def _until(moments: dict[str, str] | None) -> str:
    if moments is None:
        return ""
    first, last = (_time(moments[end]) for end in ("earliest", "latest"))
    return last if first == last else f"{last} (perhaps {first})"


def _time(moment: str) -> str:
    return moment.replace("T", " ")[: len("2026-02-03 10:30")]


def _both(name: str, contact: dict[str, Any]) -> str:
    """Return what is said of a constraint and of the pattern of contact, each once."""
    return "; ".join(dict.fromkeys(filter(None, (contact[name], contact[f"pattern_{name}"]))))

"""``gepnet prrt retreatment``, ``cumulative`` and ``monitoring``: the time after a course."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.api import Question
from gepnet.cli.command import Accept, FactsQuestion, PatientFile, Result, command, opened
from gepnet.cli.output import figure, listing, say, table

Doses = Annotated[
    Path | None, "Organ doses: what 'prrt dosimetry -o' wrote, or a CSV of the same columns."
]


@command
def cumulative(
    patient: PatientFile, question: FactsQuestion, doses: Doses = None, accept: Accept = None
) -> Result:
    """Show the activity given so far in GBq and mCi, and organ doses, beside advisory limits."""
    accepted = tuple(accept or ())
    view = api.cumulative_view(*opened(patient, question), question, doses, accepted)
    return Result(view, _print_cumulative)


@command
def retreatment(
    patient: PatientFile, question: Question, doses: Doses = None, accept: Accept = None
) -> Result:
    """Show what each text asks of another course of PRRT, side by side, and what the record says.

    Months of benefit are counted from the first and from the last dose: two facts, because texts
    seldom say which they mean. Between the two readings a text stays open.
    """
    accepted = tuple(accept or ())
    view = api.retreatment_view(*opened(patient, question), question, doses, accepted)
    return Result(view, _print_retreatment)


def _print_cumulative(view: dict[str, Any]) -> None:
    if view["cycles"]:
        listing(
            f"Cycles of {view['patient']} by {view['at']}",
            view["cycles"],
            *("cycle", "day: date", "GBq: {activity_gbq:g}", "sum, GBq: {sum_gbq:g}"),
        )
    typer.echo(f"In all: {_activity(view)}")
    _print_limits(view["limits"])


@command
def monitoring(
    patient: PatientFile,
    question: Question,
    profile: Annotated[list[str] | None, "Only these profiles' dates."] = None,
    labs: Annotated[Path | None, "More laboratory values, as CSV."] = None,
    timeline: Annotated[bool, "Show every date after the course instead."] = False,
    accept: Accept = None,
) -> Result:
    """Show kidney slope, marrow signals, counts over time and the next dates after PRRT."""
    opened_ = opened(patient, question)
    view = api.monitoring_view(*opened_, question, tuple(profile or ()), labs, accept or ())
    return Result(view, _print_timeline if timeline else _print_monitoring)


def _activity(view: dict[str, Any]) -> str:
    """Say the activity given in all, or the least that it is."""
    if view["total_gbq"] is not None:
        return f"{view['total_gbq']:g} GBq ({view['total_mci']:g} mCi)"
    least = (one["at_least"] for one in view["limits"] if one["unit"] == "GBq")
    known = next(least, None)
    return f"at least {known:g} GBq" if known else "unknown"


def _print_retreatment(view: dict[str, Any]) -> None:
    title = f"Benefit of the latest course of {view['patient']}, months"
    listing(title, view["benefit"], ": label", ": months | unknown", "event")
    listing(
        f"Another course of PRRT, by text, on {view['at']}",
        [*view["documents"], *({**r, "title": r["label"], "status": None} for r in view["rules"])],
        *("text: title", "position: {status!w}", ("its condition", _met)),
        *(("thresholds", _thresholds), "note", "verification"),
    )
    if view["not_read"]:
        say(f"Not read on another course: {', '.join(view['not_read'])}.")
    title = f"As for a first course ({view['checks'][0]['profile']})" if view["checks"] else ""
    shown = (": label", ": met", "missing: {missing:; }", "older than it should be: {stale:; }")
    listing(title, view["checks"], *shown)
    if view["label"] is not None and view["label"]["fires"]:
        say(f"{view['label']['message']} ({view['label']['verification']})", "bold yellow")
    limits = view["lifetime"]["after"][0]["limits"]
    told = "; ".join(f"{limit['profile']}: {limit['limit']:g} GBq" for limit in limits)
    listing(
        f"Lifetime activity; advisory limit of {told}",
        view["lifetime"]["after"],
        "further cycles: further_cycles",
        ("lifetime total", _activity),
        ("against the limit", _standing),
    )
    _print_limits([one for one in view["cumulative"]["limits"] if one["unit"] == "Gy"])


def _met(entry: dict[str, Any]) -> str:
    if entry["ambiguous"]:
        return "open, text ambiguous"
    missing = f": {'; '.join(entry['missing'])} missing" if entry["missing"] else ""
    return f"{entry['met']}{missing}"


def _standing(total: dict[str, Any]) -> str:
    return "; ".join(f"{_word(one)} {one['limit']:g} GBq" for one in total["limits"])


def _thresholds(text: dict[str, Any]) -> str:
    none = "" if text["status"] is None else "none stated"  # a rule states one or says nothing
    return "; ".join(f"{one['text']}: {one['met']}" for one in text["thresholds"]) or none


def _print_limits(limits: list[dict[str, Any]]) -> None:
    listing(
        "Advisory limits; none is a limit of a label",
        limits,
        *(("", _about), ("total", _total), "limit: {limit:g} {unit}", ("", _word)),
        *("whose: profile", "source", "verification"),
    )


def _because(signal: dict[str, Any]) -> str:
    return "; ".join(signal["because"] or (f"missing: {name}" for name in signal["missing"]))


def _word(one: dict[str, Any]) -> str:
    return str(one["standing"]).replace("_", " ")


def _about(one: dict[str, Any]) -> str:
    sides = {"kidney_left": "left kidney", "kidney_right": "right kidney"}
    side = sides.get(one["organ"])
    return f"{one['label']}, {side}" if side else str(one["label"])


def _total(one: dict[str, Any]) -> str:
    total, low, high = one["total"], one["at_least"], one["at_most"]
    if total is None:
        return f"at least {low:.4g} {one['unit']}" if low else "unknown"
    if low == total == high:
        return f"{total:g} {one['unit']}"
    return f"{total:.3g} ({low:.3g}-{'no bound' if high is None else f'{high:.3g}'}) {one['unit']}"


def _print_timeline(view: dict[str, Any]) -> None:
    if view["due_refused"] is not None:
        say(f"Timeline: none ({view['due_refused']}).")
        return
    for title in dict.fromkeys(one["title"] for one in view["timeline"]):
        listing(
            f"{title}: {view['patient']} after the last dose ({view['last_dose']})",
            [one for one in view["timeline"] if one["title"] == title],
            *("day", "what: label", ": standing", "sample: sampled | none", "verification"),
        )


def _print_monitoring(view: dict[str, Any]) -> None:
    kidney = view["kidney"]
    rows = [
        [p["date"], f"{p['ml_min']:g}", p["how"].replace("_", " ")] for p in kidney["clearances"]
    ]
    rows += [[x["date"], "", x["reason"]] for x in kidney["left_out"]]
    if rows:
        table(f"Creatinine clearance of {view['patient']}, mL/min", ["day", "", "how"], rows)
    slope = kidney["slope"]
    if slope is None:
        say(f"Kidney slope: none ({kidney['refused']}).")
    else:
        say(
            f"Kidney slope: {slope['percent_a_year']:+.1f} % a year "
            f"({100 * slope['confidence']:g} % interval {slope['low']:+.1f} to "
            f"{slope['high']:+.1f}), {slope['samples']} clearances, {slope['first']} to "
            f"{slope['last']}"
        )
        fall = (": label", ": {fall_percent_a_year:g} %", "faster", "verification")
        listing("Loss a year beside published ones", kidney["references"], *fall)
    listing(
        "Signals for a myeloid neoplasm",
        view["marrow"],
        *(": label", ": signal", ("because", _because)),
        *(("what to do", lambda s: s["action"] if s["signal"] == "yes" else ""), "verification"),
    )
    title = "What a text names as a risk, without a number"
    disputed = ("", lambda r: "disputed" if r["disputed"] else "")
    listing(title, view["risks"], ": label", ": value", disputed, "verification")
    rows = [
        [view["labels"][name], "; ".join(f"{p['date']} {figure(p['value'])}" for p in points)]
        for name, points in view["series"].items()
    ]
    if rows:
        table("Counts over time, from the baseline on", ["", ""], rows)
    if view["due_refused"] is not None:
        say(f"Next dates: none ({view['due_refused']}).")
    else:
        listing(
            f"Next dates after the last dose ({view['last_dose']})",
            view["due"],
            *("document: title", "what: label", "last sample: last_sample | none", "next: due"),
            *(("", lambda d: "overdue" if d["overdue"] else ""), "verification"),
        )
    for said in view["statements"]:
        say(f"{said['note']} ({said['entry']}, {said['verification']})")
    for notice in view["notices"]:
        say(notice)

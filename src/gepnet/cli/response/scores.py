"""``gepnet response scores``: published scores of a patient."""

from __future__ import annotations

from typing import Any

from gepnet import api
from gepnet.cli.command import FactsQuestion, PatientFile, Result, command, opened
from gepnet.cli.output import listing, safe, show

View = dict[str, Any]


@command
def scores(patient: PatientFile, question: FactsQuestion) -> Result:
    """Show a patient's published scores; what is not known leaves a range, never zero points.

    NETest and PPQ are proprietary: their reported results are shown and never worked out.
    """
    return Result(api.scores_view(*opened(patient, question), question), _print)


def _print(view: View) -> None:
    title = f"Scores of {view['patient']} as of {view['at']}"
    told = ("to know", lambda score: "; ".join(_told(score)))
    shown = ("score: label", ("value", _value), "verified: verification", told)
    listing(title, view["scores"], *shown)
    _print_effects(view)
    recorded = ("test: label", "reported: value | not recorded", "band", "why: reason")
    listing("Recorded, not worked out", view["recorded"], *recorded)


def _value(score: View) -> str:
    if score["nothing_known"]:
        return "unknown"
    if score["kind"] == "category":
        return " or ".join(score["possible"]) or "contradictory"
    if score["low"] is None:
        return "contradictory"
    if score["low"] == score["high"]:
        return str(score["low"])
    return f"{score['low']} to {score['high']}"


def _told(score: View) -> list[str]:
    told = [score["caution"]] if score["caution"] else []
    if score["known"] and score["possible_labels"]:
        told.append(score["possible_labels"][0])
    if not score["known"] and score["missing"]:
        told.append(f"missing: {', '.join(score['missing'])}")
    return told


def _print_effects(view: View) -> None:
    for score in view["scores"]:
        show(f"[bold]{safe(score['label'])}[/]: {safe(score['population'])}")
        for effect in score["effects"]:
            patients = f", {effect['patients']} patients" if effect["patients"] else ""
            show(
                f"  {safe(effect['what'])}: {effect['value']} ({effect['low']}-{effect['high']}"
                f"{patients}; {effect['source']}, {effect['verification']})"
            )
        for limit in score["limits"]:
            show(f"  [yellow]{safe(limit)}[/]")

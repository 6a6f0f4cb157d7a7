"""``gepnet response midtreatment``: response after cycle 2 beside what was published."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from gepnet import api
from gepnet.cli.command import FactsQuestion, PatientFile, Result, command, opened
from gepnet.cli.output import safe, show

View = dict[str, Any]
Model = Annotated[Path | None, "A model that 'gepnet response fit' wrote; else no prediction."]


@command
def midtreatment(patient: PatientFile, question: FactsQuestion, model: Model = None) -> Result:
    """Show a patient's response after cycle 2, by CT and SSTR-PET, and what a series found.

    The series is small and selected: its limits are printed with it, and nothing here is a rule
    to stop or to go on. A probability is shown only from a model fitted on a registry's cohort.
    """
    return Result(api.midtreatment_view(*opened(patient, question), question, model), _print)


def _print(view: View) -> None:
    show(f"[bold]{safe(view['patient'])}[/], as of {view['at']}: mid-treatment response")
    number, cycle = view["after_cycle"], view["cycle_date"] or "not recorded"
    show(f"  cycles so far {view['cycles']}; cycle {number}: {cycle}")
    for name, label in (("ct", "CT or MRI"), ("pet", "SSTR-PET")):
        show(f"  {label}: {safe(_reading(view[name], number))}")
    show(f"  [bold]together: {safe(view['category'] or 'unknown')}[/] ({safe(view['reason'])})")
    for note in view["notes"]:
        show(f"  [yellow]note: {safe(note)}[/]")
    _print_findings(view)
    if view["prediction"] is not None:
        _print_prediction(view["prediction"])


def _reading(reading: View, number: int) -> str:
    if reading["date"] is None:
        return str(reading["reason"])
    low, high = reading["days"]
    days = f"{low}" if low == high else f"{low} to {high}"
    told = reading["category"] or reading["reason"]
    return f"{told} on {reading['date']}, {days} days after cycle {number}"


def _print_findings(view: View) -> None:
    show(f"\n[bold]What one series found[/] ({view['source']}, {view['verification']})")
    words = {"yes": "of patients like this", "unknown": "open whether of patients like this"}
    for finding in view["findings"]:
        if finding["applies"] == "no":
            continue
        p = f"P = {finding['p']}" if finding["p"] else None
        told = ", ".join(part for part in (finding["figure"], p) if part)
        text = f"{finding['text'].rstrip('.')}: {told}"
        show(f"  - {safe(text)} [dim]({words[finding['applies']]})[/]")
        if finding["note"]:
            show(f"    {safe(finding['note'])}")
    if all(finding["applies"] == "no" for finding in view["findings"]):
        show("  Nothing of patients like this.")
    show(safe(view["aim"]))
    show("[bold]Its limits[/]")
    for limit in (*view["limits"], *view["never"]):
        show(f"  - {safe(limit)}")
    show("[bold]Imaging during a course: both are said[/]")
    for position in view["positions"]:
        show(
            f"  - {safe(position['text'])} [dim]({position['source']}, "
            f"{position['locator']}, {position['verification']})[/]"
        )


def _print_prediction(found: View) -> None:
    data = found["data"]
    show(
        f"\n[bold]{safe(found['outcome'])}[/], by the model of {safe(found['fitted'])} on "
        f"{data['complete']} patients with {data['events']} events"
    )
    if found["outside"]:
        show(f"  no prediction: the cohort had no {safe(', '.join(found['outside']))}")
    elif found["missing"]:
        show(
            f"  {found['at_least']:.0%} to {found['at_most']:.0%}, as "
            f"{safe(', '.join(found['missing']))} is missing"
        )
    else:
        show(f"  {found['probability']:.0%} ({found['low']:.0%} to {found['high']:.0%})")
    for weakness in found["weaknesses"]:
        show(f"  [yellow]weak: {safe(weakness)}[/]")

"""``gepnet prrt eligibility``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import FactsQuestion, PatientFile, Result, command, opened
from gepnet.cli.output import listing, table

Profiles = Annotated[
    list[str] | None,
    "Profile: eu-label, us-label, nanets, review-003, hospital-london. Can be repeated; "
    "default: all, each for itself.",
]


@command
def eligibility(patient: PatientFile, question: FactsQuestion, profile: Profiles = None) -> Result:
    """Show who finds the patient eligible: met, not met, missing, text ambiguous or stale."""
    return Result(api.eligibility_view(*opened(patient, question), profile or (), question), _print)


def _print(view: dict[str, Any]) -> None:
    for one in view["profiles"]:
        columns = ("condition: label", ": status", ("value", _values), "limit", ("source", _source))
        listing(f"{one['title']}: {one['status']}", one["items"], *columns)
    print_safety(view["profiles"])
    if len(view["profiles"]) > 1:
        _print_differences(view)
    kidney = view["kidney"]
    shown = [
        ("creatinine clearance", kidney["creatinine_clearance_ml_min"], "mL/min"),
        ("CKD-EPI 2021", kidney["egfr_ckd_epi_2021_ml_min_173m2"], "mL/min/1.73 m2"),
        ("MDRD", kidney["egfr_mdrd_ml_min_173m2"], "mL/min/1.73 m2"),
        ("bedside Schwartz", kidney["egfr_schwartz_ml_min_173m2"], "mL/min/1.73 m2"),
    ]
    told = [f"{name} {value} {unit}" for name, value, unit in shown if value is not None]
    if told:
        typer.echo(f"{'; '.join(told)}. {kidney['note']}")
    for why in kidney["not_used"]:
        typer.echo(why)


def print_safety(profiles: list[dict[str, Any]]) -> None:
    """Print the safety rules on the therapy beside the profiles, each once."""
    fired = {rule["id"]: rule for one in profiles for rule in one["safety"]}
    if fired:
        source = ("source", _source)
        listing("Safety rules that fire", list(fired.values()), "severity", "rule: message", source)
    orders = {told["order"]: None for one in profiles for told in one["not_excluded"]}
    if orders:
        typer.echo(f"Safety rules are not excluded before: {'; '.join(orders)}.")


def _values(item: dict[str, Any]) -> str:
    if item["status"] == "missing":
        return "; ".join(dict.fromkeys(missing["order"] for missing in item["missing"]))
    text = "; ".join(dict.fromkeys(_text(value) for value in item["values"]))
    return f"{text}, too old" if item["status"] == "stale" else text


def _text(value: dict[str, Any]) -> str:
    """Return a value with its date; of one that was worked out, the oldest date behind it."""
    if value["date"]:
        return str(value["text"])
    dates = [source["date"] for source in value["behind"] if source["age_days"] is not None]
    oldest = max(value["behind"], key=lambda source: source["age_days"] or 0, default=None)
    return f"{value['text']} (from {oldest['date']})" if dates and oldest else str(value["text"])


def _source(item: dict[str, Any]) -> str:
    badge = "" if item["verification"] == "primary" else f" ({item['verification']})"
    return f"{item['source']}{badge}"


def _print_differences(view: dict[str, Any]) -> None:
    names = [one["id"] for one in view["profiles"]]
    rows = [
        [
            row["topic"],
            *(
                "; ".join(f"{line['limit']}: {line['status']}" for line in row["profiles"][name])
                or "no line"
                for name in names
            ),
        ]
        for row in view["differences"]
    ]
    table("Where the profiles differ", ["topic", *(one["title"] for one in view["profiles"])], rows)

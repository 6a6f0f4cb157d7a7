"""``gepnet assess`` and ``gepnet explain``."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet.cli.matrix import print_assessment
from gepnet.cli.output import Format, FormatOption, print_json, safe

PatientFile = Annotated[Path, typer.Argument(help="Patient file (YAML or JSON).")]
At = Annotated[
    str | None, typer.Option("--at", help="Date of the question (YYYY[-MM[-DD]]); default: as_of.")
]
KnowledgeDate = Annotated[
    datetime.datetime | None,
    typer.Option("--knowledge-date", formats=["%Y-%m-%d"], help="Documents in force on this day."),
]
Extra = Annotated[
    list[Path] | None,
    typer.Option("--with", exists=True, help="More knowledge: a YAML file or a folder of them."),
]
Region = Annotated[str | None, typer.Option("--region", help="Region of care, e.g. EU, US, IT.")]


def assess(
    patient: PatientFile,
    at: At = None,
    knowledge_date: KnowledgeDate = None,
    region: Region = None,
    every_row: Annotated[
        bool, typer.Option("--all", help="Also options on which no document speaks.")
    ] = False,
    extra: Extra = None,
    output: FormatOption = Format.TABLE,
) -> None:
    """Show each document's position on each option for one patient."""
    view = _view(patient, at, knowledge_date, region, every_row, extra or [])
    if output is Format.JSON:
        print_json(view)
    else:
        print_assessment(view, every_row)


def explain(
    patient: PatientFile,
    recommendation: Annotated[str, typer.Argument(help="document/recommendation")],
    at: At = None,
    knowledge_date: KnowledgeDate = None,
    region: Region = None,
    extra: Extra = None,
    output: FormatOption = Format.TABLE,
) -> None:
    """Show why a recommendation applies, does not apply or stays open for one patient."""
    from gepnet import api

    base = api.base(*(extra or []))
    record = api.read_patient(patient, base)
    facts = api.facts_of(record, base, at, region)
    day = None if knowledge_date is None else knowledge_date.date()
    view = api.explain_recommendation(facts, base, recommendation, day)
    if output is Format.JSON:
        print_json(view)
    else:
        _print_explanation(view)


def _view(
    patient: Path,
    at: str | None,
    knowledge_date: datetime.datetime | None,
    region: str | None,
    every_row: bool,
    extra: list[Path],
) -> dict[str, Any]:
    from gepnet import api

    base = api.base(*extra)
    record = api.read_patient(patient, base)
    day = None if knowledge_date is None else knowledge_date.date()
    assessment = api.assess_record(record, base, at, day, region)
    return api.assessment_view(assessment, base, every_row)


def _print_explanation(view: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.tree import Tree

    words = {
        "yes": "[green]applies[/]",
        "no": "[red]does not apply[/]",
        "unknown": "[yellow]open[/]",
    }
    console = Console()
    console.print(f"[bold]{safe(view['recommendation'])}[/]: {words[view['applies']]}")
    for warning in _warnings(view):
        console.print(f"[bold yellow]{safe(warning)}[/]", highlight=False)
    console.print(safe(view["note"]), highlight=False)
    for position in view["positions"]:
        console.print(f"  {position['position'].replace('_', ' ')}: {safe(position['label'])}")
    place = ", ".join(part for part in (view["source_title"], view["locator"]) if part)
    console.print(f"[dim]{safe(place)} ({view['verification']})[/]", highlight=False)
    if view["scope"]["truth"] != "yes":
        scope = Tree("[bold]who the document is about[/]")
        _grow(scope.add(_node_text(view["scope"])), view["scope"])
        console.print(scope)
    tree = Tree(_node_text(view["explanation"]))
    _grow(tree, view["explanation"])
    console.print(tree)
    for title, names in (("settled by", "settled_by"), ("missing", "missing")):
        if view[names]:
            console.print(f"{title}: {safe('; '.join(view[names]))}", highlight=False)


def _warnings(view: dict[str, Any]) -> list[str]:
    """Return why the position may not count even where its criterion holds."""
    scope = {
        "no": "The document is not about this patient: it says nothing here.",
        "unknown": "Whether the document is about this patient is open.",
    }
    said = {
        scope.get(view["scope"]["truth"]): True,
        f"Not in force on {view['knowledge_date']}: {view['not_in_force']}.": view["not_in_force"],
        "A minority position: it does not count as the document's.": view["dissent"],
        "Unverified: it does not count as the document's position.": (
            view["verification"] == "unverified"
        ),
    }
    return [text for text, holds in said.items() if text and holds]


def _node_text(node: dict[str, Any]) -> str:
    marks = {"yes": "[green]yes[/]", "no": "[red]no[/]", "unknown": "[yellow]unknown[/]"}
    names = {"and": "all of", "or": "any of", "not": "not"}
    text = names.get(node.get("operator", ""), node["text"])
    known = "; ".join(_fact_text(fact) for fact in node.get("facts", ()))
    shown = f"{marks[node['truth']]}  {safe(text)}"
    return shown + (f"  [dim]({safe(known)})[/]" if known else "")


def _fact_text(fact: dict[str, Any]) -> str:
    text = fact["text"] + (f", {fact['date']}" if fact["date"] else "")
    behind = "; ".join(
        f"{item['label']} {item['text']}" + (f", {item['date']}" if item["date"] else "")
        for item in fact["behind"]
    )
    return f"{text}, from {behind}" if behind else text


def _grow(tree: Any, node: dict[str, Any]) -> None:
    for part in node.get("parts", ()):
        _grow(tree.add(_node_text(part)), part)

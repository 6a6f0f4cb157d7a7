"""``gepnet assess`` and ``gepnet explain``."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.api import Question
from gepnet.cli.answer import print_answer
from gepnet.cli.command import QUESTION_HELP, PatientFile, Result, command, opened
from gepnet.cli.matrix import print_assessment
from gepnet.cli.output import safe, show


@command
def assess(
    patient: PatientFile,
    question: Question,
    asked: Annotated[
        str | None, typer.Option("--question", metavar="QUESTION", help=QUESTION_HELP)
    ] = None,
    full: Annotated[bool, "Every document on every option, as a matrix."] = False,
    every_row: Annotated[
        bool, typer.Option("--all", help="As --full, with options on which no document speaks.")
    ] = False,
) -> Result:
    """Answer a patient's question: who is for what, why documents differ, and what to order.

    Each document stands beside the others with its strength; nothing is merged. The full matrix of
    documents and options, with label, payer and safety, is there with --full.
    """
    record, base = opened(patient, question)
    assessment = api.assess_record(record, base, question)
    if full or every_row:
        view = api.assessment_view(assessment, base, every_row)
        view["answer"] = api.answer_view(assessment, base, asked)
        return Result(view, lambda data: print_assessment(data, every_row))
    answer = api.answer_view(assessment, base, asked)
    return Result(
        {"answer": answer},
        lambda data: print_answer(data["answer"]),
        rest=lambda: api.assessment_view(assessment, base),
    )


@command
def explain(
    patient: PatientFile,
    recommendation: Annotated[str, "document/recommendation"],
    question: Question,
) -> Result:
    """Show why a recommendation applies, does not apply or stays open for one patient."""
    record, base = opened(patient, question)
    facts = api.facts_of(record, base, question)
    view = api.explain_recommendation(facts, base, recommendation, question)
    return Result(view, _print_explanation)


def _print_explanation(view: dict[str, Any]) -> None:
    from rich.tree import Tree

    words = {"yes": "[green]applies[/]", "no": "[red]does not apply[/]"}
    told = words.get(view["applies"]) or f"[yellow]open, {api.SIGNS[view['open']].word}[/]"
    show(f"[bold]{safe(view['recommendation'])}[/]: {told}")
    for warning in _warnings(view):
        show(f"[bold yellow]{safe(warning)}[/]")
    show(safe(view["note"]))
    for position in view["positions"]:
        show(f"  {position['position'].replace('_', ' ')}: {safe(position['label'])}")
    if view["as"]:
        show(f"[dim]{safe(view['as'])}[/]")
    place = ", ".join(part for part in (view["source_title"], view["locator"]) if part)
    show(f"[dim]{safe(place)} ({view['verification']})[/]")
    if view["scope"]["truth"] != "yes":
        scope = Tree("[bold]who the document is about[/]")
        _grow(scope.add(_node_text(view["scope"])), view["scope"])
        show(scope)
    tree = Tree(_node_text(view["explanation"]))
    _grow(tree, view["explanation"])
    show(tree)
    lines = (
        ("settled by", "settled_by"),
        ("missing", "missing"),
        ("may turn with", "may_turn_with"),
    )
    for title, names in lines:
        if view[names]:
            show(f"{title}: {safe('; '.join(view[names]))}")


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
    names = {"and": "all of", "or": "any of", "not": "not", "provided": "provided that"}
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

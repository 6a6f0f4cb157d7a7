"""``gepnet pathway``: the algorithm of a document on one question."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import FactsQuestion, Pictured, command, opened
from gepnet.cli.matrix import STYLES
from gepnet.cli.output import safe, show

if TYPE_CHECKING:
    from gepnet.guidelines.pathway import Pathways

_STYLES = {**STYLES, "open": STYLES["text_open"]}


@command
def pathway(
    asked: FactsQuestion,
    documents: Annotated[
        list[str], typer.Argument(help="Ids of documents.", metavar="DOCUMENT...")
    ],
    question: Annotated[
        str | None, "What is asked, such as first-line or prrt (first-line)."
    ] = None,
    options: Annotated[list[str] | None, "Ask about this option instead. Repeatable."] = None,
    patient: Annotated[Path | None, "Patient file: show this patient's way."] = None,
    every_question: Annotated[bool, "Every question; as PDF a page each: a poster."] = False,
    each: Annotated[bool, "Of several documents each pathway by itself."] = False,
) -> Pictured:
    """Show the algorithm of documents on a question, computed from their criteria and proved.

    Each question is one fact; an answer leads to the next question or to what the document says,
    with what has still to be so, its strength and place. Documents are never merged: of several
    each has its own place at every end of one pathway, who is for, against, open and silent, and
    questions at which they part are marked. Pictures, and a patient's way, are of each document.
    """
    facts = None
    if patient is None:
        base = api.base(*asked.with_files)
    else:
        record, base = opened(patient, asked)
        facts = api.facts_of(record, base, asked)

    if every_question and (question is not None or options):
        beside = question or ", ".join(options or ())
        raise api.refuse("every-question", beside, "no question or options beside it")

    def of_each() -> Pathways:
        if every_question:
            return api.every_pathway(base, documents, facts)
        return api.pathways_of(base, documents, question, options or (), facts)

    forms: dict[str, Any] = {}
    forms["svg"] = lambda: api.pathway_picture(of_each())
    forms["pdf"] = lambda: api.pathway_pdf(of_each(), base, asked.knowledge_date)
    forms["html"] = lambda: api.pathway_html(of_each())
    forms["mermaid"] = lambda: "\n\n".join(map(api.pathway_flowchart, of_each().pathways))
    if len(documents) > 1 and patient is None and not each and not every_question:
        both = api.agreement_of(base, documents, question, options or (), asked)
        return Pictured(both, _print_agreement, forms=forms, code=int(bool(both.withheld)))
    found = of_each()
    return Pictured(found, _print, forms=forms, code=int(bool(found.withheld)))


def _print(view: dict[str, Any]) -> None:
    for place, found in enumerate(view["pathways"]):
        if place:
            show("")
        _print_one(found)
    for kind, told in (
        ("withheld", "could not be proved, so nothing is shown"),
        ("silent", "takes no position on this question"),
    ):
        for document in view[kind]:
            show(f"{safe(document)}: {told}")


def _print_one(view: dict[str, Any]) -> None:
    from rich.tree import Tree

    part = f", {view['part']}" if view["part"] else ""
    intent = view["intent"].replace("_", " ")
    show(f"[bold]{safe(view['short'])}: {safe(view['title'])}[/], {intent}{safe(part)}")
    show(f"[dim]About:[/] {safe(view['about'])}")
    if view["only_if"]:
        enters = f" [cyan]{view['enters']}[/]" if view["enters"] else ""
        show(f"[bold]Only if:[/] {safe('; '.join(view['only_if']))}; else no position{enters}")
    for one in view["throughout"]:
        show(f"Throughout: {_said(one)}")
    for outcome in view["outcomes"]:
        possible = " or ".join(one.replace("_", " ") for one in outcome["possible"])
        told = possible or outcome["status"].replace("_", " ")
        show(f"  {safe(outcome['label'])}: [bold]{safe(told)}[/]")
    if view["note"]:
        show(f"[yellow]{safe(view['note'])}[/]")
    start = view["start"]
    if start["question"] or start["said"] or not view["throughout"]:
        tree = Tree(_asked(start) if start["question"] else "For everybody")
        _grow(tree, start, bool(view["enters"]))
        show(tree)
    show(f"[dim]{view['boxes']} boxes, {view['depth']} questions deep[/]")


def _print_agreement(view: dict[str, Any]) -> None:
    from rich.tree import Tree

    for found in view["pathways"]:
        part = f", {found['part']}" if found["part"] else ""
        names = ", ".join(found["shorts"])
        show(f"[bold]{safe(found['title'])}[/]{safe(part)}: {safe(names)}")
        if found["only_if"]:
            show(f"[bold]Only if:[/] {safe('; '.join(found['only_if']))}; else no position")
        for one in found["throughout"]:
            show(f"Throughout: {_stance(one)}")
        start = found["start"]
        tree = Tree(_parted(start) if start["question"] else "For everybody")
        _agreed(tree, start)
        show(tree)
        show(f"[dim]{found['boxes']} boxes, {found['depth']} questions deep[/]\n")
    for intent in view["withheld"]:
        show(f"{safe(intent.replace('_', ' '))}: could not be proved, so nothing is shown")
    for document in view["silent"]:
        show(f"{safe(document)}: takes no position on this question, or is not in force")


def _parted(step: dict[str, Any]) -> str:
    parts = f"  [magenta]here part {safe('; '.join(step['parts']))}[/]" if step["parting"] else ""
    return f"[bold]{safe(step['question'])}[/]{parts}"


def _agreed(tree: Any, step: dict[str, Any]) -> None:
    for one in step["stances"]:
        tree.add(_stance(one))
    if not step["question"] and not step["stances"]:
        tree.add("[dim]no position[/]")
    for branch in step["branches"]:
        then = branch["then"]
        asked = f"  {_parted(then)}" if then["question"] else ""
        _agreed(tree.add(f"{safe(branch['answer'])}{asked}"), then)


def _stance(one: dict[str, Any]) -> str:
    kind = one["kind"]
    sign = api.SIGNS["text_open" if kind == "open" else kind]
    word = "text open" if kind == "open" else sign.word
    voices = "; ".join(f"{v['short']} {v['condition']}".rstrip() for v in one["voices"])
    style = _STYLES.get(kind, "dim")
    return f"[{style}]{sign.symbol} {safe(word)}[/] {safe(one['name'])}: {safe(voices)}"


def _asked(step: dict[str, Any]) -> str:
    known = f" [cyan]{safe(step['known'])}[/]" if step["known"] else ""
    return f"[bold]{safe(step['question'])}[/]{known}"


def _grow(tree: Any, step: dict[str, Any], of_patient: bool) -> None:
    if not step["question"]:
        for one in step["said"]:
            tree.add(_said(one))
        if not step["said"]:
            tree.add("[dim]no position[/]")
    for branch in step["branches"]:
        then, answer = branch["then"], safe(branch["answer"])
        if of_patient and branch["state"] == "folded":
            tree.add(f"[dim]{answer}: folded, {_ends(then)}[/]")
            continue
        taken = f"[bold cyan]{answer}[/]" if branch["state"] == "taken" else answer
        asked = f"  {_asked(then)}" if then["question"] else ""
        _grow(tree.add(f"{taken}{asked}"), then, of_patient)


def _ends(step: dict[str, Any]) -> str:
    count = _count(step)
    return "1 end" if count == 1 else f"{count} ends"


def _count(step: dict[str, Any]) -> int:
    return sum(_count(branch["then"]) for branch in step["branches"]) or 1


def _said(one: dict[str, Any]) -> str:
    sign = (
        api.SIGNS[one["kind"]].symbol
        if one["kind"] in api.SIGNS
        else "\N{CIRCLE WITH LEFT HALF BLACK}"
    )
    strength = f" [{one['strength']}]" if one["strength"] else ""
    condition = f" {one['condition']}" if one["condition"] else ""
    where = f" [dim]({safe(one['locator'])})[/]" if one["locator"] else ""
    told = safe(f"{strength} {', '.join(one['options'])}{condition}")
    state = f" [cyan]{safe(one['state'])}[/]" if one["state"] else ""
    return f"[{_STYLES[one['kind']]}]{sign} {safe(one['word'])}[/]{told}{where}{state}"

"""``gepnet knowledge verify``, ``disagreements`` and ``diff``: what a solver proves."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import KnowledgeQuestion, Page, command
from gepnet.cli.output import listing, table
from gepnet.cli.progress import progress_of

Kinds = Annotated[list[str] | None, "Only this kind of finding; may be repeated."]
Document = Annotated[str | None, "Only what concerns this one."]
Option = Annotated[str | None, "Only findings on this option."]
Processes = Annotated[int, typer.Option(min=1, help="Processes that search.")]
Timeout = Annotated[float, typer.Option(min=0.001, help="Seconds for one question.")]
Cache = Annotated[bool, typer.Option(help="Use what earlier runs proved, and keep what this does.")]


@command
def verify(
    question: KnowledgeQuestion,
    document: Document = None,
    kind: Kinds = None,
    option: Option = None,
    processes: Processes = 2,
    timeout: Timeout = 5.0,
    cache: Cache = True,
) -> Page:
    """Prove what the knowledge says of every possible patient: gaps, contradictions, differences.

    A search that ran out of time is listed as such. Every patient shown was checked again by
    assessing him like any other.
    """
    with progress_of("Proving") as tell:
        view = api.prove_knowledge(
            api.base(*question.with_files),
            question,
            document=document,
            kinds=kind or (),
            processes=processes,
            cache=cache,
            timeout_ms=int(timeout * 1000),
            progress=tell,
        )
    return _shown(view, option, "What the solver found")


@command
def disagreements(
    question: KnowledgeQuestion,
    document: Document = None,
    option: Option = None,
    identifier: Annotated[
        str | None, typer.Option("--id", help="One finding, described in full.")
    ] = None,
    processes: Processes = 2,
    timeout: Timeout = 5.0,
    cache: Cache = True,
) -> Page:
    """List where documents, labels or two parts of one document differ, and for which patients."""
    base = api.base(*question.with_files)
    with progress_of("Proving") as tell:
        view = api.disagreements(
            base,
            question,
            document=document,
            processes=processes,
            cache=cache,
            timeout_ms=int(timeout * 1000),
            progress=tell,
        )
    if identifier is not None:
        view["findings"] = [api.describe_finding(base, view["findings"], identifier, question)]
    return _shown(view, option, "Disagreements")


@command
def diff(
    before: Annotated[str, "A document, 'packaged', or a file or folder."],
    after: Annotated[str, "The same, later or otherwise."],
    question: KnowledgeQuestion,
    without: Annotated[
        list[str] | None, "Label that the second side is to lack; may be repeated."
    ] = None,
) -> Page:
    """Show which entries changed and exactly which patients change status.

    Two documents are compared by their ids; a file or folder is added to the packaged knowledge.
    """
    view = api.knowledge_diff(before, after, question, without=tuple(without or ()))
    return _shown(view, None, "Patients whose status changes")


def _shown(view: dict[str, Any], option: str | None, title: str) -> Page:
    if option is not None:
        view["findings"] = [f for f in view["findings"] if option in f["options"]]
        kinds = [f["kind"] for f in view["findings"]]
        view["counts"] = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    for refused in view.get("refused", []):
        typer.echo(f"not confirmed by the interpreter, not listed: {refused}", err=True)
    return Page(
        view, lambda data: _tables(data, title), page=lambda data: api.proofs_page(data, title)
    )


def _tables(view: dict[str, Any], title: str) -> None:
    if "entries" in view:
        listing("Entries", view["entries"], "change", "entry", "what")
    if view.get("corrections"):
        days = ("from: wrong_from", "to: mended")
        told = ("what was wrong: wrong", "answers", "now: {replaced_by:, } | not read")
        listing("Corrections of these documents", view["corrections"], *days, *told)
    listing(
        title,
        view["findings"],
        ("kind", lambda f: f["kind"] + ("" if f["verdict"] == "found" else ": timed out")),
        "documents: {documents:, }",
        ("options", lambda f: _shortened(f["options"], 3)),
        ("for whom", lambda f: "; ".join(f["region"]) or f["detail"]),
        ("what decides", _deciding),
        "share: {share:.2%}",
    )
    said = [[kind, count, view["kinds"].get(kind, "")] for kind, count in view["counts"].items()]
    table("How many of each kind", ["kind", "how many", "what it is"], said)
    if "known" in view:
        found = ("findings", lambda row: len(row["findings"]))
        row = ("row: id", "known disagreement: title", "here: kind")
        listing("The known disagreements among them", view["known"], *row, found, "why not: reason")
    typer.echo(f"Shares are of a {view['sample']}.")
    if view.get("timed_out"):
        typer.echo(f"{view['timed_out']} searches timed out: neither shown nor excluded.")


def _deciding(finding: dict[str, Any]) -> str:
    """Return the facts that decide; a long list is cut short."""
    if finding["decided"] in {"judgement", "no_position"}:
        return "judgement" if finding["decided"] == "judgement" else "one has no position"
    return _shortened(finding["deciding"], 4)


def _shortened(names: list[str], most: int) -> str:
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")

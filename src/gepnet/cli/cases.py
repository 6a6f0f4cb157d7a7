"""``gepnet cases``: published cases against the documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import KnowledgeQuestion, Result, command
from gepnet.cli.output import listing, table

# The rows that a table names; the others are in the JSON.
NAMED = ("opposed", "contested", "not_covered")


@command
def evaluate(
    question: KnowledgeQuestion,
    file: Annotated[
        Path | None, typer.Argument(help="Published cases in YAML; default: the packaged ones.")
    ] = None,
) -> Result:
    """Assess each decision point blind, then say what the documents hold of what was decided."""
    base = api.base(*question.with_files)
    return Result(api.evaluate_cases(file, base, question), _print)


def _print(view: dict[str, Any]) -> None:
    verdicts = list(view["totals"])
    heads = [_word(verdict) for verdict in verdicts]
    points, cases = view["decision_points"], view["cases"]
    typer.echo(f"{points} decision points of {cases} cases, each assessed blind.")
    typer.echo(
        f"Documents in force on {view['knowledge_date']}: hindsight, most were written after the "
        "decisions.\n"
    )
    in_scope = points - view["totals"]["out_of_scope"]
    rows = [
        [_word(verdict), count, *_interval(view["intervals"].get(verdict))]
        for verdict, count in view["totals"].items()
    ]
    heading = ["verdict", "decision points", f"of {in_scope} in scope", "95 % interval"]
    table("Verdicts", heading, rows)
    eras = [[_word(era), *counts.values()] for era, counts in view["by_era"].items()]
    table("By era of the decision", ["era", *heads], eras)
    documents = [
        [name, *(count or None for count in counts.values())]
        for name, counts in view["by_document"].items()
        if any(counts[verdict] for verdict in verdicts if verdict not in _QUIET)
    ]
    table("By document, as if it were the only one", ["document", *heads], documents)
    quiet = len(view["by_document"]) - len(documents)
    typer.echo(f"{quiet} more documents in force say nothing of any of these decisions.\n")
    if named := [row for row in view["rows"] if row["verdict"] in NAMED]:
        title, said = "Opposed, contested, not covered", ("documents that speak", _said)
        listing(title, named, "decision point: dp_id", "verdict: {verdict!w}", "decided", said)


_QUIET = {"not_covered", "out_of_scope"}


def _interval(share: dict[str, Any] | None) -> list[str]:
    if share is None:
        return ["", ""]
    return [f"{share['share']:.0%}", f"{share['low']:.0%} to {share['high']:.0%}"]


def _said(row: dict[str, Any]) -> str:
    said = {p["document"]: p["status"] for part in row["parts"] for p in part["positions"]}
    return "; ".join(f"{document}: {_word(status)}" for document, status in said.items())


def _word(name: str) -> str:
    return name.replace("_", " ")

"""``gepnet knowledge``: look at the knowledge and check it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import (
    Base,
    DrawnQuestion,
    Files,
    KnowledgeQuestion,
    Result,
    TableQuestion,
    command,
)
from gepnet.cli.output import listing, table

Extra = Annotated[
    list[Path] | None,
    typer.Argument(exists=True, help="More knowledge: YAML files or folders with them."),
]


@command
def check(
    question: Files,
    extra: Extra = None,
    mutate: Annotated[bool, typer.Option(help="Try deliberate mistakes in criteria.")] = True,
    only: Annotated[str, "Show survivors of entries containing this."] = "",
    survivors: Annotated[bool, typer.Option(help="List mistakes that go unnoticed.")] = False,
    coverage: Annotated[bool, "Map fact identifiers to entries instead."] = False,
) -> Result:
    """Check shape, references, criteria, example patients and their strength.

    Exit code 0: nothing is wrong; 2: at least one problem.
    """
    added = (*(extra or ()), *question.with_files)
    if coverage:
        lines = api.fact_coverage(*added)
        done = all(line["covered"] for line in lines)
        return Result({"ok": done, "lines": lines}, _print_coverage, code=0 if done else 2)
    report = api.check_knowledge(*added, mutate=mutate)
    score = report.mutation_score
    unnoticed = [s for score in report.scores for s in score.survivors if only in s.entry]
    view = {
        "ok": report.ok,
        "counts": report.counts,
        "languages": [
            {"language": name, "words": given, "of": every}
            for name, (given, every) in report.words.items()
        ],
        "problems": [str(problem) for problem in report.problems],
        "mutation": {
            "killed": report.killed,
            "mutants": report.mutants,
            "score": None if score is None else round(score, 4),
            "documents": [
                {"document": name, "killed": killed, "mutants": total}
                for name, (killed, total) in report.documents.items()
                if only in name or only.startswith(name)
            ],
            "survivors": unnoticed,
        },
    }
    return Result(view, lambda data: _print_check(data, survivors), code=0 if report.ok else 2)


def _print_check(view: dict[str, Any], survivors: bool) -> None:
    for problem in view["problems"]:
        typer.echo(problem, err=True)
    tried = view["mutation"]
    noticed = "not tried"
    if tried["score"] is not None:
        share = tried["killed"] / tried["mutants"]
        noticed = f"{tried['killed']} of {tried['mutants']} ({share:.1%})"
    words = [
        (f"words in language {one['language']}", f"{one['words']} of {one['of']}")
        for one in view["languages"]
    ]
    rows = [*view["counts"].items(), *words, ("mistakes noticed by examples", noticed)]
    table("Knowledge", ["what", "how many"], rows)
    weak = [one for one in tried["documents"] if one["killed"] < one["mutants"]]
    if weak:
        share = weak[0]["killed"] / weak[0]["mutants"]
        typer.echo(f"Least in one document: {weak[0]['document']}, {share:.1%}")
    if survivors:
        share_of = ("noticed", lambda one: f"{one['killed'] / one['mutants']:.1%}")
        told = ("document", "mistakes: mutants", "unnoticed: {left}", share_of)
        left = [{**one, "left": one["mutants"] - one["killed"]} for one in weak]
        listing("Documents with mistakes that no example notices", left, *told)
        title = "Mistakes that no example notices"
        listing(title, tried["survivors"], "entry", "change", "atom")


def _print_coverage(view: dict[str, Any]) -> None:
    lines = view["lines"]
    went = ("entries or reason", lambda line: ", ".join(line["entries"]) or line["reason"])
    listing("Where each statement went", lines, "document", "statement: fact_id", went)
    done = sum(line["covered"] for line in lines)
    typer.echo(f"{done} of {len(lines)} statements have an entry or a reason.")
    for line in lines:
        if not line["covered"]:
            typer.echo(f"{line['document']}: {line['fact_id']} has neither", err=True)


@command
def list_(question: KnowledgeQuestion) -> Result:
    """List the documents with how much of each was read."""
    base = api.base(*question.with_files)
    return Result(api.list_documents(base, question.knowledge_date), _print_documents)


def _print_documents(documents: list[dict[str, Any]]) -> None:
    known = ("id", "document: short", "year", "region: {region:, }", "read")
    in_force = ("in force", lambda d: "yes" if d["in_force"] else "no")
    listing("Documents", documents, *known, "entries: recommendations", "unverified", in_force)


@command
def show(
    entry: Annotated[str, "A document, or document/recommendation."],
    base: Base,
) -> Result:
    """Show a document or one of its recommendations with criterion and source."""
    view = api.show_entry(base, entry)
    return Result(view, lambda data: _print_entry(entry, data))


def _print_entry(name: str, view: dict[str, Any]) -> None:
    simple = [[key, value] for key, value in view.items() if not isinstance(value, list | dict)]
    table(name, ["", ""], simple)
    if "entries" in view:
        listing("Entries", view["entries"], "id", "positions", "who for: when", "verification")


@command
def due(question: DrawnQuestion) -> Result:
    """List what should be looked at again: labels, decisions, documents past their day.

    Exit code 0: nothing is past its day; 1: something is.
    """
    view = api.due_entries(api.base(*question.with_files), question)
    return Result(view, _print_due, code=1 if view["due"] else 0)


def _print_due(view: dict[str, Any]) -> None:
    if not view["due"]:
        typer.echo(f"Nothing is to be looked at again by {view['day']}.")
        return
    known = ("kind", "entry", "name", "date", "source", "look again: look_again")
    listing(f"To be looked at again, as of {view['day']}", view["due"], *known, "days: days_past")


@command
def sql(
    question: TableQuestion,
    dialect: Annotated[str, "Dialect of the warehouse."] = "duckdb",
    table_name: Annotated[str, typer.Option("--table", help="Table of facts.")] = "facts",
    facts: Annotated[
        Path | None, typer.Option(exists=True, help="Parquet file with the columns of the table.")
    ] = None,
) -> None:
    """Print one SELECT with the same status columns as ``gepnet cohort assess``."""
    base = api.base(*question.with_files)
    typer.echo(api.status_sql(base, question, dialect, table_name, facts))

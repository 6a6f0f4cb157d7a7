"""``gepnet knowledge``: look at the knowledge and check it."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet.cli.assess import KnowledgeDate
from gepnet.cli.output import Format, FormatOption, print_json, table

app = typer.Typer(no_args_is_help=True, help="Look at the knowledge and check it.")
Extra = Annotated[
    list[Path] | None,
    typer.Argument(exists=True, help="More knowledge: YAML files or folders with them."),
]


@app.command()
def check(
    extra: Extra = None,
    mutate: Annotated[bool, typer.Option(help="Try deliberate mistakes in criteria.")] = True,
    only: Annotated[str, typer.Option(help="Show survivors of entries containing this.")] = "",
    survivors: Annotated[bool, typer.Option(help="List mistakes that go unnoticed.")] = False,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Map fact identifiers to entries instead.")
    ] = False,
    output: FormatOption = Format.TABLE,
) -> None:
    """Check shape, references, criteria, example patients and their strength."""
    from gepnet import api

    if coverage:
        _coverage(api.fact_coverage(*(extra or [])), output)
        return
    report = api.check_knowledge(*(extra or []), mutate=mutate)
    score = report.mutation_score
    unnoticed = [s for score in report.scores for s in score.survivors if only in s.entry]
    if output is Format.JSON:
        print_json(
            {
                "ok": report.ok,
                "counts": report.counts,
                "problems": [str(problem) for problem in report.problems],
                "mutation": {
                    "killed": report.killed,
                    "mutants": report.mutants,
                    "score": None if score is None else round(score, 4),
                    "survivors": [
                        {"entry": s.entry, "change": s.change, "atom": s.atom} for s in unnoticed
                    ],
                },
            }
        )
    else:
        for problem in report.problems:
            typer.echo(problem, err=True)
        rows = [[name, count] for name, count in report.counts.items()]
        tried = f"{report.killed} of {report.mutants}"
        noticed = "not tried" if score is None else f"{tried} ({score:.1%})"
        rows.append(["mistakes noticed by examples", noticed])
        table("Knowledge", ["what", "how many"], rows)
        if survivors:
            listed = [[s.entry, s.change, s.atom] for s in unnoticed]
            table("Mistakes that no example notices", ["entry", "change", "atom"], listed)
    if not report.ok:
        raise typer.Exit(2)


def _coverage(lines: list[dict[str, Any]], output: Format) -> None:
    open_lines = [line for line in lines if not line["covered"]]
    if output is Format.JSON:
        print_json({"ok": not open_lines, "lines": lines})
    else:
        rows = [
            [line["document"], line["fact_id"], ", ".join(line["entries"]) or line["reason"]]
            for line in lines
        ]
        table("Where each statement went", ["document", "statement", "entries or reason"], rows)
        done = len(lines) - len(open_lines)
        typer.echo(f"{done} of {len(lines)} statements have an entry or a reason.")
        for line in open_lines:
            typer.echo(f"{line['document']}: {line['fact_id']} has neither", err=True)
    if open_lines:
        raise typer.Exit(2)


@app.command(name="list")
def list_documents(output: FormatOption = Format.TABLE) -> None:
    """List the documents with how much of each was read."""
    from gepnet import api

    documents = api.list_documents(api.base())
    if output is Format.JSON:
        print_json(documents)
        return
    rows = [
        [
            d["id"],
            d["short"],
            d["year"],
            ", ".join(d["region"]),
            d["read"],
            d["recommendations"],
            d["unverified"],
            "yes" if d["in_force"] else "no",
        ]
        for d in documents
    ]
    columns = ["id", "document", "year", "region", "read", "entries", "unverified", "in force"]
    table("Documents", columns, rows)


@app.command()
def show(
    entry: Annotated[str, typer.Argument(help="A document, or document/recommendation.")],
    output: FormatOption = Format.TABLE,
) -> None:
    """Show a document or one of its recommendations with criterion and source."""
    from gepnet import api

    view = api.show_entry(api.base(), entry)
    if output is Format.JSON:
        print_json(view)
        return
    simple = [[key, value] for key, value in view.items() if not isinstance(value, list | dict)]
    table(entry, ["", ""], simple)
    if "entries" in view:
        rows = [[e["id"], e["positions"], e["when"], e["verification"]] for e in view["entries"]]
        table("Entries", ["id", "positions", "who for", "verification"], rows)


@app.command()
def sql(
    dialect: Annotated[str, typer.Option(help="Dialect of the warehouse.")] = "duckdb",
    table_name: Annotated[str, typer.Option("--table", help="Table of facts.")] = "facts",
    facts: Annotated[
        Path | None, typer.Option(exists=True, help="Parquet file with the columns of the table.")
    ] = None,
    knowledge_date: KnowledgeDate = None,
    at: Annotated[
        datetime.datetime | None,
        typer.Option("--at", formats=["%Y-%m-%d"], help="Date of the facts; default: today."),
    ] = None,
) -> None:
    """Print one SELECT with the same status columns as ``gepnet cohort assess``."""
    from gepnet import api

    days = [None if day is None else day.date() for day in (knowledge_date, at)]
    typer.echo(api.status_sql(api.base(), dialect, table_name, facts, *days))

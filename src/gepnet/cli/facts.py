"""``gepnet facts``: the vocabulary, and the facts of a patient."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated

import typer

from gepnet.cli.assess import At, PatientFile, Region
from gepnet.cli.output import Format, FormatOption, print_json, table

app = typer.Typer(no_args_is_help=True, help="The vocabulary, and the facts of a patient.")


@app.command(name="list")
def list_facts(
    group: Annotated[str, typer.Option(help="Only groups containing this.")] = "",
    output: FormatOption = Format.TABLE,
) -> None:
    """List the facts of the vocabulary."""
    from gepnet import api

    facts = [f for f in api.list_facts(api.base()) if group.lower() in f["group"].lower()]
    if output is Format.JSON:
        print_json(facts)
        return
    rows = [[f["id"], f["type"], f["unit"], f["group"], f["label"]] for f in facts]
    table("Facts", ["fact", "type", "unit", "group", "label"], rows)


@app.command()
def show(
    fact: Annotated[str, typer.Argument(help="Id of a fact.")], output: FormatOption = Format.TABLE
) -> None:
    """Show one fact: definition, values, policies, codes and source."""
    from gepnet import api

    view = api.show_fact(api.base(), fact)
    if output is Format.JSON:
        print_json(view)
        return
    table(view["label"], ["", ""], [[key, value] for key, value in view.items() if value])


@app.command()
def of(
    patient: PatientFile,
    at: At = None,
    region: Region = None,
    output: FormatOption = Format.TABLE,
) -> None:
    """Show the facts of a patient as of a date, with where each comes from."""
    from gepnet import api

    base = api.base()
    groups = api.facts_view(api.facts_of(api.read_patient(patient, base), base, at, region), base)
    if output is Format.JSON:
        print_json(groups)
        return
    rows = [
        [
            fact["label"],
            fact["text"],
            fact["date"] or "",
            fact["event"] or "",
            fact["origin"].replace("_", " ")
            + (", older than it should be" if fact["stale"] else ""),
        ]
        for group in groups
        for fact in group["facts"]
        if fact["origin"] != "declared_absent" and not fact["family"]
    ]
    table(f"Facts of {patient.name}", ["fact", "value", "date", "event", "origin"], rows)


@app.command()
def sample(
    rows: Annotated[int, typer.Option(min=1, help="How many patients to make up.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Parquet file to write.")],
    seed: Annotated[int, typer.Option(help="The same seed and date give the same patients.")] = 1,
    at: Annotated[
        datetime.datetime | None,
        typer.Option("--at", formats=["%Y-%m-%d"], help="Date of the facts; default: today."),
    ] = None,
    format_: FormatOption = Format.TABLE,
) -> None:
    """Write a table of made-up patients, for load tests and demonstrations only."""
    from gepnet import api

    written = api.sample_facts(api.base(), rows, output, seed, None if at is None else at.date())
    if format_ is Format.JSON:
        print_json(written)
    else:
        typer.echo(f"{written['rows']} made-up patients: {written['file']}")

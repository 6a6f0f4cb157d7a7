"""``gepnet facts``: the vocabulary, and the facts of a patient."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import (
    Base,
    DrawnQuestion,
    FactsQuestion,
    PatientFile,
    Result,
    command,
    opened,
)
from gepnet.cli.output import listing, table


@command
def list_(
    base: Base,
    word: Annotated[
        str, typer.Argument(help="Only facts with this in id, label, group, values or codes.")
    ] = "",
    group: Annotated[str, "Only groups containing this."] = "",
) -> Result:
    """List the facts of the vocabulary."""
    facts = api.list_facts(base, word, group)
    return Result(facts, _print_list)


def _print_list(facts: list[dict[str, Any]]) -> None:
    listing("Facts", facts, "fact: id", "type", "unit", "group", "label", whole=["fact"])


@command
def show(fact: Annotated[str, "Id of a fact."], base: Base) -> Result:
    """Show one fact: definition, values, policies, codes and source."""
    return Result(api.show_fact(base, fact), _print_fact)


def _print_fact(view: dict[str, Any]) -> None:
    table(view["label"], ["", ""], [[key, value] for key, value in view.items() if value])


@command
def of(patient: PatientFile, question: FactsQuestion) -> Result:
    """Show the facts of a patient as of a date, with where each comes from."""
    record, base = opened(patient, question)
    facts = api.facts_of(record, base, question)
    title = f"Facts of {patient.name}"
    return Result(api.facts_view(facts, base), lambda groups: _print_facts(title, groups))


def _print_facts(title: str, groups: list[dict[str, Any]]) -> None:
    facts = [
        fact
        for group in groups
        for fact in group["facts"]
        if fact["origin"] != "declared_absent" and not fact["family"]
    ]
    listing(title, facts, "fact: label", "value: text", "date", "event", ("origin", _origin))


def _origin(fact: dict[str, Any]) -> str:
    words = str(fact["origin"]).replace("_", " ")
    return f"{words}, older than it should be" if fact["stale"] else words


@command
def sample(
    rows: Annotated[int, typer.Option(min=1, help="How many patients to make up.")],
    output: Annotated[Path, "Parquet file to write."],
    question: DrawnQuestion,
    seed: Annotated[int, "The same seed and date give the same patients."] = 1,
) -> Result:
    """Write a table of made-up patients, for load tests and demonstrations only."""
    base = api.base(*question.with_files)
    written = api.sample_facts(base, rows, output, seed, question.day())
    told = f"{written['rows']} made-up patients: {written['file']}"
    return Result(written, lambda _: typer.echo(told))

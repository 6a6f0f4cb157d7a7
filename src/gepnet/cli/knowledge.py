"""``gepnet knowledge``: look at the knowledge and check it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

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
    output: FormatOption = Format.TABLE,
) -> None:
    """Check shape, references, criteria, example patients and their strength."""
    from gepnet import api

    report = api.check_knowledge(*(extra or []), mutate=mutate)
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
                    "score": round(report.mutation_score, 4),
                    "survivors": [
                        {"entry": s.entry, "change": s.change, "atom": s.atom} for s in unnoticed
                    ],
                },
            }
        )
    else:
        for problem in report.problems:
            typer.echo(problem)
        rows = [[name, count] for name, count in report.counts.items()]
        rows.append(
            ["mistakes noticed by examples", f"{report.killed} of {report.mutants} "
             f"({report.mutation_score:.1%})"]
        )  # fmt: skip
        table("Knowledge", ["what", "how many"], rows)
        if survivors:
            listed = [[s.entry, s.change, s.atom] for s in unnoticed]
            table("Mistakes that no example notices", ["entry", "change", "atom"], listed)
    if not report.ok:
        raise typer.Exit(2)

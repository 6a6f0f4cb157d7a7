"""The commands and how problems reach the user: every problem at once, exit code 2."""

from __future__ import annotations

import sys

import typer

from gepnet import __version__
from gepnet.cli import (
    assess,
    atlas,
    cases,
    chart,
    cohort,
    compare,
    demo,
    facts,
    importing,
    knowledge,
    labs,
    proofs,
    prrt,
    report,
    response,
)

app = typer.Typer(
    name="gepnet",
    help="What each guideline says about one patient with a GEP-NET, with the reason and source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(assess.assess)
app.command()(assess.explain)
app.command()(compare.compare)
app.command()(compare.missing)
app.command()(compare.whatif)
app.command()(demo.demo)
app.command()(report.report)
app.command()(chart.chart)
app.add_typer(facts.app, name="facts")
app.add_typer(knowledge.app, name="knowledge")
knowledge.app.command()(atlas.atlas)
knowledge.app.command()(proofs.verify)
knowledge.app.command()(proofs.disagreements)
knowledge.app.command()(proofs.diff)
app.add_typer(importing.app, name="import")
app.add_typer(cases.app, name="cases")
app.add_typer(cohort.app, name="cohort")
app.add_typer(labs.app, name="labs")
app.add_typer(prrt.app, name="prrt")
app.add_typer(response.app, name="response")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"gepnet {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and stop."
    ),
) -> None:
    """Show the positions of guidelines on one patient; people decide, gepnet does not."""


def main() -> None:
    """Run the command line."""
    try:
        app()
    except Exception as error:
        # Imported only now: reading the knowledge models would double the time of `--help`.
        from gepnet.knowledge.problems import InputError

        if not isinstance(error, InputError):
            raise
        for problem in error.problems:
            print(problem, file=sys.stderr)
        count = len(error.problems)
        print(f"{count} problem{'s' if count != 1 else ''} found.", file=sys.stderr)
        sys.exit(2)

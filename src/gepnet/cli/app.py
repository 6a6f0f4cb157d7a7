"""The commands and how problems reach the user: every problem at once, exit code 2."""

from __future__ import annotations

import atexit
import gc
import os
import sys

import typer

from gepnet import __version__
from gepnet.cli.later import later

app = typer.Typer(
    name="gepnet",
    cls=later(["assess", "ask", "compare", "pathway", "demo", "report", "chart", "serve"]),
    help="What each guideline says about one patient with a GEP-NET, with the reason and source.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
#: What is said of each group, and the modules of its commands.
GROUPS = {
    "facts": ("The vocabulary, and the facts of a patient.", "facts"),
    "knowledge": ("Look at the knowledge and check it.", "knowledge atlas proofs"),
    "import": ("Bring patients in from other formats.", "importing mapping collecting"),
    "export": ("Take out what others begin with.", "exporting"),
    "cases": ("Published cases against the documents.", "cases"),
    "cohort": ("Many patients at once, from a table to a table.", "cohort"),
    "registry": (
        "A registry: its store, and the questions that are asked of it.",
        "registry.store registry.published registry.questions registry.changes registry.indicators "
        "registry.outcomes registry.courses registry.quality registry.federated",
    ),
    "labs": ("Laboratory values: grades by CTCAE.", "labs"),
    "prrt": (
        "A course of radioligand therapy: eligibility, plan, release, dosimetry, and after.",
        "prrt.eligibility prrt.plan prrt.review prrt.course prrt.dosimetry prrt.discharge "
        "prrt.after prrt.another",
    ),
    "response": (
        "Response, growth and toxicity over time.",
        "response.recist response.growth response.midtreatment response.scores response.fit "
        "response.toxicity",
    ),
    "evidence": (
        "Trials, whom they speak of, and what they found.",
        "evidence.trials evidence.curves evidence.synthesis evidence.simulation",
    ),
    "board": ("What the people of a board think, and what their cases lack.", "board"),
    "user": ("Accounts of the board.", "user"),
    "db": ("The store of the board: tables, backup, audit trail, one patient.", "db"),
}
for name, (told, modules) in GROUPS.items():
    group = typer.Typer(help=told, no_args_is_help=True, cls=later(modules.split()))
    group.callback()(lambda: None)  # without it one command alone would take the group's place
    app.add_typer(group, name=name)


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


def _leave_as_it_is() -> None:
    """Look through nothing once more for what is no longer used, a sixth of an assessment's time.

    What a command built ends with its process. DuckDB says of what is not collected that it leaks.
    """
    if "duckdb" not in sys.modules:
        gc.freeze()


def run() -> None:
    """Run a command; whatever is wrong with its input is told at once."""
    atexit.register(_leave_as_it_is)
    # Looking for plugins of pydantic reads what every installed package says of itself.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        app()
    except Exception as error:
        # Imported only now: reading the knowledge models would double the time of `--help`.
        from gepnet.knowledge.problems import explained

        told = explained(error)
        if told is None:
            raise
        for problem in told.problems:
            print(problem, file=sys.stderr)
        count = len(told.problems)
        print(f"{count} problem{'s' if count != 1 else ''} found.", file=sys.stderr)
        sys.exit(2)

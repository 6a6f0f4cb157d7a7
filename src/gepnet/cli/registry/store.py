"""``gepnet registry``: made up, looked at, assessed."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from gepnet import api
from gepnet.cli.cohort import Ignore, assess_table, print_statuses
from gepnet.cli.command import Accept, Base, Result, TableQuestion, command
from gepnet.cli.output import listing, say
from gepnet.cli.progress import progress_of

View = dict[str, Any]
Registry = Annotated[str, "Folder or URL of a registry."]
Output = Annotated[str, "Folder or URL to write to."]
SHOWN = 20


@command
def synth(
    output: Output,
    base: Base,
    patients: Annotated[int, "How many."] = 1000,
    seed: Annotated[int, "Of the random numbers."] = 1,
    force: Annotated[bool, "Replace a registry there."] = False,
) -> Result:
    """Make up a registry of whole histories: for demos, tests and load tests, never for findings.

    The same patients for the same seed. How they are drawn is data, and so is what was published
    of the series that they are held beside (`registry published`).
    """
    with progress_of("patients", patients) as tell:
        view = api.synth_registry(base, output, patients, seed, force, tell)
    return Result(view, print_registry)


@command
def add(
    source: Annotated[Path, "Folder with a table for each event kind."],
    registry: Registry,
    base: Base,
    title: Annotated[str, "Of a registry that is begun."] = "",
    on: Annotated[datetime.date | None, "Day of the addition; default: today."] = None,
    pseudonyms: Annotated[Path | None, "File with the secret key that names are made with."] = None,
    accept: Accept = None,
) -> Result:
    """Add event tables to a registry, or begin one with them.

    A row with the id of an earlier event of the same patient takes its place, and one that is
    'withdrawn' takes it away: what was there before stays in the history.

    Exit code 0: added; 1: added, but some rows were set aside; 2: nothing added.
    """
    view = api.add_to_registry(base, source, registry, title, on, accept or (), pseudonyms)
    return Result(view, _print_added, code=1 if view["rows_aside"] else 0)


def _print_added(view: View) -> None:
    print_registry(view)
    for problem in view["problem_list"][:SHOWN]:
        say(problem)
    say(f"{view['rows_read']} rows: {view['rows_used']} used, {view['rows_aside']} set aside")


@command
def key(
    output: Annotated[Path, "File to write."],
) -> Result:
    """Write a secret key for pseudonyms; keep it apart from the registry."""
    return Result(api.write_pseudonym_key(output), lambda view: say(f"written: {view['file']}"))


@command
def info(registry: Registry) -> Result:
    """Show what a registry holds and what came when."""
    return Result(api.registry_view(registry), print_registry)


def print_registry(view: View) -> None:
    """Print what a registry holds."""
    say(view["title"])
    each = view["events"] / max(view["patients"], 1)
    say(f"{view['patients']} patients, {view['events']} rows ({each:.0f} each): {view['registry']}")
    rows = [{"kind": kind, "rows": count} for kind, count in view["kinds"].items()]
    listing("Events", rows, "kind", "rows")
    listing("History", view["history"], "commit", "what", "rows", "patients", "on")


@command
def assess(
    registry: Annotated[str, "Folder or URL of a registry, or a Parquet file of facts."],
    output: Annotated[str, "Folder or URL to write to; of facts a file."],
    question: TableQuestion,
    points: Annotated[
        Literal["day", "treatments"], "Each patient on one day, or before each treatment."
    ] = "day",
    engine: Annotated[Literal["polars", "spark"], "This computer, or a Spark cluster."] = "polars",
    accept: Accept = None,
    ignore: Ignore = None,
) -> Result:
    """Work out facts and statuses of every patient of a registry, block by block.

    What is done already is not done again: a run that was cut off is taken up by the same command.
    Of a table of facts, one row a patient, the statuses are written ('gepnet cohort assess').

    Exit code 0: written; 1: written, but some rows, patients, columns or cells were not used; 2:
    nothing written.
    """
    if Path(registry).is_file():
        if points != "day" or engine != "polars":
            told = "a registry of events: a table of facts has one day and is no registry"
            raise api.refuse("registry", registry, told)
        return assess_table(Path(registry), Path(output), question, accept, ignore)
    if accept or ignore:
        told = "a table of facts; values of a registry are accepted by 'gepnet registry add'"
        raise api.refuse("accept" if accept else "ignore", registry, told)
    base = api.base(*question.with_files)
    with progress_of("patients", api.registry_view(registry)["patients"]) as tell:
        view = api.assess_registry(base, registry, output, question, points, engine, tell)
    aside = view["rows_aside"] + view["patients_aside"]
    return Result(view, _print_assessment, code=1 if aside else 0)


def _print_assessment(view: View) -> None:
    if view["synthetic"]:
        say(f"{view['registry']}")
    print_statuses(view["statuses"])
    say(
        f"{view['patients']} patients, {view['events']} rows, "
        f"{view['rows']} times assessed: {view['assessment']}"
    )
    if view["unknown_facts"]:
        say(f"In no table, so unknown: {', '.join(view['unknown_facts'])}")
    for one in view["aside"][:SHOWN]:
        who = f"{one['kind']} of {one['patient']}" if one["patient"] else one["kind"]
        say(f"set aside: {who}, {one['field']} {one['value']}: expected {one['why']}")
    if view["rows_aside"] or view["patients_aside"]:
        say(
            f"{view['rows_aside']} rows and {view['patients_aside']} patients set aside; "
            "the rest was used."
        )

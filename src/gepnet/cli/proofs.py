"""``gepnet knowledge verify``, ``disagreements`` and ``diff``: what a solver proves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet.cli.assess import KnowledgeDate
from gepnet.cli.output import print_json, table


class ProofFormat(StrEnum):
    """How a command of proofs prints its result."""

    TABLE = "table"
    JSON = "json"
    HTML = "html"


FormatOption = Annotated[
    ProofFormat, typer.Option("--format", help="A table, JSON for programs, or a page of HTML.")
]
Kinds = Annotated[
    list[str] | None, typer.Option("--kind", help="Only this kind of finding; may be repeated.")
]
Document = Annotated[str | None, typer.Option("--document", help="Only what concerns this one.")]
Option = Annotated[str | None, typer.Option("--option", help="Only findings on this option.")]
Extra = Annotated[
    list[Path] | None,
    typer.Option("--with", exists=True, help="More knowledge: a YAML file or a folder of them."),
]
Processes = Annotated[int, typer.Option(min=1, help="Processes that search.")]
Timeout = Annotated[float, typer.Option(min=0.001, help="Seconds for one question.")]
Cache = Annotated[bool, typer.Option(help="Use what earlier runs proved, and keep what this does.")]


def verify(
    document: Document = None,
    kind: Kinds = None,
    option: Option = None,
    extra: Extra = None,
    knowledge_date: KnowledgeDate = None,
    processes: Processes = 2,
    timeout: Timeout = 5.0,
    cache: Cache = True,
    output: FormatOption = ProofFormat.TABLE,
) -> None:
    """Prove what the knowledge says of every possible patient: gaps, contradictions, differences.

    A search that ran out of time is listed as such. Every patient shown was checked again by
    assessing him like any other.
    """
    from gepnet import api

    files = tuple(extra or ())
    with _progress() as progress:
        view = api.prove_knowledge(
            api.base(*files),
            document=document,
            kinds=kind or (),
            knowledge_date=None if knowledge_date is None else knowledge_date.date(),
            extra=files,
            processes=processes,
            cache=cache,
            timeout_ms=int(timeout * 1000),
            progress=progress,
        )
    _shown(view, option, output, "What the solver found")


def disagreements(
    document: Document = None,
    option: Option = None,
    identifier: Annotated[
        str | None, typer.Option("--id", help="One finding, described in full.")
    ] = None,
    extra: Extra = None,
    knowledge_date: KnowledgeDate = None,
    processes: Processes = 2,
    timeout: Timeout = 5.0,
    cache: Cache = True,
    output: FormatOption = ProofFormat.TABLE,
) -> None:
    """List where documents, labels or two parts of one document differ, and for which patients."""
    from gepnet import api

    files = tuple(extra or ())
    base = api.base(*files)
    day = None if knowledge_date is None else knowledge_date.date()
    with _progress() as progress:
        view = api.disagreements(
            base,
            document=document,
            knowledge_date=day,
            extra=files,
            processes=processes,
            cache=cache,
            timeout_ms=int(timeout * 1000),
            progress=progress,
        )
    if identifier is not None:
        view["findings"] = [api.describe_finding(base, view["findings"], identifier, day)]
    _shown(view, option, output, "Disagreements")


def diff(
    before: Annotated[str, typer.Argument(help="A document, 'packaged', or a file or folder.")],
    after: Annotated[str, typer.Argument(help="The same, later or otherwise.")],
    without: Annotated[
        list[str] | None,
        typer.Option("--without", help="Label that the second side is to lack; may be repeated."),
    ] = None,
    knowledge_date: KnowledgeDate = None,
    output: FormatOption = ProofFormat.TABLE,
) -> None:
    """Show which entries changed and exactly which patients change status.

    Two documents are compared by their ids; a file or folder is added to the packaged knowledge.
    """
    from gepnet import api

    day = None if knowledge_date is None else knowledge_date.date()
    view = api.knowledge_diff(before, after, without=tuple(without or ()), knowledge_date=day)
    if output is ProofFormat.TABLE:
        rows = [[e["change"], e["entry"], e["what"]] for e in view["entries"]]
        table("Entries", ["change", "entry", "what"], rows)
    _shown(view, None, output, "Patients whose status changes")


def _shown(view: dict[str, Any], option: str | None, output: ProofFormat, title: str) -> None:
    if option is not None:
        view["findings"] = [f for f in view["findings"] if option in f["options"]]
        kinds = [f["kind"] for f in view["findings"]]
        view["counts"] = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    if output is ProofFormat.JSON:
        print_json(view)
    elif output is ProofFormat.HTML:
        from gepnet import api

        typer.echo(api.proofs_page(view, title))
    else:
        _tables(view, title)
    for refused in view.get("refused", []):
        typer.echo(f"not confirmed by the interpreter, not listed: {refused}", err=True)


def _tables(view: dict[str, Any], title: str) -> None:
    rows = [
        [
            finding["kind"] if finding["verdict"] == "found" else f"{finding['kind']}: timed out",
            ", ".join(finding["documents"]),
            ", ".join(finding["options"][:3]) + (" …" if len(finding["options"]) > 3 else ""),
            "; ".join(finding["region"]) or finding["detail"],
            "" if finding["share"] is None else f"{finding['share']:.2%}",
        ]
        for finding in view["findings"]
    ]
    table(title, ["kind", "documents", "options", "for whom", "share"], rows)
    said = [[kind, count, view["kinds"].get(kind, "")] for kind, count in view["counts"].items()]
    table("How many of each kind", ["kind", "how many", "what it is"], said)
    typer.echo(f"Shares are of a {view['sample']}.")
    if view.get("timed_out"):
        typer.echo(f"{view['timed_out']} searches timed out: neither shown nor excluded.")


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as bar:
        task = bar.add_task("Proving", total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield advance

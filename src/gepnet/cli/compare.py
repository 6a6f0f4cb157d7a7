"""``gepnet compare``, ``gepnet missing`` and ``gepnet whatif``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gepnet import api
from gepnet.api import Question
from gepnet.cli.command import PatientFile, Result, command, opened
from gepnet.cli.output import safe, show

if TYPE_CHECKING:
    from gepnet.guidelines import Assessment, KnowledgeBase

STYLES = {
    "same": "green",
    "compatible": "green",
    "conflict": "bold red",
    "conditional_difference": "yellow",
}
# How many smallest sets of changes a table shows of one pair.
SETS_SHOWN = 3


@command
def compare(
    patient: PatientFile,
    question: Question,
    option: Annotated[str | None, "Only this option, with every pair."] = None,
    every_pair: Annotated[
        bool, typer.Option("--all", help="Also pairs of which one document does not speak.")
    ] = False,
) -> Result:
    """Show which documents agree on one patient, and which facts decide between the others."""
    view = api.comparison_view(*_assessed(patient, question), option, every_pair)
    return Result(view, lambda data: _print_comparison(data, every_pair or option is not None))


@command
def missing(patient: PatientFile, question: Question) -> Result:
    """Show what to order or ask for one patient, and what each result would bring."""
    return Result(api.missing_view(*_assessed(patient, question)), _print_missing)


@command
def whatif(
    patient: PatientFile,
    settings: Annotated[
        list[str],
        typer.Option(
            "--set", help="fact=value, such as ki67_percent=9 or differentiation=unknown."
        ),
    ],
    question: Question,
) -> Result:
    """Show what would differ for one patient if some facts were different."""
    return Result(api.whatif_view(*_assessed(patient, question), settings), _print_whatif)


def _assessed(patient: Path, question: Question) -> tuple[Assessment, KnowledgeBase]:
    record, base = opened(patient, question)
    return api.assess_record(record, base, question), base


def _head(view: dict[str, Any]) -> str:
    return (
        f"[bold]{safe(view['patient'])}[/]  as of {view['at']}, "
        f"region {view['region'] or 'not stated'}, knowledge of {view['knowledge_date']}"
    )


def _row_name(row: dict[str, Any]) -> str:
    intent = "" if row["intent"] == "tumour_control" else f" ({row['intent']})"
    return f"{row['label']}{intent}".replace("_", " ")


def _print_comparison(view: dict[str, Any], every_pair: bool) -> None:
    show(_head(view))
    for row in view["options"]:
        show(f"\n[bold]{safe(_row_name(row))}[/]")
        for position in row["positions"]:
            names = safe(", ".join(position["documents"]))
            show(f"  {position['word']}: {names}")
        for one in row["rankings"]:
            show(f"  {safe(one['document'])} puts it {one['rank']} {safe(one['label'])}")
        if every_pair:
            _print_pairs(row["pairs"])
        else:
            _print_lines(row["lines"])
    if not view["options"]:
        show("No two documents speak on the same option.")


def _print_pairs(pairs: list[dict[str, Any]]) -> None:
    for pair in pairs:
        style = STYLES.get(pair["agreement"], "dim")
        names = safe(" v ".join(pair["short"]))
        show(f"  [{style}]{pair['agreement'].replace('_', ' ')}[/]  {names}")
        for line in _decided(pair):
            show(f"      {safe(line)}")


def _print_lines(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        style = STYLES["conflict"] if line["conflict"] else STYLES["conditional_difference"]
        show(f"  [{style}]{safe(line['who'])}[/]")
        for text in _sets(line) if line["sets"] else ["they differ by judgement"]:
            show(f"      {safe(text)}")


def _decided(pair: dict[str, Any]) -> list[str]:
    if pair["deciding"] == "judgement":
        return ["; ".join(["they differ by judgement", *pair["beside"]])]
    told = {
        "not_read": "what one of them says of it for such a patient was not read",
        "no_position": "one of them takes no position on it that counts, whoever the patient",
    }.get(pair["deciding"])
    return [told] if told else _sets(pair)


def _sets(item: dict[str, Any]) -> list[str]:
    lines = [
        found["text"] + ("" if found["changeable"] else " (cannot be changed)")
        for found in item["sets"][:SETS_SHOWN]
    ]
    more = len(item["sets"]) - SETS_SHOWN
    return lines + ([f"or in {more} more ways: --format json"] if more > 0 else [])


def _print_missing(view: dict[str, Any]) -> None:
    show(_head(view))
    for found in view["missing"]:
        alone = found["changed_positions"]
        told = f"changes {alone} alone, " if alone else "settles nothing alone, "
        show(
            f"\n[bold]{safe(found['label'])}[/] ({safe(found['request'])})  "
            f"[dim]{told}{found['open_positions']} open[/]"
        )
        for result in found["results"] if alone else ():
            brought = "; ".join(result["summary"]) or "changes nothing alone"
            show(f"  [bold]{safe(result['text'])}[/]: {safe(brought)}")
    if not view["missing"]:
        show("No position is open for a missing fact.")


def _print_whatif(view: dict[str, Any]) -> None:
    show(_head(view))
    for fact in view["facts"]:
        how = "if" if fact["assumed"] else "then"
        show(
            f"  {how} {safe(fact['label'])}: {safe(fact['before_text'])} \N{RIGHTWARDS ARROW} "
            f"{safe(fact['after_text'])}"
        )
    parts = {
        "Positions": [(f"{c['short']}: {_row_name(c)}", c) for c in view["positions"]],
        "Labels": [(f"{c['option_label']} {c['region']}", c) for c in view["labels"]],
        "Payers": [(f"{c['option_label']}, {c['short']}", c) for c in view["funding"]],
        "Safety": [(c["message"], c) for c in view["safety"]],
        "Checklists": [(f"{c['title']}: {c['label']}", c) for c in view["checklists"]],
    }
    for title, changes in parts.items():
        if changes:
            show(f"\n[bold]{title}[/]")
        for name, change in changes:
            before, after = (change[when].replace("_", " ") for when in ("before", "after"))
            show(f"  {safe(name)}: {before} \N{RIGHTWARDS ARROW} [bold]{after}[/]")
    if not any(parts.values()):
        show("\nNothing would differ.")

"""An assessment on a terminal: narrow columns, settled positions first, 80 characters wide."""

from __future__ import annotations

from string import ascii_uppercase
from typing import TYPE_CHECKING, Any

from gepnet.cli.output import safe

if TYPE_CHECKING:
    from rich.console import Console

View = dict[str, Any]
SYMBOLS = {
    "recommended": "●",
    "option": "○",
    "trial_only": "◇",
    "against": "✕",
    "conflicting": "⇄",
    "undetermined": "?",
    "silent": "\N{EN DASH}",
    "not_read": "·",
    "out_of_scope": " ",
}
STYLES = {
    "recommended": "bold green",
    "option": "cyan",
    "trial_only": "magenta",
    "against": "bold red",
    "conflicting": "bold yellow",
    "undetermined": "yellow",
}
ASKED = 5


def print_assessment(view: View, every_row: bool = False) -> None:
    """Print an assessment: safety first, then the matrix, labels and what would settle more."""
    from rich.console import Console

    console = Console(highlight=False)
    region = view["region"] or "region not stated"
    console.print(
        f"[bold]{safe(view['patient'])}[/], as of {safe(view['at'])}, {safe(region)}, "
        f"documents of {view['knowledge_date']}"
    )
    for note in view["safety"]:
        if note["fires"]:
            console.print(
                f"[bold red]! {safe(note['message'])}[/] [dim]({note['verification']})[/]"
            )
    _print_matrix(console, view, every_row)
    _print_labels(console, view["labels"])
    if view["missing"]:
        console.print("\n[bold]To order or ask next[/] (open positions touched)")
        for item in view["missing"][:ASKED]:
            console.print(f"  {safe(item['request'])} ({item['open_positions']})")


def _print_matrix(console: Console, view: View, every_row: bool) -> None:
    from rich.table import Table
    from rich.text import Text

    rows = [row for row in view["rows"] if every_row or row["settled"]]
    documents = view["documents"]
    shown = [i for i, document in enumerate(documents) if document["in_scope"] != "no"]
    console.print()
    for letter, index in zip(ascii_uppercase, shown, strict=False):
        document = documents[index]
        scope = f", {document['in_scope_word']}" if document["in_scope_word"] else ""
        console.print(
            f"  [bold]{letter}[/] {safe(document['short'])} "
            f"[dim]({document['age_years']} y old{scope})[/]"
        )
    outside = [d["short"] for d in documents if d["in_scope"] == "no"]
    if outside:
        console.print(f"  [dim]not about this patient: {safe(', '.join(outside))}[/]")
    matrix = Table(show_edge=False, pad_edge=False, header_style="bold")
    matrix.add_column("option", min_width=24)
    for letter, _ in zip(ascii_uppercase, shown, strict=False):
        matrix.add_column(letter, justify="center", no_wrap=True)
    for row in rows:
        purpose = "" if row["intent"] == "tumour_control" else _purpose(row["intent"])
        cells = [row["cells"][index] for index in shown]
        matrix.add_row(
            safe(row["label"] + purpose),
            *(Text(_cell(cell), style=STYLES.get(cell["status"], "dim")) for cell in cells),
        )
    console.print()
    console.print(matrix)
    legend = [f"{sign} {name.replace('_', ' ')}" for name, sign in SYMBOLS.items() if sign.strip()]
    console.print(f"[dim]{'  '.join(legend)}  * unverified, does not count  † minority[/]")
    left = len(view["rows"]) - len(rows)
    if left:
        console.print(f"[dim]{left} options without a settled position: add --all[/]")


def _purpose(intent: str) -> str:
    return f" ({intent.replace('_', ' ')})"


def _cell(cell: View) -> str:
    marks = ("*" if cell["unverified"] else "") + ("†" if cell["dissent"] else "")
    return SYMBOLS[cell["status"]] + marks


def _print_labels(console: Console, labels: list[View]) -> None:
    words = (("on_label", "On label"), ("off_label", "Off label"), ("undetermined", "Label open"))
    console.print()
    for status, word in words:
        regions: dict[str, list[str]] = {}
        for label in labels:
            if label["status"] == status:
                named = regions.setdefault(label["option_label"], [])
                if label["region"] not in named:
                    named.append(label["region"])
        if regions:
            told = ", ".join(f"{name} ({', '.join(where)})" for name, where in regions.items())
            console.print(f"[bold]{word}:[/] {safe(told)}")

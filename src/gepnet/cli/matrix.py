"""An assessment on a terminal: narrow columns, settled positions first, 80 characters wide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from string import ascii_uppercase
from typing import Any

from gepnet import api
from gepnet.cli.output import listing, safe, show

View = dict[str, Any]
STYLES = {
    "recommended": "bold green",
    "option": "cyan",
    "trial_only": "magenta",
    "against": "bold red",
    "conflicting": "bold yellow",
    "in_favour": "green",
    "text_open": "yellow",
    "fact_missing": "bold yellow",
}
ASKED = 5


def print_assessment(view: View, every_row: bool = False) -> None:
    """Print an assessment: safety, the matrix, label and payer, and what would settle more."""
    region = view["region"] or "region not stated"
    show(
        f"[bold]{safe(view['patient'])}[/], as of {safe(view['at'])}, {safe(region)}, "
        f"documents of {view['knowledge_date']}"
    )
    if told := view["answer"]["contradictions"]:
        head = view["answer"]["words"]["contradictory"]
        show(f"[bold yellow]! {safe(head)}:[/] {safe('; '.join(one['says'] for one in told))}")
    _print_safety(view["safety"], every_row)
    _print_matrix(view, every_row)
    _print_access(view)
    _print_not_excluded(view["not_excluded"], every_row)
    if view["missing"]:
        show("\n[bold]To order or ask next[/] (open positions touched)")
        for item in view["missing"][:ASKED]:
            show(f"  {safe(item['request'])} ({item['open_positions']})")
    if view["unread"]:
        show("\n[bold]Recorded, used by no document[/]")
        for item in view["unread"]:
            when = f"{item['date']} " if item["date"] else ""
            show(f"  {safe(when)}{safe(item['says'])}")


def _print_safety(notes: list[View], every_row: bool) -> None:
    """Print what fires: a few lines, what stops or withholds always, the rest counted."""
    fired = [note for note in notes if note["fires"]]
    for note in fired:
        if note["in_head"] or every_row:
            show(f"[bold red]! {safe(note['message'])}[/] [dim]({note['verification']})[/]")
    if every_row:
        return
    rest = [note for note in fired if not note["in_head"]]
    about = [note for note in rest if note["concerns_a_position"]]
    labels = {name for note in about if note["off_label"] for name in note["options"]}
    counted = {
        "more warnings": sum(not note["off_label"] for note in about),
        "on options that no document is for": len(rest) - len(about),
    }
    if labels:
        show(f"[bold]Outside the label:[/] {safe(', '.join(sorted(labels)))}")
    told = [f"{number} {what}" for what, number in counted.items() if number]
    if told:
        show(f"[dim]Counted only: {safe(', '.join(told))} (add --all)[/]")


def _print_not_excluded(groups: list[View], every_row: bool) -> None:
    """Print the safety rules that missing facts leave open, by what would exclude them."""
    about = [one for one in groups if one["concerns_a_position"] or every_row]
    shown = about if every_row else about[:ASKED]
    if not groups:
        return
    show("\n[bold]Safety rules not excluded[/], by what would exclude them")
    for one in shown:
        first, *others = [rule["message"] for rule in one["rules"]]
        told = "; ".join((first, *others)) if every_row else first
        more = f" [dim](and {len(others)} more)[/]" if others and not every_row else ""
        show(f"  {safe(one['order'])}: {safe(told)}{more}")
    left = len(groups) - len(shown)
    if left:
        show(f"[dim]{left} more to ask or order: add --all[/]")


def _print_matrix(view: View, every_row: bool) -> None:
    parts = api.matrix_parts(view)
    if not any(part.is_settled for part in parts):
        show("\nNo document takes a settled position on this patient.")
    shown = [part for part in parts if part.is_settled or every_row]
    for part in shown:
        show(f"\n[bold]{part.title}[/]")
        _print_part(part)
    legend = [f"{sign.symbol} {sign.word}" for sign in api.SIGNS.values() if sign.symbol]
    marks = "* unverified, does not count  † minority  ‡ provided that"
    show(f"[dim]{'  '.join(legend)}  {marks}[/]")
    for condition, documents in _conditions(shown):
        show(f"[dim]‡ {safe(condition)}: {safe(', '.join(documents))}[/]")
    if done := api.tests_on_record(view):
        show(f"[dim]On record and in date, not offered again: {safe(', '.join(done))}[/]")
    if not every_row:
        for part in parts:
            if not part.is_settled:
                _print_open(api.open_rows(part))
        for label in view["no_position_on"]:
            show(f"[dim]No document has a position on {safe(label)}, and none is open.[/]")
    _print_statements(view, every_row)
    for reason, names in api.quiet_documents(view, shown).items():
        told = safe(", ".join(names))
        show(f"[dim]{_counted(len(names), 'document')} {reason}: {told}[/]")
    if view["not_in_force"]:
        told = "; ".join(f"{name} ({why})" for name, why in view["not_in_force"].items())
        show(
            f"[dim]{_counted(len(view['not_in_force']), 'document')} not in force: {safe(told)}[/]"
        )


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _print_open(rows: list[Any]) -> None:
    """Print the options on which no position is settled: who is open, and by what."""
    words = {name: api.SIGNS[name] for name in ("fact_missing", "text_open")}
    told: dict[str, list[str]] = {}
    for row in rows:
        by_facts: dict[str, list[str]] = {}
        for document, facts in row.fact_missing.items():
            by_facts.setdefault(", ".join(facts), []).append(document)
        parts = [
            f"{words['fact_missing'].symbol} {safe(', '.join(documents))} ({safe(facts)})"
            for facts, documents in by_facts.items()
        ]
        if row.text_open:
            parts.append(f"{words['text_open'].symbol} {safe(', '.join(row.text_open))}")
        purpose = "" if row.intent == "tumour_control" else _purpose(row.intent)
        told.setdefault("; ".join(parts), []).append(row.label + purpose)
    if told:
        meaning = ", ".join(f"{sign.symbol} {sign.word}" for sign in words.values())
        show(f"\n[bold]No position settled[/] [dim]({meaning}; as a table: --all)[/]")
    for by_whom, options in told.items():
        show(f"  {safe(', '.join(options))}: [dim]{by_whom}[/]")


def _print_statements(view: View, every_row: bool) -> None:
    """Print what documents say of the options beside their positions: in full, or where."""
    if view["statements"]:
        rest = "" if every_row else " [dim](in full: --all)[/]"
        show(f"\n[bold]Said beside the positions[/]{rest}")
    if every_row:
        for item in view["statements"]:
            about = safe(", ".join(item["labels"]))
            show(f"  {safe(item['short'])} on {about}: [dim]{safe(item['text'])}[/]")
        return
    counts: dict[str, Counter[str]] = {}
    for item in view["statements"]:
        counts.setdefault(item["short"], Counter()).update(item["labels"])
    for short, labels in counts.items():
        told = ", ".join(f"{label} ({count})" for label, count in labels.items())
        show(f"  {safe(short)}: [dim]{safe(told)}[/]")


def _print_part(part: Any) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    letters = [_letter(index) for index in range(len(part.documents))]
    for letter, document in zip(letters, part.documents, strict=True):
        scope = f", {document['in_scope_word']}" if document["in_scope_word"] else ""
        told = f"{safe(document['short'])} [dim]({document['age_years']} y old{scope})[/]"
        show(f"  [bold]{letter}[/] {told}")
    matrix = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    matrix.add_column("option", min_width=24)
    for letter in letters:
        matrix.add_column(letter, no_wrap=True)
    for row in part.rows:
        purpose = "" if row["intent"] == "tumour_control" else _purpose(row["intent"])
        cells = [
            Text(_cell(cell), style=STYLES.get(cell["status"], "dim")) for cell in row["cells"]
        ]
        mark = "\n⤓ " if row["failed"] else "\n"
        had = mark + "; ".join(row["history"]) if row["history"] else ""
        matrix.add_row(safe(row["label"] + purpose + had), *cells)
    show(matrix)


def _letter(index: int) -> str:
    """Return A to Z, then AA, AB and so on."""
    first, last = divmod(index, len(ascii_uppercase))
    return (ascii_uppercase[first - 1] if first else "") + ascii_uppercase[last]


def _purpose(intent: str) -> str:
    return f" ({intent.replace('_', ' ')})"


def _cell(cell: View) -> str:
    marks = ("*" if cell["unverified"] else "") + ("†" if cell["dissent"] else "")
    if cell["lesser"] and cell["status"] != "lesser":
        marks += api.SIGNS["lesser"].symbol
    marks += "‡" if cell["provided"] else ""
    return (api.SIGNS[cell["status"]].symbol or " ") + marks


def _conditions(parts: Iterable[Any]) -> Iterable[tuple[str, list[str]]]:
    """Return the conditions of positions that are provided for something, with the documents."""
    found: dict[str, dict[str, None]] = {}
    for part in parts:
        for row in part.rows:
            for cell, document in zip(row["cells"], part.documents, strict=True):
                for reason in cell["reasons"] if cell["provided"] else ():
                    if reason["provided"]:
                        text = reason["provided"]
                        found.setdefault(text, {})[document["short"]] = None
    return [(text, list(documents)) for text, documents in found.items()]


def _print_access(view: View) -> None:
    """Print label and payer of each medicine as two cells, then where else it is on label."""
    rows = view["access"]
    several = len({row["region"] for row in rows}) > 1
    where = "" if several or not rows else f", {rows[0]['region']}"
    place = ["region"] if several else []
    cells = ("label: {label[words]}", "payer: {payer[words]}")
    listing(f"Label and payer{where}", rows, "medicine: option_label", *place, *cells)
    here = {row["region"] for row in rows} | {row["label"]["region"] for row in rows}
    elsewhere: dict[str, dict[str, None]] = {}
    for label in view["labels"]:
        if label["status"] == "on_label" and label["region"] not in here:
            elsewhere.setdefault(label["option_label"], {})[label["region"]] = None
    if elsewhere:
        told = "; ".join(f"{name} ({', '.join(places)})" for name, places in elsewhere.items())
        show(f"[dim]On label elsewhere: {safe(told)}[/]")

"""The answer on a terminal: within 60 lines, 80 characters wide, its words whole."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gepnet.cli.matrix import STYLES

View = dict[str, Any]
LINES = 60
WIDTH = 80
_COUNT = 9  # "10 of 12 " before an option
_SIGN = 18  # "  ● recommended  " before documents
_SHORT = 32  # a condition of this length stands beside its document, a longer one in the matrix
_UNREAD = 2 * WIDTH - 30  # letters that leave room for the count
_GLUE = "\N{NO-BREAK SPACE}"
#: How many results of an order, settled positions of a result and options of a closing line are
#: told: as many as leave room for the table.
_DETAILS = ((2, 2, 6), (2, 1, 4), (1, 1, 3))
_FEW_ROWS = 5
_CELL_STYLES = {**STYLES, "option_for": STYLES["option"]}


@dataclass
class _Page:
    """Lines with a style each."""

    lines: list[tuple[str, str]] = field(default_factory=list)

    def add(self, text: str, style: str = "", indent: int = 0, first: str = "") -> None:
        """Add a text, broken between words; ``first`` stands before it, within the indent."""
        lead = f"{first:<{indent}}"
        shown = textwrap.wrap(
            text,
            WIDTH,
            initial_indent=lead,
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        self.lines += [(line.replace(_GLUE, " "), style) for line in shown or [lead.rstrip()]]

    def __len__(self) -> int:
        """Return the number of lines."""
        return len(self.lines)


def print_answer(view: View) -> None:
    """Print the answer: who, the question, what fires, who is for what, why, and what to order."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False, width=max(WIDTH, Console().width))
    for line, style in answer_lines(view):
        console.print(Text(line, style=style), soft_wrap=True)


def answer_lines(view: View) -> list[tuple[str, str]]:
    """Return the lines with their styles; rows that do not fit are named with their counts."""
    head, rows = _head(view), [_row(row, view) for row in view["rows"]]
    for details in _DETAILS:
        tail = _tail(view, *details)
        room = LINES - len(head) - len(tail)
        shown = len(rows)
        while shown and sum(map(len, rows[:shown])) + len(_left(view, shown)) > room:
            shown -= 1
        if shown >= min(_FEW_ROWS, len(rows)):
            break
    return [
        *head.lines,
        *(line for row in rows[:shown] for line in row.lines),
        *_left(view, shown).lines,
        *tail.lines,
    ]


def _head(view: View) -> _Page:
    words, page = view["words"], _Page()
    page.add(f"{view['patient']}: {view['who']['text']}", "bold")
    region = view["region"]
    care = words["care_in"].format(region=region) if region else words["no_region"]
    day = words["in_force"].format(day=view["knowledge_date"])
    page.add(" · ".join([words["as_of"].format(at=view["at"]), care, day]), "dim")
    asked = f" ({words['asked_by_person']})" if view["question"]["is_set"] else ""
    page.add(view["question"]["text"] + asked, "bold underline")
    if told := [one["says"] for one in view["contradictions"]]:
        page.add(f"{words['contradictory']}: {'; '.join(told)}", "bold yellow", 2, "!")
    _fires(view, page)
    page.add("")
    page.add(f"{words['for'] + ' ' + words['of'].format(n='n'):<{_COUNT}}{words['option']}", "bold")
    if not view["rows"]:
        page.add(words["nothing_said"])
    return page


def _fires(view: View, page: _Page) -> None:
    words, fires = view["words"], view["fires"]
    for line in fires["lines"]:
        style = "bold yellow" if line["severity"] == "warn" else "bold red"
        page.add(f"{line['message']} ({line['verification']})", style, 2, "!")
    off_label = words["off_label"].format(region=view["region"]) if view["region"] else ""
    if fires["off_label"]:
        label = off_label or words["off_label_anywhere"]
        page.add(f"{label}: {', '.join(fires['off_label'])}", "yellow", 2, "!")
    counted = [
        words[key].format(n=fires[name])
        for name, key in (("more", "more_warnings"), ("elsewhere", "elsewhere"))
        if fires[name]
    ]
    if counted:
        page.add(f"{', '.join(counted)} (--full --all)", "dim", 2)
    if not (fires["lines"] or fires["off_label"]):
        page.add(words["nothing_fires"], "dim")


def _row(row: View, view: View) -> _Page:
    page = _Page()
    told = " · ".join(part for part in (row["label"], row["access_words"]) if part)
    page.add(told, "bold", _COUNT, f"{row['for']} of {row['of']}")
    _failed(row, view, page)
    _cells(row["cells"], view, page)
    for below in row["second"]:
        count = f"{below['for']} of {below['of']}"
        page.add(f"{below['intent_label']}: {count}", "", _COUNT)
        _cells(below["cells"], view, page)
    return page


def _failed(row: View, view: View, page: _Page) -> None:
    if row["done"]:
        page.add(f"✓ {view['words']['done']}: {'; '.join(row['done'])}", "bold", _COUNT)
    if row["failed"]:
        page.add(f"⤓ {view['words']['failed']}: {'; '.join(row['failed'])}", "bold", _COUNT)


def _failed_mark(row: View, words: dict[str, str]) -> str:
    """Return what an option without a line of its own shows of having failed."""
    return f"; ⤓ {words['failed']}" if row["failed"] else ""


def _cells(cells: dict[str, list[View]], view: View, page: _Page) -> None:
    for column in view["columns"]:
        chips = cells[column["id"]]
        by_sign: dict[tuple[str, str], list[str]] = {}
        for chip in chips:
            by_sign.setdefault((chip["symbol"], chip["word"]), []).append(_chip(chip, view))
        for (symbol, word), texts in by_sign.items():
            style = _CELL_STYLES[column["id"]]
            lead = f"  {symbol} {word}"
            page.add(", ".join(texts), style, max(_SIGN, len(lead) + 2), lead)


def _chip(chip: View, view: View) -> str:
    """Return a document with its strength, what it names, and what is not known."""
    notes = [chip["named"] or "", chip["strength"] or ""]
    if chip["badge_letter"] not in ("", "P"):
        notes.append(chip["badge_letter"])
    condition = chip["provided"]
    if condition and len(condition) <= _SHORT:
        notes.append(f"{view['words']['if']} {condition}")
    if chip["status"] == "fact_missing" and chip["missing"]:
        # The one that an order brings says most; the others stand in the matrix.
        fact, *more = sorted(chip["missing"], key=lambda one: one["order"] or len("①②③") + 1)
        number = f" {_circled(fact['order'])}" if fact["order"] else ""
        notes.append(f"{fact['label']}{number}" + (f" +{len(more)}" if more else ""))
    told = "; ".join(note for note in notes if note)
    mark = "‡" if condition and len(condition) > _SHORT else ""
    name = chip["text"].replace(" ", _GLUE) + mark
    return f"{name} ({told})" if told else name


def _circled(number: int) -> str:
    return chr(ord("①") + number - 1)


def _left(view: View, shown: int) -> _Page:
    """Return the rows that do not fit, each with its count."""
    page, left, words = _Page(), view["rows"][shown:], view["words"]
    if left:
        told = [
            f"{row['short']} ({row['for']}{_GLUE}of{_GLUE}{row['of']}{_failed_mark(row, words)})"
            for row in left
        ]
        page.add(f"{words['fewer']}: {', '.join(told)}", "", 2)
    return page


def _tail(view: View, results: int, settled: int, named: int) -> _Page:
    words, page = view["words"], _Page()
    for key in ("no_document_for", "beside", "other_purpose"):
        rows = view["other_purposes" if key == "other_purpose" else key]
        if rows:
            page.add(f"{words[key]}: {_closing(rows, key, named, words)}", "dim", 2)
    _why(view, page)
    _orders(view, page, results, settled)
    _unread(view, page)
    elsewhere = view["documents"]
    counts = [
        words[key].format(n=len(elsewhere[key]))
        for key in ("not_about", "no_position")
        if elsewhere[key]
    ]
    page.add("")
    marks = [words["conditions"]] if _has_marks(view) else []
    page.add("; ".join([*marks, *counts, words["full"]]), "dim")
    return page


def _unread(view: View, page: _Page) -> None:
    """Name what nothing reads, as far as two lines hold it; the rest is counted."""
    told, words = view["unread"], view["words"]
    if not told:
        return
    head, named = f"{words['unread']}: ", list[str]()
    for one in told:
        if len(head) + len("; ".join([*named, one])) < _UNREAD:
            named.append(one)
    more = len(told) - len(named)
    counted = [f"+{more} ({words['in_full']})"] if more else []
    page.add("")
    page.add(head + "; ".join([*named, *counted]), "dim")


def _has_marks(view: View) -> bool:
    """Whether a document stands with a mark for a condition that is too long for the table."""
    chips = (c for row in view["rows"] for chips in row["cells"].values() for c in chips)
    return any(chip["provided"] and len(chip["provided"]) > _SHORT for chip in chips)


def _closing(rows: Sequence[View], key: str, most: int, words: dict[str, str]) -> str:
    """Return options in one line: with the signs of documents, or their count."""
    told = []
    for row in rows[:most]:
        purpose = f" {row['intent_label']}" if row["intent_label"] and key == "beside" else ""
        if key == "no_document_for":
            said = {c["symbol"]: None for chips in row["cells"].values() for c in chips}
            mark = "".join(said) or (f"{len(row['unverified'])} U" if row["unverified"] else "†")
        else:
            mark = f"{row['for']} of {row['of']}" if row["of"] else "U"
        told.append(f"{row['short']}{purpose} ({mark}{_failed_mark(row, words)})")
    more = len(rows) - most
    return ", ".join([*told, f"+{more}"] if more > 0 else told)


def _why(view: View, page: _Page) -> None:
    why = view["why"]
    page.add("")
    page.add(view["words"]["why"], "bold")
    for text in (why["text"], *why["also"]):
        page.add(text, "", 2)


def _orders(view: View, page: _Page, results: int, settled: int) -> None:
    words = view["words"]
    page.add(words["order"], "bold")
    for order in view["orders"]:
        page.add(order["order"], "bold", 2, _circled(order["number"]))
        for result in order["results"][:results]:
            page.add(_result(result, words, settled), "", 4)
        if order["excludes"]:
            first, *more = order["excludes"]
            rest = f" (+{len(more)})" if more else ""
            page.add(f"{words['would_exclude']}: {first}{rest}", "", 4)
    if not view["orders"]:
        page.add(words["nothing_to_order"], "", 2)


def _result(result: View, words: dict[str, str], most: int) -> str:
    """Return a result with what it settles; what falls away is told where it settles nothing."""
    told = [
        f"{one['symbol']} {', '.join(one['options'])}: "
        + ", ".join(name.replace(" ", _GLUE) for name in one["documents"])
        for one in result["settles"][:most]
    ]
    more = result["more"] + sum(
        len(one["documents"]) * len(one["options"]) for one in result["settles"][most:]
    )
    if more:
        told.append(f"+{more}")
    if result["falls_away"] and not told:
        told.append(words["falls_away"].format(n=result["falls_away"]))
    return f"{result['text']} → {'; '.join(told)}"

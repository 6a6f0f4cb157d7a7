"""The answer as a page: which rows the first screen has room for, and what is behind each chip."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gepnet.guidelines import Assessment, KnowledgeBase
from gepnet.report.cells import cell_view
from gepnet.report.explanations import Reader
from gepnet.report.matrix import Matrix
from gepnet.tables import plain, view_class

View = dict[str, Any]
#: Height that the rows may have on a screen of 1440 x 900, and the width of all columns there.
_ROOM = 350
_LEAST_ROWS = 2
#: Rows by which the widths of the columns are chosen.
_SHAPING = 5
_LINE, _PAD, _LETTER = 29, 7, 6.9
_WIDTH, _HEAD, _LEAST, _COMMON, _STEP, _OPTION = 1130, 126.0, 84, 170, 40, 160


@view_class
class FirstScreen:
    """What stands on the first screen.

    Attributes:
        rows: shown in the table.
        more: folded below it.
        widths: of the columns, in percent of the table.
    """

    rows: list[View]
    more: list[View]
    widths: dict[str, float]


def first_screen(answer: View) -> FirstScreen:
    """Return the rows that a screen has room for, and those that are folded below them.

    The height is an estimate: a browser that needs more shows more, and nothing is cut.
    """
    firing = sum(math.ceil(len(line["message"]) / 55) for line in answer["fires"]["lines"])
    room = _ROOM - 20 * max(0, math.ceil(firing / 3) - 1)
    widths = _widths(answer["rows"][:_SHAPING])
    shown, height = 0, 0.0
    for row in answer["rows"]:
        height += _height(row, widths)
        if height > room and shown >= _LEAST_ROWS:
            break
        shown += 1
    rows = answer["rows"]
    percent = {name: round(100 * width / (_WIDTH + 250), 1) for name, width in widths.items()}
    return FirstScreen(rows[:shown], rows[shown:], percent)


def _widths(rows: Sequence[View]) -> dict[str, float]:
    """Return the widths of the columns with which some rows are lowest.

    Each has what its head needs; the rest goes, step by step, where it saves most height.
    """
    widths: dict[str, float] = {"recommended": _HEAD}
    for name, chips in (item for row in rows for item in row["cells"].items()):
        longest = max((min(_chip(chip), _COMMON) for chip in chips), default=_LEAST)
        widths[name] = max(widths.get(name, 0.0), longest)
    while rows and sum(widths.values()) + _STEP <= _WIDTH:
        wider = {name: {**widths, name: widths[name] + _STEP} for name in widths}
        # Where no column saves height, the one grows that holds most for its width.
        told = {name: sum(_chip(c) for row in rows for c in row["cells"][name]) for name in widths}
        best = min(
            wider, key=lambda name: (_crowding(rows, wider[name]), -told[name] / widths[name])
        )
        widths = wider[best]
    return widths


def _crowding(rows: Sequence[View], widths: dict[str, float]) -> float:
    """Return how high rows are, and a little for each line that stands in a cell."""
    lines = sum(_lines(widths[name], chips) for row in rows for name, chips in row["cells"].items())
    return sum(_height(row, widths) for row in rows) + 0.1 * lines


def _height(row: View, widths: dict[str, float]) -> float:
    cells = max(_lines(widths[name], chips) for name, chips in row["cells"].items())
    notes = (row["short"], row["access_words"], *row["failed"], *row["done"])
    label = sum(math.ceil(len(note) * 7.2 / _OPTION) for note in notes if note)
    own = max(cells * _LINE, label * 18) + _PAD
    return own + sum(
        max(_lines(widths[name], chips) for name, chips in below["cells"].items()) * _LINE + _PAD
        for below in row["second"]
    )


def _chip(chip: View) -> float:
    """Return about how wide a chip is."""
    fact = (
        chip["missing"][0]["label"] if chip["status"] == "fact_missing" and chip["missing"] else ""
    )
    told = (chip["text"], chip["named"] or "", fact or chip["strength"] or "")
    return 36 + _LETTER * sum(map(len, told))


def _lines(width: float, chips: Sequence[View]) -> int:
    lines, left = 0, 0.0
    for chip in chips:
        wide = _chip(chip)
        if wide > left:
            lines, left = lines + max(1, math.ceil(wide / width)), width
        left -= wide + 3
    return lines


@view_class
class Drawers:
    """What is behind chips and cells.

    Attributes:
        each: every reason once; where several options have the same, they are its ``rows``.
        place: of the reason behind a document, option and purpose, joined by points.
    """

    each: list[View]
    place: dict[str, int]


_REASONS = ("reasons", "dissent", "unverified")
#: What a drawer shows of a cell.
_SHOWN = (
    "status", "possible", "missing", "reasons", "lesser", "dissent", "unverified", "statements",
)  # fmt: skip


def drawers(
    answer: View,
    view: View,
    matrices: Sequence[Matrix],
    assessment: Assessment,
    base: KnowledgeBase,
    behind: Mapping[str, Sequence[Any]],
) -> Drawers:
    """Return what is behind each chip and each cell of the matrix, once each.

    Args:
        answer: the first screen.
        view: the assessment as plain data.
        matrices: the parts of the matrix.
        assessment: of the patient.
        base: the knowledge that it was made with.
        behind: evidence by option, purpose and document, joined by points.
    """
    each: dict[str, View] = {}
    place: dict[str, int] = {}

    def put(cell: View, row: View, document: View) -> None:
        key = ".".join((document["id"], row["option"], row["intent"]))
        if key in place:
            return
        evidence = list(behind.get(".".join((row["option"], row["intent"], document["id"])), ()))
        shown, by_class = _of_no_option({name: cell[name] for name in _SHOWN})
        told = [[one.rests_on, one.contradicted_by, one.newer] for one in evidence]
        content = json.dumps([document["id"], shown, plain(told)], default=str)
        empty = {"cell": shown, "rows": [], "document": document, "behind": evidence}
        found = each.setdefault(content, {**empty, "number": len(each)})
        place[key] = found["number"]
        label = f"{row['label']}, by class ({by_class})" if by_class else row["label"]
        if label not in found["rows"]:
            found["rows"].append(label)

    for part in matrices:
        for row in part.rows:
            for cell, document in zip(row["cells"], part.documents, strict=True):
                if _says(cell):
                    put(cell, row, document)
    heads = {document["id"]: document for document in view["documents"]}
    reader = Reader(base, assessment.facts)
    for chip in _chips(answer):
        name, option, intent = chip["document"], chip["option"], chip["intent"]
        if f"{name}.{option}.{intent}" not in place:
            cell = plain(cell_view(assessment.documents[name].cells[option, intent], reader, []))
            row = {"option": option, "intent": intent, "label": base.options[option].label}
            put(cell, row, heads[name])
    return Drawers(list(each.values()), place)


def _of_no_option(shown: View) -> tuple[View, str | None]:
    """Return what is shown of a cell without the option it is of, and the class that all is by."""
    classes = {one["by_class"] for kind in _REASONS for one in shown[kind]}
    by_class = classes.pop() if len(classes) == 1 else None
    left = {"option": "", "intent": "", **({"by_class": None} if by_class else {})}
    return {
        **shown, **{kind: [{**one, **left} for one in shown[kind]] for kind in _REASONS}
    }, by_class  # fmt: skip


def _says(cell: View) -> bool:
    names = ("reasons", "dissent", "unverified", "lesser", "statements", "open")
    return any(cell[name] for name in names)


def _chips(answer: View) -> Iterator[View]:
    for part in ("rows", "no_document_for", "beside", "other_purposes", "tests"):
        for row in answer[part]:
            for cells in (row["cells"], *(below["cells"] for below in row["second"])):
                for chips in cells.values():
                    yield from chips

"""Response over time: what the record holds, mid-treatment, and lesions of a pasted table.

The record holds categories of response, not lesions: a table of lesions is read and not kept.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from gepnet import api
from gepnet.board.cases import Looked, look_at
from gepnet.board.forms import Own, text_of
from gepnet.board.pages import page
from gepnet.board.policy import Screen, may
from gepnet.board.screens.case import common, item_of
from gepnet.board.visit import Here, Visit

screen = Screen("response")
#: Of the pictures: width, and where lines of time begin and end in it.
WIDTH, LEFT, RIGHT = 640, 46, 470
#: Height of a row of the picture of categories, and of the picture of lesions.
ROW, HEIGHT = 26, 260
DASHES = ("5 3", "2 3", "8 3 2 3", "1 3", "10 4")


def response_page(visit: Visit, case_id: str, table: str = "") -> dict[str, Any]:
    """Return all that the page of response shows."""
    looked = look_at(visit, case_id)
    base, question = visit.desk.base, visit.desk.question()
    recorded = looked.once("response", lambda: api.recorded_response(looked.record, visit.base))
    middle = looked.once(
        "midtreatment", lambda: api.midtreatment_view(looked.record, base, question)
    )
    return {
        **common(looked, item_of(visit, case_id), "response"),
        "recorded": recorded,
        "drawn": categories(recorded),
        "middle": middle,
        "lesions": lesions(looked, table) if table else None,
        "table": table,
    }


def categories(recorded: dict[str, Any]) -> dict[str, Any] | None:
    """Return a picture of the categories over time; None where no reading has a date."""
    readings = [one for one in recorded["readings"] if one["days"] is not None]
    if not readings:
        return None
    dated = [*readings, *recorded["cycles"], *recorded["progressions"]]
    dated = [one for one in dated if one["days"] is not None]
    last = max(one["days"] for one in dated) or 1
    across = (RIGHT - LEFT) / last
    rows = recorded["categories"]
    methods = list(dict.fromkeys(one["method"] for one in readings))

    def place(one: dict[str, Any]) -> float:
        return round(LEFT + across * float(one["days"]), 1)

    points = [
        {"x": place(one), "y": ROW * (1 + rows.index(one["category"])),
         "kind": methods.index(one["method"])}
        for one in readings
        if one["category"] in rows
    ]  # fmt: skip
    return {
        "width": WIDTH,
        "height": ROW * (len(rows) + 2),
        "rows": [(name, ROW * (1 + n)) for n, name in enumerate(rows)],
        "points": points,
        "methods": [next(o["label"] for o in readings if o["method"] == m) for m in methods],
        "cycles": [(place(c), c["cycle"]) for c in recorded["cycles"] if c["days"] is not None],
        "grown": [
            place(one)
            for one in recorded["progressions"]
            if one["days"] is not None and not one["none"]
        ],
        "bottom": ROW * (len(rows) + 1),
        "first": min(dated, key=lambda one: one["days"])["date"],
        "last": max(dated, key=lambda one: one["days"])["date"],
    }


def lesions(looked: Looked, table: str) -> dict[str, Any]:
    """Return what a table of lesions says, with a picture of it."""
    found = api.lesion_course(looked.visit.desk.base, table)
    return {**found, "drawn": spider(found["picture"]["rows"], found["limits"])}


def spider(rows: list[list[Any]], limits: list[float]) -> dict[str, Any]:
    """Return the lines of a spider plot as paths, each named at its end."""
    lines: dict[str, list[tuple[float, float]]] = {}
    for name, months, change, _ in rows:
        lines.setdefault(name, []).append((months, change))
    changes = [change for points in lines.values() for _, change in points]
    low, high = min([*changes, *limits]), max([*changes, *limits])
    room = 0.1 * (high - low)
    low, high = low - room, high + room
    last = max((months for points in lines.values() for months, _ in points), default=0) or 1

    def at(months: float, change: float) -> tuple[float, float]:
        x = LEFT + (RIGHT - LEFT) * months / last
        return round(x, 1), round(HEIGHT - 24 - (HEIGHT - 34) * (change - low) / (high - low), 1)

    drawn = []
    for n, (name, points) in enumerate(lines.items()):
        places = [at(*one) for one in points]
        drawn.append(
            {
                "name": name,
                "sum": n == len(lines) - 1,  # the sum of targets is the last line
                "path": "M" + "L".join(f"{x} {y}" for x, y in places),
                "points": places,
                "dash": DASHES[n % len(DASHES)],
                "end": places[-1],
            }
        )
    told = None
    for line in sorted(drawn, key=lambda one: one["end"][1]):  # type: ignore[index]
        y = line["end"][1]  # type: ignore[index]
        told = y if told is None else max(y, told + 15)
        line["label"] = told
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "lines": drawn,
        "zero": at(0, 0)[1],
        "limits": [(one, at(0, one)[1]) for one in limits],
        "left": LEFT,
        "right": RIGHT,
        "months": last,
    }


@screen.get("/case/{case_id}/response", may("case.read"))
def response(visit: Here, case_id: str) -> Response:
    """What the record says of response, and mid-treatment."""
    return page(visit, "response.html", **response_page(visit, case_id))


@screen.post("/case/{case_id}/response", may("case.read"))
def read_lesions(visit: Here, case_id: str, form: Own) -> Response:
    """The response of a pasted table of lesions; nothing of it is kept."""
    table = text_of(form, "lesions", 200_000)
    if not table:
        raise api.refuse("lesions", "", "a table of lesions")
    template = "lesions_part.html" if visit.is_part else "response.html"
    return page(visit, template, **response_page(visit, case_id, table))

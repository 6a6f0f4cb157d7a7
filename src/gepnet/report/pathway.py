"""Pathways as one page of HTML: nested lists that open by keyboard and print, no scripts."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gepnet.report.html import environment, page
from gepnet.report.words import SIGNS

#: Boxes above which a nested list reads better than a drawing.
MOST_DRAWN = 25


def pathway_page(view: Mapping[str, Any], pictures: Sequence[str | None]) -> str:
    """Return pathways, as plain data, as one HTML document.

    Args:
        view: ``Pathways`` as plain data.
        pictures: for each of them its SVG; None where the list alone is shown.
    """
    found = view["pathways"]
    drawn = [
        {"view": one, "picture": None if svg is None else _inline(svg)}
        for one, svg in zip(found, pictures, strict=True)
    ]
    told = (
        ("withheld", "could not be proved, so nothing is shown"),
        ("silent", "takes no position on this question"),
    )
    others = [(name, words) for key, words in told for name in view[key]]
    of_patient = any(one["enters"] for one in found)
    names = ", ".join(dict.fromkeys(one["short"] for one in found))
    title = f"{view['title']}: {names}" if names else view["title"]
    return page(
        "pathway.html", "pathway.css",
        title=title, pathways=drawn, others=others, of_patient=of_patient,
    )  # fmt: skip


def pathway_list(view: Mapping[str, Any]) -> str:
    """Return one pathway, as plain data, as nested lists for another page, without a blank line."""
    parts: Any = environment().get_template("pathway_parts.html").module
    lines = str(parts.listed(view, False)).splitlines()
    return "\n".join(line for line in lines if line.strip())


def printed_pathways(view: Mapping[str, Any], foot: str) -> dict[str, Any]:
    """Return pathways, as plain data, as what ``pathways.typ`` prints, a page each.

    Args:
        view: ``Pathways`` as plain data.
        foot: stands at the foot of each page.
    """
    pages = []
    for one in view["pathways"]:
        intent, part = one["intent"].replace("_", " "), f", {one['part']}" if one["part"] else ""
        lines = list(_lines("", one["start"], 0))
        pages.append({
            "title": f"{one['short']}: {one['title']}, {intent}{part}",
            "about": one["about"],
            "only_if": "; ".join(one["only_if"]),
            "throughout": [_told(said) for said in one["throughout"]],
            "lines": lines,
        })  # fmt: skip
    return {"title": view["title"], "foot": foot, "pathways": pages}


def _lines(answer: str, step: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    """Yield an answer with the question after it, and below it what follows, a line each."""
    ends = len(step["said"]) + len(step["branches"])
    if answer or step["question"]:
        yield {"depth": depth, "answer": answer, "question": step["question"], "ends": ends}
    for said in step["said"]:
        yield {"depth": depth + bool(answer), "said": _told(said)}
    for branch in step["branches"]:
        yield from _lines(branch["answer"], branch["then"], depth + 1)


def _told(said: Mapping[str, Any]) -> dict[str, str]:
    kind = said["kind"]
    return {
        "kind": kind,
        "symbol": SIGNS["text_open" if kind == "open" else kind].symbol,
        "word": said["word"],
        "strength": said["strength"],
        "options": ", ".join(said["options"]),
        "condition": said["condition"],
        "locator": said["locator"],
    }


def _inline(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()

"""Pathways as one page of HTML: nested lists that open by keyboard and print, no scripts."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gepnet.report.html import page
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
    sign: Callable[[Mapping[str, Any]], str] = _sign
    return page(
        "pathway.html", "pathway.css",
        title=title, pathways=drawn, others=others, of_patient=of_patient, sign=sign,
    )  # fmt: skip


def _sign(said: Mapping[str, Any]) -> str:
    """Return the sign of a kind; of an open text that of a status that the text leaves open."""
    return SIGNS["text_open" if said["kind"] == "open" else said["kind"]].symbol


def _inline(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()

"""Laboratory values of a published case: with their units, markers as multiples of their limit."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from gepnet.io.case_file import DecisionPoint, table
from gepnet.io.findings import Findings
from gepnet.knowledge import nearest
from gepnet.vocabulary import PartialDate

_MARKER = re.compile(
    r"^(\d+(?:\.\d+)?)(?: (?P<unit>[^\s(]+/[^\s(]+))?(?: \(ULN (?P<limit>\d+(?:\.\d+)?)\))?$"
)

#: Tells of a value that a fact cannot have: field, value, what is expected, what may be meant.
Report = Callable[[str, object, str, str | None], None]


def laboratory(point: DecisionPoint, findings: Findings, report: Report) -> None:
    """Add the laboratory values of a decision point to its findings."""
    words = table("words")
    for name, raw in point.labs.items():
        field = f"labs.{name}"
        if raw is None:
            continue
        if name == "other":
            findings.phrase("labs_other", raw, (point.date, None), field)
        elif name in words["markers"]:
            _marker(words, name, raw, field, point.date, findings)
        elif name in words["labs"]:
            entry = words["labs"][name]
            value = {"value": raw, "unit": entry["unit"]} if "unit" in entry else raw
            findings.fact(entry["fact"], value, field, point.date)
            if "loss" in entry:
                findings.lose(field, raw, entry["loss"])
        else:
            known = [*words["labs"], *words["markers"], "other"]
            if nearest(name, known) is None:
                findings.lose(field, raw, "no fact")
            else:
                report("labs", name, f"one of {', '.join(known)}", None)


def _marker(
    words: dict[str, Any],
    name: str,
    raw: str,
    field: str,
    day: PartialDate | None,
    findings: Findings,
) -> None:
    marker = words["markers"][name]
    word = words["marker_words"].get(raw)
    if word is not None:
        if "x_uln" in word:
            findings.fact(marker["times_uln"], word["x_uln"], field, day)
        findings.signs.extend(word.get("signs", ()))
        return
    match = _MARKER.match(raw)
    if match is None:
        findings.lose(field, raw, "no value")
        return
    number, unit, limit = Decimal(match[1]), match["unit"], match["limit"]
    ucum = marker.get("units", {}).get(unit)
    if limit is not None:
        ratio = number / Decimal(limit)
        findings.fact(marker["times_uln"], ratio, field, day)
    elif ucum is None:
        findings.lose(field, raw, "no upper limit of normal, so not comparable")
    if ucum is not None:
        quantity = {"value": number, "unit": ucum}
        findings.fact(marker["value"], quantity, field, day)

"""The response of one patient over time: what a record holds, and lesions of a pasted table."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gepnet.api.charting import chart_view, draw_chart
from gepnet.api.entering import value_words
from gepnet.api.responding import assess_response, growth_view, response_view
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, refuse
from gepnet.record import Observation, Progression, Record, Treatment
from gepnet.response.midtreatment.assessment import CT, KIND, PET
from gepnet.response.recist.rules import Rules

View = dict[str, Any]
#: Most characters of a pasted table of lesions.
MOST_CHARACTERS = 200_000
_PATIENT, _NAME = "patient_id", "this patient"


def recorded_response(record: Record, base: KnowledgeBase) -> View:
    """Return what a record says of response, by date; nothing is worked out.

    Returns:
        ``readings``: {date, days, method, label, category} of assessments, days from the first
        date; ``categories`` in their order; ``cycles`` of radioligand therapy; ``progressions``
        and ``treatments`` with their best response.
    """
    vocabulary = base.vocabulary
    readings: list[View] = [
        {"day": event.date, "method": name, "label": vocabulary[name].entry.label,
         "category": str(event.values[name])}
        for event in record.events
        if isinstance(event, Observation) and event.kind == KIND and not event.withdrawn
        for name in (CT, PET)
        if event.values.get(name) is not None
    ]  # fmt: skip
    cycles: list[View] = [{"day": one.date, "cycle": one.cycle} for one in record.cycles]
    progressions: list[View] = [
        {"day": one.date, "types": [value_words(base, "types", word) for word in one.types],
         "none": one.found_none}
        for one in record.events
        if isinstance(one, Progression) and not one.withdrawn
    ]  # fmt: skip
    dated = [one for one in (*readings, *cycles, *progressions) if one["day"] is not None]
    start = min((one["day"].first for one in dated), default=None)
    for one in (*readings, *cycles, *progressions):
        day = one.pop("day")
        one["date"] = "" if day is None else str(day)
        one["days"] = None if day is None or start is None else (day.first - start).days
    treatments: list[View] = [
        {"option": base.options[one.option].label if one.option in base.options else one.option,
         "start": "" if one.start is None else str(one.start), "response": one.best_response}
        for one in record.events
        if isinstance(one, Treatment) and not one.withdrawn and one.best_response
    ]  # fmt: skip
    return {
        "readings": sorted(readings, key=lambda one: str(one["date"])),
        "categories": [one.id for one in vocabulary[CT].entry.values],
        "cycles": sorted(cycles, key=lambda one: str(one["date"])),
        "progressions": sorted(progressions, key=lambda one: str(one["date"])),
        "treatments": treatments,
    }


def lesion_course(base: KnowledgeBase, table: str, accept: Sequence[str] = ()) -> View:
    """Return the response by RECIST 1.1 and the growth of the lesions of one patient.

    Args:
        base: the knowledge.
        table: the lesions, its cells parted by tabs, semicolons or commas, with the columns of
            ``gepnet response recist``; the column of the patient may be left out.
        accept: values outside their plausible range that somebody stands by.

    Returns:
        ``recist`` as ``response_view`` has it with details, ``growth`` as ``growth_view`` has it,
        ``limits`` of progression and response in percent, and ``picture``: title, sentence and the
        rows that a spider plot draws.

    Raises:
        InputError: with every problem of the table.
    """
    if not table.strip() or len(table) > MOST_CHARACTERS:
        told = f"{len(table)} characters" if table.strip() else ""
        raise refuse("lesions", told, f"a table of lesions, up to {MOST_CHARACTERS} characters")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lesions.csv"
        path.write_text(_as_csv(table), encoding="utf-8")
        try:
            found = response_view(assess_response(base, path, accept=accept), details=True)
            if len(found) != 1:
                names = ", ".join(str(one[_PATIENT]) for one in found[:6])
                raise refuse(_PATIENT, names, "rows with the lesions of one patient")
            growth = growth_view(base, path, accept=accept)[0]["growth"]
            picture = chart_view(draw_chart(base, "spider", path))
        except InputError as error:
            # Where the table stood for a moment is of no use to anybody.
            raise InputError([replace(p, file="lesions") for p in error.problems]) from error
    rules = Rules.read(base.knowledge.measures)
    limits = [float(one) for one in rules.response.changes]
    return {"recist": found[0], "growth": growth, "limits": limits, "picture": picture}


def _as_csv(table: str) -> str:
    """Return a pasted table as CSV, with a column for the patient."""
    lines = [line for line in table.splitlines() if line.strip()]
    part = next((one for one in ("\t", ";") if one in lines[0]), ",")
    rows = [[cell.strip() for cell in row] for row in csv.reader(lines, delimiter=part)]
    if _PATIENT not in rows[0]:
        rows = [[_PATIENT, *rows[0]], *([_NAME, *row] for row in rows[1:])]
    told = io.StringIO()
    csv.writer(told, lineterminator="\n").writerows(rows)
    return told.getvalue()

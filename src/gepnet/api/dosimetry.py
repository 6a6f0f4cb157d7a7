"""Dosimetry of Lu-177: from a file of time-activity data to doses as plain data."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import need, refuse, write_atomically
from gepnet.prrt.dosimetry.question import DosimetryQuestion, fit_file
from gepnet.tables import check_ending, plain

EXAMPLE = "cases/example_time_activity.csv"


def dosimetry_view(
    base: KnowledgeBase,
    source: Path | None,
    question: DosimetryQuestion | None = None,
    *,
    curves: bool = True,
    detailed: bool = True,
    progress: Callable[[int, int], None] | None = None,
    output: Path | None = None,
) -> dict[str, Any]:
    """Fit a CSV file of time-activity data and return doses, with the curves to draw.

    Args:
        base: the knowledge, with constants, S-values and limits.
        source: ``patient_id, cycle, region, time_h, activity_mbq, mass_g`` and optional columns
            (:mod:`gepnet.prrt.dosimetry.table`).
        question: how the curves are fitted, and what is stated for the whole file.
        curves: with samples of each curve and its band.
        detailed: with every curve and sum; without, only the overview, for a register.
        progress: called with the number of curves whose measurements were simulated, and of all.
        output: a file to write, ``.json`` (the view) or ``.csv`` (one row a curve).

    Returns:
        ``settings``, ``constants``, ``overview`` (one entry a region), and if detailed ``curves``
        (one for each patient, cycle and region, in the order of the file) and ``cumulative`` (one
        for each patient and region). Units are in the names; None is unknown.

    Raises:
        InputError: every problem of the file or of the arguments.
    """
    need("numpy", "scipy")
    from gepnet.prrt.dosimetry import columns
    from gepnet.prrt.dosimetry.data import dosimetry_data
    from gepnet.prrt.dosimetry.notes import RESULTS
    from gepnet.prrt.dosimetry.report import report

    check_ending(output, ".json", ".csv")
    data = dosimetry_data(base.knowledge.measures, base.knowledge.advisory_limits)
    result = fit_file(data, source, question or DosimetryQuestion(), progress)
    view: dict[str, Any] = plain(report(result, curves, detailed), details=curves)
    result.series.accepting.refuse_unused(but=() if detailed else RESULTS)
    if output is not None:
        as_table = output.suffix.casefold() == ".csv"
        text = columns.as_csv(columns.result_columns(result)) if as_table else None
        write_atomically(output, text or json.dumps(view, indent=2) + "\n")
    return view


def write_time_activity_example(output: Path | None) -> None:
    """Write the packaged example of time-activity data (a made-up patient).

    Raises:
        InputError: without a file to write, or if the file is there already.
    """
    if output is None:
        raise refuse("output", "", "a file to write the example to (-o FILE)")
    if output.exists():
        raise refuse("output", output, "a file that is not there yet")
    text = files("gepnet.knowledge").joinpath(EXAMPLE).read_text(encoding="utf-8")
    write_atomically(output, text)

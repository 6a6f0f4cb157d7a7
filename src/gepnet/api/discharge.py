"""Radiation protection after discharge: from measurements to limits, times and the sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from gepnet.guidelines import KnowledgeBase, region_lineage
from gepnet.knowledge import write_files
from gepnet.prrt.discharge.data import ConstraintSet, RadiationProtection
from gepnet.prrt.discharge.question import DischargeQuestion, read_question
from gepnet.prrt.discharge.readings import read_readings
from gepnet.prrt.discharge.report import DischargeReport, report
from gepnet.prrt.dosimetry.data import Physics
from gepnet.tables import check_ending, plain
from gepnet.vocabulary import Asking


def discharge_report(
    base: KnowledgeBase,
    source: Path | None,
    question: DischargeQuestion,
    region: str | None = None,
    accept: Iterable[str] = (),
) -> DischargeReport:
    """Return limits of discharge and times of contact after a treatment with Lu-177.

    Args:
        base: the knowledge.
        source: ``time_h, value, unit`` and, where it is not 1 m, ``distance_m``; None: nothing was
            measured, and everything is open.
        question: the time of the treatment, and how the measurements are read.
        region: whose limits hold; a region of care, else all are shown.
        accept: values outside their plausible range that somebody stands by, each as
            ``QUANTITY=VALUE by WHO: WHY``; the result holds them.

    Raises:
        InputError: every problem of the file or of the question.
    """
    measures = base.knowledge.measures
    data, physics = RadiationProtection.read(measures), Physics.read(measures)
    asking = Asking.of(base.vocabulary.plausible, accept)
    units = asking.plausible.units
    asked_for = read_question(question, data, physics, asking)
    regions = region_lineage(base, region)
    readings = () if source is None else read_readings(source, data, units, asking)
    asking.accepting.refuse_unused()
    constraints = _constraints(asked_for.constraints, regions, data)
    found = report(asked_for, readings, constraints, data, physics, regions)
    return replace(found, accepted=tuple(asking.accepting.used))


def discharge_view(found: DischargeReport) -> dict[str, Any]:
    """Return a report as plain data."""
    return dict(plain(found))


def write_discharge_sheet(found: DischargeReport, sheet: Path | None) -> None:
    """Write the patient's sheet, PDF or HTML by its ending; without a file nothing is done.

    Raises:
        InputError: for another ending, or if the file cannot be written.
    """
    from gepnet.prrt.discharge.sheet import sheet_html, sheet_pdf

    if sheet is not None:
        check_ending(sheet, ".pdf", ".html", field="sheet")
        is_pdf = sheet.suffix.casefold() == ".pdf"
        write_files({sheet: sheet_pdf(found) if is_pdf else sheet_html(found)})


def _constraints(
    wished: str | None, regions: tuple[str, ...], data: RadiationProtection
) -> ConstraintSet:
    """Return the wished set, that of the nearest region if it was read, else the default."""
    if wished is None:
        for region in regions:
            for one in data.constraint_sets:
                read = all(c.verification != "unverified" for c in one.constraints)
                if one.region == region and read:
                    return one
    return data.set_of(wished or data.default_constraints)

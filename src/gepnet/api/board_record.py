"""The record of a board and the sheet for its patient as PDF, by Typst: data go in as JSON."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from gepnet.knowledge import need


def board_record_pdf(view: Mapping[str, Any], made_on: datetime.date) -> bytes:
    """Return the record of a board as an accessible PDF; the same view gives the same bytes.

    Args:
        view: {title, language, labels, head: [[name, value]], outcome: [[name, value]], cards:
            [{discipline, option, reason, condition}], documents: [[option, count, who]], dissent,
            signatures: [text], limits}; every value is plain text.
        made_on: the day of the file.

    Raises:
        InputError: without typst.
    """
    return _pdf("board_record.typ", view, made_on)


def patient_sheet_pdf(view: Mapping[str, Any], made_on: datetime.date) -> bytes:
    """Return the sheet for a patient as an accessible PDF; the same view gives the same bytes.

    Args:
        view: {title, language, head: [text], parts: [{title, pairs: [[name, value]], lines:
            [text]}], questions, blank: lines to write on, limits}; every value is plain text.
        made_on: the day of the file.

    Raises:
        InputError: without typst.
    """
    return _pdf("patient_sheet.typ", view, made_on)


def _pdf(name: str, view: Mapping[str, Any], made_on: datetime.date) -> bytes:
    need("typst")
    import typst

    template = files("gepnet.report").joinpath(f"templates/{name}").read_bytes()
    made: bytes = typst.compile(
        template,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"record": json.dumps(view)},
        pdf_standards="ua-1",
        timestamp=datetime.datetime.combine(made_on, datetime.time(), datetime.UTC),
    )
    return made

"""The record of a board as PDF, by Typst: data go in as JSON, never as markup."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


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
    from gepnet.knowledge import need

    need("typst")
    import typst

    template = files("gepnet.report").joinpath("templates/board_record.typ").read_bytes()
    made: bytes = typst.compile(
        template,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"record": json.dumps(view)},
        pdf_standards="ua-1",
        timestamp=datetime.datetime.combine(made_on, datetime.time(), datetime.UTC),
    )
    return made

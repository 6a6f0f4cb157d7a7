"""Printed sheets for a patient: one view as an HTML page by Jinja, or as PDF by Typst.

A room keeps ``templates/sheet.html.jinja`` and ``templates/sheet.typ``. The same view gives the
same bytes: Typst's own fonts, and the day of the sheet as the time in the file.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def html(room: str, view: Mapping[str, Any]) -> str:
    """Return a sheet as one HTML page that needs nothing else."""
    from jinja2 import Environment, PackageLoader

    loader = PackageLoader(room)
    environment = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)
    return environment.get_template("sheet.html.jinja").render(sheet=view)


def pdf(room: str, view: Mapping[str, Any], made_on: datetime.date) -> bytes:
    """Return a sheet as PDF."""
    import typst

    made: bytes = typst.compile(
        files(room).joinpath("templates/sheet.typ").read_bytes(),
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"sheet": json.dumps(view)},
        timestamp=datetime.datetime.combine(made_on, datetime.time(), datetime.UTC),
    )
    return made

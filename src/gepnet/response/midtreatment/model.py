"""The shape of ``measures/midtreatment.yaml``."""

from __future__ import annotations

from pydantic import Field

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import SourceId, Strict, Verification


class Finding(Strict):
    """One finding as printed, and the patients it speaks of.

    ``responses`` at mid-treatment and, where given, ``sites`` of the primary tumour.
    """

    id: str
    text: str
    figure: str | None
    responses: tuple[str, ...]
    sites: tuple[str, ...] = ()
    p: str | None = None
    note: str | None = None


class Position(Strict):
    """What a document says of imaging during a course."""

    id: str
    text: str
    source: SourceId
    locator: str
    verification: Verification


class Evidence(MeasureFile):
    """Everything that is shown beside a mid-treatment assessment."""

    files = ("midtreatment",)
    after_cycle: int = Field(ge=1)
    source_cycles: int = Field(ge=1)
    source: SourceId
    locator: str
    verification: Verification
    aim: str
    categories: tuple[str, ...]
    reported: tuple[str, ...]
    not_evaluable: str
    progressive: str
    findings: tuple[Finding, ...]
    limits: tuple[str, ...]
    never: tuple[str, ...]
    positions: tuple[Position, ...]

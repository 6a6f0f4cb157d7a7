"""Regions, and those whose medicine labels hold in them."""

from __future__ import annotations

from pydantic import Field

from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import Strict


class Region(Strict):
    """A region with medicine labels of its own, or one that follows another's."""

    id: str
    label: str
    parent: str | None


class Regions(MeasureFile):
    """Which region's medicine labels hold where."""

    files = ("regions",)
    optional = True
    regions: tuple[Region, ...] = ()
    parents: dict[str, str] = Field(default_factory=dict)


def region_lineage(base: KnowledgeBase, region: str | None) -> tuple[str, ...]:
    """Return a region and those whose rules hold in it (Italy: IT, EU)."""
    parents = Regions.read(base.knowledge.measures).parents
    lineage: list[str] = []
    while region is not None and region not in lineage:
        lineage.append(region)
        region = parents.get(region)
    return tuple(lineage)

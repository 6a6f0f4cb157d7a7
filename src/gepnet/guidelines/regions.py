"""Regions, and those whose medicine labels hold in them."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from gepnet.guidelines.compiled import KnowledgeBase
from gepnet.knowledge import Knowledge, MeasureFile, Problem
from gepnet.knowledge.kinds import KINDS
from gepnet.knowledge.references import unknown_names
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
    countries: tuple[str, ...] = ()
    parents: dict[str, str] = Field(default_factory=dict)


def region_lineage(base: KnowledgeBase, region: str | None) -> tuple[str, ...]:
    """Return a region and those whose rules hold in it (Italy: IT, EU)."""
    parents = Regions.read(base.knowledge.measures).parents
    lineage: list[str] = []
    while region is not None and region not in lineage:
        lineage.append(region)
        region = parents.get(region)
    return tuple(lineage)


def check_regions(knowledge: Knowledge) -> Iterator[Problem]:
    """Yield a problem for each region that an entry names and the file of regions does not.

    A document may be of none in particular, ``any``, or of another country.
    """
    known = Regions.read(knowledge.measures)
    regions = {region.id for region in known.regions}
    for kind in KINDS if regions else ():
        for entry in getattr(knowledge, kind):
            yield from unknown_names(
                entry, {"regions": regions, "no_region": {"any", *known.countries}}
            )

"""How far documents are apart, and where: distances on a sample and maps over two facts."""

from gepnet.guidelines.atlas.distance import Distances, PairDistance, distances
from gepnet.guidelines.atlas.maps import MapView, map_views
from gepnet.guidelines.atlas.plan import atlas_plan
from gepnet.guidelines.atlas.sample import complete_sample

__all__ = [
    "Distances",
    "MapView",
    "PairDistance",
    "atlas_plan",
    "complete_sample",
    "distances",
    "map_views",
]

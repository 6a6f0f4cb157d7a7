"""How far documents are apart, and where: distances on a sample and maps over two facts."""

from gepnet.guidelines.atlas.distance import Distances, PairDistance, distances
from gepnet.guidelines.atlas.maps import MapView
from gepnet.guidelines.atlas.sample import complete_sample

__all__ = [
    "Distances",
    "MapView",
    "PairDistance",
    "complete_sample",
    "distances",
]

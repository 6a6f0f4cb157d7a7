"""Putting published results together: one comparison, a network, and whether that may be done."""

from gepnet.evidence.synthesis.contrast_table import (
    ContrastRow,
    ContrastTable,
    Measure,
    read_contrasts,
)
from gepnet.evidence.synthesis.network import NetworkResult, network_meta_analysis
from gepnet.evidence.synthesis.pairwise import PairwiseResult, meta_analysis
from gepnet.evidence.synthesis.transitivity import Populations, Transitivity, read_populations

__all__ = [
    "ContrastRow",
    "ContrastTable",
    "Measure",
    "NetworkResult",
    "PairwiseResult",
    "Populations",
    "Transitivity",
    "meta_analysis",
    "network_meta_analysis",
    "read_contrasts",
    "read_populations",
]

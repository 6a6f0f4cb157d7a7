"""Meta-analysis: pairwise and of a network of treatments, with what speaks against pooling.

No well-kept Python library does the frequentist network meta-analysis of contrasts with trials of
several arms, so it stands here, small, on NumPy and SciPy. It is tested against published output
of R's ``metafor`` and ``netmeta``, and against ``metafor`` itself where R is installed.
"""

from gepnet.numbers.meta.contrasts import Contrast, ContrastFault, arms_of, components
from gepnet.numbers.meta.inconsistency import (
    Decomposition,
    DesignQ,
    NodeSplit,
    decompose,
    node_splits,
)
from gepnet.numbers.meta.network import NetworkFit, fit_network
from gepnet.numbers.meta.pairwise import PooledFit, pool, standard_error

__all__ = [
    "Contrast",
    "ContrastFault",
    "Decomposition",
    "DesignQ",
    "NetworkFit",
    "NodeSplit",
    "PooledFit",
    "arms_of",
    "components",
    "decompose",
    "fit_network",
    "node_splits",
    "pool",
    "standard_error",
]

"""Proofs about the knowledge: contradictions, gaps, disagreements and the impact of a change.

Everything here is about patients of whom all is known and who are clinically possible. The solver
loads slowly; import from here only where something is proved.
"""

from gepnet.guidelines.verify.findings import DISAGREEMENTS, KINDS
from gepnet.guidelines.verify.run import prove

__all__ = [
    "DISAGREEMENTS",
    "KINDS",
    "prove",
]

"""CTCAE grades of laboratory values, editions 5 and 6: the reference, columns and chart bands."""

from gepnet.measures.ctcae.bands import bands
from gepnet.measures.ctcae.grading import Baseline, Grade, Sample, grade
from gepnet.measures.ctcae.model import Edition, Limit, Term, edition, editions

__all__ = [
    "Baseline",
    "Edition",
    "Grade",
    "Limit",
    "Sample",
    "Term",
    "bands",
    "edition",
    "editions",
    "grade",
]

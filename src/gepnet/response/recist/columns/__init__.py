"""RECIST 1.1 for many patients at once: tables in, tables out, no loop over patients.

Tests hold every column to :func:`gepnet.response.recist.assess` on random patients.
"""

from gepnet.response.recist.columns.best import best_responses
from gepnet.response.recist.columns.run import (
    assess_lesions,
    assess_responses,
    assess_table,
    shown_points,
)

__all__ = ["assess_lesions", "assess_responses", "assess_table", "best_responses", "shown_points"]

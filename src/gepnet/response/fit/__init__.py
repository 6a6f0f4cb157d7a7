"""A model of further response that a registry fits itself; nothing is fitted beforehand.

Only what reads a model is loaded here; ``cohort``, ``fitting`` and ``made_up`` need Polars and
NumPy and are imported where they are used.
"""

from gepnet.response.fit.spec import Spec
from gepnet.response.fit.stored import StoredModel, predict, predict_for, read_model

__all__ = [
    "Spec",
    "StoredModel",
    "predict",
    "predict_for",
    "read_model",
]

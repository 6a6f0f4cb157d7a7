"""Adverse events: maximum grades, tables as trials print them, exposure-adjusted rates.

``tables`` and ``counting`` need Polars and are imported where they are used.
"""

from gepnet.response.toxicity.spec import CountingSpec

__all__ = ["CountingSpec"]

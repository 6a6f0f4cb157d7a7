"""Simulation of sequences of treatments: individual patients, line by line, many at once.

Reading a scenario needs pydantic alone; ``run`` needs NumPy, and criteria along the way Polars.
"""

from gepnet.evidence.simulation.scenario import Scenario

__all__ = ["Scenario"]

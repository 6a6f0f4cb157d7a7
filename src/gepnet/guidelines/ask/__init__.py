"""Asking: the fact that settles most of a question, one after the other, and where that leaves it.

``rows`` holds the positions as diagrams, ``known`` what answers leave of them, ``mix`` and
``choose`` which question is worth asking, ``asker`` puts a step together and ``step`` is its shape.
"""

from gepnet.guidelines.ask.asker import UNKNOWN, Asker, asker_of, read_answer
from gepnet.guidelines.ask.step import AskStep

__all__ = ["UNKNOWN", "AskStep", "Asker", "asker_of", "read_answer"]

"""Asking: the fact that settles most of a question, one after the other, and where that leaves it.

``rows`` holds the positions as diagrams, ``known`` what answers leave of them, ``mix`` and
``choose`` which fact is worth asking for; ``questioner`` makes it a question, ``answers`` reads
what is answered, ``telling`` puts facts and positions in words, ``asker`` a step together, and
``step`` is its shape.
"""

from gepnet.guidelines.ask.answers import UNKNOWN, read_answer
from gepnet.guidelines.ask.asker import Asker, asker_of
from gepnet.guidelines.ask.step import AskStep

__all__ = ["UNKNOWN", "AskStep", "Asker", "asker_of", "read_answer"]

"""Pathways: the algorithm of a document, computed from its criteria and proved equal to them.

``diagrams`` holds decision diagrams, ``space`` the facts of a question as their variables and
``possible`` what no patient has; ``positions`` is what a document says, ``tree`` forks and leaves,
``cut`` one page for each part, ``proof`` whether it is right, ``words`` and ``view`` what is read.
"""

from gepnet.guidelines.pathway.make import Pathways, pathways, question_of
from gepnet.guidelines.pathway.view import Branch, Pathway, Said, Step

__all__ = ["Branch", "Pathway", "Pathways", "Said", "Step", "pathways", "question_of"]

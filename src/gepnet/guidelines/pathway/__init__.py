"""Pathways: the algorithm of a document, computed from its criteria and proved equal to them.

``diagrams`` holds decision diagrams, ``space`` the facts of a question as their variables and
``possible`` what no patient has; ``positions`` is what a document says, ``tree`` forks and leaves,
``cut`` one page for each part, ``proof`` whether it is right, ``words`` and ``view`` what is read.
The names are listed in ``__init__.pyi`` and loaded when first used: whoever reads the questions
alone does not pay for diagrams.
"""

from gepnet import names_of_stub

__getattr__, __dir__, __all__ = names_of_stub(__name__, __file__)

"""Assessments as data, tables and pages.

The names are listed in ``__init__.pyi`` and loaded when first used: the answer on a terminal does
not pay for a page.
"""

from gepnet import names_of_stub

__getattr__, __dir__, __all__ = names_of_stub(__name__, __file__)

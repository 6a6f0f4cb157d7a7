"""The patient facts in Python: types, units, precision, absence, selection; the option tree.

The names are listed in ``__init__.pyi`` and loaded when first used: the command line asks for a
``Question`` without reading the models of the knowledge.
"""

from gepnet import names_of_stub

__getattr__, __dir__, __all__ = names_of_stub(__name__, __file__)

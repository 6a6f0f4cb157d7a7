"""Statistics without clinic: what several rooms work out in the same way.

The names are listed in ``__init__.pyi`` and loaded when first used: most of them need numpy.
"""

from gepnet import names_of_stub

__getattr__, __dir__, __all__ = names_of_stub(__name__, __file__)

"""Pictures of a registry: what is missing, who changes, centres beside each other, survival.

The names are listed in ``__init__.pyi`` and loaded when first used: a question without a picture
does not pay for matplotlib.
"""

from gepnet import names_of_stub

__getattr__, __dir__, __all__ = names_of_stub(__name__, __file__)

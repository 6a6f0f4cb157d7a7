"""What a person brings as a table or takes away as data.

The names are listed in ``__init__.pyi`` and loaded when first used: most commands show results as
data and read no table.
"""

from gepnet import names_of_stub
from gepnet.tables.plain import plain as plain  # what takes the place of the module of its name

__getattr__, __dir__, __all__ = names_of_stub(__name__, __file__)

"""What gepnet offers to programs: the command line and every other front end call only this.

The names are listed in ``__init__.pyi`` and loaded when first used, so that one command does not
pay for another's modules.
"""

from gepnet import names_of_stub

__getattr__, __dir__, __all__ = names_of_stub(__name__, __file__)

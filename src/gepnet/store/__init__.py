"""The store of the board: cases, records, meetings, cards, outcomes, accounts and the audit trail.

The names are listed in ``__init__.pyi`` and loaded when first used: they need SQLAlchemy.
"""

from gepnet import names_of_stub

__getattr__, __dir__, __all__ = names_of_stub(__name__, __file__)

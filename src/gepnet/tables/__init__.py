"""What a person brings as a table or takes away as data."""

from gepnet.tables.plain import Shown, also_shown, plain

__all__ = ["Shown", "also_shown", "plain"]

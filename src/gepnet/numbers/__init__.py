"""Statistics without clinic: what several rooms work out in the same way."""

from gepnet.numbers.linear import solve_each

__all__ = ["solve_each"]

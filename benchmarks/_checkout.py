"""Import this before anything of `tests`: a library may have installed a package of that name."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

#: The tests of the checkout.
TESTS = Path(__file__).parents[1] / "tests"

sys.modules["tests"] = ModuleType("tests")
sys.modules["tests"].__path__ = [str(TESTS)]

"""A room of statistics costs nothing until a number is asked for."""

from __future__ import annotations

import subprocess
import sys


def test_numpy_is_loaded_by_the_first_number_that_needs_it() -> None:
    code = (
        "import sys, gepnet.numbers as n; assert 'numpy' not in sys.modules;"
        "low, high = n.wilson(0.5, 10); assert 'numpy' not in sys.modules and low < 0.5 < high;"
        "n.solve_each; assert 'numpy' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)

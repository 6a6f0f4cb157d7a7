"""A value never reaches a limit, or leaves it, by being converted: reviews of patient files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

EDGES = Path(__file__).parent / "edges"


@pytest.mark.parametrize(
    ("file", "rule", "told"),
    [
        ("neutrophils_996.yaml", "neutropenia", "0.996 x10^9/L"),
        ("creatinine_plus_40.yaml", "renal", "40 %"),
    ],
)
def test_comparison_after_a_lossy_conversion_holds_the_cycle_of_a_patient_file(
    run: Run, file: str, rule: str, told: str
) -> None:
    """996/uL are below 1.0 x10^9/L, and 0.75 to 1.05 mg/dL is a rise of exactly 40 %."""
    asked = ("prrt", "review", EDGES / file, "--cycle", "3", "--date", "2026-01-26")
    view = json.loads(run(*asked, "--format", "json").out)
    assert (view["proposal"], view["activity_gbq"]) == ("hold", None)
    (one,) = view["rules"]
    assert (one["id"].startswith(rule), one["effect"]) == (True, "hold")
    assert told in one["because"]
    assert "hold" in run(*asked).out.lower()

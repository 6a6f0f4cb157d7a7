"""Growth rate: vectors of the fact sheet of response definitions, section 2.1, and its limits."""

from decimal import Decimal
from pathlib import Path

import pytest

from gepnet import api
from gepnet.response.growth import GrowthRules, growth_of, growth_rate, is_reached
from gepnet.response.recist import read_patients
from tests.response.recist.helpers import HEADER, row, rules

GROWTH = GrowthRules.read(api.base().knowledge.measures)
CUTS = {cut.id: cut for cut in GROWTH.cut_offs}


@pytest.mark.parametrize(
    ("first", "second", "months", "expected"),
    [
        ("100", "102", "3", "2.0"),
        ("100", "110", "3", "10.0"),
        ("100", "120", "6", "9.5445"),
        ("100", "90", "3", "-10.0"),
        ("100", "105", "12", "1.2272"),
        ("100", "100.8", "3", "0.8"),
    ],
)
def test_the_vectors(first: str, second: str, months: str, expected: str) -> None:
    rate = growth_rate(Decimal(first), Decimal(second), Decimal(months), GROWTH.volume_power)
    assert abs(rate - Decimal(expected)) < Decimal("0.00005")


def test_a_rate_exactly_on_a_cut_off_reaches_at_least_and_not_above() -> None:
    at = (Decimal(100), Decimal("100.8"), Decimal(3), 3)
    assert is_reached(*at, CUTS["greponet-tgr3m"])
    assert not is_reached(Decimal(100), Decimal("100.79"), Decimal(3), 3, CUTS["greponet-tgr3m"])
    four = (Decimal(100), Decimal(104), Decimal(3), 3)
    assert is_reached(*four, CUTS["greponet-tgr0"])
    assert not is_reached(*four, CUTS["clarinet-tgr0"])


def found(tmp_path: Path, rows: list[str], baseline: str = ""):  # type: ignore[no-untyped-def]
    lesions, heads = tmp_path / "lesions.csv", tmp_path / "patients.csv"
    lesions.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    heads.write_text(f"patient_id,baseline_date\np,{baseline}\n", "utf-8")
    (patient,) = read_patients(rules(), lesions, None, heads)
    return list(growth_of(patient, rules(), GROWTH))


def test_growth_before_baseline_and_after_it_with_its_names_and_cut_offs(tmp_path: Path) -> None:
    rows = [
        row("L", "2023-10-01", 40),
        row("L", "2024-01-01", 44),
        row("L", "2024-04-01", 45),
        row("L", "2025-01-01", 44),
        row("N", "2024-04-01", "present", role="new"),
    ]
    before, first, later = found(tmp_path, rows, "2024-01-01")
    # 92 days of 30.4375: 100 (1.1^(3 * 30.4375 / 92) - 1), by hand
    assert float(before.rate) == pytest.approx(100 * (1.1 ** (3 * 30.4375 / 92) - 1), abs=1e-4)
    assert before.names == ("TGR0",)
    assert {found.cut_off.id: found.reached for found in before.reached} == {
        "greponet-tgr0": True, "clarinet-tgr0": True, "prrt-tgr0": True,
    }  # fmt: skip
    assert first.names == ("TGRfirst", "TGR3m")
    assert [(r.cut_off.id, r.reached) for r in first.reached] == [("greponet-tgr3m", True)]
    # doubling: V grows as the cube; ln 2 / (3 ln(45/44) / 91 days), by hand
    assert float(first.doubling_days) == pytest.approx(935.8, abs=0.5)
    assert (later.names, later.rate, later.doubling_days) == ((), 0, None)


def test_no_rate_is_made_up(tmp_path: Path) -> None:
    rows = [
        *(row("L", day, 40) for day in ("2024-01-01", "2024-02-01", "2024-04-01")),
        *(row("M", day, 20) for day in ("2024-01-01", "2024-02-01")),
        row("L", "2024-06-01", "absent"),
        row("M", "2024-06-01", "absent"),
    ]
    early, missing, gone = found(tmp_path, rows)
    assert early.why_not == "31 days apart, at least 42 are asked for"
    assert missing.why_not == "not evaluated: M"
    assert gone.why_not == "a sum of 0 mm has no growth rate"
    assert early.rate is missing.rate is gone.rate is None


def test_a_scan_before_baseline_counts_only_with_every_target(tmp_path: Path) -> None:
    rows = [
        row("L", "2023-10-01", 40),
        row("L", "2024-01-01", 44),
        row("M", "2024-01-01", 20),
        row("L", "2024-04-01", 44),
        row("M", "2024-04-01", 20),
    ]
    assert [item.names for item in found(tmp_path, rows, "2024-01-01")] == [("TGRfirst", "TGR3m")]


def test_a_rate_just_below_its_cut_off_is_not_shown_as_reaching_it(tmp_path: Path) -> None:
    """200 to 201.57 mm in 90 days is 0.7965 %: it was shown as +0.80, '>= 0.8 not reached'."""
    rows = [row("L", "2024-01-01", 200), row("L", "2024-03-31", 201.57)]
    (item,) = found(tmp_path, rows)
    assert [(r.cut_off.id, r.reached) for r in item.reached] == [("greponet-tgr3m", False)]
    assert (str(item.rate), str(item.shown)) == ("0.7965", "0.79")
    (over,) = found(tmp_path, [*rows[:1], row("L", "2024-03-31", 201.58)])
    assert [found.reached for found in over.reached] == [True]
    assert str(over.shown) == "0.80"

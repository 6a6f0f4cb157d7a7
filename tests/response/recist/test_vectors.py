"""The published and derived vectors: fact sheet of response definitions, section 1.9 (T1-T7)."""

from pathlib import Path

import pytest

from gepnet.response.recist import assess, read_patients
from tests.response.recist import sequences
from tests.response.recist.helpers import course, options, overall, results, rules


def test_t1_response_is_against_baseline_and_progression_against_nadir() -> None:
    rows = course("L", [100, 70, 60, 64, 71, 72])
    assert overall(rows) == ["PR", "PR", "PR", "PR", "PD"]
    assert overall(rows, pr_carry_forward="literal") == ["PR", "PR", "PR", "SD", "PD"]
    (result,) = results([*rows, "p,2025-01-01,L,target,liver,false,75,measured"])
    assert [point.overall for point in result.timepoints][-1] == "PD"
    assert result.timepoints[-2].reason == "PD: sum 72 mm, nadir 60 mm, +20 % and +12 mm"
    assert str(result.progression) == "2024-11-01"


def test_t2_a_small_nadir_needs_five_millimetres() -> None:
    assert overall(course("L", [100, 22, 26.4])) == ["PR", "PR"]
    assert overall(course("L", [100, 22, 27.0])) == ["PR", "PD"]
    assert overall(course("L", [100, 22, 26.99])) == ["PR", "PR"]


def test_t3_twenty_percent_is_not_a_question_of_floating_point() -> None:
    assert (60.12 - 50.1) / 50.1 < 0.2  # why
    assert overall(course("L", [50.1, 60.12])) == ["PD"]
    assert overall(course("L", [50.1, 60.11])) == ["SD"]


def test_t4_an_eortc_example_of_a_continuing_response() -> None:
    assert overall(course("L", [165, 63, 65])) == ["PR", "PR"]
    # recist.eortc.org, managing PR when measurements change slightly
    assert overall(course("L", [100, 70, 70, 80, 80, 80])) == ["PR"] * 5


def test_t5_a_complete_response_with_a_node_left_in_the_sum() -> None:
    rows = [*course("L", [40, "absent"]), *course("N", [18, 9], nodal=True, organ="mesentery")]
    (result,) = results(rows)
    assert result.baseline_sum == 58_000
    (point,) = result.timepoints
    assert (point.overall, point.sum) == ("CR", 9000)


def test_t6_a_missing_target_is_not_zero() -> None:
    (result,) = results([*course("A", [50, 50]), *course("B", [30, None])])
    (point,) = result.timepoints
    assert (point.overall, point.reason) == ("NE", "NE: B not evaluated; unverified: overall table")
    rows = [*course("A", [50, 50]), *course("B", [30, "not_evaluated"])]
    assert overall(rows) == ["NE"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [({}, sequences.CONFIRMED), (sequences.OTHER_SETTINGS, sequences.CONFIRMED_OTHERWISE)],
    ids=["28 days", "14 days, one SD"],
)
def test_t7_nine_sequences_of_confirmed_response(
    given: dict[str, str | int], expected: dict[str, tuple[str, str | None]], tmp_path: Path
) -> None:
    (tmp_path / "responses.csv").write_text(sequences.responses_csv(), "utf-8")
    (tmp_path / "patients.csv").write_text(sequences.patients_csv(), "utf-8")
    patients = read_patients(rules(), None, tmp_path / "responses.csv", tmp_path / "patients.csv")
    found = {}
    for patient in patients:
        best = assess(patient, rules(), options(**given)).best_confirmed
        found[patient.id] = (best.response, str(best.date) if best.date else None)
    assert len(found) == 9
    assert {name: found[name] for name in expected} == expected


def test_t7_a_cr_followed_by_pr_is_pointed_out(tmp_path: Path) -> None:
    (tmp_path / "responses.csv").write_text(sequences.responses_csv(), "utf-8")
    patients = read_patients(rules(), None, tmp_path / "responses.csv")
    told = {p.id: assess(p, rules(), options()).findings for p in patients}
    assert [name for name, found in told.items() if found] == ["1", "3", "6"]
    assert "less than CR after a CR" in str(told["6"][0])


def test_a_diameter_to_three_decimals_is_read_as_it_is() -> None:
    """Measured by a program: 12.345 mm; both engines compare it exactly with the limits."""
    (result,) = results(course("L", [50.125, 60.149, 60.15]))
    assert [point.overall for point in result.timepoints] == ["SD", "PD"]
    assert "sum 60.149 mm, baseline 50.125 mm" in result.timepoints[0].reason

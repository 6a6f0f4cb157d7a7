"""Value rules, lineage, new lesions, findings and survival: one case for each rule."""

from pathlib import Path

import pytest

from gepnet.knowledge import InputError
from gepnet.response.recist import read_patients
from tests.response.recist.helpers import HEADER, course, overall, results, row, rules, target


def test_too_small_counts_five_and_a_measured_smaller_value_counts_itself() -> None:
    (result,) = results(course("L", [20, "too_small", 3, "absent"]))
    assert [point.sum for point in result.timepoints] == [5000, 3000, 0]
    assert "too small to measure, counted 5 mm" in result.timepoints[0].reason
    assert target(course("L", [20, "too_small", 3, "absent"])) == ["PR", "PR", "CR"]


def test_missing_targets_prove_progression_only_if_the_rest_is_enough() -> None:
    rows = [*course("A", [50, 80, 50]), *course("B", [10, None, 10])]
    (result,) = results(rows)
    assert result.timepoints[0].overall == "PD"
    reason = "PD: sum at least 80 mm, nadir 60 mm, +33.33 % and +20 mm; B not evaluated"
    assert result.timepoints[0].reason == f"{reason}; unverified: missing_targets"
    assert overall(rows, missing_targets="not_evaluable")[0] == "NE"
    # a sum with a lesion missing is no nadir
    assert result.timepoints[1].nadir == 60_000


def test_a_split_lesion_is_the_sum_of_its_fragments() -> None:
    rows = [
        *course("L", [40]),
        row("La", 1, "20 split_from:L"),
        row("Lb", 1, "15 split_from:L"),
        row("La", 2, 20),
        row("Lb", 2, "absent"),
        row("La", 3, 20),
    ]
    (result,) = results(rows)
    assert [point.sum for point in result.timepoints] == [35_000, 20_000, 20_000]
    assert "La is a fragment of L" in result.timepoints[0].reason
    assert [point.overall for point in result.timepoints] == ["SD", "PR", "NE"]
    # the lesion itself may go on as one of the pieces, and then has to be seen again
    kept = [*course("L", [40, 25, None]), row("La", 1, "15 split_from:L"), row("La", 2, 15)]
    (result,) = results(kept)
    assert [point.sum for point in result.timepoints] == [40_000, 15_000]
    assert result.timepoints[1].reason == "NE: L not evaluated; unverified: overall table, split"


def test_a_result_names_the_unverified_rules_it_rests_on() -> None:
    (result,) = results([*course("A", [30, 30, 30]), *course("B", [15, "merged_into:A", None])])
    assert all("unverified: merged" in point.reason for point in result.timepoints)
    (result,) = results(course("N", [16, "too_small"], nodal=True))
    assert "unverified: too_small_node" in result.timepoints[0].reason
    (result,) = results(course("L", [30, "too_small", 30, 40]))
    assert "unverified" not in " ".join(point.reason for point in result.timepoints)
    rows = [row("X", 1, "present", role="new_equivocal"), row("X", 2, "present", role="new")]
    (result,) = results([*course("L", [30, 30, 30]), *rows])
    assert result.timepoints[0].reason.endswith("unverified: equivocal_new_confirmed")


def test_a_merged_lesion_is_zero_but_not_gone() -> None:
    rows = [
        *course("A", [30, 45, "absent"]),
        *course("B", [15, "merged_into:A", None]),
    ]
    (result,) = results(rows)
    assert [point.overall for point in result.timepoints] == ["SD", "CR"]
    assert result.timepoints[0].sum == 45_000
    assert "B merged into A" in result.timepoints[0].reason
    lost = [*course("A", [30, 30, "absent"]),
            *course("N", ["present", "merged_into:A", None], role="non_target")]  # fmt: skip
    (result,) = results(lost)
    told = [(point.non_target, point.overall) for point in result.timepoints]
    assert told == [("NON-CR/NON-PD", "SD"), ("CR", "CR")]


def test_nodes_go_by_ten_millimetres_of_short_axis() -> None:
    assert target(course("N", [18, 9.99], nodal=True)) == ["CR"]
    assert target(course("N", [18, 10], nodal=True)) == ["PR"]
    others = [
        *course("L", [30, "absent"]),
        *course("N", ["12", "9"], role="non_target", nodal=True),
    ]
    assert overall(others) == ["CR"]
    # all nodes below the limit: CR even where their axes grew
    assert target(course("N", [18, 2, 9], nodal=True)) == ["CR", "CR"]


def test_growth_from_nothing_needs_five_millimetres() -> None:
    rows = [*course("L", [40, "absent", 4.99, 5]), *course("N", ["present"] * 4, role="non_target")]
    assert overall(rows) == ["PR", "PR", "PD"]


def test_disease_after_a_complete_response_is_progression() -> None:
    rows = course("L", [40, "absent", 3])
    (result,) = results(rows)
    assert [point.overall for point in result.timepoints] == ["CR", "PD"]
    assert "disease seen again after the CR of 2024-03-01" in result.timepoints[1].reason
    assert overall(rows, reappearance_after_cr="literal") == ["CR", "PR"]
    # gone and back without an overall CR is no progression by itself
    others = course("N", ["present", "absent", "present"], role="non_target")
    assert overall([*course("L", [40, 40, 40]), *others]) == ["SD", "SD"]


def test_an_equivocal_finding_dates_back_when_it_turns_out_new() -> None:
    rows = [
        *course("L", [40, 40, 40, 40]),
        row("X", 1, "present", role="new_equivocal"),
        row("X", 2, "present", role="new"),
    ]
    (result,) = results(rows)
    assert [point.overall for point in result.timepoints] == ["PD", "PD", "PD"]
    assert str(result.progression) == "2024-03-01"
    assert "equivocal at first, clear on 2024-05-01" in result.timepoints[0].reason
    (late,) = results(rows, equivocal_new_confirmed="when_confirmed")
    told = [(point.new_lesion, point.overall) for point in late.timepoints]
    assert told == [(None, "SD"), (True, "PD"), (True, "PD")]
    refuted = [*rows[:-1], row("X", 2, "absent", role="new_equivocal")]
    (result,) = results(refuted)
    assert [point.new_lesion for point in result.timepoints] == [None, False, False]


def test_a_new_node_below_ten_millimetres_is_no_lesion() -> None:
    base = course("L", [40, 40])
    assert overall([*base, row("X", 1, 9, role="new", nodal=True)]) == ["SD"]
    assert overall([*base, row("X", 1, 10, role="new", nodal=True)]) == ["PD"]
    assert overall([*base, row("X", 1, 2, role="new")]) == ["PD"]  # no minimum size otherwise
    (result,) = results([*base, row("X", 1, 9, role="new", nodal=True)])
    assert "below 10 mm is normal" in str(result.findings[0])


def test_selection_and_measurability_are_findings_and_change_nothing() -> None:
    rows = [row(f"L{k}", 0, 20) for k in range(3)]
    rows += [
        row("N1", 0, 16, organ="mesentery", nodal=True),
        row("N2", 0, 14, organ="axilla", nodal=True),
    ]
    rows += [row("N3", 0, 16, organ="groin", nodal=True), row("K", 0, 9, organ="left lung")]
    rows += [row("M", 0, 8, role="non_target", nodal=True)]
    (result,) = results(rows, "patient_id,reference_date\np,2024-02-01\n")
    assert [str(finding).removeprefix("p 2024-01-01") for finding in result.findings] == [
        ": 7 targets, at most 5",
        ": 3 targets in liver, at most 2 an organ",
        ": 3 targets in lymph_nodes, at most 2 an organ",
        " K: target not measurable: diameter 9 mm, at least 10 mm is measurable",
        " N2: target not measurable: short axis 14 mm, at least 15 mm is measurable",
        " M: a node below 10 mm is normal: not disease, not counted",
        ": baseline scan 31 days before the reference date, at most 28",
    ]


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (",15,,8,", "at least 16 mm is measurable"),
        (",16,,8,", None),
        (",19,chest_xray,,", "at least 20 mm is measurable"),
        (",40,ultrasound,,", "ultrasound is not accepted"),
        ("ascites,40,,,", "ascites is never measurable"),
        ("simple_cyst,40,,,", "simple_cyst is no lesion"),
        ("cystic_metastasis,40,,,", None),
        (",40,,,true", "locally treated"),
        (",10,caliper,,", None),
    ],
)
def test_measurability_by_method_slice_kind_and_treatment(
    cells: str, told: str | None, tmp_path: Path
) -> None:
    from gepnet.response.recist.selection import findings

    kind, size, method, slice_, treated = cells.split(",")
    file = tmp_path / "lesions.csv"
    line = f"p,2024-01-01,L,target,liver,false,{size},measured,{kind},{method},{slice_},{treated}"
    file.write_text(f"{HEADER},kind,method,slice_mm,locally_treated\n{line}\n", "utf-8")
    (patient,) = read_patients(rules(), file)
    found = [str(finding) for finding in findings(patient, rules())]
    assert len(found) == (told is not None)
    assert told is None or told in found[0]


def test_both_organs_of_a_pair_and_all_nodes_are_one() -> None:
    organs = rules().organs
    assert organs.canonical("Left lung", False) == organs.canonical("lungs", False) == "lung"
    assert organs.canonical("mesentery", True) == organs.canonical("axilla", True)


def test_a_lesion_that_changes_its_organ_is_a_finding() -> None:
    """A lesion that moves from liver to lung is most likely another lesion under its id."""
    rows = [row("L", 0, 30), row("L", 1, 30, organ="Left liver"), row("L", 2, 30, organ="lung")]
    (result,) = results(rows)
    assert [str(finding) for finding in result.findings] == [
        "p 2024-05-01 L: organ lung, but liver on 2024-01-01: is it the same lesion?"
    ]
    assert [point.overall for point in result.timepoints] == ["SD", "SD"]
    assert not results([row("L", 0, 30), row("L", 1, 30, organ="")])[0].findings


def test_a_node_that_is_pathological_again_by_a_millimetre_calls_for_caution() -> None:
    """After a CR a node of 9 mm that measures 10 mm is PD by the rule, within measurement error."""
    (result,) = results(course("N", [18, 9, 10, 9, 14], nodal=True))
    assert [point.overall for point in result.timepoints] == ["CR", "PD", "CR", "PD"]
    told = [str(f) for f in result.findings if f.lesion == "N"]
    assert told == [
        "p 2024-05-01 N: node from 9 to 10 mm: pathological by less than 5 mm of growth, "
        "be cautious"
    ]
    assert not any(f.lesion for f in results(course("N", [18, 12, 13], nodal=True))[0].findings)


def survival(rows: list[str], head: str = "", **given: str | int) -> tuple[int | None, bool, str]:
    columns = "patient_id,reference_date,death_date,new_therapy_date"
    (result,) = results(rows, f"{columns}\np,2024-01-01,{head or ','}\n", **given)
    return result.pfs.days, result.pfs.event, result.pfs.rule


def test_progression_free_survival_ends_by_a_named_rule() -> None:
    stable, grown = course("L", [40, 40, "not_evaluated"]), course("L", [40, 40, 60])
    assert survival(stable) == (60, False, "last_assessment")
    assert survival(grown) == (121, True, "progression")
    assert survival(stable, "2024-08-01,") == (213, True, "death")
    assert survival(stable, "2024-08-01,", pfs_longest_gap_days=120) == (60, False, "gap")
    assert survival(grown, ",2024-04-01") == (60, False, "new_therapy")
    assert survival(grown, ",2024-04-01", pfs_new_therapy="ignore") == (121, True, "progression")
    assert survival(course("L", [40])) == (0, False, "no_assessment")
    assert survival(stable, "2023-12-01,") == (None, False, "contradiction")
    assert {rule.id for rule in rules().pfs.rules} == {
        "contradiction", "no_assessment", "new_therapy", "gap", "progression", "death",
        "last_assessment",
    }  # fmt: skip


def test_durations_run_from_the_first_response() -> None:
    (result,) = results(course("L", [100, 80, 60, 60, 90]))
    duration = result.duration_of_response
    assert duration is not None and (duration.days, duration.event) == (123, True)
    assert result.duration_of_confirmed_response == duration
    assert result.duration_of_stable_disease is None
    assert (result.best.response, str(result.best.date)) == ("PR", "2024-05-01")


def test_a_carried_response_confirms_nothing() -> None:
    (result,) = results(course("L", [100, 70, 75, 75]))
    assert [point.overall for point in result.timepoints] == ["PR", "PR", "PR"]
    assert (result.best.response, result.best_confirmed.response) == ("PR", "SD")


def test_a_double_row_is_told_beside_the_faults_of_other_patients(tmp_path: Path) -> None:
    """Doubles and broken lineage used to wait until every cell of the file was right."""
    file = tmp_path / "lesions.csv"
    faulty = "q,2024-01-01,L,target,liver,false,-5,measured"
    rows = [
        row("L", 0, 50),
        row("L", 0, 50),
        faulty,
        "q,2024-03-01,M,target,liver,false,9,measured",
    ]
    file.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    with pytest.raises(InputError) as error:
        read_patients(rules(), file)
    told = sorted((p.line or 0, p.field) for p in error.value.problems)
    assert told == [(3, "lesion_id"), (4, "diameter_mm")]


def test_all_problems_are_told_at_once_with_their_place(tmp_path: Path) -> None:
    file = tmp_path / "lesions.csv"
    rows = ["p,2024-01-01,L,tagret,liver,false,5o,measured", "p,2024-1-1,L,target,liver,no,5,absnt"]
    file.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    with pytest.raises(InputError) as error:
        read_patients(rules(), file)
    told = [(p.line, p.field, p.value, p.nearest) for p in error.value.problems]
    assert told == [
        (2, "diameter_mm", "5o", None),
        (2, "role", "tagret", "target"),
        (3, "date", "2024-1-1", None),
        (3, "nodal", "no", None),
        (3, "status", "absnt", "absent"),
    ]
    file.write_text("patient_id,date,lesion,role,status\n", "utf-8")
    with pytest.raises(InputError, match="did you mean 'lesion_id'"):
        read_patients(rules(), file)

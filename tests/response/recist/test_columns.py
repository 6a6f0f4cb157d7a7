"""The columnar engine says the same as the reference, patient by patient."""

from collections import Counter
from itertools import product
from pathlib import Path

import pytest

from gepnet.knowledge import InputError
from gepnet.response.recist import Options, Patient, PatientRow, assess, read_patients
from gepnet.response.recist.columns import assess_table
from tests.response.recist import random_patients as random_
from tests.response.recist.helpers import DAYS, HEADER, course, options, row, rules

PATIENTS = 700
OTHERWISE = options(
    pr_carry_forward="literal",
    missing_targets="not_evaluable",
    reappearance_after_cr="literal",
    equivocal_new_confirmed="when_confirmed",
    less_after_cr="progression",
    max_sd_between=1,
    confirmation_days=20,
    sd_minimum_days=60,
    early_sd_after_cr="PD",
    response_new_therapy="ignore",
    pfs_new_therapy="ignore",
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("many")
    lesions, patients = folder / "lesions.csv", folder / "patients.csv"
    lesions.write_text("\n".join([HEADER, *random_.lesion_rows(PATIENTS, 6)]) + "\n", "utf-8")
    patients.write_text(random_.patients_csv(PATIENTS, 6), "utf-8")
    return lesions, patients


@pytest.mark.parametrize("chosen", [options(), OTHERWISE], ids=["defaults", "other choices"])
def test_every_time_point_and_best_response_is_the_same(
    files: tuple[Path, Path], chosen: Options
) -> None:
    lesions, heads = files
    table = assess_table(rules(), chosen, lesions, None, heads)
    points = {(row["patient_id"], row["date"]): row for row in table.points.to_dicts()}
    best = {row["patient_id"]: row for row in table.best.to_dicts()}
    seen: Counter[str] = Counter()
    for patient in read_patients(rules(), lesions, None, heads):
        result = assess(patient, rules(), chosen)
        for point in result.timepoints:
            row = points.pop((patient.id, point.date))
            assert (
                row["sum"], row["nadir"], row["baseline"], row["target"], row["non_target"],
                row["new_lesion"], row["overall"], row["literal"], row["not_counted"],
            ) == (
                point.sum, point.nadir, point.baseline, point.target, point.non_target,
                point.new_lesion, point.overall, point.literal, point.not_counted,
            ), (patient.id, point)  # fmt: skip
            seen[point.overall] += 1
            seen["carried"] += point.overall != point.literal
            seen["again"] += "seen again" in point.reason
            seen["bound"] += "at least" in point.reason
            seen["merged"] += "merged" in point.reason
            seen["fragment"] += "fragment" in point.reason
            seen["free"] += "no disease at baseline" in point.reason
            seen[point.not_counted or "counted"] += 1
        row = best[patient.id]
        assert (
            row["best_overall"], row["best_overall_date"], row["best_overall_confirmed"],
            row["best_overall_confirmed_date"], row["progression_date"],
        ) == (
            result.best.response, result.best.date, result.best_confirmed.response,
            result.best_confirmed.date, result.progression,
        ), patient  # fmt: skip
    assert not points
    wanted = ["CR", "PR", "SD", "PD", "NE", "NON-CR/NON-PD", "merged", "fragment", "free"]
    wanted += ["after_death", "before_reference", "counted"]
    if chosen == options():
        wanted += ["carried", "again", "bound", "after_new_therapy"]
    assert min(seen[word] for word in wanted) >= 10, seen  # nothing is agreed on by being absent


@pytest.mark.parametrize("less", ["as_given", "cr_was_pr", "progression"])
def test_best_response_of_given_sequences_is_the_same(tmp_path: Path, less: str) -> None:
    rows = random_.response_rows(400, 8)
    file = tmp_path / "responses.csv"
    text = ["patient_id,date,response", *(f"{p},{d},{r}" for p, d, r in rows)]
    file.write_text("\n".join(text) + "\n", "utf-8")
    seen: Counter[str] = Counter()
    for confirm, unevaluated, stable, early in product((28, 14), (0, 1), (0, 1), ("NE", "PD")):
        chosen = options(
            confirmation_days=confirm, max_ne_between=unevaluated, max_sd_between=stable,
            early_sd_after_cr=early, less_after_cr=less, sd_minimum_days=35,
        )  # fmt: skip
        best = assess_table(rules(), chosen, None, file).best
        found = {row[0]: row[1:] for row in best.iter_rows()}
        for patient in read_patients(rules(), None, file):
            result = assess(patient, rules(), chosen)
            expected = (
                result.best.response, result.best.date, result.best_confirmed.response,
                result.best_confirmed.date, result.progression,
            )  # fmt: skip
            assert found[patient.id] == expected, (patient, chosen)
            seen[result.best_confirmed.response] += 1
    assert set(seen) == {"CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE"}


def test_a_patient_without_an_assessment_is_missing_and_others_may_have_very_many(
    tmp_path: Path,
) -> None:
    days = [f"20{10 + k // 12:02d}-{k % 12 + 1:02d}-01" for k in range(150)]
    rows = [f"long,{day},{'PR' if k > 100 else 'SD'}" for k, day in enumerate(days)]
    file, heads = tmp_path / "responses.csv", tmp_path / "patients.csv"
    file.write_text("\n".join(["patient_id,date,response", *rows, "short,2024-01-01,PD"]), "utf-8")
    heads.write_text("patient_id,reference_date\nnone,2024-01-01\nlong,2010-01-01\n", "utf-8")
    best = assess_table(rules(), options(), None, file, heads).best
    found = {row[0]: row[3] for row in best.iter_rows()}
    assert found == {"long": "PR", "short": "PD", "none": "MISSING"}
    assert assess(Patient(PatientRow("none")), rules(), options()).best.response == "MISSING"


def test_scans_before_the_baseline_are_left_out_in_both(tmp_path: Path) -> None:
    rows = [
        *course("A", [40, 30, 30, 30, "absent"]),
        *course("B", [None, 20, "merged_into:A", None, None]),
        *course("S", [50, 20, 20, 25, 26], organ="lung"),
        *course("N", ["unequivocal_progression", "present", "absent"], role="non_target"),
    ]
    lesions, heads = tmp_path / "lesions.csv", tmp_path / "patients.csv"
    lesions.write_text("\n".join([HEADER, *rows]) + "\n", "utf-8")
    heads.write_text(f"patient_id,baseline_date\np,{DAYS[1]}\n", "utf-8")
    points = assess_table(rules(), options(), lesions, None, heads).points
    (patient,) = read_patients(rules(), lesions, None, heads)
    result = assess(patient, rules(), options())
    assert result.baseline_sum == 70_000
    assert points["overall"].to_list() == [point.overall for point in result.timepoints]
    assert points["sum"].to_list() == [50_000, 55_000, 26_000]
    assert points["non_target"].to_list() == ["CR", "NE", "NE"]


def test_lines_of_a_table_are_those_of_the_file(tmp_path: Path) -> None:
    """A byte order mark, blank lines and spaces change nothing, and a fault keeps its line."""
    rows = [row("L", 0, 40), "", row("L", 1, "mesured"), ",,,,,,,"]
    file = tmp_path / "lesions.csv"
    text = "\r\n".join([HEADER.replace(",", " , "), *rows]) + "\r\n"
    file.write_text(text, "utf-8-sig", newline="")
    told = []
    for read in (
        lambda: read_patients(rules(), file),
        lambda: assess_table(rules(), options(), file),
    ):
        with pytest.raises(InputError) as error:
            read()
        told.append([(p.line, p.field) for p in error.value.problems])
    assert told == [[(4, "status")]] * 2


BAD = {
    "a double": ["p,2024-01-01,L,target,liver,false,50,measured"] * 2,
    "a number": ["p,2024-01-01,L,target,liver,false,5o,measured"],
    "too fine": ["p,2024-01-01,L,target,liver,false,50.1234,measured"],
    "zero": ["p,2024-01-01,L,target,liver,false,0,measured"],
    "no size": ["p,2024-01-01,L,target,liver,false,,measured"],
    "size of nothing": ["p,2024-01-01,L,non_target,liver,false,20,absent"],
    "a date": ["p,2024-02-30,L,target,liver,false,50,measured"],
    "date of another form": ["p,2024-1-3,L,target,liver,false,50,measured"],
    "a role": ["p,2024-01-01,L,tagret,liver,false,50,measured"],
    "a status": ["p,2024-01-01,L,target,liver,false,50,mesured"],
    "nodal": ["p,2024-01-01,L,target,liver,maybe,50,measured"],
    "no organ": ["p,2024-01-01,L,target,,false,50,measured"],
    "node or not is unknown": ["p,2024-01-01,L,target,liver,,50,measured"],
    "no patient": [",2024-01-01,L,target,liver,false,50,measured"],
    "itself": ["p,2024-01-01,L,non_target,liver,false,,split_from:L"],
    "new at baseline": ["p,2024-01-01,L,new,liver,false,,present"],
    "target too late": [
        "p,2024-01-01,L,target,liver,false,50,measured",
        "p,2024-03-01,M,target,liver,false,50,measured",
    ],
    "target absent at baseline": ["p,2024-01-01,L,target,liver,false,,absent"],
    "role changes": [
        "p,2024-01-01,L,target,liver,false,50,measured",
        "p,2024-03-01,L,non_target,liver,false,,present",
    ],
    "node or not": [
        "p,2024-01-01,L,target,liver,false,50,measured",
        "p,2024-03-01,L,target,liver,true,50,measured",
    ],
    "unknown parent": [
        "p,2024-01-01,L,target,liver,false,50,measured",
        "p,2024-03-01,M,target,liver,false,20,split_from:K",
    ],
    "parent of another role": [
        "p,2024-01-01,L,non_target,liver,false,,present",
        "p,2024-03-01,M,target,liver,false,20,split_from:L",
    ],
    "a circle": [
        "p,2024-01-01,L,target,liver,false,50,measured",
        "p,2024-01-01,M,target,liver,false,50,measured",
        "p,2024-03-01,L,target,liver,false,,merged_into:M",
        "p,2024-05-01,M,target,liver,false,,merged_into:L",
    ],
    "progression of a target": [
        "p,2024-01-01,L,target,liver,false,50,measured",
        "p,2024-03-01,L,target,liver,false,50,unequivocal_progression",
    ],
}


@pytest.mark.parametrize("rows", BAD.values(), ids=BAD)
def test_what_one_patient_is_refused_for_many_are_refused_for(
    rows: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "lesions.csv"
    good = "other,2024-01-01,L,target,liver,false,50,measured"
    file.write_text("\n".join([HEADER, good, *rows]) + "\n", "utf-8")
    with pytest.raises(InputError) as one:
        read_patients(rules(), file)
    with pytest.raises(InputError) as many:
        assess_table(rules(), options(), file)
    assert many.value.problems == one.value.problems
    assert all(p.line and p.line > 2 and p.expected for p in one.value.problems)

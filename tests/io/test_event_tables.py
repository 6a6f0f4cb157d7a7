import datetime
from pathlib import Path

import pytest

from gepnet.io import read_event_tables
from gepnet.knowledge import InputError
from gepnet.record import Progression, Record, Treatment, parse_record, record_to_yaml
from gepnet.vocabulary import Accepting, Vocabulary

TODAY = datetime.date(2024, 6, 1)
GOOD = {
    "patients": """\
patient,region,as_of,complete
A,EU,2024-05-01,treatments=2024-05-01;metastases
B,,,
""",
    "pathology": """\
patient,date,author,ki67_percent,differentiation,note
A,2019-05,Dr X,2-5,well,"first, of the liver"
B,2020,,<3,,
""",
    "laboratory": """\
patient,date,haemoglobin_g_l[g/dL],creatinine_umol_l [mg/dL]
A,2024-04-20,9.9,1.0
""",
    "treatment": """\
patient,option,start,stop,ongoing,cycles,stop_reason
A,lanreotide,2019-06,2021-01,,,progression
A,everolimus,2021-02,,true,,
""",
    "progression": """\
patient,date,types,on
A,2021-01-10,radiological_recist; marker_rise,lanreotide
""",
}


def write(folder: Path, tables: dict[str, str]) -> Path:
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def read(folder: Path, tables: dict[str, str], vocabulary: Vocabulary) -> list[Record]:
    return read_event_tables(write(folder, tables), vocabulary, TODAY)


def faults(folder: Path, tables: dict[str, str], vocabulary: Vocabulary) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(folder, tables, vocabulary)
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def test_one_record_for_each_patient(tmp_path: Path, vocabulary: Vocabulary) -> None:
    first, second = read(tmp_path, GOOD, vocabulary)
    assert (first.patient, first.region, str(first.as_of)) == ("A", "EU", "2024-05-01")
    assert str(first.complete["treatments"]) == "2024-05-01"
    assert first.complete["metastases"] is None
    assert [event.id for event in first.events] == [
        "laboratory-2", "pathology-2", "progression-2", "treatment-2", "treatment-3",
    ]  # fmt: skip
    laboratory, pathology, progression, lanreotide, everolimus = first.events
    assert str(laboratory.values["haemoglobin_g_l"]) == "99"
    assert str(laboratory.values["creatinine_umol_l"]) == "88.4"
    assert (pathology.author, pathology.note) == ("Dr X", "first, of the liver")
    assert str(pathology.values["ki67_percent"]) == "2-5"
    assert isinstance(progression, Progression)
    assert progression.types == ("radiological_recist", "marker_rise")
    assert progression.on == ("lanreotide",)
    assert isinstance(lanreotide, Treatment)
    assert lanreotide.stop_reason == "progression"
    assert isinstance(everolimus, Treatment)
    assert everolimus.ongoing is True
    assert (second.patient, second.region, second.complete) == ("B", None, {})
    assert str(second.events[0].values["ki67_percent"]) == "<3"


def test_a_record_comes_back_from_its_patient_file(tmp_path: Path, vocabulary: Vocabulary) -> None:
    for record in read(tmp_path, GOOD, vocabulary):
        assert parse_record(record_to_yaml(record), "x", vocabulary, TODAY) == record


def test_patients_need_no_table_of_their_own(tmp_path: Path, vocabulary: Vocabulary) -> None:
    (record,) = read(tmp_path, {"clinical": "patient,date,ecog\nA,2024,1\n"}, vocabulary)
    assert (record.patient, len(record.events)) == ("A", 1)


def test_a_patient_without_events(tmp_path: Path, vocabulary: Vocabulary) -> None:
    (record,) = read(tmp_path, {"patients": "patient,region\nA,NO\n"}, vocabulary)
    assert (record.region, record.events) == ("NO", ())


def test_a_byte_order_mark_and_empty_lines_do_no_harm(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    text = "\ufeffpatient,date,ecog\n\nA,2024,1\n,,\n"
    (record,) = read(tmp_path, {"clinical": text}, vocabulary)
    assert str(record.events[0].values["ecog"]) == "1"


def test_every_bad_row_of_every_table_is_told_at_once(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    found = faults(
        tmp_path,
        {
            "patients": "patient,region,as_of\nA,Eu,2024\nA,EU,2024\n",
            "pathology": "patient,date,ki67_percent\nA,2019,130\nB,2019-13-01,5\nC,2030,ten\n",
            "laboratory": "patient,date,haemoglobin_g_l[mm]\nA,2024,9.9\n",
            "treatment": (
                "patient,option,start,stop,stop_reason\n"
                "A,lanreotied,2020,,\n"
                "B,everolimus,2021,2020,progresion\n"
                ",everolimus,2021,,\n"
            ),
            "progression": "patient,date,types,on\nB,2019,radiological_recst,everolimus\n",
        },
        vocabulary,
    )
    expected = [
        ("laboratory.csv:2", "A laboratory-2", "mm", "a unit of haemoglobin_g_l"),
        ("pathology.csv:2", "A pathology-2", "130", "from 0 to 100"),
        ("pathology.csv:3", "B pathology-3", "2019-13-01", "no date"),
        ("pathology.csv:4", "C pathology-4", "ten", "a number"),
        ("pathology.csv:4", "C pathology-4", "2030", "a date not after 2024-06-01"),
        ("patients.csv:2", "A", "'Eu'", "one of EU, US"),
        ("patients.csv:3", "A", "'A'", "each patient once (first on line 2)"),
        ("progression.csv:2", "B progression-2", "radiological_recst", "radiological_recist"),
        ("progression.csv:2", "B progression-2", "2019", "a date after the start of everolimus"),
        ("treatment.csv:2", "A treatment-2", "lanreotied", "did you mean 'lanreotide'"),
        ("treatment.csv:3", "B treatment-3", "progresion", "did you mean 'progression'"),
        ("treatment.csv:3", "B treatment-3", "'2020'", "a date after the start of everolimus"),
        ("treatment.csv:4", "patient", "", "the name of a patient"),
    ]
    for parts in expected:
        assert any(all(part in line for part in parts) for line in found), (parts, found)
    assert len(found) == len(expected)


def test_columns_are_checked_once(tmp_path: Path, vocabulary: Vocabulary) -> None:
    found = faults(
        tmp_path,
        {
            "pathology": "patient,date,date,ki67,ecog,grade,[%]\n" + "A,2019,,5,1,G1,\n" * 3,
            "clinical": "name,ecog\nA,1\n",
        },
        vocabulary,
    )
    text = "\n".join(found)
    assert "field ki67: expected a column of this table; did you mean 'ki67_percent'" in text
    assert "field ecog: expected this fact in the table 'clinical'" in text
    assert "field date: expected each column once" in text
    assert "clinical.csv:1: error, field patient: expected a column 'patient'" in text
    assert len([line for line in found if "pathology.csv:1" in line]) == 5


def test_only_facts_take_another_unit(tmp_path: Path, vocabulary: Vocabulary) -> None:
    (problem,) = faults(
        tmp_path, {"treatment": "patient,option,dose_mg[g]\nA,everolimus,1\n"}, vocabulary
    )
    assert "treatment.csv:1: error, field dose_mg[g]: expected no unit here" in problem


def test_rows_longer_than_the_header(tmp_path: Path, vocabulary: Vocabulary) -> None:
    found = faults(tmp_path, {"clinical": "patient,ecog\nA,1,2,3\n"}, vocabulary)
    assert found == ["clinical.csv:2: error, value 4 cells: expected at most 2, as in the header"]


def test_a_treatment_after_its_progression(tmp_path: Path, vocabulary: Vocabulary) -> None:
    tables = {
        "treatment": "patient,option,start\nA,everolimus,2021\n",
        "progression": "patient,date,types,on\nA,2019,radiological_recist,everolimus\n",
    }
    (problem,) = faults(tmp_path, tables, vocabulary)
    assert "progression.csv:2" in problem
    assert "a date after the start of everolimus" in problem


def test_tables_that_are_none(tmp_path: Path, vocabulary: Vocabulary) -> None:
    with pytest.raises(InputError, match="at least one CSV table"):
        read_event_tables(tmp_path, vocabulary)
    with pytest.raises(InputError, match="a folder with CSV tables"):
        read_event_tables(tmp_path / "none", vocabulary)
    (problem,) = faults(tmp_path, {"pathologie": "patient\nA\n"}, vocabulary)
    assert "did you mean 'pathology'" in problem
    (tmp_path / "pathologie.csv").unlink()
    (tmp_path / "clinical.csv").write_bytes(b"patient,note\nA,\xe9\n")
    (problem,) = faults(tmp_path, {}, vocabulary)
    assert "UTF-8" in problem
    (problem,) = faults(tmp_path, {"clinical": 'patient,note\nA,"x\n'}, vocabulary)
    assert "valid CSV" in problem


def test_a_percent_cell_that_became_a_fraction_is_asked_about(
    tmp_path: Path, vocabulary: Vocabulary
) -> None:
    pathology = "patient,date,ki67_percent\nA,2024-01,0.15\nA,2024-02,0.5\n"
    fraction, low = faults(tmp_path, {"pathology": pathology}, vocabulary)
    assert "pathology.csv:2: error, in A pathology-2, field ki67_percent" in fraction
    assert "0.15 as a fraction would be 15 %" in fraction
    assert "--accept 'ki67_percent=0.5 by WHO: WHY'" in low
    accepting = Accepting.read(
        ["ki67_percent=0.5 by Dr Bell: counted", "ki67_percent=0.15 by A: b"]
    )
    (record,) = read_event_tables(tmp_path, vocabulary, TODAY, accepting)
    by = [event.accepted["ki67_percent"].by for event in record.events]
    assert by == ["A", "Dr Bell"]
    assert parse_record(record_to_yaml(record), "p.yaml", vocabulary, TODAY) == record

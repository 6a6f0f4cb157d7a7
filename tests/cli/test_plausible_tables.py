"""Plausibility: every command asks about values of a table that are likely to be slips.

One mechanism asks, one grammar accepts, and who accepted what and why is in the result.
"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from gepnet.cli.app import app
from tests.cli.conftest import Run

LESIONS = "patient_id,date,lesion_id,role,organ,nodal,diameter_mm,status\n"
LABS = "patient_id,date,analyte,value,unit,lln,uln\n"
WHO = "by Dr Bell: looked at"

#: Command, files with a value that is a slip, the quantity, the value as told, what explains it.
ASKED: dict[str, tuple[str, dict[str, str], str, str]] = {
    "recist first size in cm": (
        "response recist FOLDER/lesions.csv",
        {"lesions.csv": LESIONS + "p,2024-01-01,L,target,liver,false,4.1,measured\n"},
        "target_first_diameter_mm=4.1",
        "4.1 cm would be 41 mm",
    ),
    "recist later size in cm": (
        "response recist FOLDER/lesions.csv",
        {
            "lesions.csv": LESIONS
            + "p,2024-01-01,L,target,liver,false,41,measured\n"
            + "p,2024-04-01,L,target,liver,false,4.0,measured\n"
        },
        "target_size_ratio=0.0976",
        "times the 41 mm of 2024-01-01",
    ),
    "recist many": (
        "response recist FOLDER/lesions.csv -o FOLDER/points.csv",
        {
            "lesions.csv": LESIONS
            + "p,2024-01-01,L,target,liver,false,41,measured\n"
            + "p,2024-04-01,L,target,liver,false,400,measured\n"
        },
        "lesion_diameter_mm=400",
        "to 300 mm",
    ),
    "growth": (
        "response growth FOLDER/lesions.csv",
        {
            "lesions.csv": LESIONS
            + "p,2024-01-01,L,target,liver,false,4.1,measured\n"
            + "p,2024-04-01,L,target,liver,false,5.0,measured\n"
        },
        "target_first_diameter_mm=4.1",
        "4.1 cm would be 41 mm",
    ),
    "chart spider": (
        "chart spider FOLDER/lesions.csv",
        {
            "lesions.csv": LESIONS
            + "p,2024-01-01,L,target,liver,false,4.1,measured\n"
            + "p,2024-04-01,L,target,liver,false,5.0,measured\n"
        },
        "target_first_diameter_mm=4.1",
        "4.1 cm would be 41 mm",
    ),
    "markers against another limit": (
        "response markers FOLDER/markers.csv",
        {
            "markers.csv": "patient_id,date,marker,value,unit,uln\n"
            "p,2024-01-01,CgA,300,ug/L,100\np,2024-03-01,CgA,310000,ug/L,100\n"
        },
        "marker_ratio=1030",
        "would be",
    ),
    "toxicity": (
        "response toxicity FOLDER/ae.csv --patients FOLDER/patients.csv --labs FOLDER/labs.csv",
        {
            "ae.csv": "patient_id,term,start,end,grade,ctcae\np,Nausea,2024-01-05,,1,5\n",
            "patients.csv": "patient_id,start,end\np,2024-01-01,2024-12-31\n",
            "labs.csv": LABS + "p,2024-02-01,haemoglobin_g_l,29,g/L,120,160\n",
        },
        "haemoglobin_g_l=29",
        "from 40 to 220 g/L",
    ),
    "chart labs": (
        "chart labs FOLDER/labs.csv",
        {"labs.csv": LABS + "p,2024-02-01,platelets_10e9_l,1.8,10*9/L,150,400\n"},
        "platelets_10e9_l=1.8",
        "from 2 to 1500",
    ),
    "monitoring": (
        "prrt monitoring FOLDER/p.yaml --labs FOLDER/labs.csv",
        {
            "p.yaml": "gepnet: 1\npatient: p\nregion: EU\nas_of: 2024-06-01\nevents:\n"
            "- {id: c1, kind: prrt_cycle, date: 2024-01-10, cycle: 1, "
            "option: lu177_dotatate, "
            "activity_gbq: 7.4}\n",
            "labs.csv": LABS + "p,2024-02-01,creatinine_umol_l,17,umol/L,45,90\n",
        },
        "creatinine_umol_l=17",
        "from 20 to 1500 umol/L",
    ),
    "discharge": (
        "prrt discharge FOLDER/readings.csv --given '2026-02-03 10:30'",
        {"readings.csv": "time_h,value,unit\n6,0.018,uSv/h\n24,0.012,uSv/h\n"},
        "dose_rate_usv_h=0.018",
        "0.018 mSv/h would be 18 uSv/h",
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_plausibility_a_slip_in_a_table_is_asked_about_and_accepted_by_name(
    name: str, run: Run, tmp_path: Path
) -> None:
    line, files, accepted, explained = ASKED[name]
    for file, text in files.items():
        (tmp_path / file).write_text(text, encoding="utf-8")
    words = [part.strip("'") for part in _words(line.replace("FOLDER", str(tmp_path)))]
    refused = run(*words)
    assert refused.code == 2, refused.out
    said = " ".join(refused.err.split())
    assert explained in said
    assert f"--accept '{accepted} by WHO: WHY'" in said
    more = []
    for told in said.split("--accept '")[1:]:
        more += ["--accept", f"{told.split(' by WHO')[0]} {WHO}"]
    done = run(*words, *more)
    assert done.code == 0, done.err
    quantity = accepted.split("=")[0]
    last = run(*words, *more, "--format", "json", *(["--details"] if "recist " in line else []))
    assert last.code == 0
    assert quantity in last.out and "Dr Bell" in last.out and "looked at" in last.out
    json.loads(last.out)


def _words(line: str) -> list[str]:
    import shlex

    return shlex.split(line)


def test_plausibility_sizes_that_grow_and_shrink_as_lesions_do_are_believed(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "lesions.csv"
    sizes = [12, 30, 15, 6, 0.5, 2.8, 12, 65]
    rows = [
        f"p,2024-{month:02}-01,L,target,liver,false,{size},measured"
        for month, size in enumerate(sizes, 1)
        if size != 0.5
    ]
    file.write_text(LESIONS + "\n".join(rows) + "\n", encoding="utf-8")
    assert run("response", "recist", file).code == 0
    assert run("response", "recist", file, "-o", tmp_path / "points.csv").code == 0


@pytest.mark.parametrize("written", ["umol/L", "mg/dL"])
def test_plausibility_bilirubin_has_one_limit_in_files_and_tables(
    run: Run, tmp_path: Path, written: str
) -> None:
    """3.5 umol/L may be mg/dL; nobody writes mg/dL by accident."""
    value, asked = {"umol/L": ("3.5", True), "mg/dL": ("0.2", False)}[written]
    labs = tmp_path / "labs.csv"
    labs.write_text(LABS + f"p,2024-02-01,bilirubin_umol_l,{value},{written},,\n", "utf-8")
    file = tmp_path / "p.yaml"
    file.write_text(
        "gepnet: 1\npatient: p\nregion: EU\nas_of: 2024-06-01\nevents:\n"
        "- {id: a, kind: laboratory, "
        f"date: 2024-02-01, bilirubin_umol_l: {{value: {value}, unit: {written}}}}}\n",
        "utf-8",
    )
    for words in (("labs", "grade", labs), ("missing", file)):
        assert (run(*words).code == 2) is asked, words


def test_plausibility_every_command_that_reads_a_table_of_values_takes_accept() -> None:
    """A command that joins and reads one of these tables has to take ``--accept`` as well."""
    from tests.cli.test_json_shapes import commands

    #: Options and arguments by which values of patients come in, and commands that take no values.
    without = {"facts", "knowledge", "cases"}
    reading = {"--labs", "--doses", "lesions", "markers"}
    for name, options in commands():
        if name.split()[0] in without:
            continue
        if options & reading:
            assert "--accept" in options, name
    assert app is not None


def test_plausibility_of_a_table_of_facts_a_slip_is_unknown_and_told(
    run: Run, tmp_path: Path
) -> None:
    """Ki-67 0.15 of a spreadsheet is no NET G1; one patient in g/dL changes no other."""
    facts, output = tmp_path / "facts.parquet", tmp_path / "statuses.parquet"
    pl.DataFrame(
        {
            "patient": ["a", "b", "c"],
            "ki67_percent": [0.15, 15.0, 2.0],
            "haemoglobin_g_l": [130.0, 31.0, 131.0],
        }
    ).write_parquet(facts)
    asked = ("cohort", "assess", facts, "-o", output, "--format", "json")
    done = run(*asked)
    view = json.loads(done.out)
    assert done.code == 1
    assert [(one["row"], one["value"]) for one in view["error_list"]] == [(0, "0.15"), (1, "31")]
    ki67 = view["error_list"][0]["why"]
    assert "0.15 as a fraction would be 15 %" in ki67
    assert "--accept 'ki67_percent=0.15 by WHO: WHY'" in ki67
    accept = ("--accept", f"a:ki67_percent=0.15 {WHO}", "--accept", f"haemoglobin_g_l=31 {WHO}")
    view = json.loads(run(*asked, *accept).out)
    assert view["errors"] == 0
    assert [(one["patient"], one["quantity"]) for one in view["accepted"]] == [
        ("a", "ki67_percent"),
        ("b", "haemoglobin_g_l"),
    ]
    assert run(*asked, *accept, "--accept", f"c:ki67_percent=2 {WHO}").code == 2


@pytest.mark.parametrize("typed", [False, True])
def test_plausibility_of_a_date_of_birth_in_a_table_of_facts(
    run: Run, tmp_path: Path, typed: bool
) -> None:
    """A date is held to the age that it makes, as in a patient file."""
    facts, output = tmp_path / "facts.parquet", tmp_path / "statuses.parquet"
    born = pl.Series("birth_date", ["1880-01-01", "1960-01-01", "2031-01-01", None, "1961-02-03"])
    column = born.str.to_date() if typed else born
    pl.DataFrame([pl.Series("patient", list("abcde")), column]).write_parquet(facts)
    asked = ("cohort", "assess", facts, "-o", output, "--at", "2026-01-01", "--format", "json")
    view = json.loads(run(*asked).out)
    told = {one["row"]: one["why"] for one in view["error_list"]}
    assert set(told) == {0, 2}
    assert "--accept 'age_years=1880-01-01 by WHO: WHY'" in told[0]
    assert "a date not after 2026-01-01" in told[2]
    view = json.loads(run(*asked, "--accept", f"a:age_years=1880-01-01 {WHO}").out)
    assert [one["row"] for one in view["error_list"]] == [2]


def test_a_range_in_a_fact_of_one_column_is_told_as_such(run: Run, tmp_path: Path) -> None:
    facts, output = tmp_path / "facts.parquet", tmp_path / "statuses.parquet"
    cells = {"platelets_10e9_l": ["<5", "210", "many"], "ki67_percent": ["<5", "2-3", "8"]}
    pl.DataFrame(cells).write_parquet(facts)
    view = json.loads(run("cohort", "assess", facts, "-o", output, "--format", "json").out)
    told = {one["value"]: one["why"] for one in view["error_list"]}
    assert set(told) == {"<5", "many"}
    assert "<5 is a range, for which this fact has no columns" in told["<5"]
    assert "range" not in told["many"]


def test_plausibility_made_up_tables_are_believed(run: Run, tmp_path: Path) -> None:
    facts, output = tmp_path / "facts.parquet", tmp_path / "statuses.parquet"
    assert run("facts", "sample", "--rows", "300", "-o", facts).code == 0
    assert run("cohort", "assess", facts, "-o", output).code == 0

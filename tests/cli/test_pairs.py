"""What one command writes another reads: every command that writes a file, with its readers.

A command that joins and writes has to be entered here, with who reads it or why nobody does.
"""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest

from tests.cli import json_calls
from tests.cli.conftest import Run
from tests.cli.test_json_shapes import commands

#: Commands in their order: each reads what one before it has written.
CHAINS: dict[str, tuple[str, ...]] = {
    "a table of facts": (
        "facts sample --rows 20 -o {out}/facts.parquet --at 2026-01-01",
        "cohort assess {out}/facts.parquet -o {out}/statuses.parquet --at 2026-01-01",
        "knowledge sql --facts {out}/facts.parquet --at 2026-01-01",
    ),
    "doses as CSV": (
        "prrt dosimetry --example -o {out}/activity.csv",
        "chart dosimetry {out}/activity.csv --cycle 1",
        "prrt dosimetry {out}/activity.csv -o {out}/doses.csv",
        "prrt cumulative {out}/p.yaml --doses {out}/doses.csv",
        "prrt retreatment {out}/p.yaml --doses {out}/doses.csv",
        "prrt another-cycle {out}/doses.csv",
    ),
    "doses as JSON": (
        "prrt dosimetry --example -o {out}/activity.csv",
        "prrt dosimetry {out}/activity.csv -o {out}/doses.json",
        "prrt cumulative {out}/p.yaml --doses {out}/doses.json",
        "prrt retreatment {out}/p.yaml --doses {out}/doses.json",
        "prrt another-cycle {out}/doses.json",
    ),
    "a registry": (
        "registry synth -o {out}/registry --patients 60",
        "registry info {out}/registry",
        "registry key -o {out}/secret.key",
        "registry add {out}/tables {out}/registry --pseudonyms {out}/secret.key",
        "registry assess {out}/registry -o {out}/assessed --at 2025-06-30",
        "registry characterise {out}/assessed --plot {out}/gaps.svg",
        "registry indicators {out}/assessed {out}/registry --by centre",
        "registry impact {out}/assessed --criterion ki67_percent<3 --instead ki67_percent<=3",
        "registry assess {out}/registry -o {out}/treated --at 2025-06-30 --points treatments",
        "registry audit {out}/treated",
        "registry sequence {out}/treated --plot {out}/lines.svg",
        "registry published {out}/treated {out}/registry",
        "registry survival {out}/treated",
        "registry share {out}/treated -o {out}/shared.json --centre north",
        "registry combine {out}/shared.json",
        "registry mid-treatment {out}/treated {out}/registry -o {out}/courses.csv",
        "registry quality {out}/registry -o {out}/odd.csv --plot {out}/odd.svg",
        "registry swimmer {out}/treated {out}/registry --patients 5 --plot {out}/s.svg",
    ),
    "a model": (
        "response made-up-cohort -o {out}/cohort.csv --patients 120",
        "response fit {out}/cohort.csv -o {out}/model.json --resamples 50",
        "chart forest {out}/model.json",
        "chart calibration {out}/model.json",
        "response midtreatment {out}/p.yaml --model {out}/model.json",
    ),
    "a table of a clinic": (
        "import suggest {out}/in/clinic.csv -o {out}/map.yaml",
        "import table {out}/in/clinic.csv --map {out}/map.yaml -o {out}/clinic --patient-files",
        "assess {out}/clinic/patients/A.yaml",
        "import tables {out}/clinic/tables -o {out}/patients",
        "registry key -o {out}/secret.key",
        "registry add {out}/clinic/tables {out}/registry --pseudonyms {out}/secret.key",
    ),
    "a tumour registry": (
        "import naaccr {out}/in/naaccr -o {out}/naaccr --patient-files",
        "facts of {out}/naaccr/patients/1.yaml",
    ),
    "a study of cBioPortal": (
        "import cbioportal {out}/in/cbioportal -o {out}/cbioportal --patient-files",
        "facts of {out}/cbioportal/patients/P.yaml",
    ),
    "an extraction of mCODE": (
        "import mcode {out}/in/mcode -o {out}/mcode --patient-files",
        "facts of {out}/mcode/patients/m.yaml",
    ),
    "OMOP": (
        "import omop {out}/in/omop -o {out}/omop --patient-files",
        "facts of {out}/omop/patients/1.yaml",
    ),
    "REDCap": (
        "export redcap -o {out}/redcap/dictionary.csv",
        "import redcap {out}/redcap -o {out}/from_redcap --patient-files",
        "assess {out}/from_redcap/patients/r1.yaml",
    ),
    "questions answered": (
        "ask --answer primary_site=pancreas -o {out}/asked.yaml --format json",
        "assess {out}/asked.yaml",
        "ask {out}/asked.yaml --format json",
    ),
    "observations of a published curve": (
        "evidence reconstruct {out}/in/points.csv {out}/in/numbers.csv "
        "--observations {out}/seen.csv -o {out}/curve.svg",
        "evidence km {out}/seen.csv",
    ),
    "a store of the board": (
        "board demo -o {out}/board.sqlite --cases 1",
        "registry key -o {out}/k",
        "import board --store {out}/board.sqlite -o {out}/cases --pseudonyms {out}/k --demo",
        "registry info {out}/cases",
        "db verify --store {out}/board.sqlite",
        "db export PF02 -o {out}/handed_over --store {out}/board.sqlite",
        "assess {out}/handed_over/record-1.yaml",
    ),
    "patients of tables": (
        "import tables {out}/tables -o {out}/patients",
        "facts of {out}/patients/p1.yaml",
        "assess {out}/patients/p1.yaml",
    ),
}
#: Commands that write what no other command reads, and why.
ALONE = {
    "response recist": "tables of responses for other programs; charts read its JSON",
    "cohort assess": "statuses for a warehouse",
    "import cases": "patient files, read as those of 'import tables'",
    "knowledge atlas": "pages",
    "report": "a page",
    "demo": "a page",
    "chart": "a picture",
    "evidence km": "a picture",
    "evidence meta": "a picture",
}
LESIONS = (
    "patient_id,date,lesion_id,role,organ,nodal,diameter_mm,status\n"
    "a,2024-01-01,L,target,liver,false,40,measured\n"
    "a,2024-04-01,L,target,liver,false,20,measured\n"
)
CLINIC = "id,sex,primary site,Ki-67 (%)\nA,F,ileum,5\nB,m,pancreas,3\n"
TUMOUR = (
    "patientIdNumber,sex,dateOfDiagnosis,primarySite,histologicTypeIcdO3\n1,2,20190514,C172,8240\n"
)
EXPORT = "record_id,redcap_repeat_instrument,redcap_repeat_instance,sex\nr1,,,female\n"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return a folder with what the first command of each chain reads."""
    example = json_calls.TREATED.replace("patient: p\n", "patient: P01\n")
    (tmp_path / "p.yaml").write_text(example, encoding="utf-8")
    json_calls.prepared(tmp_path / "in")
    (tmp_path / "in" / "clinic.csv").write_text(CLINIC, encoding="utf-8")
    (tmp_path / "in" / "naaccr" / "tumours.csv").write_text(TUMOUR, encoding="utf-8")
    (tmp_path / "redcap").mkdir()
    (tmp_path / "redcap" / "export.csv").write_text(EXPORT, encoding="utf-8")
    (tmp_path / "lesions.csv").write_text(LESIONS, encoding="utf-8")
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "laboratory.csv").write_text(
        "patient,date,platelets_10e9_l[/uL]\np1,2024-02-01,<5000\np1,2024-03-01,74999\n", "utf-8"
    )
    return tmp_path


@pytest.mark.parametrize("name", CHAINS)
def test_two_readers_what_one_command_writes_another_reads(name: str, run: Run, out: Path) -> None:
    for line in CHAINS[name]:
        done = run(*shlex.split(line.format(out=out)))
        assert done.code == 0, f"{line}: {done.err}"


@pytest.mark.parametrize("kind", ["waterfall", "swimmer", "spider"])
def test_two_readers_a_chart_reads_the_json_of_responses(kind: str, run: Run, out: Path) -> None:
    done = run("response", "recist", out / "lesions.csv", "--format", "json", "--details")
    (out / "results.json").write_text(done.out, encoding="utf-8")
    from_json = run("chart", kind, out / "results.json")
    assert from_json.code == 0, from_json.err
    if kind != "spider":  # the lesions themselves are not in the results
        assert from_json.out == run("chart", kind, out / "lesions.csv").out


def test_two_readers_a_command_that_writes_is_entered_with_its_readers() -> None:
    writing = {name for name, options in commands() if {"-o", "--output"} & options}
    lines = [line for chain in CHAINS.values() for line in chain]
    entered = {name for name in writing if any(line.startswith(f"{name} ") for line in lines)}
    assert writing == entered | ALONE.keys()

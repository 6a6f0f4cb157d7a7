"""Every command that prints JSON, on small inputs: the calls whose shapes are published."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CASES = Path(__file__).parents[2] / "src" / "gepnet" / "knowledge" / "cases"
DAY = ("--knowledge-date", "2026-01-15")
#: Keys below which the names are those of documents, facts or patients, and not part of a shape.
BY_NAME = frozenset(
    {
        "agreement", "aicc", "best_overall", "best_overall_confirmed", "by_centre", "by_class",
        "by_document", "centres",
        "codes", "conflicts", "costs_by_item", "counts", "disagreements", "documents", "kinds",
        "labels", "missing", "models", "no_dose", "not_counted", "not_in_force", "p_scores",
        "places", "positions", "profiles", "refused", "series", "shares", "sources", "states",
        "statuses", "study_weights", "survival_at_years", "toxicity", "values", "weights",
        "witness",
    }
)  # fmt: skip

TREATED = """\
gepnet: 1
patient: p
region: EU
as_of: 2025-06-01
complete: {treatments: 2025-06-01}
events:
- {kind: diagnosis, date: 2024-01-10, primary_site: pancreas}
- {kind: pathology, date: 2024-01-10, differentiation: well, ki67_percent: 8}
- {kind: prrt_cycle, cycle: 1, date: 2025-01-12, activity_gbq: 7.4}
- {kind: prrt_cycle, cycle: 2, date: 2025-03-09, activity_gbq: 7.4}
- {kind: response_assessment, date: 2025-04-20, response_ct: PR, response_sstr_pet: PR}
- {kind: laboratory, date: 2025-01-05, crp_mg_l: 12, albumin_g_l: 33}
- {kind: biomarker, date: 2025-01-05, netest_score: 45, netest_version: v1}
"""
LABS = "patient_id,date,analyte,value,unit,lln,uln,baseline\n" + "".join(
    f"p,{day},creatinine_clearance_ml_min,{value},mL/min,,,\n"
    for day, value in (
        ("2025-01-02", 91), ("2025-02-01", 88), ("2025-03-20", 87), ("2025-05-25", 84),
    )
) + "p,2025-05-25,haemoglobin_g_l,100,g/L,120,160,\n"  # fmt: skip
CHOI = """\
patient_id,date,lesion_id,role,organ,nodal,diameter_mm,status,hu
A,2024-01-01,T1,target,liver,false,100,measured,80
A,2024-03-01,T1,target,liver,false,85,measured,60
"""
MARKERS = """\
patient_id,date,marker,value,unit,uln
A,2024-01-01,cga,200,ug/L,100
A,2024-03-01,cga,150,ug/L,100
"""
CONTRASTS = """\
study,treat1,treat2,hr,ci_low,ci_high,source,verification
A,lu,placebo,0.3,0.2,0.45,made up,secondary
B,eve,placebo,0.5,0.35,0.71,made up,secondary
C,lu,eve,0.65,0.45,0.94,made up,secondary
D,lu,placebo,0.4,0.25,0.64,made up,unverified
"""
CLINIC = "id,sex,site,ki67,note\nA,F,ileum,5,x\nB,m,pancreas,<3,y\nC,f,ileum,130,\n"
CLINIC_MAP = """\
gepnet_mapping: 1
tables:
- patient: id
  rows: patient
  columns:
  - {column: sex, to: demographics.sex}
  - {column: site, to: diagnosis.primary_site}
  - {column: ki67, to: pathology.ki67_percent}
"""
NAACCR = (
    "patientIdNumber,sex,dateOfDiagnosis,primarySite,histologicTypeIcdO3,race1\n"
    "1,2,20190514,C172,8240,01\n2,2,20190514,C504,8500,01\n"
)
CBIOPORTAL = "#a\tb\n#a\tb\n#STRING\tSTRING\n#1\t1\nPATIENT_ID\tSEX\tKI67\nP\tFemale\t5\n"
REDCAP = (
    "Variable / Field Name,Form Name,Field Type,Field Label\n"
    "record_id,a,text,Record ID\nki67,a,text,Ki-67 (%)\n"
)
FILES = {
    "clinic.csv": CLINIC,
    "clinic.map.yaml": CLINIC_MAP,
    "naaccr/tumours.csv": NAACCR,
    "cbioportal/data_clinical_patient.txt": CBIOPORTAL,
    "mcode/patient.csv": "mrn,birthsex,dateOfBirth\nm,female,1961-06-21\n",
    "redcap/dictionary.csv": REDCAP,
    "redcap/export.csv": "record_id,ki67\n1,5\n",
    "omop/person.csv": "person_id,gender_concept_id,year_of_birth\n1,8532,1960\n",
    "treated.yaml": TREATED,
    "labs.csv": LABS,
    "doses.csv": "patient_id,cycle,region,dose_gy,bed_gy\np,1,kidneys,5,5.5\np,2,kidneys,5,5.5\n",
    "dose_rate.csv": "time_h,value,unit\n24,15,uSv/h\n72,<10,uSv/h\n",
    "choi.csv": CHOI,
    "markers.csv": MARKERS,
    "tables/pathology.csv": "patient,date,ki67_percent\nA,2024-01-01,5\nB,2024,<3\n",
    "points.csv": "time,survival,arm\n0,1,new\n2,0.75,new\n5,0.5,new\n8,0.4,new\n",
    "numbers.csv": "time,at_risk,arm\n0,40,new\n4,28,new\n",
    "survival.csv": "time,event,arm\n1,1,new\n4,0,new\n5,1,new\n1,1,old\n2,1,old\n4,0,old\n",
    "adverse.csv": "patient_id,term,start,end,grade,ctcae\na,Nausea,2026-01-02,,3,5\n",
    "contrasts.csv": CONTRASTS,
    "enrolled.csv": "study,line\nA,first\nB,second\nC,second\nD,second\n",
    "password.txt": "seven oaks in the rain\n",
    "at_risk.csv": "patient_id,start,end\na,2026-01-01,2026-04-10\nb,2026-01-01,2026-04-10\n",
}
#: What a call needs that another command writes.
BEFORE = (
    "facts sample --rows 30 -o {folder}/facts.parquet --at 2026-01-01",
    "prrt dosimetry --example -o {folder}/activity.csv",
    "prrt dosimetry {folder}/activity.csv -o {folder}/written.csv",
    "response made-up-cohort -o {folder}/cohort.csv --patients 120",
    "response made-up-cohort -o {folder}/few.csv --patients 12",
    "response fit {folder}/cohort.csv -o {folder}/model.json --resamples 50",
    "registry synth -o {folder}/registry --patients 120",
    "registry assess {folder}/registry -o {folder}/assessed --at 2025-06-30 {day}",
    "registry assess {folder}/registry -o {folder}/treated --at 2025-06-30 --points treatments "
    "{day}",
    "registry share {folder}/treated -o {folder}/shared.json --centre north",
    "board demo -o {folder}/board.sqlite --cases 5",
    "registry key -o {folder}/board.key",
    "db backup {folder}/kept.backup --store {folder}/board.sqlite",
)
CALLS = {
    "evidence-trials": "evidence trials",
    "evidence-trials-patient": "evidence trials --patient {patient}",
    "evidence-trials-positions": "evidence trials --patient {patient} --positions",
    "evidence-show": "evidence show netter-1",
    "evidence-km-trial": "evidence km --trial netter-1",
    "evidence-reconstruct": "evidence reconstruct {folder}/points.csv {folder}/numbers.csv",
    "evidence-km": "evidence km {folder}/survival.csv --landmark 2 --horizon 3",
    "assess": "assess {patient} {day}",
    "assess-all": "assess {patient} --all {day}",
    "explain": "explain {patient} esmo-2020/rlt-midgut-second-line-after-ssa {day}",
    "compare": "compare {patient} {day}",
    "compare-all": "compare {patient} --all {day}",
    "compare-option": "compare {patient} --option lu177_dotatate {day}",
    "missing": "missing {patient} {day}",
    "whatif": "whatif {patient} --set ki67_percent=25 --set functioning=true {day}",
    "pathway": "pathway asco-2023 acr-2022 --question prrt",
    "pathway-patient": "pathway esmo-2020 --question prrt --patient {patient} --at 2026-01-15",
    "ask": "ask --answer primary_site=jejunum_ileum --answer grade=NET_G2 "
    "--answer stage=metastatic --answer metastatic=no {day}",
    "demo": "demo -o {folder}/demo {day}",
    "report": "report {patient} -o {folder}/report.html {day}",
    "facts-list": "facts list",
    "facts-show": "facts show ki67_percent",
    "facts-of": "facts of {patient}",
    "facts-sample": "facts sample --rows 5 -o {folder}/few.parquet --at 2026-01-01",
    "knowledge-list": "knowledge list",
    "knowledge-due": "knowledge due --at 2027-03-01",
    "knowledge-show-document": "knowledge show esmo-2020",
    "knowledge-show-entry": "knowledge show esmo-2020/rlt-midgut-second-line-after-ssa",
    "knowledge-check": "knowledge check --no-mutate",
    "knowledge-check-coverage": "knowledge check --coverage",
    "knowledge-verify": "knowledge verify --document spain-2016 --processes 1 {day}",
    "knowledge-disagreements": "knowledge disagreements --document spain-2016 --processes 1 {day}",
    "knowledge-diff": "knowledge diff enets-2016 enets-si-2024 {day}",
    "knowledge-atlas": "knowledge atlas -o {folder}/atlas --part distances --rows 20 {day}",
    "import-cases": "import cases {cases}/published_cases.yaml -o {folder}/imported",
    "import-tables": "import tables {folder}/tables -o {folder}/from_tables",
    "import-board": "import board --store {folder}/board.sqlite -o {folder}/from_board "
    "--pseudonyms {folder}/board.key --demo --on 2026-01-15",
    "import-suggest": "import suggest {folder}/clinic.csv -o {folder}/suggested.yaml --force",
    "import-table": "import table {folder}/clinic.csv --map {folder}/clinic.map.yaml "
    "-o {folder}/from_table --force",
    "import-naaccr": "import naaccr {folder}/naaccr -o {folder}/from_naaccr --force",
    "import-cbioportal": "import cbioportal {folder}/cbioportal -o {folder}/from_cbio --force",
    "import-mcode": "import mcode {folder}/mcode -o {folder}/from_mcode --force",
    "import-redcap": "import redcap {folder}/redcap -o {folder}/from_redcap --force",
    "import-omop": "import omop {folder}/omop -o {folder}/from_omop --force",
    "export-redcap": "export redcap -o {folder}/dictionary_out.csv --force",
    "cases-evaluate": "cases evaluate {day}",
    "cohort-assess": "cohort assess {folder}/facts.parquet -o {folder}/o.parquet "
    "--at 2026-01-01 {day}",
    "registry-synth": "registry synth -o {folder}/small --patients 15 --force",
    "registry-add": "registry add {folder}/tables {folder}/added --on 2026-01-15",
    "registry-key": "registry key -o {folder}/secret.key",
    "registry-characterise": "registry characterise {folder}/assessed --by region",
    "registry-impact": "registry impact {folder}/assessed {day} --criterion ki67_percent<10 "
    "--instead ki67_percent<=10",
    "registry-audit": "registry audit {folder}/treated",
    "registry-sequence": "registry sequence {folder}/treated",
    "registry-survival": "registry survival {folder}/treated --by sex --covariate ki67_percent",
    "registry-share": "registry share {folder}/treated -o {folder}/s.json --centre north "
    "--covariate log2:ki67_percent",
    "registry-combine": "registry combine {folder}/shared.json",
    "registry-published": "registry published {folder}/treated {folder}/registry",
    "registry-indicators": "registry indicators {folder}/assessed {folder}/registry --by region",
    "registry-mid-treatment": "registry mid-treatment {folder}/treated {folder}/registry "
    "-o {folder}/courses.csv --show-small",
    "registry-swimmer": "registry swimmer {folder}/treated {folder}/registry --patients 8",
    "registry-quality": "registry quality {folder}/registry -o {folder}/odd.csv --show-small",
    "registry-info": "registry info {folder}/registry",
    "registry-assess": "registry assess {folder}/registry -o {folder}/assessed --at 2025-06-30 "
    "{day}",
    "labs-grade": "labs grade {folder}/labs.csv",
    "chart-spider": "chart spider {cases}/examples/lesions.csv --patient P01",
    "chart-waterfall": "chart waterfall {cases}/examples/lesions.csv",
    "chart-timeline": "chart timeline {patient}",
    "chart-written": "chart labs {cases}/examples/labs.csv -o {folder}/labs.svg",
    "prrt-eligibility": "prrt eligibility {patient}",
    "prrt-review": "prrt review {cases}/courses/platelets.yaml --cycle 3 --date 2026-01-26",
    "prrt-course": "prrt course {cases}/courses/platelets.yaml",
    "prrt-plan": "prrt plan --start 2026-02-02 --at 2026-01-05 --holidays NO",
    "prrt-plan-patient": "prrt plan {cases}/courses/platelets.yaml --at 2026-01-27",
    "prrt-dosimetry": "prrt dosimetry {folder}/activity.csv",
    "prrt-dosimetry-overview": "prrt dosimetry {folder}/activity.csv --overview",
    "prrt-discharge": "prrt discharge {folder}/dose_rate.csv --given 2026-02-03T10:30 --region AU",
    "prrt-discharge-unmeasured": "prrt discharge --given 2026-02-03T10:30",
    "prrt-cumulative": "prrt cumulative {folder}/treated.yaml --doses {folder}/doses.csv",
    "prrt-another-cycle": "prrt another-cycle {folder}/written.csv --cycles 3",
    "prrt-retreatment": "prrt retreatment {folder}/treated.yaml --doses {folder}/doses.csv {day}",
    "prrt-monitoring": "prrt monitoring {folder}/treated.yaml --labs {folder}/labs.csv",
    "response-recist": "response recist {cases}/examples/lesions.csv "
    "--patients {cases}/examples/patients.csv",
    "response-recist-details": "response recist {cases}/examples/lesions.csv --details",
    "response-recist-written": "response recist {cases}/examples/lesions.csv -o {folder}/r.csv",
    "response-recist-options": "response recist --options",
    "response-growth": "response growth {cases}/examples/lesions.csv",
    "response-choi": "response choi {folder}/choi.csv",
    "response-markers": "response markers {folder}/markers.csv",
    "response-midtreatment": "response midtreatment {folder}/treated.yaml "
    "--model {folder}/model.json",
    "response-scores": "response scores {folder}/treated.yaml",
    "response-fit": "response fit {folder}/cohort.csv --resamples 50",
    "response-fit-refused": "response fit {folder}/few.csv",
    "evidence-meta": "evidence meta {folder}/contrasts.csv --exclude B --exclude C --include D",
    "evidence-nma": "evidence nma {folder}/contrasts.csv --populations {folder}/enrolled.csv",
    "evidence-simulate": "evidence simulate midgut-g1-g2 --patients 40 --draws 4 "
    "--costs costs-palmer-2020 --country SE --threshold 500000",
    "board-demo": "board demo -o {folder}/demo.sqlite --cases 1",
    "board-worklist": "board worklist --store {folder}/board.sqlite",
    "board-agreement": "board agreement --store {folder}/board.sqlite",
    "user-list": "user list --store {folder}/board.sqlite",
    "user-add": "user add ada --printed-name Ada --role clinician --centre North "
    "--password-file {folder}/password.txt --store {folder}/board.sqlite",
    "user-disable": "user disable fulvia --store {folder}/board.sqlite",
    "user-password": "user password greta --password-file {folder}/password.txt "
    "--store {folder}/board.sqlite",
    "db-upgrade": "db upgrade --store {folder}/new.sqlite",
    "db-verify": "db verify --store {folder}/board.sqlite",
    "db-backup": "db backup {folder}/board.backup --store {folder}/board.sqlite",
    "db-restore": "db restore {folder}/kept.backup --store {folder}/back.sqlite",
    "db-export": "db export PF02 -o {folder}/handed_over --store {folder}/board.sqlite",
    "db-erase": "db erase PF02 --reason asked --yes --store {folder}/board.sqlite",
    "response-toxicity": "response toxicity {folder}/adverse.csv --patients {folder}/at_risk.csv",
}


def prepared(folder: Path) -> None:
    """Write the input files of the calls."""
    for name, text in FILES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    shutil.copy(CASES / "example_patient.yaml", folder / "example.yaml")


def arguments(call: str, folder: Path) -> list[str]:
    """Return the arguments of a call, its places filled in."""
    filled = call.format(
        folder=folder, cases=CASES, patient=folder / "example.yaml", day=" ".join(DAY)
    )
    return filled.split()


def shape(value: Any, key: str = "") -> Any:
    """Return keys and types of JSON data: ``{"key": "int|null", "list": [...]}``.

    A key that only some entries of a list have ends in ``?``; what is below a key of ``BY_NAME``
    has one shape under ``*``; what nests in itself (``parts``) is described once.
    """
    if isinstance(value, dict):
        if key in BY_NAME:
            return {"*": merged([shape(item, key) for item in value.values()])}
        return {name: shape(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [merged([shape(item) for item in _flat(value, key)])]
    return "null" if value is None else type(value).__name__


def _flat(items: list[Any], key: str) -> list[Any]:
    if key != "parts":
        return items
    found: list[Any] = []
    for item in items:
        found += [{**item, "parts": []} if "parts" in item else item]
        found += _flat(item.get("parts", []), key)
    return found


def merged(shapes: list[Any]) -> Any:
    """Return one shape for values that stand in the same place."""
    dicts = [one for one in shapes if isinstance(one, dict)]
    lists = [one[0] for one in shapes if isinstance(one, list)]
    types = {word for one in shapes if isinstance(one, str) for word in one.split("|") if word}
    if not (dicts or lists):
        return "|".join(sorted(types))
    whole: dict[str, Any] = {}
    for name in dict.fromkeys(name.rstrip("?") for one in dicts for name in one):
        found = [one[n] for one in dicts for n in (name, f"{name}?") if n in one]
        always = all(name in one for one in dicts)
        whole[name if always else f"{name}?"] = merged(found)
    if lists:
        whole["[]"] = merged(lists)
    if types:
        whole["|"] = "|".join(sorted(types))
    return whole if dicts or types else [whole["[]"]]


def differences(found: Any, recorded: Any, place: str = "") -> Iterator[str]:
    """Yield what a shape has that the recorded one has not, and what it lacks."""
    if isinstance(found, list) and isinstance(recorded, list):
        yield from differences(found[0], recorded[0], f"{place}[]")
    elif isinstance(found, dict) and isinstance(recorded, dict):
        before = {name.rstrip("?"): shape for name, shape in recorded.items()}
        now = {name.rstrip("?"): shape for name, shape in found.items()}
        for name, shape in now.items():
            if name in before:
                yield from differences(shape, before[name], f"{place}.{name}")
            elif shape != "":
                yield f"{place}.{name} is new"
        gone = [name for name in before if name not in now and name in recorded]
        yield from (f"{place}.{name} is gone" for name in gone if name not in ("|", "[]", "*"))
    elif isinstance(found, dict | list):
        yield f"{place} was {recorded}"
    elif isinstance(recorded, dict | list):
        allowed = recorded.get("|", "") if isinstance(recorded, dict) else ""
        if found and not set(found.split("|")) <= set(allowed.split("|")):
            yield f"{place} is {found}"
    elif not set(found.split("|")) - {""} <= set(recorded.split("|")):
        yield f"{place} is {found}, was {recorded}"


def recorded_file(name: str) -> Path:
    """Return the file that holds the recorded shape of a call."""
    return Path(__file__).parent / "shapes" / f"{name}.json"


def main() -> None:
    """Record every shape as it is now: ``python tests/cli/json_calls.py [NAME...]``."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        prepared(folder)
        for call in BEFORE:
            _output(arguments(call, folder))
        for name in sys.argv[1:] or CALLS:
            data = json.loads(_output([*arguments(CALLS[name], folder), "--format", "json"]))
            text = json.dumps({"call": CALLS[name], "shape": shape(data)}, indent=1)
            recorded_file(name).write_text(text + "\n", encoding="utf-8")


def _output(command: list[str]) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "gepnet", *command], stdout=subprocess.PIPE, text=True, check=False
    )
    return done.stdout


if __name__ == "__main__":
    main()

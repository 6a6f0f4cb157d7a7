"""Files of real formats, with their real headers, go in with every row accounted for.

The headers are those of the public specifications: cBioPortal's clinical and timeline files, the
item names of NAACCR XML, REDCap's data dictionary and export, the CSV templates of the mCODE
extraction framework, OMOP CDM 5.4. The patients are made up.
"""

from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from gepnet import api
from gepnet.io import read_event_tables
from gepnet.io.mapping.words import code_list
from gepnet.knowledge import InputError
from gepnet.record import Cycle, Treatment

BASE = api.base()

FORMATS = {
    "cbioportal": {
        "data_clinical_patient.txt": (
            "#Patient Identifier\tSex\tPrimary\n#id\tsex\tsite\n#STRING\tSTRING\tSTRING\n#1\t1\t1\n"
            "PATIENT_ID\tSEX\tPRIMARY_SITE\tOS_STATUS\n"
            "P1\tFemale\tPancreas\t0:LIVING\nP2\tMale\tSmall bowel\t1:DECEASED\n"
            "P3\tFemale\tBreast\t0:LIVING\n"
        ),
        "data_clinical_sample.txt": (
            "#a\tb\tc\td\te\n#a\tb\tc\td\te\n#STRING\tSTRING\tSTRING\tSTRING\tNUMBER\n#1\t1\t1\t1\t1\n"
            "PATIENT_ID\tSAMPLE_ID\tONCOTREE_CODE\tTUMOR_GRADE\tKI67\n"
            "P1\tS1\tPANET\tG2\t7\nP2\tS2\tSBWDNET\tG1\t[Not Available]\nP3\tS3\tIDC\tG3\t\n"
        ),
        "data_timeline_treatment.txt": (
            "PATIENT_ID\tSTART_DATE\tSTOP_DATE\tEVENT_TYPE\tTREATMENT_TYPE\tAGENT\n"
            "P1\t30\t400\tTREATMENT\tMedical Therapy\tLanreotide\n"
            "P2\t-5\t\tTREATMENT\tMedical Therapy\tNever heard of\n"
        ),
        "data_timeline_labtest.txt": (
            "PATIENT_ID\tSTART_DATE\tSTOP_DATE\tEVENT_TYPE\tTEST\tRESULT\tUNIT\n"
            "P1\t30\t\tLAB_TEST\tCreatinine\t0.9\tmg/dL\nP1\t31\t\tLAB_TEST\tFerritin\t12\tug/L\n"
        ),
        "data_timeline_status.txt": (
            "PATIENT_ID\tSTART_DATE\tSTOP_DATE\tEVENT_TYPE\tSTATUS\n"
            "P1\t390\t\tSTATUS\tProgression\nP2\t900\t\tSTATUS\tDeceased\n"
        ),
    },
    "naaccr": {
        "tumours.csv": (
            "patientIdNumber,sex,dateOfBirth,dateOfDiagnosis,primarySite,histologicTypeIcdO3,"
            "behaviorCodeIcdO3,gradePathological,ki67,metsAtDxLiver,vitalStatus,dateOfLastContact\n"
            "1,2,19550301,20190514,C172,8240,3,1,2.5,1,1,20230101\n"
            "2,1,1960,20200599,C250,8246,3,2,XXX.9,0,0,20220601\n"
            "3,2,19700101,20200101,C504,8500,3,3,,0,1,20230101\n"
            ",2,19700101,20200101,C172,8240,3,1,,0,1,20230101\n"
        )
    },
    "mcode": {
        "patient.csv": (
            "mrn,familyName,givenName,gender,birthsex,dateOfBirth,race,ethnicity,language,"
            "addressLine,city,state,zip\n"
            "m1,,,female,female,1961-06-21,,,,,,,\nm2,,,male,male,11/8/56,,,,,,,\n"
            "m3,,,female,,1970-01-01,,,,,,,\n"
        ),
        "condition.csv": (
            "mrn,conditionId,codeSystem,code,displayName,category,dateOfDiagnosis,clinicalStatus,"
            "verificationStatus,bodySite,laterality,histology\n"
            "m1,c1,icd10,C7A.012,Carcinoid,d,2020-05-01,active,confirmed,,,8240/3\n"
            "m2,c2,icd10,C25.4,Pancreas,d,2019-01-01,active,confirmed,,,8249/3\n"
            "m3,c3,icd10,C50.911,Breast,d,2019-01-01,active,confirmed,,,8500/3\n"
        ),
        "observation.csv": (
            "mrn,observationId,status,code,codeSystem,displayName,value,valueCodeSystem,"
            "effectiveDate,bodySite,laterality\n"
            "m1,o1,final,29593-1,http://loinc.org,Ki-67,5 %,,2020-05-01,,\n"
            "m1,o2,final,2160-0,http://loinc.org,Creatinine,0.9 mg/dL,,2020-05-01,,\n"
            "m1,o3,final,2160-0,http://loinc.org,Creatinine,0.9,,2020-05-01,,\n"
        ),
        "cancer-related-medication-administration.csv": (
            "mrn,medicationId,code,codeSystem,displayText,startDate,endDate,treatmentReasonCode,"
            "treatmentReasonCodeSystem,treatmentReasonDisplayText,treatmentIntent,status\n"
            "m1,x,1,rx,Lanreotide 120 MG,2020-07-01,2021-07-01,,,,,completed\n"
            "m2,x,1,rx,Everolimus,2020-07-01,,,,,,not-done\n"
        ),
        "staging.csv": (
            "mrn,conditionId,stageGroup,t,n,m,type,stagingSystem,stagingCodeSystem,effectiveDate\n"
            "m1,c1,4,cT3,cN1,cM1,Clinical,443830009,sct,2020-06-01\n"
        ),
    },
    "redcap": {
        "dictionary.csv": (
            '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",'
            '"Choices, Calculations, OR Slider Labels","Field Note",'
            '"Text Validation Type OR Show Slider Number","Field Annotation"\n'
            "record_id,a,,text,Record ID,,,,\n"
            'gender,a,,radio,Sex,"1, Male | 2, Female | 9, Unknown",,,\n'
            'site,a,,dropdown,Primary site,"1, Small bowel | 2, Pancreas | 3, Unknown",,,\n'
            "bx_date,b,,text,Date of biopsy,,,date_dmy,\n"
            "ki67,b,,text,Ki-67 (%),,,,\n"
            'mets,c,,checkbox,Sites of metastases,"1, Liver | 2, Bone | 3, Lymph node",,,\n'
            'prior,c,,checkbox,Prior treatments,"1, Lanreotide | 2, Everolimus",,,\n'
            "lab_date,labs,,text,Date of blood test,,,date_ymd,\n"
            "creat,labs,,text,Creatinine (mg/dL),,,number,\n"
        ),
        "export.csv": (
            "record_id,redcap_repeat_instrument,redcap_repeat_instance,gender,site,bx_date,ki67,"
            "mets___1,mets___2,mets___3,prior___1,prior___2,a_complete,lab_date,creat\n"
            "1,,,1,1,2020-01-02,2-5,1,0,1,1,0,2,,\n1,labs,1,,,,,,,,,,,2021-01-02,0.9\n"
            "1,labs,2,,,,,,,,,,,2021-03-02,88\n2,,,2,3,,,0,0,0,0,0,2,,\n"
        ),
    },
    "omop": {
        "person.csv": (
            "person_id,gender_concept_id,year_of_birth,month_of_birth,day_of_birth,birth_datetime,"
            "race_concept_id,ethnicity_concept_id,gender_source_value\n"
            "1,8532,1960,4,,,0,0,F\n2,8507,1950,,,,0,0,M\n3,8532,1961,4,3,,0,0,F\n"
        ),
        "condition_occurrence.csv": (
            "condition_occurrence_id,person_id,condition_concept_id,condition_start_date,"
            "condition_source_value\n"
            "1,1,44000001,2020-01-05,\n2,1,0,2020-01-06,C7B.02\n3,2,0,2019-01-01,C25.4\n"
            "4,3,0,2018-01-01,C50.9\n"
        ),
        "measurement.csv": (
            "measurement_id,person_id,measurement_concept_id,measurement_date,value_as_number,"
            "value_as_concept_id,unit_concept_id,unit_source_value,measurement_source_value,"
            "value_source_value\n"
            "1,1,3016723,2020-02-01,0.9,,,mg/dL,2160-0,0.9\n2,1,0,2020-02-01,7,,,%,Ki-67,7\n"
            "3,2,3024929,2020-02-01,190,,,10*3/uL,,190\n4,2,0,2020-02-01,1,,,ug/L,ferritin,1\n"
        ),
        "drug_exposure.csv": (
            "drug_exposure_id,person_id,drug_concept_id,drug_exposure_start_date,"
            "drug_exposure_end_date,drug_source_value,stop_reason\n"
            "1,1,1364430,2020-03-01,2020-03-01,,\n2,1,1364430,2020-03-29,2020-03-29,,\n"
            "3,1,1364430,2021-03-29,2021-03-29,,\n4,2,0,2020-03-29,2020-03-29,everolimus 10 mg,\n"
        ),
        "concept.csv": (
            "concept_id,concept_name,domain_id,vocabulary_id,concept_class_id,standard_concept,"
            "concept_code\n"
            "3024929,Platelets,M,LOINC,x,S,777-3\n44000001,NET,C,ICDO3,x,S,8240/3-C17.2\n"
            "1364430,lanreotide,Drug,RxNorm,I,S,0\n"
        ),
    },
}
#: Of each format: rows in, used and quarantined, and its patients.
COUNTS = {
    "cbioportal": (12, 8, 4, ["P1", "P2"]),
    "naaccr": (4, 2, 2, ["1", "2"]),
    "mcode": (12, 8, 4, ["m1", "m2"]),
    "redcap": (4, 3, 1, ["1", "2"]),
    "omop": (15, 12, 3, ["1", "2"]),
}


def write(folder: Path, name: str) -> Path:
    source = folder / name
    source.mkdir()
    for file, text in FORMATS[name].items():
        (source / file).write_text(text, encoding="utf-8")
    return source


def bring(name: str, source: str | Path, folder: Path, **more: Any) -> dict[str, Any]:
    return api.import_format(BASE, name, str(source), folder, **more)


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_goes_in_by_one_command_with_every_row_accounted_for(
    name: str, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    view = bring(name, write(tmp_path, name), out)
    rows, patients = view["rows"], COUNTS[name][3]
    assert (rows["in"], rows["used"], rows["quarantined"]) == COUNTS[name][:3], view["quarantine"]
    told = pl.read_csv(out / "quarantine.csv", infer_schema=False)
    assert told.filter(pl.col("scope") == "row").height == rows["quarantined"]
    records = read_event_tables(out / "tables", BASE.vocabulary)
    assert sorted(record.patient for record in records) == patients
    reasons = " ".join(one["reason"] for one in view["quarantine"])
    assert name == "redcap" or "not a GEP-NET" in reasons
    assert not view["whole"]


def facts(folder: Path, patient: str) -> dict[str, Any]:
    records = read_event_tables(folder / "tables", BASE.vocabulary)
    record = next(one for one in records if one.patient == patient)
    found: dict[str, Any] = {}
    for event in record.events:
        found |= event.values
        if isinstance(event, Treatment):
            found[event.option] = event
    return found


def test_cbioportal_counts_from_a_made_up_day_and_says_so(tmp_path: Path) -> None:
    source, out = write(tmp_path, "cbioportal"), tmp_path / "out"
    view = bring("cbioportal", source, out)
    assert "made-up day 0" in view["notes"][0]
    found = facts(out, "P1")
    assert str(found["lanreotide"].start) == "2000-01-31" and found["primary_site"] == "pancreas"
    bring("cbioportal", source, tmp_path / "dated", anchor="2015-06-01")
    assert str(facts(tmp_path / "dated", "P1")["lanreotide"].start) == "2015-07-01"


def test_naaccr_reads_codes_of_icd_o_3_and_unknown_parts_of_dates(tmp_path: Path) -> None:
    out = tmp_path / "out"
    bring("naaccr", write(tmp_path, "naaccr"), out)
    one, two = facts(out, "1"), facts(out, "2")
    assert (one["primary_site"], one["differentiation"]) == ("jejunum_ileum", "well")
    assert one["grade_reported"] == "G1" and one["metastasis_liver"] is True
    assert two["diagnosis_date"] == "2020-05" and two["pancreas_part"] == "head"
    assert "differentiation" not in two  # 8246 was used for any grade
    assert "ki67_percent" not in two  # XXX.9 says that it is not known


def test_mcode_takes_a_number_only_with_its_unit(tmp_path: Path) -> None:
    out = tmp_path / "out"
    view = bring("mcode", write(tmp_path, "mcode"), out)
    assert any("a unit beside the value" in one["reason"] for one in view["quarantine"])
    found = facts(out, "m1")
    assert str(found["creatinine_umol_l"].reported.text) == "0.9"
    assert "everolimus" not in facts(out, "m2")  # not done


def test_redcap_reads_repeating_instruments_checkboxes_and_labels(tmp_path: Path) -> None:
    source, out = write(tmp_path, "redcap"), tmp_path / "out"
    bring("redcap", source, out)
    found = facts(out, "1")
    assert found["metastasis_liver"] is found["metastasis_lymph_node"] is True
    assert "metastasis_bone" not in found  # a box that is not checked says nothing
    assert found["lanreotide"].option == "lanreotide" and "everolimus" not in found
    assert "primary_site" not in facts(out, "2")  # "Unknown" is not "searched and not found"
    labels = FORMATS["redcap"]["export.csv"].replace("1,,,1,1,", "1,,,Male,Small bowel,")
    (source / "export.csv").write_text(labels, encoding="utf-8")
    bring("redcap", source, tmp_path / "labels")
    assert facts(tmp_path / "labels", "1")["primary_site"] == "jejunum_ileum"


def test_omop_joins_the_doses_of_a_course_and_leaves_its_end_open(tmp_path: Path) -> None:
    out = tmp_path / "out"
    bring("omop", write(tmp_path, "omop"), out)
    records = read_event_tables(out / "tables", BASE.vocabulary)
    courses = [e for r in records for e in r.treatments if e.option == "lanreotide"]
    assert [(str(e.start), str(e.last_dose), e.stop) for e in courses] == [
        ("2020-03-01", "2020-03-29", None),
        ("2021-03-29", "2021-03-29", None),
    ]
    assert facts(out, "1")["differentiation"] == "well"  # by the concept 8240/3-C17.2


def _as_database(folder: Path, path: Path) -> None:
    connection = duckdb.connect(str(path))
    for file in sorted(folder.iterdir()):
        query = f"CREATE TABLE {file.stem} AS SELECT * FROM read_csv('{file}', header = true)"
        connection.execute(query)
    connection.close()


def test_omop_in_duckdb_and_parquet_says_the_same_as_in_csv(tmp_path: Path) -> None:
    source = write(tmp_path, "omop")
    _as_database(source, tmp_path / "omop.duckdb")
    columns = tmp_path / "parquet"
    columns.mkdir()
    for file in source.iterdir():
        pl.read_csv(file).write_parquet(columns / f"{file.stem}.parquet")
    views = [
        bring("omop", place, tmp_path / f"out{n}")
        for n, place in enumerate((source, tmp_path / "omop.duckdb", columns))
    ]
    assert views[0]["rows"] == views[1]["rows"] == views[2]["rows"]
    said = [
        [
            {k: v for k, v in event.model_dump().items() if k not in ("source", "id")}
            for record in sorted(
                read_event_tables(tmp_path / f"out{n}" / "tables", BASE.vocabulary),
                key=lambda one: one.patient,
            )
            for event in record.events
        ]
        for n in range(3)
    ]
    assert said[0] == said[1] == said[2]


def test_a_source_that_is_none_is_refused_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        bring("omop", "postgresql://me:secret@127.0.0.1:1/none", tmp_path / "out")
    assert "secret" not in str(caught.value) and "***" in str(caught.value)
    (tmp_path / "not.duckdb").write_bytes(b"no database")
    with pytest.raises(InputError, match="a DuckDB file"):
        bring("omop", tmp_path / "not.duckdb", tmp_path / "out")
    with pytest.raises(InputError, match="Variable / Field Name"):
        bring("redcap", write(tmp_path, "naaccr"), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_what_the_dictionary_asks_for_comes_back_without_a_mapping(tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    view = api.export_redcap(BASE, project / "dictionary.csv")
    assert view["fields"] > 60 and "no standard" in view["notes"][0]
    header = (
        "record_id,redcap_repeat_instrument,redcap_repeat_instance,sex,birth_date,primary_site,"
        "pathology_date,ki67_percent,differentiation,laboratory_date,platelets_10e9_l,"
        "treatment_option,treatment_start,treatment_stop_reason,cycle_date,cycle_cycle,"
        "cycle_option,cycle_activity_gbq,cycle_amino_acids,metastasis_liver,staging_date\n"
    )
    rows = (
        "1,,,female,1960-05-02,pancreas,,,,,,,,,,,,,,,\n"
        "1,pathology,1,,,,2020-01-05,2-5,well,,,,,,,,,,,,\n"
        "1,laboratory,1,,,,,,,2024-01-05,210,,,,,,,,,,\n"
        "1,treatment,1,,,,,,,,,lanreotide,2020-02-01,progression,,,,,,,\n"
        "1,cycle,1,,,,,,,,,,,,2024-02-01,1,lu177_dotatate,7.4,1,,\n"
        "1,staging,1,,,,,,,,,,,,,,,,,0,2024-01-02\n"
    )
    (project / "export.csv").write_text(header + rows, encoding="utf-8")
    done = bring("redcap", project, tmp_path / "out")
    assert done["whole"], done["quarantine"]
    (record,) = read_event_tables(tmp_path / "out" / "tables", BASE.vocabulary)
    found = facts(tmp_path / "out", "1")
    assert found["primary_site"] == "pancreas" and found["metastasis_liver"] is False
    assert found["lanreotide"].stop_reason == "progression"
    assert [str(e.activity_gbq) for e in record.events if isinstance(e, Cycle)] == ["7.4"]
    assert {e.kind: str(e.date) for e in record.events}["pathology"] == "2020-01-05"


def test_the_dictionary_of_everything_has_each_recorded_fact_once(tmp_path: Path) -> None:
    view = api.export_redcap(BASE, tmp_path / "all.csv", every=True)
    names = pl.read_csv(tmp_path / "all.csv", infer_schema=False)["Variable / Field Name"]
    recorded = {f.id for f in BASE.vocabulary.values() if f.entry.event and f.family is None}
    assert names.is_unique().all() and len(names) == view["fields"]
    assert len(recorded - set(names)) < 40  # those of treatments and progression stand in no form
    assert all(name == name.lower() for name in names if name.endswith("_date"))


def test_what_is_remembered_of_a_format_is_said_and_only_that(tmp_path: Path) -> None:
    """The codes of NAACCR were said to be read; part of them is remembered."""
    told = bring("naaccr", write(tmp_path, "naaccr"), tmp_path / "one")["notes"]
    assert any("remembered" in note for note in told)
    quiet = bring("mcode", write(tmp_path, "mcode"), tmp_path / "two")["notes"]
    assert not any("remembered" in note for note in quiet)


def test_an_adenocarcinoid_is_not_called_well_differentiated() -> None:
    codes = code_list("icd_o_3_morphology")
    adenocarcinoid, carcinoid = codes.find("8245/3"), codes.find("8241/3")
    assert adenocarcinoid is not None and adenocarcinoid.means == {}
    assert carcinoid is not None and carcinoid.means == {"pathology.differentiation": "well"}

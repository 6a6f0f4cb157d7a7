"""A mapping is suggested from headers and values, says what it saw, and runs."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from gepnet import api
from gepnet.io import read_event_tables
from gepnet.io.mapping.propose import propose
from gepnet.knowledge import InputError, read_yaml
from gepnet.vocabulary import Vocabulary

BASE = api.base()

#: Tables of strangers, and where their columns go.
TABLES = {
    "english": (
        "Patient ID,Sex,DOB,Primary site,Ki-67 (%),Grade,Creatinine,Platelets,ECOG PS,SSA,"
        "SSA start\n"
        "A,F,1960-05-01,ileum,5,G2,0.9,210,0,yes,2020-01-01\n"
        "B,M,1955-01-01,pancreas,<3,G1,1.1,180,1,no,\n"
        "C,F,1949-01-01,rectum,2-5,G2,0.8,300,1,yes,2021-02-03\n",
        {
            "Sex": "demographics.sex", "DOB": "demographics.birth_date",
            "Primary site": "diagnosis.primary_site", "Ki-67 (%)": "pathology.ki67_percent",
            "Grade": "pathology.grade_reported", "Creatinine": "laboratory.creatinine_umol_l",
            "Platelets": "laboratory.platelets_10e9_l", "ECOG PS": "clinical.ecog",
            "SSA start": "ssa.start",
        },
    ),
    "italian": (
        "ID paziente;Sesso;Data di nascita;Sede primitiva;Ki-67;Differenziazione;Emoglobina (g/dl);"
        "Metastasi;Terapia;Inizio terapia;Motivo sospensione\n"
        "A;F;01/05/1960;ileo;5;ben differenziato;12,1;fegato, ossa;lanreotide;13/01/2020;"
        "progressione\n"
        "B;M;23/11/1955;pancreas;12;ben differenziato;13,5;fegato;everolimus;01/02/2021;"
        "tossicità\n",
        {
            "Sesso": "demographics.sex", "Data di nascita": "demographics.birth_date",
            "Sede primitiva": "diagnosis.primary_site", "Ki-67": "pathology.ki67_percent",
            "Differenziazione": "pathology.differentiation",
            "Emoglobina (g/dl)": "laboratory.haemoglobin_g_l", "Metastasi": "codes",
            "Terapia": "treatment.option", "Inizio terapia": "treatment.start",
            "Motivo sospensione": "treatment.stop_reason",
        },
    ),
    "german": (
        "Pat-Nr;Geschlecht;Geburtsdatum;Erstdiagnose;Primärtumor;Ki-67;Grad;Biopsie Datum;"
        "Krea mg/dl;Therapie 1;Therapie 1 Beginn;Therapie 1 Ende;Todesdatum\n"
        "1;w;14.03.1958;15.02.2019;Dünndarm;5;G2;20.02.2019;0,9;Lanreotid;01.03.2019;01.09.2021;\n"
        "2;m;25.01.1949;15.04.2020;Pankreas;15;G2;16.04.2020;1,3;Everolimus;01.05.2020;;01.02.2023\n",
        {
            "Geschlecht": "demographics.sex", "Geburtsdatum": "demographics.birth_date",
            "Erstdiagnose": "diagnosis.diagnosis_date", "Primärtumor": "diagnosis.primary_site",
            "Grad": "pathology.grade_reported", "Krea mg/dl": "laboratory.creatinine_umol_l",
            "Therapie 1": "line_1.option", "Therapie 1 Beginn": "line_1.start",
            "Therapie 1 Ende": "line_1.stop", "Todesdatum": "death.date",
        },
    ),
    "spanish": (
        "ID paciente;Sexo;Fecha de nacimiento;Tumor primario;Ki67;Hemoglobina (g/dl)\n"
        "A;mujer;13/05/1960;páncreas;5;12,1\nB;hombre;23/11/1955;íleon;12;13,5\n",
        {
            "Sexo": "demographics.sex", "Fecha de nacimiento": "demographics.birth_date",
            "Tumor primario": "diagnosis.primary_site", "Ki67": "pathology.ki67_percent",
            "Hemoglobina (g/dl)": "laboratory.haemoglobin_g_l",
        },
    ),
    "french": (
        "Numéro patient;Sexe;Date de naissance;Tumeur primitive;Ki67;Plaquettes\n"
        "A;femme;13/05/1960;intestin grêle;5;210\nB;homme;23/11/1955;rectum;12;180\n",
        {
            "Sexe": "demographics.sex", "Date de naissance": "demographics.birth_date",
            "Tumeur primitive": "diagnosis.primary_site", "Ki67": "pathology.ki67_percent",
            "Plaquettes": "laboratory.platelets_10e9_l",
        },
    ),
}  # fmt: skip


def suggested(path: Path, vocabulary: Vocabulary) -> dict[str, Any]:
    made = propose(path, vocabulary, "map.yaml")
    data: dict[str, Any] = read_yaml(made.text, "map.yaml").data["tables"][0]
    return data


@pytest.mark.parametrize("language", TABLES)
def test_the_columns_of_a_stranger_go_where_they_belong(
    language: str, vocabulary: Vocabulary, tmp_path: Path
) -> None:
    text, wanted = TABLES[language]
    path = tmp_path / "table.csv"
    path.write_text(text, encoding="utf-8")
    table = suggested(path, vocabulary)
    found = {entry["column"]: entry["to"] for entry in table["columns"]}
    assert {name: found.get(name) for name in wanted} == wanted
    assert table["patient"] == text.replace(";", ",").partition(",")[0]
    assert all(entry["saw"] for entry in table["columns"])
    header = text.partition("\n")[0].replace(";", ",").split(",")
    assert set(header[1:]) == set(found)  # each column is named


@pytest.mark.parametrize("language", TABLES)
def test_what_is_suggested_runs_without_an_edit(language: str, tmp_path: Path) -> None:
    text, _ = TABLES[language]
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    api.suggest_mapping(BASE, tmp_path / "table.csv", tmp_path / "map.yaml")
    out = tmp_path / "out"
    view = api.import_table(BASE, tmp_path / "table.csv", tmp_path / "map.yaml", out)
    assert view["whole"], view["quarantine"]
    assert len(read_event_tables(out / "tables", BASE.vocabulary)) == text.count("\n") - 1


def test_the_unit_is_the_one_that_fits_the_size_of_the_values(
    vocabulary: Vocabulary, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    for values, unit in (((0.8, 0.9, 1.1), "mg/dL"), ((70, 88, 95), None)):
        rows = "".join(f"{n},{value}\n" for n, value in enumerate(values))
        path.write_text(f"id,creatinine\n{rows}", encoding="utf-8")
        (entry,) = suggested(path, vocabulary)["columns"]
        assert entry.get("unit") == unit and entry["confidence"] == "medium"
        assert "no unit in the header" in entry["saw"]


def test_the_order_of_day_and_month_is_found_or_asked_for(
    vocabulary: Vocabulary, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    for date, order in (("25/01/2020", "dmy"), ("01/25/2020", "mdy"), ("2020-01-25", "iso")):
        path.write_text(f"id,biopsy date,ki67\nA,{date},5\n", encoding="utf-8")
        assert suggested(path, vocabulary)["dates"] == order
    path.write_text("id,biopsy date,ki67\nA,03/04/2020,5\n", encoding="utf-8")
    made = propose(path, vocabulary, "m.yaml")
    assert any("read both ways" in note for note in made.tables[0][1].notes)


def test_a_row_for_each_value_is_seen(vocabulary: Vocabulary, tmp_path: Path) -> None:
    path = tmp_path / "labs.csv"
    path.write_text(
        "USUBJID,LBTEST,LBORRES,LBORRESU,day\nA,Creatinine,0.9,mg/dL,10\nA,Hemoglobin,12.1,g/dL,10\n"
        "A,Platelets,210,10*3/uL,40\nB,Platelets,<5,10*3/uL,7\nB,Ferritin,12,ug/L,7\n",
        encoding="utf-8",
    )
    table = suggested(path, vocabulary)
    assert table["long"] == {
        "key": "LBTEST", "value": "LBORRES", "unit": "LBORRESU", "date": "day", "keys": {},
    }  # fmt: skip
    assert table["made_up"] is True
    api.suggest_mapping(BASE, path, tmp_path / "map.yaml")
    out = tmp_path / "out"
    view = api.import_table(BASE, path, tmp_path / "map.yaml", out)
    assert (view["rows"]["used"], view["rows"]["quarantined"]) == (4, 1)
    labs = pl.read_csv(out / "tables" / "laboratory.csv", infer_schema=False)
    assert labs["date"].to_list() == ["2000-01-11", "2000-02-10", "2000-01-08"]


def test_names_and_birth_dates_of_patients_are_not_copied_into_the_mapping(
    vocabulary: Vocabulary, tmp_path: Path
) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "id,Surname,DOB,ki67\nA,Wintermute,1960-05-17,5\nB,Molly,1955-01-29,7\n", encoding="utf-8"
    )
    text = propose(path, vocabulary, "m.yaml").text
    assert not any(word in text for word in ("Wintermute", "Molly", "1960-05-17", "1955-01-29"))


def test_an_excel_sheet_is_read_with_its_dates(tmp_path: Path) -> None:
    import datetime

    path = tmp_path / "clinic.xlsx"
    book = xlsxwriter.Workbook(str(path))
    notes, sheet = book.add_worksheet("notes"), book.add_worksheet("patients")
    notes.write_row(0, 0, ["nothing"])
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, ["Patient", "Biopsy date", "Ki-67 (%)", "Primary"])
    for row, (name, ki67, site) in enumerate([("A", 5, "ileum"), ("B", "<3", "pancreas")], 1):
        sheet.write_row(row, 0, [name, None, ki67, site])
        sheet.write_datetime(row, 1, datetime.datetime(2024, 1, 5), day)
    book.close()
    api.suggest_mapping(BASE, path, tmp_path / "map.yaml", sheet="patients")
    view = api.import_table(BASE, path, tmp_path / "map.yaml", tmp_path / "out")
    assert view["whole"], view["quarantine"]
    pathology = pl.read_csv(tmp_path / "out" / "tables" / "pathology.csv", infer_schema=False)
    assert pathology["date"].to_list() == ["2024-01-05"] * 2
    with pytest.raises(InputError, match="patients"):
        api.suggest_mapping(BASE, path, tmp_path / "m.yaml", sheet="patient")


def test_a_known_format_gives_the_mapping_that_ships(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(
        "patientIdNumber,primarySite,histologicTypeIcdO3\n1,C172,8240\n"
    )
    view = api.suggest_mapping(BASE, tmp_path / "t.csv", tmp_path / "map.yaml")
    assert view["format"] == "naaccr"
    done = api.import_table(BASE, tmp_path / "t.csv", tmp_path / "map.yaml", tmp_path / "out")
    assert done["rows"]["used"] == 1


def test_a_workbook_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    import zipfile

    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (64 << 20))
    with pytest.raises(InputError, match="does not become"):
        api.suggest_mapping(BASE, path, tmp_path / "map.yaml")
    assert not (tmp_path / "map.yaml").exists()


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\x00\x01\x02", b"PAR1junk"])
def test_what_is_no_table_is_refused_in_words(content: bytes, tmp_path: Path) -> None:
    for name in ("t.csv", "t.xlsx", "t.parquet"):
        if name == "t.csv" and content.startswith(b"PAR1"):
            continue  # a header without rows
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError) as caught:
            api.suggest_mapping(BASE, tmp_path / name, tmp_path / "map.yaml")
        assert name in str(caught.value)


def test_an_extract_of_a_cancer_registry_goes_in_by_what_is_suggested(tmp_path: Path) -> None:
    path, out = tmp_path / "extract.csv", tmp_path / "out"
    path.write_text(
        '"Patient ID","Sex","Year of diagnosis","Primary Site - labeled","Histologic Type ICD-O-3",'
        '"Mets at DX-liver (2010+)","Survival months"\n'
        '"1","Female","2018","C17.2-Ileum","8240","Yes","25"\n'
        '"2","Male","2016","C25.0-Head of pancreas","8246","No","60"\n'
        '"3","Female","2019","C50.4-Breast","8500","Blank(s)","10"\n',
        encoding="utf-8",
    )
    api.suggest_mapping(BASE, path, tmp_path / "map.yaml")
    view = api.import_table(BASE, path, tmp_path / "map.yaml", out)
    assert (view["rows"]["used"], view["rows"]["quarantined"]) == (2, 1)
    assert "infiltrating duct carcinoma" in view["quarantine"][0]["reason"]
    diagnosis = pl.read_csv(out / "tables" / "diagnosis.csv", infer_schema=False)
    assert diagnosis["primary_site"].to_list() == ["jejunum_ileum", "pancreas"]
    stage = pl.read_csv(out / "tables" / "stage.csv", infer_schema=False)
    assert stage["metastasis_liver"].to_list() == ["true", "false"]

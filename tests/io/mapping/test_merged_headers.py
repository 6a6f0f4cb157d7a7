"""A stranger's workbook: a title, merged groups, Italian, commas, doses, oddities."""

from pathlib import Path

import xlsxwriter

from gepnet import api
from gepnet.knowledge import read_yaml

BASE = api.base()
HEADS = {
    "N. paz.": ["1", "2", "3"],
    "Sesso": ["F", "M", "f"],
    "Data di nascita": ["12.05.1951", "1948", "30.02.1955"],
    "Data diagnosi": ["03.02.2021", "15.06.2019", "10.09.2020"],
    "Sede primitivo": ["ileo", "pancreas (coda)", "primitivo ignoto"],
    "Ki67 %": ["3,5", ">60", "<3"],
    "Differenziazione": ["ben diff.", "scarsamente diff", "Bene"],
    "Stadio": ["IV", "IIIB", "I"],
    "Metastasi ossee": ["no", "SI", "no"],
    "Metastasi epatiche": ["si", "SI", "no"],
    "PET Ga68": ["positiva", "non eseguita", "neg"],
    "1a linea": ["octreotide LAR 30 mg", "CAPTEM", "SSA"],
    "Inizio 1a linea": ["01.03.2021", "20.07.2019", "01.10.2020"],
    "Fine 1a linea": ["n/a", "15.01.2020", ""],
    "PRRT (n. cicli)": ["4", "", ""],
    "Inizio PRRT": ["10.10.2022", "", ""],
    "Creatinina (mg/dl)": ["0,9", "88", "1,1"],
    "Data ultimo controllo": ["20.02.2025", "03.09.2021", "02.12.2024"],
}


def workbook(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Casistica")
    sheet.write(0, 0, "Registro NET, agg. marzo 2025")
    sheet.merge_range(1, 0, 1, 4, "Anagrafica")
    sheet.merge_range(1, 5, 1, 10, "Istologia e stadio")
    sheet.merge_range(1, 11, 1, 15, "Terapia")
    for place, (head, cells) in enumerate(HEADS.items()):
        for row, cell in enumerate([head, *cells], 2):
            sheet.write(row, place, cell)
    book.close()


def test_a_workbook_with_merged_headers_is_mapped_and_brought_in(tmp_path: Path) -> None:
    source, file = tmp_path / "registro.xlsx", tmp_path / "map.yaml"
    workbook(source)
    view = api.suggest_mapping(BASE, source, file)
    assert view["tables"][0]["patient"] == "N. paz."
    data = read_yaml(file.read_text(encoding="utf-8"), "map").data
    where = {one["column"]: one["to"] for one in data["tables"][0]["columns"]}
    assert where["Metastasi ossee"] == "stage.metastasis_bone"
    assert where["1a linea"] == "line_1.option" and where["Fine 1a linea"] == "line_1.stop"
    assert where["PRRT (n. cicli)"] == "prrt.cycles" and where["Stadio"] == "stage.tnm_stage_group"
    assert where["Data ultimo controllo"] == "last_contact.date"
    assert "nothing" not in {where[name] for name in where if name != "Cognome"}
    done = api.import_table(BASE, source, file, tmp_path / "in", patient_files=True)
    (table,) = done["tables"]
    assert (table["rows"], table["used"], table["quarantined"]) == (3, 3, 0)
    aside = (tmp_path / "in" / "quarantine.csv").read_text(encoding="utf-8")
    assert "registro.xlsx,6,3,cell,Data di nascita,30.02.1955" in aside.replace(str(tmp_path), "")
    assert "registro.xlsx,5,2,cell,Creatinina (mg/dl),88" in aside.replace(str(tmp_path), "")
    first = (tmp_path / "in" / "patients" / "1.yaml").read_text(encoding="utf-8")
    assert "octreotide_lar" in first and "ki67_percent: 3.5" in first and "cycles: 4" in first
    second = (tmp_path / "in" / "patients" / "2.yaml").read_text(encoding="utf-8")
    assert ">60" in second and "differentiation: poor" in second and "pancreas" in second

"""An extract as of SEER*Stat and the spreadsheet of a trial, by the mapping that is suggested."""

from pathlib import Path

from gepnet import api
from gepnet.knowledge import read_yaml

BASE = api.base()
SEER = """\
"Patient ID","Sex","Year of diagnosis","Primary Site - labeled","Histologic Type ICD-O-3",\
"Grade Recode (thru 2017)","Combined Summary Stage (2004+)","SEER Combined Mets at DX-liver (2010+)"
"00000123","Female","2015","C17.2-Ileum","8240","Well differentiated; Grade I","Distant","Yes"
"00000124","Male","2012","C25.2-Tail of pancreas","8246","Unknown","Regional","No"
"00000125","Female","2018","C50.4-Upper-outer quadrant of breast","8500","Unknown","Localized","No"
"""
TRIAL = """\
USUBJID,ARM,SEX,AGE,PRIMSITE,KI67,TRTSDT,TRTEDT,CYCLES,CUMDOSE_GBQ,BOR,DTHDT,CREAT_UMOL_L,HGB_G_DL
N-1,177Lu-DOTATATE,F,61,Small intestine,12,2020-01-15,2020-07-02,4,29.6,PR,,71,12.9
N-2,Everolimus 10 mg,M,55,Pancreas,>55,2020-02-20,.,NA,NA,PD,2021-06-01,88,11.8
"""


def brought(folder: Path, text: str) -> tuple[dict[str, str], dict[str, int]]:
    """Return where each column went, and how many rows were used and put aside."""
    source, file = folder / "in.csv", folder / "map.yaml"
    source.write_text(text, encoding="utf-8")
    api.suggest_mapping(BASE, source, file)
    columns = read_yaml(file.read_text(encoding="utf-8"), "map").data["tables"][0]["columns"]
    done = api.import_table(BASE, source, file, folder / "out", patient_files=True)
    (table,) = done["tables"]
    counts = {name: table[name] for name in ("rows", "used", "quarantined", "cells_quarantined")}
    return {one["column"]: one["to"] for one in columns}, counts


def test_an_extract_as_of_seer(tmp_path: Path) -> None:
    where, counts = brought(tmp_path, SEER)
    assert "nothing" not in where.values()
    assert counts == {"rows": 3, "used": 2, "quarantined": 1, "cells_quarantined": 0}
    first = (tmp_path / "out" / "patients" / "00000123.yaml").read_text(encoding="utf-8")
    assert "jejunum_ileum" in first and "differentiation: well" in first and "metastatic" in first
    second = (tmp_path / "out" / "patients" / "00000124.yaml").read_text(encoding="utf-8")
    assert "stage: not_metastatic" in second and "differentiation" not in second


def test_the_spreadsheet_of_a_trial(tmp_path: Path) -> None:
    """Creatinine in capital units is creatinine, and a dose behind a drug is left out."""
    where, counts = brought(tmp_path, TRIAL)
    assert where["CREAT_UMOL_L"] == "laboratory.creatinine_umol_l"
    assert where["ARM"] == "treatment.option" and where["TRTEDT"] == "treatment.stop"
    assert where["DTHDT"] == "death.date" and "nothing" not in where.values()
    assert counts == {"rows": 2, "used": 2, "quarantined": 0, "cells_quarantined": 0}
    second = (tmp_path / "out" / "patients" / "N-2.yaml").read_text(encoding="utf-8")
    assert "option: everolimus" in second and "2021-06-01" in second and ">55" in second

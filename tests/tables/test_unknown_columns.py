"""No table passes over a column that it does not know: it is told, with the nearest known name.

Once ``grup`` for ``group`` pooled all patients, and a column ``bed`` of doses was not read.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from gepnet import api
from gepnet.io import read_event_tables
from gepnet.io.dated_events import read_dated_events
from gepnet.io.laboratory import read_laboratory
from gepnet.knowledge import InputError
from gepnet.prrt.after.doses import read_doses
from gepnet.prrt.dosimetry.columns import result_columns
from gepnet.prrt.dosimetry.data import Physics, dosimetry_data
from gepnet.prrt.dosimetry.run import run
from gepnet.prrt.dosimetry.table import Stated, read_series
from gepnet.response.fit import Spec
from gepnet.response.fit.cohort import read_cohort
from gepnet.response.markers import read_markers
from gepnet.response.recist import Rules, read_options, read_patients
from gepnet.response.recist.columns import assess_table
from gepnet.response.toxicity import CountingSpec
from gepnet.response.toxicity.tables import read_events, read_periods
from gepnet.response.toxicity.tables import read_patients as read_treated
from gepnet.vocabulary import Question
from tests.prrt.dosimetry.tables import fall, packaged, rows, series

BASE = api.base()
MEASURES = BASE.knowledge.measures
PHYSICS = Physics.read(MEASURES)
RULES = Rules.read(MEASURES)
LESION = "patient_id,date,lesion_id,role,organ,nodal,diameter_mm,status"
TREATED = pl.DataFrame({"patient_id": ["p"]})
#: What reads a file, its columns, the column that is misspelt, and how.
FORMATS: dict[str, tuple[Callable[[Path], Any], str, str, str]] = {
    "lesions": (lambda f: read_patients(RULES, f), LESION, "diameter_mm", "diametre_mm"),
    "lesions of many": (
        lambda f: assess_table(RULES, read_options(RULES, None), f),
        LESION, "organ", "organs",
    ),
    "responses": (
        lambda f: read_patients(RULES, None, f), "patient_id,date,response", "response", "respons",
    ),
    "patients": (
        lambda f: read_patients(RULES, None, None, f),
        "patient_id,baseline_date", "baseline_date", "baselin_date",
    ),
    "markers": (read_markers, "patient_id,date,marker,value,unit,uln", "uln", "ulnn"),
    "adverse events": (
        lambda f: read_events(f, CountingSpec.read(MEASURES), TREATED),
        "patient_id,term,start,end,grade,ctcae", "grade", "grad",
    ),
    "treated patients": (read_treated, "patient_id,start,end,group", "group", "grup"),
    "periods": (lambda f: read_periods(f, TREATED), "patient_id,period,start,end", "end", "ende"),
    "laboratory": (
        lambda f: read_laboratory(f, BASE.vocabulary),
        "patient_id,date,analyte,value,unit,baseline", "baseline", "base_line",
    ),
    "events of charts": (read_dated_events, "patient_id,date,event", "event", "events"),
    "doses": (
        lambda f: read_doses(f, PHYSICS),
        "patient_id,cycle,region,dose_gy,bed_gy", "bed_gy", "bed",
    ),
    "time-activity": (
        lambda f: read_series(f, dosimetry_data(MEASURES), Stated(False)),
        "patient_id,cycle,region,time_h,activity_mbq,mass_g,sex", "sex", "sexx",
    ),
    "a registry's cohort": (
        lambda f: read_cohort(f, Spec.read(MEASURES)),
        "patient_id,mid_response,grade,site,further_response", "site", "sites",
    ),
}  # fmt: skip


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize(("read", "head", "column", "written"), FORMATS.values(), ids=FORMATS)
def test_a_misspelt_column_is_told_with_the_nearest_name(
    tmp_path: Path,
    read: Callable[[Path], Any],
    head: str,
    column: str,
    written: str,
    separator: str,
) -> None:
    file = tmp_path / "table.csv"
    misspelt = [written if name == column else name for name in head.split(",")]
    file.write_text(separator.join(misspelt) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read(file)
    told = str(caught.value)
    assert f"{file}:1: error" in told
    if read is FORMATS["time-activity"][0] and separator == ";":
        assert "columns separated by commas" in told
    else:
        assert f"did you mean '{column}'" in told or f"did you mean '{written}'" in told


@pytest.mark.parametrize(("read", "head", "column", "written"), FORMATS.values(), ids=FORMATS)
def test_a_column_of_somebody_elses_is_named(
    tmp_path: Path, read: Callable[[Path], Any], head: str, column: str, written: str
) -> None:
    file = tmp_path / "table.csv"
    file.write_text(f"{head},zzz\n", encoding="utf-8")
    if read is FORMATS["a registry's cohort"][0]:  # told beside the model
        assert read(file).ignored == ("zzz",)
        return
    with pytest.raises(InputError, match=r":1: error, field zzz: expected a column of this table"):
        read(file)


@pytest.mark.parametrize("kind", ["pathology", "laboratory", "treatment", "patients"])
def test_an_event_table_names_them_and_reads_the_rest(tmp_path: Path, kind: str) -> None:
    (tmp_path / f"{kind}.csv").write_text("patient,nots,zzz\n,,x\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_event_tables(tmp_path, BASE.vocabulary, datetime.date(2026, 1, 1))
    told = [(p.line, p.field) for p in caught.value.problems]
    assert told == [(1, "nots"), (1, "zzz"), (2, "patient")]
    assert kind == "patients" or caught.value.problems[0].nearest == "note"


def test_a_table_of_facts_names_what_it_does_not_use(tmp_path: Path) -> None:
    facts = tmp_path / "facts.parquet"
    pl.DataFrame(
        {"patient": ["p"], "primary_site": ["pancreas"], "ki67_percnt": [5.0]}
    ).write_parquet(facts)
    summary = api.assess_cohort(BASE, facts, tmp_path / "out.parquet", Question())
    assert summary["ignored_columns"] == [{"column": "ki67_percnt", "nearest": "ki67_percent"}]


def test_doses_may_stand_in_the_table_that_the_dosimetry_wrote(tmp_path: Path) -> None:
    found = run(series(tmp_path, rows("spleen", [4, 24, 96], fall(60))), packaged())
    head = list(result_columns(found))
    cells = {"patient_id": "p", "cycle": "1", "region": "kidneys", "dose_gy": "4.8"}
    file = tmp_path / "doses.csv"
    line = ",".join(cells.get(name, "") for name in head)
    file.write_text(f"{','.join(head)}\n{line}\n", encoding="utf-8")
    assert [dose.region for dose in read_doses(file, PHYSICS)] == ["kidneys"]

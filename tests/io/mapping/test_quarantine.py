"""Nothing is refused whole and nothing is dropped: rows in are rows used and rows quarantined."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet.io.mapping import Imported, Mapping, run_mapping
from gepnet.tables import Sheet
from gepnet.tables.sheet import sheet_of
from gepnet.vocabulary import load_vocabulary
from tests.io.mapping.conftest import TODAY, Bring, cells

VOCABULARY = load_vocabulary()
ENTRY = {
    "patient": "id",
    "rows": "patient",
    "dates": "dmy",
    "complete": "treatments",
    "events": {
        "pathology": {"kind": "pathology", "date": "biopsy"},
        "drug": {"kind": "treatment"},
    },
    "columns": [
        {"column": "sex", "to": "demographics.sex"},
        {"column": "born", "to": "demographics.birth_date"},
        {"column": "site", "to": "diagnosis.primary_site"},
        {"column": "ki67", "to": "pathology.ki67_percent"},
        {"column": "drug", "to": "drug.option"},
        {"column": "start", "to": "drug.start"},
        {"column": "stop", "to": "drug.stop"},
        {"column": "died", "to": "death.date"},
    ],
}
HEADER = "id,sex,born,site,biopsy,ki67,drug,start,stop,died\n"


def test_a_faulty_cell_leaves_the_rest_of_its_row(bring: Bring) -> None:
    found = bring(HEADER + "A,x,1960,ileum,2020,130,everolimus,2020,,\n", **ENTRY)
    assert found.rows == (1, 1, 0)
    assert {one.column for one in found.quarantine} == {"sex", "ki67"}
    assert cells(found, "treatment", "option") == {"A": "everolimus"}


def test_a_birth_that_is_not_believed_leaves_the_sex_beside_it(bring: Bring) -> None:
    """The tables had it without a question; patient files lost the whole event without a word."""
    found = bring(HEADER + "A,f,1880,ileum,2020,3,,,,\nB,f,1960,ileum,2020,3,,,,\n", **ENTRY)
    assert [(one.column, one.value) for one in found.quarantine] == [("born", "1880")]
    assert "143-144 years on 2024-06-01" in found.quarantine[0].reason
    assert cells(found, "demographics", "sex") == {"A": "female", "B": "female"}
    assert cells(found, "demographics", "birth_date") == {"A": None, "B": "1960"}


def test_an_event_whose_date_cannot_be_read_is_left_out_and_that_is_said(bring: Bring) -> None:
    found = bring(HEADER + "A,f,1960,ileum,32.01.2020,5,,,,\n", **ENTRY)
    assert "pathology" not in found.events
    (told,) = found.quarantine
    assert (told.column, told.value) == ("biopsy", "32.01.2020")
    assert told.reason.endswith("so the pathology of this row is left out")


def test_a_row_without_a_patient_and_a_patient_twice_are_quarantined(bring: Bring) -> None:
    text = HEADER + ",f,1960,,,,,,,\nA,f,1960,,,,,,,\nA,m,1961,,,,,,,\n"
    found = bring(text, **ENTRY)
    assert found.rows == (3, 1, 2)
    assert [one.line for one in found.quarantine] == [2, 4]
    assert "A is on line 3 already" in found.quarantine[1].reason


def test_a_row_that_is_longer_than_the_header_is_quarantined(bring: Bring) -> None:
    found = bring(
        "id,sex\nA,f\nB,m,what,is,this\nC,f\n",
        columns=[{"column": "sex", "to": "demographics.sex"}],
    )
    assert found.rows == (3, 2, 1)
    assert (found.quarantine[0].line, found.quarantine[0].scope) == (3, "row")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,f,01.05.1960,ileum,01.04.1960,5,,,,", "after the birth"),
        ("A,f,1960,ileum,01.04.2030,5,,,,", "not after 2024-06-01"),
        ("A,f,1960,ileum,,,everolimus,01.03.2023,,01.02.2023", "not after the death"),
        ("A,f,1960,ileum,,,everolimus,01.03.2023,01.02.2023,", "ends after it begins"),
    ],
)
def test_what_cannot_have_been_in_this_order_is_quarantined(
    row: str, reason: str, bring: Bring
) -> None:
    found = bring(HEADER + row + "\n", **ENTRY)
    assert any(reason in one.reason for one in found.quarantine), found.quarantine
    assert not {"pathology", "treatment"} & set(found.events)
    assert cells(found, "diagnosis", "primary_site") == {"A": "jejunum_ileum"}


@pytest.mark.parametrize("site", ["breast", "Brust", "mammella", "Invasive ductal carcinoma"])
def test_a_patient_with_breast_cancer_is_told_with_what_was_found(site: str, bring: Bring) -> None:
    found = bring(HEADER + f"A,f,1960,{site},2020,5,,,,\nB,f,1960,ileum,2020,5,,,,\n", **ENTRY)
    assert found.rows == (2, 1, 1) and found.patients == ["B"]
    (told,) = found.quarantine
    assert told.scope == "row" and told.reason.startswith("not a GEP-NET: site")
    assert site in told.reason


def test_a_neuroendocrine_tumour_is_no_other_tumour_by_a_word_in_its_name(bring: Bring) -> None:
    text = HEADER + "A,f,1960,neuroendocrine tumour of the breast,,,,,,\n"
    (told,) = bring(text, **ENTRY).quarantine
    assert "not a GEP-NET" not in told.reason


def test_what_is_complete_is_not_said_of_whom_something_could_not_be_used(bring: Bring) -> None:
    text = HEADER + "A,f,1960,ileum,,,everolimus,2020,,\nB,f,1960,ileum,,,magic,2020,,\n"
    found = bring(text, **ENTRY)
    assert cells(found, "patients", "complete") == {"A": "treatments", "B": None}
    assert "not said of 1 patients" in found.notes[0]


def test_columns_that_are_not_used_and_not_there_are_named(bring: Bring) -> None:
    columns = [
        {"column": "sexx", "to": "demographics.sex"},
        {"column": "born", "to": "demographics.birth_date"},
    ]
    found = bring("id,sex,born,note\nA,f,1960,hm\n", columns=columns)
    (counted,) = found.counted
    assert list(counted.unused_columns) == ["sex", "note"]
    assert counted.absent_columns == {"sexx": "sex"} and not found.is_whole


CELL = st.sampled_from(
    ["", "NA", "f", "male", "1960", "05.01.2020", "31.02.2020", "2031", "ileum", "breast", "130",
     "5", "<3", "2-5", "lanreotide", "nonsense", "everolimus 10 mg", "A", "0,5"]
)  # fmt: skip
ROW = st.tuples(st.sampled_from(["", "A", "B", "C", "D", "NA"]), *[CELL] * 9)


def _sheet(rows: list[tuple[str, ...]], order: list[int] | None = None) -> Sheet:
    names = HEADER.strip().split(",")
    chosen = rows if order is None else [rows[n] for n in order]
    table = pl.DataFrame(chosen, schema=dict.fromkeys(names, pl.String), orient="row")
    return sheet_of("t.csv", table)


def _run(sheet: Sheet, rows: str = "event") -> Imported:
    table = Mapping.model_validate({"tables": [{**ENTRY, "rows": rows}]}).tables[0]
    return run_mapping([(table, sheet)], VOCABULARY, TODAY)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, max_size=8), st.sampled_from(["patient", "event"]))
def test_rows_in_are_rows_used_and_rows_quarantined(rows: list[tuple[str, ...]], kind: str) -> None:
    sheet = _sheet(rows)
    found = _run(sheet, kind)
    came, used, quarantined = found.rows
    assert came == sheet.rows == used + quarantined
    told = {one.line for one in found.quarantine if one.scope == "row"}
    made = {line for events in found.events.values() for line in events["__line"].drop_nulls()}
    assert len(told) == quarantined  # each with a reason, and none twice
    assert all(one.reason for one in found.quarantine)
    assert not told & made  # nothing of a quarantined row is used
    lines = set(sheet.columns["__line"])
    assert made | told <= lines
    assert kind == "patient" or made | told == lines


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=6).flatmap(
    lambda rows: st.tuples(st.just(rows), st.permutations(range(len(rows))))))  # fmt: skip
def test_the_order_of_rows_changes_nothing(given_: tuple[list[tuple[str, ...]], list[int]]) -> None:
    rows, order = given_

    def said(found: Imported) -> dict[str, list[str]]:
        return {
            kind: sorted(map(str, made.drop("__line", "__file").select(sorted(
                n for n in made.columns if not n.startswith("__"))).iter_rows()))
            for kind, made in found.events.items()
        }  # fmt: skip

    assert said(_run(_sheet(rows))) == said(_run(_sheet(rows, list(order))))


@settings(max_examples=30, deadline=None)
@given(st.lists(ROW, max_size=5))
def test_a_column_more_changes_nothing_and_is_named(rows: list[tuple[str, ...]]) -> None:
    sheet = _sheet(rows)
    wider = Sheet(sheet.file, sheet.columns.with_columns(pl.lit("x").alias("more")))
    one, other = _run(sheet), _run(wider)
    assert {k: v.to_dicts() for k, v in one.events.items()} == {
        k: v.to_dicts() for k, v in other.events.items()
    }
    assert "more" in other.counted[0].unused_columns


def test_one_value_that_cannot_stand_leaves_the_others_of_its_event(bring: Bring) -> None:
    """The site was lost, without a word, with an opinion on a primary that had been removed."""
    entry = {
        "events": {
            "seen": {"kind": "diagnosis", "date": "seen"},
            "op": {"kind": "treatment"},
        },
        "columns": [
            {"column": "site", "to": "seen.primary_site"},
            {"column": "there", "to": "seen.primary_in_place"},
            {"column": "op", "to": "op.option"},
            {"column": "start", "to": "op.start"},
        ],
    }
    text = (
        "id,site,seen,there,op,start\n"
        "A,ileum,2023-07-01,yes,primary_resection,2020-01-01\n"
        "B,ileum,2019-07-01,yes,primary_resection,2020-01-01\n"
    )
    found = bring(text, **entry)
    assert [(one.line, one.column, one.scope) for one in found.quarantine] == [
        (2, "primary_in_place", "cell")
    ]
    assert cells(found, "diagnosis", "primary_site") == {"A": "jejunum_ileum", "B": "jejunum_ileum"}
    assert cells(found, "diagnosis", "primary_in_place") == {"A": None, "B": "true"}

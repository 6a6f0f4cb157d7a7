"""What people write in their tables is read as what it means, and what cannot be is told."""

import pytest

from gepnet.io.mapping.cells import UNIT
from gepnet.io.mapping.dates import read_date
from gepnet.vocabulary import ValueProblem
from tests.io.mapping.conftest import Bring, cells

KI67 = [{"column": "ki67", "to": "pathology.ki67_percent"}]


@pytest.mark.parametrize(
    ("written", "order", "read"),
    [
        ("2024-01-05", "iso", "2024-01-05"),
        ("20240105", "iso", "2024-01-05"),
        ("05.01.2024", "dmy", "2024-01-05"),
        ("5/1/2024", "dmy", "2024-01-05"),
        ("01/05/2024", "mdy", "2024-01-05"),
        ("2024/01/05", "iso", "2024-01-05"),
        ("2024-01-05 00:00:00", "iso", "2024-01-05"),
        ("2024-01-05T10:30:00Z", "iso", "2024-01-05"),
        ("01/2024", "dmy", "2024-01"),
        ("2024", "dmy", "2024"),
        ("202401", "iso", "2024-01"),
        ("20240199", "iso", "2024-01"),
        ("20249999", "iso", "2024"),
        ("5 Jan 2024", "iso", "2024-01-05"),
        ("05-Mai-2024", "iso", "2024-05-05"),
        ("12 gennaio 2023", "iso", "2023-01-12"),
        ("3 août 2021", "iso", "2021-08-03"),
        ("Jan 5, 2024", "iso", "2024-01-05"),
        ("25.12.2023", "iso", "2023-12-25"),  # only one of them can be the month
    ],
)
def test_a_date_is_read_in_the_order_of_the_mapping(written: str, order: str, read: str) -> None:
    assert read_date(written, order) == read  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "written", ["03.04.2024", "2024-02-30", "31.11.2023", "soon", "12", "05.01.24"]
)
def test_what_is_no_date_or_may_be_two_is_refused(written: str) -> None:
    with pytest.raises(ValueProblem):
        read_date(written, "iso")


def test_years_of_two_digits_are_the_last_such_year_where_the_mapping_says_so() -> None:
    assert read_date("12/2/19", "mdy", True) == "2019-12-02"
    assert read_date("05.01.48", "dmy", True) == "1948-01-05"
    with pytest.raises(ValueProblem):
        read_date("12/2/19", "mdy", False)


@pytest.mark.parametrize(
    "silent", ["NA", "n/a", ".", "unknown", "UNKNOWN", "-", "k.A.", "non noto", "#N/A", "NULL", "?"]
)
def test_what_says_nothing_says_nothing(silent: str, bring: Bring) -> None:
    found = bring(f"id,ki67\nA,{silent}\nB,5\n", columns=KI67)
    assert cells(found, "pathology", "ki67_percent") == {"B": "5"}
    assert found.quarantine == [] and found.rows == (2, 2, 0)


@pytest.mark.parametrize(
    ("written", "decimal", "read"),
    [
        ("2-5", "auto", "2-5"),
        ("<3", "auto", "<3"),
        (">20", "auto", ">20"),
        ("12,5", "auto", "12.5"),
        ("12,5", ",", "12.5"),
        ("5%", "auto", "5%"),
        ("007", "auto", "7"),
        ("~15", "auto", "~15"),
        ("20+", "auto", ">=20"),
    ],
)
def test_numbers_with_comma_sign_and_range(
    written: str, decimal: str, read: str, bring: Bring
) -> None:
    found = bring(f"id;ki67\nA;{written}\n", columns=KI67, decimal=decimal)
    assert cells(found, "pathology", "ki67_percent") == {"A": read}


def test_a_number_that_may_be_two_is_told(bring: Bring) -> None:
    columns = [{"column": "plt", "to": "laboratory.platelets_10e9_l"}]
    found = bring("id;plt\nA;1,234\n", columns=columns)
    (told,) = found.quarantine
    assert (told.value, told.scope) == ("1,234", "cell") and "ambiguous" in told.reason


def test_words_of_five_languages_are_read(bring: Bring) -> None:
    text = "id,sex,site,diff,grade,stage\n" + "".join(
        f"{n},{sex},{site},{diff},G1,IV\n"
        for n, (sex, site, diff) in enumerate(
            [
                ("F", "small bowel", "Well"),
                ("femmina", "pancreas", "ben differenziato"),
                ("weiblich", "Dünndarm", "gut differenziert"),
                ("mujer", "páncreas", "bien diferenciado"),
                ("femme", "intestin grêle", "bien différencié"),
            ]
        )
    )
    found = bring(
        text,
        columns=[
            {"column": "sex", "to": "demographics.sex"},
            {"column": "site", "to": "diagnosis.primary_site"},
            {"column": "diff", "to": "pathology.differentiation"},
            {"column": "grade", "to": "pathology.grade_reported"},
            {"column": "stage", "to": "stage.tnm_stage_group"},
        ],
    )
    assert found.quarantine == []
    assert set(cells(found, "demographics", "sex").values()) == {"female"}
    assert set(cells(found, "pathology", "differentiation").values()) == {"well"}
    assert set(cells(found, "stage", "tnm_stage_group").values()) == {"IV"}
    sites = cells(found, "diagnosis", "primary_site").values()
    assert sorted(set(sites)) == ["jejunum_ileum", "pancreas"]  # type: ignore[type-var]


def test_a_file_in_latin_1_with_semicolons_is_read_and_that_is_told(bring: Bring) -> None:
    text = "id;Primärtumor\nA;Dünndarm\n".encode("latin-1")
    found = bring(text, columns=[{"column": "Primärtumor", "to": "diagnosis.primary_site"}])
    assert cells(found, "diagnosis", "primary_site") == {"A": "jejunum_ileum"}
    assert "Latin-1" in found.counted[0].notes[0]


def test_a_value_keeps_the_unit_that_it_was_reported_in(bring: Bring) -> None:
    columns = [{"column": "crea", "to": "laboratory.creatinine_umol_l", "unit": "mg/dL"}]
    found = bring("id;crea\nA;0,9\nB;88\n", columns=columns)
    assert cells(found, "laboratory", "creatinine_umol_l") == {"A": f"0.9{UNIT}mg/dL"}
    (told,) = found.quarantine
    assert "88 umol/L would be plausible" in told.reason  # nobody's umol/L become mg/dL


def test_one_and_zero_are_yes_and_no_only_where_the_mapping_says_so(bring: Bring) -> None:
    column = {"column": "mets", "to": "stage.metastasis_liver"}
    silent = bring("id,mets\nA,1\n", columns=[column])
    assert "if 1 is yes" in silent.quarantine[0].reason
    said = bring("id,mets\nA,1\nB,0\n", columns=[{**column, "values": {0: False, 1: True}}])
    assert cells(said, "stage", "metastasis_liver") == {"A": "true", "B": "false"}


def test_a_medicine_is_read_without_its_dose(bring: Bring) -> None:
    columns = [{"column": "drug", "to": "treatment.option"}]
    text = "id,drug\nA,Everolimus 10 mg\nB,120 mg lanreotide\nC,octreotide LAR 30 mg\n"
    found = bring(text, columns=columns)
    options = cells(found, "treatment", "option")
    assert options == {"A": "everolimus", "B": "lanreotide", "C": "octreotide_lar"}


def test_a_cell_that_lists_organs_says_each_and_denies_none(bring: Bring) -> None:
    columns = [{"column": "m", "to": "codes", "codes": "metastatic_sites", "split": True}]
    found = bring('id,m\nA,"Leber, Knochen"\nB,fegato; linfonodi\nC,keine\n', columns=columns)
    made = {row["patient"]: row for row in found.events["stage"].iter_rows(named=True)}
    assert made["A"]["metastasis_liver"] == made["A"]["metastasis_bone"] == "true"
    assert made["B"]["metastasis_lymph_node"] == "true" and made["B"]["metastasis_bone"] is None
    assert made["C"]["stage"] == "not_metastatic" and made["C"]["metastasis_liver"] is None

"""A word that says more than one thing is read as all of it, and each reading is told."""

import datetime
from typing import Any

import pytest

from gepnet.knowledge import InputError
from gepnet.record import Progression, Record, Treatment, record_of
from gepnet.vocabulary import Several, load_vocabulary

TODAY = datetime.date(2026, 6, 1)
VOCABULARY = load_vocabulary()


def read(**event: Any) -> Record:
    return record_of({"patient": "p", "events": [{"id": "x", **event}]}, VOCABULARY, TODAY)


@pytest.mark.parametrize(
    ("word", "option", "dose"),
    [
        ("lanreotide 120 mg", "lanreotide", 120),
        ("everolimus 5 mg daily", "everolimus", 5),
        ("Afinitor 7,5 mg", "everolimus", 7.5),
        ("octreotide LAR 30 mg every 4 weeks", "octreotide_lar", 30),
        ("Lutathera 7.4 GBq", "lu177_dotatate", None),
        ("capecitabine 750 mg/m2", "capecitabine", None),
        ("laparoscopic right hemicolectomy", "right_hemicolectomy", None),
    ],
)
def test_a_dose_behind_a_medicine_is_its_dose(word: str, option: str, dose: float | None) -> None:
    record = read(kind="treatment", option=word)
    [course] = record.treatments
    assert (course.option, course.dose_mg) == (option, dose)
    assert f"x, option: {word} read as {option}" in record.readings
    told = f"x, option: {word} read with dose_mg {dose:g}" if dose else "dose_mg"
    assert any(told in line for line in record.readings) is (dose is not None)


def test_signs_of_progression_are_read_as_people_write_them() -> None:
    record = read(
        kind="progression",
        date="2026-01",
        types=["CgA rise"],
        excluded=["radiological progression"],
    )
    [event] = record.events
    assert isinstance(event, Progression)
    assert (event.types, event.excluded) == (("marker_rise",), ("radiological",))
    assert "x, types: CgA rise read as marker_rise" in record.readings


@pytest.mark.parametrize("written", ["CAPTEM + octreotide LAR", "tacrolimus + everolimus"])
def test_treatments_that_are_no_regimen_are_not_read_as_one(written: str) -> None:
    with pytest.raises(InputError):
        read(kind="treatment", option=written)


@pytest.mark.parametrize("organ", ["gallbladder", "oesophagus", "lung", "ovary"])
def test_an_organ_outside_the_tract_is_kept(organ: str) -> None:
    values = read(kind="diagnosis", primary_site=organ).events[0].values
    assert values == {"primary_site": "non_GEP", "non_gep_site": organ}


@pytest.mark.parametrize(
    ("kind", "fact", "word", "values"),
    [
        ("pathology", "grade_reported", "G1/G2", ("G1", "G2")),
        ("pathology", "grade_reported", "G1-2", ("G1", "G2")),
        ("stage", "stage", "localised or locally advanced", ("localised", "locally_advanced")),
        ("comorbidity", "nyha_class", "NYHA II-III", ("II", "III")),
        ("diagnosis", "primary_site", "ileum or caecum", ("jejunum_ileum", "colon_proximal")),
    ],
)
def test_a_word_that_leaves_values_open_is_read_as_all_of_them(
    kind: str, fact: str, word: str, values: tuple[str, ...]
) -> None:
    record = read(kind=kind, **{fact: word})
    assert record.events[0].values[fact] == Several(values)
    assert f"x, {fact}: {word} read as {' or '.join(values)}" in record.readings


@pytest.mark.parametrize("word", ["G1/G9", "T3/N1", "-"])
def test_a_word_of_which_a_part_means_nothing_is_refused(word: str) -> None:
    with pytest.raises(InputError):
        read(kind="pathology", grade_reported=word)


def test_a_dose_that_is_given_stands() -> None:
    record = read(kind="treatment", option="Sandostatin LAR 30 mg", dose_mg=20)
    assert isinstance(record.events[0], Treatment) and record.events[0].dose_mg == 20


def test_a_dose_does_not_hide_that_a_word_has_two_meanings() -> None:
    with pytest.raises(InputError, match="'octreotide_lar' or 'octreotide_short_acting'"):
        read(kind="treatment", option="octreotide 100 mcg")


def test_a_word_sets_every_fact_that_it_says_and_none_that_is_said() -> None:
    values = read(kind="pathology", grade_reported="LCNEC").events[0].values
    assert values == {
        "grade_reported": "NEC",
        "differentiation": "poor",
        "nec_type": "large_cell",
    }
    values = (
        read(kind="pathology", grade_reported="SCNEC", differentiation="mixed").events[0].values
    )
    assert values == {
        "grade_reported": "NEC",
        "differentiation": "mixed",
        "nec_type": "small_cell",
    }
    record = read(kind="diagnosis", primary_site="pancreatic tail")
    assert record.events[0].values == {"primary_site": "pancreas", "pancreas_part": "tail"}
    assert record.readings == (
        "x, primary_site: pancreatic tail read as primary_site pancreas, pancreas_part tail",
    )

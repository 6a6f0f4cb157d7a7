"""Phrases that no table holds are read by rules: on the half of the packaged cases held back.

The table of words (``words.yaml``) was made by hand from the packaged cases, so its entries are
what a phrase means. Here rules alone read the phrases, without the table: of the held half they may
read less than the table, and never otherwise. Whoever wrote the rules had seen the collection, so
the rate guards against a loss and estimates nothing; ``UNSEEN`` are phrases from elsewhere.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from gepnet.io import records_of
from gepnet.io.case_file import PACKAGED_CASES, parse_case_file, table
from gepnet.io.ki67 import read_ki67
from gepnet.io.phrases import read_phrase
from gepnet.knowledge import InputError
from gepnet.vocabulary import Vocabulary, load_vocabulary
from tests.io.case_data import CASE, POINT, lost, values

FIELDS = (
    "primary_site", "genetic_syndrome", "syndrome", "differentiation", "stage", "metastatic_sites",
    "resectability", "symptoms", "comorbidities", "growth_rate", "sstr_tracer",
)  # fmt: skip
KEPT_APART = {"loss", "signs", "no_signs", "before_operation", "arose_later", "later"}


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


def phrases(held: bool) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield field, phrase and meaning of every other phrase of each field."""
    for name in FIELDS:
        for place, (phrase, entry) in enumerate(sorted(table("words")[name].items())):
            if (place % 2 == 1) is held:
                meant = {k: v for k, v in (entry or {}).items() if k not in KEPT_APART}
                functioning = meant.pop("functioning", {})
                yield name, phrase, {**meant, **functioning}


def rates(held: bool, vocabulary: Vocabulary) -> tuple[int, int, int]:
    """Return of the facts that phrases mean how many are read, are lost, and are read otherwise."""
    read = missed = wrong = 0
    for name, phrase, meant in phrases(held):
        found = read_phrase(name, phrase, vocabulary, operated=True)
        facts = {**found.facts, **found.functioning}
        for fact, value in meant.items():
            if fact not in facts:
                missed += 1
            elif str(facts[fact]) == str(value):
                read += 1
            else:
                wrong += 1
    return read, missed, wrong


def test_the_held_half_is_read_by_rules_alone(vocabulary: Vocabulary) -> None:
    read, missed, wrong = rates(True, vocabulary)
    assert wrong == 0
    assert read / (read + missed) >= 0.8, (read, missed)


def test_rules_never_say_otherwise_than_the_table(vocabulary: Vocabulary) -> None:
    assert rates(False, vocabulary)[2] == 0


UNSEEN: list[tuple[str, str, dict[str, Any]]] = [
    ("stage", "Stage IV disease, liver and bone metastases", {"stage": "metastatic"}),
    ("stage", "cT2N1M0", {"stage": "not_metastatic", "tnm_t": "T2", "tnm_n": "N1", "tnm_m": "M0"}),
    ("stage", "cT3 N1 M1b", {"stage": "metastatic", "tnm_m": "M1b"}),
    ("stage", "locally advanced, hepatic metastases", {"stage": "metastatic"}),
    ("stage", "localized disease", {"stage": "localised"}),
    ("stage", "possible liver metastases", {}),
    ("stage", "no distant metastases", {"stage": "not_metastatic"}),
    ("metastatic_sites", "hepatic metastases", {"metastasis_liver": True}),
    ("metastatic_sites", "left supraclavicular lymph nodes", {"metastasis_lymph_node": True}),
    ("metastatic_sites", "thoracic vertebrae", {"metastasis_bone": True}),
    ("metastatic_sites", "suspected lung nodules", {}),
    ("metastatic_sites", "spleen", {"metastasis_other": True, "metastasis_other_site": "spleen"}),
    ("primary_site", "small bowel", {"primary_site": "jejunum_ileum"}),
    ("primary_site", "terminal ileum NET 20 mm", {"primary_site": "jejunum_ileum"}),
    ("primary_subsite", "caecum", {"primary_site": "colon_proximal"}),
    ("primary_site", "jejunum or pancreas", {}),
    ("symptoms", "watery diarrhea and facial flushing",
     {"diarrhoea": True, "flushing": True, "hormone_symptoms": True}),
    ("symptoms", "weight loss of 12 kg", {"symptomatic": True, "weight_loss": True,
                                          "weight_loss_kg": "12"}),
    ("symptoms", "no diarrhoea", {}),
    ("comorbidities", "diabetes mellitus type 2", {"diabetes": True}),
    ("comorbidities", "pulmonary hypertension", {}),
    ("comorbidities", "family history of diabetes", {}),
    ("liver_burden", "approximately 40 %", {"liver_burden_percent": "40"}),
    ("liver_burden", "more than 75%", {"liver_burden_percent": ">75"}),
    ("liver_burden", "10-25 %", {"liver_burden_percent": "10-25"}),
    ("growth_rate", "slowly progressive", {"slow_growth": True}),
    ("growth_rate", "not rapid", {}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "phrase", "meant"), UNSEEN)
def test_an_unseen_phrase(
    name: str, phrase: str, meant: dict[str, Any], vocabulary: Vocabulary
) -> None:
    found = read_phrase(name, phrase, vocabulary)
    facts = {**found.facts, **found.functioning}
    assert facts == {**facts, **meant}
    if not meant:
        assert facts == {}


def test_what_an_operation_found_is_not_read_before_it(vocabulary: Vocabulary) -> None:
    found = read_phrase("stage", "pT4N1M1", vocabulary, operated=False)
    assert found.facts == {}
    assert found.later == {"disease_state", "metastatic_sites"}
    after = read_phrase("stage", "pT4N1M1", vocabulary, operated=True)
    assert after.facts == {"stage": "metastatic", "tnm_t": "T4", "tnm_n": "N1", "tnm_m": "M1"}


KI67 = [
    ("Ki-67 15%", [("15", None)]),
    ("about 15 %", [("~15", None)]),
    ("up to 5 %", [("<=5", None)]),
    ("5\u201310%", [("5-10", None)]),
    ("2 % primary, 8 % liver metastasis", [("2", "primary"), ("8", "liver_metastasis")]),
    ("primary 2%; liver 8%", [("2", "primary"), ("8", "liver_metastasis")]),
    ("10 % in the liver biopsy at diagnosis", [("10", "liver_metastasis")]),
    ("20 % (lung)", []),
    ("about 40 %", []),  # how near is not said
    ("0.15", []),  # perhaps a fraction
    ("not done", []),
]


@pytest.mark.parametrize(("text", "expected"), KI67)
def test_ki67_with_its_specimen(text: str, expected: list[tuple[str, str | None]]) -> None:
    found = read_ki67(text, table("words")["ki67_specimen"])
    assert [(value.value, value.site) for value in found.values] == expected


# Whole files -------------------------------------------------------------------------------------


def read(vocabulary: Vocabulary, *points: dict[str, Any], **case: Any) -> list[Any]:
    whole = {**CASE, **case, "decision_points": [{**POINT, **point} for point in points or ({},)]}
    text = yaml.safe_dump({"cases": [whole]})
    return records_of(parse_case_file(text, "cases.yaml"), vocabulary)


def test_an_unknown_class_is_a_loss_and_leaves_its_facts_open(vocabulary: Vocabulary) -> None:
    known = {"treatment_class": "everolimus", "stop_reason": "PD"}
    odd = {"treatment_class": "moonlight_therapy", "detail": "weekly", "best_response": "SD"}
    (case,) = read(vocabulary, {"prior_therapies": [known, odd]})
    assert lost(case.record, "moonlight_therapy", "no class of the list")
    assert "treatments" not in case.record.complete
    (note,) = case.record.notes
    assert note.text == "moonlight_therapy; weekly; SD"
    assert [t.option for t in case.record.treatments] == ["everolimus"]
    (plain,) = read(vocabulary, {"prior_therapies": [known]})
    assert "treatments" in plain.record.complete


def test_a_class_that_names_an_option_is_that_option(vocabulary: Vocabulary) -> None:
    (case,) = read(vocabulary, {"prior_therapies": [{"treatment_class": "lanreotide"}]})
    assert [t.option for t in case.record.treatments] == ["lanreotide"]


def test_progression_is_tied_to_the_therapy_that_goes_on(vocabulary: Vocabulary) -> None:
    ongoing = {"treatment_class": "SSA", "stop_reason": "ongoing"}
    over = {"treatment_class": "CAPTEM", "stop_reason": "completed"}
    for state, sign in (
        ("progression_radiological", "radiological"), ("progression_clinical", "clinical_observed"),
    ):  # fmt: skip
        point = {"disease_state": state, "prior_therapies": [over, ongoing]}
        (case,) = read(vocabulary, point)
        (event,) = [e for e in case.record.events if e.kind == "progression"]
        assert (event.types, event.on) == ((sign,), ("ssa",))


def test_files_with_missing_sections_are_read(vocabulary: Vocabulary) -> None:
    text = yaml.safe_dump({"cases": [{"case_id": "A", "decision_points": [{"dp_id": "A-1"}]}]})
    (case,) = records_of(parse_case_file(text, "cases.yaml"), vocabulary)
    assert case.record.events == ()


def test_odd_files_never_refuse_for_a_word(vocabulary: Vocabulary) -> None:
    """Random words in every free field of the packaged cases: lost or read, never a refusal."""
    data = yaml.safe_load(PACKAGED_CASES.read_text(encoding="utf-8"))
    draw = random.Random(7)
    words = (
        "quux",
        "zonk blip",
        "left-sided gronk",
        "Ki-67 of the moon",
        "grade beta",
        "none told",
    )
    for case in data["cases"]:
        tumour = case["tumour"]
        for name in ("primary_site", "primary_subsite", "syndrome", "differentiation", "ki67_text",
                     "grade_who", "mitoses"):  # fmt: skip
            if draw.random() < 0.3:
                tumour[name] = draw.choice(words)
        case["patient"]["sex"] = draw.choice(("F", "woman", "quux"))
        for point in case["decision_points"]:
            for name in ("stage", "liver_burden", "resectability", "growth_rate", "disease_state",
                         "ecog"):  # fmt: skip
                if draw.random() < 0.3:
                    point[name] = draw.choice(words)
            point["symptoms"] = [*(point["symptoms"] or []), draw.choice(words)]
            for therapy in point["prior_therapies"]:
                if draw.random() < 0.3:
                    therapy["treatment_class"] = draw.choice(words).replace(" ", "_")
                if draw.random() < 0.3:
                    therapy["stop_reason"] = draw.choice(words)
            point["decision"]["classes"] = [*point["decision"]["classes"], "zonk_therapy"]
            point.pop(draw.choice(("fdg_pet", "labs", "constraints", "decision")))
    try:
        cases = records_of(parse_case_file(yaml.safe_dump(data), "cases.yaml"), vocabulary)
    except InputError as error:
        pytest.fail(str(error))
    assert len(cases) == sum(len(case["decision_points"]) for case in data["cases"])
    assert all(values(case.record) or case.record.losses for case in cases)

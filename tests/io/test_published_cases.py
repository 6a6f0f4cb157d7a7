import copy
import datetime
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from gepnet.criteria import Criteria
from gepnet.facts import facts_of_record
from gepnet.io import CaseRecord, parse_case_file, published_records, records_of
from gepnet.io.case_file import PACKAGED_CASES, table
from gepnet.io.findings import RESERVED
from gepnet.knowledge import InputError, load_knowledge
from gepnet.record import Progression, Record, Treatment, parse_record, record_to_yaml
from gepnet.vocabulary import Several, Vocabulary, load_vocabulary
from tests.io.case_data import CASE, POINT, Read, lost, values

HIDDEN_OF_POINT = (
    "decision", "outcome", "prrt", "lesion_measurements", "note", "systemic_line",
)  # fmt: skip


@pytest.fixture(scope="module")
def plain() -> dict[str, Any]:
    return yaml.load(PACKAGED_CASES.read_text(encoding="utf-8"), yaml.CSafeLoader)


@pytest.fixture(scope="module")
def packaged(vocabulary: Vocabulary) -> dict[str, CaseRecord]:
    return {case.dp_id: case for case in published_records(vocabulary)}


def records(data: dict[str, Any], vocabulary: Vocabulary) -> list[Record]:
    text = json.dumps(data, default=str)
    return [case.record for case in records_of(parse_case_file(text, "c.yaml"), vocabulary)]


# The packaged cases ----------------------------------------------------------------------------


def test_there_are_108_decision_points_of_48_cases(packaged: dict[str, CaseRecord]) -> None:
    assert len(packaged) == 108
    assert len({case.case_id for case in packaged.values()}) == 48


def test_every_record_comes_back_from_its_patient_file(
    packaged: dict[str, CaseRecord], vocabulary: Vocabulary
) -> None:
    for case in packaged.values():
        again = parse_record(record_to_yaml(case.record), f"{case.dp_id}.yaml", vocabulary)
        assert again == case.record


def test_facts_are_carried_and_losses_are_listed(packaged: dict[str, CaseRecord]) -> None:
    carried = sum(len(values(case.record)) for case in packaged.values())
    treatments = sum(len(case.record.treatments) for case in packaged.values())
    losses = sum(len(case.record.losses) for case in packaged.values())
    assert carried > 1300
    assert treatments > 160
    assert losses > 700
    assert all(case.record.losses for case in packaged.values())


# Refractory to the analogue that was stopped before: told, as the fact is of a present one.
CONTRADICTED = {"PF01-dp3": ["syndrome_refractory_to_ssa"]}


def test_the_facts_that_follow_from_the_records(packaged: dict[str, CaseRecord]) -> None:
    knowledge, wanted = load_knowledge(), ("received_prrt", "progressed_on_ssa")
    criteria = Criteria(load_vocabulary(knowledge))
    facts = {
        name: facts_of_record(case.record, knowledge, criteria, wanted=wanted)
        for name, case in packaged.items()
    }
    known = [sum(entry.is_known for entry in found.entries.values()) for found in facts.values()]
    assert sum(known) > 6500
    assert min(known) > 10
    for name, found in facts.items():
        assert found["progression_radiological_recist"].value is not True, name
        conflicts = [entry.fact for entry in found.entries.values() if entry.conflict is not None]
        assert conflicts == CONTRADICTED.get(name, []), name
    grades = {
        "PN08-dp1": "high_grade_unspecified",  # Ki-67 above 20, differentiation not yet known
        "PN08-dp4": "NET_G2",  # revised to 11 %
        "PF01-dp1": "NET_G2",
        "PF01-dp2": "NET_G3",
        "RE08-dp1": "NEC",
        "PN03-dp1": None,
    }
    for name, grade in grades.items():
        found = facts[name]["grade"].value
        assert (found.told if isinstance(found, Several) else found) == grade, name
    assert facts["SI02-dp3"]["progressed_on_ssa"].value is True
    assert facts["SI02-dp3"]["sstr_ge_liver"].value is True
    assert facts["DU02-dp2"]["received_prrt"].value is None  # read only in part
    assert facts["SI02-dp1"]["received_prrt"].value is False


def test_what_is_for_display_after_the_assessment_is_beside_the_record(
    packaged: dict[str, CaseRecord],
) -> None:
    case = packaged["PN02-dp3"]
    assert case.decision_classes == ("sunitinib",)
    assert (case.year, case.era) == (2014, "2010s")
    assert packaged["BI01-dp1"].year == 2017  # the year of publication where the case has no date
    assert case.source_url is not None
    assert case.source_url not in record_to_yaml(case.record)


def test_no_record_quotes_a_title_or_a_link(packaged: dict[str, CaseRecord]) -> None:
    for case in packaged.values():
        text = record_to_yaml(case.record)
        assert "http" not in text
        assert str(case.source_title) not in text


def test_the_tables_of_words_hold_only_facts_that_events_carry(vocabulary: Vocabulary) -> None:
    words = table("words")
    sections = [
        "primary_site", "primary_subsite", "genetic_syndrome", "syndrome", "differentiation",
        "stage", "metastatic_sites", "liver_burden", "sstr_result", "sstr_tracer", "sstr_text",
        "fdg_result", "fdg_text", "resectability", "disease_state", "symptoms", "comorbidities",
        "constraints", "growth_rate", "labs_other",
    ]  # fmt: skip

    def facts(entry: dict[str, Any]) -> dict[str, Any]:
        own = {name: raw for name, raw in entry.items() if name not in RESERVED}
        for part in ("functioning", "before_operation"):
            own.update(facts(entry[part]) if part in entry else {})
        return own

    for section in sections:
        for phrase, entry in words[section].items():
            for name, raw in facts(entry).items():
                assert vocabulary[name].parse(raw) is not None, (section, phrase)
                assert vocabulary[name].entry.event, (section, phrase, name)


# Blindness -------------------------------------------------------------------------------------


def test_hidden_fields_do_not_change_a_record(
    plain: dict[str, Any], vocabulary: Vocabulary
) -> None:
    """Every hidden field is moved to another decision point, or replaced."""
    shuffled = copy.deepcopy(plain)
    points = [point for case in shuffled["cases"] for point in case["decision_points"]]
    for name in HIDDEN_OF_POINT:
        moved = [point[name] for point in points]
        for point, value in zip(points, moved[7:] + moved[:7], strict=True):
            point[name] = value
    for case in shuffled["cases"]:
        case["stratum"] = "elsewhere"
        case["data_quality"] = {"score_1_low_3_high": 1, "notes": "changed"}
        case["source"].update(title="changed", url=None, year=1999, language="xx")
        case["tumour"].update(grade_bin="NEC", ki67_pct=99)
    assert records(shuffled, vocabulary) == records(plain, vocabulary)


def test_no_record_looks_at_a_later_decision_point(
    plain: dict[str, Any], vocabulary: Vocabulary, packaged: dict[str, CaseRecord]
) -> None:
    """Each case is cut after its first decision point, then after its second one."""
    for kept in (1, 2):
        cut = copy.deepcopy(plain)
        for case in cut["cases"]:
            case["decision_points"] = case["decision_points"][:kept]
        for record in records(cut, vocabulary):
            assert record == packaged[record.patient].record


def test_no_binned_value_is_used(read_case: Read) -> None:
    (case,) = read_case({}, tumour={"grade_bin": "G3_NET", "ki67_pct": 40})
    assert values(case.record, "pathology") == {}


# Pathology -------------------------------------------------------------------------------------


def test_ki67_and_grade_of_a_single_report(read_case: Read) -> None:
    (case,) = read_case({}, tumour={"ki67_text": "<3 %", "grade_who": 1, "differentiation": "well"})
    assert values(case.record, "pathology") == {
        "ki67_percent": "<3",
        "grade_reported": "G1",
        "grade_reported_edition": "unknown",
        "differentiation": "well",
    }


def test_of_several_reports_the_later_ones_stay_out(read_case: Read) -> None:
    tumour = {
        "ki67_text": "unknown at start; 10-15 % at rebiopsy",
        "grade_who": 2,
        "differentiation": "well",
    }
    first, second, third = read_case(
        {}, {"ki67_pct_at_decision": 12.5, "date": "2016"}, {"date": "2017"}, tumour=tumour
    )
    assert values(first.record, "pathology") == {}
    assert lost(first.record, "ki67_text", "later")
    assert lost(first.record, "grade_who")
    assert lost(first.record, "differentiation")
    assert values(second.record)["ki67_percent"] == "10-15"
    assert values(third.record)["ki67_percent"] == "10-15"
    assert values(third.record)["differentiation"] == "well"


def test_a_revised_report_supersedes_the_old_one(packaged: dict[str, CaseRecord]) -> None:
    before, after = packaged["PN08-dp1"].record, packaged["PN08-dp4"].record
    assert values(before, "pathology") == {"ki67_percent": ">20"}
    assert "11" not in "".join(loss for loss in before.losses if "ki67" in loss)
    old, new = (event for event in after.events if event.kind == "pathology")
    assert old.values["pathology_superseded"] is True
    assert str(new.values["ki67_percent"]) == "11"
    assert new.values["differentiation"] == "well"


def test_a_stated_value_that_the_text_does_not_hold_is_used_as_it_is(read_case: Read) -> None:
    (case,) = read_case({"ki67_pct_at_decision": 7}, tumour={"ki67_text": "15 %"})
    found = [str(e.values["ki67_percent"]) for e in case.record.events if e.kind == "pathology"]
    assert found == ["15", "7"]


def test_mitoses_per_field_are_a_loss(read_case: Read) -> None:
    (case,) = read_case({}, tumour={"mitoses": "1 per 10 HPF"})
    assert lost(case.record, "mitoses", "1 per 10 HPF", "field area")


def test_a_tumour_taken_for_something_else_has_no_pathology_yet(
    packaged: dict[str, CaseRecord],
) -> None:
    record = packaged["ST02-dp1"].record
    assert values(record, "pathology") == {}
    assert "gastric_type" not in values(record)
    assert lost(record, "pathology", "only after")


def test_what_the_operation_found_is_not_known_before_it(packaged: dict[str, CaseRecord]) -> None:
    before, after = packaged["PN11-dp1"].record, packaged["PN11-dp2"].record
    assert not {"stage", "metastasis_liver"} & set(values(before))
    assert "pT3N1M1" not in " ".join(before.losses)
    assert values(after)["metastasis_liver"] is True
    rectum = packaged["RE08-dp1"].record
    assert values(rectum)["stage"] == "not_metastatic"
    assert "metastasis_lymph_node" not in values(rectum)


# Site, function --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "subsite", "expected"),
    [
        ("midgut", "terminal ileum", "jejunum_ileum"),
        ("midgut", "probable intestinal primary", "midgut_unspecified"),
        ("duodenum", None, "duodenum_unspecified"),
        ("duodenum", "pre-ampullary, large", "duodenum_proximal"),
        ("duodenum", "periampullary 30 mm", "duodenum_unspecified"),
        ("duodenum", "papilla 20-30 mm", "ampulla"),
        ("other", "common bile duct 20 mm", "non_GEP"),
        ("other", "somewhere", None),
        ("unknown", "CDX2 positive, midgut favoured", "unknown"),
        ("colon", None, "colon_unspecified"),
    ],
)
def test_primary_site(
    read_case: Read, site: str, subsite: str | None, expected: str | None
) -> None:
    (case,) = read_case({}, tumour={"primary_site": site, "primary_subsite": subsite})
    assert values(case.record).get("primary_site") == expected
    if expected is None:
        assert lost(case.record, "primary_site 'other'")


def test_the_size_of_the_primary_belongs_to_the_first_decision(read_case: Read) -> None:
    first, second = read_case({}, {}, tumour={"primary_subsite": "tail 30 mm"})
    assert values(first.record)["primary_size_mm"] == "30"
    assert "primary_size_mm" not in values(second.record)
    assert lost(second.record, "size belongs to another time")
    assert lost(first.record, "primary_subsite 'tail'")
    (case,) = read_case({}, tumour={"primary_subsite": "3x5 mm"})
    assert values(case.record)["primary_size_mm"] == "5"


def test_non_functioning_means_no_syndrome(read_case: Read) -> None:
    (case,) = read_case({}, tumour={"functioning": False})
    assert values(case.record)["syndrome"] == "none"
    assert values(case.record)["functioning"] is False
    (case,) = read_case({})
    assert not {"functioning", "syndrome"} & set(values(case.record))


def test_a_syndrome_that_arose_later_waits_until_it_is_stated(read_case: Read) -> None:
    tumour = {"functioning": False, "syndrome": "later ectopic ACTH"}
    first, second, third = read_case({}, {"functioning_at_decision": True}, {}, tumour=tumour)
    assert values(first.record)["syndrome"] == "none"
    assert lost(first.record, "syndrome", "arose after")
    assert "ACTH" not in record_to_yaml(first.record)
    for case in (second, third):
        assert values(case.record)["functioning"] is True
        assert values(case.record)["syndrome"] == "other"


@pytest.mark.parametrize(("functioning", "expected"), [(True, True), (False, None), (None, None)])
def test_diarrhoea_belongs_to_the_syndrome_only_if_the_tumour_functions(
    read_case: Read, functioning: bool | None, expected: bool | None
) -> None:
    (case,) = read_case({"symptoms": ["diarrhoea"]}, tumour={"functioning": functioning})
    assert values(case.record).get("diarrhoea") is expected
    assert values(case.record).get("hormone_symptoms") is expected
    assert lost(case.record, "symptoms 'diarrhoea'") is (expected is None)


# Extent ----------------------------------------------------------------------------------------


def test_no_known_metastases_and_not_stated_are_different(read_case: Read) -> None:
    (none_known,) = read_case({"metastatic_sites": []})
    (not_stated,) = read_case({"metastatic_sites": None})
    assert "metastases" in none_known.record.complete
    assert "metastases" not in not_stated.record.complete


def test_listed_sites_are_complete_only_if_the_whole_case_was_read(read_case: Read) -> None:
    point = {"metastatic_sites": ["liver", "coeliac nodes", "toe"]}
    (whole,) = read_case(point)
    (abstract,) = read_case(point, source={"extent_read": "abstract"})
    assert "metastases" in whole.record.complete
    assert "metastases" not in abstract.record.complete
    assert values(whole.record, "stage") == {
        "metastasis_liver": True,
        "metastasis_lymph_node": True,
    }
    assert lost(whole.record, "metastatic_sites 'toe'")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("about 20 %, bilobar", {"liver_burden_percent": "20"}),
        ("multiple bilobar", {}),
        ("none", {"metastasis_liver": False, "resectability_liver": "no_liver_disease"}),
        ("2 lesions (41 and 8 mm)", {"largest_liver_lesion_mm": "41"}),
    ],
)
def test_liver_burden(read_case: Read, text: str, expected: dict[str, Any]) -> None:
    (case,) = read_case({"liver_burden": text})
    found = values(case.record)
    assert {name: found.get(name) for name in expected} == expected
    assert "liver_burden_percent" in found or text not in {"about 20 %, bilobar"}
    if text == "multiple bilobar":
        assert lost(case.record, "liver_burden 'multiple bilobar': no percentage")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("resectable", {"resectability": "resectable"}),
        ("unresectable", {"resectability": "unresectable"}),
        ("borderline", {"resectability": "borderline"}),
        ("medically_inoperable", {"medically_inoperable": True}),
        (
            "liver_unresectable_primary_resectable",
            {"resectability_primary": "resectable", "resectability_liver": "unresectable"},
        ),
        (
            "resectable_patient_declined",
            {"resectability": "resectable", "patient_preference": "declines_surgery"},
        ),
        ("debulking", {}),
        ("not_pursued", {}),
        ("too_many_lesions", {}),
    ],
)
def test_resectability(read_case: Read, text: str, expected: dict[str, Any]) -> None:
    (case,) = read_case({"resectability": text})
    found = {n: v for n, v in values(case.record).items() if n not in {"age_years", "sex"}}
    del found["primary_site"]
    assert found == expected
    assert lost(case.record, "resectability") is not bool(expected)


def test_a_copied_resectability_ends_with_the_next_operation(read_case: Read) -> None:
    operation = [{"treatment_class": "surgery_primary"}]
    first, second, third = read_case(
        {"resectability": "liver_unresectable_primary_resectable"},
        {
            "resectability": "liver_unresectable_primary_resectable",
            "carried_forward": ["resectability"],
            "prior_therapies": operation,
        },
        {"resectability": "resectable", "prior_therapies": operation},
    )
    assert values(first.record)["resectability_primary"] == "resectable"
    assert "resectability_primary" not in values(second.record)
    assert values(second.record)["resectability_liver"] == "unresectable"
    assert lost(second.record, "resectability_primary", "out of date")
    assert values(second.record)["primary_in_place"] is False
    assert values(third.record)["resectability"] == "resectable"


def test_copied_fields_keep_the_date_of_their_statement_and_a_note(read_case: Read) -> None:
    scan = {"result": "positive", "krenning": 3, "tracer": "111In-octreotide"}
    copied = {"sstr_imaging": scan, "carried_forward": ["sstr", "krenning", "tracer"]}
    first, second, third = read_case(
        {"date": "2009-07", "sstr_imaging": scan},
        {"date": "2012", **copied},
        {"date": "2014-09", **copied},
    )
    (fresh,) = (e for e in first.record.events if e.kind == "sstr_imaging")
    assert (fresh.date, fresh.note) == (None, None)  # the day of a scan is never stated
    for case in (second, third):
        (old,) = (e for e in case.record.events if e.kind == "sstr_imaging")
        assert str(old.date) == "2009-07"
        assert old.note == "carried forward from XX01-dp1, may be stale"
        assert old.values == fresh.values


# State, progression ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "types", "excluded"),
    [
        ("progression_clinical", {"clinical_observed"}, set()),
        (
            "stable_on_treatment",
            set(),
            {"radiological_recist", "radiological_below_recist", "clinical_observed"},
        ),
        (
            "responding",
            set(),
            {"radiological_recist", "radiological_below_recist", "clinical_observed"},
        ),
        ("progression_radiological", None, None),
        ("recurrence", None, None),
        ("complication", None, None),
        ("new_diagnosis_metastatic", None, None),
        (None, None, None),
    ],
)
def test_state_of_the_disease(
    read_case: Read, state: str | None, types: set[str] | None, excluded: set[str] | None
) -> None:
    (case,) = read_case({"disease_state": state})
    signs = [event for event in case.record.events if isinstance(event, Progression)]
    assert len(signs) == (types is not None)
    for event in signs:
        assert set(event.types) == types
        assert set(event.excluded) == excluded


def test_progression_on_imaging_claims_no_recist(read_case: Read) -> None:
    (case,) = read_case({"disease_state": "progression_radiological"})
    assert values(case.record, "assertion") == {"progression_radiological": True}
    assert lost(case.record, "progression_radiological", "RECIST")


def test_no_progression_is_invented(plain: dict[str, Any], packaged: dict[str, CaseRecord]) -> None:
    """Progression of a record is stated by its case: the state, a marker, or a stopped therapy."""
    points = {p["dp_id"]: p for case in plain["cases"] for p in case["decision_points"]}
    for name, case in packaged.items():
        point = points[name]
        for event in case.record.events:
            if isinstance(event, Progression):
                assert event.types or event.excluded
                if "clinical_observed" in event.types:
                    assert point["disease_state"] == "progression_clinical"
                if "marker_rise" in event.types:
                    assert point["labs"]["cga"] == "rising"
                assert not {"radiological_recist", "uptake_rise"} & set(event.types)
            if "progression_radiological" in event.values:
                assert point["disease_state"] == "progression_radiological"
        failed = [t for t in case.record.treatments if t.stop_reason == "progression"]
        said = [
            therapy
            for therapy in point["prior_therapies"]
            if "PD" in str(therapy["stop_reason"]) and therapy["treatment_class"] != "multiple"
        ]
        assert len(failed) == len(said)


@pytest.mark.parametrize(
    ("functioning", "response", "refractory"),
    [
        (True, "not_controlled", True),
        (True, "symptomatic_response", None),
        (False, "not_controlled", None),
        (None, "not_controlled", None),
    ],
)
def test_refractory_symptoms(
    read_case: Read, functioning: bool | None, response: str, refractory: bool | None
) -> None:
    therapy = {"treatment_class": "SSA", "best_response": response}
    (case,) = read_case(
        {"disease_state": "refractory_symptoms", "prior_therapies": [therapy]},
        tumour={"functioning": functioning},
    )
    assert values(case.record).get("syndrome_refractory_to_ssa") is refractory


def test_refractory_symptoms_without_ssa_are_not_refractory_to_it(read_case: Read) -> None:
    (case,) = read_case({"disease_state": "refractory_symptoms"}, tumour={"functioning": True})
    assert "syndrome_refractory_to_ssa" not in values(case.record)


# Imaging ---------------------------------------------------------------------------------------


def test_receptor_imaging_names_no_scale(read_case: Read) -> None:
    scan = {"result": "positive", "krenning": 2, "tracer": "68Ga-DOTATATE PET", "text": "liver"}
    (case,) = read_case({"sstr_imaging": scan})
    assert values(case.record, "sstr_imaging") == {
        "sstr_result": "positive",
        "sstr_krenning": "2",
        "sstr_tracer": "ga68_dotatate",
        "sstr_method": "PET",
    }
    assert lost(case.record, "krenning", "scale")
    assert lost(case.record, "sstr_imaging.text 'liver'")


def test_receptor_imaging_that_was_not_done(read_case: Read) -> None:
    (case,) = read_case({"sstr_imaging": {"result": "not_done"}})
    assert values(case.record, "sstr_imaging") == {"sstr_imaging_done": False}


def test_words_of_a_scan(read_case: Read) -> None:
    scan = {"result": "positive", "text": "intense uptake, no metastases"}
    (case,) = read_case({"sstr_imaging": scan})
    assert values(case.record)["sstr_high_uptake"] is True


def test_an_older_mismatch_is_not_held_against_a_newer_scan(
    packaged: dict[str, CaseRecord],
) -> None:
    assert values(packaged["RE03-dp2"].record)["fdg_sstr_mismatch"] is True
    assert "fdg_sstr_mismatch" not in values(packaged["RE03-dp3"].record)
    assert lost(packaged["RE03-dp3"].record, "fdg_pet.text", "older")


# Laboratory ------------------------------------------------------------------------------------


def test_laboratory_values_are_converted(read_case: Read) -> None:
    labs = {"creatinine_mg_dl": 2.85, "hb_g_dl": 9.9, "platelets_10e9_l": 506, "egfr_ml_min": 10}
    (case,) = read_case({"labs": labs})
    assert values(case.record, "laboratory") == {
        "creatinine_umol_l": "251.9",
        "haemoglobin_g_l": "99",
        "platelets_10e9_l": "506",
        "egfr_ml_min_173m2": "10",
    }
    assert lost(case.record, "egfr", "1.73")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("cga", "176.6 ng/ml (ULN 100)", {"cga_x_uln": "1.766"}),
        ("cga", "1945 (ULN 100)", {"cga_x_uln": "19.45"}),
        ("cga", "1432 ng/ml", {}),
        ("cga", "normal", {"cga_x_uln": "<=1"}),
        ("cga", "raised", {"cga_x_uln": ">1"}),
        ("cga", "fluctuating", {}),
        ("hiaa_5", "3.9 mg/24h", {"u5hiaa_umol_24h": "20.4"}),
        (
            "hiaa_5",
            "47.9 umol/24h (ULN 34)",
            {"u5hiaa_umol_24h": "47.9", "u5hiaa_x_uln": "1.408823529411764705882352941"},
        ),
    ],
)
def test_markers(read_case: Read, name: str, text: str, expected: dict[str, str]) -> None:
    (case,) = read_case({"labs": {name: text}})
    assert values(case.record, "laboratory") == expected
    assert lost(case.record, f"labs.{name}") is not bool(expected)


def test_a_rising_marker_is_a_sign_of_its_own(read_case: Read) -> None:
    (case,) = read_case({"labs": {"cga": "rising"}})
    (event,) = (e for e in case.record.events if isinstance(e, Progression))
    assert event.types == ("marker_rise",)


# Earlier treatments ----------------------------------------------------------------------------


def course(read_case: Read, **therapy: Any) -> tuple[Treatment, Record]:
    (case,) = read_case({"prior_therapies": [therapy]})
    return case.record.treatments[0], case.record


@pytest.mark.parametrize(
    ("treatment_class", "detail", "option"),
    [
        ("SSA", None, "ssa"),
        ("SSA", "octreotide", "ssa"),
        ("SSA", "lanreotide 120 mg/28 d", "lanreotide"),
        ("SSA", "octreotide LAR 30 mg", "octreotide_lar"),
        ("SSA_dose_escalation", "40 mg/21 d", "ssa"),
        ("PRRT_neoadjuvant", None, "prrt"),
        ("everolimus_rechallenge", None, "everolimus"),
        ("clinical_trial", "4 cycles", "investigational_agent"),
        ("platinum_etoposide", "carboplatin-etoposide", "carboplatin_etoposide"),
        ("surgery_primary", None, "primary_resection"),
    ],
)
def test_options_of_a_history(
    read_case: Read, treatment_class: str, detail: str | None, option: str
) -> None:
    found, _ = course(read_case, treatment_class=treatment_class, detail=detail)
    assert found.option == option


def test_dose_cycles_and_date(read_case: Read) -> None:
    found, _ = course(read_case, treatment_class="SSA", detail="lanreotide 120 mg/28 d")
    assert (found.dose_mg, found.interval_days) == (120, 28)
    found, _ = course(read_case, treatment_class="sunitinib", detail="37.5 mg/day")
    assert (found.dose_mg, found.interval_days) == (37.5, 1)
    found, _ = course(read_case, treatment_class="PRRT", detail="3 cycles")
    assert found.cycles == 3
    found, record = course(read_case, treatment_class="TACE", detail="doxorubicin x2")
    assert found.cycles == 2
    assert lost(record, "detail 'doxorubicin'", "note")
    found, _ = course(read_case, treatment_class="ablation", detail="2015-01")
    assert str(found.start) == str(found.stop) == "2015-01"


@pytest.mark.parametrize(
    ("reason", "stop_reason", "ongoing"),
    [
        ("PD", "progression", None),
        ("nodal PD", "progression", None),
        ("bone PD and renal toxicity", "progression", None),
        ("pneumonitis", "toxicity", None),
        ("recurrence", "recurrence", None),
        ("ongoing", None, True),
        ("DIC", None, False),
        ("because", None, None),
        (None, None, None),
    ],
)
def test_why_a_treatment_ended(
    read_case: Read, reason: str | None, stop_reason: str | None, ongoing: bool | None
) -> None:
    found, record = course(read_case, treatment_class="everolimus", stop_reason=reason)
    assert (found.stop_reason, found.ongoing) == (stop_reason, ongoing)
    plain_reason = reason in {None, "PD", "nodal PD", "recurrence", "ongoing"}
    assert lost(record, "stop_reason") is not plain_reason


@pytest.mark.parametrize(
    ("response", "reason", "benefit"),
    [
        ("SD", "PD", 9), ("PR", "ongoing", 9), ("PD", "PD", None), ("SD", None, None),
        ("symptomatic_response", "PD", None), ("SD", "thrombosis then PD", None),
        ("SD", "pneumonitis", None),
    ],
)  # fmt: skip
def test_months_of_benefit_end_with_progression(
    read_case: Read, response: str, reason: str | None, benefit: int | None
) -> None:
    found, _ = course(
        read_case, treatment_class="everolimus", best_response=response, stop_reason=reason,
        duration_months=9,
    )  # fmt: skip
    assert found.duration_months == 9
    assert found.benefit_months == benefit


def test_a_treatment_given_with_another(read_case: Read) -> None:
    (case,) = read_case(
        {"prior_therapies": [{"treatment_class": "everolimus", "detail": "with lanreotide"}]}
    )
    assert [t.option for t in case.record.treatments] == ["everolimus", "lanreotide"]


def test_a_class_without_an_option_is_a_loss_with_its_reason(read_case: Read) -> None:
    (case,) = read_case({"prior_therapies": [{"treatment_class": "surgery_exploration"}]})
    assert case.record.treatments == ()
    assert lost(case.record, "surgery_exploration", "without resection")


@pytest.mark.parametrize(
    ("extent", "state", "therapies", "complete"),
    [
        ("full_text", "recurrence", ["SSA"], True),
        ("full_text", "recurrence", [], True),
        ("full_text", "recurrence", ["multiple"], False),
        ("abstract", "new_diagnosis_metastatic", [], True),
        ("abstract", "progression_radiological", [], False),
        ("opening_excerpt", "recurrence", ["SSA"], False),
    ],
)
def test_when_the_list_of_treatments_is_complete(
    read_case: Read, extent: str, state: str, therapies: list[str], complete: bool
) -> None:
    (case,) = read_case(
        {
            "disease_state": state,
            "prior_therapies": [{"treatment_class": name} for name in therapies],
        },
        source={"extent_read": extent},
    )
    assert ("treatments" in case.record.complete) is complete
    assert lost(case.record, "prior_therapies", "incomplete") is not complete


# Condition -------------------------------------------------------------------------------------


def test_symptoms_comorbidities_and_constraints(read_case: Read) -> None:
    (case,) = read_case(
        {
            "symptoms": ["obstructive jaundice", "fever"],
            "constraints": ["obstructive uropathy"],
            "ecog": 1,
            "karnofsky": 90,
            "growth_rate": "minimal",
        },
        patient={"comorbidities": ["type 2 diabetes", "alcohol"], "genetic_syndrome": "MEN1"},
    )
    found = values(case.record)
    for name in ("mass_symptoms", "urinary_obstruction", "diabetes"):
        assert found[name] is True
    assert (found["ecog"], found["karnofsky"]) == ("1", "90")
    assert found["hereditary_syndrome"] == "MEN1"
    assert lost(case.record, "symptoms 'fever'")
    assert lost(case.record, "comorbidities 'alcohol'")
    assert lost(case.record, "growth_rate 'minimal'")


def test_an_incidental_tumour_makes_no_symptoms(read_case: Read) -> None:
    (case,) = read_case({"symptoms": ["incidental"]})
    assert values(case.record)["symptomatic"] is False


# Bad input -------------------------------------------------------------------------------------


def faults(data: Any, vocabulary: Vocabulary) -> list[str]:
    text = data if isinstance(data, str) else yaml.safe_dump(data)
    with pytest.raises(InputError) as caught:
        records_of(parse_case_file(text, "cases.yaml", datetime.date(2020, 1, 1)), vocabulary)
    return [str(problem) for problem in caught.value.problems]


def broken(**point: Any) -> dict[str, Any]:
    return {"cases": [{**CASE, "decision_points": [{**POINT, **point}]}]}


def test_all_problems_of_the_shape_come_at_once(vocabulary: Vocabulary) -> None:
    data = broken(
        date="2015-13-45",
        disease_state="progresion_radiological",
        symptom=["pain"],
        prior_therapies=[{"treatment_class": "everolimuss"}],
        sstr_imaging={"result": "yes"},
    )
    found = faults(data, vocabulary)
    assert len(found) == 3
    text = "\n".join(found)
    assert "did you mean 'progression_radiological'" in text
    assert "did you mean 'symptoms'" in text
    assert "expected a date" in text
    assert all("cases.yaml:" in line and "XX01" in line for line in found)


def test_impossible_values_are_named_with_their_line(vocabulary: Vocabulary) -> None:
    data = broken(ecog=9, ki67_pct_at_decision=130, labs={"hb_g_dl": 400, "hbg": 1})
    found = faults(data, vocabulary)
    lines = yaml.safe_dump(data).splitlines()
    for field, key in (("ecog", "ecog: 9"), ("labs.hb_g_dl", "hb_g_dl: 400")):
        (problem,) = (line for line in found if f"field {field}," in line)
        number = int(problem.split(":")[1])
        assert key in lines[number - 1]
        assert "expected a value from" in problem
    assert any("130" in line for line in found)
    assert any("hbg" in line for line in found)


def test_an_impossible_ki67_leads_to_its_text(vocabulary: Vocabulary) -> None:
    data = broken()
    data["cases"][0] = {**data["cases"][0], "tumour": {"ki67_text": "130 %"}}
    (problem,) = faults(data, vocabulary)
    number = int(problem.split(":")[1])
    assert "ki67_text" in yaml.safe_dump(data).splitlines()[number - 1]
    assert "in XX01-dp1, field tumour.ki67_text, value '130': expected a value from 0" in problem


def test_repeated_ids_and_dates_in_the_future(vocabulary: Vocabulary) -> None:
    data = broken(date="2030-01")
    data["cases"].append(copy.deepcopy(data["cases"][0]))
    text = "\n".join(faults(data, vocabulary))
    assert "an id that is used once" in text
    assert "a date not after 2020-01-01" in text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cases: [", "valid YAML"),
        ("patients: []", "a list of cases"),
        ("- 1", "a list of cases"),
        ("cases: [1]", "valid dictionary"),
        ("", "a list of cases"),
    ],
)
def test_files_that_are_no_case_files(vocabulary: Vocabulary, text: str, expected: str) -> None:
    assert expected in faults(text, vocabulary)[0]


def test_a_file_that_is_not_there(vocabulary: Vocabulary, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="a readable case file"):
        published_records(vocabulary, tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes("cases: é".encode("latin-1"))
    with pytest.raises(InputError, match="UTF-8"):
        published_records(vocabulary, tmp_path / "latin.yaml")

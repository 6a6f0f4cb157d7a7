"""What is known to be in the packaged documents is found by the solver, and not written by hand."""

import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from gepnet import api
from gepnet.facts import facts_of_values
from gepnet.guidelines.assess import assess
from gepnet.guidelines.verify.axioms import Axioms
from gepnet.guidelines.verify.between import HISTORY, between, described
from gepnet.guidelines.verify.context import Context
from gepnet.guidelines.verify.decided import with_deciding
from gepnet.guidelines.verify.findings import Finding, from_plain
from gepnet.guidelines.verify.judgements import known_rows
from gepnet.guidelines.verify.labels import label_texts, off_label
from gepnet.guidelines.verify.run import prove
from gepnet.guidelines.verify.units import answer
from gepnet.guidelines.verify.within import within
from gepnet.vocabulary import Question
from tests.guidelines.verify.every_day import at_limits

DAY = datetime.date(2026, 1, 15)
ASKED = Question(knowledge_date=DAY)
LU = "lu177_dotatate"


@cache
def context() -> Context:
    return Context(api.base(), DAY)


@cache
def inside(name: str) -> tuple[Finding, ...]:
    return (*within(context(), name), *at_limits(context(), name))


@cache
def of_pair(one: str, other: str) -> tuple[Finding, ...]:
    return tuple(between(context(), one, other))


@cache
def against_labels(name: str) -> tuple[Finding, ...]:
    one = context()
    return tuple(f for own in one.positions.of_document(name) for f in off_label(one, own))


@cache
def of_label(name: str) -> tuple[Finding, ...]:
    return tuple(label_texts(context(), name))


@cache
def of_rules() -> tuple[Finding, ...]:
    return tuple(answer(context(), ("rules",)))


@cache
def of_twins() -> tuple[Finding, ...]:
    return tuple(answer(context(), ("one_fact_apart",)))


def one_of(findings: tuple[Finding, ...], kind: str, option: str, about: str = "") -> Finding:
    found = [
        f
        for f in findings
        if f.kind == kind and (not option or option in f.options) and about in f.about
    ]
    assert found, f"no {kind} on {option} among {[f.id for f in findings]}"
    return found[0]


def supported_by(name: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings in which this document is the one that supports the option."""
    return tuple(finding for finding in findings if finding.documents[0] == name)


# Every row of section 4 of the fact sheet on European guidelines.
SECTION_4: dict[str, tuple[Any, str, str, str]] = {
    "D-01": (lambda: inside("esmo-2020"), "contradiction", LU, ""),
    "D-01 hole": (lambda: inside("esmo-2020"), "hole", LU, "ki67_percent=10"),
    "D-01 band": (lambda: inside("esmo-2020"), "ambiguous", LU, ""),
    "D-02": (lambda: inside("esmo-2020"), "dissent", LU, "minority-rlt-small-intestine"),
    "D-03": (lambda: of_pair("enets-crc-2023", "tafuto-2025"), "ranking", LU, ""),
    "D-04": (lambda: inside("enets-crc-2023"), "contradiction", LU, ""),
    "D-05": (lambda: of_pair("enets-nfpan-2023", "tafuto-2025"), "trial_only", LU, ""),
    "D-06": (lambda: against_labels("enets-si-2024"), "off_label", LU, "EU"),
    "D-07": (lambda: of_pair("enets-nfpan-2023", "esmo-2020"), "sequence", LU, ""),
    "D-08": (
        lambda: supported_by("norway-2020", of_pair("itanet-2024", "norway-2020")),
        "condition", "fdg_pet", "",
    ),
    "D-10": (
        lambda: of_pair("norway-2020", "tafuto-2025"), "opposed", "ssa_interval_shortening", "",
    ),
    "D-11": (
        lambda: supported_by("norway-2020", of_pair("norway-2020", "review-gi-net-2025")),
        "condition", "ssa", "",
    ),
    "D-13": (
        lambda: of_pair("review-gi-net-2025", "spain-2016"), "opposed", "ssa_continuation", "",
    ),
    "D-14": (
        lambda: of_pair("italy-ngt-2022", "review-gi-net-2025"), "opposed", "surveillance", "",
    ),
    "D-16": (of_twins, "undivided", "chemotherapy", "differentiation"),
    "D-17 between profiles": (of_rules, "eligibility", "prrt", "clearance"),
    "D-17": (
        lambda: supported_by("asco-2023", of_pair("asco-2023", "review-gi-net-2025")),
        "condition", LU, "",
    ),
    "D-19": (lambda: against_labels("norway-2020"), "off_label", "everolimus", "EU"),
    "D-20": (lambda: against_labels("norway-2020"), "off_label", "lanreotide", "EU"),
    "D-21": (lambda: of_label("cabometyx-eu"), "unplaced_label", "cabozantinib", ""),
    "D-22": (lambda: of_label("lutathera-eu"), "ambiguous", LU, ""),
    "D-24": (of_twins, "left_out", "", "functioning"),
    "D-25": (lambda: inside("enets-2016"), "ambiguous", "stz_5fu", ""),
    "D-26": (lambda: against_labels("review-gi-net-2025"), "off_label", "cabozantinib", "EU"),
    "D-30": (lambda: of_pair("caca-2025", "esmo-2020"), "condition", "surveillance", ""),
    "D-32": (
        lambda: supported_by("ntuh-2026", of_pair("enets-si-2024", "ntuh-2026")),
        "condition", LU, "",
    ),
    "D-34": (lambda: of_pair("nci-pdq-pnet-2025", "ntuh-2026"), "opposed", "ssa", ""),
    "D-33": (lambda: inside("esmo-2020"), "ambiguous", LU, ""),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("row", SECTION_4)
def test_each_known_disagreement_is_found(row: str) -> None:
    findings, kind, option, about = SECTION_4[row]
    finding = one_of(findings(), kind, option, about)
    if not finding.regions:
        finding = described(context(), finding, most=1)
    assert finding.regions
    assert finding.sources
    check_witnesses(finding)


@pytest.mark.slow
def test_the_deciding_facts_are_those_of_the_known_rows() -> None:
    fdg = one_of(
        supported_by("norway-2020", of_pair("itanet-2024", "norway-2020")), "condition", "fdg_pet"
    )
    assert {"sstr_heterogeneous", "rapid_growth"} & set(fdg.deciding)
    kidney = one_of(
        supported_by("asco-2023", of_pair("asco-2023", "review-gi-net-2025")), "condition", LU
    )
    assert "prrt_ineligible" in kidney.deciding
    band = one_of(inside("esmo-2020"), "ambiguous", LU)
    assert "ki67_percent" in band.deciding


def test_opposite_positions_are_described_with_what_decides() -> None:
    # A solver of its own: which of the possible witnesses comes out depends on what it was asked.
    fresh = Context(api.base(), DAY)
    listed = list(with_deciding(fresh, between(fresh, "italy-ngt-2022", "spain-2016")))
    (found,) = [f for f in listed if f.kind == "opposed"]
    assert found.decided == "facts"
    assert {"tumour_burden", "low_burden"} & set(found.deciding)


def check_witnesses(finding: Finding) -> None:
    """Assess each witness as any other patient: nothing here comes from the solver."""
    base = context().base
    for region in finding.regions:
        facts = facts_of_values(region.witness, base.knowledge, base.criteria)
        assessment = assess(base, facts, ASKED)
        for claim in finding.claims:
            if claim.document in assessment.documents:
                cell = assessment.documents[claim.document].cells[claim.option, claim.intent]
                assert cell.status.value in claim.statuses, (finding.id, region.witness)


def test_one_supports_first_and_the_other_later_the_same_patient_at_two_times() -> None:
    later = one_of(of_pair("enets-nfpan-2023", "esmo-2020"), "sequence", LU)
    (region,) = later.regions
    assert region.linked is not None
    history = {
        name for name in api.base().vocabulary if api.base().vocabulary[name].entry.group in HISTORY
    }
    now, then = region.witness, region.linked.witness
    assert {name: v for name, v in now.items() if name not in history}.items() <= then.items()
    base = context().base
    facts = facts_of_values(then, base.knowledge, base.criteria)
    for claim in later.linked_claims:
        cell = (
            assess(base, facts, ASKED).documents[claim.document].cells[claim.option, claim.intent]
        )
        assert cell.status.value in claim.statuses


def test_norway_leaves_exactly_55_unassigned() -> None:
    holes = [f for f in inside("norway-2020") if f.kind == "hole"]
    assert {f.about.split("/")[0] for f in holes} == {"ki67_percent=55"}
    assert any("chemotherapy" in f.options for f in holes)
    for hole in holes:
        assert hole.regions[0].witness["ki67_percent"] == "55"
        check_witnesses(hole)


SECOND_LINE = {
    "primary_site": "jejunum_ileum",
    "differentiation": "well",
    "mitoses_per_2mm2": 1,
    "stage": "metastatic",
    "sstr_any_uptake": True,
    "sstr_heterogeneous": False,
    "slow_growth_esmo": False,
    "rapid_growth_esmo": False,
    "received_ssa": True,
    "systemic_lines_prior": 1,
    "systemic_lines_prior_excluding_ssa": 0,
    "progressed_on_ssa": True,
    "received_radioligand_therapy": False,
    "received_everolimus": False,
    "progressed_on_everolimus": False,
}


def test_the_figure_of_esmo_leaves_exactly_10_to_neither_column() -> None:
    part = "figure-4-small-intestine-"
    about = f"ki67_percent=10/{part}rlt-second/{part}rlt-not-before-everolimus"
    hole = one_of(inside("esmo-2020"), "hole", LU, about)
    assert hole.regions[0].witness["ki67_percent"] == "10"
    base = context().base
    told = {}
    for value in ("9.9", "10", "10.1", "15", "15.1"):
        patient = {**SECOND_LINE, "ki67_percent": value}
        facts = facts_of_values(patient, base.knowledge, base.criteria)
        cell = assess(base, facts, ASKED).documents["esmo-2020"].cells[LU, "tumour_control"]
        figure = [
            reason.judged.recommendation.entry.id
            for reason in cell.reasons
            if reason.judged.recommendation.entry.id.startswith("figure-4")
        ]
        told[value] = (cell.status.value, len(figure))
    assert told == {
        "9.9": ("recommended", 1),
        "10": ("recommended", 0),
        "10.1": ("text_open", 1),
        "15": ("text_open", 1),
        "15.1": ("conflicting", 1),
    }


def test_the_named_patients_show_their_differing_positions_with_sources() -> None:
    patients = api.named_patients(api.base(), ASKED)
    assert [p["id"] for p in patients] == ["pancreas-g3-untreated", "small-intestine-g3-untreated"]
    for patient in patients:
        assert patient["differing"] == len(patient["options"]) > 0
        for option in patient["options"]:
            assert len(set(option["positions"].values())) > 1
            sourced = {source["document"] for source in option["sources"]}
            assert set(option["positions"]) <= sourced


# The axioms -------------------------------------------------------------------------------------


def test_every_dependency_says_something_about_the_packaged_facts() -> None:
    axioms = Axioms(api.base())
    unused = [rule.id for rule in axioms.page.rules if rule.id not in axioms.rules]
    assert unused == []


def test_impossible_patients_are_excluded() -> None:
    base = api.base()
    prover = context().prover
    for text in (
        "progressed_on_everolimus and not received_everolimus",
        "received_everolimus and not received_targeted",
        "received_prrt and not received_radioligand_therapy",
        "received_radioligand_therapy and treatment_naive",
        "received_ssa and received_everolimus and ssa_for_symptoms_only is not null and not"
        " ssa_for_symptoms_only and systemic_lines_prior = 1",
        "site_group = 'midgut' and primary_site = 'pancreas'",
        "grade = 'NET_G1' and ki67_percent >= 3",
        "differentiation = 'poor' and ki67_percent <= 20",
        "sstr_result = 'negative' and sstr_any_uptake",
        "not metastatic and metastasis_bone",
        "months_since_diagnosis < 0",
        "pregnant and sex = 'male'",
        "no_evidence_of_disease and advanced_disease",
    ):
        node = base.criteria(text)
        assert prover.ask([prover.holds((node, True))]).verdict == "none", text


def test_ordinary_patients_are_possible() -> None:
    base = api.base()
    prover = context().prover
    for text in (
        "grade = 'NET_G2' and ki67_percent = 10 and site_group = 'midgut' and progressed_on_ssa",
        "grade = 'NET_G3' and sstr_gt_liver_all_lesions and treatment_naive and fdg_result ="
        " 'positive'",
        "grade = 'NEC' and ki67_percent = 55 and sstr_any_uptake",
        "received_prrt and prrt_cycles = 4 and progressed_on_prrt and received_everolimus",
        "functioning and syndrome = 'carcinoid' and on_ssa and hormone_symptoms_worse",
    ):
        node = base.criteria(text)
        assert prover.ask([prover.holds((node, True))]).found, text


# The run ----------------------------------------------------------------------------------------


def test_an_unchanged_document_is_not_proved_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEPNET_CACHE_DIR", str(tmp_path))
    first = prove(api.base(), DAY, document="italy-ngt-2022")
    again = prove(api.base(), DAY, document="italy-ngt-2022")
    assert first.proved_now == first.jobs > 0
    assert again.proved_now == 0
    assert again.findings == first.findings


def test_findings_survive_being_written() -> None:
    for finding in inside("esmo-2020"):
        assert from_plain(finding.plain()) == finding


# Differences ------------------------------------------------------------------------------------

EXTENSION = """
labels:
- id: lutathera-eu-first-line
  option: lu177_dotatate
  region: EU
  authority: made up
  from: "2025-01-01"
  to: null
  when: >-
    age_years >= 18 and primary_gep and unresectable_or_metastatic and newly_diagnosed and
    treatment_naive and grade in ('NET_G2', 'NET_G3') and ki67_percent >= 10 and sstr_ge_liver
  indication: Made up for a test.
  source: gepnet-definition
  verification: unverified
  examples: {applies: {}, does_not_apply: [], undetermined: []}
"""


def test_a_label_extension_changes_the_patients_that_it_says(tmp_path: Path) -> None:
    file = tmp_path / "extension.yaml"
    file.write_text(EXTENSION, encoding="utf-8")
    view = api.knowledge_diff("packaged", str(file), ASKED)
    assert [e["entry"] for e in view["entries"]] == ["label/lutathera-eu-first-line"]
    (on,) = [f for f in view["findings"] if "on_label" in f["positions"].values()]
    assert on["positions"] == {"label EU before": "off_label", "label EU after": "on_label"}
    assert "tafuto-2025/rlt-first-line-g3" in on["detail"]
    base = api.base(file)
    facts = facts_of_values(on["witness"], base.knowledge, base.criteria)
    labels = {x.label.entry.id: x.status for x in assess(base, facts, ASKED).labels}
    assert labels["lutathera-eu-first-line"] == "on_label"
    assert labels["lutathera-eu"] == "off_label"
    without = api.knowledge_diff("packaged", str(file), ASKED, without=["lutathera-eu-first-line"])
    assert without["entries"] == []
    assert without["findings"] == []


def test_two_versions_differ_for_the_patients_shown() -> None:
    view = api.knowledge_diff("enets-2016", "enets-si-2024", ASKED)
    assert view["findings"]
    assert any(entry["change"] == "removed" for entry in view["entries"])


def test_the_grid_of_a_document_shows_its_hole() -> None:
    view = api.status_grid(
        api.base(),
        ("esmo-2020", LU, "tumour_control"),
        {name: value for name, value in SECOND_LINE.items() if name != "sstr_any_uptake"},
        ("ki67_percent", ["10", "16"]),
        ("sstr_any_uptake", [True, False]),
        ASKED,
    )
    assert view["statuses"] == [["recommended", "conflicting"], ["silent", "lesser"]]


def test_the_known_rows_are_those_of_the_file() -> None:
    file = Path(__file__).parents[2] / "disagreements.yaml"
    entries = yaml.safe_load(file.read_text(encoding="utf-8"))["disagreements"]
    rows = {row.split()[0] for row in SECTION_4}
    rows |= {row.id for row in known_rows(api.base().knowledge.measures) if row.not_expressible}
    assert {entry["id"] for entry in entries} == rows

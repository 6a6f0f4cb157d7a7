"""A limit is written once, and those who hold it never disagree about a patient."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gepnet import api
from gepnet.facts import facts_of_values
from gepnet.knowledge import InputError
from gepnet.knowledge.load import PACKAGED
from gepnet.knowledge.models import Knowledge
from gepnet.knowledge.read import read_files
from gepnet.rules import Reading, Rule, Rulebook
from gepnet.rules.limits import limits_are_used, limits_written_once
from gepnet.vocabulary import Truth

BASE = api.base()
BOOK = Rulebook(BASE.knowledge, BASE.criteria)


def rule(full_id: str) -> Rule[Any]:
    return next(rule for rule in BOOK.rules if rule.full_id == full_id)


def truth(full_id: str, **values: Any) -> Truth:
    facts = facts_of_values(values, BASE.knowledge, BASE.criteria)
    return Reading.of(rule(full_id), facts).truth


def negated(value: Truth) -> Truth:
    return None if value is None else not value


# Those that fire beyond the limit, and those that are met within it.
SHARED = [
    (
        ("safety/albumin-with-coagulation-rlt", "release/hepatic-synthesis"),
        (
            "eligibility-eu-label/liver-synthesis",
            "eligibility-nanets/liver-synthesis",
            "eligibility-hospital-london/liver-synthesis",
            "why_not_prrt/liver-synthesis",
        ),
        ("albumin_g_l", "inr", "prothrombin_ratio_percent"),
    ),
    (
        ("safety/platelets-rlt", "release/thrombocytopenia"),
        (
            "eligibility-eu-label/platelets",
            "eligibility-hospital-london/platelets",
            "why_not_prrt/platelets",
        ),
        ("platelets_10e9_l",),
    ),
    (
        ("safety/bilirubin-rlt", "release/hepatic-bilirubin"),
        ("eligibility-eu-label/bilirubin", "why_not_prrt/bilirubin"),
        ("bilirubin_x_uln",),
    ),
    (
        ("safety/haemoglobin-rlt", "release/anaemia"),
        ("eligibility-eu-label/haemoglobin", "why_not_prrt/haemoglobin"),
        ("haemoglobin_g_l",),
    ),
    (
        ("safety/crcl-below-40-rlt", "release/renal-clearance"),
        ("eligibility-eu-label/clearance", "why_not_prrt/creatinine-clearance"),
        ("creatinine_clearance_ml_min",),
    ),
]
LIMITS = {limit.fact: limit.value for limit in BASE.knowledge.limits if limit.fact is not None}


@pytest.mark.parametrize(("beyond", "within", "facts"), SHARED, ids=lambda one: one[0])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_whoever_holds_a_limit_says_the_same_of_a_patient(
    beyond: tuple[str, ...], within: tuple[str, ...], facts: tuple[str, ...], data: st.DataObject
) -> None:
    values: dict[str, Any] = {}
    for name in facts:
        limit, step = LIMITS[name], BASE.vocabulary[name].precision
        assert limit is not None
        around = [limit - step, limit, limit + step, limit / 2, limit * Decimal("1.5"), None]
        values[name] = data.draw(st.sampled_from(around), label=name)
    told = {name: truth(name, **values) for name in beyond}
    told |= {name: negated(truth(name, **values)) for name in within}
    assert len(set(told.values())) == 1, told


def test_albumin_alone_never_counts() -> None:
    name = "eligibility-eu-label/liver-synthesis"
    assert truth(name, albumin_g_l=20, inr=1.5, prothrombin_ratio_percent=70) is True
    assert truth(name, albumin_g_l=29.9, inr=1.2, prothrombin_ratio_percent=69) is False
    assert truth(name, albumin_g_l=29.9, inr=1.51) is False
    assert truth(name, albumin_g_l=29.9) is None


@pytest.mark.parametrize(
    "name", ["eu-label", "eu-label-older", "us-label", "nanets", "review-003", "hospital-london"]
)
def test_on_dialysis_no_clearance_limit_is_met(name: str) -> None:
    """The profile said met of a patient whom the safety rules called contraindicated."""
    line = f"eligibility-{name}/clearance"
    assert truth(line, creatinine_clearance_ml_min=90) is True
    assert truth(line, creatinine_clearance_ml_min=90, dialysis=False) is True
    assert truth(line, creatinine_clearance_ml_min=90, dialysis=True) is False
    assert truth(line, dialysis=True) is False
    assert truth("safety/dialysis-rlt", dialysis=True) is True
    assert truth("release/dialysis", dialysis=True) is True


# Files -------------------------------------------------------------------------------------------


def packaged(**changes: tuple[str, str]) -> Knowledge:
    """The packaged knowledge with one text of a file, by its stem, replaced by another."""
    texts = []
    for file in sorted(PACKAGED.rglob("*.yaml")):
        name = file.relative_to(PACKAGED).as_posix()
        if name.startswith(("cases/", "guidelines/", "scenarios/", "mappings/")):
            continue
        text = file.read_text(encoding="utf-8")
        if file.stem in changes:
            before, after = changes[file.stem]
            assert text.count(before) >= 1, before
            text = text.replace(before, after, 1)
        texts.append((name, text))
    return read_files(texts)


def found(**changes: tuple[str, str]) -> list[str]:
    book = Rulebook(packaged(**changes))
    return [str(one) for one in (*limits_written_once(book), *limits_are_used(book))]


def test_the_packaged_limits_are_written_once() -> None:
    assert found() == []


def test_a_number_that_a_limit_has_is_not_written_out() -> None:
    (told,) = found(release=('"platelets_10e9_l < {platelets}"', '"platelets_10e9_l < 75"'))
    assert "in thrombocytopenia, field when, value platelets_10e9_l 75" in told
    assert "expected a limit in braces" in told


def test_a_number_that_two_entries_write_out_is_found() -> None:
    (told,) = found(release=('"release_cycle > 4"', '"potassium_mmol_l > 6"'))
    assert "potassium_mmol_l 6" in told


def test_another_treatment_keeps_a_number_of_its_own() -> None:
    assert found(label_limits=('"recent_haemorrhage"', '"platelets_10e9_l < 75"')) == []
    (told,) = found(label_limits=('"urinary_incontinence"', '"platelets_10e9_l < 75"'))
    assert "in incontinence-rlt" in told


def test_a_limit_belongs_to_its_fact() -> None:
    wrong = ('"platelets_10e9_l < {platelets}"', '"leukocytes_10e9_l < {platelets}"')
    (told,) = found(release=wrong)
    assert "expected the limit of platelets_10e9_l compared with platelets_10e9_l" in told


def test_a_limit_that_nobody_names_is_told() -> None:
    more = ("limits:\n", "limits:\n- {id: idle, label: x, fact: karnofsky, value: 30}\n")
    (told,) = found(limits=more)
    assert "value idle" in told


def test_an_unknown_limit_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'platelets'"):
        packaged(release=("{platelets}", "{platelet}"))


def test_limits_that_name_each_other_are_refused() -> None:
    circle = ("inr > {inr}", "{liver-synthesis}")
    with pytest.raises(InputError, match="liver-synthesis"):
        Rulebook(packaged(limits=circle))


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        ("{id: x, label: x, fact: karnofsky}", "belong together"),
        ("{id: x, label: x}", "needs 'value' or 'when'"),
        ('{id: x, label: x, fact: karnofsky, value: 1, when: "true"}', "needs 'value' or 'when'"),
    ],
)
def test_a_faulty_limit_says_what_is_wrong(limit: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        packaged(limits=("limits:\n", f"limits:\n- {limit}\n"))

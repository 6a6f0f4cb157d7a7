"""Missing facts and what each result would bring."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from gepnet import api
from gepnet.facts import facts_of_values, facts_with
from gepnet.guidelines import (
    Assessment,
    KnowledgeBase,
    MissingFact,
    Status,
    assess,
    missing,
)
from gepnet.guidelines.alternatives import Influences
from gepnet.guidelines.positions import document_positions
from gepnet.vocabulary import Question
from tests.guidelines.small_world import document, small_base

DAY = datetime.date(2026, 11, 22)
ASKED = Question(knowledge_date=DAY)


def found_in(
    entries: list[tuple[str, str, str | None]], given: dict[str, object]
) -> list[MissingFact]:
    base = small_base([document("a", "true", entries)])
    facts = facts_of_values(given, base.knowledge, base.criteria)
    return missing(base, assess(base, facts, ASKED))


def results(found: MissingFact) -> list[tuple[list[str], list[tuple[str, str]]]]:
    return [
        ([str(v) for v in r.values], [(c.before.value, c.after.value) for c in r.changes])
        for r in found.results
    ]


def test_nothing_is_missing_where_everything_is_settled() -> None:
    assert found_in([("recommended", "rlt_planned", None)], {"rlt_planned": True}) == []


def test_each_result_of_an_unknown_boolean() -> None:
    (found,) = found_in([("recommended", "rlt_planned", None)], {})
    assert (found.fact, found.ask) == ("rlt_planned", ("rlt_planned",))
    assert (found.open_positions, found.changed_positions) == (1, 1)
    assert results(found) == [
        (["True"], [("fact_missing", "recommended")]),
        (["False"], [("fact_missing", "not_read")]),
    ]


def test_a_number_comes_in_bands() -> None:
    entries = [("recommended", "ki67_percent < 10", None), ("option", "ki67_percent <= 20", None)]
    found = {m.fact: m for m in found_in(entries, {})}["ki67_percent"]
    bands = [(r.band and (r.band.low, r.band.high)) for r in found.results]
    assert bands == [(None, 10), (10, 20), (20, None)]
    after = [[c.after.value for c in r.changes] for r in found.results]
    assert after == [["recommended"], ["option"], ["not_read"]]


def test_a_range_is_only_narrowed() -> None:
    entries = [("recommended", "ki67_percent < 10", None), ("option", "ki67_percent > 20", None)]
    (found,) = found_in(entries, {"ki67_percent": "8-12"})
    assert [str(v) for r in found.results for v in r.values] == ["9.9", "10"]


def test_a_fact_that_settles_nothing_alone_comes_last() -> None:
    both = "(rlt_planned and sex = 'male') or (not rlt_planned and sex = 'female')"
    base = small_base(
        [
            document("a", "true", [("recommended", both, None)]),
            document("b", "true", [("recommended", "rlt_planned", None)]),
        ]
    )
    facts = facts_of_values({}, base.knowledge, base.criteria)
    found = missing(base, assess(base, facts, ASKED))
    counts = [(m.fact, m.open_positions, m.changed_positions) for m in found]
    assert counts == [("rlt_planned", 2, 1), ("sex", 1, 0)]


def test_what_is_worked_out_is_asked_for_by_its_inputs() -> None:
    (found,) = found_in([("recommended", "bmi_kg_m2 > 30", None)], {"height_cm": 180})
    assert (found.fact, found.ask) == ("bmi_kg_m2", ("weight_kg",))
    assert [r.band and (r.band.low, r.band.high) for r in found.results] == [(None, 30), (30, None)]


@pytest.fixture(scope="module")
def packaged(tmp_path_factory: pytest.TempPathFactory) -> tuple[KnowledgeBase, Assessment]:
    path: Path = tmp_path_factory.mktemp("patient") / "example.yaml"
    path.write_text(api.example_patient(), encoding="utf-8")
    base = api.base()
    return base, api.assess_record(api.read_patient(path, base), base, ASKED)


def test_each_result_on_the_example_is_what_an_assessment_gives(
    packaged: tuple[KnowledgeBase, Assessment],
) -> None:
    base, before = packaged
    for found in missing(base, before)[:6]:
        for result in found.results:
            for value in result.values:
                changed = {found.fact: value}
                facts = facts_with(before.facts, changed, base.knowledge, base.criteria)
                after = assess(base, facts, ASKED)
                for change in result.changes:
                    for option in change.options:
                        cell = after.documents[change.document].cells[option, change.intent]
                        assert cell.status is change.after


def test_ki67_on_the_example_settles_esmo(packaged: tuple[KnowledgeBase, Assessment]) -> None:
    base, before = packaged
    found = {m.fact: m for m in missing(base, before)}["ki67_percent"]
    below = found.results[0]
    brought = {(c.document, c.option): c.after for c in below.changes}
    assert brought["esmo-2020", "lu177_dotatate"] is Status.RECOMMENDED


# Questions fit the patient ----------------------------------------------------------------------


def asked_of(**given: object) -> set[str]:
    """Every fact that a patient is asked about, for a position or to exclude a safety rule."""
    base = api.base()
    localised = {"differentiation": "well", "ki67_percent": 2, "stage": "localised"}
    facts = facts_of_values({**localised, **given}, base.knowledge, base.criteria)
    assessment = assess(base, facts, ASKED)
    open_rules = [note.missing for note in assessment.safety if not note.fires]
    names = {name for found in missing(base, assessment) for name in found.ask}
    return names | {one for found in open_rules for one in facts.to_ask(found)}


def test_the_gastric_type_is_asked_of_gastric_tumours_alone() -> None:
    assert "gastric_type" in asked_of(primary_site="stomach")
    for site in ("duodenum_proximal", "pancreas", "appendix", "unknown"):
        assert "gastric_type" not in asked_of(primary_site=site)


def test_a_cushing_syndrome_is_asked_for_no_echocardiography() -> None:
    """It is proven by its hormones; the heart is looked at where the syndrome is the carcinoid."""
    cushing = {"primary_site": "pancreas", "stage": "metastatic", "syndrome": "other"}
    assert "echocardiography_done" not in asked_of(**cushing)
    assert "echocardiography_done" in asked_of(
        primary_site="jejunum_ileum", stage="metastatic", syndrome="carcinoid"
    )


def test_one_walk_finds_what_the_criteria_one_by_one_do(
    packaged: tuple[KnowledgeBase, Assessment],
) -> None:
    """The faster way for all documents together may leave nothing out and add nothing."""
    base, assessment = packaged
    nodes = [
        node
        for name in assessment.documents
        for position in document_positions(base).of_document(name)
        for node in position.nodes
    ]
    influences = Influences(base, assessment.facts)
    assert influences.looked_at(nodes) == influences.of(nodes).looked_at


@pytest.mark.parametrize("known", ["not_metastatic", ["localised", "locally_advanced"]])
def test_no_result_is_offered_that_the_record_excludes(known: object) -> None:
    """Staging of a tumour reported as M0 once promised what metastases would bring."""
    base = api.base()
    given = {"stage": known, "primary_site": "appendix", "differentiation": "well"}
    facts = facts_of_values(given, base.knowledge, base.criteria)
    found = {one.fact: one for one in missing(base, assess(base, facts, ASKED))}["stage"]
    assert {str(v) for r in found.results for v in r.values} == {"localised", "locally_advanced"}

"""What is worked out from the store: preparation, agreement, groups of cards, weights."""

from __future__ import annotations

import datetime

import pytest

from gepnet import api, store
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.preparation import BoardPreparation, check_preparation
from gepnet.report.preparation import preparation_view
from gepnet.store.check import check
from tests.store.people import CENTRE, Team, team_of

LETTER = """
gepnet: 1
patient: p
region: EU
as_of: 2026-01-15
complete: {treatments: 2026-01-15}
events:
- {kind: demographics, birth_date: 1961-02-03, sex: female}
- {kind: diagnosis, date: 2025-01-10, primary_site: pancreas, functioning: false}
- {kind: pathology, date: 2025-01-10, differentiation: well, ki67_percent: 8, grade_reported: G1}
- {kind: stage, date: 2025-01-10, stage: IV}
- {kind: sstr_imaging, date: 2024-02-01, sstr_method: PET, sstr_uptake_vs_liver: above}
"""


@pytest.fixture
def team(sqlite_store: store.Store) -> Team:
    return team_of(sqlite_store)


@pytest.fixture
def case(sqlite_store: store.Store, team: Team, base: KnowledgeBase) -> store.Case:
    case = store.add_case(sqlite_store, team.ben, CENTRE)
    store.save_file(sqlite_store, team.ben, case.id, LETTER, base.vocabulary, 0)
    return case


def test_every_fact_has_somebody_to_ask(base: KnowledgeBase) -> None:
    file = BoardPreparation.read(base.knowledge.measures)
    assert list(check_preparation(file, base.vocabulary)) == []
    assert list(check(base)) == []
    assert all(file.domain_of(name, base.vocabulary).ask for name in base.vocabulary)
    short = file.model_copy(update={"domains": file.domains[:-1]})
    told = [problem.value for problem in check_preparation(short, base.vocabulary)]
    assert "demographics" in told


def test_what_is_missing_too_old_or_contradictory_is_told_with_whom_to_ask(
    sqlite_store: store.Store, team: Team, case: store.Case, base: KnowledgeBase
) -> None:
    view = api.prepared(sqlite_store, team.dora, base, case.id)
    assert view is not None and not view["ready"]
    states = {one["id"]: one["state"] for one in view["domains"]}
    assert states["site"] == "there" and states["sstr"] == "too_old"
    assert states["grade"] == "contradictory" and states["growth"] == "missing"
    assert view["known"] + sum(states[one] in ("missing", "too_old", "contradictory")
                               for one in states) == view["wanted"]  # fmt: skip
    by_state = {(todo["domain"], todo["state"]): todo for todo in reversed(view["to_do"])}
    old = by_state["sstr", "too_old"]
    assert old["ask"] == "Nuclear medicine" and "2024-02-01, 714 days old" in old["told"]
    doubt = by_state["grade", "contradictory"]
    assert doubt["ask"] == "Pathology" and "as well" in doubt["told"]
    growth = by_state["growth", "missing"]
    assert growth["settles"] and growth["changed_positions"] > 0
    first = [todo["core"] for todo in view["to_do"]]
    assert first == sorted(first, reverse=True)


def test_a_case_goes_to_the_meeting_without_what_is_not_to_be_had(
    sqlite_store: store.Store, team: Team, case: store.Case, base: KnowledgeBase
) -> None:
    item = store.add_item(sqlite_store, team.dora, case.id, "What next?")
    bare = store.add_case(sqlite_store, team.ben, CENTRE, urgent=True)
    store.add_item(sqlite_store, team.dora, bare.id, "And here?")
    listed = api.worklist(sqlite_store, team.dora, base)
    assert [(one.lane, one.item.case_id) for one in listed] == [
        ("not_ready", bare.id), ("not_ready", case.id),
    ]  # fmt: skip
    view = api.prepared(sqlite_store, team.dora, base, case.id)
    assert view is not None
    ids = [one["id"] for one in view["domains"]]
    with pytest.raises(api.InputError, match="did you mean 'growth'"):
        store.waive(sqlite_store, team.dora, case.id, "growht", "none", ids)
    for one in view["domains"]:
        if one["core"] and one["state"] in ("missing", "too_old", "contradictory"):
            store.waive(sqlite_store, team.dora, case.id, one["id"], "Not before Thursday", ids)
    ready = api.prepared(sqlite_store, team.dora, base, case.id)
    assert ready is not None and ready["ready"]
    assert ready["waived"]["growth"] == {"reason": "Not before Thursday", "by": "Dora East"}
    lanes = {one.item.id: one.lane for one in api.worklist(sqlite_store, team.dora, base)}
    assert lanes[item.id] == "ready"
    store.waive(sqlite_store, team.dora, case.id, "growth", "CT is there", ids, waived=False)
    again = api.prepared(sqlite_store, team.dora, base, case.id)
    assert again is not None and again["in_the_way"] == ["Growth"]


def test_a_changed_record_is_prepared_anew(
    sqlite_store: store.Store, team: Team, case: store.Case, base: KnowledgeBase
) -> None:
    before = api.prepared(sqlite_store, team.ada, base, case.id)
    scan = {"kind": "sstr_imaging", "date": "2026-01-10", "sstr_method": "PET",
            "sstr_uptake_vs_liver": "above"}  # fmt: skip
    kept = store.add_events(sqlite_store, team.ada, case.id, [scan], base.vocabulary, 1)
    after = api.prepared(sqlite_store, team.ada, base, case.id)
    assert before is not None and after is not None
    assert after["known"] == before["known"] + 1
    fresh = preparation_view(api.assess_record(kept.record, base), base)
    assert {**fresh, "waived": {}} == after


def _discussed(
    kept: store.Store, team: Team, case: store.Case, base: KnowledgeBase, *chosen: str
) -> store.CardRound:
    item = store.add_item(kept, team.dora, case.id, "PRRT or else?")
    people = (team.ada, team.ben, team.cleo)
    store.begin_round(kept, team.ada, item.id, [one.id for one in people])
    for actor, option in zip(people, chosen, strict=True):
        last = store.give_card(kept, actor, item.id, option, "so I think", base.options)
    return last


def test_who_differs_is_told_with_what_explains_it(
    sqlite_store: store.Store, team: Team, case: store.Case, base: KnowledgeBase
) -> None:
    _discussed(sqlite_store, team, case, base, "everolimus", "everolimus", "lu177_dotatate")
    _discussed(sqlite_store, team, case, base, "lanreotide", "lanreotide", "lanreotide")
    _discussed(sqlite_store, team, case, base, "everolimus", "other", "everolimus")
    view = api.board_agreement(sqlite_store, team.eli, base)
    assert (view["items"], view["people"]) == (3, 3)
    assert view["overall"]["cards"] == 9 and view["overall"]["low"] <= view["overall"]["kappa"]
    assert [one["discipline"] for one in view["by_discipline"]] == [
        "nuclear medicine", "oncology", "surgery",
    ]  # fmt: skip
    split, same, other = view["cases"]
    assert same["observed"] == 1.0 and same["differences"] == []
    assert [group["option"] for group in split["groups"]] == ["lu177_dotatate", "everolimus"] or [
        group["option"] for group in split["groups"]
    ] == ["everolimus", "lu177_dotatate"]
    (difference,) = split["differences"]
    kinds = {reason["kind"] for reason in difference["explained_by"]}
    assert kinds <= {
        "documents", "both_allowed", "fact_missing", "text_open", "beside_documents", "judgement",
    } and kinds  # fmt: skip
    for reason in difference["explained_by"]:
        if reason["kind"] == "fact_missing":
            assert reason["facts"]
        if reason["kind"] in ("documents", "both_allowed"):
            assert reason["documents"]
    assert [one["kind"] for one in other["differences"][0]["explained_by"]] == ["other"]
    with pytest.raises(store.NotAllowed):
        api.board_agreement(sqlite_store, team.gus, base)
    assert "Bianchi" not in str(view)


def test_cards_are_grouped_and_nobody_is_lost(
    sqlite_store: store.Store, team: Team, case: store.Case, base: KnowledgeBase
) -> None:
    first = _discussed(sqlite_store, team, case, base, "everolimus", "lu177_dotatate", "everolimus")
    places = {name: place for place, name in enumerate(base.options)}
    groups = store.grouped(first.cards, lambda name: places.get(name, len(places)))
    assert [(one.option, one.disciplines) for one in groups] == [
        ("everolimus", ("nuclear medicine", "oncology")), ("lu177_dotatate", ("surgery",)),
    ]  # fmt: skip
    assert store.shared_view(first.cards) == pytest.approx(1 / 3)
    assert store.shared_view(first.cards[:1]) is None
    decision = store.Decision("agreed", ("everolimus",), owner="x", due=datetime.date(2027, 1, 1))
    assert store.not_in(decision, first.cards) == [
        store.Dissent("surgery", "so I think", "lu177_dotatate")
    ]


def test_what_matters_is_kept_in_words_and_as_shares(
    sqlite_store: store.Store, team: Team, case: store.Case, base: KnowledgeBase
) -> None:
    asked = api.what_matters(base)
    matters = [one.id for one in asked.matters]
    assert all(base.sources[one.source].title for one in asked.methods)
    points = dict.fromkeys(matters, 0) | {"travel": 75, "symptoms": 25}
    kept = store.record_weights(
        sqlite_store, team.ben, case.id, asked, {"travel": " Far away "}, "point_allocation",
        points, "home",
    )  # fmt: skip
    assert kept.words == {"travel": "Far away"} and kept.shares is not None
    assert (kept.shares["travel"], sum(kept.shares.values())) == (0.75, 1.0)
    for method, answers, told in (
        ("point_allocation", points | {"travel": 70}, "100 points in all"),
        ("rating", dict.fromkeys(matters, 6), "a whole number from 1 to 5"),
        ("rating", {"travel": 3}, "an answer for each matter"),
        ("guess", points, "a method of the list"),
        (None, points, "the method by which weights were asked"),
    ):
        with pytest.raises(api.InputError, match=told):
            store.record_weights(sqlite_store, team.ben, case.id, asked, {}, method, answers)
    assert store.read_weights(sqlite_store, team.ada, case.id) == [kept]

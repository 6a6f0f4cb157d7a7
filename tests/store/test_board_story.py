"""The whole story of a case on the board, on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime

import pytest

from gepnet import api, store
from gepnet.guidelines import KnowledgeBase
from gepnet.store.tables import SessionRow
from tests.store.people import CENTRE, PASSWORD, Team

TODAY = datetime.date.today()
WHO = store.Identity("Bianchi", "Maria", datetime.date(1961, 2, 3), "H-17")


def new_case(kept: store.Store, team: Team, base: KnowledgeBase) -> store.Case:
    case = store.add_case(kept, team.ben, CENTRE, WHO)
    store.save_file(kept, team.ben, case.id, api.example_patient(), base.vocabulary, 0)
    return store.read_case(kept, team.ben, case.id)


def test_a_case_from_its_first_question_to_its_follow_up(
    kept: store.Store, team: Team, base: KnowledgeBase
) -> None:
    case = new_case(kept, team, base)
    assert (case.identity, case.record_number) == (
        store.Identity("Bianchi", "Maria", datetime.date(1961, 2, 3), "H-17", 1), 1,
    )  # fmt: skip
    starts = datetime.datetime(2026, 11, 26, 14, tzinfo=datetime.UTC)
    meeting = store.add_meeting(kept, team.dora, CENTRE, "NET board", starts)
    item = store.add_item(
        kept, team.dora, case.id, "PRRT now, or chemotherapy?", meeting.id, 7, ["surgery"]
    )
    assert (item.stage, item.place, item.case.pseudonym) == ("open", 1, case.pseudonym)

    # Cards are blind until all are in.
    voters = [team.ada.id, team.ben.id, team.cleo.id]
    store.begin_round(kept, team.ada, item.id, voters)
    options = base.options
    before = store.item_tag(kept, team.ben, item.id)
    mine = store.give_card(
        kept, team.ben, item.id, "everolimus", "Slow growth", options, "if glucose allows"
    )
    assert [card.option for card in mine.cards] == ["everolimus"]
    assert store.item_tag(kept, team.ben, item.id) != before
    seen = store.read_rounds(kept, team.ada, item.id)[0]
    assert not seen.is_open and seen.cards == ()
    assert {one.printed_name for one in seen.expected if one.given} == {"Dr Ben South"}
    store.give_card(kept, team.cleo, item.id, "lu177_dotatate", "Uptake high", options)
    # Ben changes his mind before the cards are turned; both cards are kept.
    store.give_card(kept, team.ben, item.id, "lu177_dotatate", "After all", options)
    with pytest.raises(store.NotNow):
        store.record_outcome(kept, team.ada, item.id, _agreed(), options)
    last = store.give_card(kept, team.ada, item.id, "lu177_dotatate", "Label", options)
    assert last.is_open and last.opened_how == "all_in"
    assert len(last.cards) == 3 and [card.option for card in last.earlier] == ["everolimus"]
    with pytest.raises(store.NotNow):
        store.give_card(kept, team.ada, item.id, "everolimus", "late", options)

    outcome = store.record_outcome(kept, team.ada, item.id, _agreed(), options)
    assert outcome.record_number == 1 and outcome.decision == _agreed()
    follow_up = store.record_follow_up(kept, team.dora, item.id, "no", TODAY, "Bed shortage")
    assert store.read_follow_ups(kept, team.ada, item.id) == [follow_up]
    assert store.read_item(kept, team.ada, item.id).stage == "followed_up"
    assert store.verify_store(kept, team.flo).faults == ()


def _agreed() -> store.Decision:
    return store.Decision(
        "agreed",
        ("lu177_dotatate",),
        owner="Dr Cleo West",
        due=TODAY + datetime.timedelta(30),
        patient_wish="As few days in hospital as can be",
        dissent=(store.Dissent("surgery", "Debulk first", "primary_resection"),),
    )


def signed_in(kept: store.Store, root: store.Actor, name: str) -> tuple[str, store.SignedIn]:
    store.set_password(kept, root, name, PASSWORD)
    session = store.sign_in(kept, name, PASSWORD)
    return session.secret, session


def test_a_signed_record_stays_when_it_is_changed(
    kept: store.Store, team: Team, base: KnowledgeBase
) -> None:
    case = new_case(kept, team, base)
    item = store.add_item(kept, team.dora, case.id, "What next?")
    first = store.record_outcome(kept, team.ada, item.id, _agreed(), base.options)
    secret, session = signed_in(kept, team.root, "ada")
    _age_proof(kept, session)
    stale = store.session_of(kept, secret)
    with pytest.raises(store.NotProved):
        store.sign_outcome(kept, stale, item.id, 1, "responsible")
    with pytest.raises(store.NotProved):
        store.prove(kept, secret, "not the password")
    proved = store.prove(kept, secret, PASSWORD)
    signed = store.sign_outcome(kept, proved, item.id, 1, "responsible")
    (signature,) = signed.signatures
    assert (signature.printed_name, signature.meaning) == ("Dr Ada North", "responsible")
    assert (signature.outcome_digest, signature.record_digest) == (
        first.digest, first.record_digest,
    )  # fmt: skip
    with pytest.raises(store.NotNow):
        store.sign_outcome(kept, proved, item.id, 1, "agrees")

    other = store.Decision("no_consensus", next_step="FDG-PET", owner="Ada", due=TODAY)
    with pytest.raises(api.InputError, match="why a signed record is changed"):
        store.record_outcome(kept, team.ada, item.id, other, base.options, 1)
    store.record_outcome(kept, team.ada, item.id, other, base.options, 1, "New scan")
    outcomes = store.read_outcomes(kept, team.ada, item.id)
    assert [one.number for one in outcomes] == [1, 2]
    assert outcomes[0] == signed and outcomes[1].signatures == ()
    assert store.list_items(kept, team.ada)[0].stage == "follow_up_due"
    assert store.verify_store(kept, team.flo).faults == ()


def _age_proof(kept: store.Store, session: store.SignedIn) -> None:
    with kept.keep() as open_:
        row = open_.get_one(SessionRow, session.actor.session)
        row.proved -= datetime.timedelta(minutes=5)


def test_two_people_save_the_same_record(
    kept: store.Store, team: Team, base: KnowledgeBase
) -> None:
    case = new_case(kept, team, base)
    lab = {"kind": "laboratory", "date": "2026-01-10", "haemoglobin_g_l": 131}
    store.add_events(kept, team.ada, case.id, [lab], base.vocabulary, 1)
    other = {**lab, "haemoglobin_g_l": 113}
    with pytest.raises(store.Stale) as caught:
        store.add_events(kept, team.ben, case.id, [other], base.vocabulary, 1)
    assert (caught.value.seen, caught.value.current) == (1, 2)
    assert caught.value.mine["events"] == [other]
    assert caught.value.theirs["events"][-1]["haemoglobin_g_l"] == 131
    assert store.read_kept(kept, team.ben, case.id, base.vocabulary).version.number == 2


def test_a_cycle_is_released_by_a_named_person(
    kept: store.Store, team: Team, base: KnowledgeBase
) -> None:
    case = new_case(kept, team, base)
    secret, _ = signed_in(kept, team.root, "cleo")
    proved = store.prove(kept, secret, PASSWORD)
    event = {"date": "2026-01-20", "cycle": 1, "decision": "proceed", "activity_gbq": 7.4}
    release, after = store.release_cycle(kept, proved, case.id, event, base.vocabulary, 1)
    assert (release.record_before, release.record_after) == (1, 2)
    assert after.record.releases[-1].author == "Dr Cleo West"
    assert store.read_releases(kept, team.ada, case.id) == [release]
    ada = store.prove(kept, signed_in(kept, team.root, "ada")[0], PASSWORD)
    with pytest.raises(store.NotAllowed):
        store.release_cycle(kept, ada, case.id, event, base.vocabulary, 2)
    with pytest.raises(api.InputError, match="field decision, value 'maybe'"):
        store.release_cycle(
            kept, proved, case.id, {**event, "decision": "maybe"}, base.vocabulary, 2
        )
    assert store.read_case(kept, team.ada, case.id).record_number == 2


def test_a_case_of_another_centre_is_not_there(
    kept: store.Store, team: Team, base: KnowledgeBase
) -> None:
    case = new_case(kept, team, base)
    for look in (store.read_case, store.record_versions, store.case_history):
        with pytest.raises(store.NotFound) as foreign:
            look(kept, team.far, case.id)
        with pytest.raises(store.NotFound) as absent:
            look(kept, team.far, "0" * 20)
        assert str(foreign.value).replace(case.id, "0" * 20) == str(absent.value)
    assert store.list_cases(kept, team.far) == []
    refused = [look.action for look in store.case_history(kept, team.ada, case.id)]
    assert "refused case.read" in refused
    with pytest.raises(api.InputError):
        store.break_glass(kept, team.far, case.id, "short")
    store.break_glass(kept, team.far, case.id, "On call, patient in the ward")
    assert store.read_case(kept, team.far, case.id).id == case.id
    reasons = {look.reason for look in store.case_history(kept, team.ada, case.id)}
    assert "On call, patient in the ward" in reasons


def test_an_analyst_sees_pseudonyms_only(
    kept: store.Store, team: Team, base: KnowledgeBase
) -> None:
    case = new_case(kept, team, base)
    item = store.add_item(kept, team.dora, case.id, "What next?")
    assert store.read_case(kept, team.eli, case.id).identity is None
    assert [one.identity for one in store.list_cases(kept, team.eli)] == [None]
    assert store.read_item(kept, team.eli, item.id).case.identity is None
    file = store.read_kept(kept, team.eli, case.id, base.vocabulary).file
    assert "Bianchi" not in file and case.pseudonym in file
    for actor in (team.gus, team.flo):
        with pytest.raises(store.NotAllowed):
            store.read_case(kept, actor, case.id)


def test_what_is_entered_later_counts_and_completeness_lapses(
    kept: store.Store, team: Team, base: KnowledgeBase
) -> None:
    """The example is as of 15 January 2026: a scan of March moves its day, one of 2025 does not."""
    case = new_case(kept, team, base)
    scan = {"kind": "progression", "date": "2026-03-02", "types": ["radiological_recist"]}
    old = {**scan, "date": "2025-12-01", "types": []}
    first = store.read_kept(kept, team.ben, case.id, base.vocabulary)
    seen = first.version.number
    assert str(first.record.as_of) == "2026-01-15"
    same = store.add_events(kept, team.ben, case.id, [old], base.vocabulary, seen)
    assert str(same.record.as_of) == "2026-01-15"
    later = store.add_events(kept, team.ben, case.id, [scan], base.vocabulary, seen + 1)
    assert str(later.record.as_of) == "2026-03-02"
    assert "received_prrt" not in api.facts_of(later.record, base), "declared complete in January"
    told = {"treatments": "2026-03-02"}
    again = store.add_events(kept, team.ben, case.id, [], base.vocabulary, seen + 2, None, told)
    assert api.facts_of(again.record, base)["received_prrt"].value is False

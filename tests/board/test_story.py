"""The whole story of a case in the board, page by page as people send their forms."""

from __future__ import annotations

import datetime
import html
import re
from collections.abc import Callable

import pytest

from gepnet import api
from tests.board.conftest import PASSWORD, Person, item_of, patients

TODAY = datetime.date.today()
Find = Callable[[str], Person]


def test_from_the_first_question_to_the_follow_up(kept: api.Store, person: Find, case: str) -> None:
    ada, ben, cleo, dora = (person(name) for name in ("ada", "ben", "cleo", "dora"))
    listed = dora.get("/worklist").text
    assert "Bianchi, Maria" in listed and "Progressed on lanreotide" in listed
    item = item_of(kept, case)

    # The documents stay hidden until the first cards are open.
    board = ben.get(f"/case/{case}/board").text
    assert "hidden until the first cards are open" in board and "ESMO 2020" not in board
    cards = f"/item/{item.id}/cards"
    team = {one.printed_name: one.id for one in api.colleagues(kept, api.operator("root"))}
    three = [team["Dr Ada North"], team["Dr Ben South"], team["Dr Cleo West"]]
    assert ada.post(f"/item/{item.id}/round", {"expected": three}).status_code == 303
    fields = {"option": "everolimus", "reason": "<b>Slow</b> growth", "condition": "if glucose"}
    assert ben.post(f"/item/{item.id}/card", fields).status_code == 303
    seen = cleo.get(cards).text
    assert "Slow" not in seen and "1 of 3 cards are in" in seen
    assert "Slow" in ben.get(cards).text
    cleo.post(f"/item/{item.id}/card", {"option": "lu177_dotatate", "reason": "Uptake high"})
    ada.post(f"/item/{item.id}/card", {"any_option": "Everolimus", "reason": "Label"})
    revealed = ada.get(f"{cards}?step=reveal").text
    assert "&lt;b&gt;Slow&lt;/b&gt; growth" in revealed and "only if" in revealed
    assert "all were in" in revealed and "2 groups" in revealed
    assert "ESMO 2020" in ben.get(f"/case/{case}/board").text

    # Outcome, dissent, signature.
    fields = {
        "seen": "0", "kind": "agreed_with_condition", "options": ["lu177_dotatate"],
        "condition": "Echocardiogram clean", "owner": "Dr Cleo West",
        "due": (TODAY + datetime.timedelta(30)).isoformat(), "patient_wish": "Few trips",
        "dissent_discipline": ["surgery", "", ""], "dissent_reason": ["Debulk first", "", ""],
        "dissent_option": ["", "", ""],
    }  # fmt: skip
    assert ada.post(f"/item/{item.id}/outcome", {**fields, "owner": ""}).status_code == 422
    assert ada.post(f"/item/{item.id}/outcome", fields).status_code == 303
    stale = ada.post(f"/item/{item.id}/outcome", fields)
    assert stale.status_code == 409 and "Somebody saved meanwhile" in stale.text
    sign = {"number": "1", "meaning": "responsible", "password": "wrong"}
    assert ada.post(f"/item/{item.id}/sign", sign).status_code == 403
    sign["password"] = PASSWORD
    assert ada.post(f"/item/{item.id}/sign", sign).status_code == 303
    shown = ben.get(f"{cards}?step=outcome").text
    assert "Dr Ada North" in shown and "Dissent, surgery" in shown and "Debulk first" in shown
    followed = {"carried_out": "no", "day": TODAY.isoformat(), "reason": "Bed shortage"}
    assert dora.post(f"/item/{item.id}/followup", followed).status_code == 303
    assert "Bed shortage" in dora.get(f"{cards}?step=outcome").text
    history = ben.get(f"/case/{case}/history").text
    assert "outcome.sign" in history and "Dr Ada North" in history
    assert "The trail is whole" in person("flo").get("/audit").text


def test_why_documents_differ_and_what_would_be(kept: api.Store, person: Find, case: str) -> None:
    ben, item = person("ben"), item_of(kept, case)
    covered = ben.get(f"/case/{case}/differ").text
    assert "hidden until the first cards are open" in covered and "ESMO 2020" not in covered
    blind = ben.post(f"/case/{case}/differ", {"option": "lu177_dotatate"}).text
    assert "ESMO 2020" not in blind
    person("ada").post(f"/item/{item.id}/show", {"seen": str(item.version)})
    page = ben.get(f"/case/{case}/differ").text
    assert "Which facts decide" in page and "Ki-67" in page
    asked = {"option": "lu177_dotatate", "fact": "ki67_percent", "value": "9"}
    answer = ben.post(f"/case/{case}/differ", asked)
    assert "8-12 % → 9 %" in answer.text and "ESMO 2020" in answer.text
    undone = ben.post(f"/case/{case}/differ", {"set": ["ki67_percent=9"], "undo": "1"})
    assert "→ 9 %" not in undone.text
    wrong = ben.post(f"/case/{case}/differ", {"fact": "ki67_percent", "value": "250"})
    assert wrong.status_code == 422
    assert "8-12 %" in ben.get(f"/case/{case}/board").text


def course_of(kept: api.Store, text: str) -> api.Case:
    """Return a case with a record as it was on the day of its third cycle."""
    base = api.base()
    (record,) = api.read_upload(base, "course.yaml", text.encode())
    then = api.until(record, "2026-01-26", base)
    made = api.Actor("test", "Test", frozenset({"coordinator"}), None, frozenset({"North"}))
    case = api.add_case(kept, made, "North", None)
    made_by = next(one for one in api.list_users(kept, api.operator("root")) if one.name == "dora")
    dora = api.Actor(made_by.id, "Dora East", made.roles, None, made.centres)
    api.save_record(kept, dora, case.id, then, base.vocabulary, 0)
    return case


def of_platelets() -> str:
    return (patients() / "courses" / "platelets.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("undated", ["", "- {id: undated, kind: laboratory, platelets_10e9_l: 40}"])
def test_no_course_is_called_clear_beside_what_no_rule_read(
    kept: api.Store, person: Find, undated: str
) -> None:
    text = of_platelets().replace("platelets_10e9_l: 68", "platelets_10e9_l: 130") + undated
    page = person("cleo").get(f"/case/{course_of(kept, text).id}/course").text
    assert "Proposed: proceed cycle 3" in page
    assert ("No rule speaks against it" in page) is (not undated)
    assert ("Platelets 40" in page) is bool(undated)


def test_a_cycle_with_low_platelets_is_held_by_a_named_person(
    kept: api.Store, person: Find
) -> None:
    cleo, ben = person("cleo"), person("ben")
    case = course_of(kept, of_platelets() + "- {id: undated, kind: laboratory, cga_x_uln: 9}\n")
    page = cleo.get(f"/case/{case.id}/course").text
    assert "Proposed: hold cycle 3" in page and "Platelets 68" in page and "G2" in page
    unread = page[page.index("Recorded since the last cycle and read by no rule") :]
    assert "no date" in unread and "Chromogranin A" in unread
    digest = re.findall(r'name="review" value="(\w+)"', page)[0]
    assert "release-form" not in ben.get(f"/case/{case.id}/course").text
    fields = {
        "seen": "1", "cycle": "3", "date": "2026-01-26", "review": digest, "proposal": "hold",
        "decision": "proceed", "activity_gbq": "7.4", "password": PASSWORD,
    }  # fmt: skip
    refused = cleo.post(f"/case/{case.id}/release", fields)
    assert refused.status_code == 422 and "differs from the proposal" in refused.text
    assert ben.post(f"/case/{case.id}/release", fields).status_code == 403
    fields |= {"decision": "hold", "activity_gbq": ""}
    assert cleo.post(f"/case/{case.id}/release", fields).status_code == 303
    assert "Dr Cleo West" in cleo.get(f"/case/{case.id}/course").text
    assert cleo.post(f"/case/{case.id}/release", fields).status_code == 409


def test_the_record_as_pdf(kept: api.Store, person: Find, case: str) -> None:
    ada = person("ada")
    item = item_of(kept, case)
    none = ada.get(f"/item/{item.id}/record.pdf")
    assert none.status_code == 422
    fields = {
        "seen": "0", "kind": "no_consensus", "next_step": '#panic("x") $a$ *b*',
        "owner": "Dr Cleo West", "due": TODAY.isoformat(), "dissent_discipline": "surgery",
        "dissent_reason": '#import "evil"', "dissent_option": "",
    }  # fmt: skip
    assert ada.post(f"/item/{item.id}/outcome", fields).status_code == 303
    first = ada.get(f"/item/{item.id}/record.pdf")
    assert first.headers["content-type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-") and b"pdfuaid" in first.content
    assert ada.get(f"/item/{item.id}/record.pdf").content == first.content
    assert ada.get(f"/item/{item.id}/record.pdf?lang=it").status_code == 200


def test_a_quick_check_becomes_a_case(kept: api.Store, person: Find) -> None:
    ben = person("ben")
    answers = {"q.site": "pancreas", "q.ki67": "10.1-15", "q.differentiation": "well"}
    form = ben.client.post("/quick/case", data=answers)
    assert form.status_code == 200
    start = re.findall(r'name="file"[^>]*>(.*?)</textarea>', form.text, re.DOTALL)[0]
    assert "pancreas" in start
    fields = {"question": "What first?", "minutes": "5", "file": html.unescape(start)}
    made = ben.post("/worklist/new", fields)
    assert made.status_code == 303
    assert "10.1-15" in ben.get(made.headers["location"]).text


def test_a_case_says_what_it_lacks_whom_to_ask_and_goes_without_for_a_reason(
    person: Find, kept: api.Store, case: str
) -> None:
    dora, base = person("dora"), api.base()
    looks = api.Actor("test", "Test", frozenset({"coordinator"}), None, frozenset({"North"}))
    view = api.prepared(kept, looks, base, case)
    assert view is not None and view["to_do"]
    page = dora.get(f"/case/{case}/prepare").text
    for one in view["to_do"]:
        assert html.escape(one["request"], quote=False) in page, "each thing to do"
        assert html.escape(one["ask"]) in page, "and whom to ask"
        assert all(html.escape(line) not in page for line in one["settles"]), "cards are closed"
    lacking = next(one for one in view["domains"] if one["state"] in ("missing", "too_old"))
    place = f"/case/{case}/prepare"
    assert dora.post(place, {"domain": lacking["id"], "reason": ""}).status_code == 422
    assert dora.post(place, {"domain": "nonsense", "reason": "none"}).status_code == 422
    asked = {"domain": lacking["id"], "reason": "The scanner is <b>broken</b>"}
    assert dora.post(place, asked).status_code == 303
    page = dora.get(place).text
    assert "The scanner is &lt;b&gt;broken&lt;/b&gt;" in page and "Dora East" in page
    dora.post(place, {"domain": lacking["id"], "reason": "taken back", "waived": "no"})
    assert "broken" not in dora.get(place).text
    assert person("flo").post(place, asked).status_code == 403, "an auditor waives nothing"

"""What matters to the patient, the sheet for them, and the report of agreement over cases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gepnet import api
from tests.board.conftest import Person, item_of

Find = Callable[[str], Person]
SHARED = {"time": 10, "symptoms": 40, "travel": 10, "isolation": 0, "side_effects": 20}
POINTS = {f"points.{name}": str(n) for name, n in {**SHARED, "length_of_life": 20}.items()}
SAID = {"words.travel": "My wife <cannot> drive", "place": "home"}


def test_words_and_weights_stand_beside_options_and_order_nothing(person: Find, case: str) -> None:
    ben, page = person("ben"), f"/case/{case}/weights"
    empty = ben.get(page).text
    assert "what matters to this patient is not known" in empty
    before = empty[empty.index("The options that were looked at") : empty.index("weights-form")]
    answer = ben.post(page, {**SAID, **POINTS, "method": "point_allocation"})
    assert answer.status_code == 303, answer.text
    told = ben.get(page).text
    assert "My wife &lt;cannot&gt; drive" in told and " 40 %" in told
    assert (
        told[told.index("The options that were looked at") : told.index("weights-form")] == before
    )
    # What is said later stands first, what was said before stays.
    assert ben.post(page, {"words.else": "Less pain", "place": "clinic"}).status_code == 303
    later = ben.get(page).text
    assert later.index("Less pain") < later.index("My wife") and "1 earlier time" in later


@pytest.mark.parametrize(
    "wrong",
    [
        {"place": "home"},
        {**SAID, "place": "moon"},
        {**SAID, **POINTS},
        {**SAID, **POINTS, "method": "best"},
        {**SAID, **POINTS, "method": "point_allocation", "points.time": "11"},
        {**SAID, **POINTS, "method": "point_allocation", "points.time": "many"},
        {**SAID, **POINTS, "method": "point_allocation", "points.time": ""},
        {**SAID, "words.travel": "x" * 2001},
    ],
)
def test_wrong_weights_are_told_and_nothing_is_kept(
    person: Find, case: str, wrong: dict[str, str]
) -> None:
    answer = person("ben").post(f"/case/{case}/weights", wrong)
    assert answer.status_code == 422 and "expected" in answer.text
    assert "not known" in person("ben").get(f"/case/{case}/weights").text


def test_who_may_not_write_weights_down_sees_no_form(person: Find, case: str) -> None:
    assert "weights-form" not in person("eli").get(f"/case/{case}/weights").text
    assert person("eli").post(f"/case/{case}/weights", SAID).status_code == 403


def decided(kept: api.Store, person: Find, case: str) -> str:
    item = item_of(kept, case)
    sent = {
        "kind": "agreed_with_condition", "options": "lu177_dotatate", "seen": "0",
        "condition": "If the blood count allows", "owner": "Dr West", "due": "2026-12-01",
        "patient_wish": "As few days away as can be", "dissent_discipline": "surgery",
        "dissent_reason": "Operate first", "dissent_option": "",
    }  # fmt: skip
    answer = person("ada").post(f"/item/{item.id}/outcome", sent)
    assert answer.status_code == 303, answer.text
    return item.id


def test_the_sheet_says_what_is_recorded_and_no_more(
    kept: api.Store, person: Find, case: str
) -> None:
    page = f"/case/{case}/sheet"
    assert "The team has not decided yet." in person("ben").get(page).text
    person("ben").post(f"/case/{case}/weights", SAID)
    decided(kept, person, case)
    told = person("ben").get(page).text
    for text in (
        "The team agreed on one way, if a condition is met.", "If the blood count allows",
        "Dr West", "1 Dec 2026", "nobody has signed it yet", "My wife &lt;cannot&gt; drive",
        "Treatments so far", "lanreotide", "Bianchi",
    ):  # fmt: skip
        assert text.casefold() in told.casefold(), text
    # Neither the documents nor who was against it: the sheet is no second board.
    for text in ("ENETS", "ESMO", "Operate first", "recommended"):
        assert text not in told, text
    italian = person("ben").get(f"{page}?lang=it").text
    person("ben").get(f"{page}?lang=en")
    assert "Riassunto per il paziente" in italian
    file = person("ben").get(f"{page}.pdf")
    assert file.headers["content-type"] == "application/pdf" and file.content[:5] == b"%PDF-"
    assert b"pdfuaid" in file.content
    pseudonym = person("eli").get(page).text
    assert "Bianchi" not in pseudonym and "H-17" not in pseudonym


def test_agreement_names_disciplines_and_ranks_nobody(
    kept: api.Store, person: Find, case: str
) -> None:
    item = item_of(kept, case)
    people = {one.name: one.id for one in api.list_users(kept, api.operator("root"))}
    begun = {"expected": [people["ben"], people["cleo"]]}
    assert person("ada").post(f"/item/{item.id}/round", begun).status_code == 303
    for name, option in (("ben", "everolimus"), ("cleo", "lu177_dotatate")):
        sent = {"option": option, "reason": f"A reason of {name}"}
        assert person(name).post(f"/item/{item.id}/card", sent).status_code == 303
    told = person("eli").get("/agreement").text
    assert "surgery" in told and "nuclear medicine" in told and "Fleiss" in told
    assert "What explains the differences" in told and "Everolimus" in told
    # By discipline and pseudonym: no name of a colleague, none of a patient, no reason of a person.
    for text in ("Dr Ben South", "Dr Cleo West", "Bianchi", "A reason of"):
        assert text not in told, text
    assert person("ada").get("/agreement?last=1").status_code == 200


def test_agreement_is_for_whom_the_policy_allows(person: Find) -> None:
    for name in ("ben", "dora", "flo", "gus"):
        assert person(name).get("/agreement").status_code == 403
        assert "/agreement" not in person(name).get("/account").text
    assert 'href="/agreement"' in person("eli").get("/worklist").text
    assert "No cards have been opened yet" in person("far").get("/agreement").text

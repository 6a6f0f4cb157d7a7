"""Entering facts: forms of the vocabulary, pasted tables, files; nothing typed is lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gepnet import api
from tests.board.conftest import Person

Find = Callable[[str], Person]


def test_every_kind_of_event_has_a_form(person: Find, case: str) -> None:
    base = api.base()
    named = set()
    for kind in api.EVENT_KINDS:
        page = person("ben").get(f"/case/{case}/record?kind={kind}").text
        for field in api.event_form(base, kind):
            assert f'name="fact.{field["id"]}"' in page
            named.add(field["id"])
    recorded = {
        fact.id
        for fact in base.vocabulary.base_facts()
        if getattr(fact.entry, "event", None) in api.EVENT_KINDS and not fact.entry.function
    }
    assert recorded <= named


def test_an_event_is_checked_at_once_and_saved(person: Find, case: str) -> None:
    ben, place = person("ben"), f"/case/{case}/record"
    event = {"kind": "laboratory", "event.date": "2026-01-13", "fact.platelets_10e9_l": "99999999"}
    told = ben.post(f"{place}/check", event)
    assert told.status_code == 200 and "platelets_10e9_l" in told.text
    refused = ben.post(f"{place}/event", {**event, "seen": "1"})
    assert refused.status_code == 422
    event["fact.platelets_10e9_l"] = "81"
    assert "readable" in ben.post(f"{place}/check", event).text
    assert ben.post(f"{place}/event", {**event, "seen": "1"}).status_code == 303
    assert "81" in ben.get(place).text
    stale = ben.post(f"{place}/event", {**event, "seen": "1", "fact.platelets_10e9_l": "82"})
    assert stale.status_code == 409 and "82" in stale.text and "81" in stale.text


def test_treatments_and_progressions_are_events_like_any(person: Find, case: str) -> None:
    ben, place = person("ben"), f"/case/{case}/record"
    given = {
        "seen": "1", "kind": "treatment", "fact.option": "Everolimus", "fact.start": "2026-01",
        "fact.ongoing": "yes",
    }  # fmt: skip
    assert ben.post(f"{place}/event", given).status_code == 303
    none = {"seen": "2", "kind": "progression", "event.date": "2026-01-14", "none_found": "1"}
    assert ben.post(f"{place}/event", none).status_code == 303
    page = ben.get(place).text
    assert "Everolimus" in page


def test_a_pasted_table_says_what_it_could_not_read(person: Find, case: str) -> None:
    ben, place = person("ben"), f"/case/{case}/record"
    table = (
        "Value\t2026-01-01\t2026-01-10\n"
        "Platelets (10*9/L)\t205\t190\n"
        "Haemoglobin (g/dL)\t12.1\tclotted\n"
        "Glarb\t1\t2\n"
    )
    told = ben.post(f"{place}/paste", {"table": table, "seen": "1"})
    assert "2 days read" in told.text and "3 values not read" in told.text
    assert "Glarb" in told.text and "clotted" in told.text
    assert "version 1" in ben.get(place).text
    saved = ben.post(f"{place}/paste", {"table": table, "seen": "1", "save": "1"})
    assert "Saved" in saved.text and "Glarb" in saved.text
    page = ben.get(place).text
    assert "version 2" in page and "190" in page


@pytest.mark.parametrize(
    ("table", "day", "events"),
    [
        ("Platelets; 68; 10*9/L; 23.01.2026", "", [("2026-01-23", 1)]),
        ("Date\tPlatelets (10*9/L)\n2026-01-05\t81\n2026-01-23\t68", "", [
            ("2026-01-05", 1), ("2026-01-23", 1)]),
        ("Platelets\t68\t10*9/L", "2026-01-23", [("2026-01-23", 1)]),
        ("Platelets\t68\t10*9/L", "", []),
        ("Platelets\t68\t10*9/L\t31.02.2026", "", []),
    ],
)  # fmt: skip
def test_tables_in_three_forms(table: str, day: str, events: list[tuple[str, int]]) -> None:
    found = api.paste_laboratory(api.base(), table, day)
    assert [(e["date"], len(e) - 2) for e in found["events"]] == events
    assert bool(found["unread"]) is not bool(events)


HOSTILE = [
    (b"\xff\xfe\x00binary", 422),
    (b"gepnet: 1\npatient: x\nevents: [{kind: nothing}]", 422),
    (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]", 422),
    (b"", 422),
    (b"{" * 5000, 422),
]


@pytest.mark.parametrize(("content", "status"), HOSTILE)
def test_files_that_are_none_change_nothing(
    person: Find, case: str, content: bytes, status: int
) -> None:
    ben, place = person("ben"), f"/case/{case}/record"
    sent = {"file": ("../../etc/passwd.yaml", content, "application/yaml")}
    answer = ben.post(f"{place}/file", {"seen": "1"}, files=sent)
    assert answer.status_code == status, answer.text
    assert "version 1" in ben.get(place).text


def test_a_patient_file_is_the_next_version_and_comes_back(person: Find, case: str) -> None:
    ben, dora, place = person("ben"), person("dora"), f"/case/{case}/record"
    sent = {"file": ("p.yaml", api.example_patient().encode(), "application/yaml")}
    assert ben.post(f"{place}/file", {"seen": "1"}, files=sent).status_code == 303
    assert "version 2" in ben.get(place).text
    back = dora.get(f"{place}/file.yaml")
    assert "jejunum_ileum" in back.text and "attachment" in back.headers["content-disposition"]


def test_a_wrong_event_is_withdrawn_and_stays_readable(person: Find, case: str) -> None:
    ben, place = person("ben"), f"/case/{case}/record"
    no_reason = ben.post(f"{place}/withdraw", {"seen": "1", "event": "biopsy"})
    assert no_reason.status_code == 422
    fields = {"seen": "1", "event": "biopsy", "reason": "Other patient"}
    assert ben.post(f"{place}/withdraw", fields).status_code == 303
    assert "withdrawn" in ben.get(place).text


def test_a_note_with_a_date_that_is_none_is_refused(person: Find, case: str) -> None:
    ben, place = person("ben"), f"/case/{case}/record"
    note = {"kind": "note", "event.date": "the day before yesterday", "fact.text": "Called"}
    assert "is no date" in ben.post(f"{place}/check", note).text
    refused = ben.post(f"{place}/event", {**note, "seen": "1"})
    assert refused.status_code == 422 and "a date such as 2024-05-17" in refused.text
    note["event.date"] = "2026-01"
    assert "readable" in ben.post(f"{place}/check", note).text
    assert ben.post(f"{place}/event", {**note, "seen": "1"}).status_code == 303


def test_what_rules_read_stands_first_in_a_form() -> None:
    base = api.base()
    for kind in api.EVENT_KINDS:
        shown = [one["id"] for one in api.event_form(base, kind) if one["id"] in base.vocabulary]
        reads = [name in base.facts_read or name in base.facts_read_in_course for name in shown]
        assert reads == sorted(reads, reverse=True), kind
    assert api.event_form(base, "pathology")[0]["id"] == "differentiation"

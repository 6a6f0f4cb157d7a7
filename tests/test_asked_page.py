"""The page of what each document asks names every fact of its criteria, with honest counts."""

from gepnet import api
from gepnet.guidelines.asked import Letters, asked_of_a_record, decides, waits_for
from gepnet.record import parse_record
from scripts import asked_page

BASE = api.base()


def test_every_recorded_fact_that_a_document_rests_on_is_asked_of_a_record() -> None:
    for document in BASE.documents:
        asked = set(asked_of_a_record(BASE, document))
        for rule in document.recommendations:
            named = {name for name in rule.facts if BASE.vocabulary[name].entry.event is not None}
            assert named <= asked, rule.full_id


def test_a_fact_that_decides_is_known_and_one_that_is_waited_for_is_not() -> None:
    record = parse_record(api.example_patient(), "example", BASE.vocabulary)
    assessment = api.assess_record(record, BASE)
    facts = assessment.facts
    deciding, waiting = set(), set()
    for found in assessment.documents.values():
        deciding |= decides(facts, found)
        waiting |= waits_for(facts, found)
    assert "primary_site" in deciding
    assert all(facts[name].is_known for name in deciding)
    assert waiting
    assert any(not facts[name].is_known for name in waiting)


def test_a_fact_is_held_by_letters_in_one_way() -> None:
    letters = Letters.read(BASE.knowledge.measures)
    assert not set(letters.usually) & set(letters.sometimes)
    assert letters.held("ki67_percent") == "usually"
    assert letters.held("karnofsky") == "sometimes"
    assert letters.held("debulking_feasible_percent") == "seldom"


def test_the_page_has_a_part_for_each_document_that_asks_something() -> None:
    text = asked_page.page()
    patients, deciding, waiting = asked_page.counted()
    for document in BASE.documents:
        parts = text.split(f"{{ #{document.id} }}\n")
        asked = asked_of_a_record(BASE, document)
        assert (len(parts) == 2) is bool(asked), document.id
        assert all(f"| `{name}` " in parts[1].split("\n## ")[0] for name in asked)
        assert all(count <= patients for count in deciding[document.id].values())
        assert all(count <= patients for count in waiting[document.id].values())

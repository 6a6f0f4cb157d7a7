"""What a document says stands where it was read, and reaches only the options that it means."""

from gepnet import api
from gepnet.criteria import explain, facts_of
from gepnet.facts import facts_of_values, needed_for
from gepnet.rules.examples import examples_of

BASE = api.base()


def test_no_entry_applies_where_its_document_was_not_read() -> None:
    """The Czech rule on boards stood under "not read", and the Taiwanese ones on syndromes."""
    wrong = []
    for document in BASE.documents:
        only = needed_for(
            {f for _, node in document.coverage for f in facts_of(node)}, BASE.criteria
        )
        for rule in document.recommendations:
            if rule.entry.verification == "unverified" or rule.entry.examples is None:
                continue
            for example in examples_of(rule.entry):
                if example.expected is not True:
                    continue
                facts = facts_of_values(example.given, BASE.knowledge, BASE.criteria, only=only)
                read = (
                    level for level, node in document.coverage if explain(node, facts.values).truth
                )
                if next(read, "none") == "none":
                    wrong.append(f"{rule.full_id}: {example.label}")
    assert wrong == []


def test_resection_of_the_primary_singles_out_no_operation() -> None:
    """ESMO on resection was shown as for appendectomy and right hemicolectomy, at any site."""
    for option in ("appendectomy", "right_hemicolectomy"):
        held = BASE.held_by_document["esmo-2020"][option, "tumour_control"]
        assert {(one.position.option, one.position.position) for one in held} == {
            ("surgery", "against")
        }
    own = BASE.held_by_document["cz-blue-book"]["right_hemicolectomy", "tumour_control"]
    assert {one.position.option for one in own} == {"right_hemicolectomy"}
    assert ("appendectomy", "tumour_control") not in BASE.held_by_document["norway-2020"]

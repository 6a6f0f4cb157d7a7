"""The page of what was never read: each incomplete topic, and counts that rest on the cells."""

from __future__ import annotations

from gepnet import api
from gepnet.guidelines import Status
from gepnet.guidelines.gaps import gaps
from scripts import gaps_page
from tests.guidelines.test_labels_and_payers import CANDIDATE, assessed

PATIENT = {**CANDIDATE, "systemic_lines_prior": 0, "received_prrt": False, "functioning": False}


def test_every_topic_that_was_not_read_completely_has_its_row_and_no_other() -> None:
    text = gaps_page.page(made_up=3)
    for document in api.base().documents:
        for part in document.file.document.coverage:
            start = f"](documents.md#{document.id}) | {part.topic.replace('|', '/')} |"
            assert (start in text) is (part.level != "complete"), (document.id, part.topic)


def test_counts_are_of_cells_that_say_not_read_where_another_document_is_for_the_option() -> None:
    found = assessed(**PATIENT)
    listed = {gap.document: gap for gap in gaps(api.base(), [found]) if gap.patients}
    supported = {
        row
        for document in found.documents.values()
        for row, cell in document.cells.items()
        if cell.status in {Status.RECOMMENDED, Status.OPTION}
    }
    assert supported and listed
    for name, gap in listed.items():
        cells = found.documents[name].cells
        assert gap.not_read == sum(
            cells[row].status in {Status.NOT_READ, Status.NO_POSITION} for row in supported
        )
        assert found.documents[name].scope.truth is not False


def test_the_reading_that_would_settle_most_comes_first() -> None:
    values = [gap.value for gap in gaps(api.base(), [assessed(**PATIENT)])]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0

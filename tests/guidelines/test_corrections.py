"""The log of corrections names what there is, and what is gone is gone."""

import pytest

from gepnet import api
from gepnet.guidelines.corrections import Correction, corrections_of

BASE = api.base()
ALL = corrections_of(BASE)
ENTRIES = {
    document.id: {r.entry.id for r in document.recommendations}
    | {statement.id for statement in document.file.statements}
    for document in BASE.documents
}


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.id)
def test_a_correction_ends_after_it_begins_and_names_what_replaced_it(one: Correction) -> None:
    assert one.wrong_from < one.mended
    assert one.entries
    if one.documents:
        there = set().union(*(ENTRIES[name] for name in one.documents))
        assert set(one.replaced_by) <= there
        # What was not replaced under its own id is gone.
        assert set(one.entries) & there <= set(one.replaced_by)


def test_corrections_of_a_document_are_those_that_name_it() -> None:
    found = corrections_of(BASE, ["esmo-2020"])
    assert found == [one for one in ALL if "esmo-2020" in one.documents]
    assert 0 < len(found) < len(ALL)
    assert corrections_of(BASE, ["nice-ipg786"]) == []

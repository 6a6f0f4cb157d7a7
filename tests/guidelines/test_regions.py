"""Every region that the knowledge names is one of those in the file of regions."""

from typing import Any

import pytest

from gepnet import api
from gepnet.guidelines.regions import check_regions
from gepnet.knowledge import Knowledge

KNOWLEDGE = api.base().knowledge


def with_first(field: str, **changed: Any) -> Knowledge:
    """Return the knowledge with the first entry of a kind changed."""
    first, *others = getattr(KNOWLEDGE, field)
    return KNOWLEDGE.model_copy(update={field: (first.model_copy(update=changed), *others)})


def of_document(*regions: str) -> Knowledge:
    head = KNOWLEDGE.documents[0].document.model_copy(update={"region": regions})
    return with_first("documents", document=head)


def waiting_for(region: str) -> Knowledge:
    first = KNOWLEDGE.documents[0].recommendations[0]
    entry = first.model_copy(update={"requires_approval": (region,)})
    return with_first("documents", recommendations=(entry,))


def test_the_packaged_regions_are_known() -> None:
    assert list(check_regions(KNOWLEDGE)) == []


@pytest.mark.parametrize(
    ("changed", "nearest"),
    [
        (of_document("ES", "Ita"), None),
        (of_document("EUU"), "EU"),
        (waiting_for("USA"), "US"),
        (with_first("labels", region="any"), None),
        (with_first("events", region="Uk"), "UK"),
        (with_first("checklists", regions=("NOR",)), "NO"),
        (with_first("plan_profiles", region="EEU"), "EU"),
    ],
)
def test_any_other_word_is_refused_wherever_a_region_stands(
    changed: Knowledge, nearest: str | None
) -> None:
    (problem,) = check_regions(changed)
    assert problem.expected == "the id of a region (of measures/regions.yaml)"
    assert nearest is None or problem.nearest == nearest


def test_a_document_may_be_of_no_region_in_particular() -> None:
    assert list(check_regions(of_document("any"))) == []

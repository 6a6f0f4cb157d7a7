"""A recommendation that refers to another document's: what it takes, and what is refused."""

import pytest

from gepnet import api
from gepnet.cli.output import safe
from gepnet.knowledge.models import Knowledge, Recommendation
from tests.knowledge.test_load import DOCUMENT, problems, read

TAKEN = """\
- id: taken
  as: esmo-2020/prrt-after-progression
  when: ki67_percent <= 10
  source: esmo-2020
  locator: section 2
  verification: secondary
  read_in: esmo-2020
  note: As the other says.
  examples:
    applies: {progressed: true, ki67_percent: 5}
    does_not_apply: [{progressed: false}]
    undetermined: [progressed]
"""


def written(entry: str = TAKEN, other: str = DOCUMENT) -> str:
    """Return a document with the entry that refers to its first one."""
    return other + entry


def taken(knowledge: Knowledge) -> Recommendation:
    return knowledge.documents[0].recommendations[1]


def first(knowledge: Knowledge) -> Recommendation:
    return knowledge.documents[0].recommendations[0]


def test_criterion_and_options_are_those_of_the_other_for_patients_of_its_own() -> None:
    knowledge = read(esmo_2020=written())
    entry, other = taken(knowledge), first(knowledge)
    assert entry.when == f"(ki67_percent <= 10) and ({other.when})"
    assert [one.option for one in entry.options] == [one.option for one in other.options]
    assert entry.as_ == "esmo-2020/prrt-after-progression"
    assert (entry.locator, entry.strength) == ("section 2", None)


def test_what_changes_in_the_other_changes_here() -> None:
    changed = DOCUMENT.replace("when: progressed\n", "when: progressed and ki67_percent > 1\n")
    assert changed != DOCUMENT
    assert "ki67_percent > 1" in taken(read(esmo_2020=written(other=changed))).when


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        ("", "ki67_percent > 0", "(ki67_percent <= 10) and (ki67_percent > 0)"),
        ("ki67_percent <= 20", "", "(ki67_percent <= 20) and (progressed)"),
        ("ki67_percent <= 20", "ki67_percent > 0", "(ki67_percent <= 20) and (ki67_percent > 0)"),
        ("", "", None),
    ],
)
def test_the_broad_reading_is_that_of_both(own: str, other: str, expected: str | None) -> None:
    narrow = "  when: progressed\n"
    wider = DOCUMENT.replace(narrow, f"{narrow}  when_broad: {other}\n") if other else DOCUMENT
    entry = TAKEN.replace("  source", f"  when_broad: {own}\n  source", 1) if own else TAKEN
    assert taken(read(esmo_2020=written(entry, wider))).when_broad == expected


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "prrt-after-progression",
            "prrt-after-progresion",
            "did you mean 'esmo-2020/prrt-after-progression'",
        ),
        ("  source", "  options: []\n  source", "expected nothing, as it is that of esmo-2020"),
        ("  source", "  dissent: true\n  source", "expected nothing, as it is that of esmo-2020"),
        ("verification: secondary", "verification: primary", "no more than secondary"),
        ("esmo-2020/prrt-after-progression", "esmo-2020/taken", "that is written out"),
    ],
)
def test_what_cannot_be_taken_is_refused(old: str, new: str, told: str) -> None:
    weaker = DOCUMENT.replace("verification: primary", "verification: secondary")
    found = problems(esmo_2020=written(TAKEN.replace(old, new, 1), weaker))
    assert any(told in problem for problem in found), found


def test_the_right_colon_is_shown_as_the_small_intestine() -> None:
    view = api.show_entry(api.base(), "enets-crc-2023/right-colon-rlt-second-line")
    assert view["as"] == "as ENETS SI 2024 (enets-si-2024/rlt-second-line), section 5"
    assert view["strength"] == "4 C"
    assert safe(view["criterion"]).startswith("(primary_site = 'colon_proximal'")


def test_mistakes_in_what_is_taken_are_noticed_by_the_examples_of_the_entry() -> None:
    scores = {score.entry: score for score in api.check_knowledge().scores}
    own = [score for name, score in scores.items() if name.startswith("enets-crc-2023/right-colon")]
    other = scores["enets-si-2024/rlt-second-line"]
    assert scores["enets-crc-2023/right-colon-rlt-second-line"].total > other.total
    assert sum(score.killed for score in own) >= 0.95 * sum(score.total for score in own)

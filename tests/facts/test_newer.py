"""A grade of before and a later index: which of them counts, and that the difference is told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet.facts import Facts
from tests.facts.patients import facts

OLD, NEW = "2015-03-01", "2024-05-01"
KI67 = {"G1": (0.0, 2.9), "G2": (3.0, 20.0), "G3": (20.1, 100.0)}


def report(date: str | None, **values: Any) -> dict[str, Any]:
    return {"kind": "pathology", "id": f"p{date}{sorted(values)}", "date": date, **values}


def grade(found: Facts) -> str:
    return str(found["grade"].value)


@pytest.mark.parametrize(
    ("reported", "index", "expected"),
    [("G1", 15, "NET_G2"), ("G1", 30, "NET_G3"), ("G2", 30, "NET_G3"), ("G1", "5-15", "NET_G2")],
)
def test_a_later_index_above_the_reported_grade_counts_and_the_difference_is_told(
    reported: str, index: Any, expected: str
) -> None:
    found = facts(
        report(OLD, grade_reported=reported, differentiation="well"),
        report(NEW, ki67_percent=index),
    )
    assert grade(found) == expected
    assert found["grade_reported"].value is None
    assert found["grade_reported"].conflict == reported
    (note,) = (n for n in found.notes if n.startswith("Conflict, Grade as reported"))
    for told in (reported, OLD, str(index), NEW):
        assert told in note


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # Of measurements the highest counts: a grade of before may still be the higher.
        (report(OLD, grade_reported="G2", differentiation="well"), report(NEW, ki67_percent=30)),
        (report(OLD, ki67_percent=15, differentiation="well"), report(NEW, grade_reported="G1")),
        (report("2024", grade_reported="G1"), report(NEW, ki67_percent=15)),
        (report(NEW, grade_reported="G1"), report(None, ki67_percent=15)),
        (report(NEW, grade_reported="G1", ki67_percent=15), report(OLD, differentiation="well")),
    ],
)
def test_else_nothing_is_set_aside(first: dict[str, Any], second: dict[str, Any]) -> None:
    found = facts(first, second)
    wanted = first.get("grade_reported") or second.get("grade_reported")
    beyond = wanted == "G2"
    assert (found["grade_reported"].value is None) is beyond


def test_a_later_index_below_the_grade_of_before_leaves_both() -> None:
    found = facts(
        report(OLD, grade_reported="G3", differentiation="well"), report(NEW, ki67_percent=10)
    )
    assert {"NET_G2", "NET_G3"} <= set(found["grade"].value.values)
    assert found["grade"].conflict is not None


def test_a_grade_of_before_counts_as_of_a_day_before_the_index() -> None:
    told = (report(OLD, grade_reported="G1"), report(NEW, ki67_percent=15))
    assert grade(facts(*told, at="2020-01-01")) == "NET_G1"


@given(
    st.sampled_from(sorted(KI67)),
    st.integers(1, 100),
    st.permutations((OLD, NEW)),
)
def test_the_grade_is_never_below_what_a_standing_index_gives(
    reported: str, index: int, dates: list[str]
) -> None:
    """Whatever the dates, no report lowers what an index that stands has counted."""
    found = facts(
        report(dates[0], grade_reported=reported, differentiation="well"),
        report(dates[1], ki67_percent=index),
    )
    counted = next(g for g, (_, high) in KI67.items() if index <= high)
    value = found["grade"].value
    possible = getattr(value, "values", (value,))
    if counted >= reported:
        assert f"NET_{counted}" in possible
    if counted > reported and dates[0] == OLD:
        assert value == f"NET_{counted}"
    if counted > reported:
        assert any(one.startswith("Conflict") for one in found.notes)

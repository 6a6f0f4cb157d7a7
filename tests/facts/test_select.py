"""From many observations of a fact to its value as of a date, by the fact's own policy."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet.facts import FactValue, Observed, show
from gepnet.facts.select import select
from gepnet.knowledge.vocabulary_models import FactEntry
from gepnet.vocabulary import Fact, Interval, parse_date

AT = parse_date("2024-06-01")


def fact(policy: str, **more: Any) -> Fact:
    shape = {"type": "number", "precision": 1, "range": (0, 1000), "interval": True, **more}
    entry = {"id": "x", "label": "X", "group": "g", "definition": "d", "select": policy, **shape}
    return Fact(FactEntry.model_validate(entry))


def boolean(policy: str, **more: Any) -> Fact:
    return fact(policy, type="boolean", precision=None, range=None, interval=False, **more)


def observed(kind: Fact, *seen: tuple[str | None, Any]) -> list[Observed]:
    """Return observations from (date, value) pairs, in the order of a file."""
    return [
        Observed("x", kind.parse(raw), None if day is None else parse_date(day), f"e{order}", order)
        for order, (day, raw) in enumerate(seen)
    ]


def chosen(kind: Fact, *seen: tuple[str | None, Any]) -> FactValue:
    found = select(kind, observed(kind, *seen), AT)
    assert found is not None
    return found


CASES: list[tuple[str, list[tuple[str | None, Any]], str]] = [
    # the latest by date, whatever the order in the file; an undated one only if there is no other
    ("latest", [("2024-03", 1), ("2024-01", 2)], "1"),
    ("latest", [(None, 1), ("2020", 2)], "2"),
    ("latest", [("2020", 2), (None, 1)], "2"),
    # where dates do not tell which is the latest, it lies between all of them
    ("latest", [(None, 1), (None, 2)], "1-2"),
    ("latest", [("2024-03-01", 1), ("2024-03-01", 2)], "1-2"),
    ("latest", [("2024-03-01", 9), ("2024-03", 2), ("2024-02", 99)], "2-9"),
    ("latest", [("2024-03-01", 9), ("2024-03-02", 2)], "2"),
    ("latest", [("2024-03-01", "2-6"), ("2024-03", "<4")], "2-3"),
    # the first by date; an undated one is never first if another is dated
    ("first", [("2024-03", 1), ("2024-01", 2)], "2"),
    ("first", [(None, 1), ("2020", 2)], "2"),
    ("first", [(None, 1), (None, 2)], "1-2"),
    ("first", [("2024-03-01", 9), ("2024", 2), ("2024-04", 99)], "2-9"),
    # the highest; of ranges the bounds each for itself
    ("highest", [("2024-03", 1), ("2020", 7)], "7"),
    ("highest", [("2024-03", "8-12"), ("2020", 4)], "8-12"),
    ("highest", [("2024-03", "2-9"), ("2020", "5-6")], "5-9"),
    ("highest", [("2024-03", "2-9"), ("2020", "10-11")], "10-11"),
    ("highest", [(None, 30), ("2020", 4)], "30"),
    # the sum, of ranges bound by bound
    ("sum", [("2024-03", 1), ("2020", "2-3"), (None, 4)], "7-8"),
    # what lies after the date does not exist yet; a date that may lie before it does
    ("latest", [("2024-01", 1), ("2024-06-02", 2)], "1"),
    ("highest", [("2024-01", 1), ("2024-07", 9)], "1"),
    ("sum", [("2024-01", 1), ("2024-07", 9)], "1"),
    ("latest", [("2024-01", 1), ("2024", 2)], "1-2"),
]


@pytest.mark.parametrize(("policy", "seen", "expected"), CASES)
def test_each_policy_selects_its_value(
    policy: str, seen: list[tuple[str | None, Any]], expected: str
) -> None:
    assert show(chosen(fact(policy), *seen).value) == expected


EVER = [
    ([("2020", True), ("2024", False)], True),
    ([("2020", False), ("2024", False)], False),
    ([(None, True)], True),
    ([("2020", False), ("2024-07-01", True)], False),
]


@pytest.mark.parametrize(("seen", "expected"), EVER)
def test_ever_is_true_as_soon_as_one_observation_is(
    seen: list[tuple[str | None, Any]], expected: bool
) -> None:
    assert chosen(boolean("ever"), *seen).value is expected


def test_the_highest_of_a_yes_or_no_is_the_latest() -> None:
    assert chosen(boolean("highest"), ("2020", True), ("2024", False)).value is False


@pytest.mark.parametrize(
    ("day", "within"),
    [
        ("2024-03-03", True), ("2024-03-02", False), ("2024-03", True), ("2024-02", False),
        (None, True),
    ],
)  # fmt: skip
def test_a_look_back_ends_after_its_last_day(day: str | None, within: bool) -> None:
    kind = fact("latest", lookback_days=90)
    assert (select(kind, observed(kind, (day, 1)), AT) is not None) is within


@pytest.mark.parametrize(("day", "stale"), [("2024-05-04", False), ("2024-05-03", True)])
def test_a_value_older_than_it_should_be_is_used_and_said_so(day: str, stale: bool) -> None:
    found = chosen(fact("latest", stale_days=28), (day, 1))
    assert (found.stale, show(found.value)) == (stale, "1")
    assert found.age_days == (29 if stale else 28)


@pytest.mark.parametrize(("day", "age"), [("2024-06-01", 0), ("2024-05-31", 1), ("2024", 0)])
def test_a_value_is_as_old_as_the_days_since_its_last_possible_one(day: str, age: int) -> None:
    assert chosen(fact("latest"), (day, 1)).age_days == age


def test_an_undated_value_has_no_age() -> None:
    found = chosen(fact("latest", stale_days=28), (None, 1))
    assert (found.stale, found.age_days, found.date) == (False, None, None)


def test_losing_values_stay_as_alternatives_with_their_events() -> None:
    found = chosen(fact("highest"), ("2020", 4), ("2022", 9), ("2024", 3))
    assert (found.event, str(found.date)) == ("e1", "2022")
    assert [(o.event, show(o.value)) for o in found.alternatives] == [("e0", "4"), ("e2", "3")]


def test_earlier_reports_stay_as_alternatives_if_they_were_there_by_then() -> None:
    kind = fact("highest")
    earlier = observed(kind, ("2023", 99), ("2024-07", 98))
    found = select(kind, observed(kind, ("2024", 3)), AT, earlier)
    assert found is not None
    assert show(found.value) == "3"
    assert [show(other.value) for other in found.alternatives] == ["99"]


def test_nothing_seen_is_nothing_known() -> None:
    assert select(fact("latest"), [], AT) is None
    assert select(fact("latest"), observed(fact("latest"), ("2025", 1)), AT) is None
    assert select(fact("latest"), observed(fact("latest"), ("2020", None)), AT) is None


@given(
    st.sampled_from(["latest", "highest", "sum", "first"]),
    st.lists(
        st.tuples(
            st.none() | st.dates(parse_date("2020").first, AT.first).map(str),
            st.integers(0, 50),
            st.integers(0, 50),
        ),
        min_size=1,
        max_size=6,
        unique_by=lambda seen: seen[0],
    ),
    st.randoms(),
)
def test_the_order_in_the_file_decides_nothing_among_dated_values(
    policy: str, seen: list[tuple[str | None, int, int]], random: Any
) -> None:
    pairs = [(day, f"{min(a, b)}-{max(a, b)}") for day, a, b in seen]
    mixed = random.sample(pairs, len(pairs))
    assert chosen(fact(policy), *mixed).value == chosen(fact(policy), *pairs).value


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=5))
def test_the_highest_lies_between_the_greatest_bounds(ranges: list[tuple[int, int]]) -> None:
    """Whatever each value really is within its range, the greatest of them is in the result."""
    pairs = [(f"20{10 + i}", f"{min(r)}-{max(r)}") for i, r in enumerate(ranges)]
    found = chosen(fact("highest"), *pairs).value
    assert isinstance(found, Interval)
    for real in ([min(r) for r in ranges], [max(r) for r in ranges], [r[0] for r in ranges]):
        assert found.low <= Decimal(max(real)) <= found.high

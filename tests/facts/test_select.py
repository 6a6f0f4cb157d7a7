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


SAME_DAY = "2024-03-01"


@pytest.mark.parametrize("policy", ["latest", "first"])
def test_what_was_seen_on_one_day_lies_between_all_of_it_and_is_said_to_contradict(
    policy: str,
) -> None:
    found = chosen(fact(policy), (SAME_DAY, 1), (SAME_DAY, 5), (SAME_DAY, 9))
    assert show(found.value) == "1-9"
    assert show(found.conflict) == "5"
    shown = "1; 5; 9" if policy == "first" else "9; 5; 1"
    assert found.note == f"contradictory: {shown}"
    agreeing = chosen(fact(policy), (SAME_DAY, 5), (SAME_DAY, "4-6"), (SAME_DAY, 5))
    assert (show(agreeing.value), agreeing.conflict, agreeing.note) == ("5", None, None)


@pytest.mark.parametrize("policy", ["latest", "first"])
def test_yes_and_no_of_one_day_stay_unknown_whatever_is_said_a_third_time(policy: str) -> None:
    for third in (True, False):
        found = chosen(boolean(policy), (SAME_DAY, third), (SAME_DAY, False), (SAME_DAY, True))
        assert found.value is None
        assert found.conflict is not None
        assert found.note is not None


@pytest.mark.parametrize("policy", ["latest", "first"])
def test_a_day_without_a_time_may_be_before_or_after_any_time_of_it(policy: str) -> None:
    at_eight, untimed = ("2024-03-01T08:00+00:00", 9), (SAME_DAY, 2)
    assert show(chosen(fact(policy), at_eight, untimed).value) == "2-9"
    assert show(chosen(fact(policy), at_eight, ("2024-03-01T08:00+00:00", 2)).value) == "2-9"
    told_apart = chosen(fact(policy), at_eight, ("2024-03-01T09:00+00:00", 2))
    assert show(told_apart.value) == ("2" if policy == "latest" else "9")


@pytest.mark.parametrize("policy", ["latest", "first"])
def test_moments_of_one_day_tell_values_apart_where_each_has_its_offset(policy: str) -> None:
    """09:30 in Athens is before 08:30 in London; a clock alone is taken to be of one place."""
    athens, london = ("2024-03-01T09:30+02:00", 9), ("2024-03-01T08:30+00:00", 2)
    local, same = ("2024-03-01T08:45", 5), ("2024-03-01T10:30+02:00", 7)
    latest = policy == "latest"
    assert show(chosen(fact(policy), athens, london).value) == ("2" if latest else "9")
    assert show(chosen(fact(policy), athens, london, local).value) == ("9" if latest else "2")
    assert show(chosen(fact(policy), london, same).value) == "2-7"


@pytest.mark.parametrize("days", [("2020", "2024-03-01"), ("2024-03-01", None), (None, None)])
def test_what_never_changes_is_contradicted_by_another_value_of_any_day(
    days: tuple[str | None, str | None],
) -> None:
    """Male in 2020 and female in 2024: the later one counted, without a word."""
    sex = fact(
        "agreed", type="enum", values=["female", "male"], precision=None, range=None, interval=False
    )
    one, other = days
    found = chosen(sex, (one, "male"), (other, "female"))
    assert found.conflict is not None and found.value is None
    assert show(chosen(sex, (one, "male"), (other, "male")).value) == "male"
    born = fact("agreed", type="date", precision=None, range=None, interval=False)
    assert str(chosen(born, (one, "1960"), (other, "1960-05-02")).value) == "1960-05-02"


@pytest.mark.parametrize("policy", ["latest", "first"])
def test_of_several_the_most_exact_date_is_shown(policy: str) -> None:
    """Each may be the latest and the first; the order in the file does not decide."""
    dates = ["2024-03", SAME_DAY, "2024-03-01T08:00+00:00", "2024"]
    for vaguer in ([0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]):
        seen = [dates[place] for place in vaguer]
        while seen:
            exact = next(day for day in (dates[2], dates[1], dates[0], dates[3]) if day in seen)
            found = chosen(fact(policy), *((day, 1) for day in seen))
            assert found.date == parse_date(exact)
            seen.remove(exact)


def test_of_equally_exact_dates_the_last_in_the_file_is_shown_of_the_latest() -> None:
    same = ((SAME_DAY, 1), (SAME_DAY, 1))
    assert chosen(fact("latest"), *same).event == "e1"
    assert chosen(fact("first"), *same).event == "e0"


def test_only_of_the_highest_no_later_report_takes_anything_back() -> None:
    lasting = {policy: chosen(fact(policy), (SAME_DAY, 1)).lasting
               for policy in ("highest", "latest", "first", "sum")}  # fmt: skip
    assert lasting == {"highest": True, "latest": False, "first": False, "sum": False}


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

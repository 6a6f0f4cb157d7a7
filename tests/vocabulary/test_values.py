"""How a value of a fact is read: exactly, in the fact's own unit and precision, or not at all."""

from dataclasses import FrozenInstanceError
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gepnet.knowledge.vocabulary_models import FactEntry
from gepnet.vocabulary import NOT_APPLICABLE, Fact, Interval, ValueProblem, plain


def fact(**changes: Any) -> Fact:
    shape = {"id": "x", "label": "X", "group": "test", "definition": "for a test", **changes}
    return Fact(FactEntry.model_validate(shape))


def number(precision: str = "0.1", **changes: Any) -> Fact:
    shape = {"unit": "%", "precision": precision, "range": (0, 100), "interval": True}
    return fact(type="number", **{**shape, **changes})


KI67 = number()
AGE = number("1", unit="a", range=(0, 120), interval=False)
SITE = fact(type="enum", values=["stomach", "pancreas", "rectum"])
PROGRESSED = fact(type="boolean")
IMAGING = fact(type="date")


def interval(low: str, high: str) -> Interval:
    return Interval(Decimal(low), Decimal(high))


def expectation(subject: Fact, raw: object) -> str:
    with pytest.raises(ValueProblem) as caught:
        subject.parse(raw)
    return caught.value.expected


# Numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "low", "high"),
    [
        (9, "9", "9"),
        (9.5, "9.5", "9.5"),
        (Decimal("9.50"), "9.5", "9.5"),
        ("9", "9", "9"),
        (" 9.5 ", "9.5", "9.5"),
        ("9 %", "9", "9"),
        ("9%", "9", "9"),
        ("+9", "9", "9"),
        ("1e1", "10", "10"),
        ("2-5", "2", "5"),
        ("2 - 5", "2", "5"),
        ("2\u20135", "2", "5"),
        ("2..5", "2", "5"),
        ("2 to 5", "2", "5"),
        ("2-5%", "2", "5"),
        ("2-2", "2", "2"),
        ("up to 5 %", "0", "5"),
        ("At least 20", "20", "100"),
        ("~15", "14", "16"),
        ("~20", "10", "30"),
        ("~100", "0", "100"),
        ("about 2.5", "2.4", "2.6"),
        ("<=3", "0", "3"),
        ("\u22643", "0", "3"),
        (">=20", "20", "100"),
        ("\u226520", "20", "100"),
        (0, "0", "0"),
        (100, "100", "100"),
    ],
)
def test_a_number_is_read_as_it_is_written(raw: object, low: str, high: str) -> None:
    assert KI67.parse(raw) == interval(low, high)


def test_nothing_is_read_as_unknown() -> None:
    assert KI67.parse(None) is None
    assert KI67.parse({"value": None}) is None


def test_a_value_may_come_with_its_unit() -> None:
    assert KI67.parse({"value": "2-5", "unit": "%"}) == interval("2", "5")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("much", "a number, '2-5', '<3' or '>20'"),
        ("", "a number, '2-5', '<3' or '>20'"),
        ("<", "a number, '2-5', '<3' or '>20'"),
        ("5-", "a number, '2-5', '<3' or '>20'"),
        ("2-5-9", "a number, '2-5', '<3' or '>20'"),
        ("ca. 5", "a number, '2-5', '<3' or '>20'"),
        ([5], "a number, '2-5', '<3' or '>20'"),
        (True, "a number, not true or false"),
        (float("nan"), "a finite number"),
        (float("inf"), "a finite number"),
        ("NaN", "a finite number"),
        ("-Infinity", "a finite number"),
        ("1e999999", "a finite number"),
        (130, "a value from 0 to 100 %"),
        (-1, "a value from 0 to 100 %"),
        ("90-130", "a value from 0 to 100 %"),
        ("<0", "a value from 0 to 100 %"),
        (">100", "a value from 0 to 100 %"),
        ("1e30", "a value from 0 to 100 %"),
        ("5-2", "the lower bound first"),
        ({"value": 5, "unti": "%"}, "a value, or a mapping with 'value' and 'unit'"),
        ({"unit": "%"}, "a value, or a mapping with 'value' and 'unit'"),
    ],
)
def test_what_is_no_possible_number_is_refused(raw: object, expected: str) -> None:
    assert expectation(KI67, raw) == expected


@pytest.mark.parametrize("raw", ["40-50", "<40", ">=40"])
def test_a_fact_without_ranges_refuses_them(raw: str) -> None:
    assert expectation(AGE, raw) == "one number (this fact takes no range)"


def test_a_fact_without_ranges_says_so_in_its_example() -> None:
    assert expectation(AGE, "old") == "a number"


def test_the_message_names_what_was_found() -> None:
    with pytest.raises(ValueProblem, match="expected a value from 0 to 100 %, found 130"):
        KI67.parse(130)


# Exact values ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "exact"),
    [
        ("10.04", "10.04"),
        ("0.9996", "0.9996"),
        (0.1 + 0.2, "0.3"),
        (0.07, "0.07"),
        ("5e-7", "5e-7"),
    ],
)
def test_values_are_kept_as_reported(raw: object, exact: str) -> None:
    """The step of a fact is for display: 0.9996 must not reach a limit of 1."""
    assert KI67.parse(raw) == interval(exact, exact)


def test_a_value_outside_the_range_is_not_rounded_into_it() -> None:
    assert expectation(KI67, "100.04") == "a value from 0 to 100 %"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [("<3", "<3"), ("< 3%", "<3"), (">20", ">20"), ("=<3", "<=3"), ("≥20", ">=20")],
)
def test_what_was_reported_as_a_bound_is_shown_as_one(raw: str, shown: str) -> None:
    value = KI67.parse(raw)
    assert isinstance(value, Interval)
    assert not value.is_point
    assert str(value) == shown


precisions = st.sampled_from(["0.01", "0.1", "0.5", "1", "5", "10"])
numbers = st.decimals(-1000, 1000, places=4)


@given(precisions, numbers)
def test_a_rounded_number_is_a_whole_number_of_steps_away(precision: str, value: Decimal) -> None:
    subject = number(precision)
    rounded = subject.round(value)
    assert rounded % subject.precision == 0
    assert abs(rounded - value) <= subject.precision / 2


@given(precisions, numbers)
def test_rounding_twice_is_rounding_once(precision: str, value: Decimal) -> None:
    subject = number(precision)
    assert subject.round(subject.round(value)) == subject.round(value)


@given(precisions, numbers, numbers)
def test_rounding_keeps_the_order(precision: str, one: Decimal, other: Decimal) -> None:
    subject = number(precision)
    low, high = sorted((one, other))
    assert subject.round(low) <= subject.round(high)


@given(precisions, numbers)
def test_rounding_is_symmetric_about_zero(precision: str, value: Decimal) -> None:
    subject = number(precision)
    assert subject.round(-value) == -subject.round(value)


def test_rounding_takes_any_size() -> None:
    assert number("0.1").round(Decimal("1e40")) == Decimal("1e40")


@given(precisions, st.decimals(1, 99, places=2))
def test_what_is_written_as_below_is_just_below(precision: str, bound: Decimal) -> None:
    subject = number(precision)
    value = subject.parse(f"<{bound}")
    assert isinstance(value, Interval)
    assert value.high < bound < value.high + subject.fine


@given(precisions, st.decimals(1, 89, places=2))
def test_what_is_written_as_above_is_just_above(precision: str, bound: Decimal) -> None:
    subject = number(precision)
    value = subject.parse(f">{bound}")
    assert isinstance(value, Interval)
    assert value.low - subject.fine < bound < value.low


@given(precisions, st.decimals(-99, 99, places=9), st.integers(-99, 99))
def test_a_value_kept_in_a_table_is_on_its_side_of_every_limit(
    precision: str, value: Decimal, steps: int
) -> None:
    """No value reaches a limit, or leaves it, by being kept."""
    subject = number(precision)
    limit = steps * subject.precision
    kept = subject.kept(value)
    assert (kept < limit, kept > limit) == (value < limit, value > limit)
    assert abs(kept - value) < subject.fine
    assert subject.kept(kept) == kept


@given(st.decimals(0, 100, places=1), st.decimals(0, 100, places=1))
def test_a_range_is_said_as_it_is_read(one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    value = KI67.parse(f"{low}-{high}")
    assert value == Interval(low, high)
    assert KI67.parse(str(value)) == value


# Other types -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("raw", "value"), [(True, True), (False, False), ("True", True)])
def test_a_boolean_is_true_or_false(raw: object, value: bool) -> None:
    assert PROGRESSED.parse(raw) is value


@pytest.mark.parametrize("raw", [1, 0, "yes", "", Decimal(1)])
def test_nothing_else_is_a_boolean(raw: object) -> None:
    assert expectation(PROGRESSED, raw) == "true or false"


def test_a_listed_value_is_read() -> None:
    assert SITE.parse("pancreas") == "pancreas"


def test_an_unlisted_value_is_refused_with_the_nearest_spelling() -> None:
    with pytest.raises(ValueProblem) as caught:
        SITE.parse("pancraes")
    assert caught.value.expected == "one of stomach, pancreas, rectum"
    assert caught.value.suggestion == "pancreas"
    assert expectation(SITE, True) == "one of stomach, pancreas, rectum"


def test_a_date_is_kept_as_written() -> None:
    assert IMAGING.parse("2024-05") == "2024-05"
    assert expectation(IMAGING, "May") == "a date such as 2024-05-17, 2024-05 or 2024"


# Values ------------------------------------------------------------------------------------------


def test_an_interval_ends_above_where_it_starts() -> None:
    with pytest.raises(ValueError, match="interval from 5 to 2 is empty"):
        interval("5", "2")


def test_values_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        interval("2", "5").low = Decimal(1)  # type: ignore[misc]


def test_not_applicable_is_said_in_words() -> None:
    assert str(NOT_APPLICABLE) == "not applicable"


@pytest.mark.parametrize(
    ("written", "shown"),
    [("9", "9"), ("9.0", "9"), ("9.50", "9.5"), ("1E+2", "100"), ("-0", "0"), ("-0.10", "-0.1"),
     ("0.000001", "0.000001")],
)  # fmt: skip
def test_numbers_are_shown_plainly(written: str, shown: str) -> None:
    assert plain(Decimal(written)) == shown


def test_a_bound_that_is_left_out_is_shown_one_step_inside() -> None:
    assert str(KI67.worked_out(Interval(Decimal(3), Decimal("9.9999999999")))) == "3-9.9"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("7,5", "with a decimal point and no other mark: 7.5"),
        ("<7,5", "with a decimal point and no other mark: 7.5"),
        ("74,999", "ambiguous: 74.999 with a decimal comma or 74999 with marks of thousands"),
        ("1.234,5", "with a decimal point and no other mark: 1234.5"),
        ("1,234.5", "with a decimal point and no other mark: 1234.5"),
        ("1.234.567", "with a decimal point and no other mark: 1234567"),
        ("74 999", "with a decimal point and no other mark: 74999"),
    ],
)
def test_a_number_of_another_country_is_told_as_what_it_may_mean(raw: str, told: str) -> None:
    """Never guessed: 74,999 platelets are a hold or a normal count."""
    assert told in expectation(KI67, raw)

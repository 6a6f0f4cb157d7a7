"""The named functions once more, for whole columns: one text for Polars and for SQL.

Each function here gives exactly what its namesake gives for one patient, kept on a fine step as
tables keep every value (``Fact.kept``). Steps are whole numbers; a quotient of binary fractions
that is a whole number of steps but for their noise is that number, and any other one is never taken
to a whole step of its fact. Written over an ``Algebra``: whatever builds expressions of one engine.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from typing import Any, Protocol

from gepnet.measures.elapsed import HOURS_PER_DAY
from gepnet.measures.grading import Grading
from gepnet.measures.inputs import constant
from gepnet.measures.limits import UpperLimits
from gepnet.vocabulary import DAYS_PER_MONTH

Expression = Any  # of an engine; arithmetic and comparison work by its own operators
_DAYS_OF_4_YEARS = 4 * 365 + 1
_DAYS_OF_400_YEARS = 100 * _DAYS_OF_4_YEARS - 3
#: From 1 March of the year 0 on.
_BEFORE_1970 = 719_468
_YEAR = 1000  # more than the days of a year
#: Of a step: what binary fractions may be off by, where their result is a whole number of steps.
NOISE = 1e-6


class Algebra(Protocol):
    """What the functions need of an engine beside ``+ - * < <= > >=``."""

    def literal(self, value: bool | int | str | None) -> Expression:
        """Return a constant."""

    def equal(self, left: Expression, right: Expression) -> Expression:
        """Return whether two numbers are equal."""

    def choose(
        self, branches: Sequence[tuple[Expression, Expression]], otherwise: Expression
    ) -> Expression:
        """Return the value of the first branch whose condition is true."""

    def any_bit(self, mask: Expression, bits: int) -> Expression:
        """Return whether a whole number has one of some bits; unknown for null."""

    def negate(self, truth: Expression) -> Expression:
        """Return Kleene's not."""

    def certainly(self, truth: Expression) -> Expression:
        """Return whether a truth is true, with unknown as false."""

    def every(self, truths: Sequence[Expression]) -> Expression:
        """Return Kleene's and."""

    def either(self, truths: Sequence[Expression]) -> Expression:
        """Return Kleene's or."""

    def missing(self, value: Expression) -> Expression:
        """Return whether a value is null."""

    def whole(self, number: Expression, power: int) -> Expression:
        """Return the whole number nearest to ``number * power``."""

    def quotient(self, number: Expression, by: Expression) -> Expression:
        """Return a quotient of numbers as a binary fraction; null over zero."""

    def square_root(self, number: Expression) -> Expression:
        """Return the square root of a binary fraction."""

    def floor_divide(self, number: Expression, by: Expression) -> Expression:
        """Return the quotient of whole numbers, rounded down."""

    def day_number(self, date: Expression) -> Expression:
        """Return a date in days since 1970-01-01."""

    def column(self, name: str) -> Expression:
        """Return a column."""


@dataclass(frozen=True)
class Column:
    """The columns of one input: its bounds, and "not applicable" if it can be.

    The bounds of a date are the first and the last day that it can mean; an enumerated input is the
    bits of what it may be.
    """

    low: Expression
    high: Expression
    absent: Expression | None = None
    #: Of an enumerated input the bit of each of its values; see ``gepnet.criteria.columns``.
    words: Mapping[str, int] = field(default_factory=dict)

    def may_be(self, algebra: Algebra, values: Iterable[str]) -> Expression:
        """Return whether the input may be one of some values; unknown for null."""
        return algebra.any_bit(self.low, sum(self.words.get(value, 0) for value in values))

    def is_among(self, algebra: Algebra, values: Iterable[str]) -> Expression:
        """Return whether the input is one of some values, whatever else is open."""
        others = self.words.keys() - set(values)
        return algebra.certainly(algebra.negate(self.may_be(algebra, others)))


@dataclass(frozen=True)
class Steps:
    """A result in whole steps as asked for; null bounds are unknown."""

    low: Expression
    high: Expression
    absent: Expression | None = None


@dataclass(frozen=True)
class Call:
    """A call of a named function on columns.

    ``at`` is the day of the question, or the column with that of each row. ``step`` is that of the
    result, ``whole`` how many of them make one of its fact; where that is one, the result is
    rounded. ``keep`` may put an expression into a column of its own, so that what is used twice is
    computed once.
    """

    algebra: Algebra
    inputs: Mapping[str, Column]
    measures: Mapping[str, Any]
    at: datetime.date | str
    step: Decimal
    whole: int
    keep: Callable[[Expression], Expression] = lambda expression: expression

    def day(self) -> Expression:
        """Return the day of the question in days since 1970-01-01."""
        if isinstance(self.at, str):
            return self.algebra.day_number(self.algebra.column(self.at))
        return (self.at - datetime.date(1970, 1, 1)).days

    def numbers(self, *names: str) -> list[Column]:
        """Return the named inputs."""
        return [self.inputs[name] for name in names]

    def absent(self, columns: Sequence[Column]) -> Expression | None:
        """Return whether the first input that is no number is one that cannot exist."""
        algebra = self.algebra
        if all(column.absent is None for column in columns):
            return None
        branches = []
        for column in columns:
            if column.absent is not None:
                branches.append((column.absent, algebra.literal(True)))
            branches.append((algebra.missing(column.low), algebra.literal(False)))
        return algebra.choose(branches, algebra.literal(False))

    def over_bounds(
        self, function: Callable[..., Expression], columns: Sequence[Column]
    ) -> tuple[Expression, Expression]:
        """Apply a function to every combination of bounds; return the least and the greatest."""
        ends = [
            [column.low] if column.low is column.high else [column.low, column.high]
            for column in columns
        ]
        results = [self.keep(function(*combination)) for combination in product(*ends)]
        low = high = results[0]
        for result in results[1:]:
            low = self.algebra.choose([(result < low, result)], low)
            high = self.algebra.choose([(result > high, result)], high)
        return low, high

    def ratio(self, numerator: Expression, denominator: Expression) -> Expression:
        """Return a quotient in steps."""
        step, places = as_steps(self.step)
        bottom = denominator if step == 1 else denominator * step
        return self.steps(self.algebra.quotient(numerator * 10**places, bottom))

    def steps(self, number: Expression) -> Expression:
        """Return a number of steps as a whole one, and of whole ones of the fact only such."""
        algebra, number = self.algebra, self.keep(number)
        nearest = self.keep(algebra.whole(number, 1))
        if self.whole == 1:  # a month is no even number of days: there are no ties
            return nearest
        off = self.keep(number - nearest)
        below = self.keep(algebra.choose([(off < 0, nearest - 1)], nearest))
        by = algebra.literal(self.whole)
        is_whole = algebra.equal(algebra.floor_divide(below, by) * by, below)
        is_exact = algebra.every([off <= NOISE, off >= -NOISE])
        return algebra.choose([(is_exact, nearest), (is_whole, below + 1)], below)


def as_steps(number: Decimal) -> tuple[int, int]:
    """Return ``number`` as a whole number and the power of ten that divides it."""
    places = max(0, -int(number.normalize().as_tuple().exponent))
    return int(number.scaleb(places)), places


def body_mass_index(call: Call) -> Steps:
    """Weight over height squared."""
    columns = call.numbers("weight_kg", "height_cm")

    def index(kg: Expression, cm: Expression) -> Expression:
        return call.ratio(kg * 100**2, cm * cm)

    return Steps(*call.over_bounds(index, columns), call.absent(columns))


def body_surface_area(call: Call) -> Steps:
    """Mosteller's square root."""
    columns = call.numbers("weight_kg", "height_cm")
    divisor = constant(call.measures, "body_surface_mosteller", "divisor")
    step, places = as_steps(call.step)

    def area(kg: Expression, cm: Expression) -> Expression:
        top, bottom = as_steps(divisor * step**2)
        squared = call.algebra.quotient(kg * cm * 10 ** (2 * places + bottom), _literal(call, top))
        return call.steps(call.algebra.square_root(squared))

    return Steps(*call.over_bounds(area, columns), call.absent(columns))


def _literal(call: Call, number: int) -> Expression:
    return call.algebra.literal(number)


def cockcroft_gault(call: Call) -> Steps:
    """Creatinine clearance."""
    columns = call.numbers("age_years", "weight_kg", "creatinine_umol_l")
    sex = call.inputs["sex"]
    names = ("age_minuend_years", "divisor", "creatinine_umol_l_per_mg_dl", "female_factor")
    constants = [as_steps(constant(call.measures, "cockcroft_gault", name)) for name in names]
    (minuend, minuend_at), (divisor, divisor_at), (unit, unit_at), (female, female_at) = constants
    factor = call.algebra.choose(
        [
            (sex.is_among(call.algebra, ["female"]), call.algebra.literal(female)),
            (call.algebra.missing(sex.low), call.algebra.literal(None)),
        ],
        call.algebra.literal(10**female_at),
    )

    def clearance(age: Expression, weight: Expression, creatinine: Expression) -> Expression:
        left = (age * -(10**minuend_at)) + minuend
        top = left * weight * factor * (unit * 10**divisor_at)
        scale = divisor * 10 ** (minuend_at + unit_at + female_at)
        return call.ratio(top, creatinine * scale)

    low, high = call.over_bounds(clearance, columns)
    youngest, youngest_at = as_steps(constant(call.measures, "cockcroft_gault", "from_age_years"))
    is_adult = columns[0].low * 10**youngest_at >= youngest
    nothing = call.algebra.literal(None)
    low, high = (call.algebra.choose([(is_adult, end)], nothing) for end in (low, high))
    return _where_positive(call, columns[2], low, high, None)


def times_uln(call: Call) -> Steps:
    """First input over the second."""
    columns = list(call.inputs.values())
    low, high = call.over_bounds(call.ratio, columns)
    return _where_positive(call, columns[1], low, high, call.absent(columns))


def usual_upper_limit(call: Call) -> Steps:
    """Bounds by ``knowledge/measures/upper_limits.yaml`` where the input is known."""
    algebra, ((name, column),) = call.algebra, call.inputs.items()
    bounds, nothing = UpperLimits.read(call.measures).bounds(name), call.algebra.literal(None)
    if bounds is None:
        return Steps(nothing, nothing)
    measured = algebra.negate(algebra.missing(column.low))
    low, high = (
        algebra.choose([(measured, _constant_steps(call, end))], nothing) for end in bounds
    )
    return Steps(low, high)


def _where_positive(
    call: Call, column: Column, low: Expression, high: Expression, absent: Expression | None
) -> Steps:
    nothing = call.algebra.literal(None)
    bounds = [call.algebra.choose([(column.low > 0, end)], nothing) for end in (low, high)]
    return Steps(bounds[0], bounds[1], absent)


def _days(call: Call, column: Column) -> tuple[Expression, Expression]:
    """Return the least and the greatest number of days, before cutting off at zero."""
    at = call.day()
    low, high = (call.algebra.day_number(end) * -1 + at for end in (column.high, column.low))
    return low, high


def _positive(call: Call, number: Expression) -> Expression:
    number = call.keep(number)
    return call.algebra.choose([(number < 0, call.algebra.literal(0))], number)


def _only(call: Call) -> Column:
    return next(iter(call.inputs.values()))


def days_since(call: Call) -> Steps:
    """Days since a date."""
    column = _only(call)
    ends = [_steps_of(call, _positive(call, end)) for end in _days(call, column)]
    return Steps(ends[0], ends[1], column.absent)


def hours_since(call: Call) -> Steps:
    """Hours since a date; the hour within a day is not known."""
    column = _only(call)
    low, high = (_positive(call, end) for end in _days(call, column))
    hours = [_positive(call, low - 1) * HOURS_PER_DAY, (high + 1) * HOURS_PER_DAY]
    ends = [_steps_of(call, end) for end in hours]
    return Steps(ends[0], ends[1], column.absent)


def months_since(call: Call) -> Steps:
    """Months since a date."""
    column = _only(call)
    length, places = as_steps(DAYS_PER_MONTH)
    ends = [
        call.ratio(_positive(call, end) * 10**places, call.algebra.literal(length))
        for end in _days(call, column)
    ]
    return Steps(ends[0], ends[1], column.absent)


def age_from_birth_date(call: Call) -> Steps:
    """Completed years."""
    column, today = _only(call), call.day()
    if isinstance(today, int):
        at = _calendar(call, call.algebra.literal(today), lambda constant: constant)
    else:
        at = _calendar(call, today, call.keep)
    ends = []
    for end in (column.high, column.low):
        born = _calendar(call, call.algebra.day_number(end), call.keep)
        years = call.algebra.floor_divide(born * -1 + at, call.algebra.literal(_YEAR))
        ends.append(_steps_of(call, _positive(call, years)))
    return Steps(ends[0], ends[1], column.absent)


def _calendar(call: Call, day: Expression, keep: Callable[[Expression], Expression]) -> Expression:
    """Return a day, in days since 1970-01-01, as a number that grows by ``_YEAR`` with each year.

    Years begin on 1 March here: a leap day is the last of its year, so that every other day has the
    same number in all years. Arithmetic, as Polars takes ten times as long to name the year, month
    and day of a date. The longest years and centuries come last, hence ``* 4 + 3``.
    """

    def divide(number: Expression, by: int) -> Expression:
        return call.algebra.floor_divide(number, call.algebra.literal(by))

    days = day + _BEFORE_1970
    century = keep(divide(days * 4 + 3, _DAYS_OF_400_YEARS))
    days = keep(days - divide(century * _DAYS_OF_400_YEARS, 4))
    year = keep(divide(days * 4 + 3, _DAYS_OF_4_YEARS))
    return (century * 100 + year) * _YEAR + days - divide(year * _DAYS_OF_4_YEARS, 4)


def ki67_from_reported_grade(call: Call) -> Steps:
    """Bounds on Ki-67 by the tables of ``knowledge/measures/grading.yaml``."""
    algebra, nothing = call.algebra, call.algebra.literal(None)
    grade, basis = call.inputs["grade_reported"], call.inputs["grade_basis"]
    edition = call.inputs["grade_reported_edition"]
    rests_on_ki67 = basis.is_among(algebra, ["ki67", "both"])
    grading = Grading.read(call.measures)
    always, resting = grading.ki67_from_grade, grading.ki67_from_grade_resting_on_ki67
    # What a grade that it may be does not bound is not bounded.
    boundless = [
        (grade.may_be(algebra, grade.words.keys() - always.keys() - resting.keys()), nothing)
    ]
    for name, rule in resting.items():
        holds = algebra.every([rests_on_ki67, edition.is_among(algebra, rule.editions)])
        maybe = grade.may_be(algebra, [name])
        boundless.append((algebra.every([maybe, algebra.negate(holds)]), nothing))
    rules = [*always.items(), *resting.items()]
    lows, highs = (
        [
            (grade.may_be(algebra, [name]), _constant_steps(call, getattr(rule, end)))
            for name, rule in sorted(rules, key=lambda one: getattr(one[1], end), reverse=greatest)
        ]
        for end, greatest in (("from_", False), ("to", True))
    )
    unstated = algebra.every(
        [algebra.negate(rests_on_ki67), algebra.negate(algebra.missing(grade.low))]
    )
    least = [*boundless, (unstated, algebra.literal(0)), *lows]
    return Steps(algebra.choose(least, nothing), algebra.choose([*boundless, *highs], nothing))


def _constant_steps(call: Call, number: Any) -> Expression:
    return call.algebra.literal(int(Decimal(str(number)) / call.step))


def _steps_of(call: Call, whole: Expression) -> Expression:
    step, places = as_steps(call.step)
    if step == 1:
        return whole if places == 0 else whole * 10**places
    return call.ratio(whole, call.algebra.literal(1))


COLUMN_FUNCTIONS: Mapping[str, Callable[[Call], Steps]] = {
    function.__name__: function
    for function in (
        age_from_birth_date,
        body_mass_index,
        body_surface_area,
        cockcroft_gault,
        days_since,
        hours_since,
        ki67_from_reported_grade,
        months_since,
        times_uln,
        usual_upper_limit,
    )
}

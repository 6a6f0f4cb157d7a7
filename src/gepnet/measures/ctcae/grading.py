"""The grade of one laboratory value.

Values are compared exactly, as they were reported: nothing is rounded on the way to a limit, and of
a limit that is printed in several units the number of the reported unit counts. A grade is never
guessed: where a limit of normal or a baseline is missing, or a value is only known to be below or
above something, the answer is the range of grades that remain possible. Rules relative to the
baseline are not applied to the baseline sample itself, nor to samples before it, because a high
baseline would always grade 0.

National Cancer Institute, Common Terminology Criteria for Adverse Events v5.0 and v6.0; the bands
are data in ``knowledge/measures/ctcae_v5.yaml`` and ``ctcae_v6.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from gepnet.measures.ctcae.model import GRADES, Limit, Rows, Term
from gepnet.vocabulary import Interval, Reported, Truth, unit_ratio
from gepnet.vocabulary.values import plain

_LEAST = Decimal("-Infinity")
# What the bound of "<5" is left out by, as a share of it: less than anything can be measured by.
_EXCLUDED = Decimal("1e-12")


@dataclass(frozen=True, slots=True)
class Baseline:
    """The patient's baseline with the limits of normal of its own sample."""

    value: Interval
    lln: Decimal | None = None
    uln: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One laboratory value in the unit of its fact, with the limits of its laboratory.

    ``before_treatment`` says that it is the baseline sample or an earlier one.
    """

    value: Interval
    lln: Decimal | None = None
    uln: Decimal | None = None
    baseline: Baseline | None = None
    before_treatment: bool = False


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade from 0 to 4 with its reason, or the range that a missing limit leaves open."""

    term: str
    edition: str
    at_least: int | None
    at_most: int | None
    reason: str
    missing: tuple[str, ...] = ()

    @property
    def grade(self) -> int | None:
        """The grade, or None where it is open or the edition does not grade the value."""
        return self.at_least if self.at_least == self.at_most else None


def grade(term: Term, sample: Sample, edition: str, worst_case: bool = False) -> Grade:
    """Return the grade of a sample by one term of an edition.

    Args:
        term: of an ``Edition``.
        sample: the value and what it is compared with.
        edition: name of the edition, kept with the result.
        worst_case: take symptoms that a grade needs to be there; by default the grade is the least
            that the laboratory value alone makes.
    """
    if term.ungraded is not None:
        return Grade(term.term, edition, None, None, term.ungraded)
    found = [_by_rows(rows, one, worst_case) for rows, one in _rows(term, sample)]
    low = min(least for least, _, _ in found)
    high = max(most for _, most, _ in found)
    missing = dict.fromkeys(name for _, _, names in found for name in names)
    if low == high:
        return Grade(term.term, edition, low, high, _reason(term, sample, low, worst_case))
    if len(found) > 1 and sample.baseline is None:
        missing = dict.fromkeys(("baseline", *missing))
    elif len(found) > 1 and sample.baseline is not None:
        limit = "uln" if term.baseline_high else "lln"
        if getattr(sample.baseline, limit) is None:
            missing = dict.fromkeys((f"{limit} of the baseline", *missing))
    return Grade(term.term, edition, low, high, _open(low, high, missing, sample), tuple(missing))


def _open(low: int, high: int, missing: Iterable[str], sample: Sample) -> str:
    """Say why a grade stays open."""
    known = sample.baseline
    ranges = (
        [] if sample.value.is_point else [f"the value is only known as {_as_printed(sample.value)}"]
    )
    if known is not None and not known.value.is_point:
        ranges.append(f"the baseline is only known as {_as_printed(known.value)}")
    lacking = ", ".join(_WORDS.get(name, name) for name in missing)
    told = "; ".join([*([f"{lacking} missing"] if lacking else []), *ranges])
    return f"grade {low} to {high}: {told}"


def _rows(term: Term, sample: Sample) -> list[tuple[Rows, Sample]]:
    """Return the rows that hold for the patient, both sets where the baseline does not tell.

    Each set comes with the sample as it is where that set holds.
    """
    usual, special = (term.grades, sample), term.baseline_high or term.baseline_low
    if not special or sample.before_treatment:
        return [usual]
    baseline = sample.baseline
    if baseline is None:
        return [usual, (special, _with_odd_baseline(term, sample))]
    limit = baseline.uln if term.baseline_high else baseline.lln
    if limit is None:
        return [usual, (special, sample)]
    sign = ">" if term.baseline_high else "<"
    truth = _compared(sign, baseline.value, Interval(limit, limit))
    odd = (special, sample)
    return [usual, odd] if truth is None else [odd if truth else usual]


def _with_odd_baseline(term: Term, sample: Sample) -> Sample:
    """Return a sample with what is known of a baseline that is missing: it is not normal.

    One above normal is greater than the upper limit, so that a value seldom is many times it. Its
    laboratory is taken to have had the limits of the sample.
    """
    limit = sample.uln if term.baseline_high else sample.lln
    if limit is None:
        return sample
    least, most = (limit, -_LEAST) if term.baseline_high else (Decimal(0), limit)
    return replace(sample, baseline=Baseline(Interval(least, most)))


def _by_rows(rows: Rows, sample: Sample, worst_case: bool) -> tuple[int, int, list[str]]:
    """Return the least and the greatest grade, and what is missing to tell them apart."""
    most: int | None = None
    missing: list[str] = []
    for step in GRADES:
        truths = [(limit, meets(limit, sample, worst_case)) for limit in rows.get(step, ())]
        if any(truth is True for _, truth in truths):
            return step, step if most is None else most, missing
        for limit, truth in truths:
            if truth is None:
                most = step if most is None else most
                missing.extend(_lacking(limit, sample))
    return 0, most or 0, missing


def meets(limit: Limit, sample: Sample, worst_case: bool) -> Truth:
    """Return whether a sample reaches a limit; unknown where what it is compared with is."""
    if limit.needs in ("symptoms", "anticoagulation") and not worst_case:
        return False
    truth = _reaches(limit, sample)
    if truth is True and limit.needs == "fasting":
        truth = None
    if limit.also is None or truth is False:
        return truth
    other = meets(limit.also, sample, worst_case)
    return False if other is False else None if None in (truth, other) else True


def _reaches(limit: Limit, sample: Sample) -> Truth:
    value, bound = _sides(limit, sample)
    if bound is None:
        relative = limit.of == "baseline"
        return False if relative and sample.before_treatment else None
    return _compared(limit.sign, value, bound)


def _compared(sign: str, value: Interval, bound: Interval) -> Truth:
    """Compare two numbers; unknown where the answer differs within what they are known to be."""
    match sign:
        case "<":
            certain, impossible = value.high < bound.low, value.low >= bound.high
        case "<=":
            certain, impossible = value.high <= bound.low, value.low > bound.high
        case ">":
            certain, impossible = value.low > bound.high, value.high <= bound.low
        case _:
            certain, impossible = value.low >= bound.high, value.high < bound.low
    return True if certain else False if impossible else None


def _sides(limit: Limit, sample: Sample) -> tuple[Interval, Interval | None]:
    """Return the value and the limit in one unit; no limit where its reference is missing."""
    if limit.of is None:
        return _printed(limit, sample.value)
    reference: Interval | None = None
    if limit.of == "baseline":
        known = None if sample.before_treatment else sample.baseline
        reference = None if known is None else known.value
    else:
        given = getattr(sample, limit.of)
        reference = None if given is None else Interval(given, given)
    if reference is None:
        return sample.value, None
    ends = (limit.number * end + limit.plus for end in (reference.low, reference.high))
    return sample.value, Interval(*ends)


def _printed(limit: Limit, value: Interval) -> tuple[Interval, Interval]:
    """Return a value and a number in the unit of the report, where the text prints one for it."""
    unit = _unit(limit, value)
    if unit is None or value.reported is None:
        return value, Interval(limit.number, limit.number)
    number = limit.in_units[unit]
    return _in_unit(value.reported, unit), Interval(number, number)


def _unit(limit: Limit, value: Interval) -> str | None:
    """Return the unit in which a limit is printed that measures as the report does."""
    code = None if value.reported is None else value.reported.ucum
    if code is None:
        return None
    return next((unit for unit in limit.in_units if unit_ratio(code, unit) is not None), None)


def _in_unit(told: Reported, unit: str) -> Interval:
    size = unit_ratio(told.ucum or "", unit) or Decimal(1)
    beside = _EXCLUDED if told.excluded else Decimal(0)
    low = _LEAST if told.low is None else told.low * size * (1 + beside)
    high = -_LEAST if told.high is None else told.high * size * (1 - beside)
    return Interval(low, high)


_WORDS = {"lln": "lower limit of normal", "uln": "upper limit of normal"}


def _lacking(limit: Limit, sample: Sample) -> list[str]:
    names: list[str] = (
        [limit.of] if limit.of is not None and _sides(limit, sample)[1] is None else []
    )
    if limit.needs == "fasting":
        names.append("whether the sample was fasting")
    return [*names, *(_lacking(limit.also, sample) if limit.also is not None else [])]


def _reason(term: Term, sample: Sample, chosen: int, worst_case: bool) -> str:
    rows, _ = _rows(term, sample)[0]
    for limit in rows.get(chosen, ()):
        if meets(limit, sample, worst_case) is True:
            return _told(limit, sample) + _beside(term, sample)
    return "within every limit" + _beside(term, sample)


def _beside(term: Term, sample: Sample) -> str:
    relative = term.baseline_high or term.baseline_low or _relative(term)
    if sample.before_treatment and relative:
        return " (baseline sample: graded without its own baseline)"
    return ""


def _relative(term: Term) -> bool:
    limits = [limit for row in term.grades.values() for limit in row]
    return any("baseline" in (limit.of, limit.also.of if limit.also else None) for limit in limits)


def _own(value: Interval) -> str:
    """Return a value in the unit of its fact; none is rounded to a limit."""
    return plain(value.low) if value.is_point else str(value)


def _as_printed(value: Interval) -> str:
    """Return a value as it was reported, with its unit where that is not the one of the fact."""
    told = value.reported
    return _own(value) if told is None or told.unit is None else f"{told.text} {told.unit}"


def _told(limit: Limit, sample: Sample) -> str:
    bound = _sides(limit, sample)[1]
    value, printed = _own(sample.value), _as_printed(sample.value)
    reported = sample.value.reported
    # A unit that only spells the fact's own in another way, such as 10^9/L, changes no number.
    if reported is not None and value not in (printed, reported.text):
        value = f"{printed} ({value})"
    unit = _unit(limit, sample.value)
    if unit is not None:
        text = f"{printed} {limit.sign} {plain(limit.in_units[unit])} {unit}"
    elif limit.of is None or bound is None:
        text = f"{value} {limit.sign} {plain(limit.number)}"
    else:
        name = limit.of.upper() if limit.of != "baseline" else "baseline"
        times = "" if limit.number == 1 else f"{plain(limit.number)} x "
        more = f" + {plain(limit.plus)}" if limit.plus else ""
        text = f"{value} {limit.sign} {times}{name}{more} ({bound})"
    return text if limit.also is None else f"{text} and {_told(limit.also, sample)}"

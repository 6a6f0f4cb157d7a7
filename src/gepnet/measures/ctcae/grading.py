"""The grade of one laboratory value: the reference to which the columns are held.

A grade is never guessed: where a limit of normal or a baseline is missing, the answer is the range
of grades that remain possible. Rules relative to the baseline are not applied to the baseline
sample itself, nor to samples before it, because a high baseline would always grade 0.

National Cancer Institute, Common Terminology Criteria for Adverse Events v5.0 and v6.0; the bands
are data in ``knowledge/measures/ctcae_v5.yaml`` and ``ctcae_v6.yaml``.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from gepnet.measures.ctcae.model import GRADES, Limit, Rows, Term
from gepnet.vocabulary import Truth
from gepnet.vocabulary.values import plain

#: Decimal places to which both sides of every comparison are rounded, here and in the columns.
PLACES = 4
_STEP = Decimal(1).scaleb(-PLACES)


@dataclass(frozen=True, slots=True)
class Baseline:
    """The patient's baseline with the limits of normal of its own sample."""

    value: Decimal
    lln: Decimal | None = None
    uln: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One laboratory value in the unit of its fact, with the limits of its laboratory.

    ``before_treatment`` says that it is the baseline sample or an earlier one.
    """

    value: Decimal
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
    found = [_by_rows(rows, sample, worst_case) for rows in _rows(term, sample)]
    low = min(least for least, _, _ in found)
    high = max(most for _, most, _ in found)
    missing = dict.fromkeys(name for _, _, names in found for name in names)
    if low == high:
        return Grade(term.term, edition, low, high, _reason(term, sample, low, worst_case))
    if len(found) > 1 and sample.baseline is None:
        missing = dict.fromkeys(("baseline", *missing))
    elif len(found) > 1:
        limit = "uln" if term.baseline_high else "lln"
        missing = dict.fromkeys((f"{limit} of the baseline", *missing))
    reason = f"grade {low} to {high}: {', '.join(_WORDS.get(m, m) for m in missing)} missing"
    return Grade(term.term, edition, low, high, reason, tuple(missing))


def _rows(term: Term, sample: Sample) -> list[Rows]:
    """Return the rows that hold for the patient, both sets where the baseline does not tell."""
    special = term.baseline_high or term.baseline_low
    if not special or sample.before_treatment:
        return [term.grades]
    baseline = sample.baseline
    if baseline is None:
        return [term.grades, special]
    limit = baseline.uln if term.baseline_high else baseline.lln
    if limit is None:
        return [term.grades, special]
    value, bound = _rounded(baseline.value), _rounded(limit)
    return [special if (value > bound if term.baseline_high else value < bound) else term.grades]


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
    if limit.needs == "symptoms" and not worst_case:
        return False
    truth = _reaches(limit, sample)
    if truth is True and limit.needs == "fasting":
        truth = None
    if limit.also is None or truth is False:
        return truth
    other = meets(limit.also, sample, worst_case)
    return False if other is False else None if None in (truth, other) else True


def _reaches(limit: Limit, sample: Sample) -> Truth:
    bound = _bound(limit, sample)
    if bound is None:
        relative = limit.of == "baseline"
        return False if relative and sample.before_treatment else None
    value, bound = _rounded(sample.value), _rounded(bound)
    if limit.below is not None:
        return value < bound
    return value > bound if limit.above is not None else value >= bound


def _bound(limit: Limit, sample: Sample) -> Decimal | None:
    match limit.of:
        case None:
            return limit.number
        case "baseline":
            known = None if sample.before_treatment else sample.baseline
            reference = None if known is None else known.value
        case _:
            reference = getattr(sample, limit.of)
    return None if reference is None else limit.number * _rounded(reference)


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(_STEP)


_WORDS = {"lln": "lower limit of normal", "uln": "upper limit of normal"}


def _lacking(limit: Limit, sample: Sample) -> list[str]:
    names: list[str] = [limit.of] if limit.of is not None and _bound(limit, sample) is None else []
    if limit.needs == "fasting":
        names.append("whether the sample was fasting")
    return [*names, *(_lacking(limit.also, sample) if limit.also is not None else [])]


def _reason(term: Term, sample: Sample, chosen: int, worst_case: bool) -> str:
    rows = _rows(term, sample)[0]
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


def _told(limit: Limit, sample: Sample) -> str:
    sign = "<" if limit.below is not None else ">" if limit.above is not None else ">="
    bound = _bound(limit, sample)
    value = plain(sample.value)
    if limit.of is None or bound is None:
        text = f"{value} {sign} {plain(limit.number)}"
    else:
        name = limit.of.upper() if limit.of != "baseline" else "baseline"
        times = "" if limit.number == 1 else f"{plain(limit.number)} x "
        text = f"{value} {sign} {times}{name} ({plain(bound)})"
    return text if limit.also is None else f"{text} and {_told(limit.also, sample)}"

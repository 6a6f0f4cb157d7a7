"""Agreement of several raters on named categories, beyond what chance would bring.

Fleiss JL. Measuring nominal scale agreement among many raters. Psychol Bull 1971;76:378-82, doi
10.1037/h0031619: kappa, where each subject is seen by several raters who need not be the same.

Gwet KL. Computing inter-rater reliability and its variance in the presence of high agreement. Br J
Math Stat Psychol 2008;61:29-48, doi 10.1348/000711006X126600: the generalised coefficient where
subjects have different numbers of raters, and its variance by linearisation over subjects, which
does not suppose that raters decide by chance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

CONFIDENCE = 0.95
# Of one subject: how many raters chose each category.
Ratings = Mapping[str, int]


@dataclass(frozen=True)
class Kappa:
    """Fleiss' kappa over subjects.

    Attributes:
        kappa: 1 for full agreement, 0 for that of chance; None where chance alone would bring full
            agreement, so that there is nothing to measure.
        low: lower end of the 95 % interval; None with fewer than two subjects.
        high: upper end.
        observed: share of pairs of raters who agree, averaged over subjects.
        expected: that share by chance, from how often each category was chosen.
        subjects: with two raters or more; others say nothing of agreement.
        ratings: on those subjects.
    """

    kappa: float | None
    low: float | None
    high: float | None
    observed: float
    expected: float
    subjects: int
    ratings: int


def pair_agreement(ratings: Ratings) -> float | None:
    """Return the share of pairs of raters of one subject who agree; None below two raters."""
    size = sum(ratings.values())
    if size < 2:
        return None
    return sum(count * (count - 1) for count in ratings.values()) / (size * (size - 1))


def fleiss_kappa(subjects: Sequence[Ratings], confidence: float = CONFIDENCE) -> Kappa | None:
    """Return Fleiss' kappa with its interval; None where no subject has two raters.

    Args:
        subjects: of each, how many raters chose each category.
        confidence: of the interval.
    """
    seen = [one for one in subjects if sum(one.values()) >= 2]
    if not seen:
        return None
    number = len(seen)
    sizes = [sum(one.values()) for one in seen]
    agreed = [pair_agreement(one) or 0.0 for one in seen]
    names = dict.fromkeys(name for one in seen for name in one)
    chosen = {
        name: sum(one.get(name, 0) / size for one, size in zip(seen, sizes, strict=True)) / number
        for name in names
    }
    observed = sum(agreed) / number
    expected = sum(share * share for share in chosen.values())
    if 1 - expected < 1e-12:
        return Kappa(None, None, None, observed, expected, number, sum(sizes))
    kappa = (observed - expected) / (1 - expected)
    low = high = None
    if number > 1:
        linear = []
        for one, size, share in zip(seen, sizes, agreed, strict=True):
            by_chance = sum(chosen[name] * count / size for name, count in one.items())
            own = (share - expected) / (1 - expected)
            linear.append(own - 2 * (1 - kappa) * (by_chance - expected) / (1 - expected))
        variance = sum((one - kappa) ** 2 for one in linear) / (number * (number - 1))
        half = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(variance)
        low, high = max(-1.0, kappa - half), min(1.0, kappa + half)
    return Kappa(kappa, low, high, observed, expected, number, sum(sizes))

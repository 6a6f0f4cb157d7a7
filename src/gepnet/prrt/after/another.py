"""Another cycle and the kidney: how likely the dose stays under a limit with one cycle more.

The dose so far is the sum of the cycles with the interval that each has. The dose of the next cycle
is its activity times the patient's own dose per activity, which differs from cycle to cycle: the
spread is that of the patient's cycles, together with a published one worth a few cycles, since two
or three cycles say little about a spread. Both are drawn on logarithms, and the share of draws that
stay under the limit is the probability. It is as good as the intervals: what moves all cycles
together (calibration, outlining) is not in them, so the probability is given with a published size
of that, too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from gepnet.knowledge import InputError, MeasureFile, asked, need, refuse
from gepnet.knowledge.course_models import AdvisoryLimit
from gepnet.prrt.after.doses import BOTH, SIDES, OrganDose
from gepnet.prrt.dosimetry.data import Scatter, Spread
from gepnet.tables import Shown
from gepnet.vocabulary import Accepted

_DRAWS = 40_000
_SEED = 20_261_128
_ORGANS = (BOTH, *SIDES)


class AnotherCycle(MeasureFile):
    """``another_cycle.yaml``."""

    files = ("another_cycle",)
    between_cycles: Scatter
    shared: Spread
    confidence: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """The middle of draws in Gy, with an interval."""

    value: Annotated[float, Shown(digits=3)]
    low: Annotated[float, Shown(digits=3)]
    high: Annotated[float, Shown(digits=3)]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What another cycle means for one organ and one limit.

    ``probability`` is that of staying under the limit, ``with_shared`` the same with the error that
    all cycles share. ``at_most``: a cycle without a dose adds to what is known, so that both are
    upper bounds. None, with ``refused``, where no probability follows.
    """

    organ: str
    limit: Annotated[
        AdvisoryLimit,
        Shown(take="id label profile value:limit unit note source locator verification", flat=True),
    ]
    cycles: list[int]
    cycles_without_dose: list[int]
    activity_gbq: float | None
    so_far_gy: Drawn | None
    next_gy: Drawn | None
    total_gy: Drawn | None
    probability: Annotated[float | None, Shown(digits=3)]
    with_shared: Annotated[float | None, Shown(digits=3)]
    at_most: bool
    refused: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class AnotherCycleView:
    """The outlook of a patient, with what it rests on."""

    patient: str
    outlooks: list[Outlook]
    between_cycles: Annotated[
        Scatter, Shown(take="value unit weight source locator verification note")
    ]
    shared: Annotated[Spread, Shown(take="value unit source locator verification note")]
    accepted: list[Accepted]


def another_cycle(
    patient: str,
    doses: Sequence[OrganDose],
    limits: Iterable[AdvisoryLimit],
    settings: AnotherCycle,
    activity_gbq: float | None = None,
    cycles: int | None = None,
    accepted: Sequence[Accepted] = (),
) -> AnotherCycleView:
    """Return how likely each kidney dose stays under each limit with another cycle.

    Args:
        patient: whose.
        doses: of the cycles so far, as the dosimetry wrote them.
        limits: of kidney doses.
        settings: the spreads.
        activity_gbq: of the next cycle; by default the mean of those given.
        cycles: how many were given; by default up to the last of the table.
        accepted: what was accepted of the table.

    Raises:
        InputError: without a kidney dose, or if fewer cycles were given than have a dose.
    """
    need("numpy", "scipy")
    last = max((dose.cycle for dose in doses), default=0)
    if cycles is not None and last > cycles:
        raise refuse("cycles", cycles, f"at least {last}, the last cycle in the table")
    # A number left out was given as well: before a third cycle there was a second.
    seen = set(range(1, (cycles or last) + 1))
    organs = [organ for organ in _ORGANS if any(_dosed(dose, organ) for dose in doses)]
    if not organs:
        expected = f"a dose of {', '.join(_ORGANS)} of {patient}"
        raise InputError([asked("doses", patient, expected)])
    found = []
    for organ in organs:
        own = sorted((d for d in doses if _dosed(d, organ)), key=lambda d: d.cycle)
        missing = sorted(seen - {dose.cycle for dose in own})
        for limit in limits:
            found.append(_outlook(organ, limit, own, missing, settings, activity_gbq))
    return AnotherCycleView(
        patient, found, settings.between_cycles, settings.shared, list(accepted)
    )


def _dosed(dose: OrganDose, organ: str) -> bool:
    return dose.region == organ and bool(dose.dose_gy)


def _outlook(
    organ: str,
    limit: AdvisoryLimit,
    doses: Sequence[OrganDose],
    missing: list[int],
    settings: AnotherCycle,
    activity: float | None,
) -> Outlook:
    given = [float(dose.administered_gbq) for dose in doses if dose.administered_gbq]
    if activity is None and given:
        activity = sum(given) / len(given)
    refused = _why_not(limit, doses, given, activity)
    cycles = [dose.cycle for dose in doses]
    start = (organ, limit, cycles, missing, activity)
    if refused is not None or activity is None:
        sentence = f"{organ}, {limit.label}: no probability ({refused})"
        return Outlook(*start, None, None, None, None, None, bool(missing), refused, sentence)
    so_far, more, total, shares = _drawn(limit, doses, given, activity, settings)
    sentence = _sentence(organ, limit, activity, total, shares, missing)
    if any(part.low is None for dose in doses if (part := dose.part(limit.quantity))):
        sentence += " Doses without an interval are taken as exact."
    return Outlook(*start, so_far, more, total, *shares, bool(missing), None, sentence)


def _why_not(
    limit: AdvisoryLimit, doses: Sequence[OrganDose], given: list[float], activity: float | None
) -> str | None:
    if len(given) < len(doses):
        return "no administered activity in the table (administered_gbq) for each dose"
    if activity is None:
        return "no activity of the next cycle"
    for dose in doses:
        part = dose.part(limit.quantity)
        if part is None:
            return f"cycle {dose.cycle} has no {'BED' if limit.quantity == 'bed' else 'dose'}"
        if part.low is not None and (part.high is None or part.low <= 0):
            return f"the dose of cycle {dose.cycle} has no bound"
    return None


def _drawn(
    limit: AdvisoryLimit,
    doses: Sequence[OrganDose],
    given: list[float],
    activity: float,
    settings: AnotherCycle,
) -> tuple[Drawn, Drawn, Drawn, tuple[float, float]]:
    """Draw doses so far and the next one; return them with the shares under the limit."""
    import numpy as np

    from gepnet.numbers import quantile

    random = np.random.default_rng(_SEED)
    normal = float(quantile(np.array([np.inf]), settings.confidence)[0])
    dose = np.array([float(d.dose_gy or 0) for d in doses])
    parts = [part for d in doses if (part := d.part(limit.quantity)) is not None]
    value = np.array([float(part.value) for part in parts])
    width = np.array(
        [
            0.0
            if part.low is None or part.high is None
            else math.log(part.high / part.low) / 2 / normal
            for part in parts
        ]
    )
    noise = random.standard_normal((_DRAWS, len(value)))
    so_far = (value * np.exp(width * noise)).sum(axis=1)
    # The patient's own dose per activity, and how it differs between cycles.
    logs = np.log(dose / np.array(given))
    count, prior = len(logs), settings.between_cycles
    freedom = prior.weight + count - 1
    squares = prior.weight * prior.share**2 + float(((logs - logs.mean()) ** 2).sum())
    student = random.standard_normal(_DRAWS) / np.sqrt(random.chisquare(freedom, _DRAWS) / freedom)
    spread = math.sqrt(squares / freedom * (1 + 1 / count))
    more = activity * np.exp(logs.mean() + spread * student)
    if limit.quantity == "bed":
        # BED = D + G D^2 / (alpha/beta); the last factor is the mean of the cycles so far.
        more = more + float(((value - dose) / dose**2).mean()) * more**2
    together = np.exp(settings.shared.share * random.standard_normal(_DRAWS))
    total, most = so_far + more, float(limit.value)
    tail = (1 - settings.confidence) / 2

    def summed(draws: Any) -> Drawn:
        low, middle, high = np.quantile(draws, (tail, 0.5, 1 - tail)).tolist()
        return Drawn(middle, low, high)

    shares = (float((total < most).mean()), float((total * together < most).mean()))
    return summed(so_far), summed(more), summed(total), shares


def _sentence(
    organ: str,
    limit: AdvisoryLimit,
    activity: float,
    total: Drawn,
    shares: tuple[float, float],
    missing: list[int],
) -> str:
    most = "at most " if missing else ""
    lacking = ", ".join(map(str, missing))
    without = f"; cycle {lacking} has no dose and adds to it" if missing else ""
    first, second = map(_percent, shares)
    least = "at least " if missing else ""
    return (
        f"{organ}, {limit.label}: with another {activity:.3g} GBq the total is {least}"
        f"{total.value:.3g} Gy ({total.low:.3g} to {total.high:.3g}). It stays under "
        f"{limit.value} Gy with a probability of {most}{first}; of {most}{second} with the error "
        f"that all cycles share{without}."
    )


def _percent(share: float) -> str:
    share = round(share, 3)  # as in the table
    if share < 0.005:
        return "less than 1 %"
    return "more than 99 %" if share > 0.995 else f"{100 * share:.0f} %"


def kidney_limits(limits: Iterable[AdvisoryLimit], wanted: str | None) -> list[AdvisoryLimit]:
    """Return the limits of kidney doses: all, one by its id, or the first one with another value.

    Raises:
        InputError: for another id, or a number that is not above 0.
    """
    known = [limit for limit in limits if limit.region == "kidneys"]
    if wanted is None:
        return known
    named = [limit for limit in known if limit.id == wanted]
    if named:
        return named
    try:
        value = Decimal(wanted)
        if not (value.is_finite() and value > 0):
            raise ValueError(wanted)
    except (ArithmeticError, ValueError) as fault:
        ids = [limit.id for limit in known]
        expected = f"one of {', '.join(ids)}, or an absorbed dose in Gy"
        raise refuse("limit", wanted, expected, ids) from fault
    dose = next(limit for limit in known if limit.quantity == "absorbed_dose")
    stated: Mapping[str, Any] = {
        "id": "stated", "label": "Kidney absorbed dose, limit as stated", "value": value,
        "profile": "whoever stated it", "note": None, "locator": None,
        "source": "gepnet-definition", "verification": "unverified",
    }  # fmt: skip
    return [dose.model_copy(update=dict(stated))]

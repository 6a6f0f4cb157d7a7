"""Which form a curve gets, and when it gets none: what the data cannot support is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from gepnet.numbers import quantile
from gepnet.prrt.dosimetry.data import DosimetryData
from gepnet.prrt.dosimetry.decay import Array
from gepnet.prrt.dosimetry.fit import Curves, Fit, fit_form
from gepnet.prrt.dosimetry.forms import (
    BI_UPTAKE,
    BI_WASHOUT,
    MONO,
    Form,
    integral_after,
    tri_uptake,
)
from gepnet.prrt.dosimetry.weights import (
    best_criterion,
    criterion,
    disbelieved,
    in_doubt,
    weights,
    with_prior,
    with_scatter,
)
from gepnet.prrt.dosimetry.words import Errors, Model

NONE = -1
# Above the physical rate but for the rounding of the arithmetic.
_PHYSICAL = 1 - 1e-6
_ALIKE = 1 + 1e-3
#: On the logarithm: a factor of half a milliard to each side is no interval.
NO_BOUND = 20.0


class Refusal(IntEnum):
    """Why a curve was not integrated."""

    NO = 0
    ONE_POINT = 1
    ONLY_UPTAKE = 2
    TOO_FEW = 3
    NOT_FALLING = 4
    SLOWER_THAN_DECAY = 5
    UNSOLVED = 6
    UNSETTLED = 7
    TOO_FAR = 8
    UPTAKE_NOT_FIRST = 9


@dataclass(frozen=True)
class Request:
    """What the user asked for."""

    model: Model = Model.AUTO
    errors: Errors = Errors.PROPORTIONAL
    uptake_per_h: float | None = None

    def forms(self) -> tuple[Form, ...]:
        """The forms that may come out."""
        if self.model == "tri":
            assert self.uptake_per_h is not None, "checked where the request is made"
            return (tri_uptake(self.uptake_per_h),)
        return {
            "auto": (MONO, BI_UPTAKE, BI_WASHOUT),
            "mono": (MONO,),
            "bi": (BI_UPTAKE, BI_WASHOUT),
        }[self.model]


@dataclass(frozen=True)
class Chosen:
    """The outcome for c curves.

    ``form`` indexes ``forms`` (-1: refused) and is the one with the most weight. ``curves`` are the
    points that it rests on. ``fits`` has, by form, the fit of the curves ``rows[form]``.
    ``weights`` (c, forms) say how far the points speak for each, 0 where a form is no candidate.
    """

    forms: tuple[Form, ...]
    curves: Curves
    form: NDArray[np.intp]
    refusal: NDArray[np.intp]
    weights: Array
    fits: Mapping[int, Fit]
    rows: Mapping[int, NDArray[np.intp]]
    left_out: NDArray[np.bool_]  # points of the uptake phase that a mono-exponential leaves out
    beyond: Array  # share of the integral after the last point, by weight
    whole: Curves
    washout: Curves  # from the maximum on

    def place(self, curve: int) -> tuple[Fit, int] | None:
        """Return the chosen fit of a curve and its row in it."""
        form = int(self.form[curve])
        if form == NONE:
            return None
        return self.fits[form], int(np.searchsorted(self.rows[form], curve))

    def points_of(self, form: int, curves: NDArray[np.intp]) -> Curves:
        """Return the points that a form was fitted to."""
        return (self.washout if self.forms[form] is MONO else self.whole).rows(curves)

    def gather(self, read: str, count: int) -> tuple[Array, ...]:
        """Return what method ``read`` of the fits gives (``count`` arrays), NaN where refused."""
        found = tuple(np.full(len(self.form), np.nan) for _ in range(count))
        for form, fit in self.fits.items():
            mine = self.form[self.rows[form]] == form
            values = getattr(fit, read)() if callable(getattr(fit, read)) else (getattr(fit, read),)
            for whole, part in zip(found, values, strict=True):
                whole[self.rows[form][mine]] = part[mine]
        return found


def choose(curves: Curves, request: Request, data: DosimetryData) -> Chosen:
    """Fit the candidate forms to every curve and choose one, or refuse with a reason.

    Rules: `auto` weighs every form with no more parameters than there are points, by all points
    (:mod:`gepnet.prrt.dosimetry.weights`), and leaves out what cannot win. Where the uptake is
    seen, a mono-exponential is fitted to the points from the maximum on, and the others are listed
    as left out. A form that is not solved, not settled by the points or slower than physical decay
    is no candidate; if none is left the curve is refused. Of forms that were asked for the best one
    has all the weight.
    """
    forms = request.forms()
    rises, peak_last = _uptake(curves, data)
    washout, left_out = _from_maximum(curves, rises)
    shown = np.where(left_out.any(axis=1, keepdims=True), washout.used, curves.used)
    form = np.full(len(curves), NONE)
    refusal = _before(curves, washout, request, peak_last, forms)
    prior = data.checks.fit.prior_scatter
    scores = np.full((len(curves), len(forms)), np.inf)
    verdicts = np.full((len(curves), len(forms)), int(Refusal.TOO_FEW))
    fits: dict[int, Fit] = {}
    rows: dict[int, NDArray[np.intp]] = {}
    for index, candidate in enumerate(forms):
        mine = _candidates(candidate, curves, washout, request, rises) & (refusal == Refusal.NO)
        if candidate is BI_WASHOUT:
            # Falling exponentials do not rise: tried only where no uptake could be fitted.
            mine &= ~(rises & (verdicts == Refusal.NO)[:, forms.index(BI_UPTAKE)])
        if request.model == "auto" and candidate is not MONO:
            # What no parameters could make as well supported as a mono-exponential is not fitted.
            sound = mine & (verdicts[:, 0] == Refusal.NO) & (curves.points > candidate.size)
            if candidate is BI_UPTAKE:  # after a rise the next form depends on what this one finds
                sound &= ~rises
            least = best_criterion(candidate, curves.rows(sound), request.errors, prior)
            mine[sound] = least <= scores[sound, 0]
        chosen = np.flatnonzero(mine)
        if not chosen.size:
            continue
        points = (washout if candidate is MONO else curves).rows(chosen)
        fit = fit_form(candidate, points, request.errors, request.uptake_per_h)
        if request.model == "auto":
            fit = with_prior(fit, prior)
        if request.errors == "proportional":
            misfit = disbelieved(fit, points, data.checks.fit.misfit_warned.value)
            fit = with_scatter(fit, points, misfit)
        fits[index], rows[index] = fit, chosen
        scores[chosen, index] = criterion(
            candidate.size, fit.squares, points, request.errors, prior
        )
        shortened = chosen[left_out[chosen].any(axis=1)] if candidate is MONO else chosen[:0]
        if shortened.size:  # forms are compared on the same points
            all_points = curves.rows(shortened)
            squares = fit_form(candidate, all_points, request.errors).squares
            scores[shortened, index] = criterion(
                candidate.size, squares, all_points, request.errors, prior
            )
        verdicts[chosen, index] = _verdict(fit, points, request, data)
    least_weight = data.checks.fit.least_weight.value if request.model == "auto" else 1.0
    sizes = np.array([f.size for f in forms])
    free = curves.points[:, None] - sizes[None, :]
    weight = _select(form, refusal, scores, verdicts, free, least_weight)
    used = replace(
        curves, used=np.where((form == 0)[:, None] & (forms[0] is MONO), shown, curves.used)
    )
    outcome = Chosen(
        forms,
        used,
        form,
        refusal,
        weight,
        fits,
        rows,
        left_out & ((form == 0) & (forms[0] is MONO))[:, None],
        np.full(len(curves), np.nan),
        curves,
        washout,
    )
    _share_beyond(outcome, data)
    return outcome


def _uptake(curves: Curves, data: DosimetryData) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Which curves rise at first by more than scatter would, and which still rise at the end."""
    activity = np.where(curves.used, curves.activity, -np.inf)
    highest = activity.max(axis=1)
    first = np.take_along_axis(curves.activity, curves.used.argmax(axis=1)[:, None], axis=1)[:, 0]
    last_place = curves.used.shape[1] - 1 - curves.used[:, ::-1].argmax(axis=1)
    least = first * (1 + data.checks.fit.uptake_rise.value / 100)
    rises: NDArray[np.bool_] = np.greater(highest, least)
    peak_last = np.asarray((activity.argmax(axis=1) == last_place) & (curves.points > 1))
    return rises, peak_last


def _from_maximum(curves: Curves, rises: NDArray[np.bool_]) -> tuple[Curves, NDArray[np.bool_]]:
    """Return the curves without their uptake, and which points that leaves out."""
    peak = np.where(curves.used, curves.activity, -np.inf).argmax(axis=1)
    before = np.arange(curves.times.shape[1])[None, :] < peak[:, None]
    left_out = before & curves.used & rises[:, None]
    return replace(curves, used=curves.used & ~left_out), left_out


def _before(
    curves: Curves,
    washout: Curves,
    request: Request,
    peak_last: NDArray[np.bool_],
    forms: tuple[Form, ...],
) -> NDArray[np.intp]:
    """Refuse what needs no fit to be refused."""
    refusal = np.full(len(curves), int(Refusal.NO))
    smallest = min(form.size for form in forms)
    # As many points as parameters draw a curve through anything; two on a straight line are the
    # exception that practice allows.
    least = smallest if request.model in {"auto", "mono"} else smallest + 1
    points = washout.points if request.model in {"auto", "mono"} else curves.points
    refusal[points < least] = int(Refusal.TOO_FEW)
    refusal[peak_last] = int(Refusal.ONLY_UPTAKE)
    refusal[curves.points == 1] = int(Refusal.ONE_POINT)
    return refusal


def _candidates(
    form: Form,
    curves: Curves,
    washout: Curves,
    request: Request,
    rises: NDArray[np.bool_],
) -> NDArray[np.bool_]:
    if form is MONO:
        return np.asarray(washout.points >= form.size)
    if request.model == "tri":
        return np.asarray(curves.points >= form.size + 1)
    if request.model == "auto":
        return np.asarray(curves.points >= form.size)
    # Without a comparison the data's own shape says which of the two bi-exponentials is meant.
    enough = curves.points >= form.size + 1
    both = curves.points >= BI_WASHOUT.size + 3
    meant = rises if form is BI_UPTAKE else ~rises
    return np.asarray(enough & (both | meant))


def _verdict(fit: Fit, points: Curves, request: Request, data: DosimetryData) -> NDArray[np.intp]:
    rate, _ = fit.rate()
    verdict = np.full(len(points), int(Refusal.NO))
    verdict[rate < data.physics.decay_per_h * _PHYSICAL] = int(Refusal.SLOWER_THAN_DECAY)
    verdict[rate <= 0] = int(Refusal.NOT_FALLING)
    if request.uptake_per_h is not None and request.model == "tri":
        late = fit.parts.k[:, :2].max(axis=1) >= request.uptake_per_h
        verdict[late] = int(Refusal.UPTAKE_NOT_FIRST)
    # Two phases of one rate are none: their amplitudes have no bound and cancel each other.
    alike = (fit.parts.k[:, 1:] < fit.parts.k[:, :1] * _ALIKE).any(axis=1)
    verdict[~fit.identifiable | alike] = int(Refusal.UNSETTLED)
    total, error = fit.tia()
    if request.model == "auto" and fit.form is not MONO:
        # Weighed with others, a form that leaves the integral without bounds takes those of all.
        ends = quantile(fit.freedom, data.checks.fit.confidence.value) * error
        verdict[np.greater(ends, NO_BOUND)] = int(Refusal.UNSETTLED)
    verdict[~fit.solved | ~np.isfinite(total)] = int(Refusal.UNSOLVED)
    return verdict


def _select(
    form: NDArray[np.intp],
    refusal: NDArray[np.intp],
    scores: Array,
    verdicts: NDArray[np.intp],
    free: NDArray[np.intp],
    least: float,
) -> Array:
    """Choose the sound candidate with the most weight, and return the weights.

    With a ``least`` weight of 1 the chosen form has all of it.
    """
    open_ = refusal == Refusal.NO
    sound = (verdicts == Refusal.NO) & open_[:, None]
    some = sound.any(axis=1)
    kept = in_doubt(scores, sound, free) if least < 1 else sound
    found = weights(scores, kept, least if least < 1 else 0.0)
    form[some] = np.where(kept, found, -1.0).argmax(axis=1)[some]
    lost = open_ & ~some
    tried = np.where(verdicts == Refusal.TOO_FEW, 99, np.arange(scores.shape[1])[None, :])
    refusal[lost] = verdicts[lost, tried[lost].argmin(axis=1)]
    if least < 1:
        return found
    return np.where(np.arange(scores.shape[1])[None, :] == form[:, None], 1.0, 0.0)


def _share_beyond(outcome: Chosen, data: DosimetryData) -> None:
    limit = data.checks.fit.extrapolation_refused.value
    last = np.where(outcome.curves.used, outcome.curves.times, 0.0).max(axis=1)
    beyond, total = np.zeros(len(last)), np.zeros(len(last))
    for index, fit in outcome.fits.items():
        rows = outcome.rows[index]
        weight = outcome.weights[rows, index]
        with np.errstate(all="ignore"):
            share = integral_after(fit.parts, last[rows]) / fit.tia()[0]
        beyond[rows] += np.where(weight > 0, weight * share, 0.0)
        total[rows] += weight
    fitted = (outcome.form >= 0) & (total > 0)
    outcome.beyond[fitted] = beyond[fitted]
    far = outcome.beyond > limit
    outcome.form[far] = NONE
    outcome.refusal[far] = int(Refusal.TOO_FAR)

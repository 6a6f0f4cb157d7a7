"""Best overall response, with and without confirmation, from the responses of the time points.

The rule is the one trial programmers use (admiralonco, ``derive_param_confirmed_bor``); the table
of the paper for two assessments is in the data file, and the documentation compares the two.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from itertools import pairwise

from gepnet.response.recist.model import BestResponse
from gepnet.response.recist.rules import Options, Rules
from gepnet.response.recist.timepoint import CR, NE, NON_CR_NON_PD, PD, PR, SD

MISSING = "MISSING"
Assessment = tuple[datetime.date, str]
_LESS = (PR, SD, NON_CR_NON_PD)


def settle(assessments: Sequence[Assessment], options: Options) -> list[Assessment]:
    """Return the assessments up to the first progression, a CR followed by less as the options say.

    ``cr_was_pr``: a CR with less after it was a PR. ``progression``: the less is progression.
    """
    found: list[Assessment] = []
    had_cr = False
    for date, response in assessments:
        if options.less_after_cr == "progression" and had_cr and response in _LESS:
            response = PD
        had_cr |= response == CR
        found.append((date, response))
        if response == PD:
            break
    if options.less_after_cr == "cr_was_pr":
        last_less = max((i for i, (_, r) in enumerate(found) if r in _LESS), default=-1)
        found = [
            (date, PR if response == CR and place < last_less else response)
            for place, (date, response) in enumerate(found)
        ]
    return found


def best_response(
    course: Sequence[Assessment],
    reference: datetime.date | None,
    rules: Rules,
    options: Options,
    confirmed: bool,
) -> BestResponse:
    """Return the best of a settled course; the first in time where several are equally good."""
    if not course or reference is None:
        return BestResponse(options.no_assessment, None, "no assessment")
    found = list(_candidates(course, reference, options, confirmed))
    best = min(found, key=lambda candidate: rules.best.order.index(candidate.response))
    if confirmed and best.response == NE and options.early_sd_after_cr == PD:
        day = _sd_after_cr(course)
        if day is not None:
            reason = "unconfirmed CR followed by SD before the minimum duration of SD"
            return BestResponse(PD, day, reason)
    return best


def _candidates(
    course: Sequence[Assessment], reference: datetime.date, options: Options, confirmed: bool
) -> Iterator[BestResponse]:
    """Yield what each assessment can count as."""
    for place, (date, response) in enumerate(course):
        days = (date - reference).days
        is_late = days >= options.sd_minimum_days
        if response in (CR, PR):
            by = _confirmation(course, place, options) if confirmed else date
            if by is not None:
                told = f"{response} on {date}"
                if confirmed:
                    told += f", confirmed on {by} ({(by - date).days} days later)"
                yield BestResponse(response, date, told, by if confirmed else None)
        if response in (PD, NE):
            yield BestResponse(response, date, f"{response} on {date}")
        elif not is_late:
            least = options.sd_minimum_days
            told = f"{response} on {date}, {days} days after {reference}: before {least} days"
            yield BestResponse(NE, date, told)
        elif response == NON_CR_NON_PD:
            yield BestResponse(response, date, f"{response} on {date}")
        else:
            told = f"{response} on {date}, {days} days after {reference}"
            if response != SD:
                told += ", not confirmed" if confirmed else ""
            yield BestResponse(SD, date, told)


def _confirmation(
    course: Sequence[Assessment], place: int, options: Options
) -> datetime.date | None:
    """Return the date that confirms the CR or PR at ``place``, or None.

    In between a CR allows CR and NE, a PR also PR and SD, NE and SD up to their numbers; a PR after
    a CR confirms nothing.
    """
    start, response = course[place]
    unevaluated = stable = 0
    had_cr = False
    for date, later in course[place + 1 :]:
        if later == NE:
            unevaluated += 1
        elif later == SD and response == PR:
            stable += 1
        elif later == CR:
            had_cr = True
        elif not (later == PR and response == PR and not had_cr):
            return None
        if unevaluated > options.max_ne_between or stable > options.max_sd_between:
            return None
        confirms = later == CR or (later == PR and response == PR)
        if confirms and (date - start).days >= options.confirmation_days:
            return date
    return None


def _sd_after_cr(course: Sequence[Assessment]) -> datetime.date | None:
    evaluated = [(date, response) for date, response in course if response != NE]
    for (_, first), (date, second) in pairwise(evaluated):
        if first == CR and second == SD:
            return date
    return None


def cr_then_less(assessments: Sequence[Assessment]) -> datetime.date | None:
    """Return the date of the first response that is less than the CR before it."""
    had_cr = False
    for date, response in assessments:
        if had_cr and response in _LESS:
            return date
        had_cr |= response == CR
    return None


def first_response(
    course: Sequence[Assessment], options: Options, confirmed: bool
) -> datetime.date | None:
    """Return the date of the first CR or PR, of those that were confirmed if ``confirmed``."""
    for place, (date, response) in enumerate(course):
        is_response = response in (CR, PR)
        if is_response and (not confirmed or _confirmation(course, place, options) is not None):
            return date
    return None

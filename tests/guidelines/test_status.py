"""The status lookup, row by row, against the rules said once more in another way.

``gepnet.guidelines.status`` completes the unknowns and asks what each completion gives. Here each
status has its own condition, over what is possible (not false) and what is certain (true).
"""

from itertools import product

import pytest

from gepnet.guidelines.status import (
    POSITIONS,
    QUIET,
    SPOKEN,
    TABLE,
    Status,
    Truths,
    lookup,
    outcome,
)
from gepnet.vocabulary import Truth

ROWS = list(product((True, False, None), repeat=5))
NAMES = ("scope", *POSITIONS)


def possible(truth: Truth) -> bool:
    return truth is not False


def certain(truth: Truth) -> bool:
    return truth is True


def expected(truths: Truths, read_completely: bool) -> set[Status]:
    """Every status that further knowledge could give."""
    scope, recommended, option, trial, against = truths
    found = set()
    if not certain(scope):
        found.add(Status.OUT_OF_SCOPE)
    if not possible(scope):
        return found
    # For and against at once: a contradiction of the document, not of a trial.
    if possible(against) and (possible(recommended) or possible(option)):
        found.add(Status.CONFLICTING)
    if possible(recommended) and not certain(against):
        found.add(Status.RECOMMENDED)
    if possible(option) and not certain(recommended) and not certain(against):
        found.add(Status.OPTION)
    if possible(trial) and not certain(recommended) and not certain(option):
        found.add(Status.TRIAL_ONLY)
    if possible(against) and not any(map(certain, (recommended, option, trial))):
        found.add(Status.AGAINST)
    if not any(map(certain, (recommended, option, trial, against))):
        found.add(Status.SILENT if read_completely else Status.NOT_READ)
    return found


def named(truths: Truths) -> str:
    words = {True: "yes", False: "no", None: "?"}
    return " ".join(f"{name}={words[truth]}" for name, truth in zip(NAMES, truths, strict=True))


def test_the_table_has_a_row_for_every_combination() -> None:
    assert set(TABLE) == set(ROWS)
    assert len(TABLE) == 3**5 == 243


@pytest.mark.parametrize("read_completely", [True, False])
@pytest.mark.parametrize("truths", ROWS, ids=named)
def test_every_row_says_what_the_rules_say(truths: Truths, read_completely: bool) -> None:
    wanted = expected(truths, read_completely)
    status, open_between = lookup(truths, read_completely)
    if len(wanted) == 1:
        assert (status, open_between) == (wanted.pop(), ())
    else:
        assert status is Status.UNDETERMINED
        assert set(open_between) == wanted
        assert len(open_between) == len(wanted)


@pytest.mark.parametrize("truths", ROWS, ids=named)
def test_a_row_without_unknowns_is_never_undetermined(truths: Truths) -> None:
    status, _ = lookup(truths, True)
    if None not in truths:
        assert status is outcome(*truths)
        assert status is not Status.UNDETERMINED


@pytest.mark.parametrize("truths", ROWS, ids=named)
def test_knowing_more_never_adds_a_possible_status(truths: Truths) -> None:
    for index, truth in enumerate(truths):
        if truth is None:
            for known in (True, False):
                refined = (*truths[:index], known, *truths[index + 1 :])
                assert set(TABLE[refined]) <= set(TABLE[truths])


def test_a_text_that_was_not_read_completely_is_never_called_silent() -> None:
    for truths in ROWS:
        status, open_between = lookup(truths, False)
        assert Status.SILENT not in (status, *open_between)
        status, open_between = lookup(truths, True)
        assert Status.NOT_READ not in (status, *open_between)


YES, NO, OPEN = True, False, None


@pytest.mark.parametrize(
    ("truths", "status"),
    [
        ((NO, YES, YES, YES, YES), Status.OUT_OF_SCOPE),
        ((NO, OPEN, OPEN, OPEN, OPEN), Status.OUT_OF_SCOPE),
        ((YES, YES, YES, YES, NO), Status.RECOMMENDED),
        ((YES, NO, YES, YES, NO), Status.OPTION),
        ((YES, NO, NO, YES, NO), Status.TRIAL_ONLY),
        ((YES, NO, NO, NO, YES), Status.AGAINST),
        ((YES, YES, NO, NO, YES), Status.CONFLICTING),
        ((YES, NO, YES, NO, YES), Status.CONFLICTING),
        # "Only in a trial" and "not outside one" are the same opinion.
        ((YES, NO, NO, YES, YES), Status.TRIAL_ONLY),
        ((YES, NO, NO, NO, NO), Status.SILENT),
        # What is certain and strongest is not weakened by a weaker unknown.
        ((YES, YES, OPEN, OPEN, NO), Status.RECOMMENDED),
        ((YES, YES, NO, NO, OPEN), Status.UNDETERMINED),
        ((OPEN, YES, NO, NO, NO), Status.UNDETERMINED),
        ((YES, OPEN, NO, NO, NO), Status.UNDETERMINED),
    ],
    ids=lambda value: str(value) if isinstance(value, Status) else named(value),
)
def test_rules_by_example(truths: Truths, status: Status) -> None:
    assert lookup(truths, True)[0] is status


def test_what_is_possible_is_listed_from_strong_to_weak() -> None:
    status, open_between = lookup((OPEN, OPEN, NO, NO, NO), False)
    assert status is Status.UNDETERMINED
    assert open_between == (Status.RECOMMENDED, Status.NOT_READ, Status.OUT_OF_SCOPE)


def test_every_settled_status_speaks_or_is_quiet() -> None:
    assert {Status.RECOMMENDED, Status.AGAINST, Status.CONFLICTING} <= SPOKEN
    assert set(Status) - {Status.UNDETERMINED} == SPOKEN | QUIET
    assert not SPOKEN & QUIET

"""The status lookup, row by row, against the rules said once more in another way.

``gepnet.guidelines.status`` completes the unknowns and asks what each completion gives. Here each
status has its own condition, over what is possible (not false) and what is certain (true).
"""

from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml

from gepnet.guidelines.status import (
    ABSENT,
    EMPTY,
    FOR,
    OPEN,
    POSITIONS,
    QUIET,
    SPOKEN,
    TABLE,
    Read,
    Status,
    Truths,
    lookup,
    nothing_found,
    outcome,
)
from gepnet.guidelines.statuses import CODES, Asked, Kind, Place, tree
from gepnet.vocabulary import Truth

ROWS = list(product((True, False, None), repeat=5))
NAMES = ("scope", *POSITIONS)
Held = tuple[Read, Read, Read, Read]
CASES = yaml.safe_load((Path(__file__).parent / "status_cases.yaml").read_text("utf-8"))["cases"]

# --- the rows of unknowns -------------------------------------------------------------------------


def possible(truth: Truth) -> bool:
    return truth is not False


def certain(truth: Truth) -> bool:
    return truth is True


def expected(truths: Truths) -> set[Status]:
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
        found.add(Status.SILENT)
    return found


def named(truths: Truths) -> str:
    words = {True: "yes", False: "no", None: "?"}
    return " ".join(f"{name}={words[truth]}" for name, truth in zip(NAMES, truths, strict=True))


def by_facts(truths: Truths, empty: Status = Status.SILENT) -> tuple[Status, tuple[Status, ...]]:
    """Look a row up in which every unknown is a fact."""
    first, second, third, last = ((truth, truth) for truth in truths[1:])
    return lookup(truths[0], (first, second, third, last), False, empty)


def test_the_table_has_a_row_for_every_combination() -> None:
    assert set(TABLE) == set(ROWS)
    assert len(TABLE) == 3**5 == 243


@pytest.mark.parametrize("empty", EMPTY.values())
@pytest.mark.parametrize("truths", ROWS, ids=named)
def test_every_row_says_what_the_rules_say(truths: Truths, empty: Status) -> None:
    wanted = {empty if status is Status.SILENT else status for status in expected(truths)}
    status, open_between = by_facts(truths, empty)
    if len(wanted) == 1:
        assert (status, open_between) == (wanted.pop(), ())
        return
    assert set(open_between) == wanted
    assert len(open_between) == len(wanted)
    if wanted <= {Status.RECOMMENDED, Status.OPTION}:
        assert status is Status.IN_FAVOUR
    elif wanted <= {empty, Status.OUT_OF_SCOPE}:
        assert status is Status.QUIET_EITHER_WAY
    else:
        assert status is Status.FACT_MISSING


@pytest.mark.parametrize("truths", ROWS, ids=named)
def test_a_row_without_unknowns_is_never_open(truths: Truths) -> None:
    status, _ = by_facts(truths)
    if None not in truths:
        assert status is outcome(*truths)
        assert status not in OPEN


@pytest.mark.parametrize("truths", ROWS, ids=named)
def test_knowing_more_never_adds_a_possible_status(truths: Truths) -> None:
    for index, truth in enumerate(truths):
        if truth is None:
            for known in (True, False):
                refined = (*truths[:index], known, *truths[index + 1 :])
                assert set(TABLE[refined]) <= set(TABLE[truths])


def test_a_text_that_was_not_read_completely_is_never_called_silent() -> None:
    for truths in ROWS:
        for empty in EMPTY.values():
            status, open_between = by_facts(truths, empty)
            assert not ({*EMPTY.values()} - {empty}) & {status, *open_between}


@pytest.mark.parametrize(
    ("level", "speaks", "status"),
    [
        ("complete", True, Status.SILENT),
        ("complete", False, Status.SILENT),
        ("partial", True, Status.NO_POSITION),
        ("partial", False, Status.NOT_READ),
        ("none", True, Status.NOT_READ),
        ("none", False, Status.NOT_READ),
    ],
)
def test_silence_takes_a_text_read_completely_and_no_position_one_that_speaks_of_the_option(
    level: str, speaks: bool, status: Status
) -> None:
    empty = nothing_found(level, speaks)
    assert empty is status
    assert lookup(True, (ABSENT, ABSENT, ABSENT, ABSENT), False, empty) == (status, ())


# --- the two readings of a text -------------------------------------------------------------------

READS: tuple[Read, ...] = (
    (True, True),
    (False, False),
    (False, True),
    (None, None),
    (None, True),
    (False, None),
)
# With every fact known, a text read in two ways is held, not held, or open by its wording alone.
SETTLED: dict[Read, tuple[Read, ...]] = {
    (True, True): ((True, True),),
    (False, False): ((False, False),),
    (False, True): ((False, True),),
    (None, None): ((True, True), (False, False), (False, True)),
    (None, True): ((True, True), (False, True)),
    (False, None): ((False, True), (False, False)),
}


def test_open_by_the_text_is_open_under_every_completion_of_the_facts() -> None:
    """All 3,888 rows, against the statuses of all their completions."""
    told: dict[tuple[Truth, Held], Status] = {}
    for scope in (True, False):
        for held in product(READS, repeat=4):
            if None not in (truth for read in held for truth in read):
                told[scope, held] = lookup(scope, held, False, Status.SILENT)[0]  # type: ignore[index, arg-type]
    assert Status.FACT_MISSING not in told.values()
    assert Status.TEXT_OPEN in told.values()
    for scope, *reads in product((True, False, None), *[READS] * 4):
        status, _ = lookup(scope, tuple(reads), False, Status.SILENT)  # type: ignore[arg-type]
        scopes = (True, False) if scope is None else (scope,)
        ends = {told[way] for way in product(scopes, product(*(SETTLED[r] for r in reads)))}  # type: ignore[index]
        assert (status is Status.TEXT_OPEN) is (ends == {Status.TEXT_OPEN})
        if status is Status.FACT_MISSING:
            assert ends - {Status.TEXT_OPEN}
        if status is Status.IN_FAVOUR:
            assert ends <= FOR


def test_only_what_speaks_for_it_in_every_outcome_is_in_favour() -> None:
    for scope, *reads in product((True, False, None), *[READS] * 4):
        status, outcomes = lookup(scope, tuple(reads), False, Status.SILENT)  # type: ignore[arg-type]
        both = set(outcomes) == {Status.RECOMMENDED, Status.OPTION}
        assert (status is Status.IN_FAVOUR) is both


# --- the specification ----------------------------------------------------------------------------

WORDS: dict[Any, Read] = {
    True: (True, True),
    False: (False, False),
    "fact": (None, None),
    "text": (False, True),
    "fact or text": (None, True),
    "text or no": (False, None),
}
LEVELS: dict[str, Truth] = {"completely": True, "partly": None, "not": False}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_every_case_of_the_specification(case: dict[str, Any]) -> None:
    held = {kind: WORDS[case.get("held", {}).get(kind, False)] for kind in POSITIONS}
    scope, lesser = WORDS[case.get("scope", True)][0], WORDS[case.get("lesser", False)][0]
    level = LEVELS[case.get("read", "completely")]
    wanted = Status(case["status"]), tuple(map(Status, case.get("possible", ())))
    first, second, third, last = held.values()
    assert lookup(scope, (first, second, third, last), lesser, EMPTY[level]) == wanted
    known = {Place("scope"): scope, Place("lesser"): lesser, Place("read"): level}
    for kind, (narrow, broad) in held.items():
        known |= {Place(kind): narrow, Place(kind, broad=True): broad}
    asked = Asked(tuple(Kind(k, read_twice=True) for k in POSITIONS), True, True, frozenset(known))
    asked = asked._replace(levels=frozenset({True, None, False}))
    at = tree(asked)
    while not isinstance(at, int):
        place, *branches = at
        at = branches[(True, False, None).index(known[asked.places[place]])]
    assert (CODES[at].status, CODES[at].possible) == wanted


def test_what_is_possible_is_listed_from_strong_to_weak() -> None:
    status, open_between = by_facts((None, None, False, False, False), Status.NOT_READ)
    assert status is Status.FACT_MISSING
    assert open_between == (Status.RECOMMENDED, Status.NOT_READ, Status.OUT_OF_SCOPE)


def test_every_status_speaks_is_open_or_is_quiet() -> None:
    assert {Status.RECOMMENDED, Status.AGAINST, Status.CONFLICTING, Status.IN_FAVOUR} <= SPOKEN
    assert set(Status) == SPOKEN | QUIET | OPEN
    assert not SPOKEN & QUIET and not OPEN & (SPOKEN | QUIET)


def test_every_code_fits_a_byte_and_is_one_status() -> None:
    assert len(CODES) <= 256
    assert [code.code for code in CODES] == list(range(len(CODES)))
    assert len({(code.status, code.possible) for code in CODES}) == len(CODES)

"""The states of a course and the events that lead from one to the next: one table, printed in docs.

An event that the table does not know for a state is no error of the record, which says what
happened; it is named as a finding, and the state follows what was done.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a course stands."""

    PLANNED = "planned"
    RELEASED = "released"
    REDUCED = "reduced"
    HELD = "held"
    GIVEN = "given"
    STOPPED = "stopped"
    COMPLETED = "completed"


class Step(StrEnum):
    """What happens to a course."""

    RELEASE = "release at the full activity"
    RELEASE_REDUCED = "release at the reduced activity"
    HOLD = "hold"
    STOP = "stop"
    GIVE = "give the cycle"
    GIVE_LAST = "give the last planned cycle"


_DECISIONS = {
    Step.RELEASE: State.RELEASED,
    Step.RELEASE_REDUCED: State.REDUCED,
    Step.HOLD: State.HELD,
    Step.STOP: State.STOPPED,
}
_GIVING = {Step.GIVE: State.GIVEN, Step.GIVE_LAST: State.COMPLETED}

#: Every foreseen step; a decision can be taken again until the cycle is given.
TRANSITIONS: dict[tuple[State, Step], State] = {
    **{
        (state, step): follows
        for state in (State.PLANNED, State.HELD, State.RELEASED, State.REDUCED, State.GIVEN)
        for step, follows in _DECISIONS.items()
    },
    **{
        (state, step): follows
        for state in (State.RELEASED, State.REDUCED)
        for step, follows in _GIVING.items()
    },
}
#: Where a step leads that the table does not foresee: what was done has been done.
FORCED: dict[Step, State] = {**_DECISIONS, **_GIVING}
FINAL = frozenset({State.STOPPED, State.COMPLETED})


def follow(state: State, step: Step) -> tuple[State, bool]:
    """Return the state after a step, and whether the step was foreseen in this state.

    A decision about a course that is over changes nothing; a cycle given after all does not
    reopen it.
    """
    found = TRANSITIONS.get((state, step))
    if found is not None:
        return found, True
    return (state if state in FINAL else FORCED[step]), False

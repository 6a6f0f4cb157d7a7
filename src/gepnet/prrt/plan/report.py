"""A plan with what the documents say of the choices in it, and what a person has to know."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated

from gepnet.facts import Facts
from gepnet.prrt.after.cumulative import to_mci, total_activity
from gepnet.prrt.given import CourseGiven
from gepnet.prrt.plan.model import CoursePlan
from gepnet.prrt.plan.settings import Settings
from gepnet.prrt.said import Position, Said, positions_on, statements
from gepnet.rules import Rulebook
from gepnet.tables import Shown

SSA_OPTION = "ssa_continuation"
MIDCOURSE_OPTION = "midcourse_imaging"


@dataclass(frozen=True, slots=True)
class PlanReport:
    """A plan and what stands beside it."""

    plan: Annotated[CoursePlan, Shown(flat=True)]
    total_mci: Decimal
    ssa_positions: Sequence[Position | Said]
    midcourse_positions: Sequence[Position]
    notices: list[str]


def report(
    plan: CoursePlan,
    book: Rulebook,
    in_force: Collection[str],
    facts: Facts | None = None,
    given: CourseGiven | None = None,
) -> PlanReport:
    """Return a plan with what stands beside it.

    Args:
        plan: the plan.
        book: the knowledge.
        in_force: the documents whose word counts.
        facts: of the patient on the day of the plan; None without a record.
        given: the course so far; None without a record.
    """
    measures = book.knowledge.measures
    said = statements(Settings.read(measures).ssa_statements, book.knowledge, in_force)
    return PlanReport(
        plan,
        to_mci(plan.total_gbq, measures),
        [*positions_on(SSA_OPTION, book, in_force, facts), *said],
        positions_on(MIDCOURSE_OPTION, book, in_force, facts),
        list(_notices(plan, given)),
    )


def _notices(plan: CoursePlan, given: CourseGiven | None) -> Iterator[str]:
    yield "A plan, not a release: a named person releases each cycle."
    schedule = plan.profile.schedule
    assert schedule is not None
    for number, event in given.decided.items() if given is not None else ():
        if event.decision == "stop":
            yield f"The course was stopped by {event.author} on {event.date}."
        elif number in plan.held:
            yield (
                f"Cycle {number} was held by {event.author} on {event.date}: its date stands only "
                "once it is released, its activity is the profile's and the review may propose "
                "another; give the first possible day with --not-before."
            )
    if given is not None and given.earlier:
        total = total_activity(given.earlier)
        activity = "activity not known in full" if total is None else f"{total} GBq"
        yield (
            f"{len(given.earlier)} cycles ({activity}) of earlier "
            "courses: a further course is outside the label (gepnet prrt retreatment)."
        )
    over = len(plan.cycles) - int(schedule.cycles.value)
    if over > 0:
        yield f"{over} cycles more than the profile plans."

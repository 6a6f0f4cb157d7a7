"""Whether a case is ready: what is missing, too old or contradictory, and whom to ask.

Each domain of facts has one state, so that a column of them says what a meeting always lacks. What
each missing fact would settle is worked out by ``report.changes``; nothing is guessed here.
"""

from __future__ import annotations

from typing import Any

from gepnet.facts import FactValue
from gepnet.guidelines import Assessment, KnowledgeBase
from gepnet.guidelines.preparation import (
    BoardPreparation,
    PreparationDomain,
    State,
    domain_state,
)
from gepnet.report.assessment import head_view
from gepnet.report.changes import missing_view, requests
from gepnet.report.facts import fact_view, value_text
from gepnet.report.headline import headline
from gepnet.report.safety import safety_views
from gepnet.tables import plain, view_class

View = dict[str, Any]
_OPEN = ("missing", "too_old", "contradictory")


@view_class
class ToDo:
    """One thing to do before the meeting.

    Attributes:
        domain: of the facts.
        state: ``missing``, ``too_old`` or ``contradictory``.
        request: the test to order or the question to ask.
        ask: whom.
        facts: that it is about.
        open_positions: positions that wait for it.
        changed_positions: positions that it alone could change.
        settles: what each result would bring, a line a result.
        told: the value, its age or both values, where there is one.
        core: whether the case is not ready without it.
    """

    domain: str
    state: State
    request: str
    ask: str
    facts: list[str]
    open_positions: int
    changed_positions: int
    settles: list[str]
    told: str
    core: bool


@view_class
class DomainState:
    """One domain of facts for one patient."""

    id: str
    label: str
    state: State
    ask: str
    core: bool
    waived: bool


def preparation_view(
    assessment: Assessment, base: KnowledgeBase, waived: frozenset[str] = frozenset()
) -> View:
    """Return what a case lacks for the board.

    Args:
        assessment: of the patient.
        base: the knowledge it was made with.
        waived: domains that a person goes without, for a reason of their own.

    Returns:
        ``tumour`` in one line; ``ready``; ``domains`` each with its state; ``known`` of ``wanted``
        domains that positions rest on; ``to_do`` what to mend, what keeps the case from being ready
        first; ``safety`` what stops or withholds an option.
    """
    file = BoardPreparation.read(base.knowledge.measures)
    asks = requests(missing_view(assessment, base))
    asked = {
        file.domain_of(name, base.vocabulary).id
        for request in asks
        for fact in request["facts"]
        for name in fact["ask"]
    }
    states = {
        one.id: domain_state(one, assessment.facts, file, base.vocabulary, one.id in asked)
        for one in file.domains
    }
    shown = [
        DomainState(one.id, one.label, states[one.id], one.ask, one.core, one.id in waived)
        for one in file.domains
    ]
    to_do = [
        *_doubtful(assessment, base, file, states),
        *(_missing(request, base, file, states) for request in asks),
    ]
    to_do.sort(key=lambda one: (not one.core, -one.changed_positions, -one.open_positions))
    wanted = [one for one in shown if one.state != "not_needed"]
    in_the_way = [one for one in shown if one.core and one.state in _OPEN and not one.waived]
    return {
        **head_view(assessment),
        "tumour": headline(assessment.facts, base),
        "ready": not in_the_way,
        "in_the_way": [one.label for one in in_the_way],
        "known": sum(one.state == "there" for one in wanted),
        "wanted": len(wanted),
        "domains": plain(shown),
        "to_do": plain(to_do),
        "safety": plain(safety_views(assessment, base)),
    }


def _missing(
    request: View, base: KnowledgeBase, file: BoardPreparation, states: dict[str, State]
) -> ToDo:
    names = list(dict.fromkeys(name for fact in request["facts"] for name in fact["ask"]))
    domain = file.domain_of(names[0], base.vocabulary)
    settles = [
        f"{result['text']}: {'; '.join(result['summary'])}"
        for fact in request["facts"]
        for result in fact["results"]
        if result["summary"]
    ]
    return ToDo(
        domain.id,
        "missing",
        request["request"],
        domain.ask,
        names,
        request["open_positions"],
        request["changed_positions"],
        list(dict.fromkeys(settles)),
        "",
        domain.core and states[domain.id] == "missing",
    )


def _doubtful(
    assessment: Assessment, base: KnowledgeBase, file: BoardPreparation, states: dict[str, State]
) -> list[ToDo]:
    """Return what is too old or contradictory, by domain and test."""
    found: dict[tuple[str, State, str], list[FactValue]] = {}
    for name, entry in assessment.facts.items():
        state: State | None = "contradictory" if entry.conflict is not None else None
        state = state or ("too_old" if entry.stale else None)
        if state is None:
            continue
        domain = file.domain_of(name, base.vocabulary)
        order = base.vocabulary[name].entry.order or base.vocabulary[name].entry.label
        found.setdefault((domain.id, state, order), []).append(entry)
    domains: dict[str, PreparationDomain] = {one.id: one for one in file.domains}
    return [
        ToDo(
            domain,
            state,
            order,
            domains[domain].ask,
            [entry.fact for entry in entries],
            0,
            0,
            [],
            "; ".join(_told(entry, base) for entry in entries),
            domains[domain].core and states[domain] == state,
        )
        for (domain, state, order), entries in found.items()
    ]


def _told(entry: FactValue, base: KnowledgeBase) -> str:
    """Return a value that is doubted, with its age or with what is said against it."""
    label = base.vocabulary[entry.fact].entry.label
    said, value = base.vocabulary.phrases, f"{label} {value_text(entry, base)}"
    if entry.conflict is not None:
        return said.and_as_well.format(value=value, other=fact_view(entry, base).conflict)
    return said.days_old.format(value=value, day=entry.date, n=entry.age_days)

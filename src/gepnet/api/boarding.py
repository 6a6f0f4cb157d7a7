"""What the board shows that is worked out from the store: preparation, worklist, agreement."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gepnet import __version__
from gepnet.api.assessing import assess_record
from gepnet.guidelines import Assessment, KnowledgeBase
from gepnet.report.board_agreement import board_agreement_view
from gepnet.report.preparation import preparation_view
from gepnet.store import (
    Actor,
    BoardItem,
    PatientWeights,
    RatedItem,
    Store,
    list_items,
    list_waivers,
    rated_items,
    read_case,
    read_kept,
    remember,
    remembered,
)
from gepnet.store.tables import digest
from gepnet.vocabulary import Question

#: The lanes of a worklist in their order.
LANES = ("not_ready", "ready", "follow_up_due", "discussed", "followed_up")


@dataclass(frozen=True)
class Lined:
    """An item of a worklist: the lane that it stands in, and what its case lacks.

    ``preparation`` is that of ``preparation_view``; None where there is no record yet.
    """

    lane: str
    item: BoardItem
    preparation: dict[str, Any] | None


def prepared(
    store: Store,
    actor: Actor,
    base: KnowledgeBase,
    case_id: str,
    today: datetime.date | None = None,
    question: Question | None = None,
) -> dict[str, Any] | None:
    """Return what a case lacks for the board; see ``report.preparation``.

    It is worked out once for each record, knowledge, language and day, which may take some seconds,
    and then remembered.

    Args:
        store: the store.
        actor: who asks.
        base: the knowledge.
        case_id: the case.
        today: the day of the question; by default this day.
        question: dates and region; see ``assess_record``.

    Returns:
        The view; None where there is no record yet.

    Raises:
        NotFound: if there is no such case, or none that the actor may see.
    """
    if not read_case(store, actor, case_id).record_number:
        return None
    kept = read_kept(store, actor, case_id, base.vocabulary)
    waived = list_waivers(store, actor, case_id)
    day = today or datetime.date.today()
    names = sorted(one.domain for one in waived)
    said = [
        "by language",
        kept.version.digest,
        base.knowledge.digest,
        __version__,
        day.isoformat(),
        names,
    ]
    if question is not None:
        said.append(str(question))
    key = digest(said)
    known = remembered(store, case_id, key) or {}
    found = known.get(base.language)
    if found is None:
        assessment = assess_record(kept.record, base, question)
        found = preparation_view(assessment, base, frozenset(names))
        remember(store, case_id, key, {**known, base.language: found})
    reasons = {one.domain: {"reason": one.reason, "by": one.author} for one in waived}
    return {**found, "waived": reasons}


def worklist(
    store: Store,
    actor: Actor,
    base: KnowledgeBase,
    meeting_id: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    question: Question | None = None,
) -> list[Lined]:
    """Return the items of a meeting, or all, by what is to be done: what is not ready comes first.

    Within a lane the urgent come first, then those that lack most, then the order of the list.
    Without a meeting these are the items of all meetings and of none.
    """
    items = list_items(store, actor, meeting_id)
    found = []
    for place, item in enumerate(items, 1):
        if progress is not None:
            progress(place, len(items))
        view = prepared(store, actor, base, item.case_id, question=question)
        ready = view is not None and view["ready"]
        lane = ("ready" if ready else "not_ready") if item.stage == "open" else item.stage
        found.append(Lined(lane, item, view))

    def place_of(one: Lined) -> tuple[Any, ...]:
        lacking = len(one.preparation["in_the_way"]) if one.preparation else 0
        return (LANES.index(one.lane), not one.item.case.urgent, -lacking, one.item.place)

    return sorted(found, key=place_of)


def board_agreement(
    store: Store,
    actor: Actor,
    base: KnowledgeBase,
    first_round: bool = True,
    explained: bool = True,
) -> dict[str, Any]:
    """Return who differs over cases, disciplines and centres; see ``report.board_agreement``.

    Args:
        store: the store.
        actor: who asks.
        base: the knowledge.
        first_round: of the first round of cards, which is blind; else of the last.
        explained: with what explains each difference, which takes about a second for each case.
    """
    items = rated_items(store, actor, base.vocabulary, first_round)

    def assessed(item: RatedItem) -> Assessment:
        return assess_record(item.record, base)

    return board_agreement_view(items, base, assessed, explained)


def what_matters(base: KnowledgeBase) -> PatientWeights:
    """Return what may matter to a patient, and the methods by which weights are asked."""
    return PatientWeights.read(base.knowledge.measures)

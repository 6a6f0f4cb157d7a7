"""What boards thought, over cases: the cards of rounds that are open, for reports."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from gepnet.record import Record
from gepnet.store.policy import Actor
from gepnet.store.records import record_in
from gepnet.store.tables import CardRow, CaseRow, ItemRow, OutcomeRow, RoundRow, UserRow
from gepnet.store.views import view
from gepnet.store.work import Store
from gepnet.vocabulary import Vocabulary


@dataclass(frozen=True)
class Opinion:
    """The card that one person left standing in one round; ``centre`` is where they work."""

    person: str
    discipline: str
    centre: str
    option: str
    condition: str | None
    reason: str


@dataclass(frozen=True)
class RatedItem:
    """One question, the record that it was asked on, and the opinions of one round.

    ``outcome`` are the options of the outcome that stands, None where there is no outcome.
    """

    item_id: str
    pseudonym: str
    centre: str
    question: str
    round: int
    rounds: int
    opinions: tuple[Opinion, ...]
    outcome: tuple[str, ...] | None
    outcome_kind: str | None
    record: Record


def rated_items(
    store: Store, actor: Actor, vocabulary: Vocabulary, first_round: bool = True
) -> list[RatedItem]:
    """Return what was thought of each item of an actor's centres, by pseudonym.

    Args:
        store: the store.
        actor: who asks.
        vocabulary: the facts.
        first_round: the first round, in which nobody knew what others think; else the last.
    """
    query = (
        select(RoundRow, ItemRow, CaseRow)
        .join(ItemRow, ItemRow.id == RoundRow.item_id)
        .join(CaseRow, CaseRow.id == ItemRow.case_id)
        .where(RoundRow.opened.is_not(None))
        .order_by(CaseRow.pseudonym, ItemRow.created, ItemRow.id, RoundRow.number)
    )
    if not actor.is_operator:
        query = query.where(CaseRow.centre.in_(actor.centres))
    with store.read(actor, "report.read", of="cards") as session:
        chosen: dict[str, tuple[RoundRow, ItemRow, CaseRow]] = {}
        rounds: dict[str, int] = {}
        for row, item, case in session.execute(query):
            rounds[item.id] = row.number
            if not (first_round and item.id in chosen):
                chosen[item.id] = row, item, case
        found = []
        for row, item, case in chosen.values():
            standing: dict[str, tuple[CardRow, UserRow]] = {}
            cards = (
                select(CardRow, UserRow)
                .join(UserRow, UserRow.id == CardRow.user_id)
                .where(CardRow.round_id == row.id)
                .order_by(CardRow.number)
            )
            for card, user in session.execute(cards):
                standing[user.id] = card, user
            outcome = session.scalar(
                select(OutcomeRow)
                .where(OutcomeRow.item_id == item.id)
                .order_by(OutcomeRow.number.desc())
                .limit(1)
            )
            opinions = sorted(
                (
                    view(Opinion, card, person=user.printed_name, centre=", ".join(user.centres))
                    for card, user in standing.values()
                ),
                key=lambda one: (one.discipline, one.person),
            )
            found.append(
                RatedItem(
                    item.id,
                    case.pseudonym,
                    case.centre,
                    item.question,
                    row.number,
                    rounds[item.id],
                    tuple(opinions),
                    None if outcome is None else tuple(outcome.options),
                    None if outcome is None else outcome.kind,
                    record_in(session, case.id, vocabulary, item.record_number).record,
                )
            )
    return found

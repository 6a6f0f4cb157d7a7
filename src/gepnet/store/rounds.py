"""Rounds of cards: each gives theirs unseen, then all are opened together.

A round opens by itself when the last expected card is in, or when the chair opens it; which of the
two is kept. Until then a person sees their own card, and of the others only that it is there.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gepnet.knowledge import refuse_all
from gepnet.store.errors import NotNow, fault, wrong
from gepnet.store.meetings import case_of_item
from gepnet.store.policy import Actor
from gepnet.store.tables import CardRow, CaseRow, ItemRow, OutcomeRow, RoundRow, UserRow, now
from gepnet.store.views import view
from gepnet.store.work import Store

#: The option of a card for what the list of options does not hold; its reason says what.
OTHER = "other"
_LONGEST = 500


@dataclass(frozen=True)
class Card:
    """What one person thinks; ``number`` counts their cards of this round, the last one stands."""

    user_id: str
    printed_name: str
    discipline: str
    option: str
    reason: str
    condition: str | None
    number: int
    at: datetime.datetime


@dataclass(frozen=True)
class Waiting:
    """Of whom a card is expected, and whether it is in."""

    user_id: str
    printed_name: str
    discipline: str | None
    given: bool


@dataclass(frozen=True)
class CardRound:
    """One round of cards.

    Attributes:
        number: from 1.
        is_open: whether the cards were turned.
        opened_how: ``all_in`` or ``chair``.
        cards: all cards that stand; while the round is closed only that of who asks.
        earlier: cards that were changed before the round was opened, once it is.
        expected: of whom cards are expected.
    """

    id: str
    number: int
    begun: datetime.datetime
    is_open: bool
    opened: datetime.datetime | None
    opened_how: str | None
    opened_by: str | None
    cards: tuple[Card, ...]
    earlier: tuple[Card, ...]
    expected: tuple[Waiting, ...]


def begin_round(store: Store, actor: Actor, item_id: str, expected: Collection[str]) -> CardRound:
    """Begin a round; the first one holds fast which version of the record is discussed.

    Args:
        store: the store.
        actor: who begins it.
        item_id: the item.
        expected: ids of the users who are to give a card.

    Raises:
        NotNow: if a round is still closed, or there is no record yet.
        InputError: if somebody expected is nobody, or may give no card.
    """
    case_id = case_of_item(store, actor, item_id)
    with store.write(actor, "round.begin", case_id) as session:
        before = _rows(session, item_id)
        if any(row.opened is None for row in before):
            raise NotNow("round", len(before), "the cards of this round opened first")
        users = [_voter(session, user_id) for user_id in dict.fromkeys(expected)]
        if not users:
            raise wrong("expected", "", "the people who are to give a card")
        item = session.get_one(ItemRow, item_id)
        item.record_number = session.get_one(CaseRow, case_id).record_number or None
        if item.record_number is None:
            raise NotNow("record", "", "a record of the patient first")
        row = RoundRow(
            case_id=case_id,
            item_id=item_id,
            number=len(before) + 1,
            expected=sorted(user.id for user in users),
        )
        session.add(row)
        session.flush()
        found = _round(session, row, actor)
    return found


def give_card(
    store: Store,
    actor: Actor,
    item_id: str,
    option: str,
    reason: str,
    options: Collection[str],
    condition: str | None = None,
    discipline: str | None = None,
) -> CardRound:
    """Give a card in the round that is closed, or change one's own.

    Args:
        store: the store.
        actor: whose card it is.
        item_id: the item.
        option: id of an option, or ``other``.
        reason: one line; what is meant, where the option is ``other``.
        options: the ids that there are.
        condition: under which the option is meant.
        discipline: that the card speaks for, by default that of the account.

    Raises:
        NotNow: if no round is closed.
        InputError: with every fault of the card.
    """
    speaks_for = (discipline or actor.discipline or "").strip()
    problems = []
    if option != OTHER and option not in options:
        problems.append(fault("option", option[:100], "an option, or other", options))
    if not 1 <= len(reason.strip()) <= _LONGEST:
        problems.append(fault("reason", reason[:60], f"1 to {_LONGEST} characters"))
    if len(condition or "") > _LONGEST:
        problems.append(fault("condition", (condition or "")[:60], f"up to {_LONGEST} characters"))
    if not 1 <= len(speaks_for) <= 100:
        problems.append(fault("discipline", speaks_for[:60], "the discipline you speak for"))
    refuse_all(problems)
    case_id = case_of_item(store, actor, item_id)
    with store.write(actor, "card.give", case_id) as session:
        row = _closed(session, item_id)
        mine = select(func.max(CardRow.number)).where(
            CardRow.round_id == row.id, CardRow.user_id == actor.id
        )
        number = 1 + (session.scalar(mine) or 0)
        if actor.id not in row.expected:
            row.expected = sorted([*row.expected, actor.id])
        session.add(
            CardRow(
                case_id=case_id,
                round_id=row.id,
                user_id=actor.id,
                number=number,
                discipline=speaks_for,
                option=option,
                reason=reason.strip(),
                condition=(condition or "").strip() or None,
            )
        )
        session.flush()
        given = set(session.scalars(select(CardRow.user_id).where(CardRow.round_id == row.id)))
        if given >= set(row.expected):
            row.opened, row.opened_how = now(), "all_in"
        session.flush()
        found = _round(session, row, actor)
    return found


def open_round(store: Store, actor: Actor, item_id: str) -> CardRound:
    """Turn the cards that are there, whether or not all are in.

    Raises:
        NotNow: if no round is closed, or no card is there.
    """
    case_id = case_of_item(store, actor, item_id)
    with store.write(actor, "round.open", case_id) as session:
        row = _closed(session, item_id)
        if session.scalar(select(CardRow.id).where(CardRow.round_id == row.id).limit(1)) is None:
            raise NotNow("round", row.number, "one card at least")
        row.opened, row.opened_how, row.opened_by = now(), "chair", actor.id
        session.flush()
        found = _round(session, row, actor)
    return found


def read_rounds(store: Store, actor: Actor, item_id: str) -> list[CardRound]:
    """Return the rounds of an item in their order; of a closed one only what may be seen."""
    case_id = case_of_item(store, actor, item_id)
    with store.read(actor, "card.read", case_id) as session:
        return [_round(session, row, actor) for row in _rows(session, item_id)]


def item_tag(store: Store, actor: Actor, item_id: str) -> str:
    """Return a text that changes whenever rounds, cards or outcome of an item do.

    It says nothing of the patient: a page asks for it again and again, and nothing is noted.
    """
    case_id = case_of_item(store, actor, item_id)
    with store.read(actor, "card.read", case_id, quiet=True) as session:
        rounds = session.execute(
            select(RoundRow.number, RoundRow.opened, func.count(CardRow.id))
            .outerjoin(CardRow, CardRow.round_id == RoundRow.id)
            .where(RoundRow.item_id == item_id)
            .group_by(RoundRow.id, RoundRow.number, RoundRow.opened)
            .order_by(RoundRow.number)
        ).all()
        outcomes = select(func.count()).where(OutcomeRow.item_id == item_id).scalar_subquery()
        parts = [f"{n}{'o' if opened else 'c'}{cards}" for n, opened, cards in rounds]
        item = select(ItemRow.version, outcomes).where(ItemRow.id == item_id)
        version, count = session.execute(item).one()
        return "-".join([str(version), *parts, str(count)])


def closed_in(session: Session, item_id: str) -> bool:
    """Whether cards of an item are still to be turned."""
    return any(row.opened is None for row in _rows(session, item_id))


def _closed(session: Session, item_id: str) -> RoundRow:
    query = select(RoundRow).where(RoundRow.item_id == item_id, RoundRow.opened.is_(None))
    row = session.scalar(query.with_for_update())
    if row is None:
        raise NotNow("round", "", "a round that was begun and is not open yet")
    return row


def _rows(session: Session, item_id: str) -> Sequence[RoundRow]:
    query = select(RoundRow).where(RoundRow.item_id == item_id).order_by(RoundRow.number)
    return session.scalars(query).all()


def _voter(session: Session, user_id: str) -> UserRow:
    user = session.get(UserRow, user_id)
    if user is None or user.disabled:
        raise wrong("expected", user_id[:40], "people with an account")
    giver = Actor(user.id, user.printed_name, frozenset(user.roles))
    if not giver.may("card.give"):
        raise wrong("expected", user.printed_name, "people who may give a card")
    return user


def _round(session: Session, row: RoundRow, actor: Actor) -> CardRound:
    query = (
        select(CardRow, UserRow.printed_name)
        .join(UserRow, UserRow.id == CardRow.user_id)
        .where(CardRow.round_id == row.id)
        .order_by(CardRow.at, CardRow.id)
    )
    given = [view(Card, card, printed_name=name) for card, name in session.execute(query)]
    last = {card.user_id: card.number for card in given}
    is_open = row.opened is not None
    standing = [card for card in given if card.number == last[card.user_id]]
    names = {
        user.id: user
        for user in session.scalars(select(UserRow).where(UserRow.id.in_(row.expected)))
    }
    return view(
        CardRound,
        row,
        is_open=is_open,
        cards=tuple(card for card in standing if is_open or card.user_id == actor.id),
        earlier=tuple(card for card in given if is_open and card not in standing),
        expected=tuple(
            Waiting(one, names[one].printed_name, names[one].discipline, one in last)
            for one in row.expected
            if one in names
        ),
    )

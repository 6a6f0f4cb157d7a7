"""What the board came to: outcome, dissent, the patient's wish, signatures, and what became of it.

An outcome is never changed. Another one takes its place, and says why where the one before was
signed; that one stays, with its signatures.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gepnet.knowledge import Problem, refuse_all
from gepnet.store.errors import NotFound, NotNow, Stale, fault, wrong
from gepnet.store.meetings import case_of_item
from gepnet.store.policy import Actor
from gepnet.store.records import row_in
from gepnet.store.rounds import OTHER, closed_in
from gepnet.store.sessions import SignedIn, check_proof
from gepnet.store.tables import (
    FollowUpRow,
    ItemRow,
    OutcomeRow,
    SignatureRow,
    UserRow,
    digest,
    now,
)
from gepnet.store.views import view
from gepnet.store.work import Store

#: Kinds of outcome, in words.
OUTCOME_KINDS = {
    "agreed": "agreed",
    "agreed_with_condition": "agreed with a condition",
    "several_acceptable": "several acceptable",
    "no_consensus": "no consensus: next step",
}
#: What a signature means.
SIGNATURE_MEANINGS = {
    "responsible": "responsible for this record",
    "agrees": "agrees with this record",
    "dissents": "took part and dissents as recorded",
}
#: Whether an outcome was carried out.
CARRIED_OUT = {
    "yes": "carried out",
    "partly": "carried out in part",
    "no": "not carried out",
    "not_yet": "not yet",
}
_LONGEST = 2000


@dataclass(frozen=True)
class Dissent:
    """What a discipline holds against the outcome, and what it would do instead."""

    discipline: str
    reason: str
    option: str | None = None


@dataclass(frozen=True)
class Decision:
    """What the board came to, as it is entered.

    Attributes:
        kind: of ``OUTCOME_KINDS``.
        options: one where agreed, several where several are acceptable.
        condition: under which it was agreed.
        next_step: where there is no consensus; may be given with any kind.
        owner: who sees to it.
        due: the day on which is looked whether it was carried out.
        patient_wish: what the patient wants, in a line of its own.
        dissent: by discipline.
    """

    kind: str
    options: tuple[str, ...] = ()
    condition: str | None = None
    next_step: str | None = None
    owner: str | None = None
    due: datetime.date | None = None
    patient_wish: str | None = None
    dissent: tuple[Dissent, ...] = ()


@dataclass(frozen=True)
class Signature:
    """A name as printed, a time, a meaning, and the digests that they are bound to."""

    user_id: str
    printed_name: str
    meaning: str
    at: datetime.datetime
    outcome_digest: str
    record_number: int
    record_digest: str


@dataclass(frozen=True)
class Outcome:
    """An outcome that was recorded; ``number`` counts those of one item, the last one stands."""

    id: str
    item_id: str
    number: int
    decision: Decision
    record_number: int
    record_digest: str
    digest: str
    reason: str | None
    author: str
    at: datetime.datetime
    signatures: tuple[Signature, ...] = ()


@dataclass(frozen=True)
class FollowUp:
    """Whether an outcome was carried out, as found on a day."""

    outcome_number: int
    carried_out: str
    day: datetime.date
    reason: str | None
    author: str
    at: datetime.datetime = field(default_factory=now)


def record_outcome(
    store: Store,
    actor: Actor,
    item_id: str,
    decision: Decision,
    options: Collection[str],
    seen: int = 0,
    reason: str | None = None,
) -> Outcome:
    """Record what the board came to; it takes the place of the outcome before.

    Args:
        store: the store.
        actor: who records it.
        item_id: the item.
        decision: what it is.
        options: the ids that there are.
        seen: number of the outcome that stood when this was entered, 0 where there was none.
        reason: why it is changed; needed where the one before was signed.

    Raises:
        NotNow: if cards are still closed, or there is no record.
        Stale: if another outcome was recorded meanwhile.
        InputError: with every fault of the decision.
    """
    refuse_all(_faults(decision, options))
    case_id = case_of_item(store, actor, item_id)
    with store.write(actor, "outcome.record", case_id, reason) as session:
        item = session.get_one(ItemRow, item_id, with_for_update=True)
        if closed_in(session, item_id):
            raise NotNow("round", "", "the cards opened before an outcome")
        before = _rows(session, item_id)
        if seen != len(before):
            theirs = _plain(_decision(before[-1])) if before else {}
            raise Stale("outcome", seen, len(before), _plain(decision), theirs)
        if before and _signatures(session, before[-1].id) and not (reason or "").strip():
            raise wrong("reason", "", "why a signed record is changed")
        record = row_in(session, case_id, item.record_number)
        if record is None:
            raise NotNow("record", "", "a record of the patient first")
        item.record_number = record.number
        row = OutcomeRow(
            case_id=case_id,
            item_id=item_id,
            number=len(before) + 1,
            kind=decision.kind,
            options=list(decision.options),
            condition=_text(decision.condition),
            next_step=_text(decision.next_step),
            owner=_text(decision.owner),
            due=decision.due,
            patient_wish=_text(decision.patient_wish),
            dissent=[_plain(one) for one in decision.dissent],
            record_number=record.number,
            record_digest=record.digest,
            reason=_text(reason),
            user_id=actor.id,
        )
        session.add(row)
        session.flush()
        found = _outcome(session, row)
    return found


def read_outcomes(store: Store, actor: Actor, item_id: str) -> list[Outcome]:
    """Return the outcomes of an item; the last one stands."""
    case_id = case_of_item(store, actor, item_id)
    with store.read(actor, "card.read", case_id) as session:
        return [_outcome(session, row) for row in _rows(session, item_id)]


def sign_outcome(store: Store, who: SignedIn, item_id: str, number: int, meaning: str) -> Outcome:
    """Sign the outcome that stands, by somebody who gave the password just now.

    Args:
        store: the store.
        who: the session after ``prove``.
        item_id: the item.
        number: of the outcome that was read.
        meaning: of ``SIGNATURE_MEANINGS``.

    Raises:
        NotProved: if the password was not given just now.
        NotNow: if another outcome stands, or the person has signed it.
        InputError: if there is no such meaning.
    """
    check_proof(who)
    if meaning not in SIGNATURE_MEANINGS:
        raise wrong(
            "meaning", meaning, f"one of {', '.join(SIGNATURE_MEANINGS)}", SIGNATURE_MEANINGS
        )
    actor = who.actor
    case_id = case_of_item(store, actor, item_id)
    with store.write(actor, "outcome.sign", case_id) as session:
        session.get_one(ItemRow, item_id, with_for_update=True)
        rows = _rows(session, item_id)
        if not rows or rows[-1].number != number:
            raise NotNow("outcome", number, "the outcome that stands, read before it is signed")
        row = rows[-1]
        if any(one.user_id == actor.id for one in _signatures(session, row.id)):
            raise NotNow("signature", actor.printed_name, "one signature of each person")
        session.add(
            SignatureRow(
                case_id=case_id,
                outcome_id=row.id,
                user_id=actor.id,
                printed_name=actor.printed_name,
                meaning=meaning,
                outcome_digest=_digest(row),
                record_number=row.record_number,
                record_digest=row.record_digest,
            )
        )
        session.flush()
        found = _outcome(session, row)
    return found


def record_follow_up(
    store: Store,
    actor: Actor,
    item_id: str,
    carried_out: str,
    day: datetime.date,
    reason: str | None = None,
) -> FollowUp:
    """Record whether the outcome that stands was carried out.

    Raises:
        NotNow: if there is no outcome.
        InputError: if a reason is missing, or there is no such answer.
    """
    problems = []
    if carried_out not in CARRIED_OUT:
        told = f"one of {', '.join(CARRIED_OUT)}"
        problems.append(fault("carried_out", carried_out[:40], told, CARRIED_OUT))
    if carried_out in ("no", "partly") and not (reason or "").strip():
        problems.append(fault("reason", "", "why it was not carried out, or not all of it"))
    if len(reason or "") > _LONGEST:
        problems.append(fault("reason", (reason or "")[:60], f"up to {_LONGEST} characters"))
    if day > now().date():
        problems.append(fault("day", day, "a day up to today"))
    refuse_all(problems)
    case_id = case_of_item(store, actor, item_id)
    with store.write(actor, "followup.record", case_id) as session:
        rows = _rows(session, item_id)
        if not rows:
            raise NotNow("outcome", "", "an outcome first")
        row = FollowUpRow(
            case_id=case_id,
            item_id=item_id,
            outcome_id=rows[-1].id,
            carried_out=carried_out,
            day=day,
            reason=_text(reason),
            user_id=actor.id,
        )
        session.add(row)
    return view(FollowUp, row, outcome_number=rows[-1].number, author=actor.printed_name)


def read_follow_ups(store: Store, actor: Actor, item_id: str) -> list[FollowUp]:
    """Return what was found of the outcomes of an item, the first first."""
    case_id = case_of_item(store, actor, item_id)
    query = (
        select(FollowUpRow, OutcomeRow.number, UserRow.printed_name)
        .join(OutcomeRow, OutcomeRow.id == FollowUpRow.outcome_id)
        .join(UserRow, UserRow.id == FollowUpRow.user_id)
        .where(FollowUpRow.item_id == item_id)
        .order_by(FollowUpRow.at, FollowUpRow.id)
    )
    with store.read(actor, "card.read", case_id) as session:
        return [
            view(FollowUp, row, outcome_number=number, author=name)
            for row, number, name in session.execute(query)
        ]


def find_outcome(store: Store, actor: Actor, item_id: str, number: int) -> Outcome:
    """Return one outcome of an item.

    Raises:
        NotFound: if there is none of that number.
    """
    for outcome in read_outcomes(store, actor, item_id):
        if outcome.number == number:
            return outcome
    raise NotFound("outcome", number, "the number of an outcome of this item")


def _outcome(session: Session, row: OutcomeRow) -> Outcome:
    author = session.get_one(UserRow, row.user_id).printed_name
    return view(
        Outcome,
        row,
        decision=_decision(row),
        digest=_digest(row),
        author=author,
        signatures=tuple(view(Signature, one) for one in _signatures(session, row.id)),
    )


def _rows(session: Session, item_id: str) -> Sequence[OutcomeRow]:
    query = select(OutcomeRow).where(OutcomeRow.item_id == item_id).order_by(OutcomeRow.number)
    return session.scalars(query).all()


def _signatures(session: Session, outcome_id: str) -> Sequence[SignatureRow]:
    query = select(SignatureRow).where(SignatureRow.outcome_id == outcome_id)
    return session.scalars(query.order_by(SignatureRow.at, SignatureRow.id)).all()


def _decision(row: OutcomeRow) -> Decision:
    dissent = tuple(Dissent(**one) for one in row.dissent)
    return view(Decision, row, options=tuple(row.options), dissent=dissent)


def _digest(row: OutcomeRow) -> str:
    """Return the digest of all that a signature stands for, with the record that it rests on."""
    return digest(
        {
            "item": row.item_id,
            "number": row.number,
            "record": row.record_digest,
            **_plain(_decision(row)),
        }
    )


def _plain(value: Any) -> dict[str, Any]:
    from gepnet.tables import plain

    return dict(plain(value))


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None


def _faults(decision: Decision, options: Collection[str]) -> list[Problem]:
    found = []
    kind = decision.kind
    if kind not in OUTCOME_KINDS:
        found.append(fault("kind", kind[:40], f"one of {', '.join(OUTCOME_KINDS)}", OUTCOME_KINDS))
    for option in (*decision.options, *(one.option for one in decision.dissent)):
        if option is not None and option != OTHER and option not in options:
            found.append(fault("options", option[:100], "an option, or other", options))
    if len(set(decision.options)) != len(decision.options):
        found.append(fault("options", "", "each option once"))
    least = {"agreed": 1, "agreed_with_condition": 1, "several_acceptable": 2}.get(kind, 0)
    if len(decision.options) < least:
        told = "an option" if least == 1 else "two options at least"
        found.append(fault("options", ", ".join(decision.options), told))
    if kind == "agreed" and len(decision.options) > 1:
        told = "one option; several are of the kind several_acceptable"
        found.append(fault("options", ", ".join(decision.options), told))
    texts = ("condition", "next_step", "owner", "patient_wish")
    said: dict[str, str | None] = {name: getattr(decision, name) for name in texts}
    needed = {"owner": "who sees to it"}
    if kind == "agreed_with_condition":
        needed["condition"] = "the condition"
    if kind == "no_consensus":
        needed["next_step"] = "the next step"
    if OTHER in decision.options and kind != "no_consensus":
        needed["next_step"] = "what is meant, where the option is none of the list"
    found += [fault(name, "", told) for name, told in needed.items() if not _text(said[name])]
    found += [
        fault(name, (text or "")[:60], f"up to {_LONGEST} characters")
        for name, text in said.items()
        if len(text or "") > _LONGEST
    ]
    if decision.due is None:
        found.append(fault("due", "", "the day on which is looked whether it was carried out"))
    for one in decision.dissent:
        if not 1 <= len(one.discipline.strip()) <= 100:
            found.append(fault("dissent.discipline", one.discipline[:60], "whose dissent it is"))
        if not 1 <= len(one.reason.strip()) <= _LONGEST:
            found.append(fault("dissent.reason", one.reason[:60], "why"))
    return found

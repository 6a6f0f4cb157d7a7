"""What matters to the patient: in their words, and as weights by a published method.

Weights stand beside the options. Nothing here, and nothing that reads them, turns them into a score
of an option.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from gepnet.knowledge import Problem, refuse_all
from gepnet.store.errors import fault
from gepnet.store.matters import PatientWeights, WeighingMethod
from gepnet.store.policy import Actor
from gepnet.store.tables import UserRow, WeightsRow
from gepnet.store.views import view
from gepnet.store.work import Store

_LONGEST = 2000


@dataclass(frozen=True)
class Weights:
    """What a patient said on one day.

    Attributes:
        number: counts what one patient said, the last one stands.
        words: by matter, and ``else`` for what is none of the list.
        method: by which weights were asked; None where there are words only.
        answers: as given, by matter.
        shares: of the sum, by matter; they say what matters, never which option is better.
        place: ``home`` or ``clinic``.
        recorded_by: who wrote it down.
    """

    number: int
    words: dict[str, str]
    method: str | None
    answers: dict[str, int] | None
    shares: dict[str, float] | None
    place: str
    recorded_by: str
    at: datetime.datetime


def record_weights(
    store: Store,
    actor: Actor,
    case_id: str,
    asked: PatientWeights,
    words: Mapping[str, str],
    method: str | None = None,
    answers: Mapping[str, int] | None = None,
    place: str = "clinic",
) -> Weights:
    """Record what a patient said; what was said before stays.

    Args:
        store: the store.
        actor: who writes it down.
        case_id: the case.
        asked: the matters and methods of the knowledge.
        words: by matter, in the words of the patient; ``else`` for anything else.
        method: by which weights were asked.
        answers: points or ratings by matter.
        place: ``home`` or ``clinic``.

    Raises:
        InputError: with every fault of the answers.
    """
    refuse_all(_faults(asked, words, method, answers, place))
    kept = {name: said.strip() for name, said in words.items() if said.strip()}
    with store.write(actor, "weights.record", case_id) as session:
        last = select(func.max(WeightsRow.number)).where(WeightsRow.case_id == case_id)
        row = WeightsRow(
            case_id=case_id,
            number=1 + (session.scalar(last) or 0),
            words=kept,
            method=method,
            answers=None if method is None else dict(answers or {}),
            place=place,
            user_id=actor.id,
        )
        session.add(row)
    return _weights(row, actor.printed_name)


def read_weights(store: Store, actor: Actor, case_id: str) -> list[Weights]:
    """Return what a patient said, the first first; the last one stands."""
    query = (
        select(WeightsRow, UserRow.printed_name)
        .join(UserRow, UserRow.id == WeightsRow.user_id)
        .where(WeightsRow.case_id == case_id)
        .order_by(WeightsRow.number)
    )
    with store.read(actor, "case.read", case_id) as session:
        return [_weights(row, name) for row, name in session.execute(query)]


def _weights(row: WeightsRow, name: str) -> Weights:
    answers: dict[str, int] = row.answers or {}
    total = sum(answers.values())
    shares = {matter: given / total for matter, given in answers.items()} if total else None
    return view(Weights, row, shares=shares, recorded_by=name)


def _faults(
    asked: PatientWeights,
    words: Mapping[str, str],
    method: str | None,
    answers: Mapping[str, int] | None,
    place: str,
) -> list[Problem]:
    matters = [matter.id for matter in asked.matters]
    methods = {one.id: one for one in asked.methods}
    found = [
        fault(f"words.{name}", name, "a matter of the list, or else", [*matters, "else"])
        for name in words
        if name not in (*matters, "else")
    ]
    found += [
        fault(f"words.{name}", said[:60], f"up to {_LONGEST} characters")
        for name, said in words.items()
        if len(said) > _LONGEST
    ]
    if place not in ("home", "clinic"):
        found.append(fault("place", place[:40], "home or clinic"))
    if method is None:
        if answers:
            found.append(fault("method", "", "the method by which weights were asked", methods))
        if not any(said.strip() for said in words.values()):
            found.append(fault("words", "", "what matters, in words or as weights"))
        return found
    if method not in methods:
        return [*found, fault("method", method[:40], "a method of the list", methods)]
    return found + _answer_faults(methods[method], matters, answers or {})


def _answer_faults(
    method: WeighingMethod, matters: list[str], answers: Mapping[str, Any]
) -> list[Problem]:
    found = [
        fault(f"answers.{name}", name, "a matter of the list", matters)
        for name in answers
        if name not in matters
    ]
    found += [
        fault(f"answers.{name}", "", "an answer for each matter")
        for name in matters
        if name not in answers
    ]
    low, high = (0, method.shared) if method.kind == "points" else (1, method.highest)
    for name, given in answers.items():
        if isinstance(given, bool) or not isinstance(given, int) or not low <= given <= (high or 0):
            found.append(fault(f"answers.{name}", given, f"a whole number from {low} to {high}"))
    if not found and method.kind == "points" and sum(answers.values()) != method.shared:
        told = f"{method.shared} points in all"
        found.append(fault("answers", sum(answers.values()), told))
    return found

"""Going to the meeting without a domain of facts: who decided so, and why."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from sqlalchemy import func, select

from gepnet.knowledge import refuse_all
from gepnet.store.errors import fault
from gepnet.store.policy import Actor
from gepnet.store.tables import UserRow, WaiverRow
from gepnet.store.views import view
from gepnet.store.work import Store


@dataclass(frozen=True)
class Waiver:
    """A domain of facts that a case goes to the meeting without."""

    domain: str
    reason: str
    author: str
    at: datetime.datetime


def waive(
    store: Store,
    actor: Actor,
    case_id: str,
    domain: str,
    reason: str,
    domains: list[str],
    waived: bool = True,
) -> list[Waiver]:
    """Say that a case may go to the meeting without a domain of facts, or take that back.

    Args:
        store: the store.
        actor: who says so.
        case_id: the case.
        domain: of the facts.
        reason: why it is not to be had, or not any more.
        domains: the ids that there are.
        waived: False to take it back.

    Returns:
        The domains that are waived now.

    Raises:
        InputError: if there is no such domain, or no reason.
    """
    problems = []
    if domain not in domains:
        problems.append(fault("domain", domain[:60], "a domain of the preparation", domains))
    if not 3 <= len(reason.strip()) <= 500:
        problems.append(fault("reason", reason[:60], "why, in 3 to 500 characters"))
    refuse_all(problems)
    with store.write(actor, "waiver.record", case_id) as session:
        mine = (WaiverRow.case_id == case_id, WaiverRow.domain == domain)
        last = session.scalar(select(func.max(WaiverRow.number)).where(*mine)) or 0
        session.add(
            WaiverRow(
                case_id=case_id,
                domain=domain,
                number=last + 1,
                waived=waived,
                reason=reason.strip(),
                user_id=actor.id,
            )
        )
    return list_waivers(store, actor, case_id)


def list_waivers(store: Store, actor: Actor, case_id: str) -> list[Waiver]:
    """Return the domains that a case may go without, in the order of their ids."""
    query = (
        select(WaiverRow, UserRow.printed_name)
        .join(UserRow, UserRow.id == WaiverRow.user_id)
        .where(WaiverRow.case_id == case_id)
        .order_by(WaiverRow.domain, WaiverRow.number)
    )
    with store.read(actor, "case.read", case_id) as session:
        last = {row.domain: (row, name) for row, name in session.execute(query)}
        return [view(Waiver, row, author=name) for row, name in last.values() if row.waived]

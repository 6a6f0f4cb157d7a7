"""Who may do what: every action of the code is in the table, and every role is held to it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import gepnet.store
from gepnet import store
from gepnet.store.policy import Actor, operator, policy
from tests.store.people import CENTRE, Team

CODE = Path(gepnet.store.__file__).parent


def asked() -> set[str]:
    """Return every action that the code asks the policy for."""
    found = set()
    for file in CODE.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("read", "write", "check", "may", "allows")
            ):
                found |= {
                    one.value
                    for one in node.args
                    if isinstance(one, ast.Constant) and isinstance(one.value, str)
                    and "." in one.value
                }  # fmt: skip
    return found


def test_the_code_and_the_table_name_the_same_actions() -> None:
    """Those of content are for the desk where knowledge is written."""
    elsewhere = {"knowledge.edit", "knowledge.review", "audit.read", "store.restore"}
    assert asked() | elsewhere == set(policy().actions)


def test_every_role_stands_somewhere_and_has_a_purpose() -> None:
    used = {role for action in policy().actions.values() for role in action.who}
    assert used == set(policy().roles) and all(policy().roles.values())


def test_who_sees_no_patient_may_do_nothing_with_one() -> None:
    for role in ("admin", "auditor", "editor", "reviewer"):
        for name, action in policy().actions.items():
            if action.of_case and (role, name) != ("auditor", "case.history"):
                assert role not in action.who, (role, name)
    analyst = {name for name, action in policy().actions.items() if "analyst" in action.who}
    assert not any(not policy().actions[name].reads for name in analyst - {"user.password"})
    assert "identity.read" not in analyst


@pytest.mark.parametrize("role", sorted(policy().roles))
@pytest.mark.parametrize("action", ["identity.edit", "round.open", "user.edit", "case.erase"])
def test_a_role_gets_as_far_as_the_table_says(
    role: str, action: str, sqlite_store: store.Store
) -> None:
    actor = operator("x") if role == "operator" else Actor("u", "U", frozenset({role}))
    if role in policy().actions[action].who:
        sqlite_store.check(actor, action)
    else:
        with pytest.raises(store.NotAllowed):
            sqlite_store.check(actor, action)


def test_what_is_refused_is_noted(kept: store.Store, team: Team) -> None:
    with pytest.raises(store.NotAllowed, match="expected one of the roles"):
        store.add_case(kept, team.gus, CENTRE)
    from sqlalchemy import select

    from gepnet.store.tables import AuditRow

    with kept.read(team.root, "audit.verify", quiet=True) as session:
        last = session.scalars(select(AuditRow).order_by(AuditRow.seq.desc()).limit(1)).one()
        assert (last.actor, last.action) == (team.gus.id, "refused case.add")

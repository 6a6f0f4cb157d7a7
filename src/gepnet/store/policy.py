"""Who may do what: a table of roles and actions, read from ``policy.yaml``."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True)
class Action:
    """One thing that can be done with the store.

    Attributes:
        name: as the audit trail has it.
        of_case: whether it is about one patient.
        reads: whether it only looks.
        who: the roles that may.
    """

    name: str
    of_case: bool
    reads: bool
    who: frozenset[str]


@dataclass(frozen=True)
class Policy:
    """All roles, each with what it is for, and all actions."""

    roles: dict[str, str]
    actions: dict[str, Action]

    def allows(self, roles: Iterable[str], action: str) -> bool:
        """Whether one of some roles may do an action."""
        return not self.actions[action].who.isdisjoint(roles)


@dataclass(frozen=True)
class Actor:
    """Who asks: a user signed in, or the operator at the command line.

    ``centres`` are those whose cases a user may open; the operator may open all.
    """

    id: str
    printed_name: str
    roles: frozenset[str]
    discipline: str | None = None
    centres: frozenset[str] = field(default_factory=frozenset)
    session: str | None = None

    def may(self, action: str) -> bool:
        """Whether the policy lets the actor do an action."""
        return policy().allows(self.roles, action)

    @property
    def sees_identities(self) -> bool:
        """Whether the actor may know who a patient is."""
        return self.may("identity.read")

    @property
    def is_operator(self) -> bool:
        """Whether the actor is at the command line of the machine itself."""
        return "operator" in self.roles


def operator(name: str) -> Actor:
    """Return who works at the command line under a name of the system."""
    return Actor(f"operator:{name}"[:60], name, frozenset({"operator"}))


@cache
def policy() -> Policy:
    """Return the policy.

    Raises:
        ValueError: if an action names a role that is none.
    """
    text = files("gepnet.store").joinpath("policy.yaml").read_text(encoding="utf-8")
    data: dict[str, Any] = yaml.safe_load(text)
    actions = {
        name: Action(name, one.get("case", False), one.get("read", False), frozenset(one["who"]))
        for name, one in data["actions"].items()
    }
    for action in actions.values():
        if unknown := action.who - data["roles"].keys():
            raise ValueError(f"policy.yaml: {action.name} names {', '.join(sorted(unknown))}")
    return Policy(data["roles"], actions)

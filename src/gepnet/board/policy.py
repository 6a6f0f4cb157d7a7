"""Who may use a route: one policy each, and no route without one.

Who may do what stands in the policy of the store; a route names the action that it is for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, Request

from gepnet.board.faults import NotAllowed, SignInFirst


@dataclass(frozen=True)
class Policy:
    """Who may use a route.

    Attributes:
        action: of the policy of the store; who may do it may pass. Without one, ``signed_in`` says
            whether an account is needed.
        signed_in: whether an account is needed.
    """

    action: str | None = None
    signed_in: bool = True


PUBLIC = Policy(signed_in=False)
ACCOUNT = Policy()


def may(action: str) -> Policy:
    """Return the policy of who may do an action of the store."""
    return Policy(action)


class Screen:
    """The routes of one screen; each says its policy when it is written."""

    def __init__(self, name: str, shown: bool = False) -> None:
        """Start a screen without routes.

        Args:
            name: of the screen.
            shown: whether its routes stand in the documentation of the JSON API.
        """
        self.name, self.shown = name, shown
        self.router = APIRouter(tags=[name], include_in_schema=shown)

    def route(
        self, method: str, path: str, policy: Policy, **given: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Return a decorator that makes a route of a function.

        Args:
            method: of HTTP.
            path: without patient data: opaque ids only.
            policy: who may use it.
            **given: what FastAPI is told beside.
        """

        def keep(function: Callable[..., Any]) -> Callable[..., Any]:
            told = {"response_model": None, **given}
            self.router.add_api_route(
                path,
                function,
                methods=[method],
                dependencies=[Depends(Guard(policy))],
                name=f"{self.name}.{function.__name__}",
                **told,
            )
            return function

        return keep

    def get(self, path: str, policy: Policy, **given: Any) -> Callable[..., Any]:
        """Return a decorator for a route that only reads."""
        return self.route("GET", path, policy, **given)

    def post(self, path: str, policy: Policy, **given: Any) -> Callable[..., Any]:
        """Return a decorator for a route that changes something, or computes from a form."""
        return self.route("POST", path, policy, **given)


@dataclass(frozen=True)
class Guard:
    """What stands before a route."""

    policy: Policy

    def __call__(self, request: Request) -> None:
        """Let a request pass, or not."""
        if not self.policy.signed_in:
            return
        visitor = request.state.visit.visitor
        if visitor is None:
            raise SignInFirst
        if self.policy.action is not None and not visitor.may(self.policy.action):
            raise NotAllowed("")

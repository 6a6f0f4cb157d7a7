"""``gepnet user``: accounts of the board."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from gepnet import api
from gepnet.cli.command import Result, command
from gepnet.cli.output import listing, say
from gepnet.cli.store import StoreOption, opened_store

Name = Annotated[str, "Name to sign in with."]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--password-file", metavar="FILE", help="Read the password from its first line; - is stdin."
    ),
]


@command
def add(
    name: Name,
    printed_name: Annotated[
        str, typer.Option("--printed-name", help="As it stands under a signature.")
    ],
    role: Annotated[
        list[str],
        typer.Option(
            "--role",
            help="clinician, chair, coordinator, nuclear_medicine, analyst, editor, reviewer, "
            "auditor or admin. Repeatable.",
        ),
    ],
    centre: Annotated[
        list[str], typer.Option("--centre", help="Whose cases they may open. Repeatable.")
    ],
    discipline: Annotated[str | None, "That they speak for on a board."] = None,
    subject: Annotated[
        str | None,
        typer.Option(
            "--subject",
            metavar="'ISSUER SUBJECT'",
            help="Who they are to an OpenID provider; then they need no password here.",
        ),
    ] = None,
    password_file: PasswordFile = None,
    store: StoreOption = None,
) -> Result:
    """Add an account; the password is asked for, or read from a file."""
    with opened_store(store) as (open_, actor):
        password = None if subject and not password_file else _password(password_file)
        user = api.add_user(
            open_, actor, name, printed_name, role, centre, password, discipline, subject
        )
    return Result(user, lambda view: _print_users([view]))


@command
def list_(store: StoreOption = None) -> Result:
    """Show the accounts."""
    with opened_store(store) as (open_, actor):
        users = api.list_users(open_, actor)
    return Result({"users": users}, lambda view: _print_users(view["users"]))


@command
def disable(
    name: Name,
    enable: Annotated[bool, "Let them sign in again."] = False,
    store: StoreOption = None,
) -> Result:
    """Keep somebody from signing in, and sign them out; what they signed stays."""
    with opened_store(store) as (open_, actor):
        user = api.change_user(open_, actor, name, disabled=not enable)
    return Result(user, lambda view: _print_users([view]))


@command
def password(name: Name, password_file: PasswordFile = None, store: StoreOption = None) -> Result:
    """Give an account a new password, and sign it out everywhere."""
    with opened_store(store) as (open_, actor):
        api.set_password(open_, actor, name, _password(password_file))
    return Result({"name": name.strip().casefold()}, lambda view: say("The password is changed."))


def _password(file: Path | None) -> str:
    if file is not None:
        text = sys.stdin.readline() if str(file) == "-" else api.read_text(file, "password file")
        return text.partition("\n")[0].rstrip("\r")
    asked = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return str(asked)


def _print_users(users: list[dict[str, Any]]) -> None:
    listing(
        "Accounts",
        users,
        "name",
        "printed name: printed_name",
        "roles: {roles:, }",
        "centres: {centres:, }",
        "discipline",
        ("state", lambda user: "disabled" if user["disabled"] else ""),
    )

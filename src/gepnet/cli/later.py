"""Groups of commands that are imported when one of their commands is asked for.

Nine in ten commands stand in groups. To import them all, and to work their options out, would take
longer than many a command itself.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from gepnet.cli.command import add_commands


def later(modules: Iterable[str]) -> type[TyperGroup]:
    """Return the class of a group that has the commands of some modules of ``gepnet.cli``."""
    names = tuple(modules)

    class Later(TyperGroup):
        _made: MutableMapping[str, Any] | None = None

        @property
        def commands(self) -> MutableMapping[str, Any]:
            """Every command by its name; all modules are imported for the first."""
            if self._made is None:
                group = typer.Typer(rich_markup_mode=None)  # as the whole program
                add_commands(group, *(import_module(f"gepnet.cli.{name}") for name in names))
                self._made = get_group(group).commands
            return self._made

        @commands.setter
        def commands(self, none: MutableMapping[str, Any]) -> None:
            """A group begins without commands: these are made above."""

    return Later

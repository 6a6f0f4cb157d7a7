"""Groups of commands that are imported when one of their commands is asked for.

To import all commands, and to work their options out, would take longer than many a command itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from gepnet.cli.command import add_commands


def later(modules: Iterable[str]) -> type[TyperGroup]:
    """Return the class of a group that has the commands of some modules of ``gepnet.cli``.

    A command that is called as its module is found without any other of them.
    """
    homes = {name.rpartition(".")[2].replace("_", "-"): name for name in modules}

    class Later(TyperGroup):
        _groups: Mapping[str, Any] = {}
        _made: MutableMapping[str, Any] | None = None

        def get_command(self, ctx: Any, cmd_name: str) -> Any:
            """Return a command, or None if there is none of that name."""
            if self._made is None and cmd_name in homes:
                alone = _commands_of(homes[cmd_name])
                if cmd_name in alone:
                    return alone[cmd_name]
            return self._groups.get(cmd_name) or super().get_command(ctx, cmd_name)

        @property
        def commands(self) -> MutableMapping[str, Any]:
            """Every command by its name; all modules are imported for the first."""
            if self._made is None:
                self._made = {**_commands_of(*homes.values()), **self._groups}
            return self._made

        @commands.setter
        def commands(self, groups: Mapping[str, Any]) -> None:
            """A group begins with the groups within it: its commands are made above."""
            self._groups = groups

    return Later


def _commands_of(*modules: str) -> MutableMapping[str, Any]:
    group = typer.Typer(rich_markup_mode=None)  # as the whole program
    group.callback()(lambda: None)  # without it one command alone would take the group's place
    add_commands(group, *(import_module(f"gepnet.cli.{name}") for name in modules))
    return get_group(group).commands

"""Printing: tables for people, JSON for programs."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated, Any

import typer


class Format(StrEnum):
    """How a command prints its result."""

    TABLE = "table"
    JSON = "json"


FormatOption = Annotated[
    Format, typer.Option("--format", help="A table for people or JSON for programs.")
]


def print_json(data: Any) -> None:
    """Print ``data`` as JSON."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, default=str))


def safe(text: object) -> str:
    """Return ``text`` with its square brackets as they are: data is never markup."""
    from rich.markup import escape

    return escape(str(text))


def table(title: str, columns: list[str], rows: list[list[Any]]) -> None:
    """Print a table."""
    from rich.console import Console
    from rich.table import Table

    shown = Table(title=safe(title), title_justify="left", header_style="bold")
    for column in columns:
        shown.add_column(column, overflow="fold")
    for row in rows:
        shown.add_row(*("" if cell is None else safe(cell) for cell in row))
    Console().print(shown)

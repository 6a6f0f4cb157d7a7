"""The page of every command, made from the commands themselves; a hook of MkDocs."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

# The documentation is about this checkout, installed or not.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from typer.main import get_command

from gepnet.cli.app import app

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

PAGE = "reference/commands.md"
HEAD = """\
# Every command

Made from the commands: `gepnet COMMAND --help` prints the same. What they have in common, exit
codes, signs and the shape of JSON are on the page of the [command line](command-line.md).

"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page."""
    from mkdocs.structure.files import File

    files.append(File.generated(config, PAGE, content=page()))
    return files


def commands(command: Any = None, name: str = "gepnet") -> Iterator[tuple[str, Any]]:
    """Yield each command, and each group before its own, with its whole name."""
    command = get_command(app) if command is None else command
    yield name, command
    for key, child in getattr(command, "commands", {}).items():
        yield from commands(child, f"{name} {key}")


def page() -> str:
    """Return the page: a heading for each command, its help, its arguments and options."""
    found = list(commands())
    listed = [one for one in found if not hasattr(one[1], "commands")]
    text = HEAD + "| Command | What it does |\n|---|---|\n"
    text += "".join(f"| [`{n}`](#{n.replace(' ', '-')}) | {_first(c)} |\n" for n, c in listed)
    return text + "".join(_section(name, command) for name, command in listed)


def _section(name: str, command: Any) -> str:
    context = command.context_class(command, info_name=name)
    usage = " ".join((name, *command.collect_usage_pieces(context)))
    text = f"\n## {name}\n\n```text\n{usage}\n```\n\n{command.help.strip()}\n"
    records = [param.get_help_record(context) for param in command.params if param.name != "help"]
    if records:
        named = ((names.replace("|", " or "), _cell(said)) for names, said in records)
        rows = "".join(f"| `{names}` | {said} |\n" for names, said in named)
        text += f"\n| Argument or option | Meaning |\n|---|---|\n{rows}"
    return text


def _first(command: Any) -> str:
    return _cell(command.help.strip().split("\n\n")[0])


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())

"""Run what the documentation prints, so that every page is true when it is read.

In the Markdown pages

- a fenced block with ``title="name"`` is a file of that name, in a folder of the page's own;
- ``<!-- edit name: old -> new -->`` changes that file;
- a ``console`` block begins with a prompt. Each line ``$ gepnet …`` (or ``$ COLUMNS=132 gepnet …``)
  is run and what follows is its output (nothing that follows: the output is not shown). Three dots
  stand for anything within a line, and for any lines where they are alone. An output with an error
  means exit code 2, ``# exit code 1`` behind a command that code, any other 0. ``cp`` is run too;
  ``make`` and programs in ``.venv/bin`` are not, but the target or the program has to exist. Any
  other command is refused;
- a ``sh`` block shows the form of commands, without a prompt, and is not run: its commands and
  their options have to exist;
- ``pycon`` blocks are doctests, all of one page in one session.

``python scripts/docs_examples.py`` prints what differs; with ``--write`` it puts the present output
in place of each that differs and has no three dots, and changes nothing else.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
WIDTH = "96"
_BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<kind>\w+)(?P<info>[^\n]*)\n(?P<body>.*?)^(?P=indent)```$", re.M | re.S
)
_EDIT = re.compile(r"^<!-- edit (?P<name>\S+): (?P<old>.*?) -> (?P<new>.*?) -->$", re.M | re.S)
_TITLE = re.compile(r'title="([^"]+)"')
_WIDE = re.compile(r"(?:COLUMNS=(\d+) )?(.*)")
_COMMAND = re.compile(r"^\$ (?P<command>.*)\n(?P<output>(?:(?!\$ ).*\n)*)", re.M)
_GEPNET = re.compile(r"(?:COLUMNS=\d+ )?gepnet( |$)")
_DOTS = "..."


@dataclass(frozen=True)
class Difference:
    """An example that does not come out as the page says."""

    page: str
    line: int
    command: str
    expected: str
    found: str

    def __str__(self) -> str:
        """Return page, line, command and both outputs."""
        return (
            f"{self.page}:{self.line}: {self.command}\n--- the page says\n{self.expected}\n"
            f"--- it prints\n{self.found}\n"
        )


@dataclass(frozen=True)
class Checked:
    """What running a page gave: what differs, and the page with its present outputs."""

    differences: list[Difference]
    renewed: str


def pages() -> list[Path]:
    """Return every page with examples, those beside the README too."""
    found = [*sorted((ROOT / "docs").rglob("*.md")), *sorted(ROOT.glob("*.md"))]
    return [
        page for page in found if re.search(r"^ *```(console|sh|pycon)", page.read_text(), re.M)
    ]


def make_targets() -> frozenset[str]:
    """Return what ``make`` offers: the targets with a help text."""
    return frozenset(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.M))


def run(command: str) -> tuple[int, str]:
    """Run a ``gepnet`` command in this process and return its exit code and what it prints."""
    from gepnet.cli import main

    output = io.StringIO()
    code = 0
    width, command = _WIDE.match(command).groups()  # type: ignore[union-attr]
    arguments = shlex.split(command)
    with (
        mock.patch.object(sys, "argv", arguments),
        mock.patch.dict(os.environ, {"COLUMNS": width or WIDTH, "NO_COLOR": "1", "TERM": "dumb"}),
        contextlib.redirect_stdout(output),
        contextlib.redirect_stderr(output),
    ):
        try:
            main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    return code, "\n".join(line.rstrip() for line in output.getvalue().splitlines())


def matches(expected: str, found: str) -> bool:
    """Whether ``found`` is what the page says, three dots standing for anything."""
    parts = []
    for line in expected.splitlines():
        if line.strip() == _DOTS:
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            parts.append(".*".join(map(re.escape, line.rstrip().split(_DOTS))) + r"\n")
    return re.fullmatch("".join(parts), found + "\n") is not None


def check_page(page: Path, folder: Path) -> Checked:
    """Run every example of a page in ``folder``, which has to be empty."""
    # Bytes: what is written back keeps its line ends.
    text = page.read_bytes().decode("utf-8")
    name = page.relative_to(ROOT).as_posix() if page.is_relative_to(ROOT) else page.name
    differences: list[Difference] = []
    sessions: dict[str, object] = {}
    replaced: list[tuple[int, int, str]] = []
    # The reader stands in a clone.
    (folder / "src").symlink_to(ROOT / "src")
    with contextlib.chdir(folder):
        for match in sorted(
            [*_BLOCK.finditer(text), *_EDIT.finditer(text)], key=lambda m: m.start()
        ):
            line = text.count("\n", 0, match.start()) + 1
            if match.re is _EDIT:
                _edit(match, f"{name}:{line}")
                continue
            body = _dedent(match["body"], len(match["indent"]))
            title = _TITLE.search(match["info"])
            if title is not None:
                Path(title[1]).parent.mkdir(parents=True, exist_ok=True)
                Path(title[1]).write_text(body, encoding="utf-8")
            elif match["kind"] == "console":
                shown, wrong = _console(body, name, line)
                differences.extend(wrong)
                if shown != body:
                    indented = re.sub(r"^(?=.)", match["indent"], shown, flags=re.M)
                    replaced.append((match.start("body"), match.end("body"), indented))
            elif match["kind"] == "sh":
                differences.extend(_forms(body, name, line))
            elif match["kind"] == "pycon":
                differences.extend(_doctest(body, sessions, name, line))
    for start, end, body in reversed(replaced):
        text = text[:start] + body + text[end:]
    return Checked(differences, text)


def _dedent(body: str, width: int) -> str:
    return "".join(part[width:] if part.strip() else "\n" for part in body.splitlines(True))


def _edit(match: re.Match[str], place: str) -> None:
    file = Path(match["name"])
    text = file.read_text(encoding="utf-8")
    assert text.count(match["old"]) == 1, f"{place}: '{match['old']}' is not once in {file}"
    file.write_text(text.replace(match["old"], match["new"]), encoding="utf-8")


def _console(body: str, page: str, line: int) -> tuple[str, list[Difference]]:
    """Return the block with present outputs, and what differs from the page."""
    if not body.startswith("$ "):
        first = body.partition("\n")[0]
        return body, [Difference(page, line, first, "$ a command after a prompt", "no prompt")]
    shown: list[str] = []
    differences = []
    for match in _COMMAND.finditer(body):
        command, expected = match["command"].strip(), match["output"]
        output = expected
        if _GEPNET.match(command):
            bare, _, note = command.partition("  # exit code ")
            code, found = run(bare)
            wanted = int(note or (2 if re.search(r": error[,:]", expected) else 0))
            agrees = not expected.strip() or matches(expected.rstrip("\n"), found)
            if code != wanted or not agrees:
                differences.append(Difference(page, line, command, expected.rstrip(), found))
            if not agrees and _DOTS not in expected:
                output = f"{found}\n"
        elif command.startswith("cp "):
            _, source, target = command.split()
            Path(target).write_bytes(Path(source).read_bytes())
        elif wrong := _unknown(command):
            differences.append(Difference(page, line, command, "a command that exists", wrong))
        shown.append(f"$ {match['command']}\n{output}")
    return "".join(shown), differences


def _forms(body: str, page: str, line: int) -> Iterator[Difference]:
    """Yield what is wrong in a block that shows the form of commands."""
    for command in re.sub(r"\\\n", " ", body).splitlines():
        if command.strip() and (wrong := _unknown(command)):
            yield Difference(page, line, command, "a command that exists", wrong)


def _unknown(command: str) -> str | None:
    """Return what in a command does not exist, without running it."""
    program, *arguments = shlex.split(command, comments=True)
    if program == "curl" and "http://127.0.0.1" in command:
        return None  # asks a server of ours, and is on every system
    if program == "export":
        unset = [word for word in arguments if "=" not in word]
        return f"{', '.join(unset)} is set to nothing" if unset else None
    if program == "make":
        named = {word for word in arguments if "=" not in word}
        missing = sorted(named - make_targets())
        return f"make has no target {', '.join(missing)}" if missing else None
    if program.startswith(".venv/bin/"):
        program = program.removeprefix(".venv/bin/")
        if not (Path(sys.executable).parent / program).is_file():
            return f"there is no {program} in .venv/bin"
    elif program != "gepnet":
        return f"'{program}' is neither gepnet, cp, make nor in .venv/bin: a reader cannot run it"
    return _unknown_part(arguments) if program == "gepnet" else None


@cache
def _commands() -> Any:
    from typer.main import get_command

    from gepnet.cli.app import app

    return get_command(app)


def _unknown_part(arguments: list[str]) -> str | None:
    """Return the first word that is no sub-command or option of ``gepnet``."""
    command = _commands()
    for word in arguments:
        options = {"--help", *(name for one in command.params for name in one.opts)}
        if word.startswith("-"):
            if word.partition("=")[0] not in options:
                return f"'{command.name}' has no option {word}"
        elif hasattr(command, "commands"):
            if word not in command.commands:
                return f"'{command.name}' has no command '{word}'"
            command = command.commands[word]
    return None


def _doctest(body: str, names: dict[str, object], page: str, line: int) -> Iterator[Difference]:
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    examples = doctest.DocTestParser().get_doctest(body, {}, page, page, line)
    examples.globs = names
    told: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=flags)
    runner.run(examples, out=told.append, clear_globs=False)
    if told:
        yield Difference(page, line, "doctest", "", "".join(told))


def main() -> int:
    """Check every page, or renew what the pages print."""
    write = "--write" in sys.argv
    chosen = [Path(name).resolve() for name in sys.argv[1:] if not name.startswith("--")]
    wrong = 0
    for page in chosen or pages():
        with tempfile.TemporaryDirectory() as folder:
            checked = check_page(page, Path(folder))
        for difference in checked.differences:
            print(difference)
            wrong += 1
        if write:
            page.write_bytes(checked.renewed.encode("utf-8"))
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())

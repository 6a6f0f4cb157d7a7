"""Run what the documentation prints, so that every page is true when it is read.

In the Markdown pages

- a fenced block with ``title="name"`` is a file of that name, in a folder of the page's own;
- ``<!-- edit name: old -> new -->`` changes that file;
- in a ``console`` block each line ``$ gepnet …`` (or ``$ COLUMNS=132 gepnet …``) is run and what
  follows is its output (nothing that follows: the output is not shown). Three dots stand for
  anything within a line, and for any lines where they are alone. An output with an error means
  exit code 2, any other 0. Of other commands only ``cp`` is run;
- ``pycon`` blocks are doctests, all of one page in one session.

``python scripts/docs_examples.py`` prints what differs; with ``--write`` it puts the present output
into every console block that has no three dots.
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
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
WIDTH = "96"
_BLOCK = re.compile(
    r"^(?P<indent> *)```(?P<kind>\w+)(?P<info>[^\n]*)\n(?P<body>.*?)^(?P=indent)```$", re.M | re.S
)
_EDIT = re.compile(r"^<!-- edit (?P<name>\S+): (?P<old>.*?) -> (?P<new>.*?) -->$", re.M | re.S)
_TITLE = re.compile(r'title="([^"]+)"')
_WIDE = re.compile(r"(?:COLUMNS=(\d+) )?(.*)")
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


def pages() -> list[Path]:
    """Return every page with examples."""
    found = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md"]
    return [
        page
        for page in found
        if re.search(r"^ *(\$ (COLUMNS=\d+ )?gepnet|>>> )", page.read_text(), re.M)
    ]


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


def check_page(page: Path, folder: Path, write: bool = False) -> list[Difference]:
    """Run every example of a page in ``folder`` and return what differs."""
    text = page.read_text(encoding="utf-8")
    name = page.relative_to(ROOT).as_posix()
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
                indented = "".join(f"{match['indent']}{part}\n".rstrip() + "\n" for part in shown)
                replaced.append((match.start("body"), match.end("body"), indented))
            elif match["kind"] == "pycon":
                differences.extend(_doctest(body, sessions, name, line))
    if write:
        for start, end, body in reversed(replaced):
            text = text[:start] + body + text[end:]
        page.write_text(text, encoding="utf-8")
    return differences


def _dedent(body: str, width: int) -> str:
    return "".join(part[width:] if part.strip() else "\n" for part in body.splitlines(True))


def _edit(match: re.Match[str], place: str) -> None:
    file = Path(match["name"])
    text = file.read_text(encoding="utf-8")
    assert text.count(match["old"]) == 1, f"{place}: '{match['old']}' is not once in {file}"
    file.write_text(text.replace(match["old"], match["new"]), encoding="utf-8")


def _console(body: str, page: str, line: int) -> tuple[list[str], list[Difference]]:
    """Return the block with present outputs, and what differs from the page."""
    shown: list[str] = []
    differences = []
    for command, expected in _commands(body):
        shown.append(f"$ {command}")
        if command.startswith("cp "):
            _, source, target = command.split()
            Path(target).write_bytes(Path(source).read_bytes())
        if not re.match(r"(COLUMNS=\d+ )?gepnet ", command):
            shown.extend(expected.splitlines())
            continue
        code, found = run(command)
        wanted = 2 if re.search(r": error[,:]", expected) else 0
        agrees = not expected.strip() or matches(expected.rstrip("\n"), found)
        if code != wanted or not agrees:
            differences.append(Difference(page, line, command, expected.rstrip(), found))
        keep = not expected.strip() or _DOTS in expected
        shown.extend(expected.splitlines() if keep else found.splitlines())
    return shown, differences


def _commands(body: str) -> Iterator[tuple[str, str]]:
    for part in re.split(r"^\$ ", body, flags=re.M)[1:]:
        command, _, output = part.partition("\n")
        yield command.strip(), output


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
            for difference in check_page(page, Path(folder), write):
                print(difference)
                wrong += 1
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())

"""Draw the pictures of ``docs/how-to/charts.md`` by running the commands that the page prints.

``python scripts/chart_pictures.py`` writes ``docs/assets/charts/*.svg``; with ``--check`` it only
says which differ, and exits with 1 if any does.
"""

from __future__ import annotations

import contextlib
import io
import re
import shlex
import sys
import tempfile
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/how-to/charts.md"
PICTURES = ROOT / "docs/assets/charts"
_COMMAND = re.compile(r"^\$ (gepnet (?:chart|response) .*)$", re.M)


def commands() -> list[str]:
    """Return the commands of the page that draw, or that make what is drawn, in their order."""
    return _COMMAND.findall(PAGE.read_text(encoding="utf-8"))


def draw(folder: Path) -> list[Path]:
    """Run every command in ``folder`` and return the pictures."""
    from gepnet.cli import main

    (folder / "src").symlink_to(ROOT / "src")
    with contextlib.chdir(folder):
        for command in commands():
            output = io.StringIO()
            with (
                mock.patch.object(sys, "argv", shlex.split(command)),
                contextlib.redirect_stdout(output),
            ):
                try:
                    main()
                except SystemExit as stop:
                    if stop.code:
                        raise RuntimeError(f"{command}: exit code {stop.code}") from stop
    return sorted(folder.glob("*.svg"))


def write(check: bool) -> int:
    """Write the pictures, or only compare them; return how many differ."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    changed = 0
    with tempfile.TemporaryDirectory() as folder:
        for drawn in draw(Path(folder)):
            kept = PICTURES / drawn.name
            if kept.exists() and kept.read_bytes() == drawn.read_bytes():
                continue
            changed += 1
            print(f"{'differs' if check else 'drawn'}: {kept.relative_to(ROOT)}")
            if not check:
                kept.write_bytes(drawn.read_bytes())
    return changed


if __name__ == "__main__":
    only_check = "--check" in sys.argv
    sys.exit(int(bool(write(only_check)) and only_check))

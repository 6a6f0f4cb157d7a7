"""How far a long command is, where somebody is looking."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tell = Callable[[str, int, int | None], None]


@contextmanager
def progress() -> Iterator[Tell | None]:
    """Yield a function to be called with a stage, what is done of it and how much there is.

    On a terminal a bar for each stage is shown beside the result, on the error stream; elsewhere
    there is none, and what is yielded is None.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        tasks = {}

        def tell(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield tell


@contextmanager
def progress_of(stage: str, total: int | None = None) -> Iterator[Callable[..., None] | None]:
    """Yield a function for one stage: to be called with what is done, and how much there is."""
    with progress() as tell:
        yield None if tell is None else lambda done, of=total: tell(stage, done, of)

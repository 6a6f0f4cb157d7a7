"""The command line: thin, it calls ``gepnet.api`` and prints."""

import gc

__all__ = ["COLLECT_RARELY", "main"]

#: A command builds many objects and ends: looking for cycles among them as often as Python does by
#: itself would take a sixth of the time of an assessment, a third of that of a long record.
COLLECT_RARELY = (400_000, 20, 100)


def main() -> None:
    """Run the command line."""
    gc.set_threshold(*COLLECT_RARELY)  # first: so it is while the commands are imported
    from gepnet.cli.app import run

    run()

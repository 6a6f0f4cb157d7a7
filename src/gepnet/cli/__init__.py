"""The command line: thin, it calls ``gepnet.api`` and prints."""

from gepnet.cli.app import main

__all__ = ["main"]

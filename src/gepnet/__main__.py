"""Run gepnet with ``python -m gepnet``."""

from gepnet.cli import main

main()

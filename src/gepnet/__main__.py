"""Run gepnet with ``python -m gepnet``."""

from gepnet.cli import main

# A worker process that is started anew imports this module under another name.
if __name__ == "__main__":
    main()

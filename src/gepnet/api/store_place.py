"""Whether there is a store where gepnet looks for one."""

from __future__ import annotations

import os
from pathlib import Path

from gepnet.store.engine import store_url


def has_usual_store() -> bool:
    """Whether ``GEPNET_STORE`` names a store, or one is in the user's folder of data."""
    if os.environ.get("GEPNET_STORE"):
        return True
    return Path(str(store_url().database)).exists()

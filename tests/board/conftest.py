"""The board for tests: an application without a browser, and a real server for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from gepnet.board import Settings, create_app

ADDRESS = "http://127.0.0.1:8711"


@pytest.fixture(scope="session")
def public() -> Iterator[TestClient]:
    """The board as somebody sees it who has no account."""
    with TestClient(create_app(Settings()), base_url=ADDRESS) as client:
        yield client

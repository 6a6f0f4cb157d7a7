"""A store on each database, with people in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gepnet import api, store
from gepnet.guidelines import KnowledgeBase
from tests.store.people import Team, team_of


@pytest.fixture(scope="session")
def base() -> KnowledgeBase:
    return api.base()


@pytest.fixture
def kept(database: str) -> Iterator[store.Store]:
    """A new store, on SQLite and on PostgreSQL."""
    store.upgrade_store(database)
    opened = store.open_store(database)
    yield opened
    opened.close()


@pytest.fixture
def team(kept: store.Store) -> Team:
    return team_of(kept)

"""A store on each database, with people in it.

Tables and accounts are made once for each database; a test gets a copy of its own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gepnet import api, store
from gepnet.guidelines import KnowledgeBase
from tests.store.people import Team, add_team, team_of
from tests.store.servers import new_database


@pytest.fixture(scope="session")
def base() -> KnowledgeBase:
    return api.base()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of SQLite with tables and people."""
    file = tmp_path_factory.mktemp("template") / "board.sqlite"
    _fill(str(file))
    return file


@pytest.fixture(scope="session")
def postgresql_template(postgresql: str) -> str:
    """Address of a database of PostgreSQL with tables and people."""
    address = new_database(postgresql)
    _fill(address)
    return address


def _fill(address: str) -> None:
    store.upgrade_store(address)
    opened = store.open_store(address)
    add_team(opened)
    opened.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def peopled(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Address of a store with people, once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        file = tmp_path / "board.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        return str(file)
    template = request.getfixturevalue("postgresql_template")
    return new_database(request.getfixturevalue("postgresql"), template.rpartition("/")[2])


@pytest.fixture
def kept(peopled: str) -> Iterator[store.Store]:
    """A store with people, on SQLite and on PostgreSQL."""
    opened = store.open_store(peopled)
    yield opened
    opened.close()


@pytest.fixture
def team(kept: store.Store) -> Team:
    return team_of(kept)


@pytest.fixture
def sqlite_store(sqlite_template: Path, tmp_path: Path) -> Iterator[store.Store]:
    """A store with people on SQLite alone, where the database does not matter."""
    opened = store.open_store(str(shutil.copy(sqlite_template, tmp_path / "alone.sqlite")))
    yield opened
    opened.close()

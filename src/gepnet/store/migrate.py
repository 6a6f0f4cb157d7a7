"""The tables of a store, brought to the version that this gepnet works with, by Alembic."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from gepnet.knowledge import refuse
from gepnet.store.engine import WRITES, make_engine, store_url
from gepnet.store.work import Store

_FOLDER = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class Upgrade:
    """What was done to the tables; ``before`` is None where there were none."""

    store: str
    before: str | None
    after: str


def open_store(address: str | None = None) -> Store:
    """Open a store whose tables are there.

    Args:
        address: a path, ``sqlite:///path`` or ``postgresql://user@host/name``; by default what
            ``GEPNET_STORE`` says, else a file in the user's folder of data.

    Raises:
        InputError: if the address is none, or the tables are not those of this gepnet.
    """
    engine = make_engine(store_url(address))
    found, wanted = revision(engine), newest()
    if found != wanted:
        engine.dispose()
        shown = engine.url.render_as_string()
        raise refuse("store", shown, f"tables of version {wanted}: run `gepnet db upgrade` first")
    return Store(engine)


def upgrade_store(address: str | None = None, to: str = "head") -> Upgrade:
    """Bring the tables of a store to the version of this gepnet; new ones are made.

    Raises:
        InputError: if the tables are of a later gepnet.
    """
    engine = make_engine(store_url(address))
    try:
        before = upgrade_engine(engine, to)
        return Upgrade(engine.url.render_as_string(), before, str(revision(engine)))
    finally:
        engine.dispose()


def upgrade_engine(engine: Engine, to: str = "head") -> str | None:
    """Bring tables to a version in one transaction, and return the version before."""
    before = revision(engine)
    if before is not None and before not in revisions():
        raise refuse("store", before, f"tables up to version {newest()}, or a newer gepnet")
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        _run(connection, to)
    return before


def revision(engine: Engine) -> str | None:
    """Return the version of the tables; None where there are none."""
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """Return the version of tables that this gepnet works with."""
    return str(_scripts().get_current_head())


def revisions() -> set[str]:
    """Return all versions of tables that this gepnet knows."""
    return {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> Any:
    from alembic.script import ScriptDirectory

    return ScriptDirectory.from_config(_config())


def _config() -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _run(connection: Connection, to: str) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)

"""Whatever is changed, added, moved or taken away from outside is found, and where it is."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from gepnet import api, store
from gepnet.guidelines import KnowledgeBase
from gepnet.store.tables import Base
from gepnet.store.trail import HASHED
from tests.store.people import CENTRE, Team

IDENTITY = store.Identity("Bianchi", "Maria")


def test_the_database_itself_refuses_to_change_the_trail(
    kept: store.Store, team: Team, base: KnowledgeBase
) -> None:
    case = store.add_case(kept, team.ben, CENTRE)
    store.save_file(kept, team.ben, case.id, api.example_patient(), base.vocabulary, 0)
    for told in (
        "UPDATE audit SET actor = 'nobody' WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 3",
        "UPDATE records SET reason = 'another'",
    ):
        with pytest.raises(DBAPIError, match=r"only ever added to|never changed"):
            _alter(kept, told)
    if not kept.is_sqlite:
        with pytest.raises(DBAPIError, match="only ever added to"):
            _alter(kept, "TRUNCATE audit")
    assert store.verify_store(kept, team.root).faults == ()


def _alter(kept: store.Store, *told: str) -> None:
    with kept.engine.begin() as connection:
        for one in told:
            connection.execute(text(one))


def _unguard(kept: store.Store, connection: Connection) -> None:
    """Take the triggers away, as who owns the database can."""
    if kept.is_sqlite:
        for name in ("audit_no_update", "audit_no_delete", "records_no_update"):
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    else:
        connection.execute(text("SET session_replication_role = replica"))


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ("UPDATE audit SET actor = 'x' WHERE seq = 5", "audit row 5 is not as it was written"),
        ("UPDATE audit SET ts = '2020' WHERE seq = 5", "audit row 5 is not as it was written"),
        ("DELETE FROM audit WHERE seq = 5", "audit row 5 is missing"),
        ("DELETE FROM audit WHERE seq BETWEEN 4 AND 6", "audit row 4 to 6 is missing"),
        ("DELETE FROM audit WHERE seq >= 9", "missing from the end"),
        ("DELETE FROM audit_head", "the head of the audit trail is missing"),
        ("UPDATE records SET content = '{}'", "records:{record} is not as it was last written"),
        ("UPDATE cases SET centre = 'South'", "cases:{case} is not as it was last written"),
        ("UPDATE identities SET family_name = 'X'", "identities:{case} is not as it was"),
        ("DELETE FROM identities", "identities:{case} is gone"),
        ("UPDATE users SET roles = '[\"admin\"]' WHERE name = 'ben'", "is not as it was"),
        ("UPDATE audit_reasons SET text = 'none'", "the reason of audit row 12 is not the one"),
        ("DELETE FROM audit_reasons", "the reason of audit row 12 is missing"),
    ],
)
def test_what_is_tampered_with_is_found(
    kept: store.Store, team: Team, base: KnowledgeBase, told: str, found: str
) -> None:
    case = store.add_case(kept, team.ben, CENTRE, IDENTITY)
    store.save_file(
        kept, team.ben, case.id, api.example_patient(), base.vocabulary, 0, "First letter"
    )
    with kept.read(team.root, "case.read", case.id) as session:
        record = session.scalar(text("SELECT id FROM records"))
    with kept.engine.begin() as connection:
        _unguard(kept, connection)
        on = "" if kept.is_sqlite else " ON audit_reasons"
        connection.execute(text(f"DROP TRIGGER audit_reasons_no_update{on}"))
        connection.execute(text(told))
    faults = store.verify_store(kept, team.root).faults
    wanted = found.format(case=case.id, record=record)
    assert any(wanted in fault for fault in faults), faults
    assert any("trigger audit_reasons_no_update is missing" in fault for fault in faults)


def test_rows_that_change_places_are_found(kept: store.Store, team: Team) -> None:
    swapped = [name for name in (*HASHED, "hash") if name != "seq"]
    with kept.engine.begin() as connection:
        _unguard(kept, connection)
        rows = {
            seq: connection.execute(
                text(f"SELECT {', '.join(swapped)} FROM audit WHERE seq = {seq}")
            ).one()
            for seq in (2, 3)
        }
        for seq, other in ((2, 3), (3, 2)):
            values = {name: rows[other][place] for place, name in enumerate(swapped)}
            sets = ", ".join(f"{name} = :{name}" for name in swapped)
            connection.execute(text(f"UPDATE audit SET {sets} WHERE seq = {seq}"), values)
    faults = store.verify_store(kept, team.root).faults
    assert "audit row 2 does not follow row 1" in faults


def test_a_row_written_past_gepnet_is_found(kept: store.Store, team: Team) -> None:
    false = "0" if kept.is_sqlite else "false"
    _alter(
        kept,
        "INSERT INTO meetings (id, centre, title, starts, started, ended, version) VALUES "
        f"('m', 'North', 'Secret', '2026-01-01T00:00:00.000000Z', {false}, {false}, 1)",
    )
    assert store.verify_store(kept, team.root).faults == ("meetings:m was never written by gepnet",)


def test_an_earlier_head_proves_that_the_trail_is_still_the_same(
    kept: store.Store, team: Team
) -> None:
    head = store.verify_store(kept, team.root).head
    store.add_case(kept, team.ben, CENTRE)
    assert store.verify_store(kept, team.root, head).faults == ()
    number, _, kept_hash = head.partition(":")
    forged = f"{number}:{kept_hash[::-1]}"
    assert store.verify_store(kept, team.root, forged).faults == (
        f"audit row {number} is not the one of the head given",
    )
    with pytest.raises(api.InputError, match="expected a head as `gepnet db verify` prints it"):
        store.verify_store(kept, team.root, "nonsense")


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory, base: KnowledgeBase) -> store.Store:
    """A store of SQLite in which every table that is audited has rows, without its triggers."""
    address = str(tmp_path_factory.mktemp("tamper") / "board.sqlite")
    api.fill_demo(address, base, 2)
    opened = store.open_store(address)
    with opened.engine.begin() as connection:
        names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
        for name in list(names):
            connection.execute(text(f"DROP TRIGGER {name}"))
    return opened


def test_a_change_in_any_table_is_found(lived_in: store.Store) -> None:
    """One row of each table, in each column that holds something, and put back again."""
    tables = [m for m in Base.registry.mappers if m.class_.audited]
    seen = set[str]()
    for mapper in tables:
        name = mapper.local_table.name
        keys = {one.name for one in mapper.primary_key}
        with lived_in.engine.connect() as connection:
            row = (
                connection.execute(text(f"SELECT rowid, * FROM {name} LIMIT 1")).mappings().first()
            )
        for column, value in {} if row is None else row.items():
            if column in (*keys, "rowid") or value is None:
                continue
            seen.add(name)
            # Of what is JSON or a moment, another that is one: read, and found by its digest.
            other = _another(value)
            place = {"row": row["rowid"]}
            change = text(f'UPDATE {name} SET "{column}" = :value WHERE rowid = :row')
            try:
                with lived_in.engine.begin() as connection:
                    connection.execute(change, {**place, "value": other})
            except DBAPIError:
                continue  # the database itself refuses
            try:
                found = store.verify_store(lived_in, store.operator("root")).faults
            finally:
                with lived_in.engine.begin() as connection:
                    connection.execute(change, {**place, "value": value})
            assert any(one.startswith(f"{name}:") for one in found), (name, column, found)
    assert {"records", "cases", "cards", "outcomes", "users", "items"} <= seen


def _another(value: int | str) -> int | str:
    if isinstance(value, int):
        return 1 - value if value in (0, 1) else value + 1
    if value.startswith(("[", "{", '"')):
        return "[1]" if value.startswith("[") else '{"x":1}' if value.startswith("{") else '"x"'
    if len(value) == 27 and value.endswith("Z"):
        return "2001" + value[4:]
    if len(value) == 10 and value[4] == value[7] == "-":
        return "2001" + value[4:]
    return value[::-1] if value != value[::-1] else value + "x"
